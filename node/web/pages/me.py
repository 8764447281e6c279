"""What belongs to oneself: sign-ins, password, second step, recovery codes, the code of conduct."""

from typing import Final, NamedTuple

import msgspec
from aiohttp import web

from node.errors import BadInput, NotAllowed, OpenTRMError, TryLater
from node.service.staff.book import MAX_PASSWORD, MIN_PASSWORD, ChangePassword
from node.service.staff.conduct import VERSION, accept, has_accepted
from node.service.staff.mail_wishes import STYLES, MailWish, can_mail, my_wish, wish_mail
from node.service.staff.my_sign_ins import end_others, end_sign_in, my_sign_ins
from node.service.staff.my_steps import begin_codes, confirm_codes, my_steps, new_recovery_codes, pending_codes
from node.service.staff.people import change_password
from node.web.guard import COOKIE, take_cookie
from node.web.pages.notices import notices
from node.web.pages.qr import qr_svg
from node.web.pages.referral import problem
from node.web.pages.roles import EVERYBODY, WORK
from node.web.pages.sign_in import on_to, way_back
from node.web.visit import Page, Visit
from node.web.words import N_

UNLIKE: Final = N_("The new password was typed in two ways. Type it twice again.")
TOO_SHORT: Final = N_("A password has twelve characters or more.")


class MailShown(NamedTuple):
    """Whether this node sends mail, and what of it this person wishes."""

    is_sent: bool
    wish: MailWish


async def _me(v: Visit) -> web.Response:
    return await _shown(v)


async def _shown(v: Visit, error: OpenTRMError | None = None, status: int = 200) -> web.Response:
    return v.show(
        "me.html", status=status, error=error, steps=await my_steps(v.staff, v.caller),
        sign_ins=await my_sign_ins(v.staff, v.caller), conduct=await has_accepted(v.staff, v.actor.user_id),
        notices=await notices(v), mail=await _mail_wish(v), styles=STYLES,
    )  # fmt: skip


async def _mail_wish(v: Visit) -> MailShown | None:
    if v.actor.role not in WORK:
        return None
    return MailShown(can_mail(v.node), await my_wish(v.staff, v.caller))


async def _mail(v: Visit) -> web.Response:
    try:
        await wish_mail(v.staff, v.caller, _wished(v))
    except (BadInput, msgspec.ValidationError) as error:
        return await _shown(v, problem(v, error), 422)
    return v.go("/me#mail")


def _wished(v: Visit) -> MailWish:
    typed = {name: v.typed(name) for name in ("style", "quiet_from", "quiet_until") if v.typed(name)}
    return msgspec.convert({"address": v.typed("address"), **typed}, MailWish, strict=False)


async def _end(v: Visit) -> web.Response:
    await end_sign_in(v.staff, v.caller, v.path["sign_in"])
    return v.go("/me")


async def _end_others(v: Visit) -> web.Response:
    await end_others(v.staff, v.caller)
    return v.go("/me")


async def _password(v: Visit) -> web.Response:
    return v.show("my_password.html")


async def _change(v: Visit) -> web.Response:
    old, new = v.secret("old"), v.secret("new")
    try:
        must_be_good(new, v.secret("again"))
        await change_password(v.staff, v.caller, ChangePassword(old=old[:MAX_PASSWORD], new=new))
    except (BadInput, NotAllowed, TryLater) as error:
        return v.show("my_password.html", status=422, error=error)
    answer = v.go("/sign-in")  # every sign-in ended, this one too
    take_cookie(answer, COOKIE)
    return answer


def must_be_good(new: str, again: str) -> None:
    """BadInput for a new password that is too short, too long, or was typed in two ways."""
    if not MIN_PASSWORD <= len(new) <= MAX_PASSWORD:
        raise BadInput("password is too short or too long", field="new", for_user=TOO_SHORT)
    if new != again:
        raise BadInput("passwords differ", field="again", for_user=UNLIKE)


async def _codes(v: Visit) -> web.Response:
    return await _codes_page(v)


async def _codes_page(v: Visit, error: OpenTRMError | None = None) -> web.Response:
    found = await pending_codes(v.staff, v.caller)
    return v.show(
        "my_codes.html", status=200 if error is None else 422, error=error, steps=await my_steps(v.staff, v.caller),
        secret=found.secret if found else "", qr=qr_svg(found.address) if found else "",
    )  # fmt: skip


async def _begin(v: Visit) -> web.Response:
    try:
        await begin_codes(v.staff, v.caller, v.secret("password")[:MAX_PASSWORD])
    except (BadInput, TryLater) as error:
        return await _codes_page(v, error)
    return v.go("/me/codes")


async def _confirm(v: Visit) -> web.Response:
    try:
        codes = await confirm_codes(v.staff, v.caller, v.typed("code"))
    except (BadInput, NotAllowed) as error:
        return await _codes_page(v, error)
    return v.show("recovery_codes.html", codes=codes)


async def _recovery(v: Visit) -> web.Response:
    try:
        codes = await new_recovery_codes(v.staff, v.caller, v.secret("password")[:MAX_PASSWORD])
    except (BadInput, TryLater) as error:
        return await _shown(v, error, 422)
    return v.show("recovery_codes.html", codes=codes)


async def _conduct(v: Visit) -> web.Response:
    is_accepted = await has_accepted(v.staff, v.actor.user_id)
    return v.show("conduct.html", to=way_back(v.query.get("to", "")), version=VERSION, is_accepted=is_accepted)


async def _accept(v: Visit) -> web.Response:
    to, version = way_back(v.typed("to")), v.typed("version")
    is_read = v.typed("accepted") == "yes" and version.isascii() and version.isdigit() and len(version) < 9
    if not is_read or not await accept(v.staff, v.caller, int(version)):
        error = BadInput("not accepted", field="accepted", for_user=N_("Read it, then tick that you agree."))
        return v.show("conduct.html", status=422, to=to, version=VERSION, is_accepted=False, error=error)
    return v.go(on_to(to))


ME: tuple[Page, ...] = (
    Page("GET", "/me", EVERYBODY, _me),
    Page("POST", "/me/sign-ins/end-others", EVERYBODY, _end_others),
    Page("POST", "/me/sign-ins/{sign_in}/end", EVERYBODY, _end),
    Page("POST", "/me/mail", WORK, _mail),
    Page("GET", "/me/password", EVERYBODY, _password),
    Page("POST", "/me/password", EVERYBODY, _change),
    Page("GET", "/me/codes", EVERYBODY, _codes),
    Page("POST", "/me/codes", EVERYBODY, _begin),
    Page("POST", "/me/codes/confirm", EVERYBODY, _confirm),
    Page("POST", "/me/recovery", EVERYBODY, _recovery),
    Page("GET", "/conduct", EVERYBODY, _conduct),
    Page("POST", "/conduct", EVERYBODY, _accept),
)
