"""The audit: who did what to which thing, when, under which rule, and how it ended.

Each row is chained to the one before by SHA-256. No personal data, ever: an actor is an opaque user id or `node`, a
thing is an opaque random id. An edited, removed or inserted row breaks the chain; rows cut from the end show against a
head that was noted elsewhere (the key file, `channel.heads` at a peer).
"""

import hashlib
import sqlite3
from collections.abc import Iterable

import msgspec

from node.store.tables import BEYOND

NODE = "node"
EMPTY = (0, bytes(32))
_LABEL = b"trm/audit/v1\0"
_COLUMNS = "seq, at, actor, act, ref, rule, outcome, prev_hash, hash"


class AuditRow(msgspec.Struct, frozen=True):
    """One line of the audit; `rule` is "" where none decided, `ref` is "" where there is no thing."""

    seq: int
    at: int
    actor: str
    act: str
    ref: str
    rule: str
    outcome: str
    prev_hash: bytes
    hash: bytes


class Audit:
    """Rows are added at the end and never changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection
        self._head: tuple[int, bytes] | None = None  # what this transaction appended last; undone, it is gone with it

    def append(self, at: int, actor: str, act: str, ref: str = "", *, rule: str = "", outcome: str = "done") -> int:
        """Add a line to the transaction of what it tells about; returns its number, from 1 without holes."""
        size, before = self._head or self.head()
        seq = size + 1
        digest = _digest(seq, at, actor, act, ref, rule, outcome, before)
        self._c.execute(
            f"insert into audit ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?)",
            (seq, at, actor, act, ref, rule, outcome, before, digest),
        )
        self._head = seq, digest
        return seq

    def head(self) -> tuple[int, bytes]:
        """Number of lines and hash of the last; (0, 32 zero bytes) when there are none."""
        row = self._c.execute(
            "select seq, hash from audit where seq<=? order by seq desc limit 1", (BEYOND,)
        ).fetchone()
        return (row[0], row[1]) if row else EMPTY

    def verify(self, heads: Iterable[tuple[int, bytes]] = ()) -> int | None:
        """Number of the first line that is wrong or missing, None if all is well. Reads the whole audit.

        `heads` are (size, hash) noted earlier: each must still be there.
        """
        noted = dict(heads)
        size, before = EMPTY
        for row in self._c.execute(f"select {_COLUMNS} from audit order by seq"):
            size += 1
            line = AuditRow(*row)
            digest = _digest(size, line.at, line.actor, line.act, line.ref, line.rule, line.outcome, before)
            if (line.seq, line.prev_hash, line.hash) != (size, before, digest) or noted.pop(size, digest) != digest:
                return size
            before = digest
        noted.pop(0, None)
        return size + 1 if noted else None

    def count_newest(self, act: str, outcome: str, since: int, within: int) -> int:
        """How many of the newest `within` lines tell of this act with this outcome since then."""
        (count,) = self._c.execute(
            "select count(*) from audit where seq>? and act=? and outcome=? and at>=?",
            (self.head()[0] - within, act, outcome, since),
        ).fetchone()
        return int(count)

    def lines_of(self, act: str, before: int | None, within: int, limit: int) -> tuple[list[AuditRow], int | None]:
        """Lines of one act, newest first, among `within` lines below `before`; where to go on, or None."""
        end = self.head()[0] + 1 if before is None else before
        start = max(0, end - within)
        found = self._c.execute(
            f"select {_COLUMNS} from audit where seq<? and seq>=? and act=? order by seq desc limit ?",
            (end, start, act, limit),
        ).fetchall()
        rows = [AuditRow(*row) for row in found]
        on = rows[-1].seq if len(rows) == limit else start
        return rows, on if on > 1 else None

    def last_of(self, act: str, outcome: str, within: int) -> dict[str, int]:
        """When each actor last did this, among the newest `within` lines."""
        rows = self._c.execute(
            "select actor, max(at) from audit where seq>? and act=? and outcome=? group by actor",
            (self.head()[0] - within, act, outcome),
        )
        return dict(rows.fetchall())

    def of_actor(self, actor: str, since: int, until: int, within: tuple[int, int]) -> list[AuditRow]:
        """What this actor did in this time, among the lines between these numbers."""
        rows = self._c.execute(
            f"select {_COLUMNS} from audit where seq>? and seq<? and at>=? and at<? and actor=?",
            (*within, since, until, actor),
        )
        return [AuditRow(*row) for row in rows]

    def lines(self, *, ref: str | None = None, before: int | None = None, limit: int = 100) -> list[AuditRow]:
        """The newest lines first, of one thing or of all, with numbers below `before`."""
        about = "seq<?2" if ref is None else "ref=?1 and seq<?2"  # either is a way down an index
        rows = self._c.execute(
            f"select {_COLUMNS} from audit where {about} order by seq desc limit ?3",
            (ref, BEYOND if before is None else before, limit),
        )
        return [AuditRow(*row) for row in rows]


def _digest(seq: int, at: int, actor: str, act: str, ref: str, rule: str, outcome: str, before: bytes) -> bytes:
    """SHA-256 of label || hash of the line before || JSON array of the line (UTF-8, no blanks)."""
    return hashlib.sha256(_LABEL + before + msgspec.json.encode((seq, at, actor, act, ref, rule, outcome))).digest()
