"""H23: she goes on her own after a no: counselled, with a card if that is safe; nobody is told unless she asks."""

from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.cases.case import Case
from node.protocol.cases.paper import Card, Paper
from node.protocol.cases.return_changes import choose_alternative
from node.protocol.cases.return_plan import Alternatives
from node.protocol.gate.return_facts import NOTHING
from node.protocol.gate.ten_gates import Look, wish_fault
from tests.rules.return_world import PLAN, returning
from tests.rules.test_return_letters_rules import exchanged, says
from tests.rules.world import DAY, NOW, both, draft, letter, stop, with_

ASKED = Paper(person_id="p1", taken="kept_here", safe_to_carry=False, asked_alone=True, at=NOW - DAY, by="ana")
CARD = Card(code="2345678", person_id="p1", salt="00", word_hash="00", made_at=NOW - DAY, made_by="ana")
ALONE = Alternatives(kind="own_travel", at=NOW, by="", counselled=True)


def refused(case: Case, chosen: Alternatives) -> str:
    with pytest.raises(NotAllowed) as error:
        choose_alternative(case, PLAN, "p1", chosen, "ana", NOW)
    assert error.value.rule == "H23"
    return str(error.value)


def on_her_own(**chosen: Any) -> Case:
    """A return that two countries prepared, and then she said that she goes by herself."""
    ready = returning(papers=(ASKED,))
    return choose_alternative(ready, PLAN, "p1", with_(ALONE, **chosen), "ana", NOW).case


def test_h23_sender_nobody_goes_alone_uncounselled():
    """H23: what is ahead of her was talked through; a tick that says no is no counselling."""
    assert "not counselled" in refused(returning(papers=(ASKED,)), with_(ALONE, counselled=False))


def test_h23_sender_nobody_goes_alone_unasked_whether_she_takes_a_card():
    """H23, H18: the question is recorded, for her, while this plan was made."""
    assert "contact card" in refused(returning(), ALONE)
    assert "contact card" in refused(returning(papers=(with_(ASKED, person_id="p2"),)), ALONE)
    assert "contact card" in refused(returning(papers=(with_(ASKED, at=NOW - 60 * DAY),)), ALONE)


def test_h23_sender_a_card_that_nobody_made_was_not_given():
    """H23: `contact_card_given` is true only of a card of hers that stands."""
    given = with_(ALONE, contact_card_given=True)
    took_one = with_(ASKED, taken="card")

    assert "no card" in refused(returning(papers=(ASKED,), cards=(CARD,)), given)
    assert "no card" in refused(returning(papers=(took_one,)), given)
    assert "no card" in refused(returning(papers=(took_one,), cards=(with_(CARD, void=True),)), given)
    assert "no card" in refused(returning(papers=(took_one,), cards=(with_(CARD, person_id="p2"),)), given)
    done = choose_alternative(returning(papers=(took_one,), cards=(CARD,)), PLAN, "p1", given, "ana", NOW)
    assert done.case.returns[0].persons[0].alternative == with_(given, by="ana")


def test_h23_sender_a_card_is_never_forced_on_her():
    """H18: where it is not safe to carry, she goes without; asked is enough."""
    assert on_her_own().returns[0].persons[0].alternative == with_(ALONE, by="ana")


def test_h23_sender_no_other_end_asks_for_this():
    """H23 is about her own way; a residence or a longer stay needs none of it."""
    for kind in ("residence", "longer_stay", "third_country", "other_solution"):
        chosen = Alternatives(kind=kind, at=NOW, by="")
        done = choose_alternative(returning(), PLAN, "p1", chosen, "ana", NOW)
        assert done.case.returns[0].persons[0].alternative == with_(chosen, by="ana")


def test_h23_sender_no_letter_tells_that_she_comes_on_her_own():
    """H23: not the plan, not a question, not even that the return is over; only the one stop, which says nothing."""
    case = on_her_own()
    close = with_(says("return.close", outcome="not_returning"), consent=())

    for made in (says("return.risk_request"), says("return.travel_plan"), says("return.update"), close):
        assert both(made, case=case, shared=exchanged()) != []
    assert both(close, case=case, shared=exchanged()) == ["H23"]
    assert both(close, case=on_her_own(asks_to_tell=True), shared=exchanged()) == []
    assert both(draft(with_(stop(), kind="return.stopped"), exchanged()), case=case) == []


def test_h23_sender_a_danger_on_her_own_way_is_still_told():
    """R02 beside H23: an alert is about her life, not about her plans."""
    alert = with_(letter("safety.alert"), consent=(), lawful_basis="vital_interests", urgency="life_threat")

    made = draft(alert, exchanged(), persons={alert.body.who[0]: "p1"}, second="ben")

    assert both(made, case=on_her_own()) == []


def test_h23_sender_the_checklist_says_that_she_does_something_else():
    """H23: g1 is shut, so no plan can be sent any more."""
    case = on_her_own()
    fault = wish_fault(Look(case, case.returns[0], (), NOTHING, NOW))

    assert fault is not None
    assert (fault.gate, fault.is_open) == ("g1", False)
