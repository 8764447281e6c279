"""Scans of signed papers, sealed; a row goes with what is in it, none is kept empty.

No name, no kind and no word of a file stands in a plain column. Source: issue 4, uploads; at-rest, office vault.
"""

import sqlite3

import msgspec


class ScanRow(msgspec.Struct, frozen=True):
    """One scan; `dek` is its key under the office's key and then under the key of its case."""

    scan_id: str
    case_id: str
    consent_id: str
    dek: bytes
    sealed: bytes
    at: int
    by: str


class ScanLine(msgspec.Struct, frozen=True):
    """What a list of scans shows: never what is in one."""

    scan_id: str
    at: int
    by: str


_SCAN = "scan_id, case_id, consent_id, dek, sealed, at, by"


class Scans:
    """Scans by case and consent."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, row: ScanRow) -> None:
        """Keep one."""
        self._c.execute(f"insert into scan ({_SCAN}) values (?,?,?,?,?,?,?)", msgspec.structs.astuple(row))

    def get(self, case_id: str, consent_id: str, scan_id: str) -> ScanRow | None:
        """One scan of a consent of a case."""
        row = self._c.execute(
            f"select {_SCAN} from scan where scan_id=? and case_id=? and consent_id=?", (scan_id, case_id, consent_id)
        ).fetchone()
        return ScanRow(*row) if row else None

    def of_consent(self, case_id: str, consent_id: str) -> list[ScanLine]:
        """The scans of a consent, oldest first, without what is in them."""
        rows = self._c.execute(
            "select scan_id, at, by from scan where case_id=? and consent_id=? order by at", (case_id, consent_id)
        )
        return [ScanLine(*row) for row in rows]

    def keys_of(self, case_id: str) -> list[tuple[str, str, bytes]]:
        """(scan, consent, key) of every scan of a case."""
        return self._c.execute("select scan_id, consent_id, dek from scan where case_id=?", (case_id,)).fetchall()

    def put_key(self, scan_id: str, dek: bytes) -> None:
        """The same key under another key of its case."""
        self._c.execute("update scan set dek=? where scan_id=?", (dek, scan_id))

    def forget(self, scan_id: str) -> None:
        """One goes."""
        self._c.execute("delete from scan where scan_id=?", (scan_id,))

    def forget_consents(self, case_id: str, ids: list[str]) -> None:
        """The scans of these consents go."""
        self._c.executemany("delete from scan where case_id=? and consent_id=?", [(case_id, one) for one in ids])
