"""How long a drill stands for a promise to be on call, and when a country last kept it. Source: practice H21."""

from typing import Final

from node.protocol.threads.deadlines import DAY
from node.store.work import Reader

PROMISE_S: Final = 35 * DAY  # a drill every month, and some days of grace


def last_drill(reader: Reader, country: str) -> int | None:
    """When somebody there last answered a drill of ours in time, with the vault open; None if never."""
    return reader.on_call.last_kept("out", country)
