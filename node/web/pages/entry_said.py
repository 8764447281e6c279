"""A part of an entry in words: hours by their days, who speaks what, what is promised, the rest by its code."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
from markupsafe import Markup, escape

from node.web.pages.entry_forms import NAMES, clock_of
from node.web.render import NO_CHOICES, Helpers, left_to_right
from node.web.visit import Visit

FREE: Final = ("name", *NAMES)  # typed by people: shown as it is
DASH: Final = Markup("–")


def sayer(v: Visit) -> Any:
    """What templates call: the name of a part and its value, as a sentence of this reader's."""
    helpers = Helpers(v, NO_CHOICES)

    def said(name: str, value: Any) -> Markup:
        plain = msgspec.to_builtins(value)
        plain = list(plain) if isinstance(plain, tuple) else plain
        if plain in (None, [], ""):
            return DASH
        if name in FREE:
            return escape(helpers.comma.join(plain) if isinstance(plain, list) else plain)
        by = {"hours": _hours, "contacts": _contact, "promises": _promise}.get(name)
        if by is None:
            return helpers.value(name, plain)
        return helpers.semicolon.join(by(v, helpers, one) for one in plain)

    return said


def weekday(v: Visit, day: int) -> str:
    """A day of the week by its name; 1 is Monday."""
    return str(v.speech.locale.days["stand-alone"]["wide"][day - 1])


def _hours(v: Visit, _: Helpers, one: Mapping[str, int]) -> Markup:
    return Markup("{} {}").format(
        weekday(v, one["weekday"]), left_to_right(f"{clock_of(one['opens'])}–{clock_of(one['closes'])}")
    )


def _contact(_: Visit, helpers: Helpers, one: Mapping[str, Any]) -> Markup:
    languages: Sequence[str] = one["languages"]
    return Markup("{}: {}").format(
        helpers.word(one["role"], "role"), helpers.comma.join(helpers.language(code) for code in languages)
    )


def _promise(_: Visit, helpers: Helpers, one: Mapping[str, Any]) -> Markup:
    return Markup("{}: {}").format(helpers.word(one["kind"]), left_to_right(one["working_days"]))
