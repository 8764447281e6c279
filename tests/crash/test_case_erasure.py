"""Attack 51, for a whole case: killed at any durable step of its erasure, the node ends it at the next start."""

import asyncio
import shutil
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from node.demo.client import ApiClient
from node.errors import PeerError, Unavailable
from node.store.journal import read_journal
from tests.crash.support import CrashNetwork, query

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

SECOND = "an invented password of bea"
STEPS = (
    "before decide_erasure",  # rows are written and not committed
    "before journal",  # nothing is in the journal
    "after journal",  # it is in the journal and not in the database
    "after decide_erasure",  # committed; the key is there
    "before destroyed keys",
    "after destroyed keys",  # the key is gone; its id is still noted
    "before emptied log",  # old bytes stand in the log
)


async def second_person(network: CrashNetwork) -> ApiClient:
    """Bea, another coordinator of XD; made once."""
    node = network.nodes["XD"]
    if "bea" not in node.people:
        async with network.client("XD", "coordinator") as ana:
            body = {"login": "bea", "password": SECOND, "role": "coordinator", "organisation": "haven"}
            with suppress(PeerError):  # she was made before the node was started again
                await ana.post("users", body)
        node.people["bea"] = SECOND
    return network.client("XD", "bea")


async def asked(network: CrashNetwork) -> tuple[str, int]:
    """(case, number) of an erasure that waits for the second person."""
    async with network.client("XD", "coordinator") as ana:
        case = await ana.post("cases", {"persons": [{"age_band": "25-34"}]})
        named = {case["persons"][0]["person_id"]: {"given_name": "Zoryana"}}
        await ana.put(f"cases/{case['case']}/identity", {"persons": named})
        waits = await ana.post(f"cases/{case['case']}/erasures", {"ground": "she_asked"})
    return case["case"], waits["pending"]


async def confirmed(network: CrashNetwork, case: str, pending: int) -> None:
    async with await second_person(network) as bea:
        await bea.post(f"cases/{case}/erasures/{pending}/approve", {})


def sealed_of(network: CrashNetwork, case: str) -> tuple[bytes, list[bytes]]:
    """(key id, sealed bytes) of a case as they stand in the database."""
    ((dek, sealed),) = query(network.database("XD"), "select dek, sealed from case_file where case_id=?", case)
    names = [row[0] for row in query(network.database("XD"), "select sealed from identity where case_id=?", case)]
    return dek[:16], [dek, sealed, *names]


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_any_step_leaves_all_of_a_case_or_nothing(network: CrashNetwork, step: str) -> None:
    """Wire 11: afterwards no byte of it opens; a note without its commit does no harm."""
    case, pending = await asked(network)
    key_id, sealed = sealed_of(network, case)
    network.arm("XD", step)
    with suppress(aiohttp.ClientError, Unavailable):
        await confirmed(network, case, pending)
    await network.died("XD")
    await network.restart("XD")
    ((left,),) = query(
        network.database("XD"), "select count(*) from case_file where case_id=? and dek is not null", case
    )
    if left:
        await confirmed(network, case, pending)

    # What the kill left of it in the log is gone with the start's own checkpoint, or with the sweep that runs at once.
    await network.until("the bytes of it to be gone from every file", lambda: gone(network, key_id, sealed))
    notes = len(await asyncio.to_thread(read_journal, network.data("XD") / "journal"))
    assert notes > 1
    assert query(network.database("XD"), "select count(*) from spent_key") == [(0,)]


async def gone(network: CrashNetwork, key_id: bytes, sealed: list[bytes]) -> bool:
    """Whether neither the key nor a byte it sealed stands in any file."""
    network.nudge(60)
    folder = network.data("XD")
    kept = query(folder / "keys.db", "select count(*) from case_key where key_id=?", key_id)
    found = bytes_of(folder, "node.db")
    return kept == [(0,)] and not any(one[20:84] in found for one in sealed)


def bytes_of(folder: Path, name: str) -> bytes:
    """A database with its log and its index, as a thief of the disk finds them."""
    copied = folder.with_name("looked-at")
    shutil.rmtree(copied, ignore_errors=True)
    copied.mkdir()
    for path in folder.glob(f"{name}*"):
        shutil.copyfile(path, copied / path.name)
    return b"".join(path.read_bytes() for path in sorted(copied.iterdir()))
