"""The signing process of a serving node, killed while letters flow, and left behind by a node that is killed.

Nothing is lost, /readyz says nothing of it, one line of the log does, and no process with the key outlives its node.
The nodes here are started as an operator starts them. Source: issue 2, speed.
"""

import array
import asyncio
import fcntl
import os
import re
import signal
import sys
import termios
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from node.demo.network import Network
from node.demo.person import Desk
from node.signer import FIRST_LETTERS
from tests.crash.support import CODES, CrashNetwork, query

pytestmark = [
    pytest.mark.crash,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(sys.platform != "linux", reason="finds the child of a node in /proc"),
]


class ServedNetwork(CrashNetwork):
    """The nodes are `python -m node serve`, which nothing is wrapped around."""

    async def _spawn(self, name: str, *arguments: str) -> asyncio.subprocess.Process:
        self.newest[name] = process = await Network._spawn(self, name, *arguments)
        return process


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServedNetwork]:
    made = ServedNetwork(tmp_path_factory.mktemp("signing"))
    try:
        await made.start(CODES)
        yield made
    finally:
        await made.stop()


class Child:
    """The signing process of a node."""

    def __init__(self, node: int) -> None:
        threads = Path(f"/proc/{node}/task").glob("*/children")  # a child is listed with the thread that made it
        words = [word for children in threads for word in children.read_text().split()]
        self.pid = next(
            int(one) for one in words if b"node.signing_process" in Path(f"/proc/{one}/cmdline").read_bytes()
        )  # StopIteration, or OSError where a thread or another child has just ended: not there yet

    def is_there(self) -> bool:
        """Whether it runs; what is dead and not yet collected by init is gone."""
        try:
            return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except FileNotFoundError:
            return False

    def is_asked(self) -> bool:
        """Whether a question waits for it: it was stopped and cannot read."""
        waiting = array.array("i", [0])
        with open(f"/proc/{self.pid}/fd/0", "rb", buffering=0) as pipe:
            fcntl.ioctl(pipe, termios.FIONREAD, waiting)
        return waiting[0] > 0

    def is_ready(self) -> bool:
        """Whether it has read its seed, which it does once it may leave no core, and waits for a question."""
        limits = Path(f"/proc/{self.pid}/limits").read_text()
        state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        return re.search(r"Max core file size +0 ", limits) is not None and not self.is_asked() and state == "S"

    def send(self, number: int) -> None:
        os.kill(self.pid, number)


async def with_child(network: ServedNetwork, desk: Desk, code: str) -> Child:
    """Let letters flow from XD to XA until the node of `code` has a signing process that is ready."""
    for _ in range(FIRST_LETTERS + 1):
        await offered(network, desk)
    pid = network.newest[code].pid

    async def there() -> Child | None:
        await offered(network, desk)
        try:
            child = Child(pid)
        except (StopIteration, OSError):
            return None
        return child if child.is_ready() else None

    child: Child = await network.until(f"{code} to start its signing process", there)
    return child


async def offered(network: ServedNetwork, desk: Desk) -> str:
    """One more person offered to XA, and the receipt is there."""
    case, person = await desk.new_case({"given_name": "Zoryana"})
    await desk.consent(case, person, ["XA"])
    thread = await desk.offer(case, "XA")
    await network.settled()
    return thread


async def several(network: ServedNetwork, desk: Desk) -> list[str]:
    """Three more, one after the other: each is signed, and receipted, alone."""
    return [await offered(network, desk) for _ in range(3)]


async def is_ready(network: ServedNetwork, code: str) -> bool:
    async with aiohttp.ClientSession() as http, http.get(f"{network.nodes[code].url}/readyz") as answer:
        return answer.status == 200


@pytest.mark.parametrize("code", CODES)
async def test_a_signing_process_killed_while_letters_flow_costs_no_letter_and_one_line_in_the_log(
    network: ServedNetwork, code: str
) -> None:
    """XD signs letters beside, XA receipts: whatever it was asked and did not answer, the node signs by itself."""
    async with network.client("XD", "coordinator") as api:
        desk = Desk("XD", api)
        child = await with_child(network, desk, code)
        child.send(signal.SIGSTOP)  # what is asked now waits in the pipe
        flowing = asyncio.create_task(several(network, desk))
        await network.until("a signature to be asked for", lambda: asyncio.to_thread(child.is_asked))
        child.send(signal.SIGKILL)
        threads = await flowing
        assert await is_ready(network, code)
        threads.append(await offered(network, desk))

    received = {row[0] for row in query(network.database("XA"), "select thread_id from thread where peer='XD'")}
    assert set(threads) <= received
    assert not child.is_there()
    assert (network.folder / f"{code}.log").read_text().count("signer_lost") == 1
    await network.agreed()


async def test_no_signing_process_outlives_a_node_that_is_killed(network: ServedNetwork) -> None:
    """It holds the message key: it ends with the pipe, whoever killed the node; the node starts another one."""
    await network.end("XD")
    await network.restart("XD")
    async with network.client("XD", "coordinator") as api:
        child = await with_child(network, Desk("XD", api), "XD")
    network.newest["XD"].kill()
    await network.newest["XD"].wait()

    async def gone() -> bool:
        return not child.is_there()

    await network.until("the signing process to end", gone)
    await network.restart("XD")
    async with network.client("XD", "coordinator") as api:
        assert (await with_child(network, Desk("XD", api), "XD")).pid != child.pid
    await network.agreed()
