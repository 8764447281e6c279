"""Safety: somebody's life, freedom or body is in danger, and the country where she is has to know now.

An alert about somebody of whom a thread tells already rides on that thread, whatever its state, also after a stop:
both sides know there whom the token means. Without such a thread the alert opens one of its own. Nothing here waits
for its turn: every letter counts when it arrives, so the state is read from the set of letters, in no order.
Source: domain 5.10; wire 7; practice H02, H20, H22, H35.
"""

from collections.abc import Iterable
from typing import Final

from node.protocol.letters.codes import Role
from node.protocol.matter import Matter, Rule
from node.protocol.threads.thread import ENDED, NONE, Entry

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"
SAFETY: Final = "safety."

ALERTED = "alerted"
ACKNOWLEDGED = "acknowledged"
STOOD_DOWN = "stood_down"

ALERT, ACK, STAND_DOWN = "safety.alert", "safety.acknowledged", "safety.stand_down"
ANSWERS: Final = (ACK,)
IN_DANGER: Final = frozenset({ALERT, "safety.medical"})  # these ask for a person within the hour, and for a second look


def is_safety(kind: str) -> bool:
    """Whether a letter is a safety letter: never refused for a state, never late, never out of turn."""
    return kind.startswith(SAFETY)


def standing(entries: Iterable[Entry]) -> str:
    """The state of a safety thread: the gravest of its alerts, each by what was said about it, in no order."""
    counted = tuple(entries)
    over = {about for e in counted if e.kind == STAND_DOWN for about in e.facts.about}
    heard = {about for e in counted if e.kind == ACK for about in e.facts.about}
    alerts = {e.letter_id for e in counted if e.kind == ALERT}
    if not alerts:
        return NONE
    if alerts - over - heard:
        return ALERTED
    return ACKNOWLEDGED if alerts - over else STOOD_DOWN


def _rows() -> tuple[Rule, ...]:
    rows = [Rule(NONE, OPENER, ALERT, ALERTED, "R02", ANSWERS)]
    for side in (OPENER, RESPONDER):
        for state in (ALERTED, ACKNOWLEDGED, STOOD_DOWN):
            rows += [
                Rule(state, side, ALERT, ALERTED, "R02", ANSWERS),
                Rule(state, side, "safety.medical", state, "H20", ANSWERS),
                Rule(state, side, "safety.update", state, "R02"),
            ]
        rows += [
            Rule(ALERTED, side, ACK, ACKNOWLEDGED, "R02, H21"),
            Rule(ACKNOWLEDGED, side, ACK, ACKNOWLEDGED, "R02, H21"),
            Rule(ALERTED, side, STAND_DOWN, STOOD_DOWN, "R02"),
            Rule(ACKNOWLEDGED, side, STAND_DOWN, STOOD_DOWN, "R02"),
        ]
    return tuple(rows)


RULES: Final = _rows()

WORDS: Final = {
    NONE: "not begun",
    ALERTED: "somebody is in danger; nobody over there has said yet that they act",
    ACKNOWLEDGED: "a person over there has the alert and acts",
    STOOD_DOWN: "the danger is over",
    ENDED: "ended; no reason is ever said",
    "expired": "the time of the thread ran out; safety letters still go and count",
}

SAFETY_MATTER: Final = Matter(
    name="safety",
    opening=frozenset({ALERT}),
    stop="referral.ended",
    ends=frozenset({STOOD_DOWN, ENDED}),
    rules=RULES,
    crossings=(),
    discloses=frozenset(),
    words=WORDS,
    unordered=standing,
)
