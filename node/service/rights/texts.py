"""The texts read to a person before she consents to an offer: eight points, as two people published them.

Shipped texts are drafts: a country proposes them or its own, and another coordinator publishes. Nothing is translated
by a machine; where a language has no published text the sentence says what to do instead. A version is never changed:
what a consent record names can be read for as long as the record is kept. Source: interface C5, O7; practice, the desk.
"""

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import Meta

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.letters.scalars import Language
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.texts import TextRow
from node.store.work import Reader, Work

Variant = Literal["adult", "child", "guardian"]
VARIANTS: Final[tuple[Variant, ...]] = get_args(Variant)
POINTS: Final = 8  # what, who, why, which data, how long, no to a part, taking back, no harm from a no
SHIPPED: Final = ("en", "fr", "es", "ro", "uk", "ru", "ar")
FALLBACK: Final = "en"
COUNTRY: Final = "country"  # the one part that is filled in
Point = Annotated[str, Meta(min_length=1, max_length=500)]


class ProposeText(Command, frozen=True):
    """A new version of a text. `{country}` in a point stands for the country that is asked."""

    language: Language
    variant: Variant
    points: Annotated[tuple[Point, ...], Meta(min_length=POINTS, max_length=POINTS)]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a text: `code` is what a consent record names; a draft was not published here.

    `id` is null for a shipped draft, which stands in no row.
    """

    code: str
    language: str
    variant: Variant
    version: int
    points: tuple[str, ...]
    is_draft: bool
    id: int | None = None
    proposed_by: str | None = None
    published_at: int | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What is read to her, and the same for the worker.

    `approved`: her language has a published text. Without one `hers` is the English text, for the interpreter.
    """

    hers: Text
    workers: Text
    approved: bool


async def reading_for(node: Node, language: str, workers: str, variant: Variant) -> Reading:
    """The text for a person's language beside the worker's."""
    return await node.store.read(lambda reader: reading_in(reader, language, workers, variant))


def reading_in(reader: Reader, language: str, workers: str, variant: Variant) -> Reading:
    """The same inside a transaction of the caller's."""
    own = _published(reader, language, variant)
    hers = own or _published(reader, FALLBACK, variant) or shipped(FALLBACK, variant)
    beside = _published(reader, workers, variant) or (shipped(workers, variant) if workers in SHIPPED else hers)
    return Reading(hers=hers, workers=beside, approved=own is not None)


async def text_of(node: Node, code: str) -> Text | None:
    """The text that a consent record names; None for a record from before there were texts."""
    return await node.store.read(lambda reader: code_in(reader, code))


def code_in(reader: Reader, code: str) -> Text | None:
    """The same inside a transaction of the caller's."""
    return next((one for one in _all(reader) if one.code == code), None)


async def list_texts(node: Node, actor: Actor) -> list[Text]:
    """Every version, the newest of each first, and the shipped drafts last."""
    actor.must_be("coordinator")
    return await node.store.read(lambda reader: list(_all(reader)))


async def propose_text(node: Node, actor: Actor, new: ProposeText) -> Text:
    """A coordinator proposes a version; it is read to nobody before a second one publishes it."""
    actor.must_be("coordinator")
    _must_fill_in_the_country(new.points)

    def propose(work: Work) -> Text:
        now, points = node.now(), msgspec.json.encode(new.points)
        waiting = (row for row in work.texts.all() if row.published_at is None and row.proposed_by == actor.user_id)
        if (new.language, new.variant, points) in ((row.language, row.variant, row.points) for row in waiting):
            raise Conflict("this text is proposed already; another coordinator publishes it")
        row = work.texts.propose(new.language, new.variant, points, actor.user_id, now)
        work.audit.append(now, actor.user_id, "consent_text_proposed", _code(row))
        return _text(row)

    return await node.store.write(propose)


async def publish_text(node: Node, actor: Actor, text_id: int) -> Text:
    """Another coordinator publishes it, and it is read from now on; NotAllowed for whoever proposed it."""
    actor.must_be("coordinator")

    def publish(work: Work) -> Text:
        row, now = work.texts.get(text_id), node.now()
        if row is None:
            raise NotFound("no such text; read the list again", field="text")
        if row.proposed_by == actor.user_id:
            raise NotAllowed(
                "whoever proposed a text cannot publish it",
                for_user="You proposed this text. Ask another coordinator to read it and publish it.",
            )
        in_force = work.texts.published(row.language, row.variant)
        if in_force is not None and in_force.version > row.version:
            raise Conflict("a newer version is published already; propose this one again if it shall count")
        if not work.texts.publish(text_id, actor.user_id, now):
            raise Conflict("this version is published already")
        work.audit.append(now, actor.user_id, "consent_text_published", _code(row))
        return _text(msgspec.structs.replace(row, published_by=actor.user_id, published_at=now))

    return await node.store.write(publish)


def said(point: str, country: str) -> str:
    """A point as it is read: with the country that would be asked."""
    return point.format(**{COUNTRY: country})


@cache
def shipped(language: str, variant: Variant) -> Text:
    """The draft that comes with the program."""
    source = files("node.service.rights") / "consent_texts" / f"{language}.toml"
    points = tuple(tomllib.loads(source.read_text(encoding="utf-8"))[variant])
    return Text(
        code=f"{language}-{variant}-draft1", language=language, variant=variant, version=0, points=points,
        is_draft=True,
    )  # fmt: skip


def _must_fill_in_the_country(points: tuple[str, ...]) -> None:
    """Nothing but `{country}` is filled in, and it is there: she hears whom we would ask."""
    try:
        parts = {name for point in points for _, name, _, _ in Formatter().parse(point) if name is not None}
    except ValueError:
        parts = {""}
    if parts != {COUNTRY}:
        raise BadInput(
            "the points fill in something else than the country, or not the country",
            field="points",
            for_user="Write {country} where the name of the country stands, at least once, and no other braces.",
        )


def _published(reader: Reader, language: str, variant: Variant) -> Text | None:
    row = reader.texts.published(language.split("-")[0], variant)
    return None if row is None else _text(row)


def _all(reader: Reader) -> list[Text]:
    return [*map(_text, reader.texts.all()), *(shipped(code, variant) for code in SHIPPED for variant in VARIANTS)]


def _code(row: TextRow) -> str:
    return f"{row.language}-{row.variant}-{row.version}"


def _text(row: TextRow) -> Text:
    return Text(
        code=_code(row), id=row.id, language=row.language, variant=msgspec.convert(row.variant, Variant),
        version=row.version, points=tuple(msgspec.json.decode(row.points, type=list[str])),
        is_draft=row.published_at is None, proposed_by=row.proposed_by, published_at=row.published_at,
    )  # fmt: skip
