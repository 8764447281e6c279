"""Every answer that is not what was asked for: RFC 9457, naming field, found, expected and rule, never what was typed.

A sentence for the person where there is one; ours carry no personal data (`node.errors`).
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from node.errors import (
    BadInput,
    Conflict,
    NotAllowed,
    NotFound,
    NotSignedIn,
    OpenTRMError,
    PeerError,
    TooMany,
    TryLater,
    Unavailable,
    WrongRole,
)
from node.service.decoding import explained
from node.service.seals import Erased

MEDIA_TYPE: Final = "application/problem+json"
RETRY_S: Final = 5


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong. `field` is a path such as `persons.0.age_band`, `found` a kind or code, `rule` a rule's id."""

    type: str
    title: str
    status: int
    detail: str
    field: str | None = None
    found: str | None = None
    expected: str | None = None
    rule: str | None = None
    next: str | None = None


class BadRequest(BadInput):
    """The request itself is wrong: not JSON, too long, or of another kind; `status` is the HTTP status."""

    def __init__(self, message: str, status: int, *, field: str | None = None, expected: str | None = None) -> None:
        super().__init__(message, field=field, expected=expected)
        self.status = status


TITLES: Mapping[int, tuple[str, str, str]] = {
    #    type              title                                       what to do
    400: ("bad-request", "The request cannot be read", "Correct the request and send it again."),
    401: ("not-signed-in", "Nobody is signed in", "Sign in and send the token as Authorization: Bearer."),
    403: ("not-permitted", "Your role does not allow this", "Ask a colleague who has the role."),
    404: ("not-found", "There is no such thing here", "Check the reference."),
    405: ("other-method", "This address is not asked in this way", "Use a method that Allow names."),
    409: ("not-now", "This cannot be done as things stand", "Read it again, put right what is named, then decide."),
    410: ("erased", "This was erased", "Nothing of it is left."),
    413: ("too-long", "The request is too long", "Send less at once."),
    415: ("other-kind", "The request is of another kind", "Send JSON, as Content-Type: application/json."),
    422: ("bad-input", "Something in the request cannot be used", "Correct the field that is named and send it again."),
    429: ("too-many", "Too much is asked at once", "Wait as long as Retry-After says, then go on."),
    500: ("failed", "Something failed here", "Try again; if it fails again, tell the operator."),
    502: ("peer", "Another country's node answered wrongly", "Telephone the other country."),
    503: ("try-later", "This cannot be done at the moment", "Try again later; it is safe to repeat."),
}


def problem_of(error: Exception) -> tuple[Problem, dict[str, str]]:
    """The problem for an error, and the headers that belong to it; nothing of what was sent is repeated (R38)."""
    if isinstance(error, msgspec.ValidationError):
        error = explained(error)
    if isinstance(error, msgspec.MsgspecError | RecursionError):
        return _problem(400, "body is not JSON, or nested too deeply", expected="one JSON value"), {}
    if isinstance(error, Erased):
        return _problem(410, "this was erased; nothing of it can be read"), {}
    if not isinstance(error, OpenTRMError):
        return _problem(500, "the node could not do this; its log says where"), {}
    status = status_of(error)
    parts = {name: getattr(error, name, None) for name in ("field", "found", "expected", "rule")}
    return _problem(status, error.message, next=error.for_user, **parts), _headers(error, status)


def status_of(error: OpenTRMError) -> int:
    """The HTTP status that tells a program what to do."""
    if isinstance(error, BadRequest):
        return error.status
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


_STATUS: tuple[tuple[type[OpenTRMError], int], ...] = (
    (NotSignedIn, 401),
    (WrongRole, 403),
    (NotAllowed, 409),  # the facts are in the way; a rule that protects her may be left unnamed (H17)
    (NotFound, 404),
    (BadInput, 422),
    (Conflict, 409),
    (TooMany, 429),
    (TryLater, 503),
    (PeerError, 502),
    (Unavailable, 503),
)


def _problem(
    status: int,
    detail: str,
    field: str | None = None,
    found: str | None = None,
    expected: str | None = None,
    rule: str | None = None,
    next: str | None = None,
) -> Problem:
    kind, title, what_now = TITLES[status]
    return Problem(
        type=f"urn:opentrm:problem:{kind}",
        title=title,
        status=status,
        detail=detail,
        field=field,
        found=found,
        expected=expected,
        rule=rule,
        next=next or what_now,
    )


def _headers(error: OpenTRMError, status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, TryLater):
        return {"Retry-After": str(error.retry_after_s or RETRY_S)}
    return {}
