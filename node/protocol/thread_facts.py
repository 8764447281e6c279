"""From the machine's thread to what the content checks look at: who stated which consent, what was accepted."""

from collections.abc import Iterable

from node.protocol.bodies import Body
from node.protocol.consent import after_withdrawal
from node.protocol.facts import ThreadFacts
from node.protocol.letters import ConsentEntry, Letter
from node.protocol.thread import Thread, withdrawals


def thread_facts(thread: Thread, stated: Iterable[ConsentEntry]) -> ThreadFacts:
    """What both sides exchanged, for `shown.receiver` and the gate; `stated` are the opener's entries (`newest`)."""
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
        stopped=thread.stopped,
        opened_at=shared.opened_at,
    )


def newest(letters: Iterable[Letter[Body]]) -> tuple[ConsentEntry, ...]:
    """The entry each token was last stated with by the opener, over the thread's letters in any order."""
    by_token: dict[str, ConsentEntry] = {}
    for letter in sorted((one for one in letters if one.sender_role == "opener"), key=lambda one: one.n):
        by_token.update({entry.token: entry for entry in letter.consent})
    return tuple(by_token.values())
