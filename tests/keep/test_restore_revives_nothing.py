"""H08: what was blocked, withdrawn, stopped or erased after a backup stays so when that backup comes back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from node.errors import Conflict, NotAllowed, NotFound, Unavailable
from node.protocol.cases.case import Person, Tie
from node.service.cases.cases import change_case, view_case
from node.service.cases.consents import list_consents
from node.service.cases.requests import SetProtection
from node.service.keep.restored import CaseCompared, answer_for_case, view_answer
from node.service.keep.sweep import sweep
from node.service.upkeep.restore import put_back
from node.store.folder import DataFolder
from node.store.journal import Journal, read_journal
from tests.evidence_support import ANSWER
from tests.keep.test_retention_sweep import kept, years_pass
from tests.keeping import erase_case, second
from tests.world import DAY_S, HER, Country, World

YES = CaseCompared(protection_checked=True, consents_checked=True, stops_checked=True)
FROM_XA = Tie(country="XA", kind="nationality", feared="not_asked")


def backup(world: World, code: str) -> Path:
    path = world.tmp / f"{code}.backup"
    world[code].node.store.backup(path)
    return path


async def restore(world: World, code: str, copy: Path, spoil: Callable[[Path], None] = lambda folder: None) -> Country:
    await world[code].close()
    put_back(DataFolder(world.tmp / code), copy)
    spoil(world.tmp / code / "journal")
    return await world.restart(code)


async def her_case(world: World) -> tuple[str, str, str]:
    """(case, consent, thread): she comes from XA and was offered there; a backup would know this much."""
    xd = world["XD"]
    her = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",), ties=(FROM_XA,))
    case = await xd.new_case(persons=(her,))
    consent = await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    return case, consent, thread


async def asks_for_asylum(world: World) -> None:
    xd = world["XD"]
    case = xd.node.store.read_sync(lambda reader: reader.cases.all(1))[0].case_id
    await change_case(xd.node, xd.caseworker, case, SetProtection(person_id=HER, protection="sought"))


def outgoing(world: World, code: str) -> list[str]:
    """Kinds of what this country posted, as it knows them itself."""
    rows = world[code].node.store.read_sync(
        lambda reader: reader.connection.execute("select state, class from outbox where class=1").fetchall()
    )
    return [row[0] for row in rows]


async def test_an_asylum_block_set_after_the_backup_stays(world: World) -> None:
    """H08, H03: the restored node sends nothing to the feared country, and the thread gets its stop."""
    case, _, thread = await her_case(world)
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await asks_for_asylum(world)

    xd = await restore(world, "XD", copy)

    (person,) = (await view_case(xd.node, xd.coordinator, case)).persons
    assert (person.protection, (await view_answer(xd.node, xd.coordinator, case)).free) == ("sought", True)
    with pytest.raises(NotAllowed) as refused:
        await xd.offer("XA", case)
    assert refused.value.rule == "R10"
    await world.days(2)
    assert (await world["XA"].view(thread)).state == "ended"


async def test_without_its_journal_a_restored_node_holds_everybody(world: World) -> None:
    """H08: nothing about a person is released until two people answered for the case."""
    case, _, thread = await her_case(world)
    copy = backup(world, "XD")
    await asks_for_asylum(world)

    xd = await restore(world, "XD", copy, shutil.rmtree)

    before = len(world.posted)
    with pytest.raises(NotAllowed, match="restored from a backup") as refused:
        await xd.offer("XA", case)
    assert refused.value.rule == "H08"
    await world.days(1)
    letters = [one for one in world.posted[before:] if one[0] == "XD"]
    assert letters and (await world["XA"].view(thread)).state != "ended"  # only control letters left
    codes = xd.node.store.read_sync(lambda reader: {task.code for task in reader.tasks.open()})
    assert "restored_without_journal" in codes


async def test_two_people_answer_for_a_case_and_it_goes_on(world: World) -> None:
    """H08: one is not enough, the same one twice neither, and nothing is answered without comparing."""
    case, _, _ = await her_case(world)
    copy = backup(world, "XD")
    xd = await restore(world, "XD", copy, shutil.rmtree)

    with pytest.raises(NotAllowed):
        await answer_for_case(xd.node, xd.coordinator, case, CaseCompared(True, False, True))
    first = await answer_for_case(xd.node, xd.coordinator, case, YES)
    with pytest.raises(NotAllowed, match="two different people"):
        await answer_for_case(xd.node, xd.coordinator, case, YES)
    done = await answer_for_case(xd.node, second(xd), case, YES)

    assert (first.free, done.free) == (False, True)
    await xd.offer("XA", case)
    other = await xd.new_case()
    await xd.consent(other, "XA")
    with pytest.raises(NotAllowed, match="restored"):
        await xd.offer("XA", other)


async def test_a_letter_that_waited_in_the_backup_is_held_too(world: World) -> None:
    """The gate at release: what was queued before the backup was made does not leave either."""
    case, _, _ = await her_case(world)
    world.fault = lambda *_: "lost"
    ask = await world["XD"].offer("XA", case, needs=("legal",))
    copy = backup(world, "XD")
    await asks_for_asylum(world)
    world.fault = lambda *_: None

    await restore(world, "XD", copy, shutil.rmtree)
    await world.days(1)

    with pytest.raises(NotFound):
        await world["XA"].view(ask.thread)


async def test_a_node_that_was_never_restored_has_nothing_to_answer(world: World) -> None:
    """The hold is of restored nodes alone."""
    case, _, _ = await her_case(world)
    xd = world["XD"]
    with pytest.raises(Conflict):
        await answer_for_case(xd.node, xd.coordinator, case, YES)


async def test_a_consent_taken_back_after_the_backup_stays_taken_back(world: World) -> None:
    """H08, R20: and somebody is asked whether that country was told."""
    case, consent, _ = await her_case(world)
    copy = backup(world, "XD")
    await world["XD"].withdraw(case, consent)

    xd = await restore(world, "XD", copy)

    (shown,) = await list_consents(xd.node, xd.coordinator, case)
    assert shown.withdrawn_at is not None and shown.purposes == ()
    codes = xd.node.store.read_sync(lambda reader: {task.code for task in reader.tasks.open()})
    assert "withdrawal_to_tell_again" in codes
    with pytest.raises(NotAllowed):
        await xd.offer("XA", case)


@pytest.mark.parametrize("stopper", ["XD", "XA"])
async def test_a_thread_stopped_after_the_backup_does_not_come_to_life(world: World, stopper: str) -> None:
    """H08, R31: ours and theirs; the restored node writes nothing more on it."""
    _, _, thread = await her_case(world)
    copy = backup(world, "XD")
    await world[stopper].stop(thread)
    await world.later(DAY_S)

    xd = await restore(world, "XD", copy)

    with pytest.raises(NotAllowed):
        await xd.act(thread, "referral.info", ANSWER)
    await world.days(2)
    assert (await xd.view(thread)).state == "ended"


async def test_an_erased_case_is_gone_from_the_restored_database(world: World) -> None:
    """H08, wire 11: its key is gone and the journal names it."""
    case, _, thread = await her_case(world)
    copy = backup(world, "XD")
    await world["XD"].stop(thread)
    await world.later(DAY_S)
    await erase_case(world["XD"], case)

    xd = await restore(world, "XD", copy)

    row = xd.node.store.read_sync(lambda reader: reader.cases.get(case))
    assert row is not None and (row.dek, row.sealed) == (None, None)
    assert await_none(xd, case)


async def test_an_erased_case_is_gone_even_without_the_journal(world: World) -> None:
    """The destroyed key alone erases it: nothing of it opens, so nothing of it is kept."""
    case, _, thread = await her_case(world)
    copy = backup(world, "XD")
    await world["XD"].stop(thread)
    await world.later(DAY_S)
    await erase_case(world["XD"], case)

    xd = await restore(world, "XD", copy, shutil.rmtree)

    assert await_none(xd, case)


def await_none(country: Country, case: str) -> bool:
    """Whether nothing sealed is left of a case."""
    query = "select count(*) from {} where case_id=? and sealed is not null"
    tables = ("case_file", "consent", "thread", "letter", "identity", "task")
    return country.node.store.read_sync(
        lambda reader: all(
            reader.connection.execute(query.format(table), (case,)).fetchone() == (0,) for table in tables
        )
    )


async def test_what_a_sweep_erased_is_erased_from_the_restored_database_too(world: World) -> None:
    """H08, R25: one note for each sweep; the dates stand in the backup."""
    _, _, thread = await her_case(world)
    await world["XA"].stop(thread)
    await world.later(DAY_S)
    xa = world["XA"]
    copy = backup(world, "XA")
    years_pass(world, 800 * DAY_S)
    await sweep(xa.node)
    gone = kept(xa)[0]

    xa = await restore(world, "XA", copy)

    assert (gone, kept(xa)[0]) == (0, 0)


Spoil = Callable[[Path], None]


def cut_tail(folder: Path) -> None:
    path = sorted(folder.glob("*.journal"))[-1]
    path.write_bytes(path.read_bytes()[:-600])


def change_byte(folder: Path) -> None:
    path = sorted(folder.glob("*.journal"))[-1]
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)


def remove_first(folder: Path) -> None:
    sorted(folder.glob("*.journal"))[0].unlink()


@pytest.mark.parametrize("spoil", [cut_tail, change_byte, remove_first])
async def test_a_journal_that_is_not_whole_counts_as_none(world: World, spoil: Spoil) -> None:
    """Fail closed: a cut tail shows against the head beside the keys, a changed byte in the chain."""
    case, _, _ = await her_case(world)
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await asks_for_asylum(world)

    xd = await restore(world, "XD", copy, spoil)

    assert not (await view_answer(xd.node, xd.coordinator, case)).free


async def test_a_journal_begun_after_the_backup_covers_nothing(world: World) -> None:
    """A new journal on a new machine knows nothing of what lay between."""
    case, _, _ = await her_case(world)
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await world["XD"].close()
    shutil.rmtree(world.tmp / "XD" / "journal")
    await world.restart("XD")
    xd = await restore(world, "XD", copy)

    assert not (await view_answer(xd.node, xd.coordinator, case)).free


async def test_the_journal_is_on_the_disk_before_the_commit(world: World) -> None:
    """Fail closed: a journal that takes nothing lets nothing be protected by half; the act fails and nothing stands."""
    case, _, _ = await her_case(world)
    xd = world["XD"]

    def full(entries: list[bytes]) -> None:
        raise Unavailable("journal cannot be written: no space left on device")

    append = xd.node.store._writing().journal
    xd.node.store.journal_to(full)
    with pytest.raises(Unavailable):
        await asks_for_asylum(world)
    (before,) = (await view_case(xd.node, xd.coordinator, case)).persons
    assert append is not None
    xd.node.store.journal_to(append)
    size = xd.opened.journal.head[0]
    await asks_for_asylum(world)
    (after,) = (await view_case(xd.node, xd.coordinator, case)).persons

    assert (before.protection, after.protection) == ("none", "sought")
    assert xd.opened.journal.head[0] > size


async def test_what_was_noted_and_not_committed_does_no_harm(world: World) -> None:
    """A crash between the two: replayed, it protects too much and never less."""
    case, _, _ = await her_case(world)
    xd, copy = world["XD"], backup(world, "XD")
    await asks_for_asylum(world)
    noted = (world.tmp / "XD" / "journal", world.tmp / "kept")
    shutil.copytree(*noted)

    xd = await restore(world, "XD", copy)
    twice = await restore(world, "XD", copy)

    for one in (xd, twice):
        assert one.code == "XD"
    (person,) = (await view_case(twice.node, twice.coordinator, case)).persons
    assert person.protection == "sought"


async def test_a_job_that_fails_notes_nothing(world: World) -> None:
    """Only what is committed is noted, so that a refused act blocks nobody after a restore."""
    xd = world["XD"]
    case, _, thread = await her_case(world)
    size = xd.opened.journal.head[0]

    def fails(work: object) -> None:
        work.note(b"never")  # type: ignore[attr-defined]
        raise Conflict("no")

    with pytest.raises(Conflict):
        await xd.node.store.write(fails)

    assert (xd.opened.journal.head[0], case != thread) == (size, True)


async def test_the_journal_holds_no_word_in_the_clear(world: World) -> None:
    """Ids alone, sealed under a key of their own, in records of one size."""
    case, consent, thread = await her_case(world)
    await asks_for_asylum(world)
    await world["XD"].withdraw(case, consent)
    data = b"".join(path.read_bytes() for path in (world.tmp / "XD" / "journal").iterdir())

    words = (case, consent, thread, f'"{HER}"', "sought", '"XA"')  # two letters alone stand in sealed bytes by chance
    assert not [word for word in words if word.encode() in data]
    assert {len(body) for _, body in read_journal(world.tmp / "XD" / "journal")} == {552}


async def test_compacting_keeps_the_newest_of_each_and_the_chain(world: World, tmp_path: Path) -> None:
    """Rotation: the head goes on, and what was replaced is gone."""
    folder = tmp_path / "j"
    journal = Journal.open(folder)
    journal.append([b"one", b"two"])
    head = journal.head
    journal.compact([b"two"])
    journal.append([b"three"])
    journal.close()
    again = Journal.open(folder)

    assert again.head[0] == head[0] + 3
    assert [body for _, body in read_journal(folder)] == [b"two", b"three"]
    again.close()


async def test_a_torn_last_record_is_cut_off(tmp_path: Path, world: World) -> None:
    """A crash in the middle of an append: its transaction never came to be."""
    folder = tmp_path / "j"
    journal = Journal.open(folder)
    journal.append([b"one"])
    journal.close()
    path = next(folder.glob("*.journal"))
    path.write_bytes(path.read_bytes() + b"\0\0\0\5half")
    again = Journal.open(folder)
    again.append([b"two"])
    again.close()

    assert [body for _, body in read_journal(folder)] == [b"one", b"two"]
