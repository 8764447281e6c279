"""What can be typed in for each kind of letter: the fields of its body, read from its type, for pages and for programs.

A page shows exactly these, so a letter that gains a field has it on the screen the same day. Source: architecture,
tables are the rules.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final, Literal

import msgspec
from msgspec import inspect

from node.errors import NotFound
from node.protocol.gate.facts import MAY_DISCLOSE
from node.protocol.letters import codes, codes_safety, scalars
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.code_lists import CODE_LISTS
from node.protocol.letters.fields import FIELDS
from node.protocol.letters.kinds import KINDS

Shape = Literal[
    "choice", "yes_no", "number", "time", "day", "country", "language", "code", "reference", "text", "group",
]  # fmt: skip
# What the case knows of her is never typed in twice: a body that has one of these fields takes it from the case.
# Whom to ask about a person who was accepted: a role, never a name.
CONTACTS: Final = ("focal_point", "intake_desk", "duty_desk", "caseworker")
PROFILE: Final = ("age_band", "treated_as_child", "gender", "languages", "interpreter", "dependants")
MANY = 20  # rows of a group that one page takes at most


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to fill in. `many`: a list of it, at least `least` and at most `most`; `optional`: may stay empty.

    `choices` are codes; `fields` are those of a group; `low` and `high` bound a number, `high` the length of a text.
    """

    name: str
    shape: Shape
    choices: tuple[str, ...] = ()
    many: bool = False
    least: int = 0
    most: int | None = None
    optional: bool = False
    low: int | None = None
    high: int | None = None
    fields: tuple["FormField", ...] = ()

    @property
    def single(self) -> bool:
        """True where at most one value can be given."""
        return not self.many or self.most == 1


@cache
def form_of(kind: str) -> tuple[FormField, ...]:
    """The fields of the body of this kind of letter; NotFound for a kind that is none."""
    row = KINDS.get(kind)
    if row is None:
        raise NotFound("no such kind of letter", field="kind")
    body: Any = row.body
    return () if row.stop else fields_of(body)


@cache
def opening_form(kind: str) -> tuple[FormField, ...]:
    """The same for the first letter of a matter, less what the case itself knows of her (R12)."""
    return tuple(one for one in form_of(kind) if one.name not in PROFILE)


@cache
def fields_of(struct: Any) -> tuple[FormField, ...]:
    """The fields of any request or body, in the order of its type."""
    found = inspect.type_info(struct)
    assert isinstance(found, inspect.StructType)
    return tuple(_field(one.name, one.type, has_default=not one.required) for one in found.fields)


def told_after_acceptance() -> tuple[tuple[str, str], ...]:
    """What may be asked for about a person once she is accepted: name of the field and its level (R04)."""
    return tuple((field.name, field.level) for field in FIELDS)


def told_in_alert() -> tuple[str, ...]:
    """What a letter about danger may seal of her name, where nobody finds or protects her without it (R02)."""
    return tuple(field.name for field in FIELDS if field.name in codes_safety.NAME_FIELDS)


@cache
def open_lists() -> dict[str, tuple[str, ...]]:
    """By field: what our own drafts may name where the wire leaves the list open."""
    return {
        "needs": codes.NEEDS, "accessibility": codes.ACCESSIBILITY, "safety_codes": codes.SAFETY_CODES,
        "contact_role": CONTACTS,
    }  # fmt: skip


def may_carry_fields(kind: str) -> bool:
    """Whether this kind of letter may disclose fields about her."""
    return kind in MAY_DISCLOSE


def carried_by(kind: str) -> tuple[tuple[str, str], ...]:
    """What of her a letter of this kind may carry besides what was asked for: field and level; () where nothing."""
    closed = CARRIES.get(kind)
    fields = FIELDS if may_carry_fields(kind) else ()
    return tuple((field.name, field.level) for field in fields if closed is None or field.name in closed)


def every_code() -> tuple[str, ...]:
    """Every field and choice of every form, so that each can have a word."""
    found: set[str] = set()
    for kind in KINDS:
        found |= _codes(form_of(kind)) | {kind}
    found |= {field.name for field in FIELDS}
    found |= {code for several in open_lists().values() for code in several}
    return tuple(sorted(found))


def _codes(fields: tuple[FormField, ...]) -> set[str]:
    found: set[str] = set()
    for one in fields:
        found |= {one.name, *one.choices} | _codes(one.fields)
    return found


def _field(name: str, kind: inspect.Type, has_default: bool = False) -> FormField:
    kind, extra = _plain(kind)
    if isinstance(kind, inspect.UnionType):
        inner = [one for one in kind.types if not isinstance(one, inspect.NoneType)]
        plain = _field(name, _one_of(inner), has_default)
        return msgspec.structs.replace(plain, optional=True)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        item = _field(name, kind.item_type)
        return msgspec.structs.replace(item, many=True, least=kind.min_length or 0, most=kind.max_length)
    if isinstance(kind, inspect.StructType):
        return FormField(name=name, shape="group", fields=fields_of(kind.cls), optional=has_default)
    if isinstance(kind, inspect.LiteralType):
        return FormField(name=name, shape="choice", choices=_in_order(kind.values), optional=has_default)
    if isinstance(kind, inspect.BoolType):
        return FormField(name=name, shape="yes_no", optional=has_default)
    if isinstance(kind, inspect.IntType):
        shape: Shape = "time" if extra.get("description") == _description(scalars.Seconds) else "number"
        return FormField(name=name, shape=shape, low=kind.ge, high=kind.le, optional=has_default)
    longest = kind.max_length if isinstance(kind, inspect.StrType) and kind.pattern is None else None
    return FormField(name=name, shape=_text(kind), high=longest, optional=has_default)


def _in_order(values: Sequence[Any]) -> tuple[str, ...]:
    """Choices as the list of codes has them, which is how people read them; the type alone has lost the order."""
    known = CODE_LISTS.get(frozenset(values))
    return known.values if known else tuple(map(str, values))


def _one_of(types: list[inspect.Type]) -> inspect.Type:
    """One type stands for all: groups of several kinds are typed in through pages of their own."""
    return types[0]


def _text(kind: inspect.Type) -> Shape:
    pattern = kind.pattern if isinstance(kind, inspect.StrType) else None
    if isinstance(kind, inspect.StrType) and pattern is None:
        return "text"
    for shape, scalar in _BY_PATTERN:
        if pattern == scalar.__metadata__[0].pattern:
            return shape
    return "code"


def _plain(kind: inspect.Type) -> tuple[inspect.Type, dict[str, Any]]:
    extra: dict[str, Any] = {}
    while isinstance(kind, inspect.Metadata):
        extra |= kind.extra_json_schema or {}
        kind = kind.type
    return kind, extra


def _description(scalar: Any) -> str:
    return str(scalar.__metadata__[0].description)


_BY_PATTERN: tuple[tuple[Shape, Any], ...] = (
    ("country", scalars.Country),
    ("language", scalars.Language),
    ("day", scalars.Date),
    ("reference", scalars.Id),
    ("reference", scalars.Hash),
)
