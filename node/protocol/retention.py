"""When what is kept of a person must be gone: a date for each payload that arrived, and for the case itself.

Pure: times are UTC seconds, and nothing is erased here. Source: R25; H34; GDPR 5(1)(e).
"""

from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from node.protocol.cases.case import Case, Retention
from node.protocol.threads.thread import Shared

DAY_S: Final = 86_400
LONGEST_HOLD_S: Final = 3 * 365 * 86_400  # a hold names its end; one that is still needed then is made anew
LONGEST_WISH_S: Final = 30 * 365 * 86_400  # H34: claims may take decades
# From receipt, whatever the sender says. Ours says two years from the opening, or 400 days from a late follow-up.
LONGEST_WORD_S: Final = 3 * 365 * 86_400


class ThreadDates(msgspec.Struct, frozen=True):
    """What dates a thread gives: when it ended (None: it goes on), until when the sender lets its payloads be kept,
    whether a letter of the other country began it, and whether she arrived where it led. `promised_days`: for how long
    after that end this node, when it took the referral over, promised her to keep what it receives.
    """

    ended_at: int | None
    sender_word: int | None = None
    came_from_abroad: bool = False
    arrived: bool = False
    promised_days: int | None = None

    @property
    def word(self) -> int | None:
        """Until when what was received may be kept at most: the sender's word, or our own where it is over sooner."""
        ours = (
            None if self.promised_days is None or self.ended_at is None else self.ended_at + self.promised_days * DAY_S
        )
        return min((at for at in (self.sender_word, ours) if at is not None), default=None)


def bounded(word: int, received_at: int) -> int:
    """The sender's word, but never longer than our own bound from receipt: no peer keeps her data here for ever (R25).

    The letter itself is as the wire allows and is not refused for it.
    """
    return min(word, received_at + LONGEST_WORD_S)


def has_arrived(shared: Shared) -> bool:
    """Whether she arrived where the thread led: by the word that a referral ends with, or as she confirmed of a return.

    Source: H19, H34.
    """
    return shared.arrived is True or shared.way.confirmed_by_her


def months_later(at: int, months: int) -> int:
    """The same day and hour so many months later; the last of the month where that day does not exist."""
    when = datetime.fromtimestamp(at, UTC)
    year, month = divmod(when.month - 1 + months, 12)
    year, month = when.year + year, month + 1
    return int(when.replace(year=year, month=month, day=min(when.day, monthrange(year, month)[1])).timestamp())


def is_held(kept: Retention, now: int) -> bool:
    """Whether a legal hold stands at `now` (UTC seconds): then nothing of the case is erased."""
    return kept.hold is not None and kept.hold.until > now


def kept_longer_until(kept: Retention) -> int:
    """Until when nothing of the case is erased: a legal hold, or what she asked to keep for her claims; 0: no such."""
    hold = 0 if kept.hold is None else kept.hold.until
    return max(hold, kept.kept_at_her_request_until or 0)


def is_needed_now(case: Case) -> bool:
    """Whether somebody is cared for on the way, or nobody knows whether she arrived: what tells of her stays till then.

    Her life goes before the date; it ends when people end the care or the alarm. Source: R25 against H06, H07, R32.
    """
    open_care = any(one.ended_at is None for one in case.care)
    return open_care or any(one.ended_at is None for one in case.arrival_alarms)


def payload_due(kept: Retention, word: int | None, ended_at: int | None) -> int | None:
    """When a payload that arrived must go: so many months after its thread ended, never later than `word`.

    The word is the sender's, or our own promise to her where that is over sooner (`ThreadDates.word`). A legal hold
    and her own wish keep it longer. None: no date yet, which only a letter without the sender's word has.
    """
    closed = None if ended_at is None else months_later(ended_at, kept.months_after_closure)
    dates = [date for date in (closed, word) if date is not None]
    return max(min(dates), kept_longer_until(kept)) if dates else None


def case_due(kept: Retention, threads: Sequence[ThreadDates]) -> int | None:
    """When the case itself must go; None while it is worked on.

    It is closed when somebody said so, or when it has threads and all of them ended. What only came from abroad and led
    to nothing goes with the sender's word or our promise; once she arrived here, our own file rests on its own basis
    (H34).
    """
    closed_at = _closed_at(kept, threads)
    due = None if closed_at is None else months_later(closed_at, kept.months_after_closure)
    borrowed = bool(threads) and all(one.came_from_abroad and not one.arrived for one in threads)
    words = [one.word for one in threads if one.word is not None]
    if borrowed and words:
        due = max(words) if due is None else min(due, max(words))
    return None if due is None else max(due, kept_longer_until(kept))


def _closed_at(kept: Retention, threads: Sequence[ThreadDates]) -> int | None:
    ended = [one.ended_at for one in threads if one.ended_at is not None]
    if len(ended) < len(threads):
        return None
    if kept.closed_at is not None:
        return max([kept.closed_at, *ended])
    return max(ended) if ended else None
