"""The code of conduct: everybody accepts the version in force, and when they did is recorded."""

from typing import Final

from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.store.work import Work

VERSION: Final = 1  # of the text in web/templates/conduct_text.html; a changed text has a higher one


async def has_accepted(staff: Staff, user_id: str) -> bool:
    """True when this user accepted the version in force."""
    return await staff.node.store.read(lambda reader: reader.credentials.accepted(user_id, VERSION) is not None)


async def accept(staff: Staff, by: Caller, version: int) -> bool:
    """Record it; False where another version than the one in force was read."""
    if version != VERSION:
        return False
    await staff.node.store.write(lambda work: accepted(staff, work, by.actor.user_id))
    return True


def accepted(staff: Staff, work: Work, user_id: str) -> None:
    """In the caller's transaction: this user accepted the version in force."""
    work.credentials.accept(user_id, VERSION, staff.node.now())
    work.audit.append(staff.node.now(), user_id, "conduct_accepted", user_id)
