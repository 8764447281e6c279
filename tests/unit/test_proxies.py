"""Limits are held against who really asks, and nobody can pass for somebody else by sending a header."""

import ipaddress

import pytest
from aiohttp import web

from node.proxies import asking, real_remote

OURS = [ipaddress.ip_network("127.0.0.1/32"), ipaddress.ip_network("172.30.7.0/24")]


@pytest.mark.parametrize(
    ("remote", "header", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # no proxy of ours: the header is a claim
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["10.0.0.1, 198.51.100.1"], "198.51.100.1"),  # what was sent to the proxy is a claim
        ("127.0.0.1", ["198.51.100.1, 172.30.7.2"], "198.51.100.1"),
        ("127.0.0.1", ["198.51.100.1", "172.30.7.2"], "198.51.100.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["2001:DB8::1"], "2001:db8::1"),
        ("", ["198.51.100.1"], ""),
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours_counts(remote, header, expected):
    assert asking(remote, header, OURS) == expected


@pytest.mark.parametrize(("trusted", "seen"), [(["127.0.0.1/32"], "198.51.100.1"), ([], "127.0.0.1")])
async def test_a_handler_sees_who_asks_with_route_and_body_unharmed(aiohttp_client, trusted, seen):
    async def echo(request: web.Request) -> web.Response:
        return web.json_response([request.remote, request.match_info["size"], await request.text()])

    app = web.Application(middlewares=[real_remote(trusted)])
    app.add_routes([web.post("/{size}", echo)])
    client = await aiohttp_client(app)

    answer = await client.post("/16k", data="bytes", headers={"X-Forwarded-For": "198.51.100.1"})

    assert await answer.json() == [seen, "16k", "bytes"]
