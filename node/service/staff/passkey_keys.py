"""What a passkey opens: with the PRF extension the user's own key is wrapped under it, and so the office key opens.

A passkey without PRF proves who somebody is and opens nothing: names ask for the password. Source: at-rest, key
hierarchy; WebAuthn Level 3, prf extension.
"""

from typing import Final

from node.crypto.errors import OpenFailed
from node.crypto.staff import WrapBinding, rewrap_user_seed, unwrap_user_key
from node.crypto.text import from_base64url
from node.crypto.vault import Secret
from node.service.staff.offices import OFFICE, PASSWORD, USER, Learning, open_given
from node.service.staff.sign_in import Staff, binding_of
from node.store.people import WrapRow
from node.store.work import Reader, Work

PRF_BYTES: Final = 32
GENERATION: Final = 1
NO_OFFICE: Final = bytes(32)  # the pair outlives an office key, so its wrap is bound to none


def secret_of(prf: str) -> Secret | None:
    """What the browser gave of the PRF extension (base64url), or None where there is nothing to use."""
    try:
        value = from_base64url(prf)
    except ValueError:
        return None
    return Secret(value) if len(value) == PRF_BYTES else None


def seed_by_passkey(
    staff: Staff, reader: Reader, user_id: str, passkey_id: str, secret: Secret | None
) -> Secret | None:
    """The office seed that was given to a user, opened with their passkey; None where it opens nothing."""
    wraps = reader.people.wraps(user_id)
    own = next((one for one in wraps if (one.credential, one.kind) == (passkey_id, USER)), None)
    given = next((one for one in wraps if one.kind == OFFICE), None)
    if secret is None or own is None or given is None:
        return None
    try:
        key = unwrap_user_key(own.sealed, secret, staff.pepper, _binding(user_id, passkey_id))
    except OpenFailed:
        return None
    return open_given(given, key, staff.node.office_public)


def wrap_under_passkey(
    staff: Staff, work: Work, user_id: str, stretched: Secret, passkey_id: str, secret: Secret
) -> None:
    """In the caller's transaction: the user's key, opened with the password, under the passkey too."""
    wraps = work.people.wraps(user_id)
    own = next(one for one in wraps if (one.credential, one.kind) == (PASSWORD, USER))
    sealed = rewrap_user_seed(
        own.sealed,
        (stretched, binding_of(staff, user_id, own.generation)),
        (secret, _binding(user_id, passkey_id)),
        staff.pepper,
        staff.node.random,
    )
    work.people.drop_wrap(user_id, passkey_id, USER)
    work.people.put_wrap(WrapRow(user_id, passkey_id, USER, GENERATION, sealed, staff.node.now()))


async def put_under_passkey(staff: Staff, digest: bytes, user_id: str, stretched: Secret) -> None:
    """The password was typed in a sign-in by passkey that opened nothing: from the next one on it does."""
    found = staff.offices.learned(digest)
    if found is None or found.user_id != user_id:
        return

    def put(work: Work) -> None:
        if any(one.passkey_id == found.passkey_id for one in work.credentials.passkeys(user_id)):
            wrap_under_passkey(staff, work, user_id, stretched, found.passkey_id, found.secret)

    await staff.node.store.write(put)


def learning(user_id: str, passkey_id: str, secret: Secret, until: int) -> Learning:
    """What to remember of a passkey that opens nothing yet."""
    return Learning(user_id, passkey_id, secret, until)


def _binding(user_id: str, passkey_id: str) -> WrapBinding:
    return WrapBinding(user_id, passkey_id, NO_OFFICE, GENERATION)
