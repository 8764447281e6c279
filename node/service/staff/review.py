"""The review of who may come in: every quarter a coordinator looks at each colleague and signs for it.

The sign-off is a line of the audit; who signed last stands in the database. Source: interface O5.
"""

from typing import Final

import msgspec

from node.errors import Conflict
from node.service.context import DAY_S
from node.service.staff.book import UserView
from node.service.staff.callers import Caller
from node.service.staff.people import list_users
from node.service.staff.sign_in import Staff
from node.store.work import Reader, Work

EVERY_S: Final = 91 * DAY_S
SEARCHED: Final = 50_000  # the newest lines of the audit, in which the last sign-ins are looked for
SIGNED: Final = "access_review"


class Signed(msgspec.Struct, frozen=True):
    """Who signed the last review, when, and for how many colleagues who may come in."""

    by: str
    at: int
    users: int


class AccessReview(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody, when each last signed in (by user; missing: not lately), and the last review; `due_at` of the next."""

    users: list[UserView]
    seen: dict[str, int]
    signed: Signed | None
    due_at: int


async def access_review(staff: Staff, by: Caller) -> AccessReview:
    """What whoever reviews looks at."""
    users = await list_users(staff, by)
    seen, signed = await staff.node.store.read(_read)
    first = min((one.created_at for one in users), default=staff.node.now())
    due_at = (first if signed is None else signed.at) + EVERY_S
    return AccessReview(users=users, seen=seen, signed=signed, due_at=due_at)


async def sign_review(staff: Staff, by: Caller, looked_at: int) -> None:
    """A coordinator has looked at so many colleagues who may come in; Conflict where there are others by now."""
    by.actor.must_be("coordinator")
    now = staff.node.now()

    def sign(work: Work) -> None:
        inside = sum(row.disabled_at is None for row in work.people.all())
        if inside != looked_at:
            raise Conflict(
                "who may come in changed meanwhile; look again", for_user="Somebody came or left. Look again."
            )
        work.meta.put(SIGNED, msgspec.json.encode(Signed(by.actor.user_id, now, inside)))
        work.audit.append(now, by.actor.user_id, "access_reviewed", by.actor.user_id, outcome=str(inside))

    await staff.node.store.write(sign)


def _read(reader: Reader) -> tuple[dict[str, int], Signed | None]:
    kept = reader.meta.get(SIGNED)
    signed = msgspec.json.decode(kept, type=Signed) if isinstance(kept, bytes) else None
    return reader.audit.last_of("sign_in", "done", SEARCHED), signed
