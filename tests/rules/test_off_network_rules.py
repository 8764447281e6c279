"""Rules that live in services, tested between real nodes: R32 and H06 beside an alert, H21, H32; dishonest peers.

The peer of these tests skips its own gate: what it sends is signed and whole, and only breaks the rule.
"""

from typing import Any

import msgspec
import pytest

from node.protocol.letters.bodies import Body
from node.protocol.letters.codes import REASON_NAMES
from node.protocol.letters.frame import Letter
from node.protocol.threads import machine
from node.protocol.threads.thread import entry_of
from node.service.delivery import asking, gating
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.safety import alarms, alerts, following, listing
from node.service.safety.requests import Acknowledge, RaiseAlert, Review, StandDown
from node.service.threads.book import Book
from tests.rules.test_safety_rules import ALLERGIES, CONTACT, safety
from tests.rules.world import NAME, entry
from tests.unit.service.test_alerts import BEN, danger, pages, tasks
from tests.unit.service.test_on_call import on_her_way
from tests.world import DAY_S, NOW, Country, World, make_world

HOUR = 3600


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    for country in made.countries.values():
        country.node.page_by = ("mail",)
    yield made
    await made.close()


@pytest.fixture
def no_gate(monkeypatch):
    """Our node as a dishonest peer runs it: nothing objects, at drafting, release or retry."""
    monkeypatch.setattr(asking, "at_drafting", lambda *given: [])
    monkeypatch.setattr(gating, "ask_gate", lambda *given: ())


async def forge(country: Country, thread: str, letter: Letter[Body]) -> None:
    """Put a letter into the outbox as it is, whatever it breaks; it is signed and sealed like any other."""
    node = country.node

    def put(work: Any) -> None:
        row = work.threads.find(thread)
        found = Book(node, work).open_file(row)
        made = msgspec.structs.replace(
            letter, thread=thread, letter_id=node.random(16).hex(), sender_role=found.file.thread.side,
            thread_ends=found.file.first_ends, n=1, seen=0,
        )  # fmt: skip
        outcome = machine.queue(found.file.thread, entry_of(made), NOW)
        Book(node, work).put_file(found, msgspec.structs.replace(found.file, thread=outcome.thread), NOW)
        queue_letter(
            node, work, found.dek, row.case_id, row.peer, made, draft_of(made, "m", "caseworker", {}, "n"), NOW, NOW
        )

    await node.store.write(put)


async def reasons(world: World, thread: str) -> list[str]:
    """The rules by which XA refused letters of XD on this thread, by the receipts."""
    letters = (await world["XD"].view(thread)).letters
    return [REASON_NAMES[one.reason] for one in letters if one.reason]


@pytest.mark.parametrize(
    ("letter", "rule"),
    [
        (safety(consent=(entry(),)), "R02"),
        (safety("safety.alert", NAME), "R02"),
        (safety("safety.medical", ALLERGIES, CONTACT), "H20"),
        (safety(said={"about": "another_person"}), "H35"),
        (safety(urgency="routine"), "H22"),
    ],
    ids=["consent inside", "a name without a reason", "medical and a contact", "another person", "routine"],
)
async def test_a_dishonest_alert_is_refused_with_the_rule_and_calls_nobody(world, no_gate, letter, rule):
    """R02, H20, H22, H35 at the receiver, although the sender let it pass: a receipt names the rule."""
    done = await world["XD"].offer("XA")
    await world.settle()
    token = next(iter(world["XD"].tokens(done.thread).values()))
    body = msgspec.structs.replace(letter.body, who=(token,) if isinstance(letter.body.who, tuple) else token)
    items = tuple(msgspec.structs.replace(one, person=token) for one in letter.disclosed)

    await forge(world["XD"], done.thread, msgspec.structs.replace(letter, body=body, disclosed=items))
    await world.settle()
    await alarms.climb(world["XA"].node)

    assert await reasons(world, done.thread) == [rule]
    assert pages(world["XA"]) == []
    assert (await world["XA"].view(done.thread)).state == "offered"


async def test_h21_an_acknowledgement_of_somebody_elses_alert_changes_nothing(world, no_gate):
    """A dishonest peer cannot quiet an alarm that is not its own, nor stand down ours."""
    mine = await alerts.raise_alert(world["XD"].node, world["XD"].caseworker, await world["XD"].new_case(), danger())
    await world.settle()
    assert mine.letter_id is not None
    assert mine.thread is not None
    stranger = safety("safety.acknowledged", said={"alert": "ee" * 16})

    await forge(world["XA"], mine.thread, msgspec.structs.replace(stranger, urgency="urgent"))
    over = safety("safety.stand_down", said={"alert": mine.letter_id, "reason": "found_safe"})
    await forge(world["XA"], mine.thread, over)
    await world.settle()

    rows = {row.ladder: row for row in world["XD"].node.store.read_sync(lambda reader: reader.alarms.open())}
    assert rows["answer"].closed_at is None  # over only when our people say so
    assert "danger_over" in tasks(world["XD"])


async def test_scenario_10_nobody_comes_an_alert_goes_a_colleague_looks_and_she_is_found(world):
    """Golden scenario 10, the part of the alert: no-show, overdue, alert on vital interest, review, stand-down."""
    thread = await on_her_way(world)
    node, sender = world["XD"].node, world["XD"].caseworker
    await world.days(4)
    assert any(code.startswith("overdue_") for code in tasks(world["XD"]))
    case_id = (await world["XD"].view(thread)).case

    command = RaiseAlert(
        peer="XA", dangers=("traffickers_near",), until=world.clock.now() + DAY_S, justification="cannot_be_reached",
        setting="on_the_way", do_not_contact=("police", "family", "embassy"),
    )  # fmt: skip
    sent = await alerts.raise_alert(node, sender, case_id, command)
    await world.settle()
    await alarms.climb(world["XA"].node)
    assert sent.thread == thread  # both sides know there whom it means
    assert pages(world["XA"]) == [("mail", "first", 2)]  # the overdue arrival, and the alert
    assert sent.letter_id is not None
    await following.acknowledge(world["XA"].node, world["XA"].coordinator, sent.letter_id, Acknowledge(action="acting"))
    await following.review(node, BEN, sent.letter_id, Review(outcome="justified", informed="not_reachable"))
    await world.later(2 * HOUR)
    await following.stand_down(
        world["XA"].node, world["XA"].coordinator, sent.letter_id, StandDown(reason="found_safe")
    )
    await world.settle()
    await following.stand_down(node, world["XD"].coordinator, sent.letter_id, StandDown(reason="found_safe"))
    await world.settle()

    left = await listing.open_alerts(node, world["XD"].coordinator)
    assert [one.ladder for one in left] == ["call", "inform"]  # her arrival is still to be told, and she of the alert
    there = await listing.open_alerts(world["XA"].node, world["XA"].coordinator)
    assert [one.ladder for one in there] == ["call"]
    letters = (await world["XA"].view(thread)).letters
    assert [one.kind for one in letters if one.kind and one.kind.startswith("safety.")] == [
        "safety.alert", "safety.acknowledged", "safety.stand_down", "safety.stand_down",
    ]  # fmt: skip
    (danger_letter,) = [one for one in letters if one.kind == "safety.alert"]
    kept = world["XA"].node.store.read_sync(lambda reader: reader.letters.find(danger_letter.letter_id))
    assert kept is not None
    payload = world["XA"].node.store.read_sync(lambda reader: Book(world["XA"].node, reader).payload(kept))
    said = msgspec.json.decode(payload)
    assert (said["lawful_basis"], said["consent"]) == ("vital_interests", [])
