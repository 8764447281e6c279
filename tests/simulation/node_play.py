"""A play over real nodes: acts of people, faults of the post, restarts and clocks, each chosen by a number.

Every move is (what, who, number). What cannot be done at that moment is left out, so any list of moves is a play.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from node.errors import Conflict, NotAllowed
from node.service.delivery.incoming import receive
from node.service.delivery.words import PostFailed
from node.service.threads import reading
from tests.simulation.bodies import body_of
from tests.world import HER, MemoryPost, World, make_world, no_fault

MOVES = (
    "offer", "act", "act", "act", "act", "act", "open", "deliver", "deliver", "deliver", "late", "again", "arrive",
    "withdraw", "stop", "wait", "restart", "sweep",
)  # fmt: skip
Move = tuple[str, int, int]
STOPS = ("referral.ended", "return.stopped")
QUIET = ("referral.accept", "referral.disclose", "referral.arrived", "referral.handback")


class Held(MemoryPost):
    """A post that keeps the request for later: the sender hears nothing."""

    def __init__(self, play: "Play", sender: str) -> None:
        super().__init__(play.world, sender)
        self._late = play.late

    async def post(self, endpoint: str, size: int, envelopes: Sequence[bytes]) -> list[bytes]:
        self._late.append((endpoint.rpartition("/")[2], list(envelopes)))
        raise PostFailed("transport", "nothing heard")


@dataclass
class Play:
    """The nodes, what the post keeps back, and the cases that people work on."""

    world: World
    late: list[tuple[str, list[bytes]]] = field(default_factory=list)
    cases: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)  # country -> (case, consent, peer)

    @property
    def codes(self) -> list[str]:
        return list(self.world.countries)

    async def move(self, what: str, who: int, number: int) -> None:
        """One move of one country."""
        await getattr(self, f"_{what}")(self.codes[who % len(self.codes)], number)

    async def begin(self, depth: int) -> None:
        """A first offer, and some quiet steps after it."""
        first, second = self.codes[:2]
        await self._offer(first, 0)
        await self.world.settle()
        for kind in QUIET[:depth]:
            for code in (second, first):
                for thread in self.threads(code):
                    await self._do(code, thread, kind, 1)
            await self.world.settle()

    def threads(self, code: str) -> list[str]:
        """The ids of a country's threads, oldest first."""
        query = "select thread_id from thread order by started_at, thread_id"
        found = self.world[code].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
        return [row[0] for row in found]

    async def _offer(self, code: str, number: int) -> None:
        others = [other for other in self.codes if other != code]
        peer, country = others[number % len(others)], self.world[code]
        if len(self.cases.setdefault(code, [])) >= 3:
            return
        case = await country.new_case()
        await country.write_identity(case, {HER: {"given_name": "Zoryana"}})
        consent = await country.consent(case, peer)
        self.cases[code].append((case, consent, peer))
        await country.offer(peer, case)

    async def _act(self, code: str, number: int) -> None:
        threads = self.threads(code)
        if not threads:
            return
        thread = threads[number % len(threads)]
        view = await self.world[code].view(thread)
        # The play is about referrals: her rights have plays of their own, and a stop is a move by itself.
        acts = [option.kind for option in view.options if option.allowed and option.kind.startswith("referral.")]
        options = [kind for kind in acts if kind not in ("referral.offer", "referral.ended")]
        if options:
            await self._do(code, thread, options[number % len(options)], number)

    async def _do(self, code: str, thread: str, kind: str, number: int) -> None:
        country = self.world[code]
        view = await country.view(thread)
        if not any(option.allowed and option.kind == kind for option in view.options):
            return
        needed = kind == "referral.disclose" and any(item["field"] == "given_name" for item in view.data_needed)
        facts = {"disclose": {HER: ["given_name"]}} if needed else {}
        tokens = list(country.tokens(thread).values())
        body = body_of(kind, tokens, self.world.clock.now(), number)
        if kind == "referral.accept":
            body["organisation"] = country.haven
        try:
            await country.act(thread, kind, body, **facts)
        except (NotAllowed, Conflict):
            return  # the gate or the tables say no, which is theirs to say

    async def _open(self, code: str, number: int) -> None:
        country = self.world[code]
        unopened = country.node.store.read_sync(lambda reader: reader.letters.unopened())
        if unopened:
            await reading.open_letter(country.node, country.coordinator, unopened[number % len(unopened)][1])

    async def _deliver(self, code: str, number: int) -> None:
        fault = ("", "", "lost", "answer lost")[number % 4]
        self.world.fault = lambda *_: fault or None
        await self._to_all(code, lambda: MemoryPost(self.world, code))
        self.world.fault = no_fault

    async def _late(self, code: str, number: int) -> None:
        await self._to_all(code, lambda: Held(self, code))

    async def _to_all(self, code: str, post: Callable[[], MemoryPost]) -> None:
        for peer in self.codes:
            if peer != code:
                await self.world[code].deliver(peer, post())

    async def _again(self, code: str, number: int) -> None:
        """Something that was posted once is posted again, by anybody."""
        if self.world.posted:
            _, recipient, envelopes = self.world.posted[number % len(self.world.posted)]
            await receive(self.world[recipient].node, list(reversed(envelopes)))

    async def _arrive(self, code: str, number: int) -> None:
        """A request that was kept back arrives, out of order; its answer is lost."""
        if self.late:
            recipient, envelopes = self.late.pop(number % len(self.late))
            await receive(self.world[recipient].node, envelopes)

    async def _withdraw(self, code: str, number: int) -> None:
        mine = self.cases.get(code, [])
        if mine and number % 3 == 0:
            case, consent, _ = mine[number % len(mine)]
            await self.world[code].withdraw(case, consent)

    async def _stop(self, code: str, number: int) -> None:
        threads = self.threads(code)
        if threads and number % 3 == 0:
            thread = threads[number % len(threads)]
            options = (await self.world[code].view(thread)).options
            if any(one.allowed and one.kind in STOPS for one in options):
                await self.world[code].stop(thread)

    async def _wait(self, code: str, number: int) -> None:
        self.world.clock.step((1, 60, 3600, 6 * 3600)[number % 4])

    async def _restart(self, code: str, number: int) -> None:
        if number % 2 == 0:
            await self.world.restart(code)

    async def _sweep(self, code: str, number: int) -> None:
        await self.world.sweep()

    async def rest(self) -> None:
        """The post gets well, what was kept back arrives, and days pass."""
        self.world.fault = no_fault
        while self.late:
            await self._arrive(self.codes[0], len(self.late) - 1)
        await self.world.days(4)


def run_play(
    codes: Sequence[str],
    depth: int,
    plan: Sequence[Move],
    faults: Callable[[Play], list[str]],
    kind: type[Play] = Play,
) -> list[str]:
    """Play a plan in a folder of its own and let it come to rest; what is wrong then."""

    async def whole(folder: Path) -> list[str]:
        world = make_world(folder, *codes)
        play = kind(world)
        try:
            await play.begin(depth)
            for what, who, number in plan:
                await play.move(what, who, number)
            await play.rest()
            return faults(play)
        finally:
            await world.close()

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(whole(Path(folder)))
