"""Erasing what came about a person, item by item, and telling the country that asked. Source: domain 5.9; wire 11;
R20, R28.
"""

import msgspec

from node.protocol.bodies import ErasureConfirmBody
from node.protocol.decode import AnyLetter
from node.service.actor import Actor
from node.service.book import Book, OpenFile
from node.service.context import Node
from node.service.evidence_export import own_receipt
from node.store.work import Work

SEALED_LEVELS = {"L2", "L3", "L4"}


def erase_confirmed(node: Node, work: Work, found: OpenFile, letter: AnyLetter, actor: Actor, now: int) -> None:
    """Destroy here what an `erasure.confirm` of ours says is erased; evidence without content stays (wire 11)."""
    body = letter.body
    assert isinstance(body, ErasureConfirmBody)
    for item in body.items:
        if item.result == "erased":
            erase_levels(node, work, found, item.letter_id, set(item.levels), now)
            work.audit.append(now, actor.user_id, "erased", item.letter_id, rule="R20")
    if letter.in_reply_to is not None:
        work.deadlines.meet(letter.in_reply_to, "erase")


def erase_levels(node: Node, work: Work, found: OpenFile, letter_id: str, levels: set[str], now: int) -> None:
    """Erase a received letter: all of it when its frame (L1) is named, else only the block with the values."""
    row = work.letters.get(found.row.peer, "in", letter_id)
    if row is None or row.sealed is None or row.thread_id != found.row.thread_id:
        return
    receipt = own_receipt(work, row)
    if receipt is not None:
        work.letters.keep_answer(row.peer, letter_id, receipt)
    if "L1" in levels:
        work.letters.erase(row.peer, "in", letter_id)
        return
    book = Book(node, work)
    payload = msgspec.json.decode(book.payload(row))
    if SEALED_LEVELS & levels and payload.get("sealed_identity") is not None:
        payload["sealed_identity"] = None
        sealed = book.seal_payload(found.dek, letter_id, msgspec.json.encode(payload))
        work.letters.replace_payload(row.peer, "in", letter_id, sealed)
