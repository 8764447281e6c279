"""Control letters that arrive: what two nodes tell each other about the channel, saying nothing of a person.

Each kind is one row of `_HANDLERS`. Source: wire 4 and 7.
"""

from collections.abc import Callable

import msgspec

from node.crypto.statement import Statement
from node.log import get
from node.protocol.letters.bodies_directory import ChallengeBody, DirectoryBody
from node.protocol.letters.bodies_safety import DrillAnswerBody, DrillBody
from node.protocol.letters.control import (
    ClosedBody,
    ControlBody,
    GivenUp,
    HeadsBody,
    HelloBody,
    NoticeBody,
    OpenedBody,
    RefusedBody,
    ResendBody,
)
from node.protocol.letters.decode import AnyControl
from node.service.context import Node
from node.service.delivery.queueing import queue_control
from node.service.directory.arrival import entry_challenged, entry_published
from node.service.network.disowned import went_to_lost_node
from node.service.safety.arrivals import opened_there
from node.service.safety.on_call import drill_answered, drill_came
from node.service.threads.undo import undo_refused
from node.store.outbox import EnvelopeRow
from node.store.work import Work

log = get()


def take_control(node: Node, work: Work, peer: str, control: AnyControl, statement: Statement, now: int) -> int:
    """Let a control letter take effect; always 0, because no table ever refuses one."""
    if not _overtaken(work, peer, control, statement):
        if isinstance(control.body, DrillBody):
            drill_came(node, work, peer, control.letter_id, control.body, now)
        handler = _HANDLERS.get(type(control.body))
        if handler is not None:
            # Heads speak of the moment they were released, which may be long ago.
            at = min(now, statement.created_at) if isinstance(control.body, HeadsBody) else now
            handler(node, work, peer, control.body, at)
    return 0


def _overtaken(work: Work, peer: str, control: AnyControl, statement: Statement) -> bool:
    """True for heads that come after newer ones: released before those, so no sign of going back."""
    noted = work.peers.get(peer).heads
    if noted is None or not isinstance(control.body, HeadsBody):
        return False
    newer = msgspec.json.decode(noted, type=HeadsBody)
    return statement.epoch == newer.sent_epoch and statement.seq <= newer.sent_seq


def close_given_up(node: Node, work: Work, peer: str, now: int) -> None:
    """Name the statements that will never come in one `channel.closed`, so that the chain is repaired."""
    rows = work.outbox.unclosed(peer)
    if rows:
        items = tuple(GivenUp(row.epoch, row.seq, row.s_hash.hex()) for row in rows[:1000])
        queue_control(node, work, peer, "channel.closed", ClosedBody(items), now)
        work.outbox.closed_sent([row.eid for row in rows[:1000]])


