"""The real nodes under load: the sender here, put together as `trm-node serve` does, the receiver in another process.

A request is so many service calls at once, each an act on some thread; it ends when every letter has its receipt.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import aiohttp
import msgspec

import node.peer.worker as worker
from node.app import running
from node.config import load
from node.log import configure
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.deliver import record_answers
from node.service.delivery.words import EnvelopeRow
from node.service.threads import acts
from node.service.threads.commands import Act
from tests.bench.network import RECEIVER, SENDER, Prepared
from tests.bench.processes import Child, child
from tests.bench.shapes import Figures, Shape, drive, resident_mb

UPDATE = Act(
    kind="referral.update",
    body=msgspec.Raw(
        b'{"status":"as_planned","services_started":["safe-place"],"services_stopped":[],"plan_review_date":["2026-12-15"]}'
    ),
)
CASEWORKER = Actor("caseworker-1", "caseworker", "focal-point")
SETTLE_S = 2.0


@dataclass
class RealPair:
    """The sending node and where its receipts are awaited."""

    node: Node
    threads: Sequence[str]
    receiver_pid: int
    waiting: dict[str, asyncio.Event] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    async def measure(self, shape: Shape, seconds: float) -> Figures:
        """Letters through both nodes, in this shape; fails if one is not kept as receipted `stored`."""
        self.sent.clear()
        figures = await drive(self._request, shape, seconds, self.receiver_pid)
        rows = [self.node.store.read_sync(lambda reader, one=one: reader.outbox.get(one)) for one in self.sent]  # type: ignore[misc]
        assert all(row is not None and (row.state, row.status) == ("receipted", 1) for row in rows), "a letter got lost"
        return figures

    def receipted(self, rows: Sequence[EnvelopeRow]) -> None:
        """These letters have their answers on the disk."""
        for row in rows:
            self.waiting.setdefault(row.letter_id, asyncio.Event()).set()

    async def _request(self, count: int) -> None:
        await asyncio.gather(*(self._letter() for _ in range(count)))

    async def _letter(self) -> None:
        done = await acts.act(self.node, CASEWORKER, random.choice(self.threads), UPDATE)
        assert done.letter_id is not None
        self.sent.append(done.letter_id)
        await self.waiting.setdefault(done.letter_id, asyncio.Event()).wait()
        del self.waiting[done.letter_id]


@asynccontextmanager
async def real_pair(prepared: Prepared) -> AsyncIterator[RealPair]:
    """Both nodes, until the block ends."""
    loaded = load(prepared.configs[SENDER], {})
    configure(lambda: int(time.time()), "error")
    async with receiving_node(prepared.configs[RECEIVER]) as receiver, running(loaded) as sender:
        pair = RealPair(sender.opened.node, prepared.threads, receiver.pid)

        async def record_and_tell(node: Node, peer: str, rows: Sequence[EnvelopeRow], slots: Sequence[bytes]) -> bool:
            settled = await record_answers(node, peer, rows, slots)
            pair.receipted(rows)
            return settled

        with patch.object(worker, "record_answers", record_and_tell):
            await asyncio.sleep(SETTLE_S)  # the sweeps of the start
            yield pair


@asynccontextmanager
async def receiving_node(config: Path) -> AsyncIterator[Child]:
    """A real `trm-node serve`."""
    async with child("-m", "node", "--config", str(config), "serve") as process:
        yield process


async def start_and_idle(prepared: Prepared) -> tuple[float, float | None]:
    """Seconds from the start of a real node to its first ready answer; its memory in MB once its sweeps have run."""
    began = time.perf_counter()
    async with receiving_node(prepared.configs[RECEIVER]) as process, aiohttp.ClientSession() as http:
        url = process.first_line.split()[2]
        while (await _status(http, url)) != 200:
            await asyncio.sleep(0.01)
        took_s = time.perf_counter() - began
        await asyncio.sleep(SETTLE_S)
        return took_s, resident_mb(process.pid)


async def _status(http: aiohttp.ClientSession, url: str) -> int:
    async with http.get(f"{url}/readyz") as answer:
        return answer.status
