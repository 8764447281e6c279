"""How long each state has been asked whether she is its own: the oldest first, in bands of 30, 60 and 90 days.

Verifications that stall for years are what keeps people in shelters; so each has its age. Source: domain 1.1, 7.
"""

from typing import Final, Literal

import msgspec

from node.protocol.letters.codes_information import IS_SHE_YOURS, InfoAnswer
from node.protocol.threads import machine
from node.protocol.threads.thread import EXPIRED, Entry, Thread
from node.service.access import is_theirs, whose
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.threads.book import Book
from node.store.work import Reader

Band = Literal["under_30_days", "over_30_days", "over_60_days", "over_90_days"]
EVERY: Final = 1_000_000  # of the threads that go on; none of theirs is left out
BANDS: Final[tuple[tuple[int, Band], ...]] = ((90, "over_90_days"), (60, "over_60_days"), (30, "over_30_days"))
SETTLES: Final = frozenset({"confirmed", "not_confirmed"})
VERIFIES: Final = frozenset({"return.identity_request"})


class VerificationView(msgspec.Struct, frozen=True, kw_only=True):
    """One verification that waits for another country: since when, by when it was due, how old.

    `answer` is what came so far, null for nothing: neither a neutral answer nor a question for more verifies anything.
    """

    thread: str
    case: str
    peer: str
    letter: str
    kind: str
    asked_at: int
    reply_by: int | None
    answer: InfoAnswer | None
    days: int
    band: Band


async def open_verifications(node: Node, actor: Actor) -> list[VerificationView]:
    """The open verifications of cases this person may work on, oldest first."""
    actor.must_be("caseworker", "coordinator", "machine")
    return await node.store.read(lambda reader: _open(node, reader, actor))


def _open(node: Node, reader: Reader, actor: Actor) -> list[VerificationView]:
    now, book, found = node.now(), Book(node, reader), []
    for row in reader.waiting.threads(whose(actor), EVERY):
        owner = reader.cases.get(row.case_id)
        if owner is None or not is_theirs(owner, actor) or row.sealed is None:
            continue
        thread = book.open_file(row).file.thread
        for entry, answer in waiting_verifications(thread, now):
            days = max(0, now - entry.written_at) // DAY_S
            found.append(
                VerificationView(
                    thread=row.thread_id, case=row.case_id, peer=row.peer, letter=entry.letter_id, kind=entry.kind,
                    asked_at=entry.written_at, reply_by=entry.reply_by, answer=answer, days=days, band=band(days),
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: one.asked_at)


def band(days: int) -> Band:
    """The band of an age in whole days; 30 days are over 30."""
    return next((name for least, name in BANDS if days >= least), "under_30_days")


def waiting_verifications(thread: Thread, now: int) -> list[tuple[Entry, InfoAnswer | None]]:
    """Questions of ours that nobody has settled, each with the newest answer; the first of a thread gives the age."""
    if machine.state(thread, now) == EXPIRED:
        return []
    owed = {one.letter_id for one in thread.shared.awaited if one.owed_by != thread.side}
    found: list[tuple[Entry, InfoAnswer | None]] = [
        (e, None) for e in thread.entries if e.kind in VERIFIES and e.letter_id in owed
    ]
    asked = [e for e in thread.entries if e.facts.asked in IS_SHE_YOURS and e.side == thread.side and _counts(e)]
    answers = [e.facts.answer for e in thread.entries if e.kind == "info.response" and _counts(e)]
    newest = answers[-1] if answers else None
    if asked and thread.side == "opener" and newest not in SETTLES and not thread.stopped:
        found.append((asked[0], newest))
    return found


def _counts(entry: Entry) -> bool:
    return entry.status == "applied"
