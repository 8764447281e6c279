"""Who interpreted and who witnessed a consent, sealed; a row goes with its consent. Source: at-rest, office vault."""

import sqlite3

import msgspec


class ConsentTalkRow(msgspec.Struct, frozen=True):
    """What one consent keeps; `dek` is its key under the office's key and then under the key of its case."""

    consent_id: str
    case_id: str
    dek: bytes
    sealed: bytes


_TALK = "consent_id, case_id, dek, sealed"


class ConsentTalks:
    """One row for each consent that names somebody."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, row: ConsentTalkRow) -> None:
        """Keep one."""
        self._c.execute(f"insert into consent_talk ({_TALK}) values (?,?,?,?)", msgspec.structs.astuple(row))

    def get(self, case_id: str, consent_id: str) -> ConsentTalkRow | None:
        """What a consent of a case keeps, or None."""
        row = self._c.execute(
            f"select {_TALK} from consent_talk where consent_id=? and case_id=?", (consent_id, case_id)
        ).fetchone()
        return ConsentTalkRow(*row) if row else None

    def keys_of(self, case_id: str) -> list[tuple[str, bytes]]:
        """(consent, key) of every row of a case."""
        return self._c.execute("select consent_id, dek from consent_talk where case_id=?", (case_id,)).fetchall()

    def put_key(self, consent_id: str, dek: bytes) -> None:
        """The same key under another key of its case."""
        self._c.execute("update consent_talk set dek=? where consent_id=?", (dek, consent_id))

    def forget_consents(self, case_id: str, ids: list[str]) -> None:
        """The rows of these consents go."""
        self._c.executemany(
            "delete from consent_talk where case_id=? and consent_id=?", [(case_id, one) for one in ids]
        )
