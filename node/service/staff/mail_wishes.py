"""A mail that says nothing, to whoever wishes one, when something new waits at their desk.

One mail, and then none until they have been at the desk again, in the hours they chose: so whoever reads a mailbox
learns that its owner has work, once, and nothing of any person. What cannot wait for the morning calls those on call
(`paging`), and is mailed to coordinators and to them at any hour. Source: issue 4, live without noise; interface C15;
R38.
"""

import re
from datetime import datetime
from typing import Final, Literal, get_args

import msgspec

from node.errors import BadInput
from node.service.access import is_theirs_now
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.paging import MAIL
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.service.threads.desk import WORKERS, newest_waiting, urgent_since
from node.service.threads.times import DAY_FROM, DAY_UNTIL, calendar_of
from node.store.mail_wishes import MailWishRow
from node.store.people import UserRow
from node.store.work import Reader, Work

ADDRESS: Final = re.compile(r"[^@\s\x00-\x1f<>,;\"]{1,64}@[^@\s\x00-\x1f<>,;\"]{1,189}")
Style = Literal["at_once", "digest"]
STYLES: Final[tuple[Style, ...]] = get_args(Style)
HOURS: Final = range(24)
HOUR_S: Final = 3600
DANGER: Final = "call"  # the ladder of a danger that was told to us


class MailWish(msgspec.Struct, frozen=True):
    """Where the mail goes and when; sealed. `style`: once something is new, or one mail each morning; between the
    hours `quiet_from` and `quiet_until` of the country's own time none goes, from the one to the same: at any hour.
    """

    address: str
    style: Style = "at_once"
    quiet_from: int = DAY_UNTIL
    quiet_until: int = DAY_FROM


NO_WISH: Final = MailWish("")


class ToMail(msgspec.Struct, frozen=True):
    """One mail to send now; `decided_at`: what came since then is not in it."""

    user_id: str
    address: str
    decided_at: int


def can_mail(node: Node) -> bool:
    """Whether this node sends mail at all."""
    return MAIL in node.page_by


async def my_wish(staff: Staff, by: Caller) -> MailWish:
    """What this person wishes; NO_WISH where no mail is wished."""
    row = await staff.node.store.read(lambda reader: reader.mail_wishes.get(by.actor.user_id))
    return NO_WISH if row is None else _wish(staff.node, row)


async def wish_mail(staff: Staff, by: Caller, wish: MailWish) -> None:
    """Wish mail as this says, or without an address no more. BadInput for what is no address or hour. Durable."""
    by.actor.must_be(*WORKERS)
    if wish.address and not ADDRESS.fullmatch(wish.address):
        raise BadInput(
            "no address of a mailbox",
            field="address",
            expected="name@host",
            for_user="Write one address, with an @ in it.",
        )
    if wish.style not in STYLES or wish.quiet_from not in HOURS or wish.quiet_until not in HOURS:
        raise BadInput("no such hour", field="quiet_from", for_user="Choose an hour from the list.")
    node, user_id = staff.node, by.actor.user_id

    def keep(work: Work) -> None:
        if wish.address:
            work.mail_wishes.put(user_id, node.seals.seal(node.seals.node_key(), "mail_wish", user_id, wish))
        else:
            work.mail_wishes.drop(user_id)
        work.audit.append(node.now(), user_id, "mail_wished" if wish.address else "mail_ended", user_id)

    await node.store.write(keep)


async def mails_due(node: Node) -> list[ToMail]:
    """To whom a mail goes now. Reads only."""

    now = node.now()

    def read(reader: Reader) -> list[ToMail]:
        wishes = [(row, _wish(node, row)) for row in reader.mail_wishes.all()]
        return [ToMail(row.user_id, wish.address, now) for row, wish in wishes if _is_due(node, reader, row, wish)]

    return await node.store.read(read)


async def mail_left(node: Node, one: ToMail) -> None:
    """Note that it left: no other until this person has been at the desk, but for what is urgent and came since it was
    decided. A crash before this sends it twice.
    """
    await node.store.write(lambda work: work.mail_wishes.told(one.user_id, one.decided_at))


def _is_due(node: Node, reader: Reader, row: MailWishRow, wish: MailWish) -> bool:
    user = reader.people.get(row.user_id)
    if user is None or user.role not in WORKERS:
        return False
    actor = Actor(user.user_id, user.role, user.organisation, None, reader.distrusts.cases_shut(user.organisation))
    seen_at, told_at = reader.sessions.last_seen(row.user_id), row.told_at or 0
    if _is_called_at_night(reader, user) and has_danger(node, reader, actor, max(seen_at, told_at)):
        return True
    if told_at > seen_at or not _is_time(node, wish, told_at):  # told already, and not at the desk since
        return False
    return newest_waiting(node, reader, actor) > seen_at


def has_danger(node: Node, reader: Reader, actor: Actor, since: int) -> bool:
    """Whether something that cannot wait came since then to this person's cases: an urgent letter, or a danger."""
    if urgent_since(node, reader, actor, since):
        return True
    dangers = (one for one in reader.alarms.open() if one.ladder == DANGER and one.acknowledged_at is None)
    return any(one.raised_at > since and _may_see(reader, actor, one.case_id) for one in dangers)


def _may_see(reader: Reader, actor: Actor, case_id: str | None) -> bool:
    row = None if case_id is None else reader.cases.get(case_id)
    return actor.role == "coordinator" if row is None else is_theirs_now(reader, row, actor)


def _is_called_at_night(reader: Reader, user: UserRow) -> bool:
    """Coordinators, and whoever is on the roster: for them an emergency is stronger than quiet hours and a digest."""
    return user.role == "coordinator" or any(one.user_id == user.user_id for one in reader.on_call.all())


def _is_time(node: Node, wish: MailWish, told_at: int) -> bool:
    """Whether a mail may go now: outside the quiet hours, and of a digest one a day, in the hour they end."""
    there = datetime.fromtimestamp(node.now(), calendar_of(node, node.country).zone)
    if wish.style == "digest":
        return there.hour == wish.quiet_until and told_at < node.now() - HOUR_S
    return wish.quiet_from == wish.quiet_until or not _is_quiet(wish, there.hour)


def _is_quiet(wish: MailWish, hour: int) -> bool:
    """Whether this hour lies between the two, over midnight where the first is the later one."""
    return (hour - wish.quiet_from) % 24 < (wish.quiet_until - wish.quiet_from) % 24


def _wish(node: Node, row: MailWishRow) -> MailWish:
    return node.seals.open_as(MailWish, node.seals.node_key(), "mail_wish", row.user_id, row.sealed)
