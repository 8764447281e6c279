"""What somebody wrote down has an effect, or is read by whoever needs it: no field of a letter or a case is idle.

Source: practice H30, H31, acts to add; domain 5.3, 5.6, 5.7.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Person
from node.protocol.cases.life_events import LifeRecords
from node.protocol.consent.record import ConsentTo
from node.protocol.letters.codes import Condition
from node.service.threads import opening, reading
from node.service.threads.commands import OpenThread
from node.service.threads.warnings import NO_NATIONALITY, ON_CONDITION
from tests.letters_return import ESCORT
from tests.letters_support import BODIES
from tests.rules.return_world import her_return, plan
from tests.unit.service.information_support import ASKABLE, FACTS, LOOK, ask
from tests.unit.service.office_support import accepted as may_be_named
from tests.unit.service.office_support import send_names
from tests.unit.service.rights_support import letter_of, tasks
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def accepted(world: World, **said: Any) -> str:
    """A referral that XA accepted with these words, and her name sent."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    body = {**ACCEPT, "organisation": xa.haven, "persons": [xd.tokens(thread)[HER]], "data_needed": [], **said}
    await xa.act(thread, "referral.accept", body)
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True})
    await world.settle()
    return thread


def window(world: World, days: int) -> dict[str, Any]:
    """An arrangement for a day to come."""
    starts = world.clock.now() + days * DAY_S
    return {"window_starts_at": starts, "window_ends": starts + 3600, "modes": ["rail"],
            "met_by": "receiving_organisation", "interpreters": [], "escorts": [ESCORT], "costs": []}  # fmt: skip


async def test_whoever_arranges_reads_the_conditions_of_the_acceptance(world: World) -> None:
    """Domain 5.6, conditions[]: beside the act, where they are still of use; without any there is nothing to read."""
    conditions = ["guardian_confirmed_before_arrival", "escort_by_sender"]
    thread = await accepted(world, conditions=conditions, start_not_before="2026-11-18")
    plain = await accepted(world, start_not_before="2026-11-18")

    assert (await world["XD"].act(thread, "referral.arrange", window(world, 9))).warnings == tuple(
        ON_CONDITION[one] for one in conditions
    )
    assert (await world["XD"].act(plain, "referral.arrange", window(world, 9))).warnings == ()
    assert set(ON_CONDITION) == set(get_args(Condition))


async def test_a_window_before_the_day_from_which_they_can_receive_her_is_warned_of(world: World) -> None:
    """Acts to add: start_not_before, and a later change of it; the people of that country know their own day."""
    thread = await accepted(world, start_not_before="2026-11-25")
    xd, xa = world["XD"], world["XA"]

    (early,) = (await xd.act(thread, "referral.arrange", window(world, 2))).warnings
    assert "2026-11-25" in early
    assert (await xd.act(thread, "referral.arrange", window(world, 8))).warnings == ()
    await world.settle()
    change = {"organisation": [], "services": [], "start_not_before": ["2026-12-20"]}
    await xa.act(thread, "referral.change", change)
    await world.settle()

    (moved,) = (await xd.act(thread, "referral.arrange", window(world, 8))).warnings
    assert "2026-12-20" in moved
    assert (await xa.act(thread, "referral.arrange", window(world, 2))).warnings == ()


async def test_r28_sender_another_organisation_is_told_of_her_once_she_agreed_to_it(world: World) -> None:
    """R28, practice (`referral.change`): her consent is asked again, and then the care that waited goes on."""
    thread, xd, xa = await may_be_named(world), world["XD"], world["XA"]
    shelter = {"id": "shelter-xa", "type": "civil_society"}
    await xa.act(thread, "referral.change", {"organisation": [shelter], "services": [], "start_not_before": []})
    await world.settle()

    with pytest.raises(NotAllowed, match="another organisation"):
        await send_names(world, thread)
    world.clock.step(60)
    to = ConsentTo("XA", "civil_society", shelter["id"], xa.office.office_kid.hex())
    await xd.consent((await xd.view(thread)).case, "XA", recipients=(to,))
    await send_names(world, thread)
    await world.settle()

    assert await letter_of(world, "XA", thread, "referral.disclose")


async def test_who_steps_in_for_an_escort_is_read_with_the_letter_in_both_countries(world: World) -> None:
    """Acts to add: escort {..., substitute}: for people, who read the whole letter."""
    thread = await accepted(world)
    done = await world["XD"].act(thread, "referral.arrange", window(world, 9))
    await world.settle()

    for code in ("XD", "XA"):
        one = world[code]
        read: Any = await reading.open_letter(one.node, one.caseworker, str(done.letter_id))
        assert list(read["body"]["escorts"][0]["substitute"]) == ESCORT["substitute"]


@pytest.mark.parametrize(
    ("stateless", "warned"), [("yes", True), ("likely", True), ("no", False), ("not_known", False)]
)
async def test_h31_sender_what_the_lawyer_found_is_read_by_whoever_asks_a_state_whether_she_is_its_own(
    world: World, stateless: Any, warned: bool
) -> None:
    """H31: the question may go, for a lawyer has looked; but not unread."""
    look = msgspec.structs.replace(LOOK, stateless=stateless)
    person = msgspec.structs.replace(ASKABLE, life=LifeRecords(nationality=look))
    xd = world["XD"]
    case = await xd.new_case(persons=(person,))
    await xd.write_identity(case, FACTS)  # type: ignore[arg-type]
    given: dict[str, Any] = {"purposes": ("enquiry", "identity_verification"),
                             "categories": ("identity", "nationality", "documents", "needs")}  # fmt: skip
    await xd.consent(case, "XA", **given)

    asked = await ask(world, case, purpose="identity_nationality")

    assert asked.warnings == ((NO_NATIONALITY[stateless],) if warned else ())
    assert (await ask(world, case, purpose="prior_identification_as_victim")).warnings == ()


@pytest.mark.parametrize(("offered", "lacks"), [(["escort", "interpreter"], False), (["escort"], True), ([], True)])
async def test_whoever_plans_hears_that_a_country_on_the_way_helps_with_less_than_was_asked(
    world: World, offered: list[str], lacks: bool
) -> None:
    """Domain 5.7: assistance needed[] and what transit.ack gives of it."""
    xd, xa = world["XD"], world["XA"]
    person = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",))
    case = await xd.new_case(persons=(person,), returns=(plan(her_return(), journey=None),))
    await xd.consent(case, "XA", purposes=("enquiry", "transit"))
    body = {**BODIES["transit.request"], "assistance": ["escort", "interpreter"]}
    for name in ("age_band", "treated_as_child", "gender", "languages", "interpreter", "dependants"):
        del body[name]
    command = OpenThread(peer="XA", kind="transit.request", body=msgspec.Raw(msgspec.json.encode(body)))
    thread = (await opening.open_thread(xd.node, xd.caseworker, case, command)).thread
    await world.settle()

    await xa.act(thread, "transit.ack", {"can_assist": True, "contact_role": ["duty-desk"], "assistance": offered})
    await world.settle()

    assert ("transit_lacks_assistance" in tasks(world, "XD")) is lacks
    assert "transit_lacks_assistance" not in tasks(world, "XA")
