"""What stands between a browser and the desk: strict headers, one cookie, and a proof that our own page was posted.

Source: issue 4, security of pages; Fetch Metadata (W3C), RFC 6265bis (`__Host-`), CSP Level 3.
"""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from node.errors import NotAllowed

COOKIE: Final = "__Host-desk"
ATTEMPT_COOKIE: Final = "__Host-attempt"
LANGUAGE_COOKIE: Final = "__Host-language"
GIVEN_COOKIE: Final = "__Host-given"
GIVEN_S: Final = 60
CSRF_FIELD: Final = "_csrf"
YEAR_S: Final = 31_536_000
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",
}
LEAVE: Final = {"Clear-Site-Data": '"cache", "cookies", "storage"'}


def must_be_ours(request: web.Request) -> None:
    """NotAllowed unless this was posted by a page of this very desk."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None and site != "same-origin":
        raise _foreign()
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise _foreign()
    if site is None and origin is None:
        raise _foreign()


def site_of(request: web.Request) -> str:
    """This desk as the browser calls it: what it says of a form it posts, which was compared with the host before."""
    return request.headers.get("Origin") or f"https://{request.host}"


def csrf_of(token: str) -> bytes:
    """The proof that a form of this sign-in carries; nobody else can compute it."""
    return hmac.digest(token.encode(), b"trm/desk/csrf", hashlib.sha256)


def masked(proof: bytes, mask: bytes) -> str:
    """A proof as one answer shows it: 32 random bytes and the proof under them, so that no two answers share it.

    Text that is compressed together with it (`packed.py`) tells nothing of it. Both have 32 bytes.
    """
    return base64.urlsafe_b64encode(mask + _xor(proof, mask)).decode().rstrip("=")


def must_prove(given: str, expected: bytes) -> None:
    """NotAllowed for a form that this sign-in did not show."""
    try:
        raw = base64.urlsafe_b64decode(given.encode() + b"==")
    except ValueError:
        raise _foreign() from None
    half = len(expected)
    if len(raw) != 2 * half or not hmac.compare_digest(_xor(raw[:half], raw[half:]), expected):
        raise _foreign()


def give_cookie(answer: web.StreamResponse, name: str, value: str, max_age_s: int | None = None) -> None:
    """Set a cookie that only this host gets, over a protected connection, and no script reads."""
    answer.set_cookie(name, value, path="/", secure=True, httponly=True, samesite="Strict", max_age=max_age_s)


def tell_given(answer: web.StreamResponse, asked: str) -> None:
    """Tell the page that asked under this number that its file is there; it says nothing else, and scripts read it."""
    if asked.isdecimal() and len(asked) <= 20:
        answer.set_cookie(GIVEN_COOKIE, asked, path="/", secure=True, samesite="Strict", max_age=GIVEN_S)


def take_cookie(answer: web.StreamResponse, name: str) -> None:
    """Take a cookie away; browsers want the same attributes for that."""
    answer.set_cookie(name, "", path="/", secure=True, httponly=True, samesite="Strict", max_age=0)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _foreign() -> NotAllowed:
    return NotAllowed(
        "the form was not posted by a page of this desk; open the page again and repeat",
        for_user="This page is too old or was opened elsewhere. Go back, load it again, and repeat.",
    )
