"""Texts that are read to a person before she consents: proposed by one person, published by another, never changed.

They say nothing of anybody, so they stand in plain words.
"""

import sqlite3

import msgspec


class TextRow(msgspec.Struct, frozen=True):
    """One version of the text in a language, for an adult, a child or a guardian; `points` is a JSON list."""

    id: int
    language: str
    variant: str
    version: int
    points: bytes
    proposed_by: str
    proposed_at: int
    published_by: str | None = None
    published_at: int | None = None


_TEXT = "id, language, variant, version, points, proposed_by, proposed_at, published_by, published_at"


class Texts:
    """Versions by language and variant."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def propose(self, language: str, variant: str, points: bytes, by: str, at: int) -> TextRow:
        """The next version of a text, which counts for nothing before it is published."""
        query = "select coalesce(max(version), 0) + 1 from consent_text where language=? and variant=?"
        version = int(self._c.execute(query, (language, variant)).fetchone()[0])
        made = self._c.execute(
            "insert into consent_text (language, variant, version, points, proposed_by, proposed_at)"
            " values (?,?,?,?,?,?) returning id",
            (language, variant, version, points, by, at),
        ).fetchone()
        return TextRow(int(made[0]), language, variant, version, points, by, at)

    def publish(self, text_id: int, by: str, at: int) -> bool:
        """True where it was not published before."""
        query = "update consent_text set published_by=?, published_at=? where id=? and published_at is null"
        return self._c.execute(query, (by, at, text_id)).rowcount == 1

    def get(self, text_id: int) -> TextRow | None:
        """One version."""
        row = self._c.execute(f"select {_TEXT} from consent_text where id=?", (text_id,)).fetchone()
        return TextRow(*row) if row else None

    def published(self, language: str, variant: str) -> TextRow | None:
        """The version in force: the last that was published."""
        row = self._c.execute(
            f"select {_TEXT} from consent_text where language=? and variant=? and published_at is not null"
            " order by version desc limit 1",
            (language, variant),
        ).fetchone()
        return TextRow(*row) if row else None

    def all(self) -> list[TextRow]:
        """Every version, the newest of each text first."""
        rows = self._c.execute(f"select {_TEXT} from consent_text order by language, variant, version desc")
        return [TextRow(*row) for row in rows]
