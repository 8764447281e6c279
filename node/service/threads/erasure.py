"""Erasing what came about a person, item by item, and telling the country that asked. Source: domain 5.9; wire 11;
R20, R28. Whole cases and persons: `node.service.keep.erasing`.
"""

import asyncio

import msgspec

from node.log import get
from node.protocol.letters.bodies import ErasureConfirmBody
from node.protocol.letters.decode import AnyLetter
from node.service.actor import Actor
from node.service.context import Node
from node.service.keep.forget import OLD_KEY_LIFE_S, change_key, forget_letter, keep_own_receipt
from node.service.keep.notes import ErasedLetter, note
from node.service.rights.answered import SAYS_NOTHING, all_done
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept
from node.store.work import Work

log = get()
SEALED_LEVELS = {"L2", "L3", "L4"}


async def empty_log(node: Node) -> None:
    """Take what was erased out of memory and out of the log of the database too. Safe to repeat."""
    node.forget_opened()
    # Crash here: what was erased is gone from the rows; the old bytes stand in the log until the next call or start.
    if not await asyncio.to_thread(node.store.empty_log):
        log.warning("erased_bytes_in_log")  # a reader was in the way: the sweep of the keys tries again


def erase_confirmed(node: Node, work: Work, found: OpenFile, letter: AnyLetter, actor: Actor, now: int) -> None:
    """Destroy here what an `erasure.confirm` of ours says is erased; evidence without content stays (wire 11)."""
    body = letter.body
    assert isinstance(body, ErasureConfirmBody)
    for item in body.items:
        if item.result == "erased" and erase_levels(node, work, found, item.letter_id, set(item.levels), now):
            work.audit.append(now, actor.user_id, "erased", item.letter_id, rule="R20")
    if any(item.result == "erased" for item in body.items):
        change_key(node, work, found.row.case_id, now, now + OLD_KEY_LIFE_S)
    if letter.in_reply_to is not None and all_done(Book(node, work), found, letter.in_reply_to, body):
        work.deadlines.meet(found.row.peer, found.row.thread_id, letter.in_reply_to, "erase")


def erase_levels(node: Node, work: Work, found: OpenFile, letter_id: str, levels: set[str], now: int) -> bool:
    """Erase a received letter: all of it when its frame (L1) is named, else only the block with the values.

    Where its own words tell of that level too (L2: needs, plans, risks) no block holds them: the letter goes whole.
    False when there is nothing of it. Older copies open until the case's old key is destroyed (`change_key`).
    """
    row = work.letters.get(found.row.peer, "in", letter_id)
    if row is None or row.sealed is None or row.thread_id != found.row.thread_id:
        return False
    gone = ErasedLetter(at=now, peer=row.peer, direction="in", letter=letter_id, levels=tuple(sorted(levels)))
    note(node, work, gone)
    book = Book(node, work)
    payload = book.payload(row)
    if "L1" in levels or ("L2" in levels and decode_kept(payload).kind not in SAYS_NOTHING):
        forget_letter(work, row, now)
        return True
    keep_own_receipt(work, row)
    payload = msgspec.json.decode(payload)
    if SEALED_LEVELS & levels and payload.get("sealed_identity") is not None:
        payload["sealed_identity"] = None
        sealed = book.seal_payload(found.dek, letter_id, msgspec.json.encode(payload))
        work.letters.replace_payload(row.peer, "in", letter_id, sealed)
    return True
