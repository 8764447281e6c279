"""A lost password: a coordinator on the telephone gives a new one that nobody chose, shown to them once.

Codes and passkeys go with the old one. Source: at-rest, lost password.
"""

from node.service.staff.book import NewPassword
from node.service.staff.callers import Caller
from node.service.staff.people import reset_password
from node.service.staff.second_step import CODE_BYTES, spoken
from node.service.staff.sign_in import Staff


async def give_password(staff: Staff, by: Caller, user_id: str) -> str:
    """A new password for somebody who lost theirs, to be read out to them; they change it once they are in."""
    password = spoken(staff.node.random(CODE_BYTES))
    await reset_password(staff, by, user_id, NewPassword(password=password))
    return password
