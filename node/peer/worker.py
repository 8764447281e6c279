"""One worker a peer: release what is due, post it, keep what was answered.

What to do next is read from the database at every turn, so a worker that dies or is killed starts again where it was.
While it is idle, a transaction that queues a letter releases it as well and hands the bytes over (`handover`).
One request is on its way at a time, so that a channel arrives in its order; meanwhile the next batch is released and
the answers to the last one are kept. Source: delivery; pitfalls P2, P10-P13.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from node.log import get
from node.peer.begun import Begun
from node.peer.client import PeerClient
from node.peer.prekeys import fetch_bundle
from node.service.context import Node
from node.service.delivery.deliver import agenda, record_answers, record_failure, still_out, to_post, wanted
from node.service.delivery.handover import Handed, Handover
from node.service.delivery.release import release_due, releasing
from node.service.delivery.words import MAX_BATCH, EnvelopeRow, PostFailed
from node.service.network.prekeys import needs_bundle

log = get()
PAUSE_AFTER_FAULT_S = 5.0
FRESH_S = 1.0  # what was released longer ago passes the gate again before it is posted


@dataclass(slots=True)
class _Round:
    """Requests of one turn: what runs beside them, and whether every letter was answered with a receipt."""

    meanwhile: asyncio.TaskGroup
    settled: bool = True


class Worker:
    """Delivers to one peer until it is stopped."""

    def __init__(self, node: Node, peer: str) -> None:
        self.node, self.peer = node, peer
        self.client = PeerClient()
        self.ticked_at = node.clock.monotonic()
        self.again_s = 0.0
        self.rests = True
        self._begun: Begun | None = None
        self.handover = Handover(releasing(node, peer), lambda: node.wake(peer), node.clock.monotonic)

    async def run(self) -> None:
        """Deliver for ever; every fault is logged and followed by another turn."""
        self.node.handovers[self.peer] = self.handover
        loop = asyncio.get_running_loop()
        self.handover.herald = lambda rows: loop.call_soon_threadsafe(self._begin, rows)
        async with self.client:
            while True:
                try:
                    await self._turns_until_idle()
                except asyncio.CancelledError:
                    self._drop_begun()
                    raise
                except Exception as error:  # noqa: BLE001 - the delivery loop's border: one bad turn must not end delivery
                    log.error("delivery_turn_failed", peer=self.peer, error=type(error).__name__)
                    await asyncio.sleep(PAUSE_AFTER_FAULT_S)

    async def turn(self) -> bool:
        """Release and post what is due until nothing is, or a request fails; True when something was posted."""
        self.ticked_at = self.node.clock.monotonic()
        self._drop_begun()  # what it waited for did not come to us in time: it may be old
        due = agenda(self.node, self.peer)
        self.again_s, self.rests = due.again_s, due.rests
        if due.rests:
            return False
        if needs_bundle(self.node, self.peer):
            await fetch_bundle(self.node, self.peer, self.client)
        rows = await release_due(self.node, self.peer) if due.may_release else []
        if not rows and due.may_post:
            rows = await to_post(self.node, self.peer)
        if not rows:
            return False
        await self._deliver(rows)
        return True

    async def _deliver(self, rows: list[EnvelopeRow]) -> bool:
        """Post these and what is released meanwhile; True when each of them was answered with a receipt."""
        async with asyncio.TaskGroup() as meanwhile:
            now = _Round(meanwhile)
            while rows:
                rows = await self._post_and_release(rows, now)
        return now.settled

    async def _post_and_release(self, rows: list[EnvelopeRow], now: _Round) -> list[EnvelopeRow]:
        """Post a batch and release the next meanwhile; what of that may be posted without another look comes back."""
        more = len(rows) == MAX_BATCH or self.node.wake_event(self.peer).is_set()
        following = now.meanwhile.create_task(self._release()) if more else None
        posted_at = self.node.clock.monotonic()
        by_size: dict[int, list[EnvelopeRow]] = defaultdict(list)
        for row in rows:
            if row.envelope is not None:
                by_size[len(row.envelope)].append(row)
        heard: list[bool] = []
        for size, group in by_size.items():
            goes = await wanted(self.node, group) if heard else group
            heard.append(await self._post(size, goes, now))
        released = [] if following is None else await following
        # Not posted now: they are out in the database, and the next turn asks the gate about each.
        if not all(heard) or self.node.clock.monotonic() - posted_at > FRESH_S:
            now.settled = False
            return []
        return still_out(self.node, released)

    async def _release(self) -> list[EnvelopeRow]:
        return await release_due(self.node, self.peer) if agenda(self.node, self.peer).may_release else []

    async def _post(self, size: int, rows: list[EnvelopeRow], now: _Round) -> bool:
        """Post one request; False when nothing usable was heard. The answers are kept while the caller goes on."""
        if not rows:
            return True
        try:
            slots = await self._post_to_any_endpoint(size, rows)
        except PostFailed as failure:
            # Crash here, or before the answers are kept: the same bytes are posted again and get the same receipts.
            await record_failure(self.node, self.peer, rows, failure)
            return False
        now.meanwhile.create_task(self._record(rows, slots, now))
        return True

    async def _record(self, rows: list[EnvelopeRow], slots: list[bytes], now: _Round) -> None:
        if not await record_answers(self.node, self.peer, rows, slots):
            now.settled = False

    async def _post_to_any_endpoint(self, size: int, rows: list[EnvelopeRow]) -> list[bytes]:
        endpoints = self.node.endpoints(self.peer)
        envelopes = [row.envelope for row in rows if row.envelope is not None]
        if not endpoints:
            raise PostFailed("peer-policy", "no endpoint in the record")
        for endpoint in endpoints[:-1]:
            try:
                return await self._post_to(endpoint, size, envelopes)
            except PostFailed as failure:
                if failure.error_class != "transport" or await wanted(self.node, rows) != rows:
                    raise  # what is not wanted any more goes to no other address; the next turn posts the rest
        return await self._post_to(endpoints[-1], size, envelopes)

    async def _post_to(self, endpoint: str, size: int, envelopes: list[bytes]) -> list[bytes]:
        begun, self._begun = self._begun, None
        if begun is not None and begun.waits_for((endpoint, size, len(envelopes))):
            return await begun.send(envelopes)
        if begun is not None:
            begun.drop()
        return await self.client.post(endpoint, size, envelopes)

    def _begin(self, rows: list[EnvelopeRow]) -> None:
        """Open the way for what is being committed and handed over next, if it is one request."""
        endpoints, sizes = self.node.endpoints(self.peer), {len(row.envelope or b"") for row in rows}
        self._drop_begun()
        if endpoints and len(sizes) == 1:
            self._begun = self.client.begin(endpoints[0], sizes.pop(), len(rows))

    def _drop_begun(self) -> None:
        if self._begun is not None:
            self._begun.drop()
            self._begun = None

    async def _turns_until_idle(self) -> None:
        wake = self.node.wake_event(self.peer)
        wake.clear()
        if await self.turn():
            return
        looked_at = self.node.clock.monotonic()
        while not wake.is_set() and await self._woken(wake, looked_at + self.again_s):
            wake.clear()
            if not await self.deliver_handed():
                return
            looked_at = self.node.clock.monotonic()

    async def _woken(self, wake: asyncio.Event, until: float) -> bool:
        """Wait for a wake-up with an open hand; False when the time has come to look without one."""
        self.handover.is_open = not self.rests  # nothing gets a number while the peer cannot be reached
        try:
            async with asyncio.timeout(max(0.0, until - self.node.clock.monotonic())):
                return await wake.wait()
        except TimeoutError:
            return False
        finally:
            self.handover.is_open = False

    async def deliver_handed(self) -> bool:
        """Post what was handed over; True when that was all there is to do, and nothing else has to be looked at.

        The database is asked at the end: one wake-up may stand for several commits, and only the first was handed over.
        """
        handed = self.handover.take()
        if not handed:
            self._drop_begun()
            return False
        self.ticked_at = self.node.clock.monotonic()
        settled = True
        for batch in handed:
            rows = self._postable(batch)
            settled = bool(rows) and await self._deliver(rows) and settled
        self._drop_begun()
        due = agenda(self.node, self.peer)
        self.again_s, self.rests = due.again_s, due.rests
        return settled and not due.may_release and not due.may_post

    def _postable(self, batch: Handed) -> list[EnvelopeRow]:
        """What of a batch may be posted without asking the gate: unless it has become old, what was not given up."""
        if self.node.clock.monotonic() - batch.at_s > FRESH_S:
            return []
        # No commit since then: nothing can have been given up.
        return batch.rows if self.node.store.commits == batch.commit else still_out(self.node, batch.rows)


class Workers:
    """Starts a worker for every peer that has something waiting, and stops them all."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self.workers: dict[str, Worker] = {}

    async def start(self) -> None:
        """Take up everything that waits; called at start and whenever a new peer gets its first letter."""
        self.node.on_new_peer = self.ensure
        for peer in await self.node.store.read(lambda reader: reader.outbox.busy_peers()):
            self.ensure(peer)

    def ensure(self, peer: str) -> None:
        """Make sure a worker serves this peer."""
        task = self._tasks.get(peer)
        if task is None or task.done():
            worker = self.workers[peer] = Worker(self.node, peer)
            self._tasks[peer] = asyncio.create_task(worker.run(), name=f"deliver-{peer}")

    async def look(self) -> None:
        """Have every worker look now at what is due: after a clock jump it would sleep on to an alarm of before."""
        for peer in self._tasks:
            self.node.wake_event(peer).set()

    async def stop(self) -> None:
        """End all workers; what they were doing is taken up at the next start."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
