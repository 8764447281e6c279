"""What the other country asked us to do about her data on a thread, so that an answer is a matter of ticking."""

import msgspec

from node.protocol.letters.bodies import ErasureRequestBody, ToErase, WithdrawalBody
from node.protocol.letters.bodies_rights import AccessRequestBody
from node.protocol.letters.decode import AnyLetter
from node.service.actor import Actor
from node.service.context import Node
from node.service.rights.onward import onward_countries
from node.service.seals import Erased
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept
from node.store.letters import LetterRow
from node.store.work import Reader


class ToEraseView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest request to erase, or consent taken back: of whom, which letters; `onward` had it from us (R28)."""

    letter: str
    token: str
    items: tuple[ToErase, ...]
    onward: tuple[str, ...]


class AccessAsked(msgspec.Struct, frozen=True):
    """A request of the other country to be told what is held here."""

    letter: str
    at: int
    token: str


async def asked_to_erase(node: Node, actor: Actor, thread_id: str) -> ToEraseView | None:
    """The newest `erasure.request` or `consent.withdrawal` of the other country, or None."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> ToEraseView | None:
        found = open_for(node, reader, actor, thread_id)
        onward = tuple(onward_countries(node, reader, found))
        came = _received(node, reader, found)
        asked = [
            ToEraseView(letter=row.letter_id, token=body.token, items=_items(body, came), onward=onward)
            for row, letter in came
            if isinstance((body := letter.body), ErasureRequestBody | WithdrawalBody)
        ]
        return asked[-1] if asked else None

    return await node.store.read(read)


async def asked_for_access(node: Node, actor: Actor, thread_id: str) -> list[AccessAsked]:
    """Every `access.request` of the other country on this thread, oldest first."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[AccessAsked]:
        found = open_for(node, reader, actor, thread_id)
        came = _received(node, reader, found)
        return [
            AccessAsked(row.letter_id, row.at, letter.body.token)
            for row, letter in came
            if isinstance(letter.body, AccessRequestBody)
        ]

    return await node.store.read(read)


def _items(body: ErasureRequestBody | WithdrawalBody, came: list[tuple[LetterRow, AnyLetter]]) -> tuple[ToErase, ...]:
    """What was named; for a consent taken back, whatever of its levels a letter here carried.

    A letter that rests on her consent and names nobody carries her needs and age: the frame itself, level L1.
    """
    if isinstance(body, ErasureRequestBody):
        return body.items
    found = []
    for row, letter in came:
        sealed = letter.disclosed if letter.sealed_identity is not None else ()
        carried: set[str] = {item.level for item in sealed if item.person == body.token}
        carried |= {"L1" for entry in letter.consent if entry.token == body.token}
        levels = tuple(level for level in body.levels if level in carried)
        if levels:
            found.append(ToErase(letter_id=row.letter_id, levels=levels))
    return tuple(found)


def _received(node: Node, reader: Reader, found: OpenFile) -> list[tuple[LetterRow, AnyLetter]]:
    rows = reader.letters.of_thread(found.row.peer, found.row.thread_id)
    opened = []
    for row in (one for one in rows if one.direction == "in" and one.sealed is not None):
        try:
            opened.append((row, decode_kept(Book(node, reader).payload(row))))
        except Erased:
            continue
    return opened
