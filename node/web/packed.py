"""Pages made small for the way: gzip, but only where nobody from outside can have asked for the page.

What is compressed together can be guessed together (BREACH): who may choose a part of an answer, ask for it often and
see its length learns the rest letter by letter. So a page is packed only if the browser says that a page of this very
desk or a hand at the browser asked for it, no page of another site; its proof of origin is masked anew in every answer
(`guard.py`), its length is blurred, and answers to a post, where names and letters stand, are never packed.
Source: issue 4, numbers; BREACH (2013); Fetch Metadata; "Heal the Breach" (2022): a name of random length in the head
of the gzip member (RFC 1952).
"""

import gzip
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from node.web.visit import Page

LEVEL: Final = 5
SMALLEST_BYTES: Final = 1400  # what fits one packet anyway
STEP_BYTES: Final = 256  # lengths on the way are a multiple of this, after as much again was drawn at random
ASKED_BY: Final = ("same-origin", "none")  # a link of ours; an address that was typed, kept or loaded again
FLAGS_AT, HEAD_BYTES, HAS_NAME = 3, 10, b"\x08"  # of a gzip member
OWN_SECRETS: Final = "/me"  # where codes and keys of one's own sign-in are shown


def may_be_packed(page: "Page", request: web.Request) -> bool:
    """Whether an answer to this can go packed: read by somebody signed in, asked for by no other site."""
    return (
        request.method == "GET"
        and bool(page.roles)
        and not page.path.startswith(OWN_SECRETS)
        and request.headers.get("Sec-Fetch-Site") in ASKED_BY
        and takes_gzip(request)
    )


def takes_gzip(request: web.Request) -> bool:
    """Whether the browser says that it can unpack."""
    said = (one.strip().lower() for one in request.headers.get("Accept-Encoding", "").split(","))
    return any(one == "gzip" or (one.startswith("gzip;") and not one.endswith("q=0")) for one in said)


def pack(answer: web.StreamResponse, random: Callable[[int], bytes]) -> None:
    """Pack a page in place; anything else, and what is small, stays as it is."""
    if not isinstance(answer, web.Response) or answer.content_type != "text/html":
        return
    if isinstance(answer.body, bytes) and len(answer.body) >= SMALLEST_BYTES:
        answer.body = blurred(answer.body, random)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Vary"] = "Accept-Encoding, Sec-Fetch-Site"


def blurred(body: bytes, random: Callable[[int], bytes]) -> bytes:
    """The bytes as a gzip member whose length is a multiple of 256, and at random the next one or the one after.

    What is more stands in its head as a file name of dots and a closing zero, which no reader looks at.
    """
    bare = gzip.compress(body, LEVEL, mtime=0)
    length = -(-(len(bare) + 2 + random(1)[0]) // STEP_BYTES) * STEP_BYTES
    name = b"." * (length - len(bare) - 1) + b"\0"
    return bare[:FLAGS_AT] + HAS_NAME + bare[FLAGS_AT + 1 : HEAD_BYTES] + name + bare[HEAD_BYTES:]
