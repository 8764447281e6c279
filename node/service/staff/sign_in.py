"""Signing in: one Argon2id for the verifier and for the key that opens the user's own key and, with it, the office's.

Every try is counted before it is judged, so that many at once win nothing; unknown logins cost and answer the same.
Source: at-rest, key hierarchy; attack 52.
"""

import asyncio
import hashlib
import struct
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final, cast

from node.crypto.staff import WrapBinding, login_is_right, login_verifier, unwrap_user_key
from node.crypto.suite import KemKey
from node.crypto.text import to_base64url
from node.crypto.vault import MODERATE, Cost, Secret, keyed_hash, stretch
from node.errors import NotSignedIn, TryLater
from node.service.context import Node
from node.service.keep.again import put_names_in_order
from node.service.staff.book import Role, SignedIn, SignIn
from node.service.staff.challenges import Challenges
from node.service.staff.offices import OFFICE, PASSWORD, USER, Offices, open_given
from node.service.staff.older_offices import with_older
from node.service.staff.second_step import passes_second_step
from node.store.people import UserRow
from node.store.sessions import SessionRow
from node.store.work import Reader, Work

FREE_TRIES: Final = 5
LOCK_FIRST_S: Final = 5
LOCK_CAP_S: Final = 900
UNKNOWN_KEPT: Final = 4096
STRETCHES_AT_ONCE: Final = 2
WAITING: Final = 16
TOKEN_BYTES: Final = 32
_VERIFIER: Final = struct.Struct(">16sII32s")  # salt, passes, KiB, verifier: what a sign-in needs to check a password


@dataclass(frozen=True, slots=True)
class SignInLimits:
    """How long a sign-in lasts, in seconds: without a request, and at most; and whether a password alone will do."""

    idle_s: int = 600
    max_s: int = 28_800
    two_steps: bool = False


