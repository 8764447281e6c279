"""Erasure to the last byte (wire 11): after it nothing opens in the database, its log, or a backup made before.

The backup is opened with every key that is left, as whoever holds the machine would.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from node.crypto.errors import OpenFailed
from node.crypto.suite import KemKey
from node.errors import NotAllowed, NotFound
from node.protocol.cases.case import Person
from node.service.cases.cases import view_case
from node.service.cases.identity import read_identity
from node.service.keep.erasing import AskErasure, ask_erasure, decide_erasure
from node.service.seals import Erased
from node.service.threads.book import Book
from node.store.db import Store
from tests.evidence_support import archiving
from tests.keeping import blobs, erase_case, files_of, second
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, Country, World

CHILD = "c2" * 4
MARK, OTHER_MARK = "Zoryana-of-the-mark", "Dobrynya-of-the-mark"


async def told(world: World, **accepted: Any) -> tuple[str, str]:
    """(case, thread) of a referral whose names were disclosed, then stopped; the stop has arrived."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"given_name": MARK}})
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    token = xd.tokens(thread)[HER]
    needed = [{"person": token, "field": "given_name", "level": "L3"}]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": needed, **accepted})
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["given_name"]})
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    return case, thread


def case_at(country: Country) -> str:
    return country.node.store.read_sync(lambda reader: reader.cases.all(1))[0].case_id


def opens_anything(country: Country, backup: Path, case: str) -> bool:
    """Whether a copy of the database, with all keys that are left, still tells anything of a case."""
    store = Store.open(backup, read_only=True)
    try:
        return store.read_sync(lambda reader: bool(_opened(country, Book(country.node, reader), case)))
    finally:
        store.close()


def _opened(country: Country, book: Book, case: str) -> list[str]:
    found = []
    seals = country.node.seals
    seals._deks.clear()  # what the living node remembers is not what a thief has
    try:
        opened = book.case(case)
        found.append("case")
        found += ["consent" for _ in book.consents(opened)]
        found += [
            name
            for named in read_identity(country.node, book.reader, opened, country.office).values()
            for name in named
        ]
    except (Erased, OpenFailed):
        pass
    for letter in book.reader.letters.of_case(case):
        try:
            book.payload(letter)
            found.append("letter")
        except (Erased, OpenFailed, NotFound):
            pass
    return found


@pytest.mark.parametrize("code", ["XD", "XA"])
async def test_a_backup_made_before_opens_nothing_of_an_erased_case(world: World, code: str) -> None:
    """At-rest 5.1: the case key was never in the database, and it is gone."""
    await told(world)
    here, backup = world[code], world.tmp / "old.db"
    case = case_at(here)
    here.node.store.backup(backup)
    assert opens_anything(here, backup, case)

    await erase_case(here, case)

    assert not opens_anything(here, backup, case)


@pytest.mark.parametrize("code", ["XD", "XA"])
async def test_no_sealed_byte_of_it_is_left_in_any_file(world: World, code: str) -> None:
    """Wire 11: rows, free pages and log of the database, and the key file with its log."""
    await told(world)
    here, folder = world[code], world.tmp / code
    case = case_at(here)
    before, keys = blobs(folder / "node.db"), blobs(folder / "keys.db")
    key_id = here.node.store.read_sync(lambda reader: reader.cases.get(case)).dek[:16]  # type: ignore[union-attr, index]
    sealed_key = here.node.seals.case_keys._keyring.case_key(key_id)
    assert sealed_key in keys
    await erase_case(here, case)
    gone = before - blobs(folder / "node.db")

    left = files_of(folder, "node.db")
    assert len(gone) >= 7
    assert [blob[:24].hex() for blob in gone if blob in left] == []
    assert sealed_key not in files_of(folder, "keys.db")


async def test_the_evidence_still_verifies_on_both_sides(world: World) -> None:
    """Wire 11: statement, signature and receipt stay, and a third party can check them."""
    kept = await archiving(world)
    _, thread = await told(world)
    for code in ("XD", "XA"):
        before = await kept.judged(code, thread)
        await erase_case(world[code], case_at(world[code]))
        after = await kept.judged(code, thread)

        assert before.letters == 4
        assert (after.letters, after.receipts, after.faults) == (before.letters, before.receipts, [])


async def test_a_crash_before_the_key_is_destroyed_is_made_good_at_the_next_start(world: World) -> None:
    """The rows are gone with the commit; what opens older copies goes with the start."""
    await told(world)
    xd, backup = world["XD"], world.tmp / "old.db"
    case = case_at(xd)
    xd.node.store.backup(backup)

    def dies(ids: list[bytes]) -> None:
        raise RuntimeError("killed here")

    xd.node.seals.case_keys.destroy = dies  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await erase_case(xd, case)
    assert opens_anything(xd, backup, case)

    xd = await world.restart("XD")

    assert not opens_anything(xd, backup, case)
    assert xd.node.store.read_sync(lambda reader: reader.spent.all()) == set()


async def test_one_person_erases_nothing(world: World) -> None:
    """R25: two different people; whoever asked may only take it back."""
    await told(world)
    xd = world["XD"]
    case = case_at(xd)
    asked = await ask_erasure(xd.node, xd.coordinator, case, AskErasure(ground="she_asked"))
    assert asked.pending is not None
    with pytest.raises(NotAllowed, match="two different people"):
        await decide_erasure(xd.node, xd.coordinator, case, asked.pending, approve=True)
    await decide_erasure(xd.node, second(xd), case, asked.pending, approve=False)
    with pytest.raises(NotFound):
        await decide_erasure(xd.node, second(xd), case, asked.pending, approve=True)

    assert (await view_case(xd.node, xd.coordinator, case)).case == case


