"""Evidence of a thread, exported by one real node and judged without any. Wire 11."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from node.crypto.suite import SigningKey
from node.crypto.text import from_base64url
from node.errors import NotFound, WrongRole
from node.service.actor import Actor
from node.service.context import Node
from node.service.evidence.export import export
from node.service.evidence.files import FORMAT, Evidence, Report, verify
from node.service.threads.book import Book
from node.service.threads.erasure import erase_levels
from node.store.letters import LetterRow
from node.store.work import Work
from registry.ceremony import publish, renew_root
from registry.names import DAY_S
from registry.proposal import sign
from registry.record import MessageKey
from tests.evidence_support import Archiving, archiving, opened, without_files
from tests.registry_world import message_key
from tests.world import make_world, no_fault

NEW_KEY = b"\x11" * 64


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Archiving]:
    world = make_world(tmp_path, "XD", "XA")
    yield await archiving(world)
    await world.close()


def rotate(both: Archiving, code: str, old_status: str) -> None:
    """The country changes its message key: what it signed with the old one stays as `old_status` says."""
    now, node = both.world.clock.now(), both.world[code].node
    (old,) = both.world.registry.records[code].message_keys
    gone = msgspec.structs.replace(old, status=old_status, until=now)
    new = msgspec.convert(message_key(NEW_KEY, now, now + 300 * DAY_S), MessageKey)
    both.world.registry.update(code, signed_by=SigningKey(NEW_KEY), message_keys=[gone, new])
    node.keys = type(node.keys)(message=SigningKey(NEW_KEY), kem=node.keys.kem)


def letters_of(node: Node, peer: str, thread: str) -> list[LetterRow]:
    return node.store.read_sync(lambda reader: reader.letters.of_thread(peer, thread))


def newest_snapshot(data: bytes) -> str:
    names = [file.name for file in opened(data).files if file.name.endswith(".snapshot.json")]
    return max(names, key=lambda name: int(name.split(".")[0]))


async def test_both_countries_prove_every_letter_they_sent_and_received(both: Archiving) -> None:
    """Attack 25: statements and receipts of both directions verify with the registry's history alone."""
    thread = await both.question_and_answer()

    for code in ("XD", "XA"):
        given = opened(await both.evidence(code, thread))
        assert await both.judged(code, thread) == Report(3, 3, [])
        assert sorted(letter.direction for letter in given.letters) == sorted(
            ["out", "in", "out"] if code == "XD" else ["in", "out", "in"]
        )


async def test_both_countries_hold_the_same_statements_and_receipts(both: Archiving) -> None:
    """The receipt we gave is the one they hold, byte for byte."""
    thread = await both.question_and_answer()

    ours, theirs = [opened(await both.evidence(code, thread)).letters for code in ("XD", "XA")]

    for mine, other in zip(ours, theirs, strict=True):
        assert (mine.envelope, mine.statement, mine.signature) == (other.envelope, other.statement, other.signature)
        assert mine.receipt == other.receipt is not None


async def test_a_letter_without_an_answer_counts_without_a_receipt(both: Archiving) -> None:
    """A statement of our own proves that we wrote, not that anybody got it."""
    both.world.fault = lambda sender, recipient, envelopes: "lost"
    thread = (await both.world["XD"].offer("XA")).thread
    await both.world["XD"].deliver("XA")

    assert await both.judged("XD", thread) == Report(1, 0, [])


async def test_a_lost_answer_leaves_one_receipt_on_both_sides(both: Archiving) -> None:
    """Pitfall P6: the same bytes get the same receipt again."""
    both.world.fault = lambda sender, recipient, envelopes: "answer lost"
    thread = (await both.world["XD"].offer("XA")).thread
    await both.world["XD"].deliver("XA")
    both.world.fault = no_fault
    await both.world.later(DAY_S // 4)

    assert await both.judged("XD", thread) == Report(1, 1, [])
    assert await both.judged("XA", thread) == Report(1, 1, [])


@pytest.mark.parametrize("levels", [{"L1"}, {"L2", "L3"}])
async def test_evidence_outlives_the_erasure_of_the_letters(both: Archiving, levels: set[str]) -> None:
    """Wire 11: erasing destroys payload and salt; S, SIG and R stay, the receipts that we gave among them."""
    thread = await both.question_and_answer()
    before = {code: await both.evidence(code, thread) for code in ("XD", "XA")}

    for code, peer in (("XD", "XA"), ("XA", "XD")):
        node = both.world[code].node

        def erase(work: Work, node: Node = node, peer: str = peer) -> None:
            found = Book(node, work).file(peer, thread)
            assert found is not None
            for row in work.letters.of_thread(peer, thread):
                if row.direction == "in":
                    erase_levels(node, work, found, row.letter_id, levels, node.now())
                elif "L1" in levels:
                    work.letters.erase(peer, "out", row.letter_id)

        await node.store.write(erase)
        rows = letters_of(node, peer, thread)
        assert "L1" not in levels or all(row.sealed is None and row.salt is None for row in rows)
        assert await both.evidence(code, thread) == before[code]


async def test_a_retired_key_still_proves_what_it_signed_in_its_time(both: Archiving) -> None:
    """Registry 4.5: a country changes its message key; its older letters and receipts verify by old and new record."""
    thread = (await both.world["XD"].offer("XA")).thread
    await both.world.settle()
    both.world.clock.step(DAY_S)
    rotate(both, "XA", "retired")
    await both.refresh()
    await both.world["XA"].act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "safety"}]})
    await both.world.settle()

    data = await both.evidence("XD", thread)
    newest = newest_snapshot(data)
    only_new = without_files(opened(data), lambda name: name.endswith(".snapshot.json") and name != newest)

    assert verify(data, both.root) == Report(2, 2, [])
    assert verify(only_new, both.root).letters == 2
    assert verify(only_new, both.root).receipts == 2


