"""What a letter shows against what the opener of its thread said once: row 13. Source: R12; H10, H26."""

from collections.abc import Iterator
from typing import Final

from node.protocol.gate.facts import ThreadFacts
from node.protocol.gate.once_told import grown_too_soon, provisional_too_long
from node.protocol.letters.bodies import Body
from node.protocol.letters.codes import reason_of
from node.protocol.letters.frame import ConsentEntry, Letter
from node.protocol.rules import Objection

# Who comes with her is judged there for everybody of the thread, so that a child born meanwhile finds its place.
# A passage has no such letter: the country on the way said yes to those of the request.
MAY_STATE_SOMEBODY_NEW: Final = frozenset({"return.risk_result", "consent.assertion"})


def nobody_new(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """H26: whom nobody offered, nobody may disclose: the other side agreed to the persons of the first letter."""
    if letter.sender_role != "opener" or letter.kind in MAY_STATE_SOMEBODY_NEW:
        return
    known = {one.token for one in shared.once.tokens} | {one.token for one in shared.entries}
    known |= {one.token for one in shared.withdrawn}
    if known and not {entry.token for entry in letter.consent} <= known:
        yield _no("H26", "a person of whom this thread does not know", "open a thread that offers this person too")


def said_before(letter: Letter[Body], entry: ConsentEntry, shared: ThreadFacts) -> Iterator[Objection]:
    """Objections to one entry of the opener, by what was said of its token."""
    if letter.sender_role != "opener":
        return
    if grown_too_soon(shared.once, entry, letter.written_at, letter.consent):
        yield _no("R12", "a child of this thread is told of as an adult", "end this thread; open one for an adult")
    if provisional_too_long(shared.once, entry, letter.written_at):
        yield _no("H10", "a provisional basis was renewed more than once", "have a guardian appointed first")


def _no(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="cancel", reason=reason_of(rule))
