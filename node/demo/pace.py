"""A demo in which time is short: each minute an hour passes in every country, so that deadlines can be seen to come.

By the shared clock file, once a minute; codes by the clock stay good in between. Source: interface 4.5.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from node.demo.network import Network

MINUTE_S: Final = 60
SLOWEST, FASTEST = 1, 1440  # a day a minute
SAYS: Final = {
    "en": "\nEach minute {pace} minutes pass in every country: deadlines come as you look, and sign-ins last.\n",
    "uk": "\nЩохвилини в кожній країні минає {pace} хвилин: строки настають на очах, а вхід триває як звичайно.\n",
}

Pause = Callable[[float], Awaitable[None]]


async def hurry(network: "Network", pace: int, pause: Pause = asyncio.sleep) -> None:
    """Let `pace` minutes pass in every minute, until this task is cancelled."""
    while True:
        await pause(MINUTE_S)
        network.move_clock((pace - 1) * MINUTE_S)


def longer_sign_ins(pace: int) -> dict[str, str]:
    """Settings of a node whose people look at it by a slower clock: as long as ever for them."""
    return {"TRM_LIMITS__SESSION_IDLE_S": str(600 * pace), "TRM_LIMITS__SESSION_MAX_S": str(28_800 * pace)}
