"""What a demo left that was killed: `make demo RESET=1` ends its processes and removes its folder.

A demo holds a lock in its folder as long as it lives, so that one that runs is left alone.
"""

import fcntl
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from node.demo.switch import PREFIX

LOCK: Final = "lock"
GENTLY_S, LOOK_EVERY_S = 10.0, 0.05


def hold(folder: Path) -> IO[bytes]:
    """Say that the demo of this folder lives; it does so until the file is closed, however it ends."""
    file = open(folder / LOCK, "wb")  # noqa: SIM115 - held for the life of the demo
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def clear() -> int:
    """Clear away after every demo of ours that is dead; how many there were."""
    cleared = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # somebody else's, or it has just ended by itself
            if _is_dead(folder):
                end_processes(folder)
                shutil.rmtree(folder)
                cleared += 1
    return cleared


def _is_dead(folder: Path) -> bool:
    if folder.stat().st_uid != os.getuid() or not (folder / LOCK).is_file():
        return False
    with open(folder / LOCK, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def end_processes(folder: Path) -> None:
    """End every process that was started with a file of this folder: gently first."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        for process in _using(folder):
            with suppress(ProcessLookupError):
                os.kill(process, how)
        end = time.monotonic() + GENTLY_S
        while any(_using(folder)) and time.monotonic() < end:
            time.sleep(LOOK_EVERY_S)


def _using(folder: Path) -> Iterator[int]:
    for one in Path("/proc").iterdir():
        if one.name.isdigit() and int(one.name) != os.getpid():
            with suppress(OSError):  # it has just ended, or is somebody else's
                if f"{folder}/".encode() in (one / "cmdline").read_bytes():
                    yield int(one.name)
