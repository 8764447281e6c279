"""Attacks on delivery between real nodes: replay, junk, forged answers, gossip."""

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.crypto.receipts import HINT_BUSY, HINT_REFRESH, SLOT_BYTES, Hint, Receipt, Status, hint_slot
from node.service.delivery.incoming import judge_parked, receive
from node.service.delivery.words import PostFailed
from tests.attack.forged_posts import alarms, answer, forged, payload_of, post, rows
from tests.forge import Forgery, flip
from tests.world import DAY_S, MemoryPost, World, make_world

LETTER_ID = "0f" * 16
TABLES = ("letter", "thread", "case_file", "task", "deadline")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def offered(world: World) -> tuple[str, bytes]:
    """A thread whose offer has arrived, and the bytes it travelled in."""
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    return thread, world.posted[0][2][0]


def fresh(letter: dict[str, Any]) -> dict[str, Any]:
    """The same letter as the first of another thread."""
    return {**letter, "letter_id": LETTER_ID, "thread": "1f" * 16}


@pytest.mark.parametrize("days", [0, 1, 13, 400])
async def test_attack_3_and_4_a_replay_gets_the_stored_receipt_again_for_ever(world: World, days: int) -> None:
    """Wire 3 row 0: the same bytes get the same slot, long after the envelope expired and the node was restarted."""
    _, envelope = await offered(world)
    first = await post(world, "XA", envelope)
    before = [rows(world, "XA", table) for table in (*TABLES, "ledger", "audit")]
    world.clock.step(days * DAY_S)
    await world.restart("XA")

    again = await receive(world["XA"].node, [envelope, envelope])

    assert again[0] == [first, first]
    assert [rows(world, "XA", table) for table in (*TABLES, "ledger", "audit")] == before


async def test_attack_5_a_letter_from_a_clock_ahead_is_busy_and_leaves_no_row(world: World) -> None:
    """Wire 3 row 8: beyond 24 h nothing is kept, and the same bytes are judged anew when their time has come."""
    _, envelope = await offered(world)
    now = world.clock.now()
    letter = fresh(payload_of(world, envelope, "XA"))
    ahead = forged(world, "XD", "XA", letter, created_at=now + DAY_S + 1, expires_at=now + 3 * DAY_S)
    before = rows(world, "XA", "ledger")

    busy = answer(world, "XD", "XA", ahead, await post(world, "XA", ahead.envelope))
    kept = rows(world, "XA", "ledger")
    world.clock.step(3600)
    later = answer(world, "XD", "XA", ahead, await post(world, "XA", ahead.envelope))

    assert busy == Hint(HINT_BUSY)
    assert kept == before
    assert isinstance(later, Receipt)
    assert later.status == Status.STORED


async def test_attack_5_a_stop_from_a_clock_ahead_takes_effect(world: World) -> None:
    """Wire 3 row 8 and H22: a wrong clock never stops a stop."""
    thread, envelope = await offered(world)
    now = world.clock.now()
    offer = payload_of(world, envelope, "XA")
    stop = {
        **offer, "kind": "referral.ended", "letter_id": LETTER_ID, "n": 2, "in_reply_to": None, "reply_by": None,
        "body": None, "consent": [], "urgency": "routine", "lawful_basis": "public_task", "written_at": now,
    }  # fmt: skip
    sent = forged(world, "XD", "XA", stop, created_at=now + 40 * DAY_S, expires_at=now + 41 * DAY_S)

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.STORED
    assert (await world["XA"].view(thread)).state == "ended"


async def test_attack_5_what_is_wrong_in_a_letter_from_the_future_is_said_before_busy(world: World) -> None:
    """Wire 3 row 8: rows 9 to 11 are judged first, and their receipts stand."""
    now = world.clock.now()
    sent = forged(world, "XD", "XA", b"{", created_at=now + 40 * DAY_S, expires_at=now + 41 * DAY_S)

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.MALFORMED


@pytest.mark.parametrize(("created", "expires"), [(0, 14 * DAY_S + 1), (0, 0), (-15 * DAY_S, -DAY_S), (-DAY_S, 0)])
async def test_attack_6_a_life_that_is_too_long_or_over_is_expired(world: World, created: int, expires: int) -> None:
    """Wire 3 row 9."""
    _, envelope = await offered(world)
    now = world.clock.now()
    letter = fresh(payload_of(world, envelope, "XA"))
    sent = forged(world, "XD", "XA", letter, created_at=now + created, expires_at=now + expires)
    before = [rows(world, "XA", table) for table in TABLES]

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.EXPIRED
    assert [rows(world, "XA", table) for table in TABLES] == before


async def test_attack_19_junk_under_an_observed_eid_does_not_keep_the_letter_out(world: World) -> None:
    """Wire 3 row 7 stands behind the signature: nobody else can use up a sender's eid."""
    await world["XD"].offer("XA")
    world.fault = lambda *_: "lost"
    await world.settle()
    envelope = world.posted[0][2][0]
    junk = [envelope[:40] + bytes(len(envelope) - 40), flip(envelope, 8 * 5000), envelope[:-1] + b"\0"]

    slots, verified = await receive(world["XA"].node, junk)
    world.fault = lambda *_: None
    await world.later(60)

    assert [slot[0] for slot in slots] == [2, 2, 2]
    assert not verified
    assert rows(world, "XA", "letter") == 1


