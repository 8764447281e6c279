"""Two windows, or two people, at one thing: what stands and what was typed on one page, and a person chooses.

A form carries in `_from` the mark of what its page was made from. Where something else stands by the time it is sent
nothing is written over, and nothing that was typed is lost. Source: interface C4, finding 3.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import msgspec
from aiohttp import web

from node.service.cases.drafts import Draft, read_draft, save_draft
from node.service.cases.replacing import Replaced
from node.service.shown import Overtaken
from node.service.staff.people import list_colleagues
from node.web.forms import Fields
from node.web.visit import Visit
from node.web.words import N_

FROM: Final = "_from"  # of a draft, or of names: what the page was made from
SHOWN: Final = "_shown"  # of a case or its consents, on a page that keeps a draft too
MARK: Final = "Mark"  # the header that hands a script the mark of what it has just saved
STANDS, TYPED = N_("What stands"), N_("What you typed")
SAVE: Final = N_("Save what you typed")
RECORD: Final = N_("Record it all the same")
MEANWHILE: Final = N_("%(name)s saved this meanwhile. What you typed is not saved yet, and nothing is lost.")
BY_YOU: Final = N_("You saved this in another window. What you typed here is not saved yet, and nothing is lost.")
GONE: Final = N_("Nothing is saved here any more: it was sent or is not needed. What you typed is not saved.")
CHANGED: Final = N_("This case was changed meanwhile. What you typed is not recorded yet, and would replace this.")
NOT_SAVED: Final = N_(
    "Something else was saved meanwhile, in another window or by a colleague. What you type now is not saved. Press the"
    " button: you will see both and choose."
)  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """One thing that differs: what it is, of whom, what stands, and what was typed."""

    field: str
    stands: Any
    typed: Any
    whose: str = ""


async def save(
    v: Visit, case: str, ref: str, typed: Fields, back: str, **facts: Any
) -> tuple[Visit, web.Response | None]:
    """Save what was typed on this page. The visit for the page that follows; or the answer, where there is one
    already: to a script, or both versions. `back` is where what stands is written, `facts` what its page calls things.
    """
    kept = {name: list(values) for name, values in typed.items()}
    try:
        mark = await save_draft(v.node, v.actor, case, ref, kept, shown=v.typed(FROM))
    except Overtaken:
        draft = await read_draft(v.node, v.actor, case, ref)
        return v, not_saved(v) if v.typed("_stay") else await _both(v, draft, kept, back, facts)
    return replace(v, made_from=mark), saved(mark) if v.typed("_stay") else None


def saved(mark: str) -> web.Response:
    """For the script of a page: it is saved, and this is its mark now."""
    return web.Response(status=204, headers={MARK: mark})


def not_saved(v: Visit, why: str = NOT_SAVED) -> web.Response:
    """For the script of a page: it is not saved, and why."""
    return web.Response(status=409, text=v.say(why))


async def _both(v: Visit, draft: Draft | None, typed: Fields, back: str, facts: Any) -> web.Response:
    stands = draft.typed if draft else {}
    names = [one for one in {**stands, **typed} if _filled(stands, one) != _filled(typed, one)]
    rows = [Row(one.lstrip("_"), _filled(stands, one), _filled(typed, one)) for one in names]
    says = await _who_saved(v, draft) if draft and draft.mark else v.say(GONE)
    return show(replace(v, made_from=draft.mark if draft else ""), rows, says, typed, back, SAVE,
                at=draft.saved_at if draft else None, **facts)  # fmt: skip


async def _who_saved(v: Visit, draft: Draft) -> str:
    if draft.saved_by == v.actor.user_id:
        return v.say(BY_YOU)
    colleagues = await list_colleagues(v.staff, v.caller)
    return v.say(MEANWHILE, name=colleagues.get(draft.saved_by) or v.say("A colleague"))


def show(v: Visit, rows: Iterable[Row], says: str, typed: Fields, back: str, does: str, **facts: Any) -> web.Response:
    """Both versions, row by row; what was typed waits in the page for the button `does`."""
    return v.show("beside.html", status=409, rows=list(rows), says=says, typed=typed, back=back, does=does,
                  **{"at": None, "persons": {}, **facts})  # fmt: skip


def rows_of(facts: Iterable[Replaced]) -> list[Row]:
    """What a change would put in the place of what stands."""
    return [Row(one.field, one.stands, one.instead, one.person_id) for one in facts]


def _filled(typed: Fields, name: str) -> list[str]:
    return [one for one in typed.get(name, []) if one]
