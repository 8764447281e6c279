"""Who wishes a mail when something new waits. The address is sealed. Source: issue 4, live without noise."""

import sqlite3

import msgspec


class MailWishRow(msgspec.Struct, frozen=True):
    """One person's wish; `told_at` is when the last mail left, None before the first."""

    user_id: str
    sealed: bytes
    told_at: int | None


_WISH = "w.user_id, w.sealed, w.told_at"


class MailWishes:
    """At most one wish a person."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def put(self, user_id: str, sealed: bytes) -> None:
        """Keep a wish, or another address for it."""
        self._c.execute(
            "insert into mail_wish (user_id, sealed) values (?,?)"
            " on conflict (user_id) do update set sealed=excluded.sealed",
            (user_id, sealed),
        )

    def drop(self, user_id: str) -> bool:
        """No more mail; False when there was no wish."""
        return self._c.execute("delete from mail_wish where user_id=?", (user_id,)).rowcount == 1

    def get(self, user_id: str) -> MailWishRow | None:
        """This person's wish."""
        row = self._c.execute(f"select {_WISH} from mail_wish w where user_id=?", (user_id,)).fetchone()
        return MailWishRow(*row) if row else None

    def all(self) -> list[MailWishRow]:
        """The wishes of everybody who may still sign in."""
        who = "join user u using (user_id) where u.disabled_at is null"
        rows = self._c.execute(f"select {_WISH} from mail_wish w {who} order by w.user_id")
        return [MailWishRow(*row) for row in rows]

    def told(self, user_id: str, at: int) -> None:
        """A mail left."""
        self._c.execute("update mail_wish set told_at=? where user_id=?", (at, user_id))
