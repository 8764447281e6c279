"""The yardstick: the least work that two nodes must do for one letter, with nothing else around it.

The sender seals a 2 KB letter in a 16 KiB envelope of suite 1, commits it (SQLite, WAL, synchronous=FULL) and posts it;
the receiver opens and verifies it, commits the plaintext and a signed receipt, and answers; the sender verifies and
commits that.
One composite signature for each letter and each receipt. No rules, no registry, no ledger, no retries, no TLS.

python -m tests.bench.limit FOLDER    is the receiver, as the benchmark starts it
"""

import asyncio
import hashlib
import os
import queue
import sqlite3
import struct
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp import web

from node.crypto.suite import KemKey, SigningKey, seal, verifying_key
from tests.bench.loops import run, serve_alone
from tests.bench.processes import child
from tests.bench.shapes import Figures, Shape, drive

SIZE, CLEAR, OVERHEAD, HEAD, SIGNATURE = 16_384, 40, 1176, 260, 3373
INSERT = "insert or ignore into letter values (?,?,?)"
RECEIPTED = "update letter set receipt=? where id=?"
Waiting = tuple[str, Sequence[tuple[object, ...]], asyncio.AbstractEventLoop, "asyncio.Future[None]"]


def _seed(name: bytes, length: int) -> bytes:
    return hashlib.shake_256(b"bench " + name).digest(length)


SENDER, RECEIVER, KEM = SigningKey(_seed(b"a", 64)), SigningKey(_seed(b"b", 64)), KemKey(_seed(b"kem", 32))
SENDER_PUBLIC, RECEIVER_PUBLIC = verifying_key(SENDER.public), verifying_key(RECEIVER.public)


def sealed(letter: bytes) -> bytes:
    """One signed and sealed envelope of 16 KiB."""
    clear, salt = b"TRM1" + os.urandom(CLEAR - 4), os.urandom(32)
    head = os.urandom(HEAD - 32) + hashlib.sha256(salt + letter).digest()
    inner = head + SENDER.sign(head, b"envelope") + salt + struct.pack(">I", len(letter)) + letter
    return clear + seal(KEM.public, inner.ljust(SIZE - OVERHEAD, b"\0"), clear)


def opened(envelope: bytes) -> bytes:
    """The letter in it, verified."""
    inner, at = KEM.open(envelope[CLEAR:], envelope[:CLEAR]), HEAD + SIGNATURE
    SENDER_PUBLIC.verify(inner[HEAD:at], inner[:HEAD], b"envelope")
    salt, (length,) = inner[at : at + 32], struct.unpack_from(">I", inner, at + 32)
    letter = inner[at + 36 : at + 36 + length]
    assert hashlib.sha256(salt + letter).digest() == inner[HEAD - 32 : HEAD]
    return letter


def receipt(envelope: bytes) -> bytes:
    """A signed receipt."""
    body = b"TRR1" + _id(envelope) + hashlib.sha256(envelope).digest() + os.urandom(160)
    return body + RECEIVER.sign(body, b"receipt")


def check(answer: bytes, envelope: bytes) -> None:
    """The receipt is about this envelope and signed."""
    assert answer[4:52] == _id(envelope) + hashlib.sha256(envelope).digest()
    RECEIVER_PUBLIC.verify(answer[-SIGNATURE:], answer[:-SIGNATURE], b"receipt")


def _id(envelope: bytes) -> bytes:
    return envelope[24:40]


class BareStore:
    """One writing thread; whatever waits while a commit is in flight joins the next one."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=2000"):
            self._db.execute(f"pragma {pragma}")
        self._db.execute("create table if not exists letter (id blob primary key, body blob, receipt blob)")
        self._jobs: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    async def put(self, sql: str, rows: Sequence[tuple[object, ...]]) -> None:
        """Durable when it returns."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        self._jobs.put((sql, rows, loop, done))
        await done

    def close(self) -> None:
        """End the thread and the file."""
        self._jobs.put(None)
        self._thread.join()
        self._db.close()

    def _write(self) -> None:
        while (job := self._jobs.get()) is not None:
            group = [job]
            while not self._jobs.empty() and (more := self._jobs.get()) is not None:
                group.append(more)
            self._db.execute("begin immediate")
            for sql, rows, _, _ in group:
                self._db.executemany(sql, rows)
            self._db.execute("commit")
            group[0][2].call_soon_threadsafe(_answer, group)


def _answer(group: list[Waiting]) -> None:
    for *_, done in group:
        if not done.done():
            done.set_result(None)


class BarePair:
    """The sending end; the receiving one is another process."""

    def __init__(self, store: BareStore, http: aiohttp.ClientSession, url: str, receiver_pid: int) -> None:
        self._store, self._http, self._url, self._pid = store, http, url, receiver_pid

    async def measure(self, shape: Shape, seconds: float) -> Figures:
        """Letters through the bare pair, in this shape."""
        return await drive(self._request, shape, seconds, self._pid)

    async def _request(self, count: int) -> None:
        envelopes = [sealed(os.urandom(1024).hex().encode()) for _ in range(count)]
        await self._store.put(INSERT, [(_id(one), one, None) for one in envelopes])
        async with self._http.post(self._url, data=b"".join(envelopes)) as answer:
            body = await answer.read()
        size = len(body) // count
        receipts = [body[at : at + size] for at in range(0, len(body), size)]
        for one, envelope in zip(receipts, envelopes, strict=True):
            check(one, envelope)
        await self._store.put(RECEIPTED, [(r, _id(e)) for r, e in zip(receipts, envelopes, strict=True)])


@asynccontextmanager
async def bare_pair(folder: Path) -> AsyncIterator[BarePair]:
    """Both ends, each with a database in `folder`, until the block ends."""
    store = BareStore(folder / "a.sqlite")
    try:
        async with (
            child("-m", "tests.bench.limit", str(folder)) as receiver,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http,
        ):
            yield BarePair(store, http, f"{receiver.first_line}/envelopes", receiver.pid)
    finally:
        store.close()


async def serve(folder: Path) -> None:
    """The receiving end, until it is ended."""
    store = BareStore(folder / "b.sqlite")

    async def post(request: web.Request) -> web.Response:
        body = await request.read()
        envelopes = [body[at : at + SIZE] for at in range(0, len(body), SIZE)]
        rows = [(_id(one), opened(one), receipt(one)) for one in envelopes]
        await store.put(INSERT, rows)
        return web.Response(body=b"".join(row[2] for row in rows))

    app = web.Application(client_max_size=1 << 26)
    app.add_routes([web.post("/envelopes", post)])
    await serve_alone(app)


if __name__ == "__main__":
    run(serve(Path(sys.argv[1])))