async def family(world: World) -> tuple[str, str]:
    """(case, thread) of a mother and a child who were offered together, and whose names stand in both files."""
    xd, xa = world["XD"], world["XA"]
    mother = Person(person_id="a1" * 4, role="person", age_band="25-34", gender="woman", languages=("uk",))
    other = Person(person_id=CHILD, role="dependant", age_band="25-34", gender="woman", languages=("uk",))
    case = await xd.new_case(persons=(mother, other))
    await xd.write_identity(case, {"a1" * 4: {"given_name": MARK}, CHILD: {"given_name": OTHER_MARK}})
    for person in ("a1" * 4, CHILD):
        await xd.consent(case, "XA", person=person)
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    tokens = xd.tokens(thread)
    needed = [{"person": token, "field": "given_name", "level": "L3"} for token in tokens.values()]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": list(tokens.values()), "data_needed": needed})
    await world.settle()
    both = {"a1" * 4: ["given_name"], CHILD: ["given_name"]}
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose=both)
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    return case, thread


@pytest.mark.parametrize("code", ["XD", "XA"])
async def test_one_person_of_a_family_is_erased_and_the_others_stay(world: World, code: str) -> None:
    """H26: her facts, consents, names and her part of letters go; the other one's stay readable."""
    await family(world)
    here = world[code]
    case = case_at(here)
    persons = [one.person_id for one in (await view_case(here.node, here.coordinator, case)).persons]
    backup = world.tmp / "old.db"
    here.node.store.backup(backup)

    done = await erase_case(here, case, persons[1])

    shown = await view_case(here.node, here.coordinator, case)
    assert done.done and [one.person_id for one in shown.persons] == persons[:1]
    names = here.node.store.read_sync(
        lambda reader: read_identity(here.node, reader, Book(here.node, reader).case(case), here.office)
    )
    assert names == {persons[0]: {"given_name": MARK}}
    assert not opens_anything(here, backup, case)
    told_of_her = everything(here, case)
    assert OTHER_MARK not in told_of_her and persons[1] not in told_of_her
    assert MARK in told_of_her


@pytest.mark.parametrize("code", ["XD", "XA"])
async def test_the_one_a_case_is_about_is_erased_and_it_goes_on_about_the_other(world: World, code: str) -> None:
    """H26: every person counts alone; letters that are about her first of all go whole."""
    await family(world)
    here = world[code]
    case = case_at(here)
    persons = [one.person_id for one in (await view_case(here.node, here.coordinator, case)).persons]

    await erase_case(here, case, persons[0])

    shown = await view_case(here.node, here.coordinator, case)
    assert [(one.person_id, one.role) for one in shown.persons] == [(persons[1], "person")]
    assert MARK not in everything(here, case)
    assert here.node.store.read_sync(lambda reader: reader.audit.verify()) is None


def everything(country: Country, case: str) -> str:
    """All that can still be opened of a case, names included."""
    node = country.node

    def read(reader: object) -> str:
        book = Book(node, reader)  # type: ignore[arg-type]
        opened = book.case(case)
        parts = [repr(opened.case), repr(book.consents(opened))]
        parts.append(repr(read_identity(node, book.reader, opened, country.office)))
        parts += [book.payload(row).decode() for row in book.reader.letters.of_case(case) if row.sealed is not None]
        for row in book.reader.threads.of_case(case):
            found = book.file(row.peer, row.thread_id)
            parts.append("" if found is None else repr((found.file.entries, found.file.persons)))
        return "".join(parts)

    return node.store.read_sync(read)


async def test_a_table_that_seals_for_a_case_is_known_to_the_erasure(world: World) -> None:
    """A new table with a sealed column that nobody told the erasure of would outlive the person.

    The names are erased with the row of their case; of every other table `forget_all` erases what these two lists name.
    """
    from node.store.keep import SEALED, SEALED_TO_OFFICE

    with closing(sqlite3.connect(world.tmp / "XD" / "node.db")) as connection:
        tables = [row[0] for row in connection.execute("select name from sqlite_schema where type='table'")]
        found = {
            table
            for table in tables
            if {"case_id", "sealed"} <= {row[1] for row in connection.execute(f"pragma table_info({table})")}
        }

    assert found - {"identity"} == {column.table for column in SEALED} | set(SEALED_TO_OFFICE)


async def test_the_copy_of_another_moment_is_no_help(world: World) -> None:
    """A copy of the key file made after the erasure opens nothing either, and the office key alone opens nothing."""
    await told(world)
    xd, backup = world["XD"], world.tmp / "old.db"
    case = case_at(xd)
    xd.node.store.backup(backup)
    row = xd.node.store.read_sync(lambda reader: reader.cases.identities(case))[0]
    await erase_case(xd, case)
    shutil.copyfile(world.tmp / "XD" / "keys.db", world.tmp / "keys.later")
    office: KemKey = xd.office

    with pytest.raises((Erased, OpenFailed)):
        xd.node.seals.identity_key(case, row.version, row.dek, office)
