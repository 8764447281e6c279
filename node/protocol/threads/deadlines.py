"""By when an answer is due, in the working days of the country that answers, and who hears of it when none comes.

Pure arithmetic: the time zone comes in as an object, so that no file is read here. Source: wire.md 7; domain.md 5.5,
5.6, 5.7, 5.13; practice.md H22.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from node.protocol.letters.codes import Urgency

HOUR: Final = 3_600
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working week of a country, from its record. `weekend`: 0 is Monday. A day not listed is a working day."""

    zone: tzinfo
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether offices are open on this day."""
        return day.weekday() not in self.weekend and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Within:
    """A time limit: working days of the answering country, or clock hours."""

    working_days: int = 0
    hours: int = 0

    def said(self) -> str:
        """The limit in words: `5 working days`, `24 hours`."""
        return f"{self.working_days} working days" if self.working_days else f"{self.hours} hours"


@dataclass(frozen=True, slots=True)
class Reply:
    """How soon a letter of this kind is answered, by urgency. Urgent and life_threat run in clock hours (H22)."""

    kind: str
    routine: Within
    priority: Within
    urgent: Within
    life_threat: Within
    source: str

    def within(self, urgency: Urgency) -> Within:
        """The limit for this urgency."""
        limits: dict[Urgency, Within] = {
            "routine": self.routine,
            "priority": self.priority,
            "urgent": self.urgent,
            "life_threat": self.life_threat,
        }
        return limits[urgency]


@dataclass(frozen=True, slots=True)
class Step:
    """Who hears of an overdue answer, and how long after it was due."""

    who: str
    routine: Within
    urgent: Within


def wd(days: int) -> Within:
    return Within(working_days=days)


def hours(number: int) -> Within:
    return Within(hours=number)


# fmt: off
_ROWS: Final = (
    #     the answer to                routine     priority   urgent     life threat  source
    Reply("referral.offer",            wd(5),      wd(3),     hours(24), hours(4),    "H22"),
    Reply("referral.info_request",     wd(3),      wd(2),     hours(24), hours(4),    "H22"),
    Reply("referral.info",             wd(5),      wd(3),     hours(24), hours(4),    "H22: as the offer"),
    Reply("referral.accept",           wd(2),      wd(1),     hours(24), hours(4),    "H22"),
    Reply("referral.handback",         wd(5),      wd(3),     hours(24), hours(4),    "H22: as the offer"),
    Reply("return.request",            wd(5),      wd(3),     hours(24), hours(4),    "H22"),
    Reply("return.risk_request",       wd(15),     wd(5),     hours(72), hours(24),   "H22"),
    Reply("return.family_request",     wd(20),     wd(10),    hours(120), hours(24),  "H22"),
    Reply("return.identity_request",   wd(10),     wd(5),     hours(48), hours(24),   "H22"),
    Reply("return.decision",           wd(5),      wd(3),     hours(24), hours(4),    "H22"),
    Reply("return.traveldoc_status",   wd(10),     wd(5),     hours(48), hours(24),   "H22"),
    Reply("consent.assertion",         wd(10),     wd(5),     hours(48), hours(24),   "R08: what waits for her"),
    Reply("transit.request",           hours(48),  hours(48), hours(24), hours(4),    "H22"),
    Reply("erasure.request",           hours(168), hours(168), hours(168), hours(168), "R20, GDPR 17 and 19"),
    Reply("consent.withdrawal",        hours(72),  hours(72), hours(72), hours(72),   "R20, GDPR 19"),
    Reply("rectification",             hours(72),  hours(72), hours(72), hours(72),   "R33, GDPR 16 and 19"),
    Reply("access.request",            hours(720), hours(720), hours(720), hours(720), "R33, GDPR 12(3): 30 days"),
    Reply("complaint.open",            hours(720), hours(720), hours(720), hours(720), "R33: 30 days"),
    Reply("info.request",              wd(10),     wd(5),     hours(48), hours(12),   "H22"),
    Reply("ident.support_request",     wd(5),      wd(3),     hours(24), hours(4),    "H22"),
    Reply("safety.alert",              hours(1),   hours(1),   hours(1),   hours(1),    "R02: within the hour"),
    Reply("safety.medical",            hours(1),   hours(1),   hours(1),   hours(1),    "R02: within the hour"),
    Reply("letter.opened",             hours(24),  hours(12), hours(4),  hours(1),    "H22"),
)
ESCALATION: Final = (
    #    who hears of it                          routine, priority  urgent, life threat (ours)
    Step("the caseworker: phone them first",      Within(),          Within()),
    Step("the back-up of the focal point",        wd(2),             hours(4)),
    Step("the national coordinator",              wd(5),             hours(12)),
    Step("the published quality figures",         wd(10),            hours(24)),
)
# fmt: on
REMIND_BEFORE: Final[dict[Urgency, int]] = {
    "routine": DAY,  # an answer is due at the end of a working day: the reminder comes when that day begins
    "priority": DAY,
    "urgent": 6 * HOUR,
    "life_threat": HOUR,
}
REPLIES: Final[dict[str, Reply]] = {row.kind: row for row in _ROWS}
ARRIVAL_AFTER_WINDOW_S: Final = DAY  # 5.6: arrived is told 24 h after the window, then it is overdue
FIRST_WINDOW_WITHIN_S: Final = 90 * DAY  # ours: no arrival is arranged further ahead than this
WINDOW_MOVES_BY_S: Final = 14 * DAY  # ours: beyond what was agreed, before the other side names a window too
ANSWER_SLACK: Final = wd(10)  # an offer stays open as long as its escalation runs (5.13)
CARE_S: Final = 120 * DAY  # after acceptance: a sign of life at 90 days (practice), and a month to give it
YEAR_S: Final = 400 * DAY  # after arrival: the next follow-up may be a year away, and a month to give it
DEPARTURE_TOLD_S: Final = HOUR  # 5.7: within the hour


def due_at(within: Within, from_at: int, calendar: Calendar) -> int:
    """When a limit ends that starts at `from_at` (UTC seconds).

    Working days: the end of the last one, where the day of `from_at` does not count, as in Regulation 1182/71.
    """
    if within.working_days == 0:
        return from_at + within.hours * HOUR
    day, left = datetime.fromtimestamp(from_at, calendar.zone).date(), within.working_days
    while left:
        day += timedelta(days=1)
        left -= calendar.works_on(day)
    midnight = datetime.combine(day + timedelta(days=1), time(), calendar.zone)
    return int(midnight.astimezone(UTC).timestamp())


def reply_by(kind: str, urgency: Urgency, written_at: int, calendar: Calendar) -> int | None:
    """By when this letter is to be answered, in the recipient's calendar; None if it asks for no answer."""
    row = REPLIES.get(kind)
    return None if row is None else due_at(row.within(urgency), written_at, calendar)


