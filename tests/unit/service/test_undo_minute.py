"""What becomes true while a letter can still be taken back holds it: the gate at its release, for every opening kind.

Real nodes: the letter was drafted when all was well. Source: domain 6 (R01: again at send time); H15, R20, R10, H27.
"""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from node.protocol.cases.case import Distrust
from node.service.threads import opening
from node.service.threads.book import Book
from node.service.threads.commands import FieldsOf, OpenThread
from node.service.threads.doors import OPENING
from tests.letters_support import BODIES
from tests.rules.return_world import her_return, plan
from tests.rules.world import GUARDIAN
from tests.unit.service.information_support import ASKABLE, BODY, FACTS
from tests.unit.test_handover import fears
from tests.world import DAY_S, HER, World

UNDO_S = 600
PURPOSES = ("enquiry", "referral", "transit", "risk_assessment", "travel", "identity_verification")
ABOUT_HER = sorted(kind for kind in OPENING if not kind.startswith(("safety.", "complaint.")))
SAID: dict[str, dict[str, Any]] = {
    "referral.offer": {"region": None, "dependants": []},
    "transit.request": {"escorts": [], "interpreters": [], "costs": []},
    "info.request": BODY,
}
NAMED = {"info.request": (FieldsOf(person_id=HER, fields=("given_name", "family_name", "birth_date")),)}
YOUNG: dict[str, Any] = {"age_band": "16-17", "guardian": GUARDIAN}


async def drafted(world: World, kind: str, **her: Any) -> tuple[str, str, str]:
    """A letter of this kind in its minute, her case and her consent."""
    xd, now = world["XD"], world.clock.now()
    prepared = plan(her_return(departure_asked_at=now), journey=None)
    case = await xd.new_case(persons=(replace(ASKABLE, **her),), returns=(prepared,))
    given = {"given_by": "guardian", "capacity": "child_assent_recorded"} if her else {}
    await xd.write_identity(case, FACTS)  # type: ignore[arg-type]
    consent = await xd.consent(case, "XA", purposes=PURPOSES, **given)
    body = {name: said for name, said in (BODIES[kind] | SAID.get(kind, {})).items() if name not in opening.PROFILE}
    if kind == "transit.request":
        body |= {"window_starts_at": now + DAY_S, "window_ends": now + 2 * DAY_S}
    raw = msgspec.Raw(msgspec.json.encode(body))
    command = OpenThread(peer="XA", kind=kind, body=raw, undo_s=UNDO_S, disclose=NAMED.get(kind, ()))
    done = await opening.open_thread(xd.node, xd.caseworker, case, command)
    assert done.letter_id is not None
    return done.letter_id, case, consent


async def arrived(world: World, letter: str) -> bool:
    """Whether XA has it once its minute and the next days are over."""
    world.clock.step(UNDO_S + 1)
    await world.settle()
    await world.days(2)
    return world["XA"].node.store.read_sync(lambda reader: reader.letters.get("XD", "in", letter)) is not None


@pytest.mark.parametrize("her", [{}, YOUNG], ids=["adult", "child"])
@pytest.mark.parametrize("kind", ABOUT_HER)
async def test_a_letter_goes_when_its_minute_is_over(world: World, kind: str, her: dict[str, Any]):
    letter, _, _ = await drafted(world, kind, **her)

    assert await arrived(world, letter)


@pytest.mark.parametrize("kind", ABOUT_HER)
async def test_r20_sender_consent_taken_back_within_the_minute_keeps_the_letter_here(world: World, kind: str):
    """R20: its country was told of nobody, so it hears nothing at all."""
    letter, case, consent = await drafted(world, kind)

    await world["XD"].withdraw(case, consent)

    assert not await arrived(world, letter)


@pytest.mark.parametrize("kind", ABOUT_HER)
async def test_r10_sender_a_fear_told_within_the_minute_keeps_the_letter_here(world: World, kind: str):
    """R10."""
    letter, case, _ = await drafted(world, kind)
    node = world["XD"].node

    await node.store.write(lambda work: fears(node, work, case, "XA"))

    assert not await arrived(world, letter)


@pytest.mark.parametrize("kind", ABOUT_HER)
async def test_h27_sender_a_birthday_within_the_minute_keeps_what_a_guardian_allowed_here(world: World, kind: str):
    """H27: she is asked herself, for a letter that tells something new of her."""
    letter, _, _ = await drafted(world, kind, **YOUNG, majority_at=world.clock.now() + UNDO_S // 2)

    assert not await arrived(world, letter)


@pytest.mark.parametrize("kind", ABOUT_HER)
async def test_h14_sender_distrust_told_within_the_minute_keeps_the_letter_here(world: World, kind: str):
    """H14: two people distrust the country, for her; nothing opens to it."""
    letter, case, _ = await drafted(world, kind)
    node = world["XD"].node

    def distrust(work: Any) -> None:
        book = Book(node, work)
        found = book.case(case)
        book.put_case(found, replace(found.case, distrust=(Distrust("country", "XA", ("ana", "ben")),)), node.now())

    await node.store.write(distrust)

    assert not await arrived(world, letter)
