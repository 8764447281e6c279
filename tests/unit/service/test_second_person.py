"""Every change of a case that wants two people: nobody is both, and the deputy of another organisation is a second.

Two rows of a table, one story each: a row added to `acts` without a story fails here. Source: R24; practice, acts to
add (second approver by the deputy of another member organisation).
"""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.cases import changes_life, keep_changes, return_changes
from node.protocol.cases.case import Case
from node.protocol.cases.family import FamilyRecords, Suspicion
from node.protocol.cases.return_plan import Recovery
from node.service.actor import Actor
from node.service.cases import keep_requests as keep
from node.service.cases import requests as asks
from node.service.cases import requests_life as life
from node.service.cases import requests_people as people
from node.service.cases import requests_safety as safety
from node.service.cases import return_requests as returns
from node.service.cases.acts import CHANGES
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.confirming import decide_change
from node.service.threads.book import Book
from node.store.work import Work
from tests.rules.return_world import PLAN, RISK, ROW, her_return, plan, returning
from tests.rules.world import CHILD, DAY, HER, NOW, THREAD, case, tie, with_
from tests.world import World, make_world

P1, P2 = "1" * 16, "2" * 16
BOTH = ("ana", "ben")
ON: Final = "2026-10-01"
PANEL: Final[Any] = ("child_protection", "social_work")
HERS: Final[dict[str, Any]] = {"person_id": P1}
OF_PLAN: Final[dict[str, Any]] = {"plan_id": PLAN, "person_id": P1}
THEIRS: Final[dict[str, Any]] = {**OF_PLAN, "rows": (ROW,), "overall": "acceptable_with_measures"}
OF_CHILD: Final[dict[str, Any]] = {"person_id": P2}
MINOR = with_(
    HER, age_band="16-17", protection="sought", protection_ever=True, ties=(tie("XA", "yes"),),
    blocked_countries=("XB",), coercion_suspected=True, family=FamilyRecords((Suspicion("parent", NOW, "ana"),)),
)  # fmt: skip
PROTECTED = case(MINOR, CHILD, place_is_detention=True)
BORN = changes_life.add_birth(case(), "p1", with_(CHILD, guardian=None), ON, "ana", NOW).case
RESTING = returning(plans=(plan(her_return(recovery=Recovery(until=NOW + 30 * DAY))),))
REFUSED = returning(plans=(plan(her_return(risk=with_(RISK, overall="unacceptable"))),))
ALARMED = return_changes.raise_alarm(case(), THREAD, NOW).case
KEPT = keep_changes.keep_at_her_request(case(), NOW + 900 * DAY, ("ana",), NOW).case
HELD = keep_changes.hold_for_law(case(), "complaint", NOW + 900 * DAY, BOTH, NOW).case