def _hello(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """A peer restored from backup: release again what it has lost."""
    assert isinstance(body, HelloBody)
    received = {item.epoch: item.seq for item in body.received}
    if body.reason == "restore":
        log.warning("peer_restored", peer=peer)
        work.tasks.add("peer_restored", now, peer=peer)
        _all_again(node, work, peer, work.outbox.after(peer, received), now)
        work.after_commit(lambda: node.wake(peer))


def _heads(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """The peer's daily heads: one that goes back is an alarm, a tail that we lack is a gap."""
    assert isinstance(body, HeadsBody)
    before = work.peers.get(peer).heads
    if before is not None and _went_back(msgspec.json.decode(before, type=HeadsBody), body):
        log.error("peer_heads_went_back", peer=peer)
        work.tasks.add("peer_heads_went_back", now, peer=peer)
        work.audit.append(now, "node", "peer_heads_went_back", peer, outcome="alarm")
        return
    work.peers.put_heads(peer, msgspec.json.encode(body))
    head = work.channels.in_head(peer, body.sent_epoch)
    if body.sent_seq > head.seq:
        work.channels.flag_gap(peer, body.sent_epoch, head.seq + 1, body.sent_seq, now)
    if body.received_epoch == node.epoch:
        _receipts_cut(node, work, peer, body, now)


def _receipts_cut(node: Node, work: Work, peer: str, body: HeadsBody, now: int) -> None:
    """We hold a receipt for a statement the peer no longer knows: its tail was cut off."""
    rows = work.outbox.at_seq(peer, node.epoch, body.received_seq + 1, 2**53 - 1)
    if any(row.state == "receipted" and (row.receipted_at or now) < now - 86_400 for row in rows):
        log.error("peer_lost_receipted_letters", peer=peer)
        work.tasks.add("peer_lost_receipted_letters", now, peer=peer)


def _went_back(before: HeadsBody, new: HeadsBody) -> bool:
    same_sent = before.sent_epoch == new.sent_epoch
    same_receipts = before.receipt_epoch == new.receipt_epoch
    shrunk = new.audit_size < before.audit_size
    rewritten = new.audit_size == before.audit_size and new.audit_root != before.audit_root
    return (same_sent and (new.sent_seq < before.sent_seq or shrunk or rewritten)) or (
        same_receipts and new.receipt_index < before.receipt_index
    )


def _resend(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """The peer lacks statements: the same bytes again, a re-seal, or word that they were given up."""
    assert isinstance(body, ResendBody)
    rows = work.outbox.at_seq(peer, body.epoch, body.from_seq, min(body.to_seq, body.from_seq + 1000))
    _all_again(node, work, peer, rows, now)
    work.after_commit(lambda: node.wake(peer))


def _all_again(node: Node, work: Work, peer: str, rows: list[EnvelopeRow], now: int) -> None:
    for row in rows:
        if row.state == "out":
            work.outbox.reset_backoff(peer, now)
        elif row.state == "receipted":
            work.outbox.reissue(row, now, wanted=not went_to_lost_node(work, row))  # its threads are lost there
        else:
            work.outbox.reopen_closed(row.eid)
    close_given_up(node, work, peer, now)


def _closed(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """Statements that will never come; one that we have stays."""
    assert isinstance(body, ClosedBody)
    for item in body.items:
        work.channels.close_gap(peer, item.epoch, item.seq, now)


def _opened(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """A person there opened our letter."""
    assert isinstance(body, OpenedBody)
    row = work.letters.get(peer, "out", body.letter_id)
    if row is None:
        return  # no letter of ours to this country
    work.letters.opened_by_peer(peer, body.letter_id, min(body.opened_at, now))
    work.deadlines.meet(peer, row.thread_id, body.letter_id, "opened")
    opened_there(node, work, peer, body.letter_id, now)


def _refused(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """A letter of ours that waited for its turn was refused when the turn came."""
    assert isinstance(body, RefusedBody)
    undo_refused(node, work, peer, body.letter_id, body.reason, now)


def _notice(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """What a peer saw of a country's keys or membership: for the operator to look at, nothing is changed by it."""
    assert isinstance(body, NoticeBody)
    work.tasks.add(f"notice_{body.what}", now, peer=peer)


def _published(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """A peer's directory entry: the signature says whose it is."""
    assert isinstance(body, DirectoryBody)
    entry_published(node, work, peer, body, now)


def _challenged(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """A peer found our entry wrong."""
    assert isinstance(body, ChallengeBody)
    entry_challenged(node, work, peer, body, now)


def _drill_answered(node: Node, work: Work, peer: str, body: ControlBody, now: int) -> None:
    """Somebody there answered a drill of ours."""
    assert isinstance(body, DrillAnswerBody)
    drill_answered(node, work, peer, body, now)


_HANDLERS: dict[type, Callable[[Node, Work, str, ControlBody, int], None]] = {
    HelloBody: _hello,
    HeadsBody: _heads,
    ResendBody: _resend,
    ClosedBody: _closed,
    OpenedBody: _opened,
    RefusedBody: _refused,
    NoticeBody: _notice,
    DrillAnswerBody: _drill_answered,
    DirectoryBody: _published,
    ChallengeBody: _challenged,
}
