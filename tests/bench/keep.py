"""Retention and erasure: how long a receive waits while 100,000 payloads are swept, how long one person takes.

The receives are real: envelopes sealed by XD, opened, judged and answered by XA, one at a time, while the sweep runs in
the same process, and as many at the same pace without it, some before and the rest after. The payloads that are swept
are rows of the size a letter has, spread over cases with keys of their own. Source: issue 3, numbers.
"""

import asyncio
import statistics
import time
from pathlib import Path

from node.clock import Clock
from node.protocol.cases.case import Case, Person
from node.service.delivery.incoming import receive
from node.service.delivery.release import release_due
from node.service.keep.sweep import sweep
from node.service.threads.book import Book
from node.store.letters import LetterRow
from node.store.work import Work
from tests.bench.goals import added_to_slowest, judged
from tests.keeping import erase_case
from tests.world import DAY_S, HER, NOW, Country, World, make_world

PAYLOADS = 100_000
PER_CASE = 10
PAYLOAD_BYTES = 1_400  # what a referral's letter without a block has
AT_ONCE = 500
LETTERS = 2_400  # for a sweep of a minute, twice over; a calm one takes half of that
BEFORE = 200
PAUSE_S = 0.05
GOAL_ADDED_MS = 100
GOAL_ERASING_MS = 200


class _RealSeconds:
    """The world's time of day, and real seconds for what may take only so long."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> int:
        return self._clock.now()

    def monotonic(self) -> float:
        return time.monotonic()


async def measure_sweep(folder: Path, payloads: int = PAYLOADS) -> dict[str, object]:
    """The line of the sweep: the slowest and the median receive with it and without, of equal numbers; the verdict."""
    world = make_world(folder, "XD", "XA")
    try:
        xa = world["XA"]
        xa.node.clock = _RealSeconds(world.clock)
        await _due(xa, payloads)
        envelopes = await _envelopes(world["XD"], LETTERS)
        alone = [await _paced(xa, envelopes) for _ in range(BEFORE)]
        began = time.monotonic()
        running = asyncio.create_task(sweep(xa.node))
        during = list[float]()
        while not running.done() and len(envelopes) > len(during):
            during.append(await _paced(xa, envelopes))
        swept = await running
        took = time.monotonic() - began
        assert swept is not None and swept.payloads == payloads
        alone = alone[: len(during)]
        alone += [await _paced(xa, envelopes) for _ in range(len(during) - len(alone))]
        return _sweep_line(payloads, took, during, alone)
    finally:
        await world.close()


def _sweep_line(payloads: int, took: float, during: list[float], alone: list[float]) -> dict[str, object]:
    added = added_to_slowest(during, alone) * 1e3
    line: dict[str, object] = {
        "shape": "retention sweep", "payloads": payloads, "seconds": round(took, 1),
        "receives": len(during), "receive_p50_ms": _ms(statistics.median(during)),
        "receive_p99_ms": _ms(sorted(during)[int(len(during) * 0.99) - 1]), "receive_p100_ms": _ms(max(during)),
        "alone": len(alone), "alone_p50_ms": _ms(statistics.median(alone)), "alone_p100_ms": _ms(max(alone)),
        "added_to_p100_ms": round(added, 1),
    }  # fmt: skip
    return judged(line, added, GOAL_ADDED_MS)


async def measure_erasure(folder: Path, cases: int = 20) -> dict[str, object]:
    """The line of erasing a whole case, and one person of a family, with a thread of several letters each.

    The slowest of all is judged.
    """
    world = make_world(folder, "XD", "XA")
    try:
        whole = [await _timed_erasure(world, None) for _ in range(cases)]
        person = [await _timed_erasure(world, "c2" * 8) for _ in range(cases)]
        line: dict[str, object] = {
            "shape": "erasing",
            "whole_case_p50_ms": _ms(statistics.median(whole)), "whole_case_p100_ms": _ms(max(whole)),
            "one_person_p50_ms": _ms(statistics.median(person)), "one_person_p100_ms": _ms(max(person)),
        }  # fmt: skip
        return judged(line, _ms(max(*whole, *person)), GOAL_ERASING_MS)
    finally:
        await world.close()


async def _timed_erasure(world: World, person: str | None) -> float:
    xd = world["XD"]
    persons = (
        Person(person_id=HER, role="person", age_band="25-34"),
        Person(person_id="c2" * 8, role="dependant", age_band="25-34"),
    )
    case = await xd.new_case(persons=persons)
    for one in persons:
        await xd.write_identity(case, {one.person_id: {"given_name": "Zoryana"}})
        await xd.consent(case, "XA", person=one.person_id)
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)
    began = time.monotonic()
    await erase_case(xd, case, person)
    return time.monotonic() - began


async def _due(country: Country, payloads: int) -> None:
    """Rows that are due: received letters of cases that have ended."""
    node = country.node
    for first in range(0, payloads // PER_CASE, AT_ONCE):

        def put(work: Work, first: int = first) -> None:
            book = Book(node, work)
            for _ in range(first, min(first + AT_ONCE, payloads // PER_CASE)):
                made = book.new_case(
                    Case(
                        case_id=node.random(16).hex(), trafficking_status="possible",
                        persons=(Person(person_id=HER, role="person", age_band="25-34"),),
                    ),
                    None, NOW,
                )  # fmt: skip
                for _ in range(PER_CASE):
                    _letter(book, work, made.id, made.dek)

        await node.store.write(put)


def _letter(book: Book, work: Work, case_id: str, dek: object) -> None:
    random = book.node.random
    letter_id, thread = random(16).hex(), random(16).hex()
    sealed = book.seal_payload(dek, letter_id, random(PAYLOAD_BYTES))  # type: ignore[arg-type]
    work.letters.put(
        LetterRow("XD", "in", letter_id, thread, case_id, None, sealed, NOW, None, NOW - 1, None, random(260),
                  random(3566), random(32), None)
    )  # fmt: skip


async def _envelopes(sender: Country, count: int) -> list[bytes]:
    """Offers that were released and not posted yet."""
    await sender.offer("XA")
    await sender.world.settle()  # the peer's prekeys are known from now on
    for _ in range(count):
        await sender.offer("XA")
    found: list[bytes] = []
    while rows := await release_due(sender.node, "XA"):
        found += [row.envelope for row in rows if row.envelope is not None]
    return found


async def _paced(country: Country, envelopes: list[bytes]) -> float:
    """How long one receive took, and a pause after it: with a sweep and without, as often a second."""
    took = await _received(country, envelopes.pop())
    await asyncio.sleep(PAUSE_S)
    return took


async def _received(country: Country, envelope: bytes) -> float:
    began = time.monotonic()
    await receive(country.node, [envelope])
    return time.monotonic() - began


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
