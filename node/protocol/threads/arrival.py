"""When an arrival that nobody confirmed becomes an alarm, and when she is asked how she is.

Pure arithmetic over what both countries know. Source: R32; practice H06, H19, bureaucracy to drop (arrival timer from
the end of the window, night-aware; follow-ups at 2 weeks and 3 months, the rest if she wants); domain 5.7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final, Literal

from node.protocol.letters.codes import Role, Urgency
from node.protocol.letters.codes_return import FOLLOWUPS, FollowupAt
from node.protocol.threads.deadlines import DAY
from node.protocol.threads.thread import ENDED, Entry, Thread
from node.protocol.transit import ON_THE_WAY
from node.protocol.voluntary_return import STOPPED

EVENING_BEGINS: Final = 18
NIGHT_BEGINS: Final = 22
NIGHT_ENDS: Final = 6
NEVER_RESTS: Final = frozenset({"urgent", "life_threat"})
AFTER: Final[dict[FollowupAt, int]] = {
    "2_weeks": 14 * DAY,
    "1_month": 30 * DAY,
    "3_months": 91 * DAY,
    "6_months": 182 * DAY,
    "12_months": 365 * DAY,
    "24_months": 730 * DAY,
    "36_months": 1095 * DAY,
}
ALWAYS: Final = frozenset({"2_weeks", "3_months"})
FOLLOWUP_SLACK_S: Final = 7 * DAY
_LAST_DAY: Final = 253_370_764_800  # the year 9999: a window of the other country's may lie beyond every calendar

Counts = Literal["her word", "she was seen", "a report"]
OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"


@dataclass(frozen=True, slots=True)
class Told:
    """What a letter that ends a journey is worth at one side's node, by who tells it. `asks`: only if she confirmed it.

    A report ends no watch. The country she left believes only what it heard itself, or a country on the way that saw
    her pass: whoever holds her where she arrived may write letters too. Beside letters: `cases.her_word`. H19, R32.
    """

    kind: str
    at: Role
    by: Role
    counts: Counts
    asks: bool = False


# fmt: off
HER_WORD_COUNTS: Final = (
    #    letter              at the node of  told by    is
    Told("return.arrival",   OPENER,         OPENER,    "her word", asks=True),
    Told("return.arrival",   OPENER,         RESPONDER, "a report"),
    Told("return.arrival",   RESPONDER,      RESPONDER, "her word", asks=True),
    Told("return.arrival",   RESPONDER,      OPENER,    "her word", asks=True),
    Told("return.way_ended", OPENER,         OPENER,    "her word"),
    Told("return.way_ended", OPENER,         RESPONDER, "a report"),
    Told("return.way_ended", RESPONDER,      RESPONDER, "her word"),
    Told("return.way_ended", RESPONDER,      OPENER,    "her word"),
    Told("return.failed",    OPENER,         OPENER,    "her word"),
    Told("return.failed",    OPENER,         RESPONDER, "a report"),
    Told("return.failed",    RESPONDER,      RESPONDER, "her word"),
    Told("return.failed",    RESPONDER,      OPENER,    "her word"),
    Told("referral.arrived", OPENER,         RESPONDER, "a report"),
    Told("referral.arrived", RESPONDER,      RESPONDER, "her word", asks=True),
    Told("transit.confirm",  OPENER,         RESPONDER, "she was seen"),
    Told("transit.confirm",  RESPONDER,      RESPONDER, "she was seen"),
)
# fmt: on
_TOLD: Final = {(row.kind, row.at, row.by): row for row in HER_WORD_COUNTS}

ARRANGED: Final = "referral.arrange"  # a referral is watched from its first arrangement on
# Ends of a referral that say where she is: with the country that sent her. `completed` and an expiry say nothing of it.
WITH_US_AGAIN: Final = frozenset({ENDED})


def alarm_at(overdue_at: int, window_ends: int, zone: tzinfo, urgency: Urgency, with_child: bool) -> int:
    """When the alarm rings, UTC seconds; `zone` is that of the country she travels to.

    Whoever came in the evening and sleeps is not searched for at night: where the window ended after six in the evening
    and the alarm would ring between ten and six, it rings at six. Never where it is urgent or a child travels.
    """
    ended, rings = (datetime.fromtimestamp(min(one, _LAST_DAY), zone) for one in (window_ends, overdue_at))
    late = ended.hour >= EVENING_BEGINS or ended.hour < NIGHT_ENDS
    at_night = rings.hour >= NIGHT_BEGINS or rings.hour < NIGHT_ENDS
    if urgency in NEVER_RESTS or with_child or not (late and at_night):
        return overdue_at
    day = rings.date() + timedelta(days=rings.hour >= NIGHT_BEGINS)
    return int(datetime.combine(day, time(NIGHT_ENDS), zone).astimezone(UTC).timestamp())


def next_followup(told: Sequence[str], arrived_at: int, wants_more: bool) -> tuple[FollowupAt, int] | None:
    """The next time she is asked, and when that is due; None when it was the last.

    At two weeks and three months always, at the others only while she wants it. Those that passed are not made up for.
    """
    done = max((FOLLOWUPS.index(one) for one in FOLLOWUPS if one in told), default=-1)
    for at in FOLLOWUPS[done + 1 :]:
        if at in ALWAYS or wants_more:
            return at, arrived_at + AFTER[at]
    return None


def on_the_way(thread: Thread) -> bool:
    """Whether, as far as the letters tell, she set out and nobody we believe heard her say that she is there. H07, H19.

    Read from the letters, because a stop leaves no facts behind.
    """
    travelling = False
    for entry in _counting(thread):
        if entry.kind in ("return.departure", "transit.departure"):
            travelling = entry.facts.case == "yes"
        elif entry.kind == "return.failed":
            travelling = True
        elif entry.kind == "return.take_back" or _is_there(thread.side, entry):
            travelling = False
    return travelling


def awaited_since(thread: Thread) -> Entry | None:
    """The letter since which her arrival or passage is awaited: that she left, or how it is arranged; or None. R32.

    That a matter is completed or ran out does not tell where she is, so it ends nothing.
    """
    if thread.stopped:
        return None
    if thread.matter == "referral":
        there = thread.shared.state in WITH_US_AGAIN or any(_is_there(thread.side, one) for one in _counting(thread))
        return None if there else newest(thread, ARRANGED)
    if thread.matter == "transit":
        return newest(thread, "transit.departure") if thread.shared.state == ON_THE_WAY else None
    left = newest(thread, "return.departure")
    return None if left is None or not on_the_way(thread) or _stopped_for_us(thread, left) else left


def _stopped_for_us(thread: Thread, left: Entry) -> bool:
    """Whether her journey since `left` ended on the way by a word that counts here: then she is cared for. H07.

    That the country of arrival says so ends no watch of the country she left: whoever holds her may say it. R32.
    """
    if thread.shared.state != STOPPED:
        return False
    since = _counting(thread)
    since = since[since.index(left) + 1 :]
    return any(one.kind == "return.failed" and _is_there(thread.side, one) for one in since)


def newest(thread: Thread, *kinds: str) -> Entry | None:
    """The newest letter of these kinds that left or arrived, and counts."""
    return next((e for e in reversed(_counting(thread)) if e.kind in kinds), None)


def _counting(thread: Thread) -> list[Entry]:
    return [one for one in thread.entries if one.status == "applied" and one.n]


def _is_there(reader: Role, entry: Entry) -> bool:
    row = _TOLD.get((entry.kind, reader, entry.side))
    if row is None or row.counts == "a report" or entry.facts.case == "no":
        return False
    return entry.facts.way.sure or not row.asks
