"""One receiver, many threads that differ only in what it alone knows of the person, and letters that do not differ.

Shared by the test of attack 57 (sizes, codes, statements of the database) and by its measurement in `make bench`.
"""

import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from node.protocol.cases.case import Person, Tie
from node.service.cases.cases import change_case
from node.service.cases.change import Change
from node.service.cases.requests import BlockCountries, Detained, HoldForReview, SetProtection, SetTie
from node.service.cases.requests_people import SuspectFamily
from node.service.delivery.incoming import receive
from node.service.delivery.words import PostFailed
from node.service.threads.book import Book
from tests.attack.forged_posts import payload_of
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, MemoryPost, World

A_VALUE = re.compile(r"x'[0-9A-F]*'|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b|\bNULL\b", re.I)
PAGE_IN_LOG = 24 + 16384  # its head and itself
UPDATE = {"status": "as_planned", "services_started": [], "services_stopped": [], "plan_review_date": []}
NOTHING, UNKNOWN = "nothing", "first contact"
LETTERS_A_REQUEST = 64
LEADING = "leading"  # the first letter of a request also pays for the signature of all; it is compared with nothing

# What only XA knows of the person of a thread. "nothing again" shows how far two equal states seem to differ.
KNOWN: dict[str, Callable[[str], tuple[Change, ...]]] = {
    NOTHING: lambda her: (),
    "nothing again": lambda her: (),
    "asylum": lambda her: (
        SetTie(person_id=her, country="XD", kind="nationality", feared="yes"),
        SetProtection(person_id=her, protection="sought"),
    ),
    "named": lambda her: (BlockCountries(person_id=her, countries=("XD",)),),
    "pressed": lambda her: (HoldForReview(person_id=her),),
    "detained": lambda her: (Detained(),),
    "family suspected": lambda her: (SuspectFamily(person_id=her),),
    "consent held": lambda her: (),
    "consent withdrawn": lambda her: (),  # she took back, here, what no letter of ours had said yet
}
# Threads that XA stopped for two causes; the stop has left and was lost, so XD writes on without having seen it.
ILLNESS, ASYLUM = "stopped for illness", "stopped for asylum"
STOPPED = (ILLNESS, "stopped for illness again", ASYLUM)
# A first letter about somebody XA never met, and about somebody who seeks protection from XD in another case of XA's.
OFFERS = (UNKNOWN, "first contact, known here")
COMPARED = dict.fromkeys(KNOWN, NOTHING) | dict.fromkeys(STOPPED, ILLNESS) | dict.fromkeys(OFFERS, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Answered:
    """One letter, posted alone: the size of the answer, and how long it took to come."""

    state: str
    size: int
    took_s: float


@dataclass
class Ready:
    """Accepted threads by what XA knows of each person."""

    world: World
    threads: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)

    def state_of(self, envelope: bytes) -> str:
        """Whose letter an envelope holds."""
        thread = payload_of(self.world, envelope, "XA")["thread"]
        known = next((state for state, threads in self.threads.items() if thread in threads), None)
        return known or self.offered[thread]


class OneByOne(MemoryPost):
    """Posts every envelope of a request alone, and keeps what came back and when."""

    def __init__(self, world: World) -> None:
        super().__init__(world, "XD")
        self.came: list[tuple[bytes, int, float]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: Callable[[], None] = lambda: None

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        slots: list[bytes] = []
        for envelope in envelopes:
            self.before()
            start = time.perf_counter()
            found, _ = await receive(self._world["XA"].node, [envelope])
            self.came.append((envelope, len(found[0]), time.perf_counter() - start))
            self.after()
            slots += found
        return slots


class LostPost(MemoryPost):
    """Nothing of what it carries arrives."""

    def __init__(self, world: World, sender: str) -> None:
        super().__init__(world, sender)
        self.lost: set[bytes] = set()

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        self.lost |= set(envelopes)
        raise PostFailed("transport", "lost on the way")


async def make_ready(world: World, per_state: int) -> Ready:
    """Threads that XD opened and XA accepted, `per_state` for each; then what XA alone knows is recorded there."""
    ready = Ready(world)
    for _ in range(per_state):
        for state in (*KNOWN, *STOPPED):
            ready.threads.setdefault(state, []).append(await _accepted(world))
    await _stop(ready)
    for state in KNOWN:
        for thread in ready.threads[state]:
            await _known(world, thread, state)
    blocked = Person(
        person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",), protection="sought",
        protection_ever=True, ties=(Tie("XD", "nationality", "yes"),),
    )  # fmt: skip
    await world["XA"].new_case(persons=(blocked,))
    return ready


async def one_round(ready: Ready, turn: int, post: OneByOne | None = None) -> list[Answered]:
    """A letter for each state, one after the other; in another order each time, so that none always comes after one."""
    states = [*KNOWN, *STOPPED, *OFFERS]
    random.Random(turn).shuffle(states)
    for state in (LEADING, *states):
        await _write(ready, state, turn)
    post = post or OneByOne(ready.world)
    post.came.clear()
    while await ready.world["XD"].deliver("XA", post):
        pass
    came = [Answered(ready.state_of(envelope), size, took_s) for envelope, size, took_s in post.came]
    return [one for one in came if one.state != LEADING]


async def _write(ready: Ready, state: str, turn: int) -> None:
    xd = ready.world["XD"]
    if state in (LEADING, *OFFERS):
        ready.offered[(await xd.offer("XA")).thread] = state
        return
    threads = ready.threads[state]
    await xd.act(threads[turn % len(threads)], "referral.update", UPDATE)


async def _accepted(world: World) -> str:
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    token = xd.tokens(thread)[HER]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": []})
    await world.settle()
    return thread


async def _stop(ready: Ready) -> None:
    """XA stops threads, some for illness and some for asylum; every stop leaves at its slot and is lost on the way."""
    world, xa = ready.world, ready.world["XA"]
    for thread in (*ready.threads[ILLNESS], *ready.threads[STOPPED[1]]):
        await xa.stop(thread)
    for thread in ready.threads[ASYLUM]:
        await _known(world, thread, "asylum")
    world.clock.step(DAY_S)
    post, stops = LostPost(world, "XA"), sum(len(ready.threads[state]) for state in STOPPED)
    assert stops <= LETTERS_A_REQUEST
    await xa.deliver("XD", post)
    assert len(post.lost) == stops  # every stop has left


async def _known(world: World, thread: str, state: str) -> None:
    xa = world["XA"]
    case, her = _case_at(world, thread)
    for change in KNOWN[state](her):
        await change_case(xa.node, xa.coordinator, case, change)
    if state.startswith("consent"):
        consent = await xa.consent(case, "XD", person=her)
        if state == "consent withdrawn":
            assert await xa.withdraw(case, consent) == 0  # nobody is told, for nobody had been told


def _case_at(world: World, thread: str) -> tuple[str, str]:
    node = world["XA"].node

    def find(reader: Any) -> tuple[str, str]:
        row = reader.threads.find(thread)
        return row.case_id, Book(node, reader).case(row.case_id).case.persons[0].person_id

    return node.store.read_sync(find)
