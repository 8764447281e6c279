"""Which letters may wait a moment before they are sealed, so that whoever sent one can take it back.

Never what somebody's safety, the end of a matter or her own withdrawal waits for: those leave at once. Nor what tells
of a thing that was done already. Source: interface C7.
"""

from typing import Final

from node.protocol.letters.codes import STOP_KINDS, Urgency
from node.protocol.letters.kinds import KINDS
from node.protocol.threads.thread import after_stop

MAX_UNDO_S: Final = 600
AT_ONCE: Final = frozenset({
    *STOP_KINDS, "return.assist_now", "return.take_back", "return.way_ended", "return.failed", "transit.cancel",
})  # fmt: skip
# Nobody is expected after these: what would still tell something of her is not needed any more (R04).
ENDS_THE_NEED: Final = frozenset({"transit.cancel"})
CANNOT_WAIT: Final = frozenset({"life_threat"})


def may_wait(kind: str, urgency: Urgency) -> bool:
    """Whether a letter of this kind may stay here for the time in which it can be taken back."""
    return not (kind in AT_ONCE or after_stop(kind) or KINDS[kind].bare or urgency in CANNOT_WAIT)