async def test_a_second_statement_under_one_eid_is_a_conflict_and_an_alarm(world: World) -> None:
    """Wire 3 row 7: signed by the right key, so it is the sender's fault, and people must look."""
    _, envelope = await offered(world)
    eid = envelope[24:40]
    node = world["XD"].node
    letter = fresh(payload_of(world, envelope, "XA"))
    random_bytes = iter([eid])

    def chosen(n: int) -> bytes:
        return next(random_bytes, None) or node.random(n)

    sent = forged(world, "XD", "XA", letter, Forgery(random=chosen))
    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert sent.statement.eid == eid
    assert isinstance(got, Receipt)
    assert got.status == Status.CONFLICT
    assert rows(world, "XA", "letter") == 1
    assert alarms(world, "XA") == ["envelope_conflict"]


async def test_another_letter_under_a_known_letter_id_is_a_conflict(world: World) -> None:
    """Wire 3 row 12."""
    _, envelope = await offered(world)
    letter = {**payload_of(world, envelope, "XA"), "urgency": "life_threat"}
    sent = forged(world, "XD", "XA", letter)

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.CONFLICT
    assert alarms(world, "XA") == ["letter_conflict"]


class Answering(MemoryPost):
    """A post whose answers somebody else writes."""

    def __init__(self, world: World, sender: str, change: Any) -> None:
        super().__init__(world, sender)
        self._change = change

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        slots = await super().post(endpoint, size, envelopes)
        changed: list[bytes] = self._change(slots)
        return changed


async def sent_with(world: World, change: Any, count: int = 1) -> None:
    """Offer and post with changed answers, once."""
    for _ in range(count):
        await world["XD"].offer("XA")
    await world["XD"].deliver("XA", Answering(world, "XD", change))


def states(world: World, code: str) -> list[str]:
    query = "select state from envelope order by seq"
    return [row[0] for row in world[code].node.store.read_sync(lambda r: r.connection.execute(query).fetchall())]


FORGERIES: dict[str, Any] = {
    "a bit of the receipt": lambda slots: [flip(slot, 8 * 60) for slot in slots],
    "a bit of the signature": lambda slots: [flip(slot, 8 * 3000) for slot in slots],
    "the order of two": lambda slots: list(reversed(slots)),
    "the kind of slot": lambda slots: [b"\3" + slot[1:] for slot in slots],
    "nothing but noise": lambda slots: [bytes(SLOT_BYTES) for _ in slots],
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_attack_24_a_changed_receipt_is_none(world: World, name: str) -> None:
    """Wire 13: a receipt with any wrong field or signature is none; the same bytes go out again."""
    await sent_with(world, FORGERIES[name], count=2)
    changed = states(world, "XD")
    await world.later(60)

    assert changed == ["out", "out"]
    assert states(world, "XD") == ["receipted", "receipted"]
    assert rows(world, "XA", "letter") == 2


async def test_attack_24_a_receipt_of_another_country_is_none(tmp_path: Path) -> None:
    """The answer of XB to the same statement, properly signed, proves nothing about XA."""
    world = make_world(tmp_path, "XD", "XA", "XB")
    await world["XD"].offer("XB")
    await world.settle()
    stored = await post(world, "XB", world.posted[0][2][0])

    await sent_with(world, lambda slots: [stored])

    query = "select state from envelope where peer='XA'"
    assert world["XD"].node.store.read_sync(lambda r: r.connection.execute(query).fetchall()) == [("out",)]
    await world.close()


async def test_attack_29_an_unknown_kind_is_unsupported_and_only_the_ledger_knows_it(world: World) -> None:
    """Wire 3 row 11."""
    _, envelope = await offered(world)
    letter = {**fresh(payload_of(world, envelope, "XA")), "kind": "referral.teleport"}
    sent = forged(world, "XD", "XA", letter)
    before = [rows(world, "XA", table) for table in TABLES]
    ledger = rows(world, "XA", "ledger")

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.UNSUPPORTED
    assert [rows(world, "XA", table) for table in TABLES] == before
    assert rows(world, "XA", "ledger") == ledger + 1


@pytest.mark.parametrize("old", [b'"n":', b'"age_band":', b'"purposes":'])
async def test_attack_61_a_key_twice_is_malformed_wherever_it_stands(world: World, old: bytes) -> None:
    """Wire 7: found before the parser that would take the last one."""
    _, envelope = await offered(world)
    data = json.dumps(fresh(payload_of(world, envelope, "XA")), separators=(",", ":")).encode()
    name = old.rstrip(b":")
    twice = data.replace(old, name + b":null," + old, 1)
    sent = forged(world, "XD", "XA", twice)
    before = [rows(world, "XA", table) for table in TABLES]

    got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))

    assert isinstance(got, Receipt)
    assert got.status == Status.MALFORMED
    assert [rows(world, "XA", table) for table in TABLES] == before


