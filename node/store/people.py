"""The staff of this node: roles, sign-in verifiers and wrapped keys.

Staff are persons too: a login is found by its blind index, names are sealed. All sealed bytes are opaque here.
Source: at-rest, key hierarchy.
"""

import sqlite3
from dataclasses import astuple, dataclass

from node.errors import Conflict

ROLES = ("caseworker", "coordinator", "auditor", "operator")


@dataclass(frozen=True, slots=True)
class UserRow:
    """One member of staff; `login_index` is a keyed hash of the login, `sealed` holds login and display name.

    `verifier` proves the password; `public_key` is the half other people seal the office key to; `organisation` is a
    code of the country's record.
    """

    user_id: str
    login_index: bytes
    sealed: bytes
    role: str
    organisation: str
    verifier: bytes
    public_key: bytes
    created_at: int
    disabled_at: int | None = None
    failed_tries: int = 0
    locked_until: int = 0


@dataclass(frozen=True, slots=True)
class WrapRow:
    """A key of a user, wrapped: `kind` names the key (`user`, `office`), `credential` what opens it.

    A credential is `password` or the id of a passkey. `generation` grows when the password or the key changes.
    """

    user_id: str
    credential: str
    kind: str
    generation: int
    sealed: bytes
    at: int


_USER = (
    "user_id, login_index, sealed, role, organisation, verifier, public_key, created_at, disabled_at, failed_tries,"
    " locked_until"
)
_WRAP = "user_id, credential, kind, generation, sealed, at"


class People:
    """Users and the keys wrapped for them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def add(self, user: UserRow) -> None:
        """Add a user; Conflict if the login is taken."""
        try:
            self._c.execute(f"insert into user ({_USER}) values (?,?,?,?,?,?,?,?,?,?,?)", astuple(user))
        except sqlite3.IntegrityError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_CONSTRAINT_UNIQUE:
                raise
            raise Conflict("there is a user of that login already; choose another") from error

    def get(self, user_id: str) -> UserRow | None:
        """One user by id."""
        return self._user("user_id=?", user_id)

    def by_login(self, login_index: bytes) -> UserRow | None:
        """One user by the blind index of the login."""
        return self._user("login_index=?", login_index)

    def all(self) -> list[UserRow]:
        """Every user, disabled ones too, in the order they came."""
        return [UserRow(*row) for row in self._c.execute(f"select {_USER} from user order by created_at, user_id")]

    def put_password(self, user_id: str, verifier: bytes) -> None:
        """A new password: its verifier, and a clean count of tries. Put the wraps in the same transaction."""
        self._c.execute(
            "update user set verifier=?, failed_tries=0, locked_until=0 where user_id=?", (verifier, user_id)
        )

    def put_keys(self, user_id: str, verifier: bytes, public_key: bytes) -> None:
        """A new password for somebody who lost theirs: a new pair too; what was wrapped for the old one is gone."""
        self.put_password(user_id, verifier)
        self._c.execute("update user set public_key=? where user_id=?", (public_key, user_id))
        self._c.execute("delete from wrap where user_id=?", (user_id,))

    def put_role(self, user_id: str, role: str) -> None:
        """Change what a user may do."""
        self._c.execute("update user set role=? where user_id=?", (role, user_id))

    def failed(self, user_id: str, locked_until: int) -> int:
        """Count a wrong password and refuse further ones until then; returns the tries since the last right one."""
        (tries,) = self._c.execute(
            "update user set failed_tries=failed_tries+1, locked_until=? where user_id=? returning failed_tries",
            (locked_until, user_id),
        ).fetchone()
        return int(tries)

    def succeeded(self, user_id: str) -> None:
        """A right password: the count starts anew."""
        self._c.execute("update user set failed_tries=0, locked_until=0 where user_id=? and failed_tries>0", (user_id,))

    def disable(self, user_id: str, at: int) -> None:
        """Shut a user out: no sign-in, no session, no token, no wrapped key any more. The id stays for the audit."""
        self._c.execute("update user set disabled_at=? where user_id=? and disabled_at is null", (at, user_id))
        for table in ("wrap", "second_step", "recovery_code", "passkey"):
            self._c.execute(f"delete from {table} where user_id=?", (user_id,))
        self._c.execute("update session set revoked_at=? where user_id=? and revoked_at is null", (at, user_id))
        self._c.execute(
            "update api_token set revoked_at=?, sealed=null where user_id=? and revoked_at is null", (at, user_id)
        )

    def put_wrap(self, wrap: WrapRow) -> None:
        """Add a wrapped key, or put a newer generation in its place; Conflict if the generation does not grow."""
        done = self._c.execute(
            f"insert into wrap ({_WRAP}) values (?,?,?,?,?,?) on conflict (user_id, credential, kind) do update set"
            " generation=excluded.generation, sealed=excluded.sealed, at=excluded.at"
            " where excluded.generation > generation",
            astuple(wrap),
        )
        if not done.rowcount:
            raise Conflict("this key was wrapped anew in between; read it again")

    def wraps(self, user_id: str) -> list[WrapRow]:
        """The wrapped keys of a user."""
        rows = self._c.execute(f"select {_WRAP} from wrap where user_id=? order by credential, kind", (user_id,))
        return [WrapRow(*row) for row in rows]

    def drop_wrap(self, user_id: str, credential: str, kind: str) -> None:
        """Take a wrapped key away, for example of a lost passkey."""
        self._c.execute("delete from wrap where user_id=? and credential=? and kind=?", (user_id, credential, kind))

    def put_backup(self, user_id: str, backup: str, by_user: str, at: int) -> None:
        """`backup` stands in for this user from now on."""
        self._c.execute(
            "insert into stand_in (user_id, backup, by_user, at) values (?,?,?,?) on conflict (user_id) do update set"
            " backup=excluded.backup, by_user=excluded.by_user, at=excluded.at",
            (user_id, backup, by_user, at),
        )

    def drop_backup(self, user_id: str) -> None:
        """Nobody stands in for this user any more."""
        self._c.execute("delete from stand_in where user_id=?", (user_id,))

    def backup_of(self, user_id: str) -> str | None:
        """Who stands in for this user and may still come in, or None."""
        row = self._c.execute(
            "select backup from stand_in join user on user.user_id=stand_in.backup"
            " where stand_in.user_id=? and user.disabled_at is null",
            (user_id,),
        ).fetchone()
        return None if row is None else str(row[0])

    def _user(self, where: str, value: str | bytes) -> UserRow | None:
        row = self._c.execute(f"select {_USER} from user where {where}", (value,)).fetchone()
        return UserRow(*row) if row else None
