"""What somebody still has to set up for their own sign-in, as sentences with one next step each."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from node.service.staff.first_things import comes_first
from node.service.staff.my_steps import lacking, my_steps
from node.web.visit import Visit
from node.web.words import N_


class Notice(NamedTuple):
    """A sentence and where it leads."""

    says: str
    link: str
    path: str


SAYS: Final[Mapping[str, Notice]] = {
    "two_passkeys": Notice(N_("Your role needs two passkeys: one may be lost."), N_("Set them up"), "/me/passkeys"),
    "second_step_first": Notice(
        N_("Before you go on: your password is all that keeps others out."), N_("Set up codes"), "/me/codes"
    ),
    "second_step": Notice(N_("Your password is all that keeps others out."), N_("Set up codes or a passkey"), "/me"),
    "recovery_codes": Notice(N_("You have few recovery codes left."), N_("Make new ones"), "/me#recovery"),
}


async def notices(v: Visit) -> list[Notice]:
    """What to say to who is there."""
    lacks = list(lacking(await my_steps(v.staff, v.caller), v.actor.role))
    if await comes_first(v.staff, v.caller) == "second_step":
        lacks = ["second_step_first", *(one for one in lacks if one != "second_step")]
    return [SAYS[one] for one in lacks]
