"""Passkeys: a device with its owner's finger, face or PIN instead of a password that can be phished.

Verified user, no attestation, found by the device itself. Every challenge is ours, for one attempt and one try; the
address that the browser saw must be this desk's. `authenticators` is imported where it is used: a node starts sooner
without that library. Source: WebAuthn Level 3; issue 4, sign-in.
"""

import hashlib
from typing import Final
from urllib.parse import urlsplit

import msgspec

from node.crypto.text import to_base64url
from node.crypto.vault import Secret
from node.errors import BadInput, Conflict, NotFound, NotSignedIn
from node.service.keep.notes import PasskeyEnded, note
from node.service.staff.book import SignedIn, StaffNames
from node.service.staff.callers import Caller, must_still_be, not_signed_in
from node.service.staff.my_steps import must_be_me, put_codes
from node.service.staff.passkey_keys import learning, secret_of, seed_by_passkey, wrap_under_passkey
from node.service.staff.second_step import new_codes
from node.service.staff.sign_in import TOKEN_BYTES, Staff, begin, hold_office, right_password, token_hash
from node.store.credentials import PasskeyRow
from node.store.people import UserRow
from node.store.work import Reader, Work

DESK: Final = "Work desk"  # what the device shows: nothing of what the desk is for
PRF_INPUT: Final = to_base64url(hashlib.sha256(b"trm/desk/passkey-prf/1").digest())
MAX_RESPONSE: Final = 16_384
MAX_PASSKEYS: Final = 10
SIGN_IN, UNLOCK, ADD = "sign_in", "unlock", "add"


class PasskeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey as its owner sees it; `opens_names`: it gives the key to the names without a password."""

    id: str
    name: str
    made_at: int
    used_at: int | None
    opens_names: bool


def begin_sign_in(staff: Staff, site: str, attempt: str, purpose: str = SIGN_IN, user_id: str = "") -> str:
    """What to ask the device for, as JSON; bound to this attempt."""
    from node.service.staff import authenticators

    challenge = staff.challenges.new(attempt, purpose, user_id, staff.node.now())
    return authenticators.to_sign_in(host_of(site), challenge, PRF_INPUT)


async def sign_in_by_passkey(staff: Staff, site: str, attempt: str, response: str, prf: str) -> SignedIn:
    """A new sign-in; NotSignedIn for anything that does not fit, alike."""
    user, row = await _proved(staff, site, attempt, response, SIGN_IN, "")
    token = to_base64url(staff.node.random(TOKEN_BYTES))

    def start(work: Work) -> SignedIn:
        found = work.people.get(user.user_id)
        if found is None or found.disabled_at is not None or not _is_there(work, row):
            raise _wrong()
        has_key = seed_by_passkey(staff, work, user.user_id, row.passkey_id, secret_of(prf)) is not None
        return begin(staff, work, found, token, has_key)

    started = await staff.node.store.write(start)
    await _open_office(staff, token_hash(token), user.user_id, row.passkey_id, prf, started.ends_at)
    return started


async def unlock_by_passkey(staff: Staff, site: str, token: str, response: str, prf: str) -> None:
    """A locked sign-in goes on: a passkey of the same person opens it. NotSignedIn for another one's."""
    digest, now = token_hash(token), staff.node.now()
    session = await staff.node.store.read(lambda reader: reader.sessions.resting(digest, now))
    if session is None:
        raise not_signed_in()
    _, row = await _proved(staff, site, token, response, UNLOCK, session.user_id)

    def go_on(work: Work) -> None:
        if not _is_there(work, row):
            raise _wrong()
        work.sessions.unlock(digest, now)
        work.audit.append(now, session.user_id, "unlocked")

    await staff.node.store.write(go_on)
    await _open_office(staff, digest, session.user_id, row.passkey_id, prf, session.ends_at)


async def begin_unlock(staff: Staff, site: str, token: str) -> str:
    """What to ask the device of the person who locked it."""
    now = staff.node.now()
    session = await staff.node.store.read(lambda reader: reader.sessions.resting(token_hash(token), now))
    if session is None:
        raise not_signed_in()
    return begin_sign_in(staff, site, token, UNLOCK, session.user_id)


async def begin_adding(staff: Staff, by: Caller, site: str, attempt: str, password: str) -> str:
    """What to ask a new device for, as JSON; the password is asked for, so that nobody adds one at an open desk."""
    from node.service.staff import authenticators

    await must_be_me(staff, by, password)
    user, known = await staff.node.store.read(lambda reader: _own(reader, by.actor.user_id))
    if len(known) >= MAX_PASSKEYS:
        raise Conflict("there are ten passkeys already; remove one first", for_user="You have ten already. Remove one.")
    names = staff.node.seals.open_as(StaffNames, staff.node.seals.node_key(), "user", user.user_id, user.sealed)
    return authenticators.to_add(
        host_of(site),
        DESK,
        bytes.fromhex(user.user_id),
        names.login,
        staff.challenges.new(attempt, ADD, user.user_id, staff.node.now()),
        [one.credential_id for one in known],
        PRF_INPUT,
    )


