"""From a token to who is asking: a person's sign-in or a machine's token, with the office key while it is open.

Only SHA-256 of a token is ever looked up. A person who is there keeps the sign-in alive; a token ends by its day.
"""

from dataclasses import dataclass
from typing import Final

from node.crypto.errors import OpenFailed
from node.crypto.staff import WrapBinding, unwrap_user_key
from node.crypto.suite import KemKey, office_kid
from node.crypto.text import from_base64url
from node.crypto.vault import Secret
from node.errors import NotSignedIn
from node.service.actor import Actor
from node.service.context import Node
from node.service.staff.older_offices import with_older
from node.service.staff.sign_in import Staff, token_hash
from node.store.people import UserRow
from node.store.sessions import SessionRow, TokenRow
from node.store.work import Reader, Work

SEEN_EVERY_S: Final = 30
TOKEN_CREDENTIAL: Final = "token"  # noqa: S105 - the name of a kind of credential
TOKEN_GENERATION: Final = 1
MACHINE_PREFIX: Final = "trm-"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request, and the hash of the token that said so."""

    actor: Actor
    token_hash: bytes

    @property
    def is_machine(self) -> bool:
        """True for a case system with a token of its own."""
        return self.actor.role == "machine"


class Asked:
    """One request at a face of the node: whose node it is and who asks, once their sign-in was looked at."""

    __slots__ = ()
    staff: Staff
    signed_in: Caller | None

    @property
    def node(self) -> Node:
        """The node that is asked."""
        return self.staff.node

    @property
    def caller(self) -> Caller:
        """Who asks; NotSignedIn where nobody is."""
        if self.signed_in is None:
            raise not_signed_in()
        return self.signed_in

    @property
    def actor(self) -> Actor:
        """Who asks, as the use cases know them."""
        return self.caller.actor


async def who(staff: Staff, token: str) -> Caller:
    """Who a token belongs to; NotSignedIn when it is unknown, ended, revoked, or its user is disabled."""
    digest, now = token_hash(token), staff.node.now()
    if token.startswith(MACHINE_PREFIX):
        found = staff.node.store.read_sync(lambda reader: reader.sessions.token(digest, now))
        return Caller(await _machine(staff, found, token, now), digest)
    session, user, shut_out = staff.node.store.read_sync(lambda reader: _person(reader, digest, now))
    if session is None or user is None:
        staff.offices.drop(digest)
        raise not_signed_in()
    await _seen(staff, session, now)
    held = staff.offices.get(digest, now)
    return Caller(Actor(user.user_id, user.role, user.organisation, held.key if held else None, shut_out), digest)  # type: ignore[arg-type]


def still(staff: Staff, caller: Caller) -> Caller | None:
    """Who this sign-in is now, without the office key; None where it has ended. Asking does not keep it alive."""
    session, user, out = staff.node.store.read_sync(lambda reader: _person(reader, caller.token_hash, staff.node.now()))
    if session is None or user is None:
        return None
    return Caller(Actor(user.user_id, user.role, user.organisation, None, out), caller.token_hash)  # type: ignore[arg-type]


def must_still_be(staff: Staff, reader: Reader, caller: Caller) -> None:
    """NotSignedIn where this sign-in ended while what it asked for was made ready: for what would outlive it."""
    if reader.sessions.get(caller.token_hash, staff.node.now()) is None:
        raise not_signed_in()


async def sign_out(staff: Staff, caller: Caller) -> None:
    """End this sign-in; the office key leaves the memory at once."""
    await end_session(staff, caller.token_hash, caller.actor.user_id)


async def end_session(staff: Staff, digest: bytes, user_id: str) -> None:
    """The same by the hash of its token, however it stands: in use, locked or hidden."""
    staff.offices.drop(digest)
    now = staff.node.now()

    def end(work: Work) -> None:
        work.sessions.end(digest, now)
        work.audit.append(now, user_id, "sign_out")

    await staff.node.store.write(end)
    staff.offices.drop(digest)  # once more: it may have been opened meanwhile


def not_signed_in() -> NotSignedIn:
    """The answer to a request without a token that holds."""
    return NotSignedIn(
        "no sign-in, or it has ended; sign in and send the token", for_user="You are signed out. Sign in again."
    )


def token_binding(staff: Staff, token_id: str) -> WrapBinding:
    """What the office key under a machine's token belongs to."""
    return WrapBinding(token_id, TOKEN_CREDENTIAL, office_kid(staff.node.office_public), TOKEN_GENERATION)


def secret_of(token: str) -> Secret:
    """The 32 random bytes of a machine's token, from which its wrap key comes."""
    return Secret(from_base64url(token.removeprefix(MACHINE_PREFIX)))


def _person(reader: Reader, digest: bytes, now: int) -> tuple[SessionRow | None, UserRow | None, frozenset[str]]:
    session = reader.sessions.get(digest, now)
    user = None if session is None else reader.people.get(session.user_id)
    return session, user, frozenset() if user is None else reader.distrusts.cases_shut(user.organisation)


async def _seen(staff: Staff, session: SessionRow, now: int) -> None:
    """One write in half a minute is enough: the idle limit is minutes."""
    if now - session.seen_at >= SEEN_EVERY_S:
        await staff.node.store.write(lambda work: work.sessions.seen(session.token_hash, now))
    staff.offices.extend(session.token_hash, min(now + session.idle_s, session.ends_at))


async def _machine(staff: Staff, found: TokenRow | None, token: str, now: int) -> Actor:
    if found is None:
        raise not_signed_in()
    if found.used_at is None or now - found.used_at >= SEEN_EVERY_S:
        await staff.node.store.write(lambda work: work.sessions.token_used(found.token_id, now))
    # Opened for this request and forgotten after it: a token keeps no office key in memory.
    return Actor(found.token_id, "machine", "", _office_of(staff, found, token))


def _office_of(staff: Staff, found: TokenRow, token: str) -> KemKey | None:
    if found.sealed is None:
        return None
    try:
        key = unwrap_user_key(found.sealed, secret_of(token), staff.pepper, token_binding(staff, found.token_id))
    except OpenFailed:  # the office key was changed since
        return None
    if key.public != staff.node.office_public:
        return None
    return staff.node.store.read_sync(lambda reader: with_older(reader, key))
