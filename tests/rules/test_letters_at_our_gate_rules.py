"""Letters of a return at our own gate, at drafting and at release: the gates g1-g10 and what holds every letter."""

from typing import Any

import msgspec
import pytest

from node.demo.return_story import REQUEST
from node.protocol.cases.case import CaseThread
from node.protocol.cases.return_plan import Assessor, Halt, Recovery
from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.bodies import Body
from node.protocol.letters.frame import Letter
from node.protocol.letters.kinds import KINDS
from node.protocol.threads.return_facts import Plan, ReturnFacts, Risk
from tests.rules.return_world import RISK, WINDOW_ENDS, WINDOW_STARTS, her_return, plan, returning
from tests.rules.world import (
    CHILD,
    DAY,
    HER,
    HER_TOKEN,
    NOW,
    THREAD,
    XA_RECORD,
    both,
    draft,
    drafting,
    entry,
    letter,
    record,
    tie,
    with_,
)

HOUR = 3600
PURPOSES = ("enquiry", "risk_assessment", "travel", "transit")
AGREED = record(purposes=PURPOSES, valid_from=NOW - 3 * DAY)
TOLD = Risk("acceptable", "2026-11-10", "caseworker", told_at=NOW - 9 * DAY)
WAY = ReturnFacts(
    can_assist=True,
    risk_asked_at=NOW - 12 * DAY,
    risk_host=TOLD,
    risk_origin=TOLD,
    document="issued",
    document_until="2027-06-01",
    decision_host="proceed",
    decision_origin="proceed",
    reintegration=True,
)
EXCHANGED = ThreadFacts(
    accepted=True, entries=(entry(purposes=PURPOSES),), organisation="haven-xa", opened_at=NOW - 20 * DAY, way=WAY
)
TRAVEL_PLAN: dict[str, Any] = {
    "departure_starts_at": WINDOW_STARTS - 10 * HOUR,
    "departure_ends": WINDOW_STARTS - 6 * HOUR,
    "arrival_starts_at": WINDOW_STARTS,
    "arrival_ends": WINDOW_ENDS,
    "overdue_after_hours": 4,
    "modes": ["rail"],
    "interpreters": [],
    "escorts": [],
    "costs": [],
    "medical": "none",
    "met_by": "receiving_organisation",
    "with_transit": True,
    "child_care": [],
    "best_interests_date": [],
    "safeguards_met": True,
}
BODIES: dict[str, dict[str, Any]] = {
    "return.request": {
        **REQUEST,
        "wish_date": "2026-11-01",
        "age_band": "25-34",
        "treated_as_child": False,
        "gender": "woman",
        "languages": ["uk"],
        "interpreter": True,
        "dependants": [],
    },
    "return.risk_request": {"domains": ["retaliation"], "region": None},
    "return.travel_plan": TRAVEL_PLAN,
    "return.departure": {"outcome": "departed", "noted_at": NOW, "reason": []},
    "return.close": {"outcome": "not_returning"},
    "return.take_back": {"takes_back_date": "2026-12-01"},
    "return.update": {"status": "as_planned", "organisation": []},
    "transit.departure": {"departed": True, "noted_at": NOW},
}
ASKED = plan(her_return(departure_asked_at=NOW - HOUR))
XT_RECORD = with_(XA_RECORD, country="XT")


def of(kind: str, **said: Any) -> Letter[Body]:
    """A letter of ours of this kind, resting on her consent where it states one."""
    body = msgspec.convert({**BODIES[kind], **said}, KINDS[kind].body)
    states = kind in ("return.request", "return.risk_request", "return.travel_plan")
    consent = (entry(purposes=PURPOSES),) if states else ()
    made: Letter[Body] = with_(letter("referral.update", consent=consent), kind=kind, body=body)
    return made


def gate(of_letter: Letter[Body], **world: Any) -> list[str]:
    """The rules that object, at drafting and at release alike."""
    given: dict[str, Any] = {"case": returning(), "consents": (AGREED,), "shared": EXCHANGED}
    return both(draft(of_letter, world.pop("shared", EXCHANGED)), **{**given, **world})


def says(of_letter: Letter[Body], **world: Any) -> str:
    """The first sentence of the gate."""
    given: dict[str, Any] = {"case": returning(), "consents": (AGREED,)}
    return drafting(draft(of_letter, EXCHANGED), **{**given, **world})[0].sentence


def test_r08_sender_a_plan_for_which_everything_was_done_goes():
    """The base of the tests here."""
    assert gate(of("return.travel_plan")) == []


@pytest.mark.parametrize("kind", ["return.request", "return.risk_request", "return.travel_plan", "return.update"])
def test_r07_sender_no_letter_of_a_return_goes_without_her_recorded_wish(kind):
    """R07: without a plan of hers, and without her wish in it, nothing of a return is asked for."""
    assert "R07" in gate(of(kind), case=returning(plans=()))
    assert "R07" in gate(of(kind), case=returning(plans=(plan(her_return(wish=None)),)))


def test_r09_sender_no_plan_goes_while_her_recovery_period_runs():
    """R09, g3; asking the other country may begin earlier."""
    resting = returning(plans=(plan(her_return(recovery=Recovery(until=NOW + DAY))),))

    assert gate(of("return.travel_plan"), case=resting) == ["R09"]
    assert says(of("return.travel_plan"), case=resting) == "g3: her recovery period runs"
    assert gate(of("return.request"), case=resting) == []


def test_r10_sender_asylum_is_said_first_and_ends_the_thread():
    """R10 > the rest; and the gates do not say it a second time."""
    claim = returning(with_(HER, protection="sought", ties=(tie("XA"),)))

    assert gate(of("return.travel_plan"), case=claim) == ["R10"]


