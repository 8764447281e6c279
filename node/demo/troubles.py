"""Golden scenarios 8 and 13: a country that is away, for nine days and once for longer, and a disclosure too far.

Through the nodes' public HTTP interfaces only; all people are invented. Source: domain 11.
"""

import hashlib
import json
from contextlib import AsyncExitStack
from typing import Any

from node.demo.listener import listening_at, replay
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, Played, accept, desks_of, end, options
from node.demo.return_story import seen_lately
from node.errors import PeerError

AWAY = ((4, "caseworker"), (5, "backup"))  # days, and who hears of the letter that nobody has opened
HALF_A_DAY_S = DAY_S // 2
ENVELOPE_LIVES_S = 14 * DAY_S  # as XA's record says
SLOT_BYTES = 4096


async def away_for_nine_days(network: Network, stack: AsyncExitStack) -> Played:
    """8: XA is off; the letter waits, people hear of it; back again XA has one letter, and a copy changes nothing."""
    xd, xa = await desks_of(network, stack, "XD", "XA")
    earlier = await _offered(xd, "Inna")  # the two have written before, so XD holds keys to seal to
    await xa.sees(earlier, "offered")
    url = network.nodes["XA"].url
    await network.end("XA")
    async with listening_at(url) as listener:
        thread = await _offered(xd, "Darya")
        copy = await listener.first()
    heard = [await _heard_after(network, xd, thread, days, who) for days, who in AWAY]
    unsent = await _received_times(xd, thread)
    await network.start_again("XA")
    await network.pass_time(HALF_A_DAY_S)  # whatever pause XD gave XA is over
    await xa.sees(thread, "offered")
    await xd.all_received(thread)
    slots = [await replay(url, copy) for _ in range(2)]
    letters = len((await xa.view(thread))["letters"])
    played = Played(
        told={
            "heard": heard,
            "received_while_away": unsent,
            "letters_after_replay": letters,
            "same_receipt": slots[0] == slots[1] and len(slots[0]) == SLOT_BYTES,
        }
    )
    played.agreed = unsent == [None] and letters == 1 and played.told["same_receipt"]
    later, played.told["sealed_again_when_it_expired"], counted = await _until_it_expires(network, xd, xa)
    played.agreed &= played.told["sealed_again_when_it_expired"] and counted == 1
    await end(played, {thread: (xd, xa)}, "expired")  # nobody has answered the first for three weeks
    return await end(played, {later: (xd, xa)}, "offered")


async def _until_it_expires(network: Network, xd: Desk, xa: Desk) -> tuple[str, bool, int]:
    """XA is away for longer than an envelope lives: the thread, whether the letter was sealed again, and how often it
    counts at XA, where the copy of the first envelope comes too late.
    """
    url = network.nodes["XA"].url
    await network.end("XA")
    async with listening_at(url) as listener:
        thread = await _offered(xd, "Ruslana")
        copy = await listener.first()
    await network.pass_time(ENVELOPE_LIVES_S)
    await seen_lately(xd)
    await network.start_again("XA")
    await network.pass_time(HALF_A_DAY_S)
    await xa.sees(thread, "offered")
    await xd.all_received(thread)
    await replay(url, copy)
    (shown,) = json.loads(await xd.api.get_bytes(f"threads/{thread}/evidence?to={xd.code}"))["letters"]
    sealed_again = shown["envelope"] != hashlib.sha256(copy).hexdigest()
    return thread, sealed_again, len((await xa.view(thread))["letters"])


async def too_much(network: Network, stack: AsyncExitStack) -> Played:
    """13: XA would read a narrative; she allowed less. Nothing leaves, and the caseworker reads what is missing."""
    xd, xa = await desks_of(network, stack, "XD", "XA")
    case, person = await xd.new_case({"given_name": "Sofiya", "narrative": "an invented account"})
    await xd.consent(case, person, ["XA"])
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await accept(xa, thread, ["given_name"], narrative=True)
    before = await xd.sees(thread, "accepted")
    refused = await _refused(xd, thread, person)
    after = await xd.view(thread)
    played = Played(told={"refused": refused, "still_possible": "referral.disclose" in await options(xd, thread)})
    played.agreed = "narrative at level L4" in refused and len(after["letters"]) == len(before["letters"])
    return await end(played, {thread: (xd, xa)}, "accepted")


async def _agreed(xd: Desk, name: str) -> str:
    """A case whose person agrees to XA."""
    case, person = await xd.new_case({"given_name": name})
    await xd.consent(case, person, ["XA"])
    return case


async def _offered(xd: Desk, name: str) -> str:
    return await xd.offer(await _agreed(xd, name), "XA")


async def _refused(xd: Desk, thread: str, person: str) -> str:
    wanted = [{"person_id": person, "fields": ["narrative"]}]
    try:
        await xd.act(thread, "referral.disclose", {"complete": True}, disclose=wanted)
    except PeerError as error:
        return error.message
    return ""


async def _heard_after(network: Network, desk: Desk, thread: str, days: int, who: str) -> str:
    """So many days later this one hears of it; the code of the task."""
    await network.pass_time(days * DAY_S)
    await seen_lately(desk)
    found = await desk.until(f"{who} to hear of it", lambda: _task(desk, thread, f"overdue_opened_{who}"))
    return str(found["code"])


async def _task(desk: Desk, thread: str, code: str) -> dict[str, Any] | None:
    tasks = (await desk.api.get("inbox"))["tasks"]
    return next((one for one in tasks if one["thread"] == thread and one["code"] == code), None)


async def _received_times(desk: Desk, thread: str) -> list[int | None]:
    return [one["received_at"] for one in (await desk.view(thread))["letters"] if one["direction"] == "out"]
