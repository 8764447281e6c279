"""Distrust for all persons of this node, by two people: a country, an office, an organisation there, or one of ours.

Whom two people distrust gets no name and sees nothing; nobody over there hears of it. Who belongs to an organisation
of ours does not decide about it. Source: practice H14.
"""

from typing import Literal

import msgspec

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.cases.case import Case
from node.protocol.cases.distrust import must_name
from node.protocol.letters.scalars import Code
from node.service.actor import Actor
from node.service.context import Distrusted, Node
from node.service.keep.notes import DistrustedByAll, note
from node.service.threads.commands import Command
from node.store.distrust import DistrustRow
from node.store.work import Reader, Work

Target = Literal["country", "holder", "organisation", "member"]
EVERY_CASE = ""


class Distrust(Command, frozen=True):
    """Distrust for everybody, or (`is_on` false) trust again. `member`: an organisation of our own people."""

    target: Target
    value: Code
    is_on: bool = True


class DistrustView(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, or the wish for one that waits for a second person."""

    id: int
    target: str
    value: str
    is_on: bool
    waits: bool
    first_by: str
    second_by: str | None
    at: int


async def distrust_list(node: Node, actor: Actor) -> list[DistrustView]:
    """What is distrusted now, and what waits for a second person."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[DistrustView]:
        in_force, waiting = reader.distrusts.in_force(), reader.distrusts.waiting()
        return [_view(row, False) for row in in_force] + [_view(row, True) for row in waiting]

    return await node.store.read(read)


async def propose_distrust(node: Node, actor: Actor, command: Distrust) -> DistrustView:
    """One person asks for it; nothing changes before a second one confirms."""
    actor.must_be("caseworker", "coordinator")
    if command.is_on:
        must_be_listed(node, command.target, command.value)
    else:
        must_name(command.target, command.value)

    def propose(work: Work) -> DistrustView:
        now = node.now()
        _not_ours(work, command.target, command.value, (actor.user_id,))
        if any((row.target, row.value) == (command.target, command.value) for row in work.distrusts.waiting()):
            raise Conflict("a decision about this waits for a second person already")
        number = work.distrusts.propose(command.target, command.value, command.is_on, actor.user_id, now)
        work.tasks.add("distrust_second_person", now)
        work.audit.append(now, actor.user_id, "distrust_proposed", str(number), rule="H14")
        return _waiting(work, number)

    return await node.store.write(propose)


def must_be_listed(node: Node, target: str, value: str) -> None:
    """BadInput for what nothing is called, and for a country that no registry ever listed here: it protects nobody.

    One that was removed stays in the view; should the view be made anew, the offices it once listed are still known.
    """
    must_name(target, value)
    if target == "country" and value not in node.view.countries and value not in node.known_offices:
        raise BadInput(
            "value is a country that no registry listed here; expected a country of the registry, see "
            "GET /api/v1/registry", field="value", found="a country of no list", expected="a country of the registry",
            for_user="No list of countries that we have seen holds this country. Choose it from the list, or check its"
            " code.",
        )  # fmt: skip


async def decide_distrust(node: Node, actor: Actor, number: int, approve: bool) -> None:
    """A second person confirms or refuses; whoever asked may take it back."""
    actor.must_be("caseworker", "coordinator")

    def decide(work: Work) -> None:
        now, row = node.now(), _waiting(work, number)
        if not approve:
            work.distrusts.refuse(number, actor.user_id, now)
        else:
            if row.first_by == actor.user_id:
                raise NotAllowed(
                    "this needs two different people and got one", rule="H14",
                    for_user="A second person has to confirm this. Ask a colleague to sign in.",
                )  # fmt: skip
            _not_ours(work, row.target, row.value, (row.first_by, actor.user_id))
            work.distrusts.decide(number, actor.user_id, now)
            note(node, work, _noted(row, actor.user_id, now))
            if row.target == "member":
                work.distrusts.shut_out(EVERY_CASE, row.value, row.is_on)
        work.audit.append(now, actor.user_id, "distrust_decided", str(number), rule="H14",
                          outcome="on" if approve and row.is_on else "off" if approve else "refused")  # fmt: skip
        work.after_commit(lambda: load_distrust(node))

    await node.store.write(decide)


def load_distrust(node: Node) -> None:
    """Read what two people distrust into memory, where the gate looks; at the start and after each decision."""
    rows = node.store.read_sync(lambda reader: reader.distrusts.in_force())
    named = {target: {row.value for row in rows if row.target == target} for target in ("holder", "organisation")}
    node.distrusted = Distrusted(
        countries={row.value: (row.first_by, row.second_by or "") for row in rows if row.target == "country"},
        holders=tuple(sorted(named["holder"])),
        organisations=frozenset(named["organisation"]),
    )


def follow_case(work: Work, before: Case, after: Case, by: tuple[str, ...]) -> None:
    """An organisation of ours that two people distrust in one case sees nothing of it; part of that change."""
    was = {one.value for one in before.distrust if one.target == "organisation"}
    now = {one.value for one in after.distrust if one.target == "organisation"}
    for value in was ^ now:
        _not_ours(work, "organisation", value, by)
        work.distrusts.shut_out(after.case_id, value, value in now)


def _not_ours(work: Work, target: str, value: str, by: tuple[str, ...]) -> None:
    users = [work.people.get(one) for one in by] if target in ("member", "organisation") else []
    if any(user is not None and user.organisation == value for user in users):
        raise NotAllowed(
            "people of an organisation do not decide about it; ask colleagues of another one", rule="H14",
            for_user="You belong to this organisation. Two colleagues of another one have to decide.",
        )  # fmt: skip


def _noted(row: DistrustView, second: str, now: int) -> DistrustedByAll:
    by = (row.first_by, second)
    return DistrustedByAll(at=now, target=row.target, value=row.value, is_on=row.is_on, by=by)


def _waiting(work: Work, number: int) -> DistrustView:
    row = next((one for one in work.distrusts.waiting() if one.id == number), None)
    if row is None:
        raise NotFound("no decision waits under this number", field="pending")
    return _view(row, True)


def _view(row: DistrustRow, waits: bool) -> DistrustView:
    return DistrustView(
        id=row.id, target=row.target, value=row.value, is_on=row.is_on, waits=waits, first_by=row.first_by,
        second_by=row.second_by, at=row.at,
    )  # fmt: skip