async def test_attack_55_a_second_envelope_of_a_known_root_with_other_signature_bytes_is_refused(world: World) -> None:
    """Wire 2: what was cached is the whole signature, not the root."""
    world.fault = lambda *_: "lost"
    for _ in range(2):
        await world["XD"].offer("XA")
    await world.settle()
    first, second = world.posted[0][2]
    assert await post(world, "XA", first)
    opened = payload_of(world, second, "XA")
    bad = forged(world, "XD", "XA", opened, Forgery(sig=lambda sig: flip(sig, 8 * 2000)))

    slot = await post(world, "XA", bad.envelope)

    assert answer(world, "XD", "XA", bad, slot) == Hint(HINT_REFRESH)
    assert rows(world, "XA", "letter") == 1


async def test_attack_56_gossip_of_unknown_snapshots_causes_one_refresh_a_minute_and_no_freeze(world: World) -> None:
    """Wire 2: an unknown snapshot is one refresh, never a refusal; a claimed log of 2^53-1 entries changes nothing."""
    asked: list[int] = []
    node = world["XA"].node
    node.on_unknown_key = lambda: asked.append(world.clock.now())
    _, envelope = await offered(world)
    asked.clear()
    letter = payload_of(world, envelope, "XA")
    for number in range(20):
        body = {**letter, "letter_id": f"{number:032x}", "thread": f"{number + 100:032x}"}
        gossip: dict[str, Any] = {
            "snapshot": bytes([number]) * 32,
            "log_size": 2**53 - 1,
            "log_root": bytes([7]) * 32,
            "root_version": 9,
        }
        sent = forged(world, "XD", "XA", body, seq=2 + number, prev=bytes(32), **gossip)
        got = answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope))
        assert isinstance(got, Receipt)
        assert got.status == Status.STORED
    first = len(asked)
    world.clock.step(61)
    sent = forged(world, "XD", "XA", {**letter, "letter_id": LETTER_ID, "thread": "cc" * 16}, snapshot=b"\x99" * 32)
    await post(world, "XA", sent.envelope)

    assert (first, len(asked)) == (1, 2)
    await world["XD"].offer("XA")
    await world.settle()


async def test_attack_58_unsigned_hints_for_every_post_change_nothing(world: World) -> None:
    """Wire 3: a hint may cause a retry or a refresh; never a park, a re-seal, a downgrade or an end."""
    asked: list[int] = []
    world["XD"].node.on_unknown_key = lambda: asked.append(1)
    await sent_with(world, lambda slots: [hint_slot(HINT_REFRESH, world["XD"].node.random) for _ in slots], count=3)
    bytes_posted = set(world.posted[0][2])
    for _ in range(20):
        world.clock.step(6 * 3600)
        liar = Answering(
            world, "XD", lambda slots: [hint_slot(1 + len(asked) % 3, world["XD"].node.random) for _ in slots]
        )
        await world["XD"].deliver("XA", liar)
    during = states(world, "XD")
    await world.later(DAY_S)

    assert asked
    assert during == ["out"] * 3
    assert {one for _, _, envelopes in world.posted for one in envelopes} == bytes_posted
    assert states(world, "XD") == ["receipted"] * 3
    assert rows(world, "XA", "letter") == 3


async def test_a_post_that_fails_is_no_end_either(world: World) -> None:
    """P2: silence, refusal of the front, or half an answer only lead to another try."""
    for error_class in ("transport", "peer-policy", "peer"):

        def broken(slots: list[bytes], error_class: Any = error_class) -> list[bytes]:
            raise PostFailed(error_class, "nothing usable")

        await sent_with(world, broken)
        await world.later(7 * 3600)

    assert states(world, "XD") == ["receipted"] * 3
    assert rows(world, "XA", "letter") == 3


async def test_a_park_full_of_junk_does_not_hide_the_letter_of_a_country_that_joins(world: World) -> None:
    """Wire 3 row 5: parked bytes are tried again after a refresh, those that were tried least often first."""
    world.fault = lambda *_: "lost"
    await world["XD"].offer("XA")
    await world.settle()
    envelope, node = world.posted[0][2][0], world["XA"].node
    known = node.view
    node.view = msgspec.structs.replace(known, countries={"XA": known.countries["XA"]})
    for number in range(5):
        junk = forged(world, "XD", "XA", b"{}", sender_key=bytes([number]) * 32)
        await post(world, "XA", junk.envelope)
    world.clock.step(1)  # the letter comes after all the junk; of one second their order would be chance
    slot = await post(world, "XA", envelope)
    first = await judge_parked(node, limit=5)

    node.view = known
    judged = await judge_parked(node, limit=5)

    assert slot[0] == 2
    assert (first, judged) == (0, 1)
    assert rows(world, "XA", "letter") == 1
    assert rows(world, "XA", "parked") == 5
