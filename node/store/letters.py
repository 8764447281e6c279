"""Letters that were committed, both ways, and envelopes parked until their sender's key is known.

`sealed` is the payload under the case's control key; erasing a person empties it together with salt and boxes,
while the statement, signature and receipt stay as evidence. Source: wire 3, 11.
"""

import sqlite3

import msgspec


class LetterRow(msgspec.Struct, frozen=True):
    """One committed letter; `direction` is `in` or `out`; `held_code` says why it waits for a person, if it does."""

    peer: str
    direction: str
    letter_id: str
    thread_id: str | None
    case_id: str | None
    eid: bytes | None
    sealed: bytes | None
    at: int
    opened_at: int | None = None
    retention_until: int | None = None
    held_code: str | None = None
    s: bytes | None = None
    sig: bytes | None = None
    salt: bytes | None = None
    receipt: bytes | None = None


_COLUMNS = (
    "peer, direction, letter_id, thread_id, case_id, eid, sealed, at, opened_at, retention_until, held_code,"
    " s, sig, salt, receipt"
)

_OF_CASE = ", ".join(f"l.{one.strip()}" for one in _COLUMNS.split(","))
_LINE = "peer, direction, letter_id, thread_id, case_id, null, sealed, at, opened_at, null, held_code"


class Letters:
    """The committed letters of every thread, and the park."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, row: LetterRow) -> None:
        """Commit a letter."""
        self._c.execute(
            f"insert into letter ({_COLUMNS}, erase_at) values (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
            " case ?2 when 'in' then ?10 end)",  # what arrived never stays longer than its sender's word (R25)
            (
                row.peer,
                row.direction,
                row.letter_id,
                row.thread_id,
                row.case_id,
                row.eid,
                row.sealed,
                row.at,
                row.opened_at,
                row.retention_until,
                row.held_code,
                row.s,
                row.sig,
                row.salt,
                row.receipt,
            ),
        )

    def get(self, peer: str, direction: str, letter_id: str) -> LetterRow | None:
        """One letter by peer, direction and id."""
        row = self._c.execute(
            f"select {_COLUMNS} from letter where peer=? and direction=? and letter_id=?", (peer, direction, letter_id)
        ).fetchone()
        return LetterRow(*row) if row else None

    def find(self, letter_id: str) -> LetterRow | None:
        """One letter by its id alone, for the people of this node."""
        row = self._c.execute(f"select {_COLUMNS} from letter where letter_id=? limit 1", (letter_id,)).fetchone()
        return LetterRow(*row) if row else None

    def of_thread(self, peer: str, thread_id: str) -> list[LetterRow]:
        """All letters of a thread, oldest first."""
        rows = self._c.execute(
            f"select {_COLUMNS} from letter where peer=? and thread_id=? order by at, letter_id", (peer, thread_id)
        )
        return [LetterRow(*row) for row in rows]

    def lines_of_thread(self, peer: str, thread_id: str) -> list[LetterRow]:
        """The same without statements, signatures and receipts: what a list of the letters shows."""
        rows = self._c.execute(
            f"select {_LINE} from letter where peer=? and thread_id=? order by at, letter_id", (peer, thread_id)
        )
        return [LetterRow(*row) for row in rows]

    def received(self, peer: str, thread_id: str) -> dict[str, int]:
        """When each letter of a thread that was receipted was: the first time, by letter."""
        return dict(
            self._c.execute(
                "select o.letter_id, min(e.receipted_at) from outbox o join envelope e on e.letter_id=o.letter_id"
                " where o.peer=? and o.thread_id=? and e.receipted_at is not null group by o.letter_id",
                (peer, thread_id),
            ).fetchall()
        )

    def of_case(self, case_id: str) -> list[LetterRow]:
        """All letters of a case, oldest first."""
        rows = self._c.execute(
            f"select {_OF_CASE} from thread t cross join letter l on l.peer=t.peer and l.thread_id=t.thread_id"
            " where t.case_id=? order by l.at",
            (case_id,),
        )
        return [LetterRow(*row) for row in rows]

    def opened(self, peer: str, letter_id: str, at: int) -> bool:
        """A person opened an incoming letter; True the first time."""
        done = self._c.execute(
            "update letter set opened_at=? where peer=? and direction='in' and letter_id=? and opened_at is null",
            (at, peer, letter_id),
        )
        return done.rowcount > 0

    def opened_by_peer(self, peer: str, letter_id: str, at: int) -> None:
        """The other side's person opened our letter."""
        self._c.execute(
            "update letter set opened_at=? where peer=? and direction='out' and letter_id=? and opened_at is null",
            (at, peer, letter_id),
        )

    def held(self, peer: str, letter_id: str, code: str | None) -> None:
        """Mark (or free) an incoming letter that waits for a person."""
        self._c.execute(
            "update letter set held_code=? where peer=? and direction='in' and letter_id=?", (code, peer, letter_id)
        )

    def drop(self, peer: str, letter_id: str) -> None:
        """Take out a letter that was kept without effect, to let it arrive again."""
        self._c.execute("delete from letter where peer=? and direction='in' and letter_id=?", (peer, letter_id))

    def all_held(self, peer: str | None = None) -> list[LetterRow]:
        """Incoming letters held without effect, oldest first."""
        rows = self._c.execute(
            f"select {_COLUMNS} from letter where direction='in' and (held_code is not null)=1"
            " and (?1 is null or peer=?1) order by at",
            (peer,),
        )
        return [LetterRow(*row) for row in rows]

    def unopened(self) -> list[tuple[str, str, str | None, str | None, int]]:
        """(peer, letter id, thread id, case id, at) of every incoming letter nobody opened, oldest first."""
        rows = self._c.execute(
            "select peer, letter_id, thread_id, case_id, at from letter where direction='in' and thread_id is not null"
            " and opened_at is null order by at"
        )
        return rows.fetchall()

    def oldest_unopened_at(self) -> int | None:
        """When the oldest of them arrived."""
        row = self._c.execute(
            "select min(at) from letter where direction='in' and thread_id is not null and opened_at is null"
        ).fetchone()
        return None if row[0] is None else int(row[0])

    def keep_answer(self, peer: str, letter_id: str, receipt: bytes) -> None:
        """Keep the receipt we gave for a received letter, before the salt that opens its slot goes."""
        self._c.execute(
            "update letter set receipt=? where peer=? and direction='in' and letter_id=?", (receipt, peer, letter_id)
        )

    def erase(self, peer: str, direction: str, letter_id: str, *, on_the_way: bool = False) -> None:
        """Destroy payload and salt; statement, signature and receipt stay (wire 11).

        `on_the_way`: the sealed bytes of an envelope without a receipt stay until it comes; only for a stop, which says
        nothing of a person.
        """
        self._c.execute(
            "update letter set sealed=null, salt=null where peer=? and direction=? and letter_id=?",
            (peer, direction, letter_id),
        )
        if direction == "out":
            self._c.execute("update outbox set sealed=null where letter_id=?", (letter_id,))
            kept = "and state<>'out'" if on_the_way else ""
            self._c.execute(f"update envelope set bytes=null, salt=null where letter_id=? {kept}", (letter_id,))

    def replace_payload(self, peer: str, direction: str, letter_id: str, sealed: bytes) -> None:
        """Keep a letter with less in it than it came with; its salt goes, because nothing matches the commitment any
        more.
        """
        self._c.execute(
            "update letter set sealed=?, salt=null where peer=? and direction=? and letter_id=?",
            (sealed, peer, direction, letter_id),
        )

    def park(self, envelope_hash: bytes, data: bytes, at: int, limit: int) -> bool:
        """Keep bytes whose sender key is not known yet; False when the quota is used up or they are parked already."""
        (count,) = self._c.execute("select count(*) from parked").fetchone()
        if count >= limit:
            return False
        done = self._c.execute(
            "insert or ignore into parked (envelope_hash, bytes, at, tries) values (?,?,?,0)", (envelope_hash, data, at)
        )
        return done.rowcount > 0

    def parked(self, limit: int) -> list[tuple[bytes, bytes, int]]:
        """(hash, bytes, tries) of parked envelopes: those tried least often first, then the oldest."""
        return self._c.execute(
            "select envelope_hash, bytes, tries from parked order by tries, at limit ?", (limit,)
        ).fetchall()

    def still_parked(self, envelope_hashes: list[bytes]) -> None:
        """They were tried again, and their sender's key is still unknown."""
        self._c.executemany(
            "update parked set tries=tries+1 where envelope_hash=?", [(digest,) for digest in envelope_hashes]
        )

    def unpark(self, envelope_hash: bytes) -> None:
        """The parked bytes were judged, or are too old."""
        self._c.execute("delete from parked where envelope_hash=?", (envelope_hash,))

    def forget_parked(self, before: int) -> int:
        """Drop parked bytes older than `before`."""
        return self._c.execute("delete from parked where at<?", (before,)).rowcount
