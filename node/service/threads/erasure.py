"""Erasing what came about a person, item by item, and telling the country that asked. Source: domain 5.9; wire 11;
R20, R28.
"""

import asyncio

import msgspec

from node.errors import NotAllowed
from node.log import get
from node.protocol.letters.bodies import ErasureConfirmBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.kinds import LETTER
from node.protocol.matters import STOPS
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.evidence.export import own_receipt
from node.service.threads.book import Book, OpenFile
from node.service.threads.files import is_over
from node.store.letters import LetterRow
from node.store.outbox import OPEN_STATES
from node.store.work import Work

log = get()
SEALED_LEVELS = {"L2", "L3", "L4"}


async def erase_case(node: Node, actor: Actor, case_id: str) -> None:
    """Destroy both keys of a case and everything under them, here; evidence without content stays (wire 11).

    Safe to repeat. NotAllowed while a thread of the case is open or a letter has not left: end it first, so that nobody
    waits in another country. Durable before it returns, and gone from the files of the database.
    """
    actor.must_be("coordinator")
    wrapped = await node.store.write(lambda work: _erase_case(node, work, actor, case_id, node.now()))
    node.seals.forget(wrapped)
    await empty_log(node)


async def empty_log(node: Node) -> None:
    """Take what was erased out of the log of the database too. Safe to repeat."""
    # Crash here: what was erased is gone from the rows; the old bytes stand in the log until the next call or start.
    if not await asyncio.to_thread(node.store.empty_log):
        log.warning("erased_bytes_in_log")  # a reader was in the way: the sweep of the keys tries again


def _erase_case(node: Node, work: Work, actor: Actor, case_id: str, now: int) -> bytes | None:
    row = may_work_on(work, actor, case_id)
    if row.dek is None:
        return None
    for thread in work.threads.of_case(case_id):
        found = Book(node, work).open_file(thread)
        _must_be_over(work, found, now)
        _give_up_rest(work, found, now)
        work.deadlines.end_all(thread.peer, thread.thread_id)
    for letter in work.letters.of_case(case_id):
        _keep_own_receipt(work, letter)
        work.letters.erase(letter.peer, letter.direction, letter.letter_id, on_the_way=_is_on_the_way(work, letter))
    work.cases.erase(case_id, now)
    work.audit.append(now, actor.user_id, "case_erased", case_id, rule="R25")
    return row.dek


def _must_be_over(work: Work, found: OpenFile, now: int) -> None:
    peer, thread = found.row.peer, found.file.thread
    waiting = [one for one in work.outbox.of_thread(peer, thread.thread_id) if one.letter_class == LETTER]
    unsent = [one for one in waiting if one.state in ("queued", "held") and one.released_at is None]
    if unsent or not is_over(found.file, now):
        raise NotAllowed(
            "a thread of this case is open, or a letter of it has not left; end it first", rule="R25",
            for_user="Another country still works with this case. End that, wait until the letter left, then erase.",
        )  # fmt: skip


def _give_up_rest(work: Work, found: OpenFile, now: int) -> None:
    """What has no receipt is posted no more, but for the stop: the other country must hear that it is over."""
    thread = found.file.thread
    stops = {entry.letter_id for entry in thread.entries if entry.kind in STOPS}
    for waiting in work.outbox.of_thread(found.row.peer, thread.thread_id):
        if waiting.letter_class != LETTER or waiting.state not in OPEN_STATES or waiting.letter_id in stops:
            continue
        for envelope in work.outbox.envelopes_of(waiting.letter_id):
            work.outbox.give_up(envelope.eid)
        work.outbox.end(waiting.letter_id, "given_up", now)


def _keep_own_receipt(work: Work, letter: LetterRow) -> None:
    """What we answered can be read from its slot only with the salt, which goes."""
    receipt = own_receipt(work, letter) if letter.direction == "in" else None
    if receipt is not None:
        work.letters.keep_answer(letter.peer, letter.letter_id, receipt)


def _is_on_the_way(work: Work, letter: LetterRow) -> bool:
    waiting = work.outbox.get(letter.letter_id) if letter.direction == "out" else None
    return waiting is not None and waiting.state in OPEN_STATES


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
    _keep_own_receipt(work, row)
    if "L1" in levels:
        work.letters.erase(row.peer, "in", letter_id)
        return
    book = Book(node, work)
    payload = msgspec.json.decode(book.payload(row))
    if SEALED_LEVELS & levels and payload.get("sealed_identity") is not None:
        payload["sealed_identity"] = None
        sealed = book.seal_payload(found.dek, letter_id, msgspec.json.encode(payload))
        work.letters.replace_payload(row.peer, "in", letter_id, sealed)
