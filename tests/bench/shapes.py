"""The shapes of load, and the one driver that both the bare pair and the real nodes are measured with."""

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

ONE, MANY, BATCHES = "one at a time", "64 at once", "50 per request, 4 at once"
Request = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Shape:
    """`at_once` requests under way at any moment, each of `per_request` letters."""

    name: str
    at_once: int
    per_request: int


SHAPES = (Shape(ONE, 1, 1), Shape(MANY, 64, 1), Shape(BATCHES, 4, 50))


@dataclass(frozen=True, slots=True)
class Figures:
    """What one measurement gave: letters per second, ms per request, CPU ms per letter of both ends together."""

    letters_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms_per_letter: float | None


async def drive(request: Request, shape: Shape, seconds: float, other_pid: int) -> Figures:
    """Keep `shape.at_once` requests under way for `seconds`, after one round to warm up."""
    await asyncio.gather(*(request(shape.per_request) for _ in range(shape.at_once)))
    took_s: list[float] = []
    cpu_before, began = _cpu_s(other_pid), time.perf_counter()

    async def keep_asking() -> None:
        while time.perf_counter() - began < seconds:
            start = time.perf_counter()
            await request(shape.per_request)
            took_s.append(time.perf_counter() - start)

    await asyncio.gather(*(keep_asking() for _ in range(shape.at_once)))
    wall_s, cpu_s = time.perf_counter() - began, _cpu_s(other_pid)
    letters = len(took_s) * shape.per_request
    used = None if cpu_s is None or cpu_before is None else (cpu_s - cpu_before) / letters * 1e3
    took_s.sort()
    return Figures(letters / wall_s, took_s[len(took_s) // 2] * 1e3, took_s[int(len(took_s) * 0.99)] * 1e3, used)


def median_of(figures: list[Figures]) -> Figures:
    """Each figure's median over several measurements."""
    cpu = [one.cpu_ms_per_letter for one in figures if one.cpu_ms_per_letter is not None]
    return Figures(
        statistics.median(one.letters_per_s for one in figures),
        statistics.median(one.p50_ms for one in figures),
        statistics.median(one.p99_ms for one in figures),
        statistics.median(cpu) if cpu else None,
    )


def resident_mb(pid: int) -> float | None:
    """Resident memory of a process in MB; None where the system does not tell (it is read from /proc)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _cpu_s(other_pid: int) -> float | None:
    """CPU seconds of this process and the other; None where the system does not tell."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    try:
        fields = Path(f"/proc/{other_pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return own.ru_utime + own.ru_stime + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
