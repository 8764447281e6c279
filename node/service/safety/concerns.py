"""Concerns for the maintainers of the registry: two people stand behind each, and the node signs it.

The file is handed over by people; it holds no word about a person. Source: practice H14.
"""

import msgspec

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.letters.scalars import Country, Seconds
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.distrust import ConcernRow
from node.store.work import Reader, Work
from registry.concern import FORMAT, Code, Concern, sign_concern


class RaiseConcern(Command, frozen=True):
    """What is wrong with a country's node, as a code, and since when."""

    country: Country
    code: Code
    since: Seconds


class ConcernView(msgspec.Struct, frozen=True, kw_only=True):
    """A concern; `file` is what goes to the maintainers, once a second person stood behind it."""

    id: int
    country: str
    code: str
    at: int
    first_by: str
    second_by: str | None
    file: str | None


async def raise_concern(node: Node, actor: Actor, command: RaiseConcern) -> ConcernView:
    """One person raises it."""
    actor.must_be("coordinator", "operator")

    def add(work: Work) -> ConcernView:
        if node.view.country(command.country) is None:
            raise NotFound("no such country in the registry; check the code", field="country")
        if any(row.country == command.country and row.signed_at is None for row in work.concerns.all()):
            raise Conflict("a concern about this country waits for a second person already")
        number = work.concerns.add(command.country, command.code, command.since, actor.user_id)
        work.audit.append(node.now(), actor.user_id, "concern_raised", command.country, rule="H14")
        work.tasks.add("concern_second_person", node.now())
        return _find(work, number)

    return await node.store.write(add)


async def sign(node: Node, actor: Actor, number: int) -> ConcernView:
    """A second person stands behind it; from now it has a file."""
    actor.must_be("coordinator", "operator")

    def second(work: Work) -> ConcernView:
        now, row = node.now(), _find(work, number)
        if row.second_by is not None:
            raise Conflict("this concern is signed already; take its file")
        if row.first_by == actor.user_id:
            raise NotAllowed(
                "this needs two different people and got one", rule="H14",
                for_user="A second person has to sign this. Ask a colleague.",
            )  # fmt: skip
        said = Concern(
            format=FORMAT, sender=node.country, about=row.country, code=row.code,  # type: ignore[arg-type]
            since=row.at, written_at=now,
        )  # fmt: skip
        work.concerns.sign(number, actor.user_id, now, sign_concern(said, node.keys.message))
        work.audit.append(now, actor.user_id, "concern_signed", row.country, rule="H14")
        return _find(work, number)

    return await node.store.write(second)


async def concerns(node: Node, actor: Actor) -> list[ConcernView]:
    """All concerns, newest first."""
    actor.must_be("coordinator", "operator")
    return await node.store.read(lambda reader: [_view(row) for row in reader.concerns.all()])


def _find(reader: Reader, number: int) -> ConcernView:
    row = next((one for one in reader.concerns.all() if one.id == number), None)
    if row is None:
        raise NotFound("no concern of this number", field="pending")
    return _view(row)


def _view(row: ConcernRow) -> ConcernView:
    return ConcernView(
        id=row.id, country=row.country, code=row.code, at=row.at, first_by=row.first_by, second_by=row.second_by,
        file=None if row.bytes is None else row.bytes.decode(),
    )  # fmt: skip
