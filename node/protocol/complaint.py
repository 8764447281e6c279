"""A complaint, or the review of a decision that went against her: a thread of its own, which names the earlier one.

So it can be made whatever became of that thread: after a decline, a stop or its end nothing more may be said there.
Whoever answers is independent of those who decided. Source: R33; practice, acts to add; wire.md 7 (relates_to).
"""

from typing import Final

from msgspec.structs import replace

from node.protocol.letters.codes import Role
from node.protocol.matter import Matter, Rule
from node.protocol.threads.thread import ENDED, NONE, Entry, Shared

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

COMPLAINED = "complained"
DECIDED = "decided"


def opened(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, opened_at=entry.written_at)


# fmt: off
RULES: Final = (
    #    in this state   this side  may send            which gives  source         and is answered by
    Rule(NONE,           OPENER,    "complaint.open",   COMPLAINED,  "R33",         ("complaint.answer",), effect=opened),  # noqa: E501
    Rule(COMPLAINED,     RESPONDER, "complaint.answer", DECIDED,     "R33, R40"),
)
# fmt: on

COMPLAINT: Final = Matter(
    name="complaint",
    opening=frozenset({"complaint.open"}),
    stop="referral.ended",
    ends=frozenset({DECIDED, ENDED}),
    rules=RULES,
    crossings=(),
    discloses=frozenset(),
    words={
        NONE: "not begun",
        COMPLAINED: "the complaint is with an independent body",
        DECIDED: "the independent body has answered",
        ENDED: "ended; no reason is ever said",
        "expired": "the time of the thread ran out; help is not affected",
    },
)
