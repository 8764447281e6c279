"""Channel heads and receipt chains: where each side of a channel stands.

One row a peer, direction and epoch. A head only ever moves forward; `advance_out` is the compare-and-set of a release.
Source: wire 1 and 4.
"""

import sqlite3

import msgspec

ZERO_HASH = bytes(32)


class Head(msgspec.Struct, frozen=True):
    """The newest place on a channel or receipt chain: epoch, number (0 = none yet) and 32-byte hash."""

    epoch: int
    seq: int
    hash: bytes


class ChannelMoved(Exception):
    """Somebody else released on this channel since the head was read."""


class Channels:
    """Heads of the statements we release (`out`) and of those we received (`in`), gaps, and the receipt chains of
    both.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def out_head(self, peer: str, epoch: int) -> Head:
        """Our head towards `peer` on our channel epoch; zeros when nothing was released yet."""
        return self._head("channel", "seq", peer, "out", epoch)

    def in_head(self, peer: str, epoch: int) -> Head:
        """The newest statement received from `peer` on that epoch of theirs."""
        return self._head("channel", "seq", peer, "in", epoch)

    def receipt_out_head(self, peer: str, epoch: int) -> Head:
        """The newest receipt we gave to `peer`."""
        return self._head("receipt_chain", "idx", peer, "out", epoch)

    def receipt_in_head(self, peer: str, epoch: int) -> Head:
        """The newest receipt `peer` gave to us."""
        return self._head("receipt_chain", "idx", peer, "in", epoch)

    def advance_out(self, peer: str, was: Head, seq: int, hash: bytes) -> None:
        """Move our head from `was` to `seq`; raises ChannelMoved when it is no longer there."""
        moved = self._c.execute(
            "update channel set seq=?, hash=? where peer=? and direction='out' and epoch=? and seq=? and hash=?",
            (seq, hash, peer, was.epoch, was.seq, was.hash),
        )
        if moved.rowcount:
            return
        if was.seq or self.out_head(peer, was.epoch) != was:
            raise ChannelMoved(f"the channel to {peer} moved while letters were being released")
        self._put("channel", "seq", peer, "out", Head(was.epoch, seq, hash))

    def put_in(self, peer: str, head: Head) -> None:
        """Remember the newest statement received."""
        self._put("channel", "seq", peer, "in", head)

    def put_receipt_out(self, peer: str, head: Head) -> None:
        """Remember the newest receipt given."""
        self._put("receipt_chain", "idx", peer, "out", head)

    def put_receipt_in(self, peer: str, head: Head) -> None:
        """Remember the newest receipt got."""
        self._put("receipt_chain", "idx", peer, "in", head)

    def newest_in(self, peer: str) -> Head | None:
        """The head of the peer's epoch we heard last, or None."""
        return self._newest("channel", "seq", peer)

    def newest_receipt_in(self, peer: str) -> Head | None:
        """The receipt head of the peer's epoch we heard last, or None."""
        return self._newest("receipt_chain", "idx", peer)

    def in_heads(self, peer: str) -> list[Head]:
        """The heads of every epoch received from `peer`, for `channel.hello`."""
        rows = self._c.execute(
            "select epoch, seq, hash from channel where peer=? and direction='in' order by epoch", (peer,)
        )
        return [Head(*row) for row in rows]

    def flag_gap(self, peer: str, epoch: int, first: int, last: int, at: int, limit: int = 1000) -> None:
        """Note that statements `first`..`last` were not seen; at most `limit` of them, the newest."""
        rows = [(peer, epoch, seq, at) for seq in range(max(first, last - limit + 1), last + 1)]
        self._c.executemany("insert or ignore into channel_gap (peer, epoch, seq, flagged_at) values (?,?,?,?)", rows)

    def fill_gap(self, peer: str, epoch: int, seq: int) -> bool:
        """A missing statement came; True when it was flagged."""
        done = self._c.execute("delete from channel_gap where peer=? and epoch=? and seq=?", (peer, epoch, seq))
        return done.rowcount > 0

    def close_gap(self, peer: str, epoch: int, seq: int, at: int) -> None:
        """The sender gave this statement up: it is missed no longer, and is no alarm should it come after all."""
        self._c.execute(
            "insert into channel_gap (peer, epoch, seq, flagged_at, closed_at) values (?1,?2,?3,?4,?4)"
            " on conflict (peer, epoch, seq) do update set closed_at=coalesce(closed_at, excluded.closed_at)",
            (peer, epoch, seq, at),
        )

    def gaps(self, peer: str | None = None) -> list[tuple[str, int, int, int, int | None]]:
        """(peer, epoch, seq, flagged_at, asked_at) of every statement still missing, oldest first."""
        rows = self._c.execute(
            "select peer, epoch, seq, flagged_at, asked_at from channel_gap"
            " where closed_at is null and (?1 is null or peer=?1) order by peer, epoch, seq",
            (peer,),
        )
        return rows.fetchall()

    def gap_asked(self, peer: str, epoch: int, first: int, last: int, at: int) -> None:
        """Remember that a run of missing statements was asked for."""
        self._c.execute(
            "update channel_gap set asked_at=? where peer=? and epoch=? and seq between ? and ?",
            (at, peer, epoch, first, last),
        )

    def _head(self, table: str, number: str, peer: str, direction: str, epoch: int) -> Head:
        row = self._c.execute(
            f"select epoch, {number}, hash from {table} where peer=? and direction=? and epoch=?",
            (peer, direction, epoch),
        ).fetchone()
        return Head(*row) if row else Head(epoch, 0, ZERO_HASH)

    def _put(self, table: str, number: str, peer: str, direction: str, head: Head) -> None:
        known = self._c.execute(
            f"update {table} set {number}=?, hash=? where peer=? and direction=? and epoch=?",
            (head.seq, head.hash, peer, direction, head.epoch),
        )
        if known.rowcount:
            return
        self._c.execute(f"update {table} set current=0 where peer=? and direction=?", (peer, direction))
        self._c.execute(
            f"insert into {table} (peer, direction, epoch, {number}, hash, current) values (?,?,?,?,?,1)",
            (peer, direction, head.epoch, head.seq, head.hash),
        )

    def _newest(self, table: str, number: str, peer: str) -> Head | None:
        row = self._c.execute(
            f"select epoch, {number}, hash from {table} where peer=? and direction='in' and current=1", (peer,)
        ).fetchone()
        return Head(*row) if row else None
