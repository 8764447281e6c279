"""Danger that a letter tells which is no alert: people on call are called at once.

The sweep `overdue` makes the task and asks on, louder, until somebody looked. Source: R32; practice H19.
"""

from node.protocol.danger_told import tells_of_danger
from node.protocol.letters.decode import AnyLetter
from node.service.context import Node
from node.service.returns.calling import call_about
from node.service.returns.watch import CONDITION
from node.service.threads.book import OpenFile
from node.store.work import Work


def she_is_told_of(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """H19: a letter that tells of danger calls people and opens a task; one that does not, nobody. Safe to repeat.

    Asked for every letter that is kept, also one that crossed a stop or waits for its turn: danger has no turn.
    """
    if tells_of_danger(letter.body):
        work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, CONDITION, now)
        call_about(node, work, found, letter.letter_id, now)
