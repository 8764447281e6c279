"""What is typed into a long form is kept on the server as it is typed, sealed with its case, until it is recorded.

So that ten minutes without anybody, a lost connection or a killed server cost the last field and no more. Only forms
of coded answers are here: names and free words go where they are sealed to the office. Forms of letters keep theirs
beside what they send. Each person has a draft of their own: nobody records as hers what a colleague ticked, and no two
write over each other; nor do two windows of one person. Source: issue 4, autosave on the server; interface C4, C14.
"""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from aiohttp import web

from node.service.cases.consent_talks import SHUT
from node.service.cases.drafts import Typed, drop_draft, mark_of_typed, read_draft, save_draft
from node.service.shown import Overtaken
from node.service.threads.reading import view_thread
from node.web.beside import FROM, SHOWN, not_saved, saved
from node.web.visit import Page, Visit
from node.web.words import N_

KEPT: Final = frozenset({
    "/case/{case}/referral/kept-from", "/case/{case}/referral/consent", "/case/{case}/consent",
    "/case/{case}/change/{name}", "/case/{case}/breach",
    "/thread/{thread}/answer", "/thread/{thread}/complaint", "/thread/{thread}/do/referral.accept",
})  # fmt: skip
OF_THE_FORM: Final = frozenset({"_csrf", "_add", "_stay", "_step", FROM, SHOWN})  # no answers
# Nor who interpreted or witnessed: that is sealed to the office. What was shown is kept: what is typed is still of it.
NEVER: Final = (OF_THE_FORM - {SHOWN}) | set(SHUT)
SAYS_NOTHING: Final = frozenset({"person_id", "persons", "parent", "plan_id", "care_id", "thread", SHOWN})  # the page's
PAGE: Final = "page:"  # begins the name of such a draft; then whose it is, and where it is written
SEE_OTHER: Final = 303
TWICE: Final = N_("You write this in another window too. What you type here is not kept until you press the button.")


async def answered(v: Visit, page: Page) -> web.Response:
    """The page's own answer, with what was kept of it before; `_stay` keeps what was typed and does nothing else."""
    if page.path not in KEPT:
        return await page.handler(v)
    case, ref = await _case(v), f"{PAGE}{v.actor.user_id}:{page.path.format_map(v.path)}"
    v = replace(v, kept_as=ref)
    if page.method == "GET":
        draft = await read_draft(v.node, v.actor, case, ref)
        return await page.handler(replace(v, kept=draft.typed, made_from=draft.mark) if draft else v)
    typed = {name: list(values) for name, values in v.form.items() if name not in NEVER}
    is_something = any(value.strip() for name in typed.keys() - SAYS_NOTHING for value in typed[name])
    if v.typed("_stay"):
        return await _as_typed(v, case, ref, typed)
    answer = await page.handler(replace(v, made_from=mark_of_typed(typed) if is_something else ""))
    if answer.status == SEE_OTHER or not is_something:
        # Crash here: it is recorded, and the form shows once more what was typed.
        await drop_draft(v.node, v.actor, case, ref, seen=(v.typed(FROM), mark_of_typed(typed)))
    else:
        with suppress(Overtaken):  # what another window kept since stays; this page has what was typed here
            await save_draft(v.node, v.actor, case, ref, typed, shown=v.typed(FROM))
    return answer


async def _as_typed(v: Visit, case: str, ref: str, typed: Typed) -> web.Response:
    """Kept while it is typed, unless another window of hers kept something else since."""
    try:
        return saved(await save_draft(v.node, v.actor, case, ref, typed, shown=v.typed(FROM)))
    except Overtaken:
        return not_saved(v, TWICE)


def written_at(ref: str) -> str:
    """The page on which such a draft is written; "" for a draft of another kind."""
    return ref.rpartition(":")[2] if ref.startswith(PAGE) else ""


def is_listed(ref: str) -> bool:
    """Whether the desk lists a draft of this name: a task of a referral is found through the referral."""
    return not (ref.startswith(PAGE) and "/referral/" in ref)


async def _case(v: Visit) -> str:
    return v.path["case"] if "case" in v.path else (await view_thread(v.node, v.actor, v.path["thread"])).case
