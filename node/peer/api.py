"""The routes that other countries' nodes call: envelopes in, signed slots out.

Nothing is parsed here but the length; reading stops one byte after what 64 envelopes may have. Source: wire 5.
"""

import asyncio

from aiohttp import web

from node.errors import ReadOnly
from node.service.buckets import Buckets
from node.service.context import Node
from node.service.delivery.incoming import receive
from node.service.delivery.words import CLASS_NAMES

MAX_ENVELOPES = 64
SIZES = {name: size for size, name in CLASS_NAMES.items()}
OCTETS = "application/octet-stream"
RETRY_S = 5
BODY_S = 60.0  # as long as a node waits for its whole post; whoever is slower holds a connection and its memory


def routes(node: Node, buckets: Buckets, body_s: float = BODY_S) -> list[web.RouteDef]:
    """The node-to-node routes over `node`, each source held to its bucket, each body to `body_s`."""

    async def envelopes(request: web.Request) -> web.Response:
        size = SIZES.get(request.match_info["size"])
        if size is None:
            return web.Response(status=404)
        source = request.remote or ""
        wait_s = buckets.take(source, _announced(request, size))
        if wait_s:
            return web.Response(status=429, headers={"Retry-After": str(wait_s)})
        try:
            async with asyncio.timeout(body_s):
                body = await _read(request, size * MAX_ENVELOPES)
        except TimeoutError:
            return web.Response(status=503, headers={"Retry-After": str(RETRY_S)})
        if body is None or not body or len(body) % size:
            return web.Response(status=413)
        try:
            slots, verified = await receive(node, [body[at : at + size] for at in range(0, len(body), size)])
        except ReadOnly:  # nothing was kept and nothing is answered for: the same bytes may come again
            return web.Response(status=503, headers={"Retry-After": str(RETRY_S)})
        if verified:
            buckets.trust(source)
        return web.Response(body=b"".join(slots), content_type=OCTETS)

    async def prekeys(_: web.Request) -> web.Response:
        return web.Response(body=node.prekey_bundle, content_type=OCTETS)

    return [web.post("/trm/v1/envelopes/{size}", envelopes), web.get("/trm/v1/prekeys", prekeys)]


def _announced(request: web.Request, size: int) -> int:
    """How many envelopes the sender announces; one without a length counts as a full request."""
    length = request.content_length
    return MAX_ENVELOPES if length is None else max(1, min(MAX_ENVELOPES, length // size))


async def _read(request: web.Request, limit: int) -> bytes | None:
    """The body, or None as soon as it is longer than `limit`."""
    if request.content_length is not None and request.content_length > limit:
        return None
    parts, size = [], 0
    async for part in request.content.iter_any():
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
    return b"".join(parts)
