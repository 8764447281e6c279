"""What of her an act may carry: what was asked for, what her consent covers, and under which headings she says yes.

Proposals for a page; the gate decides over the letter itself. Source: R04; practice, the desk: the grid only at
disclosure, preset to what is needed, all else off.
"""

from collections.abc import Iterable
from functools import cache

import msgspec

from node.protocol.cases.case import person_of
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.facts import duty_of
from node.protocol.letters.codes import CATEGORIES, LEVELS, Category, Level, Purpose
from node.protocol.letters.fields import BY_NAME, FIELDS
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.acts import open_for
from node.service.threads.book import Book
from node.store.work import Reader


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """A field that the other country asked for, of the person behind a token; `allowed`: her consent covers it now."""

    person: str
    field: str
    level: Level
    allowed: bool


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the grid she says yes or no to; `item`: asked by itself, and never ticked by the way (H28)."""

    category: Category
    level: Level
    fields: tuple[str, ...]
    item: bool


@cache
def headings() -> tuple[Heading, ...]:
    """Every category with the fields that it allows and their level."""
    found = []
    for category in CATEGORIES:
        fields = [one for one in FIELDS if one.category == category]
        level: Level = fields[0].level if fields else "L1"
        names = tuple(one.name for one in fields)
        item = any(one.item for one in fields)
        found.append(Heading(category=category, level=level, fields=names, item=item))
    return tuple(found)


def categories_of(fields: Iterable[str]) -> frozenset[str]:
    """The categories that these fields need."""
    return frozenset(BY_NAME[name].category for name in fields if name in BY_NAME)


def levels_of(categories: Iterable[str]) -> tuple[Level, ...]:
    """The levels that these categories are on; what stands in every letter among them."""
    wanted = {"L1", *(one.level for one in headings() if one.category in set(categories))}
    return tuple(level for level in LEVELS if level in wanted)


def purpose_for(kind: str) -> Purpose | None:
    """What her consent has to be for, so that a letter of this kind may go; None where it rests on none."""
    return duty_of(kind).purpose if duty_of(kind).rests_on_consent else None


async def needed(node: Node, actor: Actor, thread_id: str) -> list[Needed]:
    """What was asked for on this thread, and whether her consent of today covers it."""

    def read(reader: Reader) -> list[Needed]:
        found, now = open_for(node, reader, actor, thread_id), node.now()
        book = Book(node, reader)
        case = book.case(found.row.case_id)
        records = book.consents(case)
        items = []
        for item in found.file.thread.shared.data_needed:
            person = person_of(case.case, found.file.persons.get(item.person, ""))
            own = [one for one in records if person is not None and one.person_id == person.person_id]
            counts = [one for one in own if person is not None and not faults(one, person, now)]
            allowed = any(_covers(one, found.row.peer, item.field) for one in counts)
            items.append(Needed(person=item.person, field=item.field, level=item.level, allowed=allowed))
        return items

    return await node.store.read(read)


def _covers(record: ConsentRecord, peer: str, field: str) -> bool:
    known = BY_NAME[field]
    to_them = any(to.country == peer for to in record.recipients)
    return to_them and known.level in record.levels and known.category in record.categories
