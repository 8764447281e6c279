"""How long things are kept and what a restore may not revive: R25, H08, H34. Pure; the sweep itself: tests/keep."""

from datetime import UTC, datetime

import pytest

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases import keep_changes
from node.protocol.cases.case import LegalHold, Retention
from node.protocol.retention import ThreadDates, case_due, has_arrived, months_later, payload_due
from node.protocol.threads.return_facts import ReturnFacts
from node.protocol.threads.thread import Shared
from tests.rules.return_play import at, say
from tests.rules.world import DAY, NOW, accepted, case, disclosure, draft, drafting, letter, offer, release, stop, with_

YEAR = months_later(NOW, 12)
WORD = NOW + 2 * 365 * DAY
HOLD = LegalHold(ground="complaint", until=NOW + 900 * DAY, by=("ana", "bea"), at=NOW)


def test_r25_receiver_a_payload_goes_a_year_after_its_thread_ended():
    """R25: twelve months after closure where nothing else is said."""
    assert payload_due(Retention(), WORD, NOW) == YEAR
    assert payload_due(Retention(months_after_closure=3), WORD, NOW) == months_later(NOW, 3)


def test_r25_receiver_a_payload_never_stays_longer_than_its_senders_word():
    """R25: whatever was closed, and when; and while the thread still goes on."""
    assert payload_due(Retention(), NOW + DAY, NOW) == NOW + DAY
    assert payload_due(Retention(), WORD, None) == WORD


def test_r25_receiver_what_was_promised_to_her_with_the_acceptance_is_one_more_end():
    """R25: `retention_days` of the acceptance counts from the end of the thread; the sooner of all dates counts."""
    promised = ThreadDates(ended_at=NOW, sender_word=WORD, promised_days=30, came_from_abroad=True)
    begun = with_(promised, ended_at=None)
    generous = with_(promised, promised_days=9_000)

    assert payload_due(Retention(), promised.word, NOW) == NOW + 30 * DAY
    assert payload_due(Retention(), begun.word, None) == WORD
    assert payload_due(Retention(), generous.word, NOW) == YEAR
    assert payload_due(Retention(hold=HOLD), promised.word, NOW) == HOLD.until
    assert case_due(Retention(), [promised]) == NOW + 30 * DAY
    assert case_due(Retention(), [with_(promised, arrived=True)]) == YEAR


def test_r25_receiver_a_legal_hold_keeps_a_payload_until_its_end_and_no_longer():
    """R25: by two people, with a ground and an end."""
    assert payload_due(Retention(hold=HOLD), NOW + DAY, NOW) == HOLD.until
    with pytest.raises(NotAllowed):
        keep_changes.hold_for_law(case(), "complaint", NOW + DAY, ("ana", "ana"), NOW)
    with pytest.raises(BadInput):
        keep_changes.hold_for_law(case(), "complaint", NOW + 4 * 365 * DAY, ("ana", "bea"), NOW)
    with pytest.raises(NotFound):
        keep_changes.lift_hold(case(), ("ana", "bea"), NOW)


def test_r25_sender_a_case_that_is_worked_on_has_no_date():
    """R25: it is closed when somebody says so, or when every thread of it ended."""
    ended, open_ = ThreadDates(ended_at=NOW), ThreadDates(ended_at=None)
    closed = keep_changes.close_case(case(), "ana", NOW).case.retention

    assert case_due(Retention(), []) is None
    assert case_due(Retention(), [ended, open_]) is None
    assert case_due(closed, [open_]) is None
    assert case_due(Retention(), [ended]) == YEAR
    assert case_due(closed, []) == YEAR
    shut = keep_changes.close_case(case(), "ana", NOW).case
    assert case_due(keep_changes.reopen_case(shut, "ana", NOW).case.retention, []) is None


def test_r25_sender_only_what_was_closed_is_opened_again():
    """R25: a record of something that did not happen misleads whoever reads the case later."""
    shut = keep_changes.close_case(case(), "ana", NOW).case

    with pytest.raises(NotFound, match="not closed"):
        keep_changes.reopen_case(case(), "ana", NOW)
    with pytest.raises(NotFound, match="not closed"):
        keep_changes.reopen_case(keep_changes.reopen_case(shut, "ana", NOW).case, "ana", NOW)


