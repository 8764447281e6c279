"""A peer in a process of its own that writes letters at a steady pace, each on the next accepted thread.

python -m tests.bench.writer CONFIG THREADS PER_SECOND SECONDS RESULT: prints a line when it begins; in the end RESULT
says how many letters were sent and how many of them the other node has receipted as stored.
"""

import asyncio
import sys
import time
from itertools import cycle
from pathlib import Path

import msgspec

from node.app import running
from node.config import load
from node.log import configure
from node.service.context import Node
from node.service.threads import acts
from tests.bench.loops import run
from tests.bench.real import CASEWORKER, SETTLE_S, UPDATE

WAITED_S = 10.0  # for the last receipts


async def write(config: Path, threads: list[str], per_second: float, seconds: float, result: Path) -> None:
    """Until the time is over and the last receipt is there."""
    configure(lambda: int(time.time()), "error")
    async with running(load(config, {})) as sender:
        node = sender.opened.node
        await asyncio.sleep(SETTLE_S)  # the sweeps of the start
        print("writing", flush=True)
        began, sent = time.perf_counter(), list[str]()
        for thread in cycle(threads):
            done = await acts.act(node, CASEWORKER, thread, UPDATE)
            assert done.letter_id is not None
            sent.append(done.letter_id)
            await asyncio.sleep(max(0.0, began + len(sent) / per_second - time.perf_counter()))
            if time.perf_counter() - began >= seconds:
                break
        received = await _received(node, sent)
        made = result.with_suffix(".new")
        made.write_bytes(msgspec.json.encode({"sent": len(sent), "received": received}))
        made.rename(result)
        await asyncio.Event().wait()


async def _received(node: Node, sent: list[str]) -> int:
    last, count = time.perf_counter() + WAITED_S, 0
    while count < len(sent) and time.perf_counter() < last:
        await asyncio.sleep(0.2)
        rows = await node.store.read(lambda reader: [reader.outbox.get(one) for one in sent])
        count = sum(row is not None and (row.state, row.status) == ("receipted", 1) for row in rows)
    return count


if __name__ == "__main__":
    given = sys.argv[1:]
    ids = msgspec.json.decode(Path(given[1]).read_bytes(), type=list[str])
    run(write(Path(given[0]), ids, float(given[2]), float(given[3]), Path(given[4])))
