"""Golden scenario 9: a country's machine is stolen while three letters wait for it.

A maintainer suspends it within minutes, their threshold takes it out of the registry, and its keys count no more: not
one letter leaves, whoever listens at its old address. It comes back as a new node with new keys; each letter asks a
person, is sealed anew, and arrives once. Source: domain 11; R39.
"""

import asyncio
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from node.demo.listener import listening_at
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, Played, desks_of, end
from node.demo.return_story import seen_lately
from node.errors import NotFound

SUSPENSION_DAYS = 4  # it ends by itself after 72 hours
HALF_AN_HOUR_S = 1800


async def keys_revoked(network: Network, stack: AsyncExitStack) -> Played:
    """9: XA's keys are revoked while three sealed letters wait; each goes to the new keys, at a person's word only."""
    xd, *others = await desks_of(network, stack, "XD", *(code for code in network.nodes if code not in ("XD", "XA")))
    earlier = await xd.offer(await _agreed(xd, "Halyna"), "XA")
    await xd.all_received(earlier)  # the two have written before, so XD holds keys to seal to
    ready = [await _agreed(xd, name) for name in ("Kateryna", "Lidiya", "Nadiya")]
    url = network.nodes["XA"].url
    await network.end("XA")
    new = asyncio.create_task(network.new_machine("XA"))
    stack.push_async_callback(_ended, new)
    threads = [await xd.offer(case, "XA") for case in ready]
    sealed = await _letters(xd, threads, "state", "released")
    network.suspend("XA")
    network.remove("XA")
    for desk in (xd, *others):
        await desk.until(f"the removal at {desk.code}", partial(_stands, desk, "XA", "revoked"))
    held = await _letters(xd, threads, "held", "R39")
    async with listening_at(url) as thief:
        await new
        network.admit_again("XA")
        await network.pass_time(SUSPENSION_DAYS * DAY_S)
        await seen_lately(xd)
        await xd.until("XA to be active again", partial(_stands, xd, "XA", "active"))
        await network.pass_time(HALF_AN_HOUR_S)  # the letters are looked at again
        asked = await _letters(xd, threads, "held", "R39_back")
        (xa,) = await desks_of(network, stack, "XA")
        await xa.until("XA to read that it is listed", partial(_stands, xa, "XA", "active"))  # its evidence says so
        early = await _known(xa, threads)
        for letter in asked:
            await xd.api.post(f"letters/{letter['letter_id']}/send", {})
        played = await end(Played(), dict.fromkeys(threads, (xd, xa)), "offered")
        overheard = len(thief.copies)
    played.told = {
        "sealed_before": len(sealed),
        "held": len(held),
        "asked_again": len(asked),
        "arrived_unasked": early,
        "posted_to_the_old_machine": overheard,
        "letters_at_xa": [len((await xa.view(thread))["letters"]) for thread in threads],
    }
    played.agreed &= not early and not overheard and played.told["letters_at_xa"] == [1] * len(threads)
    return played


async def _ended(task: asyncio.Task[None]) -> None:
    """Whatever went wrong beside it: what it started is ended."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _agreed(xd: Desk, name: str) -> str:
    """A case whose person agrees to XA."""
    case, person = await xd.new_case({"given_name": name})
    await xd.consent(case, person, ["XA"])
    return case


async def _stands(desk: Desk, country: str, status: str) -> bool | None:
    """Whether the registry that this country has read says so; a new machine may not have read of itself yet."""
    with suppress(NotFound):
        return True if (await desk.api.get(f"registry/{country}"))["status"] == status else None
    return None


async def _letters(desk: Desk, threads: list[str], what: str, value: str) -> list[dict[str, Any]]:
    """The letter of each thread once this is so of it."""

    async def look(thread: str) -> dict[str, Any] | None:
        return next((one for one in (await desk.view(thread))["letters"] if one[what] == value), None)

    return [await desk.until(f"a letter with {what} {value}", partial(look, thread)) for thread in threads]


async def _known(desk: Desk, threads: list[str]) -> int:
    """How many of these threads this country has heard of."""
    return sum(one["thread"] in threads for one in await desk.api.get("threads"))
