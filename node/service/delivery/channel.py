"""Keeping a channel whole: every statement continues the one before, and a missing one is asked for.

A gap is accepted, flagged and asked for; a chain that contradicts itself is an alarm. Source: wire 1, 3; attack 23.
"""

from node.crypto.envelope import Opened
from node.log import get
from node.service.context import Node
from node.store.channels import Head
from node.store.work import Work

log = get()


def note_statement(node: Node, work: Work, one: Opened) -> None:
    """Advance what we know of the sender's channel by one statement; any authenticated word resets our back-off."""
    s, now = one.statement, node.now()
    head = work.channels.in_head(s.sender, s.epoch)
    if s.seq == head.seq + 1:
        if s.prev != head.hash:
            _broken(work, s.sender, s.seq, now)
        work.channels.put_in(s.sender, Head(s.epoch, s.seq, one.s_hash))
    elif s.seq > head.seq + 1:
        log.warning("channel_gap", peer=s.sender, missing=s.seq - head.seq - 1)
        work.channels.flag_gap(s.sender, s.epoch, head.seq + 1, s.seq - 1, now)
        work.channels.put_in(s.sender, Head(s.epoch, s.seq, one.s_hash))
    elif not work.channels.fill_gap(s.sender, s.epoch, s.seq):
        _broken(work, s.sender, s.seq, now)
    _heard_from(node, work, s.sender, now)


def _heard_from(node: Node, work: Work, peer: str, now: int) -> None:
    contact = work.peers.get(peer)
    if contact.tries or contact.next_try_at or contact.last_contact_at != now:
        work.peers.contact(peer, now)
    if contact.tries:
        work.outbox.reset_backoff(peer, now)
        work.after_commit(lambda: node.wake(peer))


def _broken(work: Work, peer: str, seq: int, now: int) -> None:
    log.error("channel_chain_broken", peer=peer, seq=seq)
    work.tasks.add("channel_chain_broken", now, peer=peer)
    work.audit.append(now, "node", "channel_chain_broken", peer, outcome="alarm")
