"""The office key in memory: one for each sign-in that may read names, gone when that sign-in ends.

Nothing here is ever written down. `give` seals the key to a colleague's public half. Source: at-rest, two vaults.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from node.crypto.errors import OpenFailed
from node.crypto.staff import WrapBinding, read_office_seed, seal_office_seed
from node.crypto.suite import KemKey, office_kid
from node.crypto.vault import Secret
from node.service.finding.names import Names
from node.store.people import UserRow, WrapRow
from node.store.work import Reader, Work

PASSWORD = "password"  # noqa: S105 - the name of a kind of credential
OFFICE = "office"
USER = "user"


@dataclass(frozen=True, slots=True)
class Held:
    """An opened office key and whose sign-in opened it; `until` is when it must go, in UTC seconds."""

    user_id: str
    seed: Secret = field(repr=False)
    key: KemKey = field(repr=False)
    until: int


@dataclass(frozen=True, slots=True)
class Learning:
    """What a passkey gave that opens nothing yet; the next password of this sign-in puts the user's key under it."""

    user_id: str
    passkey_id: str
    secret: Secret = field(repr=False)
    until: int


class Offices:
    """Opened office keys by SHA-256 of the token that opened them, and the names to search, gone with the last key."""

    def __init__(self) -> None:
        self.names = Names()
        self._held: dict[bytes, Held] = {}
        self._learning: dict[bytes, Learning] = {}

    def learn(self, token_hash: bytes, one: Learning) -> None:
        """Keep what a passkey gave until the password is typed, or the sign-in ends."""
        self._learning[token_hash] = one

    def learned(self, token_hash: bytes) -> Learning | None:
        """Take it out."""
        return self._learning.pop(token_hash, None)

    def hold(self, token_hash: bytes, user_id: str, seed: Secret, key: KemKey, until: int) -> None:
        """Keep an opened key for a sign-in."""
        self._held[token_hash] = Held(user_id, seed, key, until)

    def get(self, token_hash: bytes, now: int) -> Held | None:
        """The key of a sign-in while its time lasts."""
        held = self._held.get(token_hash)
        if held is not None and now >= held.until:
            self.drop(token_hash)
            return None
        return held

    def extend(self, token_hash: bytes, until: int) -> None:
        """The person is still there."""
        held = self._held.get(token_hash)
        if held is not None:
            self._held[token_hash] = Held(held.user_id, held.seed, held.key, until)

    def drop(self, token_hash: bytes) -> None:
        """The sign-in ended."""
        self._held.pop(token_hash, None)
        self._learning.pop(token_hash, None)
        self._forget_names()

    def drop_user(self, user_id: str) -> None:
        """The user was disabled, or has a new password: every sign-in and token of theirs loses the key."""
        self._drop_where(lambda one: one.user_id == user_id)

    def drop_all(self) -> None:
        """The office key was changed: what everybody holds is the one before."""
        self._drop_where(lambda _: True)

    def sweep(self, now: int) -> None:
        """Drop what is past its time; nobody has to ask for it first."""
        self._drop_where(lambda one: now >= one.until)

    def _drop_where(self, is_meant: Callable[[Held | Learning], bool]) -> None:
        self._held = {digest: one for digest, one in self._held.items() if not is_meant(one)}
        self._learning = {digest: one for digest, one in self._learning.items() if not is_meant(one)}
        self._forget_names()

    def _forget_names(self) -> None:
        if not self._held:
            self.names.clear()

    def __len__(self) -> int:
        return len(self._held)


def give(work: Work, user: UserRow, seed: Secret, now: int) -> None:
    """Seal the office key to a user's public half, in this transaction; an older seal is replaced."""
    kid = KemKey(seed.value).office_kid
    before = [wrap.generation for wrap in work.people.wraps(user.user_id) if wrap.kind == OFFICE]
    generation = max(before, default=0) + 1
    sealed = seal_office_seed(seed.value, user.public_key, WrapBinding(user.user_id, PASSWORD, kid, generation))
    work.people.put_wrap(WrapRow(user.user_id, OFFICE, OFFICE, generation, sealed, now))


def open_given(wrap: WrapRow, user_key: KemKey, office_public: bytes) -> Secret | None:
    """The office seed that was given to a user; None when it is the seal of an office key no longer in use."""
    binding = WrapBinding(wrap.user_id, PASSWORD, office_kid(office_public), wrap.generation)
    try:
        return read_office_seed(wrap.sealed, user_key, binding)
    except OpenFailed:
        return None


def may_read_names(reader: Reader, user_id: str) -> bool:
    """True when somebody gave this user the office key."""
    return any(wrap.kind == OFFICE for wrap in reader.people.wraps(user_id))
