"""The staff of this node: who may come in, with which role, and who may read names.

A coordinator who is signed in gives the office key on; an operator may shut people out but gives no key and makes no
caseworker. Source: at-rest, key hierarchy; interface, roles.
"""

from node.crypto.staff import wrap_user_seed
from node.crypto.suite import KemKey
from node.crypto.vault import Secret, stretch
from node.errors import BadInput, Conflict, NotAllowed, NotFound, WrongRole
from node.service.keep.notes import NewPassword as PasswordNote
from node.service.keep.notes import ShutOut, note
from node.service.staff.book import (
    Backup,
    ChangePassword,
    NewPassword,
    NewUser,
    StaffNames,
    UserView,
    seal_names,
    view_of,
)
from node.service.staff.callers import Caller, must_still_be
from node.service.staff.my_steps import drop_steps
from node.service.staff.offices import PASSWORD, USER, give, may_read_names
from node.service.staff.sign_in import Staff, binding_of, office_seed_of, right_password
from node.store.people import UserRow, WrapRow
from node.store.work import Reader, Work

READS_NAMES = ("caseworker", "coordinator")
MADE_BY: dict[str, tuple[str, ...]] = {
    #  who             may make
    "coordinator": ("caseworker", "coordinator", "auditor", "operator"),
    "operator": ("auditor", "operator"),
}


def first_user(staff: Staff, new: NewUser, office_seed: bytes) -> str:
    """The first coordinator, made with the node and given its office key; Conflict when there is anybody already."""
    salt = staff.node.random(16)
    stretched, user_seed = stretch(new.password, salt, staff.cost), staff.node.random(32)

    def make(work: Work) -> str:
        if work.people.all():
            raise Conflict("this node has users already; sign in as a coordinator and add more")
        row = add_user(staff, work, new, stretched, salt, user_seed, "node")
        give(work, row, Secret(office_seed), staff.node.now())
        return row.user_id

    return staff.node.store.write_sync(make)


async def create_user(staff: Staff, by: Caller, new: NewUser) -> UserView:
    """A new member of staff; a coordinator's sign-in gives caseworkers and coordinators the office key at once.

    NotAllowed for a role that the caller may not make, Conflict for a login that is taken.
    """
    by.actor.must_be("coordinator", "operator")
    if new.role not in MADE_BY[by.actor.role]:
        raise WrongRole(
            "an operator makes auditors and operators only; ask a coordinator",
            for_user="Only a coordinator can add caseworkers and coordinators.",
        )
    salt = staff.node.random(16)
    stretched, user_seed = await staff.stretch(new.password, salt), staff.node.random(32)
    seed = _seed_of(staff, by)

    def make(work: Work) -> UserView:
        must_still_be(staff, work, by)
        row = add_user(staff, work, new, stretched, salt, user_seed, by.actor.user_id)
        if seed is not None and new.role in READS_NAMES:
            _give(staff, work, row, seed, by)
        return _view(staff, work, row)

    return await staff.node.store.write(make)


async def give_office(staff: Staff, by: Caller, user_id: str) -> UserView:
    """Give a caseworker or coordinator the office key; the giver's own sign-in must hold it."""
    by.actor.must_be("coordinator")
    seed = must_hold_office(staff, by)

    def hand(work: Work) -> UserView:
        must_still_be(staff, work, by)
        row = _user(work, user_id)
        if row.role not in READS_NAMES:
            raise NotAllowed(f"role is {row.role}; names are read by caseworkers and coordinators only", rule="R24")
        _give(staff, work, row, seed, by)
        return _view(staff, work, row)

    return await staff.node.store.write(hand)