def test_r25_receiver_what_only_came_from_abroad_goes_with_the_senders_word():
    """R25: a case that a letter made, and that led to nothing here, rests on that letter alone."""
    offered = ThreadDates(ended_at=None, sender_word=NOW + DAY, came_from_abroad=True)

    assert case_due(Retention(), [offered]) == NOW + DAY
    assert case_due(Retention(), [ThreadDates(NOW, WORD, came_from_abroad=True)]) == YEAR


def test_h34_receiver_after_arrival_our_own_file_rests_on_its_own_basis():
    """H34: she is here; the other country's word no longer ends our work with her."""
    arrived = ThreadDates(ended_at=NOW, sender_word=NOW + DAY, came_from_abroad=True, arrived=True)

    assert case_due(Retention(), [arrived]) == YEAR
    assert payload_due(Retention(), NOW + DAY, NOW) == NOW + DAY


def test_h34_receiver_an_arrival_that_she_confirmed_of_a_return_counts_too():
    """H34, H19: in both countries' books, by either country's word; a plan, or somebody on the way, is no arrival."""
    for state, arrived in (("planned", False), ("travelling", False), ("arrived", True), ("following", True)):
        for side in at(state).sides.values():
            assert side.thread is not None and has_arrived(side.thread.shared) is arrived, state
    told_by_the_sender = at("travelling")
    say(told_by_the_sender, "opener", "return.arrival", sure=True)
    at_home = told_by_the_sender.sides["responder"].thread

    assert at_home is not None and has_arrived(at_home.shared)
    assert has_arrived(Shared(way=ReturnFacts(confirmed_by_her=True)))
    assert not has_arrived(Shared(way=ReturnFacts(departed_at=NOW)))


def test_h34_sender_what_she_asked_to_keep_is_kept():
    """H34: for her claims, past every other date; ended by two people only."""
    until = NOW + 3000 * DAY
    kept = keep_changes.keep_at_her_request(case(), until, ("ana",), NOW).case

    assert payload_due(kept.retention, NOW + DAY, NOW) == until
    assert case_due(kept.retention, [ThreadDates(ended_at=NOW)]) == until
    with pytest.raises(NotAllowed):
        keep_changes.end_her_request(kept, ("ana",), NOW)
    assert keep_changes.end_her_request(kept, ("ana", "bea"), NOW).case.retention.kept_at_her_request_until is None
    with pytest.raises(NotAllowed):  # until tomorrow is an end as well
        keep_changes.keep_at_her_request(kept, NOW + DAY, ("ana",), NOW)
    shorter = keep_changes.keep_at_her_request(kept, NOW + DAY, ("ana", "bea"), NOW).case
    assert keep_changes.keep_at_her_request(shorter, until, ("ana",), NOW).case == kept


def test_months_are_those_of_the_calendar():
    """The last day of a month has no twin in every month."""
    leap = int(datetime(2028, 2, 29, 12, tzinfo=UTC).timestamp())

    assert datetime.fromtimestamp(months_later(leap, 12), UTC) == datetime(2029, 2, 28, 12, tzinfo=UTC)
    assert datetime.fromtimestamp(months_later(leap, 10), UTC) == datetime(2028, 12, 29, 12, tzinfo=UTC)


def test_h08_sender_a_restored_node_releases_nothing_about_a_person_before_it_was_answered():
    """H08: held, at drafting and at release; the same letter goes when two people answered."""
    held = draft(offer(), after_restore="unanswered")

    assert [one.rule for one in drafting(held)] == ["H08"]
    assert release(held).held
    assert drafting(draft(offer())) == []


@pytest.mark.parametrize("kind", ["consent.withdrawal", "erasure.request"])
def test_h08_sender_what_protects_waits_too_because_nobody_knows_who_may_hear(kind):
    """H08, R10: an asylum block set after the backup would be passed by a withdrawal."""
    assert [one.rule for one in drafting(draft(letter(kind, consent=()), after_restore="unanswered"))] == ["H08"]


def test_h08_sender_the_one_stop_passes():
    """H01, H02: it says nothing of her."""
    assert release(draft(stop(), after_restore="unanswered")).open


def test_h08_sender_a_thread_stopped_after_the_backup_is_never_written_on_again():
    """H08, R31: cancelled, whatever the restored thread looks like; a withdrawal still goes."""
    stopped = draft(disclosure(), accepted(), after_restore="stopped")

    assert "H08" in [one.rule for one in drafting(stopped)]
    assert release(stopped).cancelled
    assert drafting(draft(letter("consent.withdrawal", consent=()), after_restore="stopped")) == []