async def test_a_key_that_was_retired_proves_nothing_later(both: Archiving) -> None:
    """Wire 6: retired counts for what was written until then."""
    world = both.world
    old = world["XA"].node.keys
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    world.clock.step(DAY_S)
    rotate(both, "XA", "retired")
    await both.refresh()
    world.clock.step(DAY_S)
    world["XA"].node.keys = old
    await world["XA"].act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "safety"}]})
    await world.settle()

    data = await both.evidence("XA", thread)
    newest = newest_snapshot(data)
    report = verify(without_files(opened(data), lambda n: n.endswith(".snapshot.json") and n != newest), both.root)

    assert report.letters == 1
    assert any("no verified record of XA here lists for its time" in fault for fault in report.faults)


async def test_a_key_that_was_revoked_proves_nothing_by_the_record_that_revokes_it(both: Archiving) -> None:
    """Wire 6: only an older record, published while the key was good, speaks for what it signed."""
    thread = (await both.world["XD"].offer("XA")).thread
    await both.world.settle()
    both.world.clock.step(DAY_S)
    rotate(both, "XA", "revoked")
    await both.refresh()
    await both.world["XA"].act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "safety"}]})
    await both.world.settle()

    data = await both.evidence("XD", thread)
    newest = newest_snapshot(data)
    by_newest = verify(without_files(opened(data), lambda n: n.endswith("snapshot.json") and n != newest), both.root)

    assert verify(data, both.root) == Report(2, 2, [])
    assert (by_newest.letters, by_newest.receipts) == (2, 1)
    assert any("receipt is signed by a key that no verified record of XA" in fault for fault in by_newest.faults)


async def test_roots_of_all_times_are_part_of_the_evidence(both: Archiving) -> None:
    """Registry 4.2: whoever pinned the first root follows the chain to the newest."""
    world = both.world
    first = await both.question_and_answer()
    proposal = renew_root(world.registry.repository, world.clock.now())
    for name in ("ada", "bo"):
        proposal = sign(proposal, world.registry.maintainers[name])
    publish(world.registry.publisher, [proposal])
    for clock in (world.clock, world.registry.clock):
        clock.step(6 * DAY_S)
    world.registry.publisher.refresh()
    await both.refresh()
    second = (await world["XD"].offer("XA")).thread
    await world.settle()

    assert world["XD"].node.view.root_version == 2
    assert "2.root.json" in [file.name for file in opened(await both.evidence("XD", second)).files]
    assert await both.judged("XD", first) == Report(3, 3, [])
    assert await both.judged("XA", second) == Report(1, 1, [])


async def test_a_snapshot_that_we_never_saw_is_no_hindrance(both: Archiving) -> None:
    """The sender refreshed more often than we: a state that we did archive lists the same key."""
    world = both.world
    world.registry.update("XD", signed_by=world["XD"].node.keys.message, languages=["en", "fr"])
    await both.keepers["XD"].refresh()
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    unseen = world["XD"].node.view.snapshot_sha256

    assert world["XA"].node.store.read_sync(lambda reader: reader.archive.by_hash(unseen)) is None
    assert await both.judged("XA", thread) == Report(1, 1, [])


async def test_evidence_holds_nothing_of_the_content(both: Archiving) -> None:
    """Wire 11: no salt, no payload, no case."""
    xd = both.world["XD"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await both.world.settle()

    data = await both.evidence("XD", thread)
    given = opened(data)
    (row,) = xd.node.store.read_sync(lambda reader: reader.outbox.envelopes_of(given.letters[0].letter))

    assert case.encode() not in data
    assert row.salt is not None
    kept = b"".join(from_base64url(text) for one in given.letters for text in (one.statement, one.signature))
    assert row.salt not in kept + from_base64url(given.letters[0].receipt or "")


async def test_only_who_may_work_on_the_case_or_audits_gets_evidence(both: Archiving) -> None:
    """Object-level permission: a foreign thread answers word for word as an unknown one."""
    xd = both.world["XD"]
    thread = (await xd.offer("XA")).thread
    stranger, auditor = Actor("caseworker-2", "caseworker"), Actor("auditor-1", "auditor")

    with pytest.raises(NotFound) as foreign:
        await export(xd.node, stranger, thread, "XD")
    with pytest.raises(NotFound) as unknown:
        await export(xd.node, stranger, "0" * 32, "XD")
    with pytest.raises(WrongRole):
        await export(xd.node, Actor("operator-1", "operator"), thread, "XD")

    assert foreign.value.message == unknown.value.message
    assert opened(await export(xd.node, auditor, thread, "XD")).thread == thread


def test_the_format_is_the_one_the_description_names() -> None:
    empty = Evidence(format=FORMAT, country="XA", peer="XD", thread="0" * 32, letters=[], files=[])

    assert opened(msgspec.json.encode(empty)) == empty