async def disable_user(staff: Staff, by: Caller, user_id: str) -> UserView:
    """Shut somebody out: sign-ins, tokens and keys end now, and the office key is changed within seven days."""
    by.actor.must_be("coordinator", "operator")
    now = staff.node.now()

    def shut(work: Work) -> UserView:
        must_still_be(staff, work, by)
        row = _user(work, user_id)
        if row.user_id == by.actor.user_id:
            raise NotAllowed("nobody disables their own sign-in; ask a colleague")
        if row.role == "coordinator" and _is_last_coordinator(work, user_id):
            raise NotAllowed("this is the last coordinator; add another one first")
        if may_read_names(work, user_id):
            work.tasks.add("rotate_office_key", now)
        work.people.disable(user_id, now)
        note(staff.node, work, ShutOut(at=now, user=user_id))
        work.audit.append(now, by.actor.user_id, "user_disabled", user_id)
        return _view(staff, work, _user(work, user_id))

    shown = await staff.node.store.write(shut)
    staff.offices.drop_user(user_id)
    return shown


async def set_backup(staff: Staff, by: Caller, user_id: str, command: Backup) -> UserView:
    """Say who stands in for a caseworker or coordinator; everybody may say it for themselves, a coordinator for all.

    The back-up sees a case once something of it has been overdue for two working days (domain 5.13).
    """
    by.actor.must_be("coordinator", "caseworker")
    if by.actor.role != "coordinator" and user_id != by.actor.user_id:
        raise WrongRole("a caseworker names their own back-up only; ask a coordinator")

    def name(work: Work) -> UserView:
        row, now = _user(work, user_id), staff.node.now()
        if command.backup is None:
            work.people.drop_backup(user_id)
        else:
            _must_stand_in(_user(work, command.backup), row)
            work.people.put_backup(user_id, command.backup, by.actor.user_id, now)
        work.audit.append(now, by.actor.user_id, "backup_named", user_id)
        return _view(staff, work, row)

    return await staff.node.store.write(name)


def _must_stand_in(backup: UserRow, row: UserRow) -> None:
    if backup.user_id == row.user_id or backup.disabled_at is not None or backup.role not in READS_NAMES:
        raise BadInput(
            "this user cannot stand in", field="backup", expected="another caseworker or coordinator who may come in"
        )


async def change_password(staff: Staff, by: Caller, command: ChangePassword) -> None:
    """A new password of one's own; every other sign-in of this user ends."""
    row, old = await right_password(staff, by.actor.user_id, command.old)
    if old is None:
        raise NotAllowed("old password is wrong; type it again", for_user="The old password is wrong.")
    key_seed, salt = staff.node.random(32), staff.node.random(16)
    new, now = await staff.stretch(command.new, salt), staff.node.now()

    def change(work: Work) -> None:
        if _user(work, row.user_id).verifier != row.verifier:
            raise Conflict("the password was changed in between; sign in with the new one")
        seed = office_seed_of(staff, work, row, old)  # opened with the old password, whatever this sign-in still holds
        _new_keys(staff, work, row, new, salt, key_seed)
        if seed is not None:
            give(work, _user(work, row.user_id), seed, now)
        work.sessions.end_all(row.user_id, now)
        work.audit.append(now, row.user_id, "password_changed", row.user_id)

    await staff.node.store.write(change)
    staff.offices.drop_user(row.user_id)


async def reset_password(staff: Staff, by: Caller, user_id: str, command: NewPassword) -> UserView:
    """A new password for somebody who lost theirs, by a coordinator whose sign-in holds the office key."""
    by.actor.must_be("coordinator")
    seed = must_hold_office(staff, by)
    salt, key_seed = staff.node.random(16), staff.node.random(32)
    stretched, now = await staff.stretch(command.password, salt), staff.node.now()

    def reset(work: Work) -> UserView:
        must_still_be(staff, work, by)
        row, had = _user(work, user_id), may_read_names(work, user_id)
        if row.disabled_at is not None:
            raise Conflict("this user is disabled; add a new one")
        _new_keys(staff, work, row, stretched, salt, key_seed)
        drop_steps(staff, work, user_id)  # whoever lost the password may have lost the telephone with it
        if had:
            give(work, _user(work, user_id), seed, now)
        work.sessions.end_all(user_id, now)
        work.audit.append(now, by.actor.user_id, "password_reset", user_id)
        return _view(staff, work, _user(work, user_id))

    shown = await staff.node.store.write(reset)
    staff.offices.drop_user(user_id)
    return shown


