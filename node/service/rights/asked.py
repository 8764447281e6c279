"""What the other country asked us to do about her data on a thread, so that an answer is a matter of ticking."""

import msgspec

from node.protocol.letters.bodies import ErasureRequestBody, ToErase, WithdrawalBody
from node.protocol.letters.bodies_rights import AccessRequestBody
from node.service.actor import Actor
from node.service.context import Node
from node.service.rights.answered import items_asked, letters_kept
from node.service.rights.onward import onward_countries
from node.service.threads.acts import open_for
from node.service.threads.book import Book
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
        came = letters_kept(Book(node, reader), found, "in")
        letters = [letter for _, letter in came]
        asked = [
            ToEraseView(letter=row.letter_id, token=body.token, items=items_asked(body, letters), onward=onward)
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
        came = letters_kept(Book(node, reader), found, "in")
        return [
            AccessAsked(row.letter_id, row.at, letter.body.token)
            for row, letter in came
            if isinstance(letter.body, AccessRequestBody)
        ]

    return await node.store.read(read)
