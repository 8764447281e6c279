"""Danger that is told where nobody looks for it: in a referral's word of her arrival, and when she is asked later.

People on call are called at once; the sweep `overdue` makes the task and asks on, louder, until somebody looked, as
for the arrival of a return. Source: R32; practice H19.
"""

from node.protocol.letters.bodies import ArrivedBody
from node.protocol.letters.bodies_way import FollowupBody
from node.protocol.letters.decode import AnyLetter
from node.service.context import Node
from node.service.returns.calling import call_about
from node.service.returns.watch import CONDITION, TELLS_OF_DANGER
from node.service.threads.book import OpenFile
from node.store.work import Work


def she_is_told_of(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """H19: a letter that tells of danger calls people and opens a task; one that does not, nobody. Safe to repeat."""
    if tells_of_danger(letter.body):
        work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, CONDITION, now)
        call_about(node, work, found, letter.letter_id, now)


def tells_of_danger(body: object) -> bool:
    """She did not come, was met in danger, says that she is not safe, or shows signs of being trafficked again."""
    if isinstance(body, ArrivedBody):
        return not body.arrived or body.wellbeing in TELLS_OF_DANGER
    return isinstance(body, FollowupBody) and (body.safe == "no" or body.re_trafficking == "signs")
