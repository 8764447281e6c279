"""The golden scenarios, played through the public HTTP interfaces of real nodes. Source: domain 11.

A scenario is ok only if the countries agree and every receipt verifies offline.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any, Final

from node.demo import referrals, return_troubles, returns, troubles
from node.demo.network import Network
from node.demo.played import Played
from node.errors import OpenTRMError
from node.service.evidence.files import verify

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
    "9": troubles.suspended,
    "10": return_troubles.nobody_at_the_station,
    "11": return_troubles.family_is_not_asked,
    "12": return_troubles.identity_stays_open,
    "13": troubles.too_much,
}


async def play(network: Network) -> Result:
    """Play all of them in order; the one JSON object that `make demo ONCE=1` prints."""
    results = {number: await _timed(network, scenario) for number, scenario in SCENARIOS.items()}
    return {"scenarios": results, "ok": all(result["ok"] for result in results.values())}


async def _timed(network: Network, scenario: Scenario) -> Result:
    """Play one scenario; what goes wrong is its `error`, and it is not ok."""
    began = time.monotonic()
    try:
        async with AsyncExitStack() as stack:
            played = await scenario(network, stack)
            letters, receipts = await _evidence(network, played)
    except OpenTRMError as error:
        return {"ok": False, "error": error.message, "seconds": round(time.monotonic() - began, 1)}
    return {
        "ok": played.agreed and letters == receipts > 0,
        "nodes": played.nodes,
        "letters": letters,
        "receipts": receipts,
        **played.told,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _evidence(network: Network, played: Played) -> tuple[int, int]:
    """Each country's evidence, verified offline against the pinned root alone: (letters, receipts that verify)."""
    letters = receipts = 0
    for desk, thread in played.threads:
        report = verify(await desk.api.get_bytes(f"threads/{thread}/evidence?to={desk.code}"), network.root_bytes)
        letters += report.letters
        receipts += report.receipts
        if report.faults:
            raise OpenTRMError(f"evidence of {desk.code} does not verify: {report.faults[0]}")
    return letters, receipts
