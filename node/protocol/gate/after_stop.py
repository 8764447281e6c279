"""Guard of our side about answers on a thread that was stopped: whatever stopped it, they do not leave.

Where asylum ended it nothing could go, so an answer that comes elsewhere would tell that here it was asylum. What the
other country can provoke is therefore answered alike, that is not at all, once our side decided the stop, also on what
had ended before; what only we begin (a withdrawal, a correction, an alert of ours) may be absent. Where the other
country stopped the thread, what it asks afterwards gets no answer; what it had asked before may get one. The country
she would return to gets none after any stop. Source: H01, R10; wire 7 (stops).
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.gate.context import Context, cancel
from node.protocol.gate.returns import plan_of
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AcknowledgedBody, SafetyUpdateBody, StandDownBody
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

RIGHTS: Final = frozenset({"erasure.confirm", "access.response"})
DANGER: Final = frozenset({"safety.acknowledged", "safety.update", "safety.stand_down"})  # each names its alert


def silent(c: Context) -> Iterator[Objection]:
    """H01, R10: nothing that the other country provoked leaves on a stopped thread."""
    letter = c.draft.letter
    if not (c.shared.stopped or c.shared.silent) or letter.kind not in RIGHTS | DANGER:
        return
    about = _about(letter)
    if about in c.shared.own_alerts or (about in c.shared.answerable and not _leaves_her_return(c)):
        return
    yield cancel("H01", "after a stop nothing is answered", "do what was asked, without a word to that country")


def _about(letter: Letter[Body]) -> str | None:
    body = letter.body
    return body.alert if isinstance(body, AcknowledgedBody | SafetyUpdateBody | StandDownBody) else letter.in_reply_to


def _leaves_her_return(c: Context) -> bool:
    kind = c.draft.letter.kind
    return kind in RIGHTS and c.draft.letter.sender_role == "opener" and plan_of(c) is not None
