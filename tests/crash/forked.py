"""Nodes for crash tests, forked from a process that has read in the program: most of a node's start is reading it in.

`python -m tests.crash.forked FD` waits on the socket FD for orders; each becomes a process of its own that runs
`tests.crash.killed` as if it had been started by name, and can be killed like any other. The test itself never forks.
"""

import asyncio
import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
ORDER_BYTES = 1 << 18
LET_GO = signal.SIGKILL  # whoever is left when the test process is gone


class Forked:
    """A node, as far as its network asks: what `asyncio.subprocess.Process` is for a started one."""

    def __init__(self, pid: int, stdout: asyncio.StreamReader, status: asyncio.StreamReader, close: list[Any]) -> None:
        self.pid, self.stdout = pid, stdout
        self.returncode: int | None = None
        self._ended = asyncio.create_task(self._end(status, close))

    async def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        return await asyncio.shield(self._ended)

    def terminate(self) -> None:
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):  # it is dead, and we are about to be told
                os.kill(self.pid, number)

    async def _end(self, status: asyncio.StreamReader, close: list[Any]) -> int:
        self.returncode = int(await status.readline())
        for transport in close:
            transport.close()
        return self.returncode


async def fork(arguments: Sequence[str], environment: Mapping[str, str], stderr: Any) -> Forked:
    """A new node process with these words and this environment; its errors go to an open file."""
    order = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
    assert len(order) < ORDER_BYTES
    (out, out_end), (status, status_end) = os.pipe(), os.pipe()
    socket.send_fds(_server(), [order], [out_end, stderr.fileno(), status_end])
    os.close(out_end)
    os.close(status_end)
    (stdout, one), (ended, other) = await _reader(out), await _reader(status)
    return Forked(int(await ended.readline()), stdout, ended, [one, other])


async def _reader(descriptor: int) -> tuple[asyncio.StreamReader, asyncio.BaseTransport]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    file = os.fdopen(descriptor, "rb", buffering=0)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), file)
    return reader, transport


@cache
def _server() -> socket.socket:
    """The socket of this process's server, which ends when we do."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.forked", str(theirs.fileno())],
        cwd=PROJECT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ours


def serve(orders: socket.socket, run: Callable[[list[str]], None]) -> None:
    """Fork for every order until nobody can give one any more; tell each one's pid and, later, how it ended."""
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([orders.fileno(), told], [], [])
        if told in ready:
            os.read(told, 4096)
            _tell_ended(running)
        if orders.fileno() in ready and not _take(orders, running, run):
            break
    for pid in running:
        os.kill(pid, LET_GO)


def _take(orders: socket.socket, running: dict[int, int], run: Callable[[list[str]], None]) -> bool:
    data, files, _, _ = socket.recv_fds(orders, ORDER_BYTES, 3)
    if not data:
        return False
    out, err, status = files
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        orders.close()
        _become(json.loads(data), out, err, run)
    os.close(out)
    os.close(err)
    os.write(status, f"{pid}\n".encode())
    running[pid] = status
    return True


def _become(order: dict[str, Any], out: int, err: int, run: Callable[[list[str]], None]) -> None:
    """The forked process, to its end."""
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.closerange(3, max(out, err, 256))
    os.environ.clear()
    os.environ.update(order["environment"])
    code = 1
    try:
        run(order["arguments"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell_ended(running: dict[int, int]) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        pipe = running.pop(pid)
        os.write(pipe, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(pipe)


if __name__ == "__main__":
    import node.app
    import node.cli_run  # noqa: F401 - what a node reads in when it serves
    from tests.crash.killed import run

    serve(socket.socket(fileno=int(sys.argv[1])), run)
