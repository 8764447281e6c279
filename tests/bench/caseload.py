"""Cases by the tens of thousands in a node's own database: rows as the node writes them, sealed with its keys.

Every case has a thread with an answer that somebody owes, one in four of them us; one in ten is overdue and one in ten
has a task; one in eight has a letter that nobody opened, one in 500 a letter that is held. One caseworker owns sixty,
spread over all; forty that came from abroad belong to nobody; the others are owned by colleagues with 120 each.
"""

from typing import Literal

import msgspec

from node.protocol.cases.case import Case, FirstIntake, Person
from node.protocol.threads import machine
from node.protocol.threads.thread import Awaited
from node.service.context import Node
from node.service.threads.book import Book, OpenCase
from node.service.threads.files import ThreadFile
from node.store.letters import LetterRow
from node.store.work import Work
from tests.world import DAY_S, HER

OWNED, NOBODYS, EACH, AT_ONCE = 60, 40, 120, 5000
ALIKE = 1000  # what waits in a case depends on its number in its thousand
PAYLOAD_BYTES = 1_400  # what a referral's letter without a block has
PEER = "XA"


async def fill(node: Node, user: str, cases: int) -> None:
    """Make so many cases, `user` with their share of them."""
    mine = {_spread(at, OWNED, cases) + at for at in range(OWNED)}
    nobodys = {_spread(at, NOBODYS, cases) + 101 + 10 * at for at in range(NOBODYS)}  # all overdue: a full lane
    for first in range(0, cases, AT_ONCE):

        def put(work: Work, first: int = first) -> None:
            book = Book(node, work)
            for at in range(first, min(first + AT_ONCE, cases)):
                owner = user if at in mine else None if at in nobodys else f"{at // EACH:032x}"
                _case(book, work, at, owner, cases)

        await node.store.write(put)


def _spread(at: int, of: int, cases: int) -> int:
    """Where the thousand begins in which one of these stands: a desk is as full in a world of any size."""
    return at * (cases // of) // ALIKE * ALIKE


def _case(book: Book, work: Work, at: int, owner: str | None, cases: int) -> None:
    random, now = book.node.random, book.node.now()
    made_at = now - (cases - at) % (300 * DAY_S)
    asked = FirstIntake(answered_at=made_at, answered_by="caseworker-1")
    her = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",))
    case = Case(case_id=random(16).hex(), trafficking_status="possible", persons=(her,), first_intake=asked)
    made = book.new_case(case, owner, made_at)
    thread_id, letter_id = random(16).hex(), random(16).hex()
    thread = machine.open_thread(thread_id, PEER, "opener", "referral")
    owed: Literal["opener", "responder"] = "opener" if at % 4 == 0 else "responder"
    shared = msgspec.structs.replace(thread.shared, awaited=(Awaited(letter_id, owed, ("referral.accept",), None),))
    thread = msgspec.structs.replace(thread, shared=shared)
    file = ThreadFile(thread, persons={random(16).hex(): HER}, opening=letter_id)
    book.new_file(made, file, made_at)
    late = -1 if at % 10 == 1 else 1
    work.deadlines.start(PEER, thread_id, letter_id, "reply", now + late * (1 + at % 20) * DAY_S // 4)
    if at % 10 == 0:
        work.tasks.add("letter_refused", made_at, case_id=made.id, peer=PEER, thread_id=thread_id)
    if at % 8 == 0:
        _letter(book, work, made, thread_id, None)
    if at % 500 == 0:
        _letter(book, work, made, thread_id, "R16")


def _letter(book: Book, work: Work, case: OpenCase, thread_id: str, held: str | None) -> None:
    random, letter_id, now = book.node.random, book.node.random(16).hex(), book.node.now()
    sealed = book.seal_payload(case.dek, letter_id, random(PAYLOAD_BYTES))
    code = None if held is None else book.node.seals.cover(held)
    work.letters.put(
        LetterRow(
            PEER, "in", letter_id, thread_id, case.id, None, sealed, now, None if held is None else now, None, code,
            random(260), random(3566), random(32), None,
        )
    )  # fmt: skip
