"""What comes before any work: the code of conduct, and a sign-in that does not rest on a password alone.

A password is seen over a shoulder, or typed into a false page. Where real people are kept, whoever has no passkey and
no codes by the clock gets no further than the page where they are set up. Source: issue 4, sign-in; at-rest.
"""

from typing import Literal

from node.errors import NotAllowed
from node.service.staff.callers import Caller
from node.service.staff.conduct import VERSION
from node.service.staff.second_step import needs_second_step
from node.service.staff.sign_in import Staff
from node.store.work import Reader

FirstThing = Literal["conduct", "second_step"]


async def comes_first(staff: Staff, by: Caller) -> FirstThing | None:
    """What this person has to do before anything else; None when nothing is left."""

    def look(reader: Reader) -> FirstThing | None:
        if reader.credentials.accepted(by.actor.user_id, VERSION) is None:
            return "conduct"
        return "second_step" if _lacks_step(staff, reader, by) else None

    return await staff.node.store.read(look)


async def must_have_two_steps(staff: Staff, by: Caller) -> None:
    """NotAllowed for a person whose sign-in rests on a password alone, where this node asks for more."""
    if staff.limits.two_steps and await staff.node.store.read(lambda reader: _lacks_step(staff, reader, by)):
        raise NotAllowed(
            "this sign-in rests on a password alone; sign in at the desk once and set up codes or a passkey"
        )


def _lacks_step(staff: Staff, reader: Reader, by: Caller) -> bool:
    return staff.limits.two_steps and not by.is_machine and not needs_second_step(reader, by.actor.user_id)
