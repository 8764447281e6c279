"""The texts that are read to a person before she consents: read, proposed by one coordinator, published by another."""

from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.service.rights.texts import (
    POINTS,
    VARIANTS,
    ProposeText,
    Text,
    list_texts,
    propose_text,
    publish_text,
)
from node.web.pages.referral import problem
from node.web.visit import Page, Visit
from node.web.words import N_

COORDINATOR: Final = ("coordinator",)
NUMBERS: Final = tuple(range(1, POINTS + 1))
SUBJECTS: Final = (
    N_("What would be done"),
    N_("Who would read it"),
    N_("What for"),
    N_("What would be said of her"),
    N_("How long it holds"),
    N_("No to a part of it"),
    N_("Taking it back"),
    N_("A no harms nothing"),
)


async def _texts(v: Visit) -> web.Response:
    return await _show(v)


async def _show(v: Visit, **more: Any) -> web.Response:
    texts = await list_texts(v.node, v.actor)
    in_force = {(one.language, one.variant): one for one in reversed(texts) if not one.is_draft}
    waiting = [one for one in texts if one.is_draft and one.id is not None]
    return v.show("texts.html", texts=texts, in_force=in_force, waiting=waiting, variants=VARIANTS, **more)


async def _text(v: Visit) -> web.Response:
    """One version to read; its points are the beginning of the next one."""
    text = await _found(v)
    typed = {f"point_{number}": [point] for number, point in enumerate(text.points, 1)} | {"language": [text.language]}
    return _form(v, text, typed)


def _form(v: Visit, text: Text, typed: Any, **more: Any) -> web.Response:
    rows = list(zip(NUMBERS, SUBJECTS, _points(typed), strict=True))
    return v.show("text.html", text=text, rows=rows, typed=typed, **more)


def _points(typed: Any) -> list[str]:
    return [str((typed.get(f"point_{number}") or [""])[-1]).strip() for number in NUMBERS]


async def _propose(v: Visit) -> web.Response:
    text = await _found(v)
    try:
        facts = {"language": v.typed("language"), "variant": text.variant, "points": _points(v.form)}
        new = msgspec.convert(facts, ProposeText)
        await propose_text(v.node, v.actor, new)
    except (BadInput, msgspec.ValidationError) as error:
        return _form(v, text, v.form, status=422, error=problem(v, error))
    return v.go("/texts")


async def _publish(v: Visit) -> web.Response:
    text = await _found(v)
    try:
        if text.id is None:
            raise BadInput(
                "a shipped draft is in no row", field="text",
                for_user=v.say("This draft came with the program. Propose it first; another coordinator publishes it."),
            )  # fmt: skip
        await publish_text(v.node, v.actor, text.id)
    except (BadInput, NotAllowed, Conflict) as error:
        return await _show(v, status=409, error=problem(v, error))
    return v.go("/texts")


async def _found(v: Visit) -> Text:
    found = next((one for one in await list_texts(v.node, v.actor) if one.code == v.path["text"]), None)
    if found is None:
        raise NotFound("no such text; read the list again", field="text")
    return found


TEXTS: tuple[Page, ...] = (
    Page("GET", "/texts", COORDINATOR, _texts),
    Page("GET", "/texts/{text}", COORDINATOR, _text),
    Page("POST", "/texts/{text}", COORDINATOR, _propose),
    Page("POST", "/texts/{text}/publish", COORDINATOR, _publish),
)
