"""Twelve cases that are there when somebody opens a desk of the demo: one of each thing that happens at work.

Played as people would, through the nodes' public HTTP interfaces only, over the three days before now. All people are
invented. Source: interface 4.5.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Final

from node.demo import return_story as do
from node.demo.entries import publish_entries
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, accept, desks_of, read_at
from node.demo.return_story import HOUR_S
from node.demo.seeded_people import child, family, grown_up
from node.errors import NotFound

BEFORE_S: Final = 3 * DAY_S  # how long ago all of it begins
AWAY, SUSPENDED = "XB", "XC"
URGENT_S: Final = 24 * HOUR_S  # an urgent offer is answered within this time
LATE_S, DUE_S = 2 * HOUR_S, 6 * HOUR_S
YESTERDAY_S: Final = URGENT_S - DUE_S


@dataclass(frozen=True)
class Cast:
    """The coordinators of the countries, and the network that they are in."""

    network: Network
    stack: AsyncExitStack
    xd: Desk
    xt: Desk
    xa: Desk

    @property
    def desks(self) -> tuple[Desk, ...]:
        return self.xd, self.xt, self.xa

    async def until_before_now(self, seconds: int) -> None:
        """Wait for the moment so long before the end of the three days."""
        await self.network.pass_time(self.network.behind_s - seconds, slack_s=0)


@dataclass(frozen=True)
class Seed:
    """One case: whose desk shows it, what is to be seen there, and how it comes about; that gives the thread."""

    at: str
    shows: str
    play: Callable[[Cast], Awaitable[str]]


@dataclass(frozen=True)
class Shown:
    """A case that is there: its thread, and the case of each country whose desk has it."""

    seed: Seed
    thread: str
    cases: dict[str, str]


async def seed(network: Network) -> list[Shown]:
    """Play all twelve side by side; afterwards it is now in every country, and one of them is switched off."""
    async with AsyncExitStack() as stack:
        cast = Cast(network, stack, *await desks_of(network, stack, "XD", "XT", "XA"))
        await publish_entries(cast.desks, network.clock.now())
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_played(cast, one)) for one in SEEDS]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        network.move_clock(network.behind_s)  # the seconds that the playing took
        for desk in cast.desks:
            await _tidy(desk)
        return [await _shown(cast, one, task.result()) for one, task in zip(SEEDS, tasks, strict=True)]


async def _played(cast: Cast, one: Seed) -> str:
    with cast.network.taking_part():
        return await one.play(cast)


async def _tidy(desk: Desk) -> None:
    """Tick off what was done already: what came and was answered, and threads on which nobody owes anything."""
    inbox = await desk.api.get("inbox")
    unread = {one["thread"] for one in inbox["unopened"]}
    ours = unread | {one["thread"] for one in inbox["due"] if one["owed_by"] == desk.code}
    waiting = ours | {one["thread"] for one in inbox["due"]}
    for task in inbox["tasks"]:
        answered = task["thread"] not in (ours if task["code"].startswith("new_") else waiting)
        if task["thread"] and answered and task["code"] != "letter_held":
            await desk.api.post(f"tasks/{task['id']}/done", {})


async def _shown(cast: Cast, one: Seed, thread: str) -> Shown:
    cases = {}
    for desk in cast.desks:
        with suppress(NotFound):
            cases[desk.code] = str((await desk.view(thread))["case"])
    return Shown(one, thread, cases)


async def _new(cast: Cast) -> str:
    await cast.until_before_now(YESTERDAY_S)
    return await _offered(cast.xa, cast.xd, "Solomiya", urgency="urgent")


async def _overdue(cast: Cast) -> str:
    await cast.until_before_now(URGENT_S + LATE_S)
    thread = await _offered(cast.xd, cast.xt, "Ioana", urgency="urgent")
    await cast.xt.open_all(thread)
    return thread


async def _declined(cast: Cast) -> str:
    thread = await _offered(cast.xd, cast.xt, "Milena")
    elsewhere = [{"country": "XA", "services": ["safe-place"]}]
    await cast.xt.open_all(thread)
    no = {"reason": "no_capacity", "alternatives": elsewhere, "retry_after": []}
    await cast.xt.act(thread, "referral.decline", no)
    await cast.xd.sees(thread, "declined")
    await cast.xd.open_all(thread)
    return thread


async def _asked(cast: Cast) -> str:
    await cast.until_before_now(YESTERDAY_S)
    thread = await _offered(cast.xd, cast.xa, "Halyna")
    await cast.xa.open_all(thread)
    await cast.xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await cast.xd.sees(thread, "info_requested")
    return thread


async def _child(cast: Cast) -> str:
    await cast.until_before_now(YESTERDAY_S)
    return await _sent(cast.xd, cast.xa, await child(cast.network, cast.xd, "XA", "Daryna"))


async def _family(cast: Cast) -> str:
    await cast.until_before_now(YESTERDAY_S)
    return await _sent(cast.xt, cast.xd, await family(cast.network, cast.xt, "XD"))


async def _withdrawn(cast: Cast) -> str:
    case, thread, consent = await _with_names(cast.xd, cast.xa, "Oksana")
    await cast.xa.open_all(thread)
    await cast.until_before_now(URGENT_S + LATE_S)
    await cast.xd.api.post(f"cases/{case}/consents/{consent}/withdraw", {})
    await do.arrives(cast.xa, thread, "consent.withdrawal")
    await cast.until_before_now(0)
    await cast.xa.sees(thread, "ended")  # a day has passed, and with it the slot of the stops
    return thread


async def _opened(cast: Cast) -> str:
    _, thread, _ = await _with_names(cast.xd, cast.xa, "Zoryana")
    await cast.xa.open_all(thread)
    await read_at(cast.xa, thread)
    return thread


async def _half_way(cast: Cast) -> str:
    story = await do.begin(cast.network, cast.stack)
    await do.prepare(story, rests_s=30 * DAY_S)
    await cast.until_before_now(YESTERDAY_S)
    await do.request(story)
    return story.thread


async def _home(cast: Cast) -> str:
    story = await do.begin(cast.network, cast.stack)
    await do.prepare(story)
    await do.until_agreed(story)
    await do.plan_journey(story)
    await do.depart(story)
    await do.passes(story)
    await do.gets_home(story)
    await story.origin.act(story.thread, "return.close", {"outcome": "support_completed"})
    await story.home.sees(story.thread, "closed")
    for desk, thread in ((story.home, story.thread), (story.home, story.transit), (story.passage, story.transit)):
        await desk.open_all(thread)
    return story.thread


async def _queued(cast: Cast) -> str:
    (xb,) = await desks_of(cast.network, cast.stack, AWAY)
    case, person, _ = await grown_up(cast.xd, AWAY, "Katya")
    await cast.until_before_now(HOUR_S)
    thread = await cast.xd.offer(case, AWAY)
    await xb.sees(thread, "offered")
    await accept(xb, thread, ["given_name"])
    await cast.xd.sees(thread, "accepted")
    await cast.xd.open_all(thread)
    await cast.xd.all_received(thread)
    await cast.network.end(AWAY)
    await _disclose(cast.xd, thread, person)
    return thread


async def _blocked(cast: Cast) -> str:
    case, _, _ = await grown_up(cast.xd, SUSPENDED, "Nadiya")
    await cast.until_before_now(0)
    cast.network.suspend(SUSPENDED)
    await cast.xd.until("the suspension", lambda: _is_suspended(cast.xd))
    return await cast.xd.offer(case, SUSPENDED)


async def _is_suspended(desk: Desk) -> bool | None:
    return True if (await desk.api.get(f"registry/{SUSPENDED}"))["status"] == "suspended" else None


async def _offered(sender: Desk, receiver: Desk, name: str, **facts: str) -> str:
    case, _, _ = await grown_up(sender, receiver.code, name)
    return await _sent(sender, receiver, case, **facts)


async def _sent(sender: Desk, receiver: Desk, case: str, **facts: str) -> str:
    thread = await sender.offer(case, receiver.code, **facts)
    await receiver.sees(thread, "offered")
    return thread


async def _with_names(sender: Desk, receiver: Desk, name: str) -> tuple[str, str, str]:
    """Accepted there, and her name sent: (case, thread, consent)."""
    case, person, consent = await grown_up(sender, receiver.code, name)
    thread = await _sent(sender, receiver, case)
    await accept(receiver, thread, ["given_name"])
    await sender.sees(thread, "accepted")
    await sender.open_all(thread)
    await _disclose(sender, thread, person)
    await receiver.sees(thread, "disclosed")
    return case, thread, consent


async def _disclose(sender: Desk, thread: str, person: str) -> None:
    wanted = [{"person_id": person, "fields": ["given_name"]}]
    await sender.act(thread, "referral.disclose", {"complete": True}, disclose=wanted)


SEEDS: Final = (
    Seed("XD", "a new referral that nobody has opened; an answer is due in 6 hours", _new),
    Seed("XD", "Transitia's answer is overdue by 2 hours: phone them first", _overdue),
    Seed("XD", "declined by Transitia, which names Arvenia instead", _declined),
    Seed("XD", "Arvenia asks for information", _asked),
    Seed("XA", "a child, with her guardian's consent", _child),
    Seed("XD", "a family of three, from Transitia", _family),
    Seed("XA", "she took her consent back; what came has to be erased", _withdrawn),
    Seed("XD", "a return on its way: five of ten gates are open", _half_way),
    Seed("XD", "a return that ended well", _home),
    Seed("XA", "accepted, and her name opened with a reason", _opened),
    Seed("XD", "her name is queued: Borduria is switched off", _queued),
    Seed("XD", "the letter waits: Cordavia's keys are suspended", _blocked),
)
