"""Calls to people on call: to whom, and what became of each. What is said is the same always: something waits.

A call stands in the database until it was made, so a restart makes it again; a crash between the call and its note may
call somebody twice, which is the lesser harm. Source: practice H21; R38.
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from node.protocol.ladders import Position
from node.service.context import Node
from node.store.alarms import PageRow
from node.store.work import Reader

MAIL, COMMAND = "mail", "command"
WORD: Final = "something_waits"  # all that a pager is told, with a count
SUBJECT: Final = "Something waits at your desk"
TEXT: Final = "Something waits at your desk. Please sign in.\n"
FIRST_AGAIN_S, CAP_AGAIN_S = 30, 600


class Reached(msgspec.Struct, frozen=True):
    """Where a person on call is reached; sealed in the roster."""

    mail: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make now: the addresses of the roster, to which those of the configuration are added."""

    row: PageRow
    mails: tuple[str, ...]


async def calls_due(node: Node) -> list[Call]:
    """The calls to make now. Reads only."""
    now = node.now()

    def read(reader: Reader) -> list[Call]:
        return [Call(row, mails_of(node, reader, row.position)) for row in reader.pages.due(now)]

    return await node.store.read(read)


async def call_made(node: Node, call: Call) -> None:
    """Note that they were called."""
    await node.store.write(lambda work: work.pages.sent(call.row.id, call.row.count, node.now()))


async def call_failed(node: Node, call: Call, error: str) -> None:
    """Note that the call could not be made; it is tried again, at the latest in ten minutes, until it is."""
    again_at = node.now() + min(FIRST_AGAIN_S * 2 ** min(call.row.tries, 10), CAP_AGAIN_S)
    await node.store.write(lambda work: work.pages.failed(call.row.id, error, again_at))


def mails_of(node: Node, reader: Reader, position: str | Position) -> tuple[str, ...]:
    """The addresses of the roster in this position; the back-up's are never empty while anybody is there."""
    rows = [row for row in reader.on_call.all() if row.position == position] or reader.on_call.all()
    key = node.seals.node_key()
    reached = [node.seals.open_as(Reached, key, "on_call", row.user_id, row.sealed) for row in rows]
    return tuple(one.mail for one in reached if one.mail)
