"""She said herself that she is there: what we heard, how, and what does not count as her word.

Only the country she left needs this record: its alarm ends by what it heard itself, never by what the country of
arrival says of her. Source: R32; practice H19, H18 (card, code word, call back).
"""

from typing import Final

import msgspec

from node.errors import NotAllowed, NotFound
from node.protocol.cases.case import Case
from node.protocol.cases.changes import AuditLine, Changed
from node.protocol.cases.return_changes import settle_alarm
from node.protocol.cases.return_plan import HerWord
from node.protocol.letters.codes_return import ConfirmedHow

# What each way of hearing her needs, so that nobody else's voice is taken for hers.
EVIDENCE: Final[dict[ConfirmedHow, str]] = {
    "call": "we called a number of her file, not one that the other country gave us",
    "code_word": "the code and the word of a card of hers were right, within the last day",
    "in_person": "somebody of ours stood before her, not of the country of arrival",
}
CARD_COUNTS_S: Final = 24 * 3600


def hear_her(
    case: Case, thread: str, how: ConfirmedHow, independent: bool, everybody_is_there: bool, by: str, at: int
) -> Changed:
    """H19: her word, which ends our alarm. NotAllowed where it may be somebody else's, or where somebody is missing."""
    known = next((one for one in case.threads if one.thread == thread), None)
    if known is None:
        raise NotFound("no such thread in this case", field="thread")
    if not everybody_is_there:
        raise NotAllowed(
            "somebody of this thread was not heard of", rule="H19",
            for_user="Ask after everybody who travels with her. Until all are there the alarm stands.",
        )  # fmt: skip
    heard_at = _card_was_right_at(case, known.persons, at) if how == "code_word" else at if independent else None
    if heard_at is None:
        raise NotAllowed(f"this is not her word yet; it needs that {EVIDENCE[how]}", rule="H19", for_user=_TELL[how])
    word = HerWord(thread=thread, how=how, heard_at=heard_at, by=by, at=at)
    noted = msgspec.structs.replace(case, her_words=(*case.her_words, word))
    line = AuditLine(event="heard_from_her", rule="H19", case_id=case.case_id, by=(by,), at=at)
    settled = settle_alarm(noted, thread, at)
    return Changed(settled.case, (line, *settled.audit))


def was_heard(case: Case, thread: str, since: int) -> bool:
    """Whether she was heard about this thread at or after `since` (UTC seconds), the moment she left."""
    return any(one.thread == thread and one.heard_at >= since for one in case.her_words)


def were_heard(case: Case, thread: str, since: int) -> bool:
    """Whether everybody of this thread was heard at or after `since`, about any thread of theirs in this case."""
    of = {one.thread: set(one.persons) for one in case.threads}
    heard = [of.get(one.thread, set()) for one in case.her_words if one.heard_at >= since]
    return any(of.get(thread, set()) <= persons for persons in heard)


def _card_was_right_at(case: Case, persons: tuple[str, ...], at: int) -> int | None:
    right = [one.right_at for one in case.cards if one.person_id in persons and not one.void]
    newest = max(right, default=0)
    return newest if newest and newest > at - CARD_COUNTS_S else None


_TELL: Final[dict[ConfirmedHow, str]] = {
    "call": "Call her on a number of her file. A number that the other country gave, or a call from there, may be "
    "somebody else's.",
    "code_word": "Check the code and the word of her card first. Then record that you heard her.",
    "in_person": "Only somebody of ours who stood before her can say so.",
}
