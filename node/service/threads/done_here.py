"""What another country asked for and gets no answer to: it is done here all the same, without a word (H01, R10).

After a stop nothing is answered whatever its cause, and to a country that must not hear of her never. The duty stays:
erase, inform, look. Source: H01, H05, R10; domain 5.9.
"""

from typing import Final

from node.errors import NotAllowed
from node.protocol.threads import machine
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import OpenFile
from node.service.threads.commands import ActDone
from node.store.work import Work

WITHOUT_A_WORD: Final = frozenset({"H01", "R10", "H03", "H05"})
NO_ANSWER_GOES: Final = "Done here; that country gets no answer."


def done_here(
    node: Node, work: Work, found: OpenFile, actor: Actor, letter_id: str | None, refused: NotAllowed, now: int
) -> ActDone:
    """The answer to this letter stays here and what it told is done; `refused` is raised again where it may be cured.

    Called where the gate or the tables refused an answer, before anything of it was written.
    """
    thread = found.file.thread
    over = thread.stop_decided and machine.local_state(thread, now) == "ended"
    if not over and refused.rule not in WITHOUT_A_WORD:
        raise refused
    work.audit.append(now, actor.user_id, "done_without_a_word", letter_id or found.row.thread_id, rule="H01")
    shown = machine.local_state(thread, now)
    return ActDone(thread=found.row.thread_id, letter_id=None, state=shown, warnings=(NO_ANSWER_GOES,))
