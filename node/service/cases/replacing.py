"""What a change of a case would put in the place of something recorded: asked where a colleague changed it meanwhile.

What adds to a case takes nothing away and is never asked about, nor is what nobody has recorded yet; but a country that
she wishes opened takes from what closes it all that it counted for. Facts are compared as people see them, so what is
shown nowhere (H17) is not in it. Source: interface, finding 3; R24, H03.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

import msgspec

from node.protocol.cases.case import Case, Person, person_of
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.change import Change
from node.service.cases.earlier import facts_of_case
from node.service.cases.life import make_change
from node.service.context import Node
from node.service.shown import Overtaken, mark_of
from node.service.threads.book import Book
from node.store.work import Reader

SOMEBODY_ELSE: Final = "somebody else"  # stands for the second person while nobody has confirmed
UNRECORDED: Final[tuple[Any, ...]] = (
    None,
    False,
    "",
    [],
    {},
    "not_stated",
    "none",
    "nobody_yet",
    "not_settled",
    "not_decided",
)
OF_THE_BOOK: Final = frozenset({  # who and when, and what follows from the rest
    "plan_id", "care_id", "country", "thread", "letter", "opened_at", "changed_at", "authors", "approval", "persons",
    "person_id",
})  # fmt: skip

Fact = tuple[str, str, str]  # of which plan or care, of whom, what; "" where it is the case's own


class Replaced(msgspec.Struct, frozen=True):
    """A fact that stands, and what would stand in its place; `person_id` is empty for one of the case.

    `scope`: the plan or the care that it belongs to, if any.
    """

    person_id: str
    field: str
    stands: Any
    instead: Any
    scope: str = ""


def mark_of_case(case: Case) -> str:
    """The mark of what is recorded in a case."""
    return mark_of((case.persons, case.returns, case.care, *(value for _, value in facts_of_case(case))))


def must_not_replace_unseen(shown: str | None, was: Case, now: Case) -> None:
    """Overtaken where the case was changed since it was shown and this would take the place of what stands."""
    if shown is not None and shown != mark_of_case(was) and replaced(was, now):
        raise Overtaken("the case was changed since this page was shown, and this replaces a fact; look at both")


def replaced(was: Case, now: Case) -> list[Replaced]:
    """What stands in a case and would not stand there after it."""
    after = dict(_facts(now))
    return [
        Replaced(whose, name, value, after[key], scope)
        for key, value in _facts(was)
        for scope, whose, name in (key,)
        if key in after and value not in UNRECORDED and not _holds(after[key], value)
    ] + [row for person in now.persons for row in _opened(person_of(was, person.person_id), person)]


def stood(was: Case, now: Case) -> tuple[str, ...]:
    """The marks of all that stands and would go: a change by two people keeps them from when it was asked for."""
    return tuple(_mark(one) for one in replaced(was, now))


def unseen(asked: Collection[str], was: Case, now: Case) -> bool:
    """Whether anything would go that did not stand there when the change was asked for (`asked`: what `stood`)."""
    return not set(stood(was, now)) <= set(asked)


def must_be_as_asked(asked: Collection[str], shown: str | None, was: Case, now: Case) -> None:
    """Overtaken where something would go that neither of both people has seen; `shown`: the mark of what a page told.

    Where nothing was read (None) it is not confirmed.
    """
    if unseen(asked, was, now) and shown != mark_of_replaced(replaced(was, now)):
        raise Overtaken(
            "what this replaces was recorded after it was asked for; read both (GET "
            "/api/v1/cases/{case}/changes/{pending}) and confirm with the mark given there, or refuse it",
            for_user="What this replaces was recorded after it was asked for. Look at both, then confirm it or refuse"
            " it.",
        )  # fmt: skip


def mark_of_replaced(rows: Iterable[Replaced]) -> str:
    """The mark of a page that shows what would go."""
    return mark_of([_mark(one) for one in rows])


async def shown_case(node: Node, actor: Actor, case_id: str) -> str:
    """The mark for a page that is made from a case."""

    def read(reader: Reader) -> str:
        may_work_on(reader, actor, case_id)
        return mark_of_case(Book(node, reader).case(case_id).case)

    return await node.store.read(read)


async def would_replace(node: Node, actor: Actor, case_id: str, change: Change) -> list[Replaced]:
    """What this change would put in the place of what; nothing is changed."""

    def read(reader: Reader) -> list[Replaced]:
        may_work_on(reader, actor, case_id)
        book = Book(node, reader)
        case = book.case(case_id)
        made = make_change(book, case, change, (actor.user_id, SOMEBODY_ELSE), node.now())
        return replaced(case.case, made.case)

    return await node.store.read(read)


def _opened(was: Person | None, now: Person) -> list[Replaced]:
    """What closes a country and counts no more once she has it opened: her claim, and her ties there. Source: H03."""
    fresh = {lift.country for lift in now.lifts if was is None or lift not in was.lifts}
    closing = {"protection": now.protection, "ties": [_plain(tie) for tie in now.ties if tie.country in fresh]}
    rows = [Replaced(now.person_id, name, value, []) for name, value in closing.items() if value not in UNRECORDED]
    return rows if fresh else []


def _mark(one: Replaced) -> str:
    return mark_of((one.scope, one.person_id, one.field, one.stands))


def _holds(after: Any, before: Any) -> bool:
    """Whether all that stood there stands there still: a list that only grew lost nothing."""
    if isinstance(before, list) and isinstance(after, list):
        return all(one in after for one in before)
    return bool(after == before)


def _facts(case: Case) -> Iterator[tuple[Fact, Any]]:
    for (whose, name), value in facts_of_case(case):
        yield ("", whose, name), _plain(value)
    for plan in case.returns:
        yield from _of(plan.plan_id, "", plan)
        for person in plan.persons:
            yield from _of(plan.plan_id, person.person_id, person)
    for care in case.care:
        yield from _of(care.care_id, "", care)


def _of(scope: str, whose: str, one: msgspec.Struct) -> Iterator[tuple[Fact, Any]]:
    for name in one.__struct_fields__:
        if name not in OF_THE_BOOK:
            yield (scope, whose, name), _plain(getattr(one, name))


def _plain(value: Any) -> Any:
    """As it would be written down: a list is a list, whatever held it."""
    return msgspec.json.decode(msgspec.json.encode(value))