async def list_users(staff: Staff, by: Caller) -> list[UserView]:
    """Everybody, disabled ones too, in the order they came."""
    by.actor.must_be("coordinator", "operator", "auditor")
    return await staff.node.store.read(lambda reader: [_view(staff, reader, row) for row in reader.people.all()])


async def list_organisations(staff: Staff, by: Caller) -> list[str]:
    """The organisations that people of this node belong to, by their codes."""
    by.actor.must_be("caseworker", "coordinator")
    return await staff.node.store.read(lambda reader: sorted({row.organisation for row in reader.people.all()}))


async def list_colleagues(staff: Staff, by: Caller) -> dict[str, str]:
    """Who works on cases here, by id: what caseworkers need to know whom to ask."""
    by.actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> dict[str, str]:
        rows = [_view(staff, reader, row) for row in reader.people.all() if row.role in READS_NAMES]
        return {one.user: one.name or one.login for one in rows if one.disabled_at is None}

    return await staff.node.store.read(read)


def add_user(
    staff: Staff, work: Work, new: NewUser, stretched: Secret, salt: bytes, key_seed: bytes, by: str
) -> UserRow:
    """A row and its own keys for somebody new, in the caller's transaction."""
    node, now = staff.node, staff.node.now()
    user_id = node.random(16).hex()
    row = UserRow(
        user_id,
        staff.login_index(new.login),
        seal_names(node, user_id, StaffNames(new.login, new.name)),
        new.role,
        new.organisation,
        staff.verifier(user_id, stretched, salt),
        KemKey(key_seed).public,
        now,
    )
    work.people.add(row)
    _wrap(staff, work, user_id, stretched, key_seed)
    work.audit.append(now, by, "user_added", user_id, outcome=new.role)
    return row


def _new_keys(staff: Staff, work: Work, row: UserRow, stretched: Secret, salt: bytes, key_seed: bytes) -> None:
    """A new pair for a new password: the old wraps are gone, so an old copy of the database opens nothing new."""
    work.people.put_keys(row.user_id, staff.verifier(row.user_id, stretched, salt), KemKey(key_seed).public)
    note(staff.node, work, PasswordNote(at=staff.node.now(), user=row.user_id, line=work.audit.head()[0]))
    _wrap(staff, work, row.user_id, stretched, key_seed)


def _wrap(staff: Staff, work: Work, user_id: str, stretched: Secret, key_seed: bytes) -> None:
    sealed = wrap_user_seed(key_seed, stretched, staff.pepper, binding_of(staff, user_id, 1), staff.node.random)
    work.people.put_wrap(WrapRow(user_id, PASSWORD, USER, 1, sealed, staff.node.now()))


def _give(staff: Staff, work: Work, row: UserRow, seed: Secret, by: Caller) -> None:
    now = staff.node.now()
    if row.disabled_at is not None:
        raise Conflict("this user is disabled; add a new one")
    give(work, row, seed, now)
    work.audit.append(now, by.actor.user_id, "office_key_given", row.user_id)


def _seed_of(staff: Staff, by: Caller) -> Secret | None:
    held = staff.offices.get(by.token_hash, staff.node.now())
    return None if held is None or by.actor.role != "coordinator" else held.seed


def must_hold_office(staff: Staff, by: Caller) -> Secret:
    """The office key of this sign-in, or NotAllowed."""
    seed = _seed_of(staff, by)
    if seed is None:
        raise NotAllowed(
            "office vault is shut for this sign-in; sign in with the password of a coordinator who reads names",
            for_user="Sign in again with your password, then try once more.",
        )
    return seed


def _is_last_coordinator(reader: Reader, user_id: str) -> bool:
    rows = reader.people.all()
    return not any(row.role == "coordinator" and row.disabled_at is None and row.user_id != user_id for row in rows)


def _user(reader: Reader, user_id: str) -> UserRow:
    row = reader.people.get(user_id)
    if row is None:
        raise NotFound("no such user here; check the reference", field="user")
    return row


def _view(staff: Staff, reader: Reader, row: UserRow) -> UserView:
    backup = reader.people.backup_of(row.user_id)
    return view_of(staff.node, row, may_read_names(reader, row.user_id), backup)
