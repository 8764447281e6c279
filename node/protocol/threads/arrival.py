"""When an arrival that nobody confirmed becomes an alarm, and when she is asked how she is.

Pure arithmetic over what both countries know. Source: R32; practice H06, H19, bureaucracy to drop (arrival timer from
the end of the window, night-aware; follow-ups at 2 weeks and 3 months, the rest if she wants); domain 5.7.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final

from node.protocol.letters.codes import Role, Urgency
from node.protocol.letters.codes_return import FOLLOWUPS, FollowupAt
from node.protocol.threads.deadlines import DAY
from node.protocol.threads.thread import Entry, Thread

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

# H19: whose letter that she confirmed her arrival ends the watch, by who reads it. The country she left believes only
# what it heard itself: whoever holds her there may write letters too. Beside letters: `cases.her_word`.
HER_WORD_COUNTS: Final[frozenset[tuple[Role, Role]]] = frozenset(
    #  at the node of   told by
    {
        ("opener", "opener"),
        ("responder", "responder"),
        ("responder", "opener"),
    }
)


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
    for entry in thread.entries:
        if entry.status != "applied" or entry.n == 0:
            continue
        yes, sure = entry.facts.case == "yes", entry.facts.way.sure
        if entry.kind in ("return.departure", "transit.departure"):
            travelling = yes
        elif entry.kind == "return.failed":
            travelling = True
        elif entry.kind == "return.take_back" or _is_there(thread.side, entry, yes, sure):
            travelling = False
    return travelling


def _is_there(reader: Role, entry: Entry, yes: bool, confirmed_by_her: bool) -> bool:
    believed = (reader, entry.side) in HER_WORD_COUNTS
    arrived = entry.kind == "return.arrival" and yes and confirmed_by_her
    return (entry.kind == "transit.confirm" and yes) or (believed and (arrived or entry.kind == "return.way_ended"))


_LAST_DAY: Final = 253_370_764_800  # the year 9999: a window of the other country's may lie beyond every calendar
