"""Evidence of silence: written by one real node, judged without any; what is false in it shows. Domain 5.13."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.app import NO_VIEW
from node.crypto.suite import SigningKey
from node.crypto.text import from_base64url, to_base64url
from node.errors import NotAllowed, NotFound
from node.service.actor import Actor
from node.service.evidence.silence import Claim, Judged, Silence, export_silence, verify_silence
from node.service.rights.access import ask_everybody
from node.service.threads.book import Book
from tests.evidence_support import Archiving, archiving
from tests.world import DAY_S, HER, make_world

LATE_S = 9 * DAY_S
DECLINE = {"reason": "no_capacity", "alternatives": [], "retry_after": []}


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Archiving]:
    world = make_world(tmp_path, "XD", "XA")
    yield await archiving(world)
    await world.close()


async def later(both: Archiving, seconds: int) -> None:
    both.world.clock.step(seconds)
    both.world.registry.clock.step(seconds)
    both.world.registry.publisher.refresh()
    await both.refresh()


async def offered(both: Archiving, *, delivered: bool = True) -> str:
    done = await both.world["XD"].offer("XA")
    assert done.letter_id is not None
    both.world.fault = (lambda *_: None) if delivered else (lambda *_: "lost")
    if delivered:
        await both.world.settle()
    else:
        await both.world["XD"].deliver("XA")
    return done.letter_id


async def silence(both: Archiving, letter: str) -> bytes:
    d = both.world["XD"]
    return await export_silence(d.node, d.coordinator, letter, "XD")


def changed(data: bytes, claim: dict[str, Any] | None = None, **facts: Any) -> bytes:
    """The file with parts of the claim, or of the file itself, changed after it was signed."""
    given = msgspec.json.decode(data, type=Silence)
    if claim is not None:
        told = msgspec.structs.replace(claim_of(data), **claim)
        facts["claim"] = to_base64url(msgspec.json.encode(told))
    return msgspec.json.encode(msgspec.structs.replace(given, **facts))


def claim_of(data: bytes) -> Claim:
    return msgspec.json.decode(from_base64url(msgspec.json.decode(data, type=Silence).claim), type=Claim)


def refused(judged: Judged) -> str:
    assert judged.claim is None
    return " ".join(judged.report.faults)


async def test_a_third_party_sees_that_the_letter_arrived_and_that_no_answer_came(both: Archiving) -> None:
    letter = await offered(both)
    await later(both, LATE_S)

    judged = verify_silence(await silence(both, letter), both.root)

    assert judged.report.faults == [] and judged.claim is not None
    assert (judged.report.letters, judged.report.receipts) == (1, 1)
    assert (judged.claim.country, judged.claim.peer, judged.claim.letter) == ("XD", "XA", letter)
    assert judged.claim.due_at < judged.claim.at
    assert judged.claim.envelopes[0].receipted_at is not None


async def test_a_country_that_cannot_be_reached_shows_with_tries_and_the_class_of_the_error(both: Archiving) -> None:
    letter = await offered(both, delivered=False)
    await later(both, LATE_S)

    judged = verify_silence(await silence(both, letter), both.root)

    assert judged.claim is not None
    (tried,) = judged.claim.envelopes
    assert tried.tries == 1 and tried.last_error == "transport" and tried.receipted_at is None


@pytest.mark.parametrize("kind", ["consent.withdrawal", "erasure.request", "access.request"])
async def test_r20_sender_that_nobody_confirmed_what_she_asked_is_silence_too(both: Archiving, kind: str) -> None:
    """5.9, 5.13: these count on arrival and are no act of the tables; what is owed to her is owed all the same."""
    await offered(both)
    d = both.world["XD"]
    thread = d.node.store.read_sync(lambda reader: reader.threads.open())[0].thread_id
    token = d.tokens(thread)[HER]
    opening = d.node.store.read_sync(lambda reader: reader.letters.of_thread("XA", thread))[0].letter_id
    if kind == "access.request":
        await ask_everybody(d.node, d.coordinator, (await d.view(thread)).case)
    elif kind == "erasure.request":
        await d.act(thread, kind, {"token": token, "items": [{"letter_id": opening, "levels": ["L1"]}]})
    else:
        case = (await d.view(thread)).case
        record = d.node.store.read_sync(
            lambda reader: Book(d.node, reader).consents(Book(d.node, reader).case(case))[0]
        )
        await d.withdraw(case, record.consent_id)
    await both.world.settle()
    asked = next(one for one in (await d.view(thread)).letters if one.kind == kind).letter_id
    with pytest.raises(NotAllowed, match="not due yet"):
        await silence(both, asked)

    await later(both, 31 * DAY_S)

    judged = verify_silence(await silence(both, asked), both.root)
    assert judged.claim is not None and judged.claim.letter == asked


async def test_there_is_no_silence_before_the_answer_is_due_nor_after_it_came(both: Archiving) -> None:
    letter = await offered(both)
    with pytest.raises(NotAllowed):
        await silence(both, letter)

    await later(both, LATE_S)
    await silence(both, letter)
    thread = claim_of(await silence(both, letter)).thread
    await both.world["XA"].act(thread, "referral.decline", DECLINE)
    await both.world.settle()

    with pytest.raises(NotAllowed):
        await silence(both, letter)


async def test_nobody_writes_it_for_a_case_that_is_not_theirs_and_the_answering_side_never(both: Archiving) -> None:
    letter = await offered(both)
    await later(both, LATE_S)
    stranger = Actor("stranger", "caseworker", "elsewhere", None)

    with pytest.raises(NotFound):
        await export_silence(both.world["XD"].node, stranger, letter, "XD")
    with pytest.raises(NotFound):
        await export_silence(both.world["XA"].node, both.world["XA"].coordinator, letter, "XD")


async def test_it_holds_nothing_of_what_was_written(both: Archiving) -> None:
    """R38: no need, age, gender or language, and no case."""
    letter = await offered(both)
    await later(both, LATE_S)
    data = await silence(both, letter)
    told = from_base64url(msgspec.json.decode(data, type=Silence).claim)

    for word in (b"shelter", b"woman", b"25-34", b"referral", b'"uk"', b"case"):
        assert word not in told


async def test_a_changed_claim_does_not_verify(both: Archiving) -> None:
    letter = await offered(both)
    await later(both, LATE_S)
    data = await silence(both, letter)

    assert "does not verify" in refused(verify_silence(changed(data, {"due_at": 1}), both.root))
    assert "not due yet" in refused(verify_silence(changed(data, {"at": claim_of(data).due_at}), both.root))
    assert "other letters" in refused(verify_silence(changed(data, {"letter": "0" * 32}), both.root))
    assert "another thread" in refused(verify_silence(changed(data, {"peer": "XB"}), both.root))


async def test_a_claim_that_hides_a_receipt_or_a_statement_is_found(both: Archiving) -> None:
    """Attack: XD says that XA never received what XA receipted."""
    letter = await offered(both)
    await later(both, LATE_S)
    data = await silence(both, letter)
    (tried,) = claim_of(data).envelopes

    hidden = changed(data, {"envelopes": [msgspec.structs.replace(tried, receipted_at=None)]})
    assert "says another thing" in refused(verify_silence(hidden, both.root))
    assert "says another thing" in refused(verify_silence(changed(data, {"envelopes": []}), both.root))


async def test_a_claim_signed_by_anybody_else_is_none(both: Archiving) -> None:
    letter = await offered(both)
    await later(both, LATE_S)
    data = await silence(both, letter)
    other = SigningKey(b"\x07" * 64)
    forged = other.sign(from_base64url(msgspec.json.decode(data, type=Silence).claim), b"trm/v1/local/silence")

    judged = verify_silence(changed(data, key=other.key_id.hex(), signature=to_base64url(forged)), both.root)

    assert "no verified record" in refused(judged)
    assert "no evidence of silence" in refused(verify_silence(b"{}", both.root))


async def test_a_stopped_node_names_the_same_registry_as_a_running_one(both: Archiving) -> None:
    """The command opens a node without a view; what was verified stands in its archive."""
    letter = await offered(both)
    await later(both, LATE_S)
    node = both.world["XD"].node
    running, seen = claim_of(await silence(both, letter)), node.view
    node.view = NO_VIEW

    stopped = await silence(both, letter)

    assert (running.snapshot, running.registry_at) == (seen.snapshot_sha256.hex(), seen.verified_at)
    assert (claim_of(stopped).snapshot, claim_of(stopped).registry_at) == (running.snapshot, running.registry_at)
    assert verify_silence(stopped, both.root).report.faults == []
