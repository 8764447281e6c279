"""The filters of the desk and the inbox: links, so that they work without script and are kept by a bookmark.

An address holds codes of what is shown, and nothing of any person. Source: interface C2, C3.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, get_args

from msgspec.structs import replace

from node.service.threads.narrow import EVERYTHING, KINDS, Narrow, Whose
from node.web.visit import ROOT, Visit
from node.web.words import N_

QUICK: Final[tuple[tuple[str, Narrow], ...]] = (
    (N_("Urgent"), Narrow(is_urgent=True)),
    (N_("Due today"), Narrow(is_today=True)),
    (N_("Mine"), Narrow(whose="mine")),
    (N_("Unassigned"), Narrow(whose="nobody")),
)


class Link(NamedTuple):
    """One filter: what it is called or its code, where it leads, and whether it is on; then it leads back."""

    name: str
    href: str
    is_on: bool


class Filters(NamedTuple):
    """What stands above a list."""

    quick: list[Link]
    kinds: list[Link]
    countries: list[Link]
    narrow: Narrow
    everything: str
    query: dict[str, str]


def narrow_of(v: Visit, given: dict[str, str] | None = None) -> Narrow:
    """What the address, or a form, asks for; whatever is no filter of ours narrows nothing."""
    asked = dict(v.query) if given is None else given
    whose, kind, peer = asked.get("whose", ""), asked.get("kind", ""), asked.get("country", "")
    return Narrow(
        whose=whose if whose in get_args(Whose) else "",  # type: ignore[arg-type]
        peer=peer if peer in v.node.view.countries else "",
        kind=kind if kind in KINDS else "",
        is_urgent=asked.get("urgent") == "1",
        is_today=asked.get("today") == "1",
    )


def query_of(narrow: Narrow) -> dict[str, str]:
    """The same as it stands in an address."""
    return {
        "urgent": "1" * narrow.is_urgent, "today": "1" * narrow.is_today, "whose": narrow.whose, "kind": narrow.kind,
        "country": narrow.peer,
    }  # fmt: skip


def filters_of(v: Visit, path: str, narrow: Narrow, **kept: str) -> Filters:
    """The filters of a list at `path`; each changes one of them and keeps the others and what is `kept`."""

    def to(left: Narrow) -> str:
        return ROOT + path + v.with_query(**query_of(left), **kept)

    def link(name: str, of: Narrow) -> Link:
        fields = {field: value for field, value in _fields(of).items() if value}
        is_on = all(getattr(narrow, field) == value for field, value in fields.items())
        return Link(name, to(replace(narrow, **(_empty(fields) if is_on else fields))), is_on)

    countries = sorted(code for code in v.node.view.countries if code != v.node.country)
    return Filters(
        quick=[link(name, of) for name, of in QUICK],
        kinds=[link(kind, Narrow(kind=kind)) for kind in KINDS],
        countries=[link(code, Narrow(peer=code)) for code in countries],
        narrow=narrow,
        everything="" if narrow == EVERYTHING else to(EVERYTHING),
        query=query_of(narrow),
    )


def _fields(narrow: Narrow) -> dict[str, str | bool]:
    return {name: getattr(narrow, name) for name in narrow.__struct_fields__}


def _empty(fields: Iterable[str]) -> dict[str, str | bool]:
    return {name: getattr(EVERYTHING, name) for name in fields}
