"""Invitations: somebody makes their own login and password, so that nobody else ever knew it.

The code is shown once to whoever invites. In a link it stands behind the `#`, which browsers send to no server and no
log keeps; it can be typed by hand as well. It opens no key: a signed-in coordinator seals the office key to the new
person's own public half afterwards. Source: issue 4, sign-in; at-rest, key hierarchy.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from node.crypto.vault import Secret, keyed_hash
from node.errors import NotAllowed, NotFound, WrongRole
from node.protocol.letters.scalars import Code
from node.service.context import Node
from node.service.staff.book import NewUser, Role
from node.service.staff.callers import Caller
from node.service.staff.conduct import accepted
from node.service.staff.my_steps import put_codes
from node.service.staff.people import MADE_BY, READS_NAMES, add_user
from node.service.staff.second_step import CODE_BYTES, new_codes, plain, spoken
from node.service.staff.sign_in import Staff
from node.service.threads.commands import Command
from node.store.invitations import InvitationRow
from node.store.work import Reader, Work

LIFE_S: Final = 48 * 3600


class Invite(Command, frozen=True):
    """Whom to invite: what they will do here, for which organisation; `whom` is a note for colleagues, kept sealed."""

    role: Role
    organisation: Code
    whom: Annotated[str, Meta(max_length=80)] = ""


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was just made; `code` is shown this once."""

    id: str
    code: str
    ends_at: int


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation as colleagues see it: never its code."""

    id: str
    whom: str
    role: Role
    organisation: str
    made_at: int
    ends_at: int


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came: who, and the recovery codes that are shown this once."""

    user: str
    codes: list[str]


async def invite(staff: Staff, by: Caller, command: Invite) -> Invited:
    """A new invitation for 48 hours. WrongRole for a role that the caller may not make."""
    may_make(by, command.role)
    node, now = staff.node, staff.node.now()
    code, reference = spoken(node.random(CODE_BYTES)), node.random(16).hex()
    row = InvitationRow(
        reference, _hash(staff, code), _seal(node, reference, command.whom), command.role, command.organisation,
        by.actor.user_id, now, now + LIFE_S,
    )  # fmt: skip

    def add(work: Work) -> None:
        work.invitations.add(row)
        work.audit.append(now, by.actor.user_id, "invited", reference, outcome=command.role)

    await node.store.write(add)
    return Invited(id=reference, code=code, ends_at=row.ends_at)


async def open_invitations(staff: Staff, by: Caller) -> list[InvitationView]:
    """Those that somebody can still use, newest first."""
    by.actor.must_be("coordinator", "operator")
    rows = await staff.node.store.read(lambda reader: reader.invitations.all_open(staff.node.now()))
    return [_view(staff.node, row) for row in rows]


async def take_back(staff: Staff, by: Caller, invitation: str) -> None:
    """Nobody comes in with it any more; NotFound where it was used or is over."""
    by.actor.must_be("coordinator", "operator")
    now = staff.node.now()

    def revoke(work: Work) -> None:
        if not work.invitations.revoke(invitation, now):
            raise NotFound("no such invitation, or it was used", field="invitation")
        work.audit.append(now, by.actor.user_id, "invitation_taken_back", invitation)

    await staff.node.store.write(revoke)


async def look_at(staff: Staff, code: str) -> InvitationView:
    """The invitation of a code; NotAllowed for one that is unknown, used, taken back or over, alike."""
    digest = _hash(staff, code)
    return _view(staff.node, await staff.node.store.read(lambda reader: _open(staff, reader, digest)))


async def join(staff: Staff, code: str, login: str, password: str, name: str = "") -> Joined:
    """Make one's own sign-in of an invitation; the code of conduct in force was accepted with it.

    Conflict for a login that is taken: the invitation goes on.
    """
    await look_at(staff, code)  # before anything costs time
    node, digest = staff.node, _hash(staff, code)
    salt, key_seed, codes = node.random(16), node.random(32), new_codes(node.random)
    stretched = await staff.stretch(password, salt)

    def make(work: Work) -> str:
        found = _open(staff, work, digest)  # once more: it may be used by another in between
        new = msgspec.convert(
            {
                "login": login,
                "password": password,
                "role": found.role,
                "organisation": found.organisation,
                "name": name,
            },
            NewUser,
        )
        row = add_user(staff, work, new, stretched, salt, key_seed, found.made_by)
        work.invitations.used(found.invitation_id, row.user_id, node.now())
        work.audit.append(node.now(), row.user_id, "joined", found.invitation_id)
        accepted(staff, work, row.user_id)
        put_codes(staff, work, row.user_id, codes)
        if found.role in READS_NAMES:
            work.tasks.add("office_key_wanted", node.now())
        return row.user_id

    return Joined(user=await node.store.write(make), codes=codes)


def may_make(by: Caller, role: str) -> None:
    """WrongRole unless the caller may make somebody of that role."""
    by.actor.must_be("coordinator", "operator")
    if role not in MADE_BY[by.actor.role]:
        raise WrongRole(
            "an operator makes auditors and operators only; ask a coordinator",
            for_user="Only a coordinator can add caseworkers and coordinators.",
        )


def _open(staff: Staff, reader: Reader, digest: bytes) -> InvitationRow:
    """An invitation that can be used, by somebody who was not shut out since."""
    found = reader.invitations.open(digest, staff.node.now())
    inviter = None if found is None else reader.people.get(found.made_by)
    if found is None or inviter is None or inviter.disabled_at is not None:
        raise _unknown()
    return found


def _hash(staff: Staff, code: str) -> bytes:
    return keyed_hash(Secret(staff.pepper), b"invitation\0" + plain(code).encode())


def _seal(node: Node, reference: str, whom: str) -> bytes:
    return node.seals.seal(node.seals.node_key(), "invitation", reference, whom.encode())


def _view(node: Node, row: InvitationRow) -> InvitationView:
    whom = node.seals.open(node.seals.node_key(), "invitation", row.invitation_id, row.sealed).decode()
    return InvitationView(
        id=row.invitation_id,
        whom=whom,
        role=row.role,  # type: ignore[arg-type]
        organisation=row.organisation,
        made_at=row.made_at,
        ends_at=row.ends_at,
    )


def _unknown() -> NotAllowed:
    return NotAllowed(
        "no invitation has this code, or it was used or is over",
        for_user="This invitation cannot be used: it is over, or was used already. Ask for a new one.",
    )
