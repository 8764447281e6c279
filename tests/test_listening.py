"""What every listener says of itself, to whoever asks, before anybody is let in."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from node import pager
from node.api.app import api_application
from node.first_run import FirstRun, first_run_application
from node.listening import runner_of
from node.peer.api import routes
from node.peer.client import PeerClient
from node.service.buckets import Buckets
from node.service.delivery.words import PostFailed
from node.service.staff.sign_in import Staff
from node.web.app import desk_application
from registry.errors import MirrorFailed
from registry.fetch import HttpFetch
from registry.repository import Repository
from registry.serve import make_app
from tests.world import World, make_world


def node_of(world: World, tmp_path: Path) -> web.Application:
    staff = Staff(world["XA"].node, world["XA"].opened.pepper)
    app = web.Application()
    app.add_routes(routes(world["XA"].node, Buckets(world.clock.monotonic)))
    app.add_subapp("/api/v1", api_application(staff))
    app.add_subapp("/desk", desk_application(staff))
    return app


def first_run_of(_: World, tmp_path: Path) -> web.Application:
    return first_run_application(FirstRun(tmp_path / "node.toml"))


def publisher_of(_: World, tmp_path: Path) -> web.Application:
    return make_app(Repository(tmp_path))


@pytest.mark.parametrize(
    ("application", "line", "status"),
    [
        (node_of, "GET /api/v1/openapi.json", 200),
        (node_of, "GET /api/v1/cases", 401),
        (node_of, "GET /desk/sign-in", 200),
        (node_of, "GET /trm/v1/prekeys", 200),
        (node_of, "GET /trm/v1/envelopes/16", 405),
        (node_of, "GET /nothing", 404),
        (node_of, "GET nothing that can be read", 400),
        (first_run_of, "GET /", 200),
        (publisher_of, "GET /metadata/timestamp.json", 404),
        (publisher_of, "POST /", 405),
    ],
)
async def test_no_answer_says_which_versions_it_comes_from(
    tmp_path: Path, application: Callable[[World, Path], web.Application], line: str, status: int
):
    """Whoever looks for nodes with a known hole learns nothing at the door."""
    world = make_world(tmp_path, "XD", "XA")
    runner = runner_of(application(world, tmp_path))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    head = await head_of(runner.addresses[0][1], line)

    await runner.cleanup()
    await world.close()
    assert head.startswith((f"HTTP/1.1 {status} ", f"HTTP/1.0 {status} ")), head
    assert "\r\nserver: opentrm\r\n" in head.lower()
    assert "python" not in head.lower() and "aiohttp" not in head.lower()


async def _to_a_peer(url: str) -> None:
    async with PeerClient() as client:
        await client.post(url, 16_384, [b"nothing"])


async def _for_prekeys(url: str) -> None:
    async with PeerClient() as client:
        await client.prekeys(f"{url}/trm/v1/prekeys")


async def _to_a_mirror(url: str) -> None:
    await asyncio.to_thread(HttpFetch(), f"{url}/metadata/timestamp.json", 100)


@pytest.mark.parametrize("ask", [_to_a_peer, _for_prekeys, _to_a_mirror])
async def test_no_request_says_which_versions_it_comes_from(ask: Callable[[str], Awaitable[None]]):
    """Nor does whoever is asked, or stands on the way."""
    heard = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        with pytest.raises((PostFailed, MirrorFailed)):
            await ask(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")

    assert heard
    assert all("\r\nuser-agent: opentrm\r\n" in one.lower() for one in heard)
    assert not any(name in one.lower() for one in heard for name in ("python", "aiohttp"))


def test_no_mail_says_which_versions_it_comes_from():
    """It names no program at all: whoever reads over a shoulder sees as little as can be."""
    head = str(pager._message("desk@haven.example", "on-call@haven.example")).lower()

    assert not any(name in head for name in ("python", "aiohttp", "user-agent", "x-mailer"))


async def head_of(port: int, line: str) -> str:
    """The first lines of the answer to a request typed by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n".encode())
    head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode()
    writer.close()
    return head
