"""The ledger: every envelope that was ever answered with a signed receipt, for ever.

It is what makes delivery exactly-once: the same bytes get the same receipt again a year later, the same id with
other bytes is a conflict. Cover rows may go after 30 days. Source: wire 3 rows 0, 7, 12; pitfalls P6-P8.
"""

import sqlite3

import msgspec


class LedgerRow(msgspec.Struct, frozen=True):
    """What was answered to one envelope; `slot` is the 4096-byte answer exactly as it left."""

    envelope_hash: bytes
    sender: str
    eid: bytes
    letter_id: str | None
    letter_class: int
    s_hash: bytes
    status: int
    reason: int
    slot: bytes
    at: int


_COLUMNS = "envelope_hash, sender, eid, letter_id, class, s_hash, status, reason, slot, at"
FIRST = (1, 3)  # statuses that committed or refused a letter id


class Ledger:
    """Rows are added once and never changed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection
        # What this transaction judged and did not sign yet, by the three names it is asked for with.
        self._judged: dict[bytes, LedgerRow] = {}
        self._by_eid: dict[tuple[str, bytes], LedgerRow] = {}
        self._by_letter: dict[tuple[str, str], LedgerRow] = {}

    def judged(self, row: LedgerRow) -> None:
        """What an envelope of this transaction will be answered with: found from now on, kept by `answered`."""
        self._judged[row.envelope_hash] = row
        self._by_eid.setdefault((row.sender, row.eid), row)
        if row.letter_id is not None and row.status in FIRST:
            self._by_letter.setdefault((row.sender, row.letter_id), row)

    def answered(self, envelope_hash: bytes, slot: bytes) -> None:
        """Keep for ever what was judged, with its signed answer."""
        row = msgspec.structs.replace(self._judged.pop(envelope_hash), slot=slot)
        self._c.execute(f"insert into ledger ({_COLUMNS}) values (?,?,?,?,?,?,?,?,?,?)", msgspec.structs.astuple(row))

    def slot(self, envelope_hash: bytes) -> bytes | None:
        """The stored answer to exactly these bytes (row 0)."""
        row = self._c.execute("select slot from ledger where envelope_hash=?", (envelope_hash,)).fetchone()
        return row[0] if row else None

    def slots(self, hashes: list[bytes]) -> dict[bytes, bytes]:
        """The stored answers to those of the given envelopes that are known."""
        marks = ",".join("?" * len(hashes))
        rows = self._c.execute(f"select envelope_hash, slot from ledger where envelope_hash in ({marks})", hashes)
        return dict(rows.fetchall())

    def by_eid(self, sender: str, eid: bytes) -> LedgerRow | None:
        """The row of a sender's envelope id (row 7); a conflict that came later does not hide the first."""
        return self._one("sender=? and eid=? order by status=7, at", (sender, eid)) or self._by_eid.get((sender, eid))

    def by_letter(self, sender: str, letter_id: str) -> LedgerRow | None:
        """The row that first committed or refused a letter id (row 12)."""
        found = self._one("sender=? and letter_id=? and status in (1,3) order by at", (sender, letter_id))
        return found or self._by_letter.get((sender, letter_id))

    def forget_cover(self, before: int) -> int:
        """Drop cover rows older than `before`; everything else stays for ever."""
        return self._c.execute("delete from ledger where class=0 and at<?", (before,)).rowcount

    def _one(self, where: str, values: tuple[object, ...]) -> LedgerRow | None:
        row = self._c.execute(f"select {_COLUMNS} from ledger where {where} limit 1", values).fetchone()
        return LedgerRow(*row) if row else None
