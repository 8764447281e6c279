"""H08, H26: one person of a family was erased, and database and keys come back from before: she is erased again.

The old copy of the keys opens everything that the old copy of the database holds, as on a new machine.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from node.protocol.cases.case import Person
from node.service.cases.cases import view_case
from node.service.cases.identity import LOCAL_PLACE, read_identity, write_local
from node.service.keep.again import NAMES_WAIT, put_names_in_order
from node.service.threads.book import Book, OpenCase
from node.service.upkeep.restore import put_back
from node.store.folder import DataFolder
from node.store.work import Work
from tests.keep.test_last_byte import CHILD, MARK, OTHER_MARK, case_at, everything, family
from tests.keep.test_restore_revives_nothing import backup
from tests.keeping import blobs, erase_case, files_of
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, Country, World

THIRD, THIRD_MARK = "e5" * 4, "Radomira-of-the-mark"


def copies(world: World, code: str) -> tuple[Path, Path]:
    """Last night's copies of the database and of the keys."""
    keys = world.tmp / "old keys.db"
    with closing(sqlite3.connect(world.tmp / code / "keys.db")) as old, closing(sqlite3.connect(keys)) as new:
        old.backup(new)
    return backup(world, code), keys


async def restore_both(world: World, code: str, database: Path, keys: Path) -> Country:
    await world[code].close()
    for path in (world.tmp / code).glob("keys.db*"):
        path.unlink()
    shutil.copyfile(keys, world.tmp / code / "keys.db")
    put_back(DataFolder(world.tmp / code), database)
    return await world.restart(code)


def waits(country: Country) -> int:
    rows = country.node.store.read_sync(lambda reader: reader.tasks.open())
    return sum(row.code == NAMES_WAIT for row in rows)


def names(country: Country, case: str) -> dict[str, dict[str, str]]:
    node = country.node
    return node.store.read_sync(
        lambda reader: read_identity(node, reader, Book(node, reader).case(case), country.office)
    )


@pytest.mark.parametrize("code", ["XD", "XA"])
@pytest.mark.parametrize("place", [0, 1])
async def test_h08_receiver_an_erased_person_of_a_family_does_not_come_back_readable(
    world: World, code: str, place: int
) -> None:
    """Nothing of her is shown before anybody signed in, and after the first sign-in nothing of her opens at all."""
    await family(world)
    here = world[code]
    case = case_at(here)
    persons = [one.person_id for one in (await view_case(here.node, here.coordinator, case)).persons]
    marks = (MARK, OTHER_MARK)
    database, keys = copies(world, code)
    await erase_case(here, case, persons[place])

    here = await restore_both(world, code, database, keys)

    shown = await view_case(here.node, here.coordinator, case)
    assert [one.person_id for one in shown.persons] == [persons[1 - place]]
    told = everything(here, case)
    assert marks[place] not in told and persons[place] not in told.replace(persons[1 - place], "")
    assert waits(here) == 1

    await put_names_in_order(here.node, here.office, "coordinator-1")

    assert (waits(here), names(here, case)) == (0, {persons[1 - place]: {"given_name": marks[1 - place]}})
    assert here.node.store.read_sync(lambda reader: reader.audit.verify()) is None
    await put_names_in_order(here.node, here.office, "coordinator-1")  # safe to repeat


async def test_after_the_first_sign_in_no_sealed_byte_of_before_is_left_in_database_or_log(world: World) -> None:
    """Wire 11: what opened with the old keys stands in no page; the old case key is destroyed at once."""
    await family(world)
    xa = world["XA"]
    case = case_at(xa)
    persons = [one.person_id for one in (await view_case(xa.node, xa.coordinator, case)).persons]
    database, keys = copies(world, "XA")
    await erase_case(xa, case, persons[1])
    xa = await restore_both(world, "XA", database, keys)
    before = names_sealed(xa, case)
    assert before

    await put_names_in_order(xa.node, xa.office, "coordinator-1")

    assert not [one for one in before if one[20:84] in files_of(world.tmp / "XA", "node.db")]
    assert not xa.node.store.read_sync(lambda reader: reader.spent.due(world.clock.now()))


def names_sealed(country: Country, case: str) -> list[bytes]:
    """What is sealed of names: identity versions, and the task that keeps the blocks."""

    def read(reader: object) -> list[bytes]:
        c = reader.connection  # type: ignore[attr-defined]
        query = (
            "select sealed from identity where case_id=?1 and sealed is not null"
            " union all select sealed from task where case_id=?1 and sealed is not null"
        )
        return [row[0] for row in c.execute(query, (case,))]

    return country.node.store.read_sync(read)


async def test_two_erased_of_three_are_erased_again_and_the_third_keeps_every_name(world: World) -> None:
    """H26: what a block told of the third one, and where they sleep, is hers after the first sign-in."""
    xd, xa = world["XD"], world["XA"]
    ids = ("a1" * 4, CHILD, THIRD)
    people = tuple(
        Person(person_id=one, role="person" if one == ids[0] else "dependant", age_band="25-34", gender="woman",
               languages=("uk",)) for one in ids
    )  # fmt: skip
    case_xd = await xd.new_case(persons=people)
    given = dict(zip(ids, (MARK, OTHER_MARK, THIRD_MARK), strict=True))
    await xd.write_identity(case_xd, {who: {"given_name": name} for who, name in given.items()})
    for who in ids:
        await xd.consent(case_xd, "XA", person=who)
    thread = (await xd.offer("XA", case_xd)).thread
    await world.settle()
    tokens = xd.tokens(thread)
    needed = [{"person": token, "field": "given_name", "level": "L3"} for token in tokens.values()]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": list(tokens.values()), "data_needed": needed})
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={who: ["given_name"] for who in ids})
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    case = case_at(xa)
    persons = [one.person_id for one in (await view_case(xa.node, xa.coordinator, case)).persons]

    def place(work: Work) -> OpenCase:
        found = Book(xa.node, work).case(case)
        write_local(xa.node, work, found, persons[2], {LOCAL_PLACE: "room-of-the-mark"}, world.clock.now())
        return found

    await xa.node.store.write(place)
    database, keys = copies(world, "XA")
    for who in persons[:2]:
        await erase_case(xa, case, who)

    xa = await restore_both(world, "XA", database, keys)
    assert waits(xa) == 1
    await put_names_in_order(xa.node, xa.office, "coordinator-1")

    assert names(xa, case) == {persons[2]: {"given_name": THIRD_MARK, LOCAL_PLACE: "room-of-the-mark"}}
    assert blobs(world.tmp / "XA" / "node.db")


async def test_a_copy_of_the_database_alone_does_not_open_the_family_at_all(world: World) -> None:
    """The destroyed key: the older copy of that case opens for nobody, as the operator's page says."""
    await family(world)
    xd = world["XD"]
    case = case_at(xd)
    copy = backup(world, "XD")
    await erase_case(xd, case, CHILD)
    await xd.close()
    put_back(DataFolder(world.tmp / "XD"), copy)
    xd = await world.restart("XD")

    row = xd.node.store.read_sync(lambda reader: reader.cases.get(case))
    assert row is not None and row.dek is None
    assert not waits(xd)
