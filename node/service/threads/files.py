"""A thread's file: the folded thread of the protocol, and what our side must know beside it to write and judge letters.

Stored sealed, in one row. `facts_of` is what the gate and the receiver's checks look at.
"""

from collections.abc import Iterable

import msgspec

from node.protocol.consent.scope import after_withdrawal
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.once_told import NOTHING_TOLD, STATES_NOBODY, OnceTold, telling
from node.protocol.letters.codes import ErasureResult, LegalGround, Level, Urgency
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import ConsentEntry
from node.protocol.matters import matter_named
from node.protocol.threads import machine
from node.protocol.threads.thread import EXPIRED, Thread, withdrawal_waits, withdrawals
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
    was confirmed, `compared` the cases with a name like hers where it was confirmed from none (R27); `kept` is what we
    confirmed as not erased; `local_reason` why we declined, in no letter.
    `told` are the entries as the other side has them, while a withdrawal of ours waits to leave. `once` is what was
    ever said of each token.
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
    compared: tuple[str, ...] = ()
    kept: tuple[KeptHere, ...] = ()
    local_reason: str = ""
    told: tuple[ConsentEntry, ...] = ()
    once: OnceTold = NOTHING_TOLD


def with_letter(file: ThreadFile, letter: AnyLetter) -> ThreadFile:
    """The file after a letter of either side counts: its consent entries replace older ones of the same token."""
    if not _states(letter):
        return file
    told, once = _renewed(file.told, letter) if file.told else (), telling(file.once, letter)
    return msgspec.structs.replace(file, entries=_renewed(file.entries, letter), told=told, once=once)


def with_withdrawal(file: ThreadFile, entries: tuple[ConsentEntry, ...]) -> ThreadFile:
    """The file once our side decided a withdrawal that leaves these entries; the other side knows of none before it
    leaves.
    """
    return msgspec.structs.replace(
        file, entries=entries, told=file.told if withdrawal_waits(file.thread) else file.entries
    )


def with_incoming(file: ThreadFile, letter: AnyLetter) -> ThreadFile:
    """As `with_letter`, for a letter of the peer that may come late: what she took back after it stays so (R20)."""
    widened = with_letter(file, letter)
    gone_by = withdrawals(file.thread)
    later = [gone for gone in gone_by if not gone.known_to(letter.sender_role, letter.n, letter.seen)]
    entries = widened.entries
    for gone in later if _states(letter) else ():
        entries = after_withdrawal(entries, gone.token, gone.purposes, gone.levels)
    return msgspec.structs.replace(widened, entries=entries)


def facts_of(file: ThreadFile) -> ThreadFacts:
    """What both sides exchanged, and what of ours waits to leave, as our gate needs it."""
    return thread_facts(file.thread, file.entries, file.once)


def exchanged(file: ThreadFile) -> ThreadFacts:
    """What both sides exchanged and nothing else, for row 13: no answer tells what we decided and have not told.

    Source: wire 3 row 14; H01, H16.
    """
    entries = file.told if withdrawal_waits(file.thread) else file.entries
    return thread_facts(msgspec.structs.replace(file.thread, queued=()), entries, file.once)


def stating(facts: ThreadFacts, letter: AnyLetter) -> ThreadFacts:
    """The facts after a letter of the opener was found good: what it states binds whatever has its turn after it.

    Else whoever posts two letters the wrong way round leaves somebody out of the second. Source: H26; wire 7.
    """
    if not _states(letter):
        return facts
    entries = _renewed(facts.entries, letter)
    for gone in facts.withdrawn:
        entries = after_withdrawal(entries, gone.token, gone.purposes, gone.levels)
    return msgspec.structs.replace(facts, entries=entries, once=telling(facts.once, letter))


def _states(letter: AnyLetter) -> bool:
    """Whether it states whose consent there is: the opener does, and not by what is never refused."""
    return letter.sender_role == "opener" and bool(letter.consent) and letter.kind not in STATES_NOBODY


def _renewed(entries: Iterable[ConsentEntry], letter: AnyLetter) -> tuple[ConsentEntry, ...]:
    newer = {entry.token: entry for entry in letter.consent}
    return (*(entry for entry in entries if entry.token not in newer), *newer.values())


def is_over(file: ThreadFile, now: int) -> bool:
    """True when nothing more can happen on the thread but what may follow a stop."""
    shown = machine.state(file.thread, now)
    return shown == EXPIRED or shown in matter_named(file.thread.matter).ends
