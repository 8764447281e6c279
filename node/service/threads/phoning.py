"""Whether a country may be telephoned about somebody: a call is a way out like a letter, and a number shown invites it.

Source: H15, R10; practice H04, H05.
"""

from node.protocol.cases.case import countries_unknown
from node.protocol.gate.way_stopped import contact_waits
from node.protocol.rules import Objection
from node.service.context import Node
from node.service.threads.blocks import is_closed_to
from node.service.threads.book import Book
from node.store.work import Reader

CLOSED = Objection(
    "R10", "nothing about her goes to this country", "by telephone neither; the coordinator knows the way"
)


def not_to_be_phoned(node: Node, reader: Reader, case_id: str, country: str, now: int) -> Objection | None:
    """Why nobody telephones this country about this case, or None: it may hear nothing of somebody (R10, H05), or
    contact waits for a decision (H04).

    Of an erased case nobody knows any more whom she feared.
    """
    row = reader.cases.get(case_id)
    if row is None or row.dek is None:
        return CLOSED
    case = Book(node, reader).case(case_id).case
    if is_closed_to(case, country, now) or any(countries_unknown(person) for person in case.persons):
        return CLOSED
    return contact_waits(case, case.persons, country)
