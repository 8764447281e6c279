"""Erasing as two people do it, and looking for what must be gone, for every test that needs it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from node.service.actor import Actor
from node.service.keep.erasing import AskErasure, ErasureView, ask_erasure, decide_erasure
from tests.world import Country


def second(country: Country) -> Actor:
    """Another coordinator of this country, signed in."""
    return Actor("coordinator-2", "coordinator", "focal-point", country.office)


async def erase_case(country: Country, case: str, person: str | None = None, ground: str = "she_asked") -> ErasureView:
    """Two people erase a case, or one person of it."""
    ask = AskErasure(ground=ground, person_id=person)  # type: ignore[arg-type]
    asked = await ask_erasure(country.node, country.caseworker, case, ask)
    assert asked.pending is not None
    return await decide_erasure(country.node, second(country), case, asked.pending, approve=True)


def files_of(folder: Path, *names: str) -> bytes:
    """The bytes of these files with their logs, as a thief of the disk finds them."""
    found = [path for name in names for path in sorted(folder.glob(f"{name}*")) if path.is_file()]
    return b"".join(path.read_bytes() for path in found)


def blobs(database: Path) -> set[bytes]:
    """Every sealed value of a database, long enough to be looked for."""
    found: set[bytes] = set()
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("select name from sqlite_schema where type='table'").fetchall():
            for row in connection.execute(f"select * from {table}"):
                found |= {bytes(value) for value in row if isinstance(value, bytes) and len(value) > 40}
    return found
