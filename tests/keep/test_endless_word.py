"""R25 against a dishonest peer: a word without end is bounded here from receipt; the letter is not refused for it."""

from node.crypto.receipts import Status
from node.protocol.retention import LONGEST_WORD_S
from node.service.keep.sweep import falls_due, sweep
from node.service.threads import acts
from tests.dishonest import Dishonest
from tests.keep.test_last_byte import case_at
from tests.keep.test_retention_sweep import kept, years_pass
from tests.keeping import erase_case
from tests.unit.service.test_held_and_late import with_sender
from tests.world import DAY_S, World

ENDLESS = 2**53 - 1
FOR_EVER = {"thread_ends": ENDLESS, "retention_until": ENDLESS}


def dates(world: World) -> list[tuple[int | None, int | None]]:
    """(sender's word, when it is erased) of every letter that XA still holds."""
    query = "select retention_until, erase_at from letter where direction='in' and sealed is not null"
    return world["XA"].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())


async def test_r25_receiver_a_word_without_end_is_swept_three_years_after_receipt_and_listed_before(
    world: World,
) -> None:
    """R25: stored as the wire allows; then shown thirty days before, and gone with the case that it made."""
    xa, liar = world["XA"], Dishonest(world)
    assert await liar.sends("referral.offer", FOR_EVER) == (Status.STORED, 0)
    case = case_at(xa)
    years_pass(world, LONGEST_WORD_S - 31 * DAY_S)
    early = await falls_due(xa.node, xa.coordinator)
    years_pass(world, 2 * DAY_S)
    await sweep(xa.node)
    soon, before = await falls_due(xa.node, xa.coordinator), kept(xa)
    years_pass(world, 29 * DAY_S)
    await sweep(xa.node)

    assert (early.cases, early.payloads) == (0, 0)
    assert (soon.cases, soon.payloads, before) == (1, 1, (1, 1))
    assert [one.case for one in soon.next_cases] == [case]
    assert kept(xa) == (0, 0)


async def test_r25_receiver_a_thread_without_end_is_over_here_once_nothing_of_it_may_be_kept(world: World) -> None:
    """R25: what both countries show of the thread does not change by it; it only keeps nothing any more."""
    xa, liar = world["XA"], Dishonest(world)
    await liar.sends("referral.offer", FOR_EVER)
    case, came = case_at(xa), world.clock.now()
    years_pass(world, LONGEST_WORD_S - DAY_S)
    await sweep(xa.node)
    (going,) = xa.node.store.read_sync(lambda reader: reader.threads.of_case(case))
    state = await liar.state()
    years_pass(world, DAY_S)
    await falls_due(xa.node, xa.coordinator)
    (over,) = xa.node.store.read_sync(lambda reader: reader.threads.of_case(case))

    assert going.ended_at is None and over.ended_at == came + LONGEST_WORD_S
    assert await liar.state() == state == "offered"


async def test_r25_sender_no_answer_of_ours_lets_itself_be_kept_for_ever(world: World) -> None:
    """R25: our own word on a thread that the other country wants endless is bounded as well."""
    xa, liar = world["XA"], Dishonest(world)
    await liar.sends("referral.offer", FOR_EVER)
    await liar.hears("referral.info_request", questions=[{"question": "room", "why": "choose_service"}])
    query = "select retention_until from letter where direction='out'"

    words = xa.node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())

    assert words and all(word <= world.clock.now() + LONGEST_WORD_S for (word,) in words if word is not None)
    assert [word for (word,) in words if word is not None]


async def test_r25_receiver_what_is_held_without_standing_is_dated_too(world: World) -> None:
    """R25: a letter and a control letter of a suspended country, that is never heard again."""
    xd, xa = world["XD"], world["XA"]
    xa.node.view = with_sender(world, "XA", "XD", suspended_until=world.clock.now() + 9 * LONGEST_WORD_S)
    await Dishonest(world).sends("referral.offer", FOR_EVER)
    await xd.offer("XA")  # an honest one, and the greeting before it
    await world.settle()
    held = dates(world)
    years_pass(world, LONGEST_WORD_S)
    await sweep(xa.node)

    assert held and all(at is not None and at <= world.clock.now() for _, at in held)
    assert kept(xa)[0] == 0


async def test_r25_receiver_a_danger_told_on_an_erased_thread_is_dated_too(world: World) -> None:
    """R25, H02: it calls people, and goes by our bound whatever it says."""
    xa, liar = world["XA"], Dishonest(world)
    await liar.sends("referral.offer", FOR_EVER)
    case = case_at(xa)
    world.fault = lambda sender, recipient, envelopes: "lost" if recipient == "XD" else None
    await acts.stop_thread(xa.node, xa.coordinator, liar.thread)
    world.clock.step(DAY_S)
    await xa.deliver("XD")
    await erase_case(xa, case)
    before, urgent = kept(xa), {**FOR_EVER, "lawful_basis": "vital_interests", "urgency": "life_threat"}
    answered = await liar.sends("safety.alert", urgent, who=[liar.token])
    came = world.clock.now()

    assert before == (0, 0)
    assert answered == (Status.STORED, 0)
    assert dates(world) == [(came + LONGEST_WORD_S, came + LONGEST_WORD_S)]
