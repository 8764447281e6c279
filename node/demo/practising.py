"""`trm-node training`: practice put together, and kept going until it is told to stop."""

import asyncio
import fcntl
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from node.clock import SystemClock
from node.demo.practice import MARK, Plan, Practice, take_folder
from node.demo.practice_people import OURS, PARTNER
from node.demo.running import cancel_when_told
from node.errors import Unavailable
from node.jobs import Job, Jobs
from node.log import configure

LOOK_EVERY_S: Final = 60
OPTIONS: Final = {OURS: "--port", PARTNER: "--partner-port"}
BEGINS: Final = "Training begins: two invented countries with twelve cases; this takes half a minute.\n"


async def run(plan: Plan) -> None:
    """Begin today, look every minute whether a new day begins or a desk has ended, end all of it in the end."""
    cancel_when_told()
    clock = SystemClock()
    configure(clock.now, "info")
    take_folder(plan.folder)
    with _alone(plan.folder):
        ports_are_free(plan)
        practice = Practice(plan, clock)
        jobs = Jobs([Job("practice", LOOK_EVERY_S, practice.renew)], clock)
        sys.stderr.write(BEGINS)
        try:
            await practice.renew()
            jobs.start()
            addresses = " ".join(f"{code} http://127.0.0.1:{plan.ports[code]}" for code in (OURS, PARTNER))
            print(f"training {addresses}", flush=True)
            with suppress(asyncio.CancelledError):  # this is how it is meant to end
                await asyncio.Event().wait()
        finally:
            await jobs.stop()
            await practice.end()


def ports_are_free(plan: Plan) -> None:
    """Said before half a minute was waited, and with the option that names another; a desk's start would say it too."""
    for code, port in plan.ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # what ended a moment ago is in nobody's way
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                raise Unavailable(
                    f"port {port} of 127.0.0.1 is taken or not allowed; name another with {OPTIONS[code]}"
                ) from None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One practice a folder, however an earlier one ended."""
    with open(folder / MARK, "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Unavailable("training runs in this folder already; end it first, or name another folder") from None
        yield
