"""A request is begun while its envelopes are committed, and not a byte of them leaves before (wire 1, release)."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.peer.begun import Begun
from node.peer.client import PeerClient
from node.peer.worker import Worker
from node.service.context import Node
from node.service.delivery.words import SLOT_BYTES, PostFailed
from node.store.work import Work
from tests.unit.test_handover import no_worker_outlives_its_test, reached, running, state, update
from tests.unit.test_worker import accepted
from tests.world import World, make_world

__all__ = ["no_worker_outlives_its_test"]
SIZE = 16_384
ENVELOPE = b"e" * SIZE
SLOT = b"s" * SLOT_BYTES


@dataclass
class Peer:
    """A server that shows what came so far, byte by byte, and answers once it has `SIZE` bytes after the head."""

    url: str = ""
    came: bytes = b""
    requests: int = 0
    broken_off: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def body(self) -> bytes:
        return self.came.partition(b"\r\n\r\n")[2]

    async def until(self, has: bytes) -> None:
        """Until these bytes came."""
        while has not in self.came:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 20)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        while data := await reader.read(65_536):
            self.came += data
            self.requests += data.count(b"POST ")
            self.news.set()
            if len(self.body) >= SIZE:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(SLOT) + SLOT)
        self.broken_off += 1
        self.news.set()
        writer.close()


@asynccontextmanager
async def a_peer() -> AsyncIterator[Peer]:
    peer = Peer()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield peer


async def test_the_head_leaves_at_once_and_the_envelopes_only_when_they_are_sent() -> None:
    async with a_peer() as peer, PeerClient() as client:
        begun = client.begin(peer.url, SIZE, 1)
        await peer.until(b"\r\n\r\n")

        assert b"POST /trm/v1/envelopes/16 HTTP/1.1\r\n" in peer.came
        assert b"Content-Length: 16384\r\n" in peer.came
        assert peer.body == b""
        assert begun.waits_for((peer.url, SIZE, 1))
        assert not begun.waits_for((peer.url, SIZE, 2)), "it announced another length"

        assert await begun.send([ENVELOPE]) == [SLOT]
        assert (peer.body, peer.requests) == (ENVELOPE, 1)


async def test_a_request_that_is_broken_off_sent_nothing_of_an_envelope() -> None:
    async with a_peer() as peer, PeerClient() as client:
        client.begin(peer.url, SIZE, 1).drop()  # before it could connect
        begun = client.begin(peer.url, SIZE, 1)
        await peer.until(b"\r\n\r\n")
        begun.drop()
        while not peer.broken_off:
            peer.news.clear()
            await asyncio.wait_for(peer.news.wait(), 20)

        assert peer.body == b""
        assert not begun.waits_for((peer.url, SIZE, 1))
        assert await client.post(peer.url, SIZE, [ENVELOPE]) == [SLOT], "the next is posted as ever"


async def test_a_peer_that_cannot_be_reached_is_found_by_the_post_itself() -> None:
    """What failed before anything was sent is no answer: the post is tried as if nothing had been begun."""
    async with a_peer() as peer:
        url = peer.url
    async with PeerClient() as client:
        begun = client.begin(url, SIZE, 1)
        await reached(lambda: not begun.waits_for((url, SIZE, 1)))

        with pytest.raises(PostFailed) as failed:
            await client.post(url, SIZE, [ENVELOPE])

    assert failed.value.error_class == "transport"


async def test_a_peer_that_answers_the_head_alone_gets_the_envelopes_by_a_post_of_their_own() -> None:
    """Wire 5: 429 before a byte of the body; whenever its answer is noticed, what was begun is then used no more."""
    async with a_peer() as peer, PeerClient() as client:
        begun = client.begin(peer.url, SIZE, 1)
        begun._body.bytes.cancel()  # as the client gives up a body that nobody waits for

        assert not begun.waits_for((peer.url, SIZE, 1))
        begun.drop()
        assert await client.post(peer.url, SIZE, [ENVELOPE]) == [SLOT]


class Held:
    """A connection whose commits wait until they are let go, or fail."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self.begins, self.may = connection, threading.Event(), threading.Event()
        self.fails = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "commit":
            self.begins.set()
            assert self.may.wait(20)
            if self.fails:
                raise sqlite3.OperationalError("disk I/O error")
        return self._connection.execute(sql, *values)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def posting_to(world: World, monkeypatch: pytest.MonkeyPatch, peer: Peer) -> Worker:
    """A worker of XD that runs, has nothing to do, and posts by real requests to this peer."""
    worker = await running(world)
    monkeypatch.setattr(worker, "client", PeerClient())
    monkeypatch.setattr(Node, "endpoints", lambda *_: [peer.url])
    return worker


