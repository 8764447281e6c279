"""Attacks on the front of a node over real HTTP: bodies without end, floods, and what an answer gives away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from node.peer.api import routes
from node.service.buckets import Buckets
from tests.attack.forged_posts import rows
from tests.world import World, make_world

KIB = 1024


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


@pytest.fixture
async def client(world: World) -> AsyncIterator[TestClient[web.Request, web.Application]]:
    app = web.Application(client_max_size=1 << 20)
    app.add_routes(routes(world["XA"].node, Buckets(world.clock.monotonic, per_s=50, burst=256)))
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        yield client


class Stream:
    """A body of 300 MB that counts how much of it was asked for."""

    def __init__(self, total: int = 300 * KIB * KIB) -> None:
        self.given, self._total = 0, total

    async def parts(self) -> AsyncIterator[bytes]:
        while self.given < self._total:
            self.given += 64 * KIB
            yield bytes(64 * KIB)


async def test_attack_2_reading_stops_at_64_envelopes_and_one_byte(
    client: TestClient[web.Request, web.Application],
) -> None:
    """Wire 5: a stream of 300 MB without a length is cut where no honest request goes on."""
    stream = Stream()

    try:
        answer = await client.post("/trm/v1/envelopes/16", data=stream.parts())
        assert (answer.status, await answer.read()) == (413, b"")
    except OSError:
        pass  # the node closed the connection while we were still sending, which says the same

    assert stream.given < 64 * 16 * KIB + 20 * KIB * KIB  # what fits the buffers of both sides, and not 300 MB


async def test_attack_2_an_announced_length_beyond_the_limit_is_refused_unread(
    client: TestClient[web.Request, web.Application],
) -> None:
    """Wire 5: 413 with an empty body."""
    answer = await client.post("/trm/v1/envelopes/16", data=bytes(65 * 16 * KIB))

    assert (answer.status, await answer.read()) == (413, b"")


async def test_attack_20_a_request_that_is_begun_and_never_finished_is_held_for_a_time_only(world: World) -> None:
    """Wire 5: sixty-four of them, each a head and one byte, hold no connection and no memory for long."""
    app = web.Application()
    app.add_routes(routes(world["XA"].node, Buckets(world.clock.monotonic), body_s=0.2))
    async with TestServer(app, host="127.0.0.1") as server:
        begun = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(64)]
        for _, writer in begun:
            writer.write(b"POST /trm/v1/envelopes/16 HTTP/1.1\r\nHost: xa\r\nContent-Length: 16384\r\n\r\n" + b"e")

        heard = [await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20) for reader, _ in begun]
        for _, writer in begun:
            writer.close()

    assert all(one.startswith(b"HTTP/1.1 503") and b"Retry-After:" in one for one in heard)
    assert rows(world, "XA", "ledger") == 0


@pytest.mark.parametrize("size", [0, 1, 16 * KIB - 1, 16 * KIB + 1, 2 * 16 * KIB - 1])
async def test_attack_2_a_body_that_is_no_whole_number_of_envelopes_is_refused(
    client: TestClient[web.Request, web.Application], world: World, size: int
) -> None:
    """Wire 5: nothing of it is judged."""
    answer = await client.post("/trm/v1/envelopes/16", data=bytes(size))

    assert (answer.status, await answer.read()) == (413, b"")
    assert rows(world, "XA", "ledger") == 0


async def test_attack_1_and_20_junk_gets_hints_of_one_size_and_then_429(
    client: TestClient[web.Request, web.Application], world: World
) -> None:
    """Wire 3 and 5: a source of junk runs dry; nothing is stored for it."""
    kid = next(iter(world["XA"].node.keys.kem))
    junk = b"TRM1\1\1\0\0" + kid + bytes(16 * KIB - 24)
    statuses = []
    for _ in range(6):
        answer = await client.post("/trm/v1/envelopes/16", data=junk * 64)
        statuses.append(answer.status)
        body = await answer.read()
        if answer.status == 200:
            assert len(body) == 64 * 4096
            assert {body[at] for at in range(0, len(body), 4096)} == {2}

    assert statuses == [200] * 4 + [429] * 2
    assert answer.headers["Retry-After"].isdigit()
    assert [rows(world, "XA", table) for table in ("ledger", "letter", "parked", "task")] == [0, 0, 0, 0]


async def test_attack_20_a_source_that_delivered_a_verified_letter_is_trusted_with_more(
    client: TestClient[web.Request, web.Application], world: World
) -> None:
    """Wire 5: what the flood of others, behind other addresses, never takes away."""
    world.fault = lambda *_: "lost"
    await world["XD"].offer("XA")
    await world.settle()
    envelope = world.posted[0][2][0]
    first = await client.post("/trm/v1/envelopes/16", data=envelope)

    answers = [(await client.post("/trm/v1/envelopes/16", data=envelope * 64)).status for _ in range(8)]

    assert first.status == 200
    assert answers == [200] * 8
    assert rows(world, "XA", "letter") == 1


def test_attack_20_one_source_never_uses_up_anothers_bucket() -> None:
    """Wire 5: a bucket for each address; refilled by time; the oldest are forgotten, not the newest."""
    now = [0.0]
    buckets = Buckets(lambda: now[0], per_s=10, burst=100, sources=3)

    assert buckets.take("junk", 100) == 0
    assert buckets.take("junk", 64) == 7  # 64 at 10 a second
    assert buckets.take("honest", 64) == 0
    now[0] = 7
    assert buckets.take("junk", 64) == 0


async def test_there_are_no_other_doors(client: TestClient[web.Request, web.Application]) -> None:
    """Wire 5: three size classes, prekeys, and nothing that lists, redirects or sets a cookie."""
    assert (await client.post("/trm/v1/envelopes/17", data=b"x")).status == 404
    assert (await client.get("/trm/v1/envelopes/16")).status == 405
    bundle = await client.get("/trm/v1/prekeys", allow_redirects=False)
    assert bundle.status == 200
    assert "Set-Cookie" not in bundle.headers
