"""Style sheet and script: served under a name that holds their hash, so that a browser keeps them for good."""

import gzip
import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from aiohttp import web

from node.web.packed import takes_gzip

FILES: Final = {
    "desk.css": "text/css",
    "paper.css": "text/css",
    "desk.js": "text/javascript",
    "passkey.js": "text/javascript",
    "sign.js": "text/javascript",
}
FOR_GOOD: Final = "public, max-age=31536000, immutable"


@cache
def content(name: str) -> bytes:
    """The bytes of one file."""
    return (files(__package__) / "static" / name).read_bytes()


@cache
def packed(name: str) -> bytes:
    """The same for a browser that can unpack: the file is everybody's, so its length tells nothing."""
    return gzip.compress(content(name), mtime=0)


@cache
def hashed(name: str) -> str:
    """Its address: a new one with every change."""
    return f"/desk/static/{hashlib.sha256(content(name)).hexdigest()[:16]}/{name}"


async def serve_static(request: web.Request) -> web.Response:
    """A file by name; any hash will do, so that a page from before an update still finds one."""
    kind = FILES.get(request.match_info["name"])
    if kind is None:
        raise web.HTTPNotFound()
    name, headers = request.match_info["name"], {"Cache-Control": FOR_GOOD, "Vary": "Accept-Encoding"}
    if not takes_gzip(request):
        return web.Response(body=content(name), content_type=kind, charset="utf-8", headers=headers)
    headers["Content-Encoding"] = "gzip"
    return web.Response(body=packed(name), content_type=kind, charset="utf-8", headers=headers)
