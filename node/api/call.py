"""What a route is, and what its handler gets: one call, decoded and with its caller known."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from node.service.staff.callers import Asked, Caller
from node.service.staff.sign_in import Staff


@dataclass(frozen=True, slots=True)
class Call(Asked):
    """One request after decoding and the check of the role; the use case checks the object."""

    staff: Staff
    path: Mapping[str, str]
    query: Any
    body: Any
    signed_in: Caller | None = field(repr=False, default=None)


Handler = Callable[[Call], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table. `roles`: who may call it; none means anybody, without a sign-in.

    `takes`, `query` and `answers` are types; the path, the decoding, the check of the role and the description in
    OpenAPI all come from here. `may_be_empty`: what it takes may be left out, and is None then.
    """

    method: str
    path: str
    roles: tuple[str, ...]
    summary: str
    handler: Handler
    takes: Any = None
    answers: Any = None
    query: Any = None
    status: int = 200
    may_be_empty: bool = False

    @property
    def name(self) -> str:
        """`post.cases.case.changes`: for logs and as OpenAPI's operationId; holds no id."""
        words = [part.strip("{}") for part in self.path.split("/") if part]
        return ".".join([self.method.lower(), *words]).replace("-", "_")


def number(c: Call, name: str) -> int:
    """A number of the path; what is none exists nowhere, so it is 0."""
    text = c.path[name]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
