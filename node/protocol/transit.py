"""Transit: a country on the way is asked to help somebody through, on a thread of its own, with nothing of the plan.

It learns a window, what she needs and whether she set out; no origin, no destination, no other thread, and her name
only where an escort hands her over. The opener is the country she leaves. Source: domain.md 5.7; practice.md H02, H04.
"""

from typing import Final

from msgspec.structs import replace

from node.protocol.letters.carries import CARRIES, NAMES
from node.protocol.letters.codes import NOT_IN_DATA_NEEDED, NOT_IN_THIS_STATE, Role
from node.protocol.matter import Matter, Refusal, Rule
from node.protocol.referral import opened, without_identity
from node.protocol.return_crossings import TRANSIT_CROSSINGS
from node.protocol.threads.deadlines import FIRST_WINDOW_WITHIN_S
from node.protocol.threads.return_facts import HOUR_S, Plan
from node.protocol.threads.thread import ENDED, NONE, Entry, Shared

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

REQUESTED = "requested"
EXPECTED = "expected"
ON_THE_WAY = "on_the_way"
NOT_ASSISTED = "not_assisted"
PASSED = "passed"
CANCELLED = "cancelled"
HALTED = "halted"

CONFIRMED_AFTER_S: Final = 2 * HOUR_S  # 5.7: two hours after the window
CONFIRM = ("transit.confirm",)


def name_at_hand_over(shared: Shared, entry: Entry) -> Refusal | None:
    """R04: her name is told only where an escort hands her over."""
    if not shared.way.plan.hand_over and any(item.field in NAMES for item in entry.facts.items):
        why = "nobody there needs her name, as no escort hands her over"
        return Refusal(NOT_IN_DATA_NEEDED, why, "leave it out, or have an escort hand her over", "R04")
    return None


def passes_soon(shared: Shared, entry: Entry) -> Refusal | None:
    """R32: no passage so far ahead that nobody misses her before."""
    if entry.facts.way.times[-1] <= entry.written_at + FIRST_WINDOW_WITHIN_S:
        return None
    why = "she would be missed too late: she passes more than 90 days from now"
    return Refusal(NOT_IN_THIS_STATE, why, "ask when the day is nearer", "R32")


def asked(shared: Shared, entry: Entry) -> Shared:
    starts_at, ends = entry.facts.way.times
    overdue_at, hand_over = ends + CONFIRMED_AFTER_S, entry.facts.way.sure
    plan = Plan(entry.n, arrival_starts_at=starts_at, arrival_ends=ends, overdue_at=overdue_at, hand_over=hand_over)
    return replace(opened(shared, entry), way=replace(shared.way, plan=plan))


def agreed(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, accepted=True, way=replace(shared.way, can_assist=True))


def set_out(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, way=replace(shared.way, departed_at=entry.facts.way.times[0]))


def seen(shared: Shared, entry: Entry) -> Shared:
    passed = shared.arrived or entry.facts.case == "yes"
    return replace(shared, arrived=passed, way=replace(shared.way, condition=entry.facts.way.code))


# fmt: off
RULES: Final = (
    #    in this state   this side  may send             which gives     source        and is answered by
    Rule(NONE,           OPENER,    "transit.request",   REQUESTED,      "R03",        ("transit.ack",), guards=(without_identity, passes_soon), effect=asked),  # noqa: E501
    Rule(REQUESTED,      RESPONDER, "transit.ack",       EXPECTED,       "R40",        case="yes", effect=agreed),
    Rule(REQUESTED,      RESPONDER, "transit.ack",       NOT_ASSISTED,   "R40",        case="no"),
    Rule(REQUESTED,      OPENER,    "transit.cancel",    CANCELLED,      "H01"),
    Rule(REQUESTED,      RESPONDER, "transit.stop",      HALTED,         "H04"),
    Rule(EXPECTED,       OPENER,    "transit.arrange",   EXPECTED,       "R04",        guards=(name_at_hand_over,)),
    Rule(EXPECTED,       OPENER,    "transit.departure", ON_THE_WAY,     "H02",        CONFIRM, case="yes", effect=set_out),  # noqa: E501
    Rule(EXPECTED,       OPENER,    "transit.departure", EXPECTED,       "H02",        case="no"),
    Rule(EXPECTED,       OPENER,    "transit.cancel",    CANCELLED,      "H01"),
    Rule(EXPECTED,       RESPONDER, "transit.stop",      HALTED,         "H04"),
    Rule(ON_THE_WAY,     RESPONDER, "transit.confirm",   PASSED,         "H02",        case="yes", effect=seen),
    Rule(ON_THE_WAY,     RESPONDER, "transit.confirm",   ON_THE_WAY,     "R32",        case="no", effect=seen, settles="nothing"),  # noqa: E501
    Rule(ON_THE_WAY,     OPENER,    "transit.cancel",    CANCELLED,      "H01"),
    Rule(ON_THE_WAY,     RESPONDER, "transit.stop",      HALTED,         "H04"),
)
# fmt: on

WORDS: Final = {
    NONE: "not begun",
    REQUESTED: "a country on the way was asked to help, without a name",
    EXPECTED: "she is expected",
    ON_THE_WAY: "she has set out",
    NOT_ASSISTED: "this country cannot help on the way; another way is needed",
    PASSED: "she has passed",
    CANCELLED: "she does not come this way; no reason is ever said",
    HALTED: "stopped on the way by the transit country; no reason is ever said, and a person decides what follows",
    ENDED: "ended; no reason is ever said",
    "expired": "the time of the thread ran out; help is not affected",
}

TRANSIT: Final = Matter(
    name="transit",
    opening=frozenset({"transit.request"}),
    stop="return.stopped",
    ends=frozenset({NOT_ASSISTED, PASSED, CANCELLED, HALTED, ENDED}),
    rules=RULES,
    crossings=TRANSIT_CROSSINGS,
    discloses=frozenset(kind for kind in CARRIES if kind.startswith("transit.")),
    words=WORDS,
    answers={
        "transit.ack": ("can assist", "cannot"),
        "transit.departure": ("departed", "not departed"),
        "transit.confirm": ("passed", "not seen"),
    },
)
