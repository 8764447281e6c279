"""A mail that says nothing, to whoever wishes one, when something new waits at their desk.

One mail, and then none until they have been at the desk again; never at night: so whoever reads a mailbox learns that
its owner has work, once, and nothing of any person. What cannot wait for the morning calls those on call (`paging`).
Source: issue 4, live without noise; interface C15; R38.
"""

import re
from datetime import datetime
from typing import Final

import msgspec

from node.errors import BadInput
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.paging import MAIL
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.service.threads.desk import WORKERS, newest_waiting
from node.service.threads.times import calendar_of
from node.store.mail_wishes import MailWishRow
from node.store.work import Reader, Work

ADDRESS: Final = re.compile(r"[^@\s\x00-\x1f<>,;\"]{1,64}@[^@\s\x00-\x1f<>,;\"]{1,189}")
DAY_FROM, DAY_UNTIL = 7, 20  # hours of the country's own time


class MailWish(msgspec.Struct, frozen=True):
    """Where the mail goes; sealed."""

    address: str


class ToMail(msgspec.Struct, frozen=True):
    """One mail to send now."""

    user_id: str
    address: str


def can_mail(node: Node) -> bool:
    """Whether this node sends mail at all."""
    return MAIL in node.page_by


async def my_address(staff: Staff, by: Caller) -> str:
    """Where this person's mail goes; "" when none is wished."""
    row = await staff.node.store.read(lambda reader: reader.mail_wishes.get(by.actor.user_id))
    return "" if row is None else _address(staff.node, row)


async def wish_mail(staff: Staff, by: Caller, address: str) -> None:
    """Wish mail to this address, or with "" no more. BadInput for what is no address. Durable."""
    by.actor.must_be(*WORKERS)
    if address and not ADDRESS.fullmatch(address):
        raise BadInput(
            "no address of a mailbox",
            field="address",
            expected="name@host",
            for_user="Write one address, with an @ in it.",
        )
    node, user_id = staff.node, by.actor.user_id

    def keep(work: Work) -> None:
        if address:
            sealed = node.seals.seal(node.seals.node_key(), "mail_wish", user_id, MailWish(address))
            work.mail_wishes.put(user_id, sealed)
        else:
            work.mail_wishes.drop(user_id)
        work.audit.append(node.now(), user_id, "mail_wished" if address else "mail_ended", user_id)

    await node.store.write(keep)


async def mails_due(node: Node) -> list[ToMail]:
    """To whom a mail goes now. Reads only."""
    if not _is_day(node):
        return []
    return await node.store.read(
        lambda reader: [
            ToMail(row.user_id, _address(node, row)) for row in reader.mail_wishes.all() if _has_news(node, reader, row)
        ]
    )


async def mail_left(node: Node, one: ToMail) -> None:
    """Note that it left: no other until this person has been at the desk. A crash before this sends it twice."""
    await node.store.write(lambda work: work.mail_wishes.told(one.user_id, node.now()))


def _has_news(node: Node, reader: Reader, row: MailWishRow) -> bool:
    user = reader.people.get(row.user_id)
    if user is None or user.role not in WORKERS:
        return False
    seen_at = reader.sessions.last_seen(row.user_id)
    if (row.told_at or 0) > seen_at:  # told already, and not at the desk since
        return False
    actor = Actor(user.user_id, user.role, user.organisation, None, reader.distrusts.cases_shut(user.organisation))
    return newest_waiting(node, reader, actor) > seen_at


def _is_day(node: Node) -> bool:
    zone = calendar_of(node, node.country).zone
    return DAY_FROM <= datetime.fromtimestamp(node.now(), zone).hour < DAY_UNTIL


def _address(node: Node, row: MailWishRow) -> str:
    return node.seals.open_as(MailWish, node.seals.node_key(), "mail_wish", row.user_id, row.sealed).address
