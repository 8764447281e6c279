"""Notes of colleagues on a case, sealed; a row goes with what is in it. Source: interface C6; at-rest, office vault."""

import sqlite3

import msgspec


class CaseNoteRow(msgspec.Struct, frozen=True):
    """One note; `dek` is its key under the office's key and then under the key of its case."""

    note_id: str
    case_id: str
    dek: bytes
    sealed: bytes
    at: int
    by: str


_NOTE = "note_id, case_id, dek, sealed, at, by"


class CaseNotes:
    """Notes by case."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, row: CaseNoteRow) -> None:
        """Keep one."""
        self._c.execute(f"insert into case_note ({_NOTE}) values (?,?,?,?,?,?)", msgspec.structs.astuple(row))

    def of_case(self, case_id: str, limit: int) -> list[CaseNoteRow]:
        """The notes of a case, newest first."""
        rows = self._c.execute(
            f"select {_NOTE} from case_note where case_id=? order by at desc limit ?", (case_id, limit)
        )
        return [CaseNoteRow(*row) for row in rows]

    def keys_of(self, case_id: str) -> list[tuple[str, bytes]]:
        """(note, key) of every note of a case."""
        return self._c.execute("select note_id, dek from case_note where case_id=?", (case_id,)).fetchall()

    def put_key(self, note_id: str, dek: bytes) -> None:
        """The same key under another key of its case."""
        self._c.execute("update case_note set dek=? where note_id=?", (dek, note_id))

    def forget_case(self, case_id: str) -> None:
        """Every note of a case goes."""
        self._c.execute("delete from case_note where case_id=?", (case_id,))
