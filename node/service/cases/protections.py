"""What stands between each person of a case and the next step, said before anybody tries: the checklist of protections.

Asks `cases.safeguards`, decides nothing. Source: R12-R16; practice H11, H12, H26, H27, H30, H31.
"""

from collections.abc import Iterable

import msgspec

from node.protocol.cases.case import Person
from node.protocol.cases.safeguards import (
    birth_is_settled,
    child_may_return,
    custody_is_clear,
    family_may_be_sought,
    is_frozen,
    state_may_be_asked,
)
from node.protocol.consent.guardians import guardian_fault
from node.protocol.letters.scalars import Country
from node.protocol.rules import Objection
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book
from node.service.threads.commands import Command
from node.store.work import Reader


class CountryQuery(Command, frozen=True):
    """The country a return would lead to."""

    country: Country | None = None


class Missing(msgspec.Struct, frozen=True):
    """One thing that is missing: the rule, what is wrong, what would put it right."""

    rule: str
    says: str
    next: str


class ProtectionsView(msgspec.Struct, frozen=True, kw_only=True):
    """One person: what is missing for each step; an empty list means that nothing of this kind stands in the way.

    `to_return` is for the country asked about; null where none was.
    """

    person_id: str
    treated_as_child: bool
    majority_at: int | None
    frozen: list[Missing]
    to_consent: list[Missing]
    to_seek_family: list[Missing]
    to_cross_a_border: list[Missing]
    to_ask_a_state: list[Missing]
    to_return: list[Missing] | None


async def protections(node: Node, actor: Actor, case_id: str, country: str | None) -> list[ProtectionsView]:
    """The checklist of every person of a case; NotFound for a case that is not this person's."""

    def read(reader: Reader) -> list[ProtectionsView]:
        may_work_on(reader, actor, case_id)
        return [_of(person, country) for person in Book(node, reader).case(case_id).case.persons]

    return await node.store.read(read)


def _of(person: Person, country: str | None) -> ProtectionsView:
    guardian = guardian_fault(person.guardian) if person.treated_as_child else None
    return ProtectionsView(
        person_id=person.person_id,
        treated_as_child=person.treated_as_child,
        majority_at=person.majority_at,
        frozen=_said(is_frozen(person)),
        to_consent=_said(guardian),
        to_seek_family=_list(family_may_be_sought(person)),
        to_cross_a_border=_said(custody_is_clear(person), birth_is_settled(person)),
        to_ask_a_state=_said(state_may_be_asked(person)),
        to_return=None if country is None else _list(child_may_return(person, country)),
    )


def _said(*found: Objection | None) -> list[Missing]:
    return _list(one for one in found if one is not None)


def _list(found: Iterable[Objection]) -> list[Missing]:
    return [Missing(one.rule, one.sentence, one.next_step) for one in found]
