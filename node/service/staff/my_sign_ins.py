"""Sign-ins that are not over: one's own, each to be ended, and somebody else's for those who look after people."""

import hashlib
from collections.abc import Callable

import msgspec

from node.errors import NotFound
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.store.sessions import SessionRow
from node.store.work import Work


class SignInView(msgspec.Struct, frozen=True, kw_only=True):
    """One sign-in: `id` names it on a page and opens nothing; `is_this` is the one that asked."""

    id: str
    since: int
    seen_at: int
    ends_at: int
    is_locked: bool
    is_this: bool


async def my_sign_ins(staff: Staff, by: Caller) -> list[SignInView]:
    """One's own, this one first."""
    now = staff.node.now()
    rows = await staff.node.store.read(lambda reader: reader.sessions.of_user(by.actor.user_id, now))
    return sorted((_view(row, by, now) for row in rows), key=lambda one: not one.is_this)


async def end_sign_in(staff: Staff, by: Caller, sign_in: str) -> None:
    """End one of one's own; NotFound for anything else."""
    await _end(staff, by, lambda row: id_of(row) == sign_in, must_find=True)


async def end_others(staff: Staff, by: Caller) -> int:
    """End all of one's own but this one; how many."""
    return await _end(staff, by, lambda row: row.token_hash != by.token_hash)


async def end_sign_ins_of(staff: Staff, by: Caller, user_id: str) -> int:
    """A coordinator or operator ends everything of somebody: a lost device, somebody who left a desk open."""
    by.actor.must_be("coordinator", "operator")
    now = staff.node.now()

    def end(work: Work) -> int:
        if work.people.get(user_id) is None:
            raise NotFound("no such user here; check the reference", field="user")
        rows = work.sessions.of_user(user_id, now)
        work.sessions.end_all(user_id, now)
        work.audit.append(now, by.actor.user_id, "sign_ins_ended", user_id)
        return len(rows)

    ended = await staff.node.store.write(end)
    staff.offices.drop_user(user_id)
    return ended


def id_of(row: SessionRow) -> str:
    """What a sign-in is called on a page: nobody finds the token from it."""
    return hashlib.sha256(b"sign-in\0" + row.token_hash).hexdigest()[:32]


async def _end(staff: Staff, by: Caller, is_meant: Callable[[SessionRow], bool], must_find: bool = False) -> int:
    now = staff.node.now()

    def end(work: Work) -> list[bytes]:
        rows = [row for row in work.sessions.of_user(by.actor.user_id, now) if is_meant(row)]
        if must_find and not rows:
            raise NotFound("no such sign-in, or it is over", field="sign_in")
        for row in rows:
            work.sessions.end(row.token_hash, now)
            work.audit.append(now, by.actor.user_id, "sign_in_ended", id_of(row))
        return [row.token_hash for row in rows]

    ended = await staff.node.store.write(end)
    for digest in ended:
        staff.offices.drop(digest)
    return len(ended)


def _view(row: SessionRow, by: Caller, now: int) -> SignInView:
    is_locked = row.locked_at is not None or row.hidden_at is not None or now >= row.seen_at + row.idle_s
    return SignInView(
        id=id_of(row),
        since=row.created_at,
        seen_at=row.seen_at,
        ends_at=row.ends_at,
        is_locked=is_locked,
        is_this=row.token_hash == by.token_hash,
    )
