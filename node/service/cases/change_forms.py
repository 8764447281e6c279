"""Every change of a case as a form: its name, its fields, how many people it takes; and back to a change.

Read from the type of changes and their table, so a new change has its page the same day. Source: R24; practice, the
desk.
"""

from functools import cache
from typing import Any, Final, Literal, cast, get_args

import msgspec

from node.errors import NotFound
from node.service.cases.acts import CHANGES
from node.service.cases.requests import AnyChange
from node.service.threads.forms import FormField, fields_of

People = Literal["one", "two", "rule"]
MADE_ANEW: Final[People] = "one"  # a person, a birth, a plan: something new takes one person


class ChangeForm(msgspec.Struct, frozen=True, kw_only=True):
    """One change. `people`: "rule" means that the rule itself says whether one person is enough."""

    name: str
    people: People
    fields: tuple[FormField, ...]

    def asks(self, name: str) -> bool:
        """Whether a field of this name is asked for."""
        return any(one.name == name for one in self.fields)


@cache
def change_forms() -> dict[str, ChangeForm]:
    """Every change by its name, in the order of its type."""
    found = {}
    for kind in get_args(AnyChange):
        name, row = kind.__struct_config__.tag, CHANGES.get(kind)
        people = MADE_ANEW if row is None else row.people
        found[name] = ChangeForm(name=name, people=people, fields=fields_of(kind))
    return found


def change_form(name: str) -> ChangeForm:
    """The form of one change; NotFound for a name that is none."""
    found = change_forms().get(name)
    if found is None:
        raise NotFound("no such change of a case", field="name")
    return found


def read_change(name: str, typed: dict[str, Any]) -> AnyChange:
    """What was typed as a change; msgspec.ValidationError where it does not fit."""
    return cast(AnyChange, msgspec.convert({**typed, "change": change_form(name).name}, AnyChange))


def said_by(change: AnyChange) -> dict[str, Any]:
    """What a change would do, in codes, less what it leaves as it is."""
    plain: dict[str, Any] = msgspec.to_builtins(change)
    return {name: value for name, value in plain.items() if name != "change" and value not in (None, [], ())}
