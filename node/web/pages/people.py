"""The people of this node: who is here, who is invited, the office key, and shutting somebody out."""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, Conflict, NotAllowed, OpenTRMError
from node.service.decoding import explained
from node.service.staff.invitations import Invite, invite, open_invitations, take_back
from node.service.staff.lost import give_password
from node.service.staff.my_sign_ins import end_sign_ins_of
from node.service.staff.people import MADE_BY, disable_user, give_office, list_users
from node.web.visit import Page, Visit
from node.web.words import N_

ADMINISTRATORS: Final = ("coordinator", "operator")
NO_ROLE: Final = N_("Choose what this person does.")
BAD_CODE: Final = N_("Use small letters, digits and - only.")
NOT_SURE: Final = N_("Tick that you are sure.")


async def _people(v: Visit) -> web.Response:
    return await _shown(v)


async def _shown(
    v: Visit, error: OpenTRMError | None = None, status: int = 200, made: Any = None, given: str = ""
) -> web.Response:
    return v.show(
        "people.html", status=status, error=error, made=made, given=given, users=await list_users(v.staff, v.caller),
        invitations=await open_invitations(v.staff, v.caller), roles=MADE_BY[v.actor.role], typed=v.form,
        site=v.site,
    )  # fmt: skip


async def _invite(v: Visit) -> web.Response:
    facts = {name: v.typed(name) for name in ("role", "organisation", "whom")}
    try:
        command = msgspec.convert(facts, Invite)
    except msgspec.ValidationError as error:
        return await _shown(v, _beside(explained(error)), 422)
    return await _shown(v, made=await invite(v.staff, v.caller, command))


def _beside(error: BadInput) -> BadInput:
    says = NO_ROLE if error.field == "role" else BAD_CODE
    return BadInput(error.message, field=error.field, for_user=says)


async def _take_back(v: Visit) -> web.Response:
    await take_back(v.staff, v.caller, v.path["invitation"])
    return v.go("/people")


async def _give(v: Visit) -> web.Response:
    return await _done(v, give_office)


async def _end(v: Visit) -> web.Response:
    return await _done(v, end_sign_ins_of)


async def _disable(v: Visit) -> web.Response:
    if v.typed("sure") != "yes":
        error = BadInput("not ticked", field="sure-" + v.path["user"], for_user=NOT_SURE)
        return await _shown(v, error, 422)
    return await _done(v, disable_user)


async def _password(v: Visit) -> web.Response:
    if v.typed("sure") != "yes":
        error = BadInput("not ticked", field="lost-" + v.path["user"], for_user=NOT_SURE)
        return await _shown(v, error, 422)
    try:
        given = await give_password(v.staff, v.caller, v.path["user"])
    except (Conflict, NotAllowed) as error:
        return await _shown(v, error, 409)
    return await _shown(v, given=given)


async def _done(v: Visit, act: Any) -> web.Response:
    try:
        await act(v.staff, v.caller, v.path["user"])
    except NotAllowed as error:
        return await _shown(v, error, 409)
    return v.go("/people")


PEOPLE: tuple[Page, ...] = (
    Page("GET", "/people", ADMINISTRATORS, _people),
    Page("POST", "/people/invite", ADMINISTRATORS, _invite),
    Page("POST", "/people/invitations/{invitation}/take-back", ADMINISTRATORS, _take_back),
    Page("POST", "/people/{user}/office", ("coordinator",), _give),
    Page("POST", "/people/{user}/password", ("coordinator",), _password),
    Page("POST", "/people/{user}/end-sign-ins", ADMINISTRATORS, _end),
    Page("POST", "/people/{user}/disable", ADMINISTRATORS, _disable),
)
