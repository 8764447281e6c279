"""Sweeps and backups look at the database while others write to it: what is committed a moment later is not missed.

Source: at-rest 5.1, 5.4; R25.
"""

from pathlib import Path

import msgspec
import pytest

from node.crypto.vault import Dek
from node.service.keep.backup import back_up, note_backup
from node.service.keep.case_keys import Erased
from node.service.keep.dates import date_changed
from node.service.keep.erasing import AskErasure, ask_erasure, decide_erasure
from node.service.keep.forget import OLD_KEY_LIFE_S, change_key, destroy_spent
from node.service.threads.book import Book
from node.store.db import Store
from node.store.work import Work
from tests.keep.test_last_byte import told
from tests.keeping import second
from tests.world import DAY_S, Country, World

MINUTE_S = 60


def keys_of(copy: Path) -> list[bytes]:
    """The keys that the cases of a copy of the database ask for."""
    store = Store.open(copy, read_only=True)
    try:
        return [key for _, key in store.read_sync(lambda reader: reader.spent.keys_of_cases())]
    finally:
        store.close()


def erase_at(country: Country, case: str) -> int | None:
    query = "select erase_at from case_file where case_id=?"
    found = country.node.store.read_sync(lambda reader: reader.connection.execute(query, (case,)).fetchone())
    at: int | None = found[0]
    return at


def close(country: Country, work: Work, case_id: str, at: int) -> None:
    """A case that has no threads is closed; `at` is what the clock said when that was begun."""
    book = Book(country.node, work)
    case = book.case(case_id)
    retention = msgspec.structs.replace(case.case.retention, closed_at=at, months_after_closure=12)
    book.put_case(case, msgspec.structs.replace(case.case, retention=retention), at)


@pytest.mark.parametrize("apart_s", [0, 1, 20])
async def test_a_backup_made_while_a_case_gets_another_key_can_be_restored(world: World, apart_s: int) -> None:
    """The copy shows the case as it was before the commit: the key that it asks for is not destroyed for being old."""
    xa, copy = world["XA"], world.tmp / "copy.db"
    case = await xa.new_case()

    def changed(work: Work) -> None:
        change_key(xa.node, work, case, xa.node.now(), xa.node.now() + OLD_KEY_LIFE_S)
        world.clock.step(apart_s)  # the disk is slow
        back_up(xa.opened.folder, copy, world.clock)

    await xa.node.store.write(changed)
    world.clock.step(DAY_S)
    await note_backup(xa.node)
    await destroy_spent(xa.node)

    assert all(map(xa.node.seals.case_keys.exists, keys_of(copy)))


async def test_a_later_backup_lets_the_old_key_go(world: World) -> None:
    """At-rest 5.1: nothing needs it any more."""
    xa, case = world["XA"], await world["XA"].new_case()
    before = xa.node.store.read_sync(lambda reader: reader.spent.keys_of_cases())
    await xa.node.store.write(lambda work: change_key(xa.node, work, case, xa.node.now(), 2**60))
    world.clock.step(DAY_S)
    back_up(xa.opened.folder, world.tmp / "copy.db", world.clock)

    await note_backup(xa.node)
    await destroy_spent(xa.node)

    assert not any(xa.node.seals.case_keys.exists(key) for _, key in before)


async def test_a_case_whose_change_was_begun_earlier_than_the_last_look_is_dated(world: World) -> None:
    """R25: a long piece of work carries the time of its beginning; what it closes must not be kept for ever."""
    xd = world["XD"]
    first, last = sorted([await xd.new_case(), await xd.new_case()])
    begun_at = xd.node.now()
    world.clock.step(MINUTE_S)
    await xd.node.store.write(lambda work: close(xd, work, last, xd.node.now()))
    world.clock.step(MINUTE_S)
    await date_changed(xd.node)

    await xd.node.store.write(lambda work: close(xd, work, first, begun_at))
    await date_changed(xd.node)

    assert erase_at(xd, last) is not None
    assert erase_at(xd, first) is not None


async def test_a_case_that_changed_after_the_clock_was_set_back_is_dated(world: World) -> None:
    """The clock was five days ahead; what changed then was looked at, and what changes now is of a time before that."""
    xd = world["XD"]
    first, last = await xd.new_case(), await xd.new_case()
    ahead = xd.node.now() + 5 * DAY_S
    await xd.node.store.write(lambda work: close(xd, work, first, ahead))
    world.clock.step(5 * DAY_S + MINUTE_S)
    await date_changed(xd.node)
    world.clock.step(-5 * DAY_S)

    await xd.node.store.write(lambda work: close(xd, work, last, xd.node.now()))
    world.clock.step(MINUTE_S)
    await date_changed(xd.node)

    assert erase_at(xd, last) is not None


async def test_no_key_of_an_erased_case_comes_back_into_memory(world: World) -> None:
    """A page that is drawn while the erasure is committed still reads the case: what it opened goes as well."""
    xd = world["XD"]
    case, _ = await told(world)
    row = xd.node.store.read_sync(lambda reader: reader.cases.get(case))
    assert row is not None and row.dek is not None
    forget, wrapped = xd.node.seals.forget, row.dek
    opened: list[Dek] = []

    def forgotten_and_read(key: bytes | None) -> None:
        forget(key)
        if not opened:
            opened.append(xd.node.seals.case_key(case, wrapped))

    xd.node.seals.forget = forgotten_and_read  # type: ignore[method-assign,assignment]
    asked = await ask_erasure(xd.node, xd.coordinator, case, AskErasure(ground="recorded_in_error"))
    assert asked.pending is not None

    await decide_erasure(xd.node, second(xd), case, asked.pending, approve=True)

    assert opened
    assert wrapped not in xd.node.seals._deks


async def test_a_key_that_is_asked_for_while_it_is_destroyed_is_in_no_memory_afterwards(world: World) -> None:
    """Until it is gone from the file, a page that is drawn takes it into memory again."""
    xd = world["XD"]
    await xd.new_case()
    keys = xd.node.seals.case_keys
    ((_, key_id),) = xd.node.store.read_sync(lambda reader: reader.spent.keys_of_cases())
    destroy = keys._keyring.destroy_case_keys

    def asked_for_first(ids: list[bytes]) -> None:
        keys.get(ids[0])
        destroy(ids)

    keys._keyring.destroy_case_keys = asked_for_first  # type: ignore[method-assign]
    keys.destroy([key_id])

    with pytest.raises(Erased):
        keys.get(key_id)
