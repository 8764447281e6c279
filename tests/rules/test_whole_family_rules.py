"""Everybody whom a letter of a return is about is of its plan, and a passage is a leg of it: H26, R07, R14, R31."""

from typing import Any

import pytest

from node.protocol.cases.case import Case, CaseThread
from node.protocol.cases.return_plan import Halt, Journey, ReturnPlan
from node.protocol.gate.facts import ThreadFacts
from tests.rules.return_world import WINDOW_ENDS, WINDOW_STARTS, her_return, plan, returning
from tests.rules.test_letters_at_our_gate_rules import AGREED, ASKED, EXCHANGED, HOUR, PURPOSES, XT_RECORD, gate, of
from tests.rules.world import CHILD, DAY, HER, NOW, THREAD, entry, letter, record, with_

BOTH_AGREED = (AGREED, record(CHILD, purposes=PURPOSES, valid_from=NOW - 3 * DAY))
BOTH_STATED = (entry(purposes=PURPOSES), entry(CHILD, purposes=PURPOSES))
HALTED = with_(ASKED, halt=Halt("new_risk", "ana", NOW))
PASSING = ("transit.request", "transit.arrange", "transit.departure")


def to_xt(kind: str) -> Any:
    """A letter to a country on the way, about her."""
    return of(kind) if kind == "transit.departure" else letter(kind, consent=(entry(purposes=PURPOSES),))


def hers(*plans: ReturnPlan) -> Case:
    """A case of two, with a thread about her alone."""
    about_her = CaseThread(thread=THREAD, country="XT", opened_at=NOW - DAY, persons=(HER.person_id,))
    return returning(HER, CHILD, plans=plans, threads=(about_her,))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("return.request", {"dependants": ["0-5"]}),
        ("return.risk_request", {}),
        ("return.travel_plan", {"best_interests_date": ["2026-10-01"], "child_care": ["caregiver_confirmed"]}),
        ("return.departure", {}),
        ("transit.departure", {}),
    ],
)
def test_h26_sender_nobody_goes_whom_the_plan_leaves_out(kind, said):
    """H26, R14: ten gates for each person; who has no row in the plan meets none, a child no best interests."""
    made, to = of(kind, **said), {"recipient": XT_RECORD} if kind in PASSING else {}
    made = with_(made, consent=BOTH_STATED) if made.consent else made
    world: dict[str, Any] = {"shared": with_(EXCHANGED, entries=BOTH_STATED), "consents": BOTH_AGREED, **to}
    named = plan(her_return(departure_asked_at=NOW - HOUR), her_return(CHILD, departure_asked_at=NOW - HOUR))

    left_out, of_both = (gate(made, case=returning(HER, CHILD, plans=(one,)), **world) for one in (ASKED, named))

    assert left_out.count("H26") == of_both.count("H26") + 1  # custody has the same number


def test_h02_sender_a_departure_that_was_told_travels_again_whoever_is_in_the_plan():
    """H02: it has its number; what was left out undoes nothing."""
    left = with_(EXCHANGED, entries=BOTH_STATED, way=with_(EXCHANGED.way, departed_at=NOW - HOUR))

    assert gate(of("return.departure"), case=returning(HER, CHILD, plans=(ASKED,)), shared=left) == []


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize(
    ("plans", "rule"),
    [
        ((), "R07"),
        ((plan(her_return(CHILD)),), "R07"),
        ((with_(ASKED, journey=Journey(WINDOW_STARTS, WINDOW_ENDS, ("XC",))),), "R07"),
        ((plan(her_return(wish=None)),), "R07"),
        ((HALTED,), "R31"),
        ((HALTED, plan(her_return(CHILD), opened_at=NOW - DAY)), "R31"),
    ],
)
def test_r07_sender_a_passage_is_a_leg_of_a_return_she_wishes(kind, plans, rule):
    """R07, R31; domain 5.7: no passage without a plan of hers that leads there, nor by somebody else's."""
    assert rule in gate(to_xt(kind), case=hers(*plans), recipient=XT_RECORD, shared=passage(kind))


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("plans", [(ASKED,), (HALTED, with_(ASKED, journey=None)), (HALTED, ASKED)])
def test_r07_sender_a_passage_of_her_open_plan_goes(kind, plans):
    """It may be asked for before the journey is planned, and an older plan that was halted holds nothing."""
    found = gate(to_xt(kind), case=hers(*plans), recipient=XT_RECORD, shared=passage(kind))

    assert not {"R07", "R31", "H26"} & set(found)


def passage(kind: str) -> ThreadFacts:
    """A thread with a country on the way that said yes; for the request an empty one."""
    return ThreadFacts(opened_at=NOW - DAY) if kind == "transit.request" else with_(EXCHANGED, opened_at=NOW - DAY)