async def add_passkey(
    staff: Staff, by: Caller, site: str, attempt: str, password: str, response: str, prf: str, name: str
) -> list[str]:
    """Keep a new passkey; returns recovery codes where there were none: the device can be lost. BadInput if not made.

    From now on a password alone lets this person in no more.
    """
    from node.service.staff import authenticators

    node, user_id, now = staff.node, by.actor.user_id, staff.node.now()
    challenge = staff.challenges.take(attempt, ADD, user_id, now)
    _, stretched = await right_password(staff, user_id, password)
    if challenge is None or stretched is None or len(response) > MAX_RESPONSE:
        raise _not_made()
    try:
        made = authenticators.made(response, challenge, host_of(site), site)
    except authenticators.DOES_NOT_FIT as error:
        raise _not_made() from error
    passkey_id = hashlib.sha256(made.credential_id).hexdigest()[:32]
    label = node.seals.seal(node.seals.node_key(), "passkey", passkey_id, name[:80].encode())
    row = PasskeyRow(passkey_id, user_id, made.credential_id, made.credential_public_key, made.sign_count, label, now)
    codes, secret = new_codes(node.random), secret_of(prf)

    def add(work: Work) -> list[str]:
        must_still_be(staff, work, by)
        if work.credentials.passkey(made.credential_id) is not None:
            raise _not_made()
        work.credentials.add_passkey(row)
        work.audit.append(now, user_id, "passkey_added", passkey_id)
        if secret is not None:
            wrap_under_passkey(staff, work, user_id, stretched, passkey_id, secret)
        if work.credentials.codes_left(user_id):
            return []
        put_codes(staff, work, user_id, codes)
        return codes

    return await node.store.write(add)


async def my_passkeys(staff: Staff, by: Caller) -> list[PasskeyView]:
    """One's own, oldest first."""
    return await staff.node.store.read(lambda reader: _views(staff, reader, by.actor.user_id))


async def remove_passkey(staff: Staff, by: Caller, passkey: str, password: str) -> None:
    """It lets nobody in any more, after a restore neither; NotFound for one that is not one's own."""
    await must_be_me(staff, by, password)
    now = staff.node.now()

    def remove(work: Work) -> None:
        if not work.credentials.drop_passkey(by.actor.user_id, passkey):
            raise NotFound("no such passkey", field="passkey")
        note(staff.node, work, PasskeyEnded(at=now, user=by.actor.user_id, passkey=passkey))
        work.audit.append(now, by.actor.user_id, "passkey_removed", passkey)

    await staff.node.store.write(remove)


def host_of(site: str) -> str:
    """The name for which a passkey holds: the host of this desk, without its port."""
    return urlsplit(site).hostname or ""


async def _proved(
    staff: Staff, site: str, attempt: str, response: str, purpose: str, user_id: str
) -> tuple[UserRow, PasskeyRow]:
    """Whose passkey signed our challenge just now; its counter is written down. NotSignedIn for anything else."""
    from node.service.staff import authenticators

    challenge = staff.challenges.take(attempt, purpose, user_id, staff.node.now())
    if challenge is None or len(response) > MAX_RESPONSE:
        raise _wrong()
    try:
        given = authenticators.read(response)
        user, row = await staff.node.store.read(lambda reader: _owner(reader, given.raw_id))
        done = authenticators.proved(given, challenge, host_of(site), site, row.public_key, row.sign_count)
    except authenticators.DOES_NOT_FIT as error:
        raise _wrong() from error
    handle = given.response.user_handle
    if (user_id and user.user_id != user_id) or (handle is not None and handle != bytes.fromhex(user.user_id)):
        raise _wrong()
    now = staff.node.now()
    await staff.node.store.write(lambda work: work.credentials.passkey_used(row.passkey_id, done.new_sign_count, now))
    return user, row


def _is_there(reader: Reader, row: PasskeyRow) -> bool:
    """Whether a passkey that was proved was not removed since."""
    return reader.credentials.passkey(row.credential_id) is not None


def _owner(reader: Reader, credential_id: bytes) -> tuple[UserRow, PasskeyRow]:
    row = reader.credentials.passkey(credential_id)
    user = None if row is None else reader.people.get(row.user_id)
    if row is None or user is None or user.disabled_at is not None:
        raise _wrong()
    return user, row


def _own(reader: Reader, user_id: str) -> tuple[UserRow, list[PasskeyRow]]:
    user = reader.people.get(user_id)
    if user is None:
        raise not_signed_in()
    return user, reader.credentials.passkeys(user_id)


async def _open_office(staff: Staff, digest: bytes, user_id: str, passkey_id: str, prf: str, ends_at: int) -> None:
    """The office key, where the passkey gave what opens it; else that is kept until the password is typed."""
    secret: Secret | None = secret_of(prf)
    seed = await staff.node.store.read(lambda reader: seed_by_passkey(staff, reader, user_id, passkey_id, secret))
    if seed is not None:
        await hold_office(staff, digest, user_id, seed, ends_at)
    elif secret is not None:
        staff.offices.learn(digest, learning(user_id, passkey_id, secret, ends_at))


def _views(staff: Staff, reader: Reader, user_id: str) -> list[PasskeyView]:
    opens, node = {one.credential for one in reader.people.wraps(user_id)}, staff.node
    return [
        PasskeyView(
            id=row.passkey_id,
            name=node.seals.open(node.seals.node_key(), "passkey", row.passkey_id, row.sealed).decode(),
            made_at=row.made_at,
            used_at=row.used_at,
            opens_names=row.passkey_id in opens,
        )
        for row in reader.credentials.passkeys(user_id)
    ]


def _wrong() -> NotSignedIn:
    return NotSignedIn(
        "passkey does not fit this desk, or was too slow",
        for_user="This passkey did not work here. Try once more, or use your password.",
    )


def _not_made() -> BadInput:
    return BadInput("passkey was not made", field="passkey", for_user="The passkey was not made. Begin again.")
