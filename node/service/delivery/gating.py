"""The gate when a letter is about to leave, as the services ask it: at release, and before every try after that.

Source: wire 1 (release); practice H15.
"""

from node.protocol.gate.facts import Draft as GateDraft
from node.protocol.gate.gate import Gate, at_release
from node.protocol.letters.decode import AnyLetter, decode_again
from node.protocol.letters.frame import Letter
from node.service.context import Node
from node.service.delivery.queueing import Queued
from node.service.delivery.recipients import recipient_facts
from node.service.information.answers import still_confirmed
from node.service.keep.restored import after_restore
from node.service.threads.book import Book, OpenCase
from node.service.threads.files import ThreadFile, facts_of
from node.store.work import Work

LOOK_AGAIN_S = 900  # what the gate holds is looked at again so often, if nothing wakes it before


def gate_of(
    node: Node, work: Work, case: OpenCase, letter: AnyLetter, queued: Queued, file: ThreadFile, peer: str, now: int
) -> Gate:
    """What the gate says now to a letter that leaves; `queued` tells who decided it for whom."""
    consents = Book(node, work).consents(case)
    standing = after_restore(work, case.id, letter.thread)
    draft = GateDraft(letter, facts_of(file), queued.actor, queued.actor_role, queued.persons, after_restore=standing)
    gate = at_release(case.case, consents, draft, recipient_facts(node, peer, now), now)
    return Gate((*gate.objections, *still_confirmed(node, work, file, letter, peer, now)))


def decode_own(payload: bytes) -> AnyLetter:
    """A letter of ours again; it was checked when it was queued."""
    letter = decode_again(payload)
    assert isinstance(letter, Letter)
    return letter