def test_r17_sender_detention_holds_the_request():
    """R17, g9."""
    assert gate(of("return.request"), case=returning(place_is_detention=True)) == ["R17"]


def test_r34_sender_a_request_waits_for_her_lawyers_advice():
    """R34, g5; H24: her wish stands above the advice."""
    unadvised = returning(plans=(plan(her_return(proceedings=None)),))

    assert gate(of("return.request"), case=unadvised) == ["R34"]
    assert says(of("return.request"), case=unadvised).startswith("g5: ")


def test_h24_sender_a_request_goes_though_she_declines_to_be_heard():
    """H24."""
    declines = her_return(proceedings=with_(her_return().proceedings, heard="she_declines"))

    assert gate(of("return.request"), case=returning(plans=(plan(declines),))) == []


def test_r24_sender_a_plan_goes_only_as_a_second_person_approved_it():
    """R24, g10: not unapproved, not changed in the letter, and not sent by the one who approved it."""
    assert gate(of("return.travel_plan"), case=returning(plans=(plan(approval=None),))) == ["R24"]
    assert gate(of("return.travel_plan", arrival_ends=WINDOW_ENDS + DAY)) == ["R24"]
    assert gate(of("return.travel_plan", with_transit=False)) == ["R24"]
    by_ben = draft(of("return.travel_plan"), EXCHANGED, actor="ben")
    assert [one.rule for one in drafting(by_ben, case=returning(), consents=(AGREED,))] == ["R24"]


def test_r22_sender_she_is_asked_once_more_on_the_day_she_leaves():
    """R22: within the day before she left; a plan's own yes is not enough, and not going needs no question."""
    told = with_(EXCHANGED, way=with_(WAY, plan=Plan(n=5)))
    assert gate(of("return.departure"), shared=told) == ["R22"]
    assert gate(of("return.departure"), shared=told, case=returning(plans=(ASKED,))) == []
    old = plan(her_return(departure_asked_at=NOW - DAY))
    assert gate(of("return.departure"), shared=told, case=returning(plans=(old,))) == ["R22"]
    assert gate(of("return.departure", outcome="postponed")) == []


def test_r22_sender_the_country_on_the_way_hears_of_a_departure_after_the_same_question():
    """R22, and nothing of the other thread is asked there."""
    bare = ThreadFacts(accepted=True, entries=(entry(purposes=PURPOSES),), opened_at=NOW - DAY)

    assert gate(of("transit.departure"), shared=bare, recipient=XT_RECORD) == ["R22"]
    assert gate(of("transit.departure"), shared=bare, case=returning(plans=(ASKED,)), recipient=XT_RECORD) == []


def test_r31_sender_after_a_halt_nothing_of_the_return_goes_on():
    """R31: also what was queued before; closing and taking back still go."""
    halted = returning(plans=(plan(halt=Halt("new_risk", "ana", NOW - HOUR)),))

    assert gate(of("return.travel_plan"), case=halted) == ["R31"]
    assert gate(of("return.update"), case=halted) == ["R31"]
    assert gate(of("return.close"), case=halted) == []
    assert gate(of("return.take_back"), case=halted) == []


def test_h04_sender_after_a_stop_on_the_way_nothing_goes_to_the_origin_until_a_person_decides():
    """H04: not even an update."""
    held = returning(plans=(plan(held_for_transit=True),))

    assert gate(of("return.update"), case=held) == ["H04"]


def test_h23_sender_an_independent_assessment_is_sent_only_where_the_origin_stayed_silent():
    """H23: after its time and the whole ladder, and called by two people for everybody."""
    row = {"person": HER_TOKEN, "domain": "retaliation", "colour": "amber", "says": "past_only",
           "measure": "other_region", "sources": [], "likelihood": [], "severity": []}  # fmt: skip
    body = {"rows": [row], "overall": "acceptable_with_measures", "assessor": "independent_assessor",
            "assessed_date": "2026-11-10", "independent": True}  # fmt: skip
    theirs = with_(
        letter("referral.update", consent=(entry(purposes=PURPOSES),)),
        kind="return.risk_result",
        body=msgspec.convert(body, KINDS["return.risk_result"].body),
    )
    called = returning(plans=(plan(her_return(assessor=Assessor("institute", ("ana", "ben"), RISK))),))
    silent = with_(EXCHANGED, way=with_(WAY, risk_origin=Risk(), risk_asked_at=NOW - 30 * DAY))
    asked = with_(silent, way=with_(silent.way, risk_asked_at=NOW - 27 * DAY))

    assert gate(theirs, case=called, shared=silent) == []
    assert gate(theirs, case=called, shared=asked) == ["H23"]
    assert gate(theirs, shared=silent) == ["H23"]


def test_r14_sender_a_plan_with_a_child_waits_for_what_the_child_needs():
    """R14, H26, g6: the child's row shuts the gate for everybody of the plan."""
    case = returning(HER, CHILD)

    assert "R14" in gate(of("return.travel_plan"), case=case, consents=(AGREED, record(CHILD, purposes=PURPOSES)))


def test_h02_sender_another_country_of_the_case_is_not_held_by_the_plan():
    """A referral elsewhere goes its own way."""
    elsewhere = returning(threads=(CaseThread(thread=THREAD, country="XA", opened_at=NOW - DAY, persons=("p1",)),))

    assert both(letter("referral.update"), case=elsewhere, shared=with_(EXCHANGED, way=ReturnFacts())) == []
