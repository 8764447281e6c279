"""A locked sign-in is not a signed-out one: it shows nothing, holds no office key, and goes on where it was.

Locked by hand, or by itself when nobody asked for anything for a while: then the password (or a passkey) of the same
person opens it. Hidden ("I am with the person"): one tap within an hour opens it, without the office key: names ask for
the password. Source: interface C14; practice, the desk.
"""

from typing import Final, Literal

from node.errors import NotAllowed, NotSignedIn
from node.service.staff.callers import Caller, end_session, not_signed_in
from node.service.staff.offices import may_read_names
from node.service.staff.passkey_keys import put_under_passkey
from node.service.staff.sign_in import Staff, hold_office, office_seed_of, right_password, token_hash
from node.store.sessions import SessionRow
from node.store.work import Work

HIDDEN_S: Final = 3600

Standing = Literal["over", "open", "hidden", "locked"]


async def standing(staff: Staff, token: str) -> Standing:
    """How the sign-in of a token stands; nothing of it is extended by asking."""
    row = await _resting(staff, token)
    return "over" if row is None else _stands(staff, row)


async def lock(staff: Staff, caller: Caller) -> None:
    """The office key leaves the memory at once; what was typed stays where it was saved."""
    staff.offices.drop(caller.token_hash)
    now = staff.node.now()

    def shut(work: Work) -> None:
        work.sessions.lock(caller.token_hash, now)
        work.audit.append(now, caller.actor.user_id, "locked")

    await staff.node.store.write(shut)
    staff.offices.drop(caller.token_hash)  # once more: it may have been opened meanwhile


async def hide(staff: Staff, caller: Caller) -> None:
    """As `lock`, but one tap within an hour opens it again, without names."""
    staff.offices.drop(caller.token_hash)
    now = staff.node.now()

    def cover(work: Work) -> None:
        work.sessions.hide(caller.token_hash, now)
        work.audit.append(now, caller.actor.user_id, "hidden")

    await staff.node.store.write(cover)
    staff.offices.drop(caller.token_hash)


async def show_again(staff: Staff, token: str) -> None:
    """The one tap; NotSignedIn once the hour is over or when it was locked for good."""
    digest, now = token_hash(token), staff.node.now()

    def go_on(work: Work) -> None:
        row = work.sessions.resting(digest, now)
        if row is None or _stands(staff, row) != "hidden":
            raise not_signed_in()
        work.sessions.unlock(digest, now)
        work.audit.append(now, row.user_id, "shown_again")

    await staff.node.store.write(go_on)


async def unlock(staff: Staff, token: str, password: str) -> None:
    """The password of the same person opens it, and the office key with it; NotSignedIn for another one.

    Tries are counted with those of the sign-in.
    """
    row = await _resting(staff, token)
    if row is None:
        raise not_signed_in()
    await _open(staff, row, password, "unlocked")


async def end_any(staff: Staff, token: str) -> None:
    """Sign out, whether it is locked, hidden or in use; nothing happens where it is over."""
    row = await _resting(staff, token)
    if row is not None:
        await end_session(staff, row.token_hash, row.user_id)


async def open_names(staff: Staff, caller: Caller, password: str) -> None:
    """The office key for a sign-in that goes on without it; NotAllowed where nobody gave this person the key."""
    row = await _resting_hash(staff, caller.token_hash)
    if row is None:
        raise not_signed_in()
    if not await staff.node.store.read(lambda reader: may_read_names(reader, row.user_id)):
        raise NotAllowed(
            "nobody gave this user the office key",
            rule="R24",
            for_user="Nobody gave you the key to the names yet. Ask a coordinator.",
        )
    await _open(staff, row, password, "names_opened")


async def _open(staff: Staff, row: SessionRow, password: str, act: str) -> None:
    user, stretched = await right_password(staff, row.user_id, password)
    now = staff.node.now()
    if stretched is None:
        await staff.node.store.write(lambda work: work.audit.append(now, row.user_id, act, outcome="refused"))
        raise NotSignedIn("password is wrong; type it again", for_user="The password is wrong. Type it again.")

    def opened(work: Work) -> SessionRow | None:
        work.sessions.unlock(row.token_hash, now)
        work.audit.append(now, row.user_id, act)
        return work.sessions.get(row.token_hash, now)  # None: it was ended from elsewhere meanwhile

    if await staff.node.store.write(opened) is None:
        raise not_signed_in()
    await put_under_passkey(staff, row.token_hash, row.user_id, stretched)
    seed = await staff.node.store.read(lambda reader: office_seed_of(staff, reader, user, stretched))
    if seed is not None:
        await hold_office(staff, row.token_hash, row.user_id, seed, row.ends_at)


def _stands(staff: Staff, row: SessionRow) -> Standing:
    now = staff.node.now()
    if row.locked_at is not None:
        return "locked"
    if row.hidden_at is not None:
        return "hidden" if now < row.hidden_at + HIDDEN_S else "locked"
    return "open" if now < row.seen_at + row.idle_s else "locked"


async def _resting(staff: Staff, token: str) -> SessionRow | None:
    return await _resting_hash(staff, token_hash(token))


async def _resting_hash(staff: Staff, digest: bytes) -> SessionRow | None:
    now = staff.node.now()
    return await staff.node.store.read(lambda reader: reader.sessions.resting(digest, now))
