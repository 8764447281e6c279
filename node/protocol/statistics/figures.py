"""How soon answers come: medians for each kind of letter, in bands so coarse that no single case can be seen in them.

Pure. Source: domain.md 5.13, 7 (timeliness); practice.md ("publish medians, not single late cases"); R35.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

import msgspec

from node.protocol.statistics.suppression import K, small
from node.protocol.threads.thread import Thread

DAY: Final = 86_400
PENDING_DAYS: Final = (30, 60, 90)
BANDS: Final = (500, 200, 100, 50, 25, K)


@dataclass(frozen=True, slots=True)
class Answered:
    """One letter that asked for an answer: who owed it, and how long it took; None while it is open (seconds)."""

    thread: str
    kind: str
    owed_by: str
    asked_at: int
    due_at: int
    took_s: int | None

    def late(self, now: int) -> bool:
        """Whether it was not answered by the time that was agreed, up to `now`."""
        return now > self.due_at if self.took_s is None else self.asked_at + self.took_s > self.due_at


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How soon one kind of letter is answered by one country, or by all others together (`others`).

    `at_least` threads stand behind it (a band); the median is in whole days, the share answered in time in tenths.
    What rests on fewer than 11 threads is not shown: each is about one person or more.
    """

    kind: str
    by: str
    at_least: int
    median_days: int
    in_time_tenths: int


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """How many identity verifications are open for more than so many days; null: from 1 to 10."""

    more_than_days: int
    count: int | None


def answers_of(thread: Thread, us: str) -> list[Answered]:
    """Every letter of a thread that asked for an answer by a time, and was answered or still is to be.

    One that nobody owes an answer any more, because a stop or another letter settled it, says nothing of how soon.
    """
    first: dict[str, int] = {}
    for entry in thread.entries:
        if entry.in_reply_to is not None and entry.status in ("applied", "crossed"):
            first.setdefault(entry.in_reply_to, entry.written_at)
    awaited = {one.letter_id for one in thread.shared.awaited}
    return [
        Answered(
            thread.thread_id, entry.kind, us if entry.side != thread.side else thread.peer, entry.written_at,
            entry.reply_by, max(0, first[entry.letter_id] - entry.written_at) if entry.letter_id in first else None,
        )
        for entry in thread.entries
        if entry.reply_by is not None and entry.status == "applied"
        if entry.letter_id in first or entry.letter_id in awaited
    ]  # fmt: skip


def figures(answers: Iterable[Answered], us: str, now: int) -> list[Figure]:
    """One figure for each kind and country with at least 11 threads, and one for all other countries together.

    An answer that is overdue counts as late, with the days it has taken so far: silence does not improve a figure.
    """
    groups: dict[tuple[str, str], list[Answered]] = {}
    for one in answers:
        if one.took_s is None and now <= one.due_at:
            continue  # still in time
        groups.setdefault((one.kind, one.owed_by), []).append(one)
        if one.owed_by != us:
            groups.setdefault((one.kind, "others"), []).append(one)
    enough = {key: group for key, group in sorted(groups.items()) if _threads(group) >= K}
    return [_figure(kind, by, group, now) for (kind, by), group in enough.items()]


def pending(waiting: Iterable[tuple[str, int]], now: int) -> list[Pending]:
    """Open identity verifications, each (thread, asked at), by age; cumulative. Golden scenario 12."""
    asked = list(waiting)
    counts = [len({thread for thread, at in asked if now - at > days * DAY}) for days in PENDING_DAYS]
    return [Pending(more_than_days=days, count=small(count)) for days, count in zip(PENDING_DAYS, counts, strict=True)]


def _figure(kind: str, by: str, group: list[Answered], now: int) -> Figure:
    took = [one.took_s if one.took_s is not None else now - one.asked_at for one in group]
    in_time = sum(not one.late(now) for one in group)
    return Figure(
        kind=kind,
        by=by,
        at_least=next(band for band in BANDS if _threads(group) >= band),
        median_days=round(median(took) / DAY),
        in_time_tenths=round(10 * in_time / len(group)),
    )


def _threads(group: Iterable[Answered]) -> int:
    return len({one.thread for one in group})