class Staff:
    """Sign-in on one node: its pepper, what a guess costs, and the office keys that are open right now."""

    def __init__(self, node: Node, pepper: bytes, cost: Cost = MODERATE, limits: SignInLimits | None = None) -> None:
        self.node = node
        self.pepper = pepper
        self.cost = cost
        self.limits = limits or SignInLimits()
        self.offices = Offices()
        node.on_named = lambda case_id: self.offices.names.touched(case_id, node.now())
        node.seals.on_forgotten = self.offices.names.clear
        self.challenges = Challenges(node.random)
        self._unknown: OrderedDict[bytes, tuple[int, int]] = OrderedDict()
        self._stretching = asyncio.Semaphore(STRETCHES_AT_ONCE)
        self._waiting = 0

    def login_index(self, login: str) -> bytes:
        """The blind index of a login."""
        return keyed_hash(Secret(self.pepper), b"login\0" + login.strip().lower().encode())

    def verifier(self, user_id: str, stretched: Secret, salt: bytes) -> bytes:
        """What is stored to check a password later."""
        made = login_verifier(stretched, self.pepper, user_id)
        return _VERIFIER.pack(salt, self.cost.passes, self.cost.memory_bytes // 1024, made)

    async def stretch(self, password: str, salt: bytes, cost: Cost | None = None) -> Secret:
        """Argon2id beside the event loop, two at a time; TryLater when too many wait: each takes memory."""
        if self._waiting >= WAITING:
            raise TryLater("too many sign-ins at once; try again in a minute", retry_after_s=60)
        self._waiting += 1
        try:
            async with self._stretching:
                return await asyncio.to_thread(stretch, password, salt, cost or self.cost)
        finally:
            self._waiting -= 1

    def unknown_tried(self, index: bytes, now: int) -> None:
        """Count a try for a login that does not exist, as one for a login that does is counted."""
        tries, locked_until = self._unknown.pop(index, (0, 0))
        if now < locked_until:
            self._unknown[index] = (tries, locked_until)
            raise _locked(locked_until - now)
        self._unknown[index] = (tries + 1, now + lock_s(tries + 1))
        if len(self._unknown) > UNKNOWN_KEPT:
            self._unknown.popitem(last=False)

    async def sweep(self) -> None:
        """Drop office keys past their time; forget sign-ins and invitations that ended a day ago. Safe to repeat."""
        now = self.node.now()
        self.offices.sweep(now)

        def forget(work: Work) -> None:
            work.sessions.forget(now - 86_400)
            work.invitations.forget(now - 86_400)

        await self.node.store.write(forget)


async def sign_in(staff: Staff, command: SignIn) -> SignedIn:
    """A new sign-in. NotSignedIn for a wrong login or password alike; TryLater after too many wrong ones."""
    store = staff.node.store
    user = await store.write(lambda work: _count(staff, work, command.login))
    salt, cost, stored = _parts(staff, user, command.login)
    stretched = await staff.stretch(command.password, salt, cost)
    if user is None or not login_is_right(stretched, staff.pepper, user.user_id, stored):
        await store.write(lambda work: _refused(staff, work, user))
        raise _wrong()
    token = to_base64url(staff.node.random(TOKEN_BYTES))
    begun = await store.write(lambda work: _start(staff, work, user, stretched, token, command.code))
    if begun is None:
        raise _wrong()
    started, seed = begun
    if seed is not None:
        await hold_office(staff, token_hash(token), user.user_id, seed, started.ends_at)
    return started


async def hold_office(staff: Staff, digest: bytes, user_id: str, seed: Secret, ends_at: int) -> None:
    """Keep the opened office key for this sign-in, and put names in order that were written while it was shut."""
    until = min(staff.node.now() + staff.limits.idle_s, ends_at)
    office = await staff.node.store.read(lambda reader: with_older(reader, KemKey(seed.value)))
    staff.offices.hold(digest, user_id, seed, office, until)
    if staff.node.store.read_sync(lambda reader: reader.sessions.get(digest, staff.node.now())) is None:
        staff.offices.drop(digest)  # it was ended or locked while the key was being opened
        return
    await put_names_in_order(staff.node, office, user_id)


async def right_password(staff: Staff, user_id: str, password: str) -> tuple[UserRow, Secret | None]:
    """A signed-in user's row and stretched password, None when it is wrong; counted as at a sign-in."""
    user = await staff.node.store.write(lambda work: _count_known(staff, work, work.people.get(user_id)))
    if not password:
        return user, None
    salt, cost, stored = _parts(staff, user, "")
    stretched = await staff.stretch(password, salt, cost)
    if not login_is_right(stretched, staff.pepper, user_id, stored):
        return user, None
    return user, stretched if await staff.node.store.write(lambda work: _succeeded(work, user)) else None


def user_key(staff: Staff, reader: Reader, user_id: str, stretched: Secret) -> KemKey:
    """The user's own key pair, unwrapped with their password."""
    wrap = next(one for one in reader.people.wraps(user_id) if (one.credential, one.kind) == (PASSWORD, USER))
    return unwrap_user_key(wrap.sealed, stretched, staff.pepper, binding_of(staff, user_id, wrap.generation))


def office_seed_of(staff: Staff, reader: Reader, user: UserRow, stretched: Secret) -> Secret | None:
    """The office seed that was given to a user, opened with their password; None where none was, or an older one."""
    given = [wrap for wrap in reader.people.wraps(user.user_id) if wrap.kind == OFFICE]
    if not given:
        return None
    return open_given(given[0], user_key(staff, reader, user.user_id, stretched), staff.node.office_public)


def binding_of(staff: Staff, user_id: str, generation: int) -> WrapBinding:
    """What the wrap of a user's own key belongs to."""
    # The pair outlives an office key, so it is bound to none: 32 zero bytes stand for that.
    return WrapBinding(user_id, PASSWORD, bytes(32), generation)


def token_hash(token: bytes | str) -> bytes:
    """SHA-256 of a token: all that is kept of it."""
    return hashlib.sha256(token.encode() if isinstance(token, str) else token).digest()


def lock_s(tries: int) -> int:
    """Seconds to wait after so many wrong passwords in a row; the first five cost nothing."""
    return 0 if tries < FREE_TRIES else min(LOCK_CAP_S, LOCK_FIRST_S << min(tries - FREE_TRIES, 16))


def _count(staff: Staff, work: Work, login: str) -> UserRow | None:
    """Count the try first: whoever sends a hundred at once is refused from the sixth on."""
    now = staff.node.now()
    user = work.people.by_login(staff.login_index(login))
    if user is None or user.disabled_at is not None:
        staff.unknown_tried(staff.login_index(login), now)
        work.meta.touch()  # writes as much as the other way does, so that the time tells nothing
        return None
    return _count_known(staff, work, user)


def _count_known(staff: Staff, work: Work, user: UserRow | None) -> UserRow:
    now = staff.node.now()
    if user is None:
        raise _wrong()
    if now < user.locked_until:
        raise _locked(user.locked_until - now)
    work.people.failed(user.user_id, now + lock_s(user.failed_tries + 1))
    return user


def _succeeded(work: Work, user: UserRow) -> bool:
    """False where the password that was stretched is not the one in force any more, or its owner was shut out."""
    found = work.people.get(user.user_id)
    if found is None or found.disabled_at is not None or found.verifier != user.verifier:
        return False
    work.people.succeeded(user.user_id)
    return True


def _refused(staff: Staff, work: Work, user: UserRow | None) -> None:
    if user is None:
        work.meta.touch()
    else:
        work.audit.append(staff.node.now(), user.user_id, "sign_in", outcome="refused")


def _wrong() -> NotSignedIn:
    return NotSignedIn(
        "login, password or code is wrong; type them again",
        for_user="The login, the password or the code is wrong. Try again, or ask a coordinator for a new password.",
    )


def _locked(seconds: int) -> TryLater:
    return TryLater(
        "too many wrong passwords; wait, then try again",
        retry_after_s=seconds,
        for_user=f"Too many wrong passwords. Try again in {seconds} seconds, or ask a coordinator for a new one.",
    )


def _parts(staff: Staff, user: UserRow | None, login: str) -> tuple[bytes, Cost, bytes]:
    """Salt, cost and verifier; for a login that does not exist ones that look and cost the same."""
    if user is None:
        return staff.login_index(login)[:16], staff.cost, bytes(32)
    salt, passes, memory_kib, verifier = _VERIFIER.unpack(user.verifier)
    return salt, Cost(passes, memory_kib * 1024), verifier


def _start(
    staff: Staff, work: Work, checked: UserRow, stretched: Secret, token: str, code: str
) -> tuple[SignedIn, Secret | None] | None:
    user = work.people.get(checked.user_id)
    if user is None or user.disabled_at is not None or user.verifier != checked.verifier:
        raise _wrong()  # shut out, or given another password, while this one was being stretched
    if not passes_second_step(staff.node, staff.pepper, work, user.user_id, code):
        _refused(staff, work, user)  # the try stays counted: codes are not guessed either
        return None
    seed = office_seed_of(staff, work, user, stretched)
    return begin(staff, work, user, token, seed is not None), seed


def begin(staff: Staff, work: Work, user: UserRow, token: str, reads_names: bool) -> SignedIn:
    """A sign-in of somebody who proved who they are, in the caller's transaction."""
    limits, now = staff.limits, staff.node.now()
    work.people.succeeded(user.user_id)
    ends_at = now + limits.max_s
    work.sessions.start(SessionRow(token_hash(token), user.user_id, now, now, limits.idle_s, ends_at))
    work.audit.append(now, user.user_id, "sign_in")
    return SignedIn(
        token=token,
        user=user.user_id,
        role=cast(Role, user.role),
        idle_s=limits.idle_s,
        ends_at=ends_at,
        reads_names=reads_names,
    )
