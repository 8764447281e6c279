"""From the machine's thread to what the content checks look at: who stated which consent, what was accepted."""

from collections.abc import Iterable

from node.protocol.consent.scope import after_withdrawal
from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.codes import STOP_KINDS
from node.protocol.letters.frame import ConsentEntry
from node.protocol.threads.thread import Thread, withdrawals


def thread_facts(thread: Thread, stated: Iterable[ConsentEntry]) -> ThreadFacts:
    """What both sides exchanged, for the receiver and the gate; `stated`: the newest entry of each token."""
    gone = withdrawals(thread)
    entries = tuple(stated)
    for one in gone:
        entries = after_withdrawal(entries, one.token, one.purposes, one.levels)
    shared = thread.shared
    return ThreadFacts(
        accepted=shared.accepted,
        data_needed=shared.data_needed,
        entries=entries,
        withdrawn=gone,
        organisation=shared.organisation or None,
        changed_at=shared.changed_at,
        stopped=thread.stopped or any(one.kind in STOP_KINDS for one in thread.queued),
        opened_at=shared.opened_at,
        alerted=tuple(token for e in thread.entries if e.status == "applied" for token in e.facts.tokens),
        way=shared.way,
    )
