"""Child processes of a benchmark: known by the first line they print, ended by their own handle."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

START_S = 60.0


@dataclass(frozen=True, slots=True)
class Child:
    """A running process and the first line it printed."""

    pid: int
    first_line: str


@asynccontextmanager
async def child(*arguments: str, env: Mapping[str, str] | None = None) -> AsyncIterator[Child]:
    """`python ARGUMENTS`, until the block ends. RuntimeError if it ends before it says that it is up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, stdout=asyncio.subprocess.PIPE, env=os.environ | dict(env or {})
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        if not line:
            raise RuntimeError(f"{' '.join(arguments[:2])} ended before it was up; its own words stand above")
        yield Child(process.pid, line.decode().strip())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
