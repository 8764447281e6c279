"""What somebody signs in with beside a password: a code by the clock, recovery codes, passkeys. And who accepted what.

Everything sealed is opaque here; of codes only keyed hashes are kept.
"""

import sqlite3
from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class StepRow:
    """The second step of one user: `sealed` is the secret in force, `pending` one whose first code was not typed yet.

    `last_step` is the newest half minute whose code was used: it and all before are spent.
    """

    user_id: str
    sealed: bytes | None = None
    made_at: int | None = None
    last_step: int = 0
    pending: bytes | None = None
    pending_at: int | None = None


@dataclass(frozen=True, slots=True)
class PasskeyRow:
    """One passkey; `credential_id` is what the device calls it, `sealed` holds the name its owner gave it."""

    passkey_id: str
    user_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    sealed: bytes
    made_at: int
    used_at: int | None = None


_STEP = "user_id, sealed, made_at, last_step, pending, pending_at"
_PASSKEY = "passkey_id, user_id, credential_id, public_key, sign_count, sealed, made_at, used_at"


class Credentials:
    """Second steps, recovery codes and passkeys."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def step(self, user_id: str) -> StepRow | None:
        """The second step of a user, set up or begun."""
        row = self._c.execute(f"select {_STEP} from second_step where user_id=?", (user_id,)).fetchone()
        return StepRow(*row) if row else None

    def put_step(self, row: StepRow) -> None:
        """Set it up, or begin to."""
        self._c.execute(f"insert or replace into second_step ({_STEP}) values (?,?,?,?,?,?)", astuple(row))

    def use_step(self, user_id: str, step: int) -> bool:
        """Spend the code of this half minute; False if it, or a later one, was spent before."""
        done = self._c.execute(
            "update second_step set last_step=? where user_id=? and last_step<?", (step, user_id, step)
        )
        return done.rowcount > 0

    def drop_step(self, user_id: str) -> bool:
        """No second step any more; False if there was none."""
        return self._c.execute("delete from second_step where user_id=?", (user_id,)).rowcount > 0

    def put_codes(self, user_id: str, hashes: list[bytes], at: int) -> None:
        """New recovery codes; the ones before are worth nothing."""
        self.drop_codes(user_id)
        self._c.executemany(
            "insert into recovery_code (code_hash, user_id, made_at) values (?,?,?)",
            [(one, user_id, at) for one in hashes],
        )

    def use_code(self, user_id: str, code_hash: bytes, at: int) -> bool:
        """Spend a recovery code; False if it is none of this user, or was spent."""
        done = self._c.execute(
            "update recovery_code set used_at=? where code_hash=? and user_id=? and used_at is null",
            (at, code_hash, user_id),
        )
        return done.rowcount > 0

    def codes_left(self, user_id: str) -> int:
        """How many recovery codes were not used."""
        query = "select count(*) from recovery_code where user_id=? and used_at is null"
        return int(self._c.execute(query, (user_id,)).fetchone()[0])

    def drop_codes(self, user_id: str) -> None:
        """No recovery codes any more."""
        self._c.execute("delete from recovery_code where user_id=?", (user_id,))

    def add_passkey(self, row: PasskeyRow) -> None:
        """A new passkey."""
        self._c.execute(f"insert into passkey ({_PASSKEY}) values (?,?,?,?,?,?,?,?)", astuple(row))

    def passkey(self, credential_id: bytes) -> PasskeyRow | None:
        """The passkey that a device calls so."""
        row = self._c.execute(f"select {_PASSKEY} from passkey where credential_id=?", (credential_id,)).fetchone()
        return PasskeyRow(*row) if row else None

    def passkeys(self, user_id: str) -> list[PasskeyRow]:
        """Those of a user, oldest first."""
        query = f"select {_PASSKEY} from passkey where user_id=? order by made_at, passkey_id"
        return [PasskeyRow(*row) for row in self._c.execute(query, (user_id,))]

    def passkey_used(self, passkey_id: str, sign_count: int, at: int) -> None:
        """It signed: its counter and when."""
        self._c.execute("update passkey set sign_count=?, used_at=? where passkey_id=?", (sign_count, at, passkey_id))

    def drop_passkey(self, user_id: str, passkey_id: str) -> bool:
        """Take a passkey away with what it opened; False if it is none of this user."""
        self._c.execute("delete from wrap where user_id=? and credential=?", (user_id, passkey_id))
        done = self._c.execute("delete from passkey where user_id=? and passkey_id=?", (user_id, passkey_id))
        return done.rowcount > 0

    def drop_all(self, user_id: str) -> None:
        """Second step, recovery codes and passkeys go: somebody was shut out, or starts anew."""
        self.drop_step(user_id)
        self.drop_codes(user_id)
        for row in self.passkeys(user_id):
            self.drop_passkey(user_id, row.passkey_id)

    def accept(self, user_id: str, version: int, at: int) -> None:
        """Somebody accepted this version of the code of conduct; the first time counts."""
        self._c.execute("insert or ignore into conduct (user_id, version, at) values (?,?,?)", (user_id, version, at))

    def accepted(self, user_id: str, version: int) -> int | None:
        """When somebody accepted this version, or None."""
        query = "select at from conduct where user_id=? and version=?"
        row = self._c.execute(query, (user_id, version)).fetchone()
        return None if row is None else int(row[0])
