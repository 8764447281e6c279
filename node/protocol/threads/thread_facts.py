"""From the machine's thread to what the content checks look at: who stated which consent, what was accepted."""

from collections.abc import Iterable

from node.protocol.consent.scope import after_withdrawal
from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.once_told import NOTHING_TOLD, OnceTold
from node.protocol.letters.codes import STOP_KINDS
from node.protocol.letters.frame import ConsentEntry
from node.protocol.safety import IN_DANGER
from node.protocol.threads.fold import newest_before
from node.protocol.threads.thread import Thread, withdrawals


def thread_facts(thread: Thread, stated: Iterable[ConsentEntry], once: OnceTold = NOTHING_TOLD) -> ThreadFacts:
    """What both sides exchanged, for the receiver and the gate; `stated`: the newest entry of each token."""
    gone = withdrawals(thread)
    entries = tuple(stated)
    for one in gone:
        entries = after_withdrawal(entries, one.token, one.purposes, one.levels)
    shared = thread.shared
    stopped = thread.stopped or any(one.kind in STOP_KINDS for one in thread.queued)
    return ThreadFacts(
        accepted=shared.accepted,
        data_needed=shared.data_needed,
        entries=entries,
        withdrawn=gone,
        organisation=shared.organisation or None,
        organisation_type=shared.organisation_type,
        changed_at=shared.changed_at,
        stopped=stopped,
        opened_at=shared.opened_at,
        alerted=_alerted(thread),
        way=shared.way,
        newest_at=newest_before(thread.entries),
        silent=thread.stop_decided,
        answerable=answerable(thread) if stopped else frozenset(),
        own_alerts=_own_alerts(thread) if stopped or thread.stop_decided else frozenset(),
        once=once,
    )


def answerable(thread: Thread) -> frozenset[str]:
    """The other side's letters that may still be answered on a stopped thread, by id: what came before its own stop.

    None once our side decided a stop: by what is answered after it nobody shall tell why it was decided. H01, R10.
    """
    if thread.stop_decided:
        return frozenset()
    theirs = [(e.letter_id, e.kind) for e in thread.entries if e.side != thread.side]
    stop_at = next((place for place, (_, kind) in enumerate(theirs) if kind in STOP_KINDS), len(theirs))
    return frozenset(letter_id for letter_id, _ in theirs[:stop_at])


def _alerted(thread: Thread) -> tuple[str, ...]:
    telling = [e for e in thread.entries if e.noted is not None and e.status == "applied"]
    return tuple(token for e in telling for token in e.facts.tokens)


def _own_alerts(thread: Thread) -> frozenset[str]:
    entries = (*thread.entries, *thread.queued)
    return frozenset(e.letter_id for e in entries if e.side == thread.side and e.kind in IN_DANGER)
