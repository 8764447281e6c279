"""The gate when a letter is about to leave, as the services ask it: at release, and before every try after that.

Source: wire 1 (release); practice H15.
"""

from node.protocol.gate.facts import Draft as GateDraft
from node.protocol.gate.gate import Gate
from node.protocol.letters.decode import AnyLetter, decode_again, encode
from node.protocol.letters.frame import Letter
from node.service.context import Node
from node.service.delivery.asking import ask_gate, letter_asked_about
from node.service.delivery.queueing import Queued
from node.service.delivery.readmitted import BACK, TASK, word_missing
from node.service.delivery.recipients import recipient_facts
from node.service.information.answers import still_confirmed
from node.service.keep.restored import after_restore
from node.service.threads.book import Book, OpenCase
from node.service.threads.files import ThreadFile, facts_of
from node.store.outbox import Waiting
from node.store.work import Work

LOOK_AGAIN_S = 900  # what the gate holds is looked at again so often, if nothing wakes it before


def gate_of(
    node: Node, work: Work, case: OpenCase, letter: AnyLetter, queued: Queued, file: ThreadFile, waiting: Waiting,
    now: int,
) -> Gate:  # fmt: skip
    """What the gate says now to a letter that leaves; `queued` tells who decided it for whom."""
    peer = waiting.peer
    consents = Book(node, work).consents(case)
    standing = after_restore(work, case.id, letter.thread)
    draft = GateDraft(
        letter, facts_of(file), queued.actor, queued.actor_role, queued.persons, after_restore=standing,
        second=queued.second,
    )  # fmt: skip
    objections = ask_gate(node, case.case, consents, draft, recipient_facts(node, peer, now), now)
    asked = (*still_confirmed(node, work, file, letter, peer, now), *word_missing(node, waiting, letter))
    return Gate((*objections, *asked))


def keep_waiting(node: Node, work: Work, waiting: Waiting, gate: Gate, now: int) -> str:
    """Hold a letter for the first of what objects, and look again later; the code under which it waits."""
    first = gate.objections[0]
    code = "waits" if first.discreet else first.held_as or first.rule
    work.outbox.hold(waiting.letter_id, node.seals.cover(code), now + LOOK_AGAIN_S)
    if code == BACK:
        work.tasks.add(
            TASK, now, case_id=waiting.case_id, peer=waiting.peer, thread_id=waiting.thread_id,
            letter_id=waiting.letter_id,
        )  # fmt: skip
    return code


def draft_again(node: Node, payload: bytes, letter_id: str) -> AnyLetter:
    """A draft of ours again: the one that the gate was asked about, while it is at hand and says the very same."""
    drafted = letter_asked_about(node, letter_id)
    return drafted if drafted is not None and encode(drafted) == payload else decode_own(payload)


def decode_own(payload: bytes) -> AnyLetter:
    """A letter of ours again; it was checked when it was queued."""
    letter = decode_again(payload)
    assert isinstance(letter, Letter)
    return letter
