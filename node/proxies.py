"""Who is really asking, when a reverse proxy stands before the node.

Limits are held per address; without this, all peers behind one proxy would share one limit. `X-Forwarded-For` is
believed only as far as it was written by proxies named in `listen.trusted_proxies`: anybody can send that header.
"""

import ipaddress
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


def real_remote(trusted_proxies: Sequence[str]) -> Middleware:
    """A middleware after which `request.remote` is the address of who asks; first in the list of the application."""
    networks = [ipaddress.ip_network(network) for network in trusted_proxies]

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = asking(request.remote or "", request.headers.getall("X-Forwarded-For", []), networks)
        return await handler(request if address == request.remote else request.clone(remote=address))

    return middleware


def asking(
    remote: str, forwarded_for: Sequence[str], networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> str:
    """The nearest address that is no proxy of ours, read from the connection outwards."""
    hops = [hop.strip() for line in forwarded_for for hop in line.split(",")]
    nearest = remote
    while hops and _is_ours(nearest, networks):
        found = _address(hops.pop())
        if found is None:
            break  # a proxy of ours wrote what is no address: hold the limit against the proxy
        nearest = found
    return nearest


def _is_ours(address: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    found = _address(address)
    return found is not None and any(ipaddress.ip_address(found) in network for network in networks)


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