def arrival_by(window_ends: int) -> int:
    """By when an arrival is told, after which it is overdue and alarms (5.6, R32)."""
    return window_ends + ARRIVAL_AFTER_WINDOW_S


def departure_by(departure_ends: int) -> int:
    """By when it is told whether she left (5.7)."""
    return departure_ends + DEPARTURE_TOLD_S


def thread_ends(kind: str, urgency: Urgency, written_at: int, accepted: bool, calendar: Calendar) -> int:
    """When a thread expires on which nothing follows this letter (UTC seconds)."""
    due = reply_by(kind, urgency, written_at, calendar) or written_at
    if kind in ("return.arrival", "return.followup"):
        return written_at + YEAR_S
    if accepted or kind.startswith(STAYS_OPEN):
        return max(due, written_at + CARE_S)
    return due_at(ANSWER_SLACK, due, calendar)


def remind_at(urgency: Urgency, due: int) -> int:
    """When whoever owes or awaits an answer is reminded of it, before it is due (ours; practice: phone them first)."""
    return due - REMIND_BEFORE[urgency]


def escalation(urgency: Urgency, due: int, calendar: Calendar) -> list[tuple[int, str]]:
    """When an unanswered letter that was due at `due` goes to whom, first step first."""
    in_hours = urgency in IN_HOURS
    return [(due_at(step.urgent if in_hours else step.routine, due, calendar), step.who) for step in ESCALATION]


# Accepted care, a danger, and a question to which a better answer may come late.
STAYS_OPEN: Final = ("referral.accept", "safety.", "info.")
IN_HOURS: Final = frozenset({"urgent", "life_threat"})
