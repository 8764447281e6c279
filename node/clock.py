"""What time it is, and whether the clock can be believed.

A leaf: everybody may import it, but `protocol/` and `crypto/` take the time as an argument instead.
"""

import os
import re
import time
from pathlib import Path
from typing import Protocol

from node.errors import BadInput, Unavailable

INVENTED_COUNTRY = re.compile(r"X[A-Z]")  # ISO 3166-1 leaves XA-XZ to its users; no state ever gets one
ALLOWED_JUMP_S = 30
LATEST_TIME = 253_402_300_799  # 9999-12-31, the last second every date library can write


class Clock(Protocol):
    """Tells UTC seconds for what is written down, and monotonic seconds for what is measured."""

    def now(self) -> int: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        """UTC seconds."""
        return int(time.time())

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back. Only differences mean something."""
        return time.monotonic()


class FileClock:
    """A clock for demos and tests that several processes share through one small file.

    The file holds `+SECONDS` or `-SECONDS` (the real time, moved) or plain UTC seconds (time stands still there).
    It is read at every call, so a change is seen by all processes at once. `monotonic` stays real: pauses are pauses.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now()  # a clock that cannot be read is told at the start, not in the middle of a letter

    def now(self) -> int:
        """UTC seconds. Unavailable if the file is gone, BadInput if it holds something else."""
        text = self._read()
        seconds = int(time.time()) + int(text) if text[0] in "+-" else int(text)
        return min(max(seconds, 0), LATEST_TIME)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes back."""
        return time.monotonic()

    def _read(self) -> str:
        try:
            with open(self.path, "rb") as file:
                text = file.read(64).decode("ascii", "replace").strip()
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            raise Unavailable(f"clock file: {reason}; write '+0' into it or remove clock_file") from error
        if not re.fullmatch(r"[+-]?[0-9]{1,12}", text):
            raise BadInput("clock file holds no time; expected '+SECONDS', '-SECONDS' or UTC seconds")
        return text


def clock_for(country: str, path: Path | None) -> Clock:
    """The clock of this country's node: the machine's, or the shared file for an invented country.

    BadInput for any other country: nobody may move the deadlines of real people by editing a file.
    """
    if path is None:
        return SystemClock()
    if not INVENTED_COUNTRY.fullmatch(country):
        raise BadInput(
            f"clock_file is set and the country is {country}; it is honoured only for XA-XZ, remove clock_file",
            field="clock_file",
        )
    return FileClock(path)


def set_clock_file(path: Path, text: str) -> None:
    """Write a clock file so that no reader ever sees half of it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    beside.write_text(text + "\n", encoding="ascii")
    os.replace(beside, path)


class JumpWatch:
    """Notices that the wall clock moved by more than the time that really passed.

    Waking from sleep looks like a jump forward on Linux, and should: deadlines may have passed meanwhile.
    """

    def __init__(self, clock: Clock, allowed_s: int = ALLOWED_JUMP_S) -> None:
        self._clock = clock
        self._allowed_s = allowed_s
        self._wall, self._mono = clock.now(), clock.monotonic()

    def jump_s(self) -> int:
        """Seconds the wall clock jumped since the last call (negative: back), 0 if it only went on."""
        wall, mono = self._clock.now(), self._clock.monotonic()
        jumped = round((wall - self._wall) - (mono - self._mono))
        self._wall, self._mono = wall, mono
        return jumped if abs(jumped) > self._allowed_s else 0


class SteppedClock:
    """A clock that stands still until it is told to go on; for tests in one process."""

    def __init__(self, now: int) -> None:
        self._now = now
        self._mono = 0.0

    def now(self) -> int:
        """UTC seconds."""
        return self._now

    def monotonic(self) -> float:
        """Seconds stepped so far."""
        return self._mono

    def step(self, seconds: int) -> None:
        """Let time pass, for both readings."""
        self._now += seconds
        self._mono += seconds

    def jump(self, seconds: int) -> None:
        """Move the wall clock without any time having passed."""
        self._now += seconds