async def test_not_a_byte_of_a_letter_leaves_while_its_commit_is_under_way(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = await accepted(world)
    async with a_peer() as peer:
        worker = await posting_to(world, monkeypatch, peer)
        held = hold_commits(world, monkeypatch)

        acting = asyncio.create_task(update(world, thread))
        await peer.until(b"\r\n\r\n")
        await reached(held.begins.is_set)
        assert peer.body == b""
        held.may.set()
        await acting
        while len(peer.body) < SIZE:
            peer.news.clear()
            await asyncio.wait_for(peer.news.wait(), 20)

        assert peer.requests == 1
        await worker.client.close()


async def test_a_request_that_nothing_came_for_is_used_by_no_later_turn(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is nearly a minute old by then, and would break off in the middle of a good post."""
    thread = await accepted(world)
    async with a_peer() as peer, PeerClient() as client:
        worker = Worker(world["XD"].node, "XA")
        monkeypatch.setattr(worker, "client", client)
        monkeypatch.setattr(Node, "endpoints", lambda *_: [peer.url])
        begun = worker._begun = client.begin(peer.url, SIZE, 1)
        await peer.until(b"\r\n\r\n")
        await update(world, thread)

        turn = asyncio.create_task(worker.turn())
        await reached(lambda: peer.requests == 2)
        turn.cancel()
        await asyncio.gather(turn, return_exceptions=True)

        assert not begun.waits_for((peer.url, SIZE, 1))


async def test_a_commit_that_fails_sends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await accepted(world)
    async with a_peer() as peer:
        worker = await posting_to(world, monkeypatch, peer)
        held = hold_commits(world, monkeypatch)
        held.fails = True

        acting = asyncio.create_task(update(world, thread))
        await peer.until(b"\r\n\r\n")
        held.may.set()
        with pytest.raises(sqlite3.OperationalError):
            await acting
        while not peer.broken_off:
            peer.news.clear()
            await asyncio.wait_for(peer.news.wait(), 20)

        assert peer.body == b""
        await worker.client.close()


async def test_what_is_made_ready_beside_a_commit_hears_of_its_beginning_and_can_stop_nothing(world: World) -> None:
    """A herald comes before the commit, not with a job that failed; one that cannot be told harms nobody."""
    store, heard = world["XD"].node.store, []

    def gone() -> None:
        raise RuntimeError("Event loop is closed")

    def job(work: Work) -> str:
        work.at_commit(gone)
        work.at_commit(lambda: heard.append(store.commits))
        return "kept"

    def fails(work: Work) -> None:
        work.at_commit(lambda: heard.append(-1))
        raise ValueError("no")

    before = store.commits
    assert await store.write(job) == "kept"
    with pytest.raises(ValueError, match="no"):
        await store.write(fails)

    assert heard == [before]


async def test_a_letter_on_a_running_worker_uses_what_was_begun(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    thread = await accepted(world)
    worker = await running(world)
    begun: list[tuple[str, int, int]] = []
    begin = worker.client.begin

    def noted(*what: Any) -> Begun:
        begun.append(what)
        return begin(*what)

    monkeypatch.setattr(worker.client, "begin", noted)

    letter = await update(world, thread)
    await reached(lambda: state(world, letter) == "receipted")

    assert [what[1:] for what in begun] == [(SIZE, 1)]


def hold_commits(world: World, monkeypatch: pytest.MonkeyPatch) -> Held:
    writer = world["XD"].node.store._writer
    assert writer is not None
    held = Held(writer._connection)
    monkeypatch.setattr(writer, "_connection", held)
    return held
