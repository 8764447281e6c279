"""A thread's file: the folded thread of the protocol, and what our side must know beside it to write and judge letters.

Stored sealed, in one row. `facts_of` is what the gate and the receiver's checks look at.
"""

import msgspec

from node.protocol.consent.scope import after_withdrawal
from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.codes import ErasureResult, LegalGround, Level, Urgency
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import ConsentEntry
from node.protocol.matters import matter_named
from node.protocol.threads import machine
from node.protocol.threads.thread import EXPIRED, Thread, withdrawals
from node.protocol.threads.thread_facts import thread_facts


class KeptHere(msgspec.Struct, frozen=True, array_like=True):
    """A letter that we did not erase when asked: restricted, or kept on a ground until a time (GDPR 17(3), 18)."""

    letter_id: str
    levels: tuple[Level, ...]
    result: ErasureResult
    ground: LegalGround | None
    until: int | None


class ThreadFile(msgspec.Struct, frozen=True):
    """A thread and what stands beside it.

    `entries` are the opener's newest consent entries, one per token; `persons` maps their tokens to our person ids;
    `opening` is the letter id of the opening letter; `retention_until` and `first_ends` are the opening letter's
    (UTC seconds). `decided` is what a person found for a question asked of us, `rests_on` her case here from which it
    was confirmed (R27); `kept` is what we confirmed as not erased; `local_reason` why we declined, in no letter.
    """

    thread: Thread
    entries: tuple[ConsentEntry, ...] = ()
    persons: dict[str, str] = {}
    opening: str = ""
    urgency: Urgency = "routine"
    first_ends: int = 0
    retention_until: int = 0
    decided: str = ""
    rests_on: str = ""
    kept: tuple[KeptHere, ...] = ()
    local_reason: str = ""


def with_letter(file: ThreadFile, letter: AnyLetter) -> ThreadFile:
    """The file after a letter of either side counts: its consent entries replace older ones of the same token."""
    if letter.sender_role != "opener" or not letter.consent:
        return file
    newer = {entry.token: entry for entry in letter.consent}
    kept = [entry for entry in file.entries if entry.token not in newer]
    return msgspec.structs.replace(file, entries=(*kept, *newer.values()))


def with_incoming(file: ThreadFile, letter: AnyLetter) -> ThreadFile:
    """As `with_letter`, for a letter of the peer that may come late: what she took back after it stays so (R20)."""
    widened = with_letter(file, letter)
    later = [gone for gone in withdrawals(file.thread) if gone.n > letter.n]
    entries = widened.entries
    for gone in later if letter.consent else ():
        entries = after_withdrawal(entries, gone.token, gone.purposes, gone.levels)
    return msgspec.structs.replace(widened, entries=entries)


def facts_of(file: ThreadFile) -> ThreadFacts:
    """What both sides exchanged, as the checks of row 13 and the gate need it."""
    return thread_facts(file.thread, file.entries)


def is_over(file: ThreadFile, now: int) -> bool:
    """True when nothing more can happen on the thread but what may follow a stop."""
    shown = machine.state(file.thread, now)
    return shown == EXPIRED or shown in matter_named(file.thread.matter).ends
