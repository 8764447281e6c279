"""People who were found together, each in a case of her own: who they are to each other stays in this node.

No letter can say a group. Whom somebody wishes to be apart from shows where their ways would cross. Source: H33.
"""

import msgspec

from node.errors import BadInput
from node.protocol.cases.case import Case, Person
from node.protocol.cases.changes_life import join_group
from node.protocol.cases.groups import GroupTie, Together
from node.protocol.letters.scalars import Id
from node.service.access import is_theirs, may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book, OpenCase
from node.service.threads.commands import Command
from node.store.work import Reader, Work

MAX_GROUP = 100
MEET = "Somebody she is to be kept apart from has to do with this country too. Speak with a coordinator first."


class FoundWith(Command, frozen=True):
    """Another case whose person was found together with this one's."""

    case: Id


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the group, as far as the asker may work on the case. `meets_in` are countries where both have a thread."""

    case: str
    wish: Together
    apart: bool
    meets_in: list[str]


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A case's group. `others` counts members whose cases are not the asker's."""

    wish: Together
    members: list[MemberView]
    others: int


async def found_together(node: Node, actor: Actor, case_id: str, command: FoundWith) -> GroupView:
    """Record that two people were found together; both cases must be open to whoever records it."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _join(node, work, actor, case_id, command.case))


async def view_group(node: Node, actor: Actor, case_id: str) -> GroupView:
    """Who was found together with this case's person; NotFound for a case that is not this person's."""

    def read(reader: Reader) -> GroupView:
        may_work_on(reader, actor, case_id)
        return _view(node, reader, actor, Book(node, reader).case(case_id))

    return await node.store.read(read)


def apart_warnings(book: Book, case: OpenCase, peer: str) -> tuple[str, ...]:
    """H33: one sentence where somebody she is to be apart from, by either's wish, has a thread with that country too.

    It names nobody and no case: the other one may be a colleague's.
    """
    tie = _main(case.case).group or GroupTie("", ())
    others = [book.case(one) for one in _members(book, case.id) if one != case.id]
    meet = any(
        _are_apart(tie, case.id, other) and any(one.country == peer for one in other.case.threads) for other in others
    )
    return (MEET,) if meet else ()


def _are_apart(tie: GroupTie, case_id: str, other: OpenCase) -> bool:
    theirs = _main(other.case).group
    return other.id in tie.apart_from or (theirs is not None and case_id in theirs.apart_from)


def _join(node: Node, work: Work, actor: Actor, case_id: str, other_id: str) -> GroupView:
    if case_id == other_id:
        raise BadInput("a case is not found together with itself", field="case", rule="H33")
    for one in (case_id, other_id):
        may_work_on(work, actor, one)
    book, now = Book(node, work), node.now()
    members = sorted({*_members(book, case_id), *_members(book, other_id)})
    if len(members) > MAX_GROUP:
        raise BadInput(f"a group has at most {MAX_GROUP} people", field="case", rule="H33")
    group = node.random(16).hex()
    for one in members:
        case = book.case(one)
        others = tuple(member for member in members if member != one)
        # Two groups that turn out to be one get a new number together.
        fresh = join_group(_without_group(case.case), _main(case.case).person_id, group, others, actor.user_id, now)
        kept = _wish_kept(fresh.case, _main(case.case).group)
        book.put_case(case, kept, now)
        work.audit.append(now, actor.user_id, "case_changed", one, rule=node.seals.cover("H33 group_joined"))
    return _view(node, work, actor, book.case(case_id))


def _members(book: Book, case_id: str) -> tuple[str, ...]:
    tie = _main(book.case(case_id).case).group
    known = () if tie is None else tie.cases
    rows = (book.reader.cases.get(one) for one in known)
    return (case_id, *(row.case_id for row in rows if row is not None and row.sealed is not None))


def _main(case: Case) -> Person:
    return next((one for one in case.persons if one.role == "person"), case.persons[0])


def _without_group(case: Case) -> Case:
    return _with_group(case, None)


def _wish_kept(case: Case, before: GroupTie | None) -> Case:
    tie = _main(case).group
    if before is None or tie is None:
        return case
    return _with_group(case, msgspec.structs.replace(before, group=tie.group, cases=tie.cases))


def _with_group(case: Case, tie: GroupTie | None) -> Case:
    main = _main(case)
    persons = tuple(
        msgspec.structs.replace(one, group=tie) if one.person_id == main.person_id else one for one in case.persons
    )
    return msgspec.structs.replace(case, persons=persons)


def _view(node: Node, reader: Reader, actor: Actor, case: OpenCase) -> GroupView:
    tie = _main(case.case).group or GroupTie("", ())
    rows = [row for one in tie.cases if (row := reader.cases.get(one)) is not None and row.sealed is not None]
    theirs = [row.case_id for row in rows if is_theirs(row, actor)]
    members = [_member(Book(node, reader).case(one), tie, case) for one in theirs]
    return GroupView(wish=tie.wish, members=members, others=len(rows) - len(theirs))


def _member(member: OpenCase, tie: GroupTie, case: OpenCase) -> MemberView:
    other = _main(member.case).group
    apart = _are_apart(tie, case.id, member)
    both = {one.country for one in member.case.threads} & {one.country for one in case.case.threads}
    return MemberView(
        case=member.id, wish="not_asked" if other is None else other.wish, apart=apart, meets_in=sorted(both)
    )