STORIES: Mapping[type, tuple[Case, Change]] = {
    asks.SettleAge: (PROTECTED, asks.SettleAge(**HERS, age_band="25-34")),
    asks.UnblockCountry: (PROTECTED, asks.UnblockCountry(**HERS, country="XB")),
    asks.SetTie: (PROTECTED, asks.SetTie(**HERS, country="XA", kind="nationality", feared="no")),
    asks.LiftAsylumBlock: (
        PROTECTED,
        asks.LiftAsylumBlock(**HERS, country="XA", wish_in_writing=True, lawyer_independent=True, seen_alone=True),
    ),
    asks.EndReview: (PROTECTED, asks.EndReview(**HERS)),
    asks.RecordDistrust: (PROTECTED, asks.RecordDistrust(target="holder", value="c" * 64)),
    asks.LiftDistrust: (PROTECTED, asks.LiftDistrust(target="country", value="XC")),
    asks.DetentionEnded: (PROTECTED, asks.DetentionEnded()),
    asks.SuppressStop: (PROTECTED, asks.SuppressStop(thread=THREAD)),
    returns.WaiveRecovery: (RESTING, returns.WaiveRecovery(**OF_PLAN, in_writing=True, advised=True)),
    returns.AssessRisk: (REFUSED, returns.AssessRisk(**THEIRS, role="caseworker")),
    returns.CallAssessor: (returning(), returns.CallAssessor(**THEIRS, organisation="institute")),
    returns.EndAlarm: (ALARMED, returns.EndAlarm(thread=THREAD, outcome="found_safe")),
    people.DecideBestInterests: (
        PROTECTED,
        people.DecideBestInterests(
            **HERS, outcome="return", panel=PANEL, decided_on=ON, childs_view="heard_and_followed", country="XA"
        ),
    ),
    people.DecideTracing: (
        PROTECTED,
        people.DecideTracing(**HERS, may_trace=True, panel=PANEL, decided_on=ON, childs_view="heard_and_followed"),
    ),
    people.ConfirmCaregiver: (
        PROTECTED,
        people.ConfirmCaregiver(**HERS, kind="grandparent", willing=True, able=True, confirmed_on=ON),
    ),
    people.ReopenContact: (PROTECTED, people.ReopenContact(**HERS)),
    people.ConfirmOtherCare: (PROTECTED, people.ConfirmOtherCare(**HERS, kind="small_home", confirmed_on=ON)),
    people.CheckCustody: (
        PROTECTED,
        people.CheckCustody(**OF_CHILD, status="not_known", checked_on=ON, dangerous_to_ask=True),
    ),
    people.ClearFamily: (PROTECTED, people.ClearFamily(**HERS, who="parent")),
    people.FamilyMayKnow: (PROTECTED, people.FamilyMayKnow(**HERS, told="what_she_agreed")),
    life.SetMajority: (PROTECTED, life.SetMajority(**HERS, majority_at=NOW)),
    life.DeathInError: (PROTECTED, life.DeathInError(**HERS)),
    life.RecordIncapacity: (
        PROTECTED,
        life.RecordIncapacity(**HERS, since=NOW - DAY, lasting="for_now", wish="wished"),
    ),
    life.CapacityRegained: (PROTECTED, life.CapacityRegained(**HERS)),
    life.RegisterBirth: (BORN, life.RegisterBirth(**OF_CHILD, registration="dangerous_to_register")),
    life.LawyerLooked: (
        PROTECTED,
        life.LawyerLooked(**HERS, looked_on=ON, stateless="likely", asylum_advised=True, lawyer_independent=True),
    ),
    keep.KeepAtHerRequest: (KEPT, keep.KeepAtHerRequest(until=NOW + 400 * DAY)),
    keep.EndHerRequest: (KEPT, keep.EndHerRequest()),
    keep.HoldForLaw: (case(), keep.HoldForLaw(ground="complaint", until=NOW + 900 * DAY)),
    keep.LiftLegalHold: (HELD, keep.LiftLegalHold()),
    safety.RecordDisappearance: (PROTECTED, safety.RecordDisappearance(**HERS, what="feared_taken")),
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD")
    yield made
    await made.close()


def test_every_change_that_wants_two_people_has_a_story():
    assert STORIES.keys() == {kind for kind, row in CHANGES.items() if row.people != "one"}


@pytest.mark.parametrize("kind", STORIES, ids=lambda kind: kind.__struct_config__.tag)
async def test_r24_sender_a_change_by_two_is_confirmed_by_nobody_alone_and_by_another_organisations_deputy(
    world: World, kind: type
):
    """R24: it waits and changes nothing; whoever asked cannot confirm it; a deputy of another member can."""
    node, case_id = world["XD"].node, await world["XD"].new_case()
    ana, deputy = Actor("ana", "coordinator", "haven"), Actor("deputy", "coordinator", "harbour")
    await as_in(world, case_id, STORIES[kind][0])

    asked = await change_case(node, ana, case_id, STORIES[kind][1])
    assert not asked.done and asked.pending is not None
    with pytest.raises(NotAllowed, match="two different people") as alone:
        await decide_change(node, ana, case_id, asked.pending, approve=True)
    done = await decide_change(node, deputy, case_id, asked.pending, approve=True)

    assert alone.value.rule == "R24"
    assert done.done and done.case.waits_for_second == []
    lines = node.store.read_sync(lambda reader: reader.audit.lines(limit=50))
    assert {"ana", "deputy"} <= {one.actor for one in lines if one.act in ("case_changed", "change_proposed")}


async def as_in(world: World, case_id: str, prepared: Case) -> None:
    """The case as this one, its persons under ids as a node gives them."""
    text = msgspec.json.encode(prepared).replace(b'"p1"', f'"{P1}"'.encode()).replace(b'"p2"', f'"{P2}"'.encode())
    found = with_(msgspec.json.decode(text, type=Case), case_id=case_id)
    node = world["XD"].node

    def put(work: Work) -> None:
        book = Book(node, work)
        book.put_case(book.case(case_id), found, node.now())

    await node.store.write(put)
