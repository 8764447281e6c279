"""Sign-ins of people and tokens of machines.

Only SHA-256 of a token is kept, so a copy of the database opens no door.
"""

import sqlite3
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One sign-in; it rests `idle_s` seconds after it was last seen and ends at `ends_at`, or when revoked.

    `locked_at`: somebody locked it, the password is needed; `hidden_at`: it shows nothing until one tap, for a while.
    """

    token_hash: bytes
    user_id: str
    created_at: int
    seen_at: int
    idle_s: int
    ends_at: int
    revoked_at: int | None = None
    locked_at: int | None = None
    hidden_at: int | None = None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One machine's token; `scopes` are code words, `sealed` its wrap of the office key, if a coordinator gave one."""

    token_id: str
    token_hash: bytes
    user_id: str
    scopes: tuple[str, ...]
    sealed: bytes | None
    created_at: int
    ends_at: int | None = None
    used_at: int | None = None
    revoked_at: int | None = None


_SESSION = "token_hash, user_id, created_at, seen_at, idle_s, ends_at, revoked_at, locked_at, hidden_at"
_TOKEN = "token_id, token_hash, user_id, scopes, sealed, created_at, ends_at, used_at, revoked_at"  # noqa: S105 - column names
_USER_IS_IN = "user_id in (select user_id from user where disabled_at is null)"
_LASTS = "revoked_at is null and ends_at>:now"
_ALIVE = _LASTS + " and seen_at+idle_s>:now and locked_at is null and hidden_at is null"


class Sessions:
    """Who is signed in, and which machines may come in."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def start(self, session: SessionRow) -> None:
        """Somebody signed in."""
        self._c.execute(f"insert into session ({_SESSION}) values (?,?,?,?,?,?,?,?,?)", astuple(session))

    def get(self, token_hash: bytes, now: int) -> SessionRow | None:
        """The sign-in of a token if it still holds at `now` and its user is not disabled."""
        row = self._c.execute(
            f"select {_SESSION} from session where token_hash=:hash and {_ALIVE} and {_USER_IS_IN}",
            {"hash": token_hash, "now": now},
        ).fetchone()
        return SessionRow(*row) if row else None

    def resting(self, token_hash: bytes, now: int) -> SessionRow | None:
        """A sign-in that is not over, whether it is locked, hidden or in use."""
        row = self._c.execute(
            f"select {_SESSION} from session where token_hash=:hash and {_LASTS} and {_USER_IS_IN}",
            {"hash": token_hash, "now": now},
        ).fetchone()
        return SessionRow(*row) if row else None

    def of_user(self, user_id: str, now: int) -> list[SessionRow]:
        """The sign-ins of a user that are not over, the one seen last first."""
        rows = self._c.execute(
            f"select {_SESSION} from session where user_id=:user and {_LASTS} order by seen_at desc, created_at desc",
            {"user": user_id, "now": now},
        )
        return [SessionRow(*row) for row in rows]

    def lock(self, token_hash: bytes, at: int) -> None:
        """It shows nothing until the password, or a passkey, is given again."""
        self._c.execute("update session set locked_at=?, hidden_at=null where token_hash=?", (at, token_hash))

    def hide(self, token_hash: bytes, at: int) -> None:
        """It shows nothing until one tap."""
        self._c.execute("update session set hidden_at=? where token_hash=? and locked_at is null", (at, token_hash))

    def unlock(self, token_hash: bytes, at: int) -> None:
        """The person is there again."""
        self._c.execute(
            "update session set locked_at=null, hidden_at=null, seen_at=max(seen_at, ?) where token_hash=?",
            (at, token_hash),
        )

    def seen(self, token_hash: bytes, now: int) -> None:
        """The person is still there; never goes back."""
        self._c.execute(
            "update session set seen_at=max(seen_at, ?) where token_hash=? and revoked_at is null", (now, token_hash)
        )

    def last_seen(self, user_id: str) -> int:
        """When this person was last there (UTC seconds), in any sign-in that is not forgotten yet; 0: never."""
        row = self._c.execute("select max(seen_at) from session where user_id=?", (user_id,)).fetchone()
        return row[0] or 0

    def end(self, token_hash: bytes, at: int) -> None:
        """Sign out."""
        self._c.execute("update session set revoked_at=? where token_hash=? and revoked_at is null", (at, token_hash))

    def end_all(self, user_id: str, at: int) -> None:
        """Sign a user out everywhere."""
        self._c.execute("update session set revoked_at=? where user_id=? and revoked_at is null", (at, user_id))

    def end_everybody(self, at: int) -> None:
        """Sign everybody out."""
        self._c.execute("update session set revoked_at=? where revoked_at is null", (at,))

    def alive(self, now: int) -> list[SessionRow]:
        """All sign-ins that hold at `now`, oldest first."""
        rows = self._c.execute(f"select {_SESSION} from session where {_ALIVE} order by created_at", {"now": now})
        return [SessionRow(*row) for row in rows]

    def forget(self, before: int) -> int:
        """Drop sign-ins that ended before `before`; returns how many."""
        dead = "delete from session where coalesce(revoked_at, ends_at) < ?"
        return self._c.execute(dead, (before,)).rowcount

    def add_token(self, token: TokenRow) -> None:
        """Let a machine in."""
        token_id, token_hash, user_id, scopes, *rest = astuple(token)
        values = (token_id, token_hash, user_id, " ".join(scopes), *rest)
        self._c.execute(f"insert into api_token ({_TOKEN}) values (?,?,?,?,?,?,?,?,?)", values)

    def token(self, token_hash: bytes, now: int) -> TokenRow | None:
        """A machine's token if it still holds at `now` and the user who made it is not disabled."""
        row = self._c.execute(
            f"select {_TOKEN} from api_token where token_hash=? and revoked_at is null"
            f" and (ends_at is null or ends_at>?) and {_USER_IS_IN}",
            (token_hash, now),
        ).fetchone()
        return _token(row) if row else None

    def tokens(self) -> list[TokenRow]:
        """All tokens ever made, newest first."""
        return [
            _token(row) for row in self._c.execute(f"select {_TOKEN} from api_token order by created_at desc, token_id")
        ]

    def token_used(self, token_id: str, at: int) -> None:
        """Note when a token was last used."""
        self._c.execute("update api_token set used_at=max(coalesce(used_at, 0), ?) where token_id=?", (at, token_id))

    def revoke_token(self, token_id: str, at: int) -> bool:
        """Shut a machine out and destroy its wrap; False if there was nothing to shut out."""
        done = self._c.execute(
            "update api_token set revoked_at=?, sealed=null where token_id=? and revoked_at is null", (at, token_id)
        )
        return done.rowcount > 0

    def forget_office(self) -> int:
        """Destroy every token's wrap of the office key: it was changed. How many could read names until now."""
        return self._c.execute("update api_token set sealed=null where sealed is not null").rowcount


def _token(row: tuple[str, bytes, str, str, bytes | None, int, int | None, int | None, int | None]) -> TokenRow:
    token_id, token_hash, user_id, scopes, *rest = row
    return TokenRow(token_id, token_hash, user_id, tuple(scopes.split()), *rest)  # type: ignore[arg-type]
