"""A full or read-only disk: one sentence and read-only mode; nothing is lost, and writing starts again by itself."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from node.errors import PeerError
from tests.crash.disks import fill, read_only, small_disk
from tests.crash.story import Story
from tests.crash.support import CODES, CrashNetwork, query

pytestmark = [pytest.mark.crash, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
MINUTE_S = 60
Full = Callable[[CrashNetwork], Any]


class FullDisk(Story):
    """The story, in which the disk of XA is full while XD discloses and XA wants to confirm the erasure."""

    def __init__(self, network: CrashNetwork, full: Full) -> None:
        super().__init__(network)
        self.full = full
        self.told: list[str] = []

    async def _part(self, name: str, do: Callable[[], Any], done: Callable[[], Any]) -> None:
        if name not in ("disclose", "erase"):
            await super()._part(name, do, done)
            return
        with self.full(self.network):
            await self._nothing_can_be_written()
            if name == "disclose":
                await do()  # XD is well: it decides, and hears from XA that it shall come again later
                await self.network.until("XD to be told to wait", self._is_told_to_wait)
            else:
                with pytest.raises(PeerError, match="503: disk is full; free some space"):
                    await do()
        self.network.move_clock(MINUTE_S)  # wakes the sweep that looks whether the disk takes something again
        await self.network.until("XA to write again", lambda: is_ready(self.network, "XA"))
        if name == "erase":
            await do()

    async def _nothing_can_be_written(self) -> None:
        """XA finds out at its next write, says so, and still shows what it has."""
        small = {"persons": [{"age_band": "25-34", "gender": "woman", "languages": ["uk"]}]}

        async def refused() -> bool:
            try:
                await self.xa.api.post("cases", small)  # fits what is left of the last page, the first times
            except PeerError as error:
                self.told.append(error.message)
                # Every ten seconds it tries again, with a write so small that it fits: then it finds out once more.
                return await readiness(self.network, "XA") == (503, ["store_read_only"])
            return False

        await self.network.until("XA to notice that its disk is full and to say so", refused)
        assert (await self.xa.view(self.thread))["thread"] == self.thread

    async def _is_told_to_wait(self) -> bool:
        waiting = query(self.network.database("XD"), "select last_error, error_class from envelope where state='out'")
        return waiting == [("status 503", "peer-policy")]


async def readiness(network: CrashNetwork, code: str) -> tuple[int, list[str]]:
    """What /readyz says."""
    async with aiohttp.ClientSession() as http, http.get(f"{network.nodes[code].url}/readyz") as answer:
        return answer.status, (await answer.json())["reasons"]


async def is_ready(network: CrashNetwork, code: str) -> bool:
    """Whether /readyz says yes."""
    return await readiness(network, code) == (200, [])


@contextmanager
def no_new_page(network: CrashNetwork) -> Iterator[None]:
    """SQLite itself says that the disk is full when the database of XA would need another page."""
    network.arm("XA", "full")
    try:
        yield
    finally:
        network.disarm("XA")


@contextmanager
def no_room(network: CrashNetwork) -> Iterator[None]:
    """The disk of XA is full to the last block."""
    ballast = fill(network.disk)
    try:
        yield
    finally:
        ballast.unlink()


@pytest.mark.parametrize("full", [no_new_page, no_room])
async def test_a_full_disk_stops_writing_and_nothing_else(tmp_path: Path, full: Full) -> None:
    """Issue 2: read-only mode, /readyz 503, nothing lost, and the node recovers when there is room."""
    with ExitStack() as stack:
        network = CrashNetwork(tmp_path)
        if full is no_room:
            network.disk = stack.enter_context(small_disk(tmp_path / "disk"))
        try:
            await network.start(CODES)
            undisturbed = await Story(network).run()

            story = FullDisk(network, full)
            end = await story.run()

            assert end == undisturbed
            await network.agreed()
            assert all(
                "503: disk is full; free some space, then the node writes again by itself" in one for one in story.told
            )
        finally:
            await network.stop()


async def test_a_node_on_a_read_only_folder_says_so_in_one_sentence(tmp_path: Path) -> None:
    """Issue 2: one sentence and a non-zero exit; the folder is as it was."""
    network = CrashNetwork(tmp_path)
    try:
        await network.start(("XA",))
        await network.end("XA")
        before = {path.name: path.read_bytes() for path in network.data("XA").iterdir() if path.is_file()}

        with read_only(network.data("XA")):
            words = [sys.executable, "-m", "node", "--config", str(network.config("XA")), "serve"]
            done = await asyncio.to_thread(subprocess.run, words, cwd=ROOT, capture_output=True, text=True, timeout=60)

        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: "), done.stderr
        assert done.stderr.count("\n") == 1
        assert "read-only" in done.stderr
        assert {path.name: path.read_bytes() for path in network.data("XA").iterdir() if path.is_file()} == before
    finally:
        await network.stop()
