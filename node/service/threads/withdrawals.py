"""She takes her consent back: one action, no reason, at once, told to every country that had it.

What still waits under it is stopped by the gate; where nothing permitted is left the one stop follows at the next slot.
Help never ends by it. Source: R20, R21; H01, H16; domain 5.9.
"""

from collections.abc import Sequence

import msgspec

from node.errors import NotFound
from node.protocol.consent.scope import Withdrawal, after_withdrawal, withdraw
from node.protocol.letters.bodies import WithdrawalBody
from node.protocol.letters.codes import LEVELS, PURPOSES
from node.protocol.threads import machine
from node.protocol.threads.thread import entry_of
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import draft_of, queue_letter
from node.service.keep.noting import note_taken_back
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import Withdraw
from node.service.threads.drafting import STATES_NOTHING, frame
from node.service.threads.files import with_withdrawal
from node.service.threads.stops import next_slot, queue_stop
from node.service.threads.waiting_withdrawals import watch_withdrawal
from node.store.work import Work


async def withdraw_consent(node: Node, actor: Actor, case_id: str, consent_id: str, command: Withdraw) -> int:
    """Take back a consent in whole or in part; returns how many countries are told. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _withdraw(node, work, actor, case_id, consent_id, command))


async def withdraw_consents(node: Node, actor: Actor, case_id: str, consent_ids: Sequence[str]) -> int:
    """Take back several consents whole, all of them or none; how many countries are told. Durable before it returns.

    What is taken back already is not told again.
    """
    actor.must_be("caseworker", "coordinator")

    def withdraw_all(work: Work) -> int:
        may_work_on(work, actor, case_id)
        book = Book(node, work)
        over = {one.consent_id: one for one in book.consents(book.case(case_id)) if one.withdrawn_at is not None}
        return sum(
            len({told.token for told in over[one].asserted})
            if one in over
            else _withdraw(node, work, actor, case_id, one, Withdraw())
            for one in dict.fromkeys(consent_ids)
        )

    return await node.store.write(withdraw_all)


def _withdraw(node: Node, work: Work, actor: Actor, case_id: str, consent_id: str, command: Withdraw) -> int:
    now, book = node.now(), Book(node, work)
    may_work_on(work, actor, case_id)
    case = book.case(case_id)
    record = next((one for one in book.consents(case) if one.consent_id == consent_id), None)
    if record is None:
        raise NotFound("no such consent in this case; check the reference", field="consent")
    all_of_it = not command.purposes and not command.levels
    purposes, levels = (PURPOSES, LEVELS) if all_of_it else (command.purposes, command.levels)
    narrowed, told = withdraw(record, now, purposes, levels)
    book.put_consent(case, narrowed, now)
    note_taken_back(node, work, case_id, narrowed, now)
    work.audit.append(now, actor.user_id, "consent_withdrawn", consent_id, rule="R20")
    threads = {one.token: one.thread for one in record.asserted}
    for one in {one.token: one for one in told}.values():  # a token is told once, whatever it was stated for
        found = book.file(one.country, threads[one.token])
        if found is not None:
            _tell(node, work, case, found, one, actor, now)
    return len(threads)


def _tell(node: Node, work: Work, case: OpenCase, found: OpenFile, one: Withdrawal, actor: Actor, now: int) -> None:
    """Queue the withdrawal on its thread, or end the thread here if the country never heard of it."""
    book, file, peer = Book(node, work), found.file, found.row.peer
    entries = after_withdrawal(file.entries, one.token, one.purposes, one.levels)
    options = {option.kind: option for option in machine.allowed(file.thread, now)}
    if not options["consent.withdrawal"].allowed:
        if not any(entry.n for entry in file.thread.entries) and machine.allowed(file.thread, now)[-1].allowed:
            queue_stop(node, work, found, actor.user_id, "R20", now)
        return
    body = WithdrawalBody(token=one.token, purposes=one.purposes, levels=one.levels)
    letter = frame(
        file,
        "consent.withdrawal",
        body,
        node.random(16).hex(),
        stated=STATES_NOTHING,
        urgency="urgent",
        in_reply_to=None,
        relates_to=None,
        disclosed=(),
        sealed=None,
        now=now,
    )
    letter = msgspec.structs.replace(letter, lawful_basis="legal_obligation")
    outcome = machine.queue(file.thread, entry_of(letter), now)
    book.put_file(found, msgspec.structs.replace(with_withdrawal(file, entries), thread=outcome.thread), now)
    queue_letter(
        node, work, found.dek, case.id, peer, letter, draft_of(letter, actor.user_id, actor.role, {}), now, now
    )
    watch_withdrawal(node, work, peer, found.row.thread_id, letter.letter_id, now)
    if not entries:
        # The stop is queued only at its slot: queued now, it would take the withdrawal out of the outbox again.
        work.deadlines.start(peer, found.row.thread_id, letter.letter_id, "stop", next_slot(node, now))
