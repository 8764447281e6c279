"""Practice: the demo's invented countries as a desk that stays, and begins anew each night.

Everything of a day, keys and registry too, lies in one folder that is thrown away: nothing is cleaned, so nothing is
left. What lasts are the ports and the file of people. A day that was cut off is thrown away at the next start.
Source: interface C16.
"""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.clock import Clock
from node.demo.client import ApiClient
from node.demo.left_over import end_processes
from node.demo.network import Fixed, Network
from node.demo.practice_people import OURS, PARTNER, Practising, read_people
from node.demo.running import COUNTRIES, RETRY_S
from node.demo.seeds import AWAY, BEFORE_S, SUSPENDED, seed
from node.errors import BadInput
from node.log import get

TODAY, PEOPLE, MARK = "today", "people.txt", "training"
SETTINGS: Final = {"TRM_DESK__UNDO_S": "60", "TRM_REGISTRY__REFRESH_S": "5"}
DAY_S: Final = 86_400
log = get()

Begin = Callable[[Network], Awaitable[None]]


@dataclass(frozen=True)
class Plan:
    """Where it lies, which ports the two desks have, and at which second of the day (UTC) it begins anew."""

    folder: Path
    ports: Mapping[str, int]
    at_s: int

    def day_of(self, now: int) -> int:
        """The number of the practice day at this moment."""
        return (now - self.at_s) // DAY_S


class Practice:
    """The countries of today. `renew` may be called at any time; it does something once a day."""

    def __init__(self, plan: Plan, clock: Clock, begin: Begin | None = None) -> None:
        self._plan, self._clock, self._begin = plan, clock, begin or begin_day
        self._network: Network | None = None
        self._day: int | None = None  # of the network that runs whole; None while none does

    async def renew(self) -> bool:
        """Throw the old day away and begin the new one, if it is time or a desk has ended; whether it did.

        Killed in between: the folder is there and nobody runs it, and the next start throws it away.
        """
        today = self._plan.day_of(self._clock.now())
        if self._day == today and self._is_whole():
            return False
        await self.end()
        folder = self._plan.folder / TODAY
        folder.mkdir(mode=0o700)
        people = read_people(self._plan.folder / PEOPLE)
        self._network = Network(folder, BEFORE_S, RETRY_S, SETTINGS, self._fixed(people))
        await self._begin(self._network)
        await add_people(self._network, people)
        self._day = today
        log.info("practice_begins")
        return True

    async def end(self) -> None:
        """End every process of the day and remove all of it."""
        self._day = None
        if self._network is not None:
            await self._network.stop()
            self._network = None
        folder = self._plan.folder / TODAY
        if folder.exists():
            await asyncio.to_thread(end_processes, folder)  # of a practice that was killed
            await asyncio.to_thread(shutil.rmtree, folder)

    def _is_whole(self) -> bool:
        return self._network is not None and all(self._network.runs(code) for code in (OURS, PARTNER))

    def _fixed(self, people: list[Practising]) -> Fixed:
        return Fixed(self._plan.ports, {(one.country, one.login): one.password for one in people}, training=True)


async def begin_day(network: Network) -> None:
    """The countries of the demo with its twelve cases; it is now when they are there."""
    await network.start((*COUNTRIES, AWAY), (SUSPENDED,))
    await network.add_caseworkers(*COUNTRIES)
    await seed(network)


async def add_people(network: Network, people: list[Practising]) -> None:
    """Everybody else of the file, made by the coordinator of their country as the API allows."""
    for code in (OURS, PARTNER):
        node = network.nodes[code]
        rest = [one for one in people if one.country == code and not one.is_made_with_the_country]
        async with ApiClient(node.url, "coordinator", node.people["coordinator"]) as api:
            for one in rest:
                made = {"login": one.login, "password": one.password, "role": one.role, "organisation": "focal-point"}
                await api.post("users", made)


def take_folder(folder: Path) -> None:
    """Make the folder, or take it again; BadInput for one that holds anything else, real cases above all."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise BadInput("this folder holds something that was not made for practice; name a new one")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / MARK).touch(mode=0o600)
