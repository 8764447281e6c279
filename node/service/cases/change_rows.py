"""What a row of the table of changes is, and the four usual shapes of one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from node.protocol.cases.case import Case
from node.protocol.cases.changes import Changed

By = tuple[str, ...]
Make = Callable[[Case, Any, By, int], Changed]
Fits = Callable[[Case], bool]


def always(_: Case) -> bool:
    """Whatever the case is like, there may be something to change."""
    return True


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """How a change is made. `people`: "rule" means the rule itself says whether one person is enough. `fits`: whether
    there is something in the case for it to change; where not it is refused, and no page offers it.
    """

    people: Literal["one", "two", "rule"]
    make: Make
    fits: Fits = always


def one(change: Callable[..., Changed], *names: str, fits: Fits = always) -> ChangeRow:
    """One person is enough; the change takes these parts of the request, then who, then when."""
    return ChangeRow("one", lambda case, ask, by, at: change(case, *parts(ask, names), by[0], at), fits)


def two(change: Callable[..., Changed], *names: str, fits: Fits = always) -> ChangeRow:
    """Two people are needed."""
    return ChangeRow("two", lambda case, ask, by, at: change(case, *parts(ask, names), by, at), fits)


def rule(change: Callable[..., Changed], *names: str) -> ChangeRow:
    """The rule itself says whether one person is enough."""
    return ChangeRow("rule", lambda case, ask, by, at: change(case, *parts(ask, names), by, at))


def parts(ask: msgspec.Struct, names: tuple[str, ...]) -> list[Any]:
    """The named parts of a request, in this order."""
    return [getattr(ask, name) for name in names]
