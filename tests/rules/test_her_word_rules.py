"""H19: what counts as her own word at the country she left, by a table, each way attacked by a hasty user."""

from typing import Any

import pytest

from node.errors import NotAllowed, NotFound
from node.protocol.cases.case import Case
from node.protocol.cases.her_word import CARD_COUNTS_S, EVIDENCE, hear_her, was_heard
from node.protocol.cases.paper import Card
from node.protocol.cases.return_changes import open_alarm, raise_alarm
from node.protocol.threads.arrival import HER_WORD_COUNTS, on_the_way
from tests.rules.return_play import at, say
from tests.rules.return_world import returning
from tests.rules.world import DAY, NOW, THREAD, with_

CARD = Card(code="2345678", person_id="p1", salt="00", word_hash="00", made_at=NOW - DAY, made_by="ana")
RIGHT = with_(CARD, right_at=NOW - 3600)


def alarmed(**facts: Any) -> Case:
    """A case whose arrival is overdue."""
    return raise_alarm(returning(**facts), THREAD, NOW - 7200).case


def heard(case: Case, how: Any, independent: bool = False, everybody: bool = True) -> Case:
    return hear_her(case, THREAD, how, independent, everybody, "ana", NOW).case


def test_h19_sender_every_way_of_hearing_her_is_in_the_table():
    """The closed list of the letter and the table of evidence are the same words."""
    assert set(EVIDENCE) == {"call", "code_word", "in_person"}


@pytest.mark.parametrize(("how", "case"), [("call", alarmed()), ("in_person", alarmed())])
def test_h19_sender_a_voice_that_came_by_them_is_not_hers(how, case):
    """H19: a call from there, or to a number they gave, and a person of theirs, may be whoever holds her."""
    with pytest.raises(NotAllowed, match="not her word yet"):
        heard(case, how)
    assert open_alarm(heard(case, how, independent=True), THREAD) is None


@pytest.mark.parametrize(
    "cards",
    [
        (),
        (CARD,),
        (with_(RIGHT, person_id="p9"),),
        (with_(RIGHT, void=True),),
        (with_(RIGHT, right_at=NOW - CARD_COUNTS_S),),
    ],
    ids=["no card", "never checked", "another person's", "void", "long ago"],
)
def test_h19_sender_a_code_word_is_one_that_was_checked(cards):
    """H18, H19: what a caseworker ticks is not a code word; the machine saw the right one."""
    with pytest.raises(NotAllowed, match="not her word yet"):
        heard(alarmed(cards=cards), "code_word", independent=True)


def test_h19_sender_her_card_and_word_end_the_alarm_from_when_they_were_right():
    """H19: the moment is that of the check, so a word given before she left counts for nothing."""
    case = heard(alarmed(cards=(RIGHT,)), "code_word")

    assert open_alarm(case, THREAD) is None
    assert was_heard(case, THREAD, NOW - 3600)
    assert not was_heard(case, THREAD, NOW - 3599)


def test_h19_sender_nobody_is_forgotten():
    """H19, H26: one of a family that arrived does not end the search for the other; nor does another thread's word."""
    with pytest.raises(NotAllowed, match="somebody of this thread"):
        heard(alarmed(), "call", independent=True, everybody=False)
    with pytest.raises(NotFound):
        hear_her(alarmed(), "99" * 16, "call", True, True, "ana", NOW)


def test_h19_receiver_the_country_she_left_believes_nobody_elses_word_for_hers():
    """H19: the table, as both machines read it: the origin ends its own watch by its word, never ours."""
    world = at("travelling")
    say(world, "responder", "return.arrival", sure=True)
    sides = {role: side.thread for role, side in world.sides.items()}

    assert sides["opener"] is not None
    assert sides["responder"] is not None
    assert on_the_way(sides["opener"])
    assert not on_the_way(sides["responder"])
    say(world, "opener", "return.arrival", sure=True)
    assert world.sides["opener"].thread is not None
    assert not on_the_way(world.sides["opener"].thread)
    at_home = {row.kind: row.counts for row in HER_WORD_COUNTS if (row.at, row.by) == ("opener", "responder")}
    assert at_home.pop("transit.confirm") == "she was seen"
    assert set(at_home) == {"return.arrival", "return.way_ended", "return.failed", "referral.arrived"}
    assert set(at_home.values()) == {"a report"}


def test_h07_receiver_the_origins_word_that_her_way_ended_is_a_report():
    """H07, H19: where she was stopped, only the country she left says that she is safe."""
    world = at("stopped_on_the_way")
    say(world, "responder", "return.way_ended")

    assert world.sides["opener"].thread is not None
    assert on_the_way(world.sides["opener"].thread)
