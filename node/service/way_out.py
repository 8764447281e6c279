"""The one door for everything that leaves without the post: paper, PDF, JSON export, card, stick.

    return await let_out(node, actor, Out(case_id, "sheet", to=country, persons=..., tells_since=...), make)

Whoever prints or exports calls `let_out`: it asks for the country, runs the gate, notes the answer in the audit, and
only then lets `make` produce anything. Letters on a stick are letters: `delivery.gating.gate_of` judges each of them,
as at release. Source: H15, R36.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar

from msgspec import Meta

from node.errors import BadInput, NotAllowed
from node.protocol.gate.ways_out import Leaving, What, may_leave
from node.protocol.letters.codes import Level, Purpose
from node.protocol.letters.scalars import Country
from node.protocol.rules import Objection
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.recipients import recipient_facts
from node.service.keep.restored import after_restore
from node.service.threads.book import Book
from node.service.threads.commands import Command
from node.store.work import Work

T = TypeVar("T")
ERASED: Final = Objection(
    "H15",
    "the case was erased, so nobody knows any more which countries must not hear of it",
    "it may stay in your own country: say so",
)
TO: Final = "the country it goes to; your own where it stays"
GoesTo = Annotated[Country, Meta(description=TO)]


class WhereTo(Command, frozen=True):
    """Into which country this goes, on paper or as a file; the country's own code says that it stays here (H15)."""

    to: GoesTo


@dataclass(frozen=True, slots=True)
class Out:
    """What is about to leave. `persons`: whom it is about, everybody of the case where empty; `ref`: for the audit."""

    case_id: str
    what: What
    to: str
    tells_since: int
    persons: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    purpose: Purpose | None = None
    ref: str = ""


async def let_out(node: Node, actor: Actor, make: Callable[[Work], tuple[Out, Callable[[], T]]]) -> T:
    """Run the gate and, where nothing objects, produce what leaves; both answers are in the audit before this returns.

    `make` finds the case (checking who asks), says what would leave, and gives back how to produce it, which happens in
    the same transaction and only after the gate. Raises NotAllowed with the strongest objection.
    """

    def go(work: Work) -> T | Objection:
        out, produce = make(work)
        return judge(node, work, actor, out) or produce()

    done = await node.store.write(go)
    if isinstance(done, Objection):
        raise refusal(done)
    return done


def judge(node: Node, work: Work, actor: Actor, out: Out) -> Objection | None:
    """H15: the strongest objection to something that leaves now, or None; noted in the audit either way (R36)."""
    if not out.to:
        raise BadInput("name the country this goes to", field="to", expected=TO, rule="H15")
    now, book = node.now(), Book(node, work)
    if is_erased(work, out.case_id):
        found = [ERASED] if out.to != node.country else []
        return _noted(node, work, actor, out, found, now)
    case = book.case(out.case_id)
    persons = out.persons or tuple(person.person_id for person in case.case.persons)
    leaving = Leaving(out.what, out.to, persons, out.tells_since, out.levels, out.purpose)
    restored = after_restore(work, case.id, None)
    found = may_leave(
        case.case, book.consents(case), leaving, recipient_facts(node, out.to, now), node.country, now, restored
    )
    return _noted(node, work, actor, out, found, now)


def is_erased(work: Work, case_id: str) -> bool:
    """Whether the case is gone, with all that it knew of her."""
    row = work.cases.get(case_id)
    return row is None or row.dek is None


def _noted(node: Node, work: Work, actor: Actor, out: Out, found: list[Objection], now: int) -> Objection | None:
    # Rule and country are covered: beside a case they would tell on a bare disk whom she fears.
    said = node.seals.cover(f"{found[0].rule if found else 'H15'} {out.to}")
    work.audit.append(now, actor.user_id, "way_out", out.ref or out.case_id, rule=said, outcome=out.what)
    return found[0] if found else None


def refusal(objection: Objection) -> NotAllowed:
    """What the person at the screen reads: the sentence of the gate, its rule, what would open it."""
    rule = None if objection.discreet else objection.rule
    return NotAllowed(objection.sentence, rule=rule, for_user=f"{objection.sentence}: {objection.next_step}")
