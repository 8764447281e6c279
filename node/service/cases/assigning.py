"""Cases given to a colleague: one, or many at once by a coordinator, in one transaction.

Of many each is judged by itself: what this person may not work on, what is erased, and what the colleague's
organisation is kept from (H14) is not given, and named to whoever asked. Source: interface C3; R24.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.letters.scalars import Id
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.looks import GIVEN, NOBODY
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.cases import CaseRow
from node.store.people import UserRow
from node.store.work import Reader, Work

AT_ONCE: Final = 200  # cases in one go
Why = Literal["unknown", "erased", "kept_from"]


class AssignCases(Command, frozen=True):
    """Cases, and whose they are from now on: a colleague's id, or null for any caseworker."""

    cases: Annotated[list[Id], Meta(min_length=1, max_length=AT_ONCE)]
    owner: Id | None


class Assigned(msgspec.Struct, frozen=True):
    """How many were given, and each that was not, with why."""

    given: int
    refused: dict[str, Why]


async def assign_many(node: Node, actor: Actor, command: AssignCases) -> Assigned:
    """The same as `assign_cases`, for a program."""
    refused = await assign_cases(node, actor, command.cases, command.owner)
    return Assigned(len(set(command.cases)) - len(refused), refused)


async def assign_cases(node: Node, actor: Actor, cases: list[str], owner: str | None) -> dict[str, Why]:
    """Give each of these cases to a colleague, or with None leave it open for any; what was not given, and why.

    NotAllowed for anybody but a coordinator. Everything that is given is given in one transaction, a line each.
    """
    actor.must_be("coordinator")
    if len(cases) > AT_ONCE:
        raise BadInput(f"at most {AT_ONCE} cases at once", field="case")

    def assign(work: Work) -> dict[str, Why]:
        now, to = node.now(), owner_row(work, owner)
        refused: dict[str, Why] = {}
        for case_id in dict.fromkeys(cases):
            row = _row(work, actor, case_id)
            why = _why_not(work, row, to)
            if row is None or why is not None:
                refused[case_id] = why or "unknown"
            else:
                give(work, actor, row, to, now)
        return refused

    return await node.store.write(assign)


def owner_row(reader: Reader, owner: str | None) -> UserRow | None:
    """The colleague who is to own a case; None for nobody. BadInput for whoever works on no cases here."""
    if owner is None:
        return None
    user = reader.people.get(owner)
    if user is None or user.disabled_at is not None or user.role not in ("caseworker", "coordinator"):
        raise BadInput(
            "owner is no caseworker or coordinator of this node", field="owner", expected="the id of a colleague"
        )
    return user


def give(work: Work, actor: Actor, row: CaseRow, to: UserRow | None, now: int) -> None:
    """Let this colleague own the case from now on; with None it is open for any caseworker."""
    if _why_not(work, row, to) == "kept_from":
        raise NotAllowed(
            "the organisation of this colleague is kept from this case",
            rule="H14",
            for_user="Two people decided that this colleague’s organisation sees nothing of this case. Choose another.",
        )
    work.cases.put(replace(row, owner=None if to is None else to.user_id, changed_at=now))
    work.audit.append(
        now, actor.user_id, "case_taken", row.case_id, outcome=GIVEN + (NOBODY if to is None else to.user_id)
    )


def _row(reader: Reader, actor: Actor, case_id: str) -> CaseRow | None:
    try:
        return may_work_on(reader, actor, case_id)
    except NotFound:
        return None


def _why_not(reader: Reader, row: CaseRow | None, to: UserRow | None) -> Why | None:
    if row is None:
        return "unknown"
    if row.sealed is None:
        return "erased"
    shut = frozenset[str]() if to is None else reader.distrusts.cases_shut(to.organisation)
    return "kept_from" if row.case_id in shut or "" in shut else None
