"""Whether a country may be telephoned about somebody: a call is a way out like a letter, and a number shown invites it.

Source: H15, R10; practice H04, H05.
"""

from node.protocol.cases.case import Case, countries_unknown
from node.protocol.gate.way_stopped import contact_waits
from node.protocol.rules import Objection
from node.service.access import may_work_on
from node.service.actor import Actor
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
    return CLOSED if may_hear_nothing(case, country, now) else contact_waits(case, case.persons, country)


def may_hear_nothing(case: Case, country: str, now: int) -> bool:
    """Whether this country hears nothing of somebody of this case, not even of a danger (R10, H05)."""
    return is_closed_to(case, country, now) or any(countries_unknown(person) for person in case.persons)


async def closed_even_in_danger(node: Node, actor: Actor, case_id: str) -> frozenset[str]:
    """The countries of the registry whose numbers stand on no page about a danger in this case. Reads only."""

    def read(reader: Reader) -> frozenset[str]:
        may_work_on(reader, actor, case_id)
        case, now = Book(node, reader).case(case_id).case, node.now()
        return frozenset(code for code in node.view.countries if may_hear_nothing(case, code, now))

    return await node.store.read(read)
