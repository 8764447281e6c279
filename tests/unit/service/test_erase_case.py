"""Erasing a whole case here: nothing of it can be read again, evidence stays, and the peer is answered as ever.

Source: wire 11; R20, R25, R28; at-rest.
"""

import sqlite3

import pytest

from node.crypto.receipts import Receipt, Status
from node.errors import NotAllowed, NotFound
from node.protocol.letters.codes import NOT_IN_THIS_STATE
from node.service.threads.acts import open_for
from node.service.threads.book import Book
from node.store.work import Reader
from tests.attack.forged_posts import answer, forged, payload_of, post
from tests.keeping import erase_case
from tests.world import DAY_S, HER, World


async def ended(world: World) -> tuple[str, str]:
    """(case, thread) of a referral that was stopped, and whose stop has arrived."""
    xd = world["XD"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"given_name": "Zoryana"}})
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    return case, thread


def kept(world: World, case: str, code: str = "XD") -> dict[str, int]:
    """How many sealed values each table still holds."""
    queries = {
        "case": "select count(*) from case_file where case_id=? and (dek is not null or sealed is not null)",
        "identity": "select count(*) from identity where case_id=? and (dek is not null or sealed is not null)",
        "consent": "select count(*) from consent where case_id=? and sealed is not null",
        "thread": "select count(*) from thread where case_id=? and sealed is not null",
        "letter": "select count(*) from letter where case_id=? and (sealed is not null or salt is not null)",
        "outbox": "select count(*) from outbox where case_id=? and sealed is not null",
        "envelope": "select count(*) from envelope join outbox using (letter_id) where case_id=?"
        " and (bytes is not null or envelope.salt is not null)",
    }

    def count(reader: Reader) -> dict[str, int]:
        return {name: reader.connection.execute(query, (case,)).fetchone()[0] for name, query in queries.items()}

    return world[code].node.store.read_sync(count)


async def test_nothing_sealed_for_the_case_is_left_and_nothing_can_be_opened(world: World) -> None:
    """Wire 11: salt, payload, outbox bytes and both keys are destroyed; also in memory."""
    xd = world["XD"]
    case, thread = await ended(world)
    before = kept(world, case)
    assert all(before[name] for name in ("case", "identity", "consent", "thread", "letter", "envelope"))

    await erase_case(xd, case)

    assert set(kept(world, case).values()) == {0}
    with pytest.raises(NotFound, match="erased"):
        xd.node.store.read_sync(lambda reader: Book(xd.node, reader).case(case))
    with pytest.raises(NotFound):
        xd.node.store.read_sync(lambda reader: open_for(xd.node, reader, xd.coordinator, thread))
    assert xd.node.store.read_sync(lambda reader: reader.audit.verify()) is None


async def test_the_keys_are_gone_from_the_files_too(world: World) -> None:
    """At-rest: secure_delete and an emptied log; the wrapped key stands in no page and no log."""
    xd = world["XD"]
    case, _ = await ended(world)
    row = xd.node.store.read_sync(lambda reader: reader.cases.get(case))
    assert row is not None and row.dek is not None and row.sealed is not None
    secrets = (row.dek, row.sealed)

    def found() -> list[bool]:
        files = [path.read_bytes() for path in (world.tmp / "XD").iterdir() if path.name.startswith("node.db")]
        return [any(secret in data for data in files) for secret in secrets]

    before = found()
    await erase_case(xd, case)

    assert before == [True, True]
    assert found() == [False, False]


async def test_statement_signature_and_receipt_stay_as_evidence(world: World) -> None:
    """Wire 11: S, SIG and R stay on both sides until retention plus limitation."""
    xd, xa = world["XD"], world["XA"]
    case, _ = await ended(world)
    theirs = xa.node.store.read_sync(lambda reader: reader.cases.all(1))[0].case_id
    await erase_case(xd, case)
    await erase_case(xa, theirs)

    sent = "select count(*) from envelope where s is not null and sig is not null and receipt is not null"
    came = (
        "select count(*) from letter where direction='in' and s is not null and sig is not null and receipt is not null"
    )
    assert xd.node.store.read_sync(lambda reader: reader.connection.execute(sent).fetchone()[0]) == 2
    assert xa.node.store.read_sync(lambda reader: reader.connection.execute(came).fetchone()[0]) == 2


async def test_an_open_thread_keeps_the_case(world: World) -> None:
    """R25: first the other country hears that it is over; erasing is refused with what to do, and nothing is lost."""
    xd = world["XD"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    with pytest.raises(NotAllowed, match="end it first"):
        await erase_case(xd, case)
    await xd.stop(thread)
    with pytest.raises(NotAllowed, match="has not left"):
        await erase_case(xd, case)

    assert kept(world, case)["case"] == 1


async def test_a_stop_on_its_way_arrives_after_the_erasure(world: World) -> None:
    """H01: its bytes say nothing of her, so they are posted until there is a receipt."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xd.stop(thread)
    world.fault = lambda *_: "lost"
    await world.later(DAY_S)
    await erase_case(xd, case)
    world.fault = lambda *_: None
    await world.later(DAY_S)

    assert (await xa.view(thread)).state == "ended"
    assert xd.letters_to("XA") == {"receipted": 2}


async def test_erasing_twice_is_erasing_once(world: World) -> None:
    """Safe to repeat: the second time there is nothing, and the audit says nothing."""
    xd = world["XD"]
    case, _ = await ended(world)
    await erase_case(xd, case)
    size = xd.node.store.read_sync(lambda reader: reader.audit.head())[0]
    with pytest.raises(NotFound, match="erased"):
        await erase_case(xd, case)

    assert xd.node.store.read_sync(lambda reader: reader.audit.head())[0] == size


@pytest.mark.parametrize(
    ("kind", "status", "reason"),
    [("referral.offer", Status.REFUSED, NOT_IN_THIS_STATE), ("referral.ended", Status.STORED, 0)],
)
async def test_what_comes_for_an_erased_thread_is_answered_like_for_one_that_ended(
    world: World, kind: str, status: Status, reason: int
) -> None:
    """Wire 3: no code depends on what was kept here; nothing of the letter is kept, and no case begins anew."""
    xd, xa = world["XD"], world["XA"]
    await ended(world)
    theirs = xa.node.store.read_sync(lambda reader: reader.cases.all(5))
    await erase_case(xa, theirs[0].case_id)
    stop = payload_of(world, world.posted[-1][2][0], "XA")
    offer = payload_of(world, world.posted[0][2][0], "XA")
    letter = {**(offer if kind == "referral.offer" else stop), "letter_id": "0f" * 16, "n": 7, "seen": 9}
    sent = forged(world, "XD", "XA", letter)
    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert (got.status, got.reason) == (status, reason)
    assert len(xa.node.store.read_sync(lambda reader: reader.cases.all(5))) == len(theirs)
    assert kept(world, theirs[0].case_id, "XA") == dict.fromkeys(kept(world, "x"), 0)
    assert xd.node.store.problem is None


def test_the_database_deletes_securely(world: World) -> None:
    """At-rest: freed pages are overwritten, or the test above could pass by luck."""
    path = world.tmp / "XD" / "node.db"
    assert path.exists()
    setting = world["XD"].node.store.write_sync(lambda work: work.connection.execute("pragma secure_delete").fetchone())
    assert setting == (1,)
    assert sqlite3.sqlite_version_info >= (3, 37)
