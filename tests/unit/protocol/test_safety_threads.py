"""A safety thread: every letter counts when it arrives, in any order, on any thread, in any state. Wire 7; H02, H22."""

from itertools import permutations
from typing import Any

import pytest

from node.errors import NotAllowed
from node.protocol.letters.codes import Role
from node.protocol.safety import ACKNOWLEDGED, ALERTED, STOOD_DOWN
from node.protocol.threads.machine import allowed, local_state, open_thread, queue, release, state
from node.protocol.threads.outcome import Released, Verdict
from node.protocol.threads.receiving import receive
from node.protocol.threads.thread import NONE, Entry, Facts, Thread

NOW, LIFE_S = 1_000_000, 14 * 86_400
THREAD, PEER = "24" * 16, "XD"
ALERT, OTHER_ALERT = "a1" * 16, "a2" * 16


def entry(kind: str, n: int, letter_id: str = "", side: Role = "opener", **facts: Any) -> Entry:
    """A letter of a safety thread, about the first alert."""
    about = Facts(tokens=("dd" * 16,)) if kind == "safety.alert" else Facts(about=(ALERT,))
    given = {"thread_ends": NOW + LIFE_S, "written_at": NOW, "seen": 0, "noted": about, **facts}
    return Entry(side=side, n=n, kind=kind, letter_id=letter_id or f"{side}{n}", **given)


FIRST = entry("safety.alert", 1, ALERT)
UPDATE = entry("safety.update", 2)
MEDICAL = entry("safety.medical", 3)
OVER = entry("safety.stand_down", 4)


def take(thread: Thread | None, letter: Entry, reason: int = 0) -> Verdict:
    """What a letter meets here; `reason` is what its content is refused for."""
    return receive(
        thread, letter, thread_id=THREAD, peer=PEER, now=NOW, max_life_s=LIFE_S, content=lambda _letter, _known: reason
    )


def after(*letters: Entry) -> Thread:
    thread: Thread | None = None
    for letter in letters:
        verdict = take(thread, letter)
        assert (verdict.status, verdict.effect) == ("stored", "applied")
        thread = verdict.thread
    assert thread is not None
    return thread


def test_an_alert_opens_a_thread_of_its_own():
    """Domain 5.10: any country to the one where the danger is."""
    assert state(after(FIRST), NOW) == ALERTED


@pytest.mark.parametrize(
    "order", list(permutations((FIRST, UPDATE, MEDICAL, OVER))), ids=lambda o: "".join(str(e.n) for e in o)
)
def test_whatever_the_order_every_letter_counts_at_once_and_the_state_is_the_same(order):
    """Wire 7: safety letters apply on arrival, whatever n. No letter waits, none is refused."""
    if order[0].kind == "safety.medical" or order[0].n > 1:
        assert take(None, order[0]).effect == "applied"

    assert state(after(*order), NOW) == STOOD_DOWN


def test_an_alert_after_the_stand_down_is_an_alarm_again():
    """A danger that returns is not lost in an old thread."""
    again = entry("safety.alert", 5, OTHER_ALERT)

    assert state(after(FIRST, OVER, again), NOW) == ALERTED


def test_the_state_is_that_of_the_gravest_alert():
    """One acknowledgement does not quiet another alert."""
    both = after(FIRST, entry("safety.alert", 2, OTHER_ALERT))
    ours = entry("safety.acknowledged", 0, "own", side="responder")

    quiet = release(queue(both, ours, NOW).thread, "own", NOW)

    assert isinstance(quiet, Released)
    assert state(quiet.thread, NOW) == ALERTED
    assert state(after(FIRST), NOW + 130 * 86_400) == "expired"


def test_both_sides_read_the_same_state():
    """The sender folds what the receiver folds."""
    here = open_thread(THREAD, "XA", "opener", "safety")
    queued = queue(here, entry("safety.alert", 0, ALERT), NOW)
    assert local_state(queued.thread, NOW) == ALERTED
    assert state(queued.thread, NOW) == NONE  # nothing is shared before it is released

    out = release(queued.thread, ALERT, NOW)
    assert isinstance(out, Released)
    there = after(out.thread.entries[-1])
    ack = release(queue(there, entry("safety.acknowledged", 0, "ack", side="responder"), NOW).thread, "ack", NOW)
    assert isinstance(ack, Released)
    back = take(out.thread, ack.thread.entries[-1])

    assert back.thread is not None
    assert state(back.thread, NOW) == state(ack.thread, NOW) == ACKNOWLEDGED


def test_a_thread_cannot_begin_with_an_update():
    """Wire 7: n = 1 on an unknown thread needs an opening kind."""
    assert (take(None, entry("safety.update", 1)).status, take(None, entry("safety.update", 1)).reason) == (
        "refused",
        202,
    )


def test_nothing_follows_an_alert_that_was_never_sent():
    """What the other country has never heard of cannot be updated."""
    here = open_thread(THREAD, "XA", "opener", "safety")

    with pytest.raises(NotAllowed):
        queue(here, entry("safety.update", 0, "u"), NOW)


def test_a_letter_that_overtakes_the_offer_does_not_make_the_thread_a_safety_thread():
    """An alert rides on a referral whose offer is still on the way; the offer then opens what it opens."""
    early = after(entry("safety.alert", 2, ALERT))
    offer = Entry("opener", 1, 0, "referral.offer", "o", NOW, NOW + LIFE_S)

    verdict = take(early, offer)

    assert early.matter == ""
    assert verdict.thread is not None
    assert (verdict.effect, verdict.thread.matter, state(verdict.thread, NOW)) == ("applied", "referral", "offered")


def test_an_alert_on_a_stopped_thread_counts():
    """Wire 7, Stops: safety is not refused after a stop, and does not open the thread again."""
    stop = Entry("opener", 1, 0, "referral.ended", "stop", NOW, NOW + LIFE_S)

    stopped = after(stop, entry("safety.alert", 2, ALERT))

    assert stopped.stopped
    assert state(stopped, NOW) == "ended"


@pytest.mark.parametrize("known", [None, after(FIRST), after(Entry("opener", 1, 0, "referral.ended", "s", NOW, NOW))])
def test_what_the_letter_itself_shows_is_judged_on_arrival_in_every_state(known):
    """R02, H20: a dishonest sender gains nothing by an unknown thread, an early number or a stop."""
    n = 1 if known is None else 9

    verdict = take(known, entry("safety.alert", n, OTHER_ALERT), reason=2)

    assert (verdict.status, verdict.reason) == ("refused", 2)


def test_every_act_of_a_safety_thread_is_an_option_of_both_sides():
    """Buttons come from the table."""
    options = {option.kind: option.allowed for option in allowed(after(FIRST), NOW)}

    assert all(options[f"safety.{act}"] for act in ("alert", "medical", "update", "acknowledged", "stand_down"))
