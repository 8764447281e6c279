"""The golden scenarios, played through the public HTTP interfaces of real nodes. Source: domain 11.

A scenario is ok only if the countries agree and every receipt verifies offline.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from node.demo import lost_machine, referrals, return_troubles, returns, troubles
from node.demo.network import Network
from node.demo.played import Played, check_evidence
from node.errors import OpenTRMError

Result = dict[str, Any]
Scenario = Callable[[Network, AsyncExitStack], Awaitable[Played]]

SCENARIOS: Final[dict[str, Scenario]] = {
    "1": referrals.all_the_way,
    "2": referrals.two_decline,
    "3": referrals.consent_withdrawn,
    "4": returns.all_the_way_home,
    "5": returns.risk_says_no,
    "6": returns.best_interests_say_stay,
    "7": returns.asylum_before_the_plan,
    "8": troubles.away_for_nine_days,
    "9": lost_machine.keys_revoked,
    "10": return_troubles.nobody_at_the_station,
    "11": return_troubles.family_is_not_asked,
    "12": return_troubles.identity_stays_open,
    "13": troubles.too_much,
}
# A country that is away or loses its keys would disturb those that write to it; all others are played side by side.
ALONE: Final = (("8",), ("9",))
BESIDE: Final = tuple(number for number in SCENARIOS if (number,) not in ALONE)


async def play(network: Network) -> Result:
    """Play all of them; the one JSON object that `make demo ONCE=1` prints."""
    results: Result = {}
    for numbers in (BESIDE, *ALONE):
        async with asyncio.TaskGroup() as group:
            tasks = {number: group.create_task(_timed(network, SCENARIOS[number])) for number in numbers}
        results |= {number: task.result() for number, task in tasks.items()}
    results = {number: results[number] for number in SCENARIOS}
    return {"scenarios": results, "ok": all(result["ok"] for result in results.values())}


async def _timed(network: Network, scenario: Scenario) -> Result:
    """Play one scenario; what goes wrong is its `error`, and it is not ok."""
    began = time.monotonic()
    try:
        async with AsyncExitStack() as stack:
            stack.enter_context(network.taking_part())
            played = await scenario(network, stack)
            await check_evidence(network, played)
    except OpenTRMError as error:
        return {"ok": False, "error": error.message, "seconds": round(time.monotonic() - began, 1)}
    return {
        "ok": played.agreed and played.letters == played.receipts > 0,
        "nodes": played.nodes,
        "letters": played.letters,
        "receipts": played.receipts,
        **played.told,
        "seconds": round(time.monotonic() - began, 1),
    }
