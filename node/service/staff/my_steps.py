"""What a signed-in person sets up for their own sign-in: codes by the clock and recovery codes.

Each change asks for the password again, so that nobody makes themselves at home at an open desk.
"""

import base64
from dataclasses import replace
from typing import Final

import msgspec
import pyotp

from node.errors import BadInput, NotAllowed
from node.service.keep.notes import PasskeyEnded, StepEnded, note
from node.service.staff.callers import Caller, must_still_be
from node.service.staff.second_step import SECRET_BYTES, code_hash, new_codes, open_secret, plain, seal_secret, step_of
from node.service.staff.sign_in import Staff, right_password
from node.store.credentials import StepRow
from node.store.work import Reader, Work

ISSUER: Final = "Work desk"  # what the telephone shows: nothing of what the desk is for

ADMINISTRATORS: Final = ("coordinator", "operator")
PASSKEYS_OF_ADMINISTRATORS: Final = 2  # one may be lost
FEW_CODES: Final = 3


class MySteps(msgspec.Struct, frozen=True, kw_only=True):
    """What one's own sign-in rests on."""

    codes_since: int | None
    is_pending: bool
    recovery_left: int
    passkeys: int


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """A secret to be copied to a telephone: as text, and as the address inside its QR code."""

    secret: str
    address: str


async def my_steps(staff: Staff, by: Caller) -> MySteps:
    """What is set up."""
    user_id = by.actor.user_id

    def look(reader: Reader) -> MySteps:
        row = reader.credentials.step(user_id) or StepRow(user_id)
        return MySteps(
            codes_since=row.made_at if row.sealed else None,
            is_pending=row.pending is not None,
            recovery_left=reader.credentials.codes_left(user_id),
            passkeys=len(reader.credentials.passkeys(user_id)),
        )

    return await staff.node.store.read(look)


async def begin_codes(staff: Staff, by: Caller, password: str) -> Enrolment:
    """A new secret, in force once its first code was typed; until then the one before goes on."""
    await must_be_me(staff, by, password)
    node, user_id = staff.node, by.actor.user_id
    secret = node.random(SECRET_BYTES)

    def begin(work: Work) -> None:
        must_still_be(staff, work, by)
        row = work.credentials.step(user_id) or StepRow(user_id)
        sealed = seal_secret(node, user_id, secret)
        work.credentials.put_step(replace(row, pending=sealed, pending_at=node.now()))

    await node.store.write(begin)
    return _enrolment(secret)


async def pending_codes(staff: Staff, by: Caller) -> Enrolment | None:
    """The secret whose first code was not typed yet."""
    row = await staff.node.store.read(lambda reader: reader.credentials.step(by.actor.user_id))
    if row is None or row.pending is None:
        return None
    return _enrolment(open_secret(staff.node, row.user_id, row.pending))


async def confirm_codes(staff: Staff, by: Caller, code: str) -> list[str]:
    """The first code was typed: from now on every password sign-in asks for one. Returns new recovery codes.

    BadInput for a code that is not the secret's.
    """
    node, user_id, now = staff.node, by.actor.user_id, staff.node.now()
    codes = new_codes(node.random)

    def confirm(work: Work) -> None:
        must_still_be(staff, work, by)
        row = work.credentials.step(user_id)
        if row is None or row.pending is None:
            raise NotAllowed("nothing was begun; begin again", for_user="Begin again.")
        step = step_of(open_secret(node, user_id, row.pending), plain(code), now)
        if step is None:
            raise BadInput(
                "code does not fit the secret",
                field="code",
                for_user="This code does not fit. Wait for the next one and type it again.",
            )
        if row.sealed is not None:
            ended(staff, work, user_id)
        work.credentials.put_step(StepRow(user_id, row.pending, now, step))
        put_codes(staff, work, user_id, codes)
        work.audit.append(now, user_id, "second_step_set_up", user_id)

    await node.store.write(confirm)
    return codes


async def new_recovery_codes(staff: Staff, by: Caller, password: str) -> list[str]:
    """Ten new ones; those before are worth nothing. This is the only time they are shown."""
    await must_be_me(staff, by, password)
    codes = new_codes(staff.node.random)

    def put(work: Work) -> None:
        must_still_be(staff, work, by)
        put_codes(staff, work, by.actor.user_id, codes)

    await staff.node.store.write(put)
    return codes


def put_codes(staff: Staff, work: Work, user_id: str, codes: list[str]) -> None:
    """In the caller's transaction: these recovery codes and no others."""
    now = staff.node.now()
    work.credentials.put_codes(user_id, [code_hash(staff.pepper, user_id, one) for one in codes], now)
    work.audit.append(now, user_id, "recovery_codes_made", user_id)


async def must_be_me(staff: Staff, by: Caller, password: str) -> None:
    """NotAllowed unless this is the password of who is signed in; counted as at a sign-in."""
    _, stretched = await right_password(staff, by.actor.user_id, password)
    if stretched is None:
        raise BadInput("password is wrong", field="password", for_user="The password is wrong. Type it again.")


def drop_steps(staff: Staff, work: Work, user_id: str) -> None:
    """In the caller's transaction: second step, recovery codes and passkeys are gone, after a restore too."""
    for passkey in work.credentials.passkeys(user_id):
        note(staff.node, work, PasskeyEnded(at=staff.node.now(), user=user_id, passkey=passkey.passkey_id))
    if work.credentials.step(user_id) is not None:
        ended(staff, work, user_id)
    work.credentials.drop_all(user_id)


def ended(staff: Staff, work: Work, user_id: str) -> None:
    """What this user signed in with beside the password ends now, and a restore does not bring it back."""
    note(staff.node, work, StepEnded(at=staff.node.now(), user=user_id, line=work.audit.head()[0]))


def _enrolment(secret: bytes) -> Enrolment:
    text = base64.b32encode(secret).decode()
    return Enrolment(secret=text, address=pyotp.TOTP(text).provisioning_uri(name=ISSUER, issuer_name=ISSUER))


def lacking(steps: MySteps, role: str) -> tuple[str, ...]:
    """What somebody still has to set up, by how pressing it is."""
    wanted = []
    if role in ADMINISTRATORS and steps.passkeys < PASSKEYS_OF_ADMINISTRATORS:
        wanted.append("two_passkeys")
    elif steps.codes_since is None and not steps.passkeys:
        wanted.append("second_step")
    if (steps.codes_since is not None or steps.passkeys) and steps.recovery_left < FEW_CODES:
        wanted.append("recovery_codes")
    return tuple(wanted)
