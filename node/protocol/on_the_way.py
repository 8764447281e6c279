"""Which threads tell of somebody who is on the way now: rows of matter and state. Source: practice H07, H32."""

from typing import Final

from node.protocol.threads.thread import Thread

# A referral's arrangement is agreed while the state stays `disclosed`, so it has a condition of its own below.
MOVING: Final[frozenset[tuple[str, str]]] = frozenset(
    {("return", "travelling"), ("return", "stopped_on_the_way"), ("transit", "expected"), ("transit", "on_the_way")}
)


_SET_OUT: Final = MOVING - {("transit", "expected")}


def is_moving(thread: Thread) -> bool:
    """Whether she set out and has not arrived: what is told of her way then rests on no consent (H02)."""
    return not thread.stopped and (thread.matter, thread.shared.state) in _SET_OUT


def is_on_the_way(thread: Thread) -> bool:
    """Whether somebody of this thread is on the way, or about to set out."""
    shared = thread.shared
    arranged = thread.matter == "referral" and shared.arranged and shared.arrived is not True
    return not thread.stopped and (arranged or (thread.matter, shared.state) in MOVING)
