"""Switching a country of a running demo off and on, from another terminal.

The demo listens at a socket in its own folder, which nobody else may enter. It does one thing after the other, and
says in a sentence what became of it.
"""

import asyncio
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from node.errors import OpenTRMError

if TYPE_CHECKING:
    from node.demo.network import Network

PREFIX: Final = "opentrm-demo-"  # of the folder of every demo
SOCKET: Final = "switch"
LONGEST_WAIT_S: Final = 60
WORDS: Final = ("off", "on", "code")
CODE: Final = "code"
NO_TEXT: Final = 'give the text that stands beside the picture, under "Codes from a telephone"'
NOBODY: Final = "no demo is running that could be asked; start one with `make demo`"


class Switch:
    """What was asked for and is not done yet."""

    def __init__(self, network: "Network") -> None:
        self._network = network
        self._asked: asyncio.Queue[tuple[str, str, asyncio.Future[str]]] = asyncio.Queue()

    async def work(self) -> None:
        """Do what is asked for, one thing after the other, until this task is cancelled."""
        while True:
            word, code, told = await self._asked.get()
            try:
                said = await self._done(word, code)
            except OpenTRMError as error:
                said = error.message
            if not told.done():
                told.set_result(said)

    async def ask(self, line: str) -> str:
        """Wait until it is done; what became of it."""
        word, _, code = line.partition(" ")
        if word == CODE:
            from node.service.staff.second_step import code_by_the_clock  # half of the program, for this word only

            return code_by_the_clock(code, self._network.clock.now()) or NO_TEXT
        if word not in WORDS or code not in self._network.nodes:
            return f"say `off` or `on` and one of {', '.join(sorted(self._network.nodes))}"
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        await self._asked.put((word, code, told))
        return await told

    async def _done(self, word: str, code: str) -> str:
        runs = self._network.runs(code)
        if runs == (word == "on"):
            return f"{code} is switched {word} already"
        if word == "off":
            await self._network.end(code)
            return f"{code} is switched off: letters to it wait at the others"
        await self._network.start_again(code)
        return f"{code} is switched on: what waited for it arrives within seconds"


@asynccontextmanager
async def listening(switch: Switch, folder: Path) -> AsyncIterator[None]:
    """Take what is asked for at the folder's socket until the block ends."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        writer.write(f"{await switch.ask(line.decode('ascii', 'replace').strip())}\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, folder / SOCKET, limit=64)
    try:
        yield
    finally:
        server.close()


def asked(word: str, code: str) -> str | None:
    """What the demo that was started last, by this user on this machine, answers; None when there is none."""
    for path in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{SOCKET}"), key=_started_at, reverse=True):
        with socket.socket(socket.AF_UNIX) as line, suppress(OSError):  # that one was killed, or is somebody else's
            line.settimeout(LONGEST_WAIT_S)
            line.connect(str(path))
            line.sendall(f"{word} {code}\n".encode())
            if said := line.makefile().readline().strip():
                return said
    return None


def _started_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # it has just ended
        return 0.0
