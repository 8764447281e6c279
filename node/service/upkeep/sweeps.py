"""Periodic work: each sweep finds what is due in the database, does it, and may be repeated at any time.

What erases or seals again for expiry runs only while the clock can be believed (wire 6, clock rule); what calls
people about her never waits for the registry (H22). Source: pitfalls P27.
"""

from collections.abc import Callable

from node.log import get
from node.protocol.letters.control import HeadsBody, ResendBody
from node.service.cases.drafts import forget_old_drafts
from node.service.context import DAY_S, Node
from node.service.delivery.control import close_given_up
from node.service.delivery.queueing import queue_control
from node.service.delivery.reseal import reseal_expiring
from node.service.information.neutral import NEUTRAL_DUE, send_neutral
from node.service.keep.backup import note_backup
from node.service.keep.forget import destroy_spent, destroy_unused
from node.service.keep.sweep import sweep as sweep_due
from node.service.returns.overdue import arrival_overdue, condition_told, followup_due
from node.service.returns.watch import ARRIVAL, CONDITION, FOLLOWUP
from node.service.threads.ending import ABOUT, end_if_about_ended
from node.service.threads.erasure import empty_log
from node.service.threads.ladder import BATCH, WHO, one_step, remind
from node.service.threads.waiting_withdrawals import HELD, end_held_withdrawal, stop_after_withdrawal
from node.service.upkeep.setup import Opened, refresh_prekeys
from node.store.threads import DeadlineRow
from node.store.work import Work

log = get()
PARKED_LIFE_S = 3 * DAY_S


async def reseal(node: Node) -> None:
    """Release again what would expire."""
    if node.clock_is_believed():
        await node.store.write(lambda work: reseal_expiring(node, work, node.now()))


async def overdue(node: Node) -> None:
    """Answers that did not come: a task, then the back-up, the coordinator, the published figure; reminders before.

    By our own clock, however old the registry is: nothing here erases or expires, and without it nobody is told that
    she did not arrive, and no stop follows her withdrawal (H22).
    """
    now = node.now()
    for _ in WHO:  # a node that was away climbs every step that is due, not one a minute
        while await node.store.write(lambda work: _escalate(node, work, now)) == BATCH:
            pass
    while await node.store.write(lambda work: remind(node, work, now)) == BATCH:
        pass
    await node.store.write(lambda work: work.tasks.close_answered(now))


async def heads(node: Node) -> None:
    """Once a day tell each peer where both channels and our audit stand."""
    await node.store.write(lambda work: _heads(node, work, node.now()))


async def gaps(node: Node) -> None:
    """Ask for statements that did not come for a while."""
    await node.store.write(lambda work: _gaps(node, work, node.now()))


async def keys(opened: Opened) -> None:
    """Erase what must be gone, offer the week's prekeys, forget what is of no use."""
    node = opened.node
    if node.clock_is_believed():
        opened.keyring.erase_due(node.now())
    refresh_prekeys(opened)
    size, head = node.store.read_sync(lambda reader: reader.audit.head())
    opened.keyring.note_audit_head(size, head, node.now())
    await node.store.write(lambda work: _forget(work, node.now()))
    if node.clock_is_believed():
        await note_backup(node)
        await destroy_spent(node)
        destroy_unused(node)
    await empty_log(node)


async def retention(node: Node) -> None:
    """Erase what is due and leave a certificate; not while the clock cannot be believed (R25, wire 6).

    Drafts that nobody touched for thirty days go with it.
    """
    if node.clock_is_believed():
        await sweep_due(node)
        await forget_old_drafts(node)


async def disk(node: Node) -> None:
    """Try to write again while the disk did not take it."""
    if node.store.problem is not None:
        await node.store.probe()


def _escalate(node: Node, work: Work, now: int) -> int:
    rows = work.deadlines.due(now, BATCH)
    for row in rows:
        _WHEN_DUE.get(row.code, one_step)(node, work, row, now)
    return len(rows)


_WHEN_DUE: dict[str, Callable[[Node, Work, DeadlineRow, int], None]] = {
    "stop": stop_after_withdrawal,
    HELD: end_held_withdrawal,
    NEUTRAL_DUE: send_neutral,
    ABOUT: end_if_about_ended,
    ARRIVAL: arrival_overdue,
    CONDITION: condition_told,
    FOLLOWUP: followup_due,
}


def _heads(node: Node, work: Work, now: int) -> None:
    size, root = work.audit.head()
    for contact in work.peers.all():
        if contact.last_contact_at is None or now - (contact.heads_sent_at or 0) < DAY_S:
            continue
        sent = work.channels.out_head(contact.peer, node.epoch)
        received, receipts = work.channels.newest_in(contact.peer), work.channels.newest_receipt_in(contact.peer)
        body = HeadsBody(
            sent_epoch=sent.epoch, sent_seq=sent.seq, sent_hash=sent.hash.hex(),
            received_epoch=received.epoch if received else 0, received_seq=received.seq if received else 0,
            received_hash=(received.hash if received else bytes(32)).hex(),
            receipt_epoch=receipts.epoch if receipts else 0, receipt_index=receipts.seq if receipts else 0,
            receipt_hash=(receipts.hash if receipts else bytes(32)).hex(), audit_size=size, audit_root=root.hex(),
        )  # fmt: skip
        close_given_up(node, work, contact.peer, now)
        queue_control(node, work, contact.peer, "channel.heads", body, now)
        work.peers.heads_sent(contact.peer, now)


def _gaps(node: Node, work: Work, now: int) -> None:
    runs: dict[tuple[str, int], list[int]] = {}
    for peer, epoch, seq, flagged_at, asked_at in work.channels.gaps():
        if now - flagged_at >= node.limits.gap_patience_s and (asked_at is None or now - asked_at >= DAY_S):
            runs.setdefault((peer, epoch), []).append(seq)
    for (peer, epoch), seqs in runs.items():
        for first, last in _ranges(seqs):
            queue_control(node, work, peer, "channel.resend", ResendBody(epoch=epoch, from_seq=first, to_seq=last), now)
            work.channels.gap_asked(peer, epoch, first, last, now)


def _ranges(seqs: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if found and found[-1][1] == seq - 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found


def _forget(work: Work, now: int) -> None:
    work.ledger.forget_cover(now - 30 * DAY_S)
    work.letters.forget_parked(now - PARKED_LIFE_S)
