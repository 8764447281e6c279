"""A letter that waited while its country was out of the network leaves only when a person says that it still shall.

What was right before a country was suspended, or lost its keys, may not be right afterwards. Stops, withdrawals and
whatever else protects a person ask nobody. Source: R39; domain 11, scenario 9.
"""

from typing import Final

from node.errors import Conflict
from node.protocol.gate.context import hold
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import is_stop
from node.protocol.rules import Objection
from node.protocol.threads.thread import after_stop
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.commands import Sent
from node.store.outbox import Waiting
from node.store.work import Work

OUT, BACK, CONFIRMED = "R39", "R39_back", "confirmed"  # how such a letter waits, one after the other
TASK: Final = "letter_waits_for_word"


def word_missing(node: Node, waiting: Waiting, letter: AnyLetter) -> tuple[Objection, ...]:
    """The objection to a letter whose country was out while it waited, until somebody has confirmed it."""
    held_as = node.seals.uncover(waiting.held_code or "") if waiting.state == "held" else ""
    if held_as not in (OUT, BACK) or is_stop(letter) or after_stop(letter.kind):
        return ()
    sentence = "this country was out of the network while the letter waited"
    return (hold("R39", sentence, "read it again, and say whether it shall still go", BACK),)


async def confirm(node: Node, actor: Actor, letter_id: str) -> Sent:
    """A person read a waiting letter again and lets it go; the gate looks at it once more. Repeatable until it left.

    Raises NotFound for a letter that is not theirs, Conflict for one that waits for something else.
    """
    actor.must_be("caseworker", "coordinator")
    now = node.now()

    def say(work: Work) -> Sent:
        waiting = work.outbox.get(letter_id)
        may_work_on(work, actor, None if waiting is None else waiting.case_id, "letter")
        assert waiting is not None, "what is somebody's is there"
        code = node.seals.uncover(waiting.held_code or "")
        if waiting.state != "held" or code not in (BACK, CONFIRMED):
            raise Conflict("this letter does not wait for a person's word; look at what it waits for")
        work.outbox.hold(letter_id, node.seals.cover(CONFIRMED), now)
        work.tasks.done_about(letter_id, TASK, actor.user_id, now)
        work.audit.append(now, actor.user_id, "letter_confirmed", letter_id, rule="R39")
        work.after_commit(lambda: node.wake(waiting.peer))
        return Sent(letter=letter_id, due_at=now)

    return await node.store.write(say)
