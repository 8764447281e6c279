"""Voluntary return: the country where she is asks her country of origin to make her own wish possible and safe.

A stage plus a set of facts: assessments, documents and decisions run side by side, and what a plan needs is asked of
the facts (`return_gates`). Nothing else than her own wish can be written (R07). The opener is the country where she
is, the responder the country of origin. Source: domain.md 5.7; practice.md H01, H02, H07, H19, H22-H26.
"""

from typing import Final

from node.protocol import return_gates as gates
from node.protocol.departure_gates import DEPARTURE_GATES
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.codes import Role
from node.protocol.matter import Effect, Guard, Matter, Rule, Settles
from node.protocol.referral import without_identity
from node.protocol.return_crossings import RETURN_CROSSINGS
from node.protocol.threads.return_facts import Case
from node.protocol.threads.thread import ENDED, NONE

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

REQUESTED = "requested"
ASSESSING = "assessing"
PLANNED = "planned"
TRAVELLING = "travelling"
STOPPED = "stopped_on_the_way"
ARRIVED = "arrived"
FOLLOWING = "following"
NOT_ASSISTED = "not_assisted"
NOT_RETURNING = "not_returning"
CLOSED = "closed"

RESPONSE = ("return.request_response",)
RISK = ("return.risk_result",)
FAMILY = ("return.family_result",)
IDENTITY = ("return.identity_result",)
DECISION = ("return.decision",)
DOCUMENT = ("return.traveldoc_status",)
SUPPORT = ("return.reintegration_plan",)
DEPARTURE = ("return.departure",)
ARRIVAL = ("return.arrival",)
AGREES = (gates.results_known, gates.asked_since_her_release)


def both(
    state: str,
    kind: str,
    gives: str,
    source: str,
    *,
    case: Case = "",
    guards: tuple[Guard, ...] = (),
    effect: Effect | None = None,
    settles: Settles = "the answer",
) -> tuple[Rule, Rule]:
    """The same row for both sides."""
    opener, responder = (
        Rule(state, side, kind, gives, source, case=case, guards=guards, effect=effect, settles=settles)
        for side in (OPENER, RESPONDER)
    )
    return opener, responder


# fmt: off
RULES: Final = (
    #    in this state   this side  may send                     which gives     source        and is answered by
    Rule(NONE,           OPENER,    "return.request",            REQUESTED,      "R07",        RESPONSE, guards=(without_identity,), effect=gates.requested),  # noqa: E501
    Rule(REQUESTED,      RESPONDER, "return.request_response",   ASSESSING,      "R40",        case="yes", effect=gates.answered),  # noqa: E501
    Rule(REQUESTED,      RESPONDER, "return.request_response",   NOT_ASSISTED,   "R40",        case="no"),
    Rule(REQUESTED,      OPENER,    "return.close",              NOT_RETURNING,  "R07",        case="no"),

    # side by side: risk, family, identity, documents, what waits for her
    Rule(ASSESSING,      OPENER,    "return.risk_request",       ASSESSING,      "R08, g2",    RISK, effect=gates.risk_asked),  # noqa: E501
    *both(ASSESSING,                "return.risk_result",        ASSESSING,      "R08, g2",    guards=(gates.from_the_origin,), effect=gates.risk_told),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.family_request",     ASSESSING,      "R15",        FAMILY, guards=(gates.family_not_involved,), effect=gates.family_asked),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.family_result",      ASSESSING,      "R15",        guards=(gates.family_was_asked,), effect=gates.family_told),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.identity_request",   ASSESSING,      "R08",        IDENTITY, effect=gates.identity_asked),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.identity_result",    ASSESSING,      "R08",        case="yes", guards=(gates.identity_was_asked,), effect=gates.identity_told),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.identity_result",    ASSESSING,      "R08",        case="no", guards=(gates.identity_was_asked,), effect=gates.identity_told, settles="nothing"),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.traveldoc_status",   ASSESSING,      "R08, g8",    effect=gates.documented),
    Rule(ASSESSING,      RESPONDER, "return.traveldoc_status",   ASSESSING,      "R08, g8",    DOCUMENT, answers=RESPONDER, case="yes", effect=gates.documented, owed_unless=gates.document_there),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.traveldoc_status",   ASSESSING,      "R08, g8",    case="no", effect=gates.documented),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.reintegration_plan", ASSESSING,      "R08",        effect=gates.support),
    Rule(ASSESSING,      OPENER,    "return.decision",           ASSESSING,      "R40",        DECISION, case="yes", guards=(gates.worth_deciding,), effect=gates.decided, owed_unless=gates.origin_decided),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.decision",           ASSESSING,      "R40",        case="no", effect=gates.decided),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.decision",           ASSESSING,      "R40",        DECISION, case="yes", guards=(gates.worth_deciding,), effect=gates.decided, owed_unless=gates.host_decided),  # noqa: E501
    Rule(ASSESSING,      RESPONDER, "return.decision",           ASSESSING,      "R40",        case="no", effect=gates.decided),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "consent.assertion",         ASSESSING,      "R22, g1",    SUPPORT, guards=AGREES, effect=gates.she_agreed, owed_unless=gates.support_planned),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.travel_plan",        PLANNED,        "R08, g1-g10", DEPARTURE, answers=OPENER, guards=gates.PLAN_GATES, effect=gates.planned),  # noqa: E501
    Rule(ASSESSING,      OPENER,    "return.update",             ASSESSING,      "R01",        case="yes"),
    Rule(ASSESSING,      RESPONDER, "return.update",             ASSESSING,      "R08, g7",    effect=gates.reception),
    Rule(ASSESSING,      OPENER,    "return.close",              NOT_RETURNING,  "R07",        case="no"),

    # planned: whatever a gate stood on and falls, takes the plan with it
    *both(PLANNED,                  "return.risk_result",        PLANNED,        "R08, g2",    case="yes", guards=(gates.from_the_origin,), effect=gates.risk_told),  # noqa: E501
    *both(PLANNED,                  "return.risk_result",        ASSESSING,      "R08, g2",    case="no", guards=(gates.from_the_origin,), effect=gates.risk_told),  # noqa: E501
    Rule(PLANNED,        RESPONDER, "return.family_result",      PLANNED,        "R15",        case="yes", guards=(gates.family_was_asked,), effect=gates.family_told),  # noqa: E501
    Rule(PLANNED,        RESPONDER, "return.family_result",      ASSESSING,      "R14, g6",    case="no", guards=(gates.family_was_asked,), effect=gates.family_failed),  # noqa: E501
    *both(PLANNED,                  "return.decision",           PLANNED,        "R40",        case="yes", guards=(gates.worth_deciding,), effect=gates.decided),  # noqa: E501
    *both(PLANNED,                  "return.decision",           ASSESSING,      "R40",        case="no", effect=gates.decided),  # noqa: E501
    *both(PLANNED,                  "return.traveldoc_status",   PLANNED,        "R08, g8",    case="yes", effect=gates.documented),  # noqa: E501
    *both(PLANNED,                  "return.traveldoc_status",   ASSESSING,      "R08, g8",    case="no", effect=gates.documented),  # noqa: E501
    Rule(PLANNED,        RESPONDER, "return.reintegration_plan", PLANNED,        "R08",        case="yes", effect=gates.support),  # noqa: E501
    Rule(PLANNED,        RESPONDER, "return.reintegration_plan", ASSESSING,      "R08",        case="no", effect=gates.support),  # noqa: E501
    *both(PLANNED,                  "return.update",             PLANNED,        "R01",        case="yes"),
    Rule(PLANNED,        RESPONDER, "return.update",             ASSESSING,      "R08, g7",    case="no", effect=gates.reception),  # noqa: E501
    Rule(PLANNED,        OPENER,    "consent.assertion",         PLANNED,        "R22, g1",    guards=AGREES, effect=gates.she_agreed),  # noqa: E501
    Rule(PLANNED,        OPENER,    "return.travel_plan",        PLANNED,        "R08, g1-g10", DEPARTURE, answers=OPENER, guards=gates.PLAN_GATES, effect=gates.planned),  # noqa: E501
    Rule(PLANNED,        OPENER,    "return.departure",          TRAVELLING,     "R22, R08, R14, g1, g2, g6, g8", ARRIVAL, case="yes", guards=DEPARTURE_GATES, effect=gates.departed),  # noqa: E501
    Rule(PLANNED,        OPENER,    "return.departure",          ASSESSING,      "R07",        case="no", effect=gates.unplanned),  # noqa: E501
    Rule(PLANNED,        OPENER,    "return.close",              NOT_RETURNING,  "R07",        case="no"),

    # on the way: nothing here waits for consent (H02)
    Rule(TRAVELLING,     RESPONDER, "return.arrival",            ARRIVED,        "H19",        case="yes", effect=gates.arrived),  # noqa: E501
    Rule(TRAVELLING,     RESPONDER, "return.arrival",            TRAVELLING,     "R32",        case="no", effect=gates.arrived, settles="nothing"),  # noqa: E501
    Rule(TRAVELLING,     OPENER,    "return.arrival",            ARRIVED,        "H19",        case="yes", guards=(gates.her_own_word,), effect=gates.arrived),  # noqa: E501
    *both(TRAVELLING,               "return.assist_now",         TRAVELLING,     "H07"),
    *both(TRAVELLING,               "return.risk_result",        TRAVELLING,     "R08, g2",    guards=(gates.from_the_origin,), effect=gates.risk_told),  # noqa: E501
    Rule(TRAVELLING,     RESPONDER, "return.family_result",      TRAVELLING,     "R15",        guards=(gates.family_was_asked,), effect=gates.family_told),  # noqa: E501
    *both(TRAVELLING,               "return.decision",           TRAVELLING,     "R40",        effect=gates.decided),
    *both(TRAVELLING,               "return.traveldoc_status",   TRAVELLING,     "R08, g8",    effect=gates.documented),
    Rule(TRAVELLING,     RESPONDER, "return.reintegration_plan", TRAVELLING,     "R08",        effect=gates.support),
    Rule(TRAVELLING,     OPENER,    "return.update",             TRAVELLING,     "R01",        case="yes"),
    Rule(TRAVELLING,     RESPONDER, "return.update",             TRAVELLING,     "R08, g7",    effect=gates.reception),
    *both(TRAVELLING,               "return.failed",             STOPPED,        "H07",        effect=gates.failed, settles="everything"),  # noqa: E501

    # stopped on the way: she is cared for there; it ends when she is safe or says that she goes on alone
    *both(STOPPED,                  "return.failed",             STOPPED,        "H07",        effect=gates.failed),
    *both(STOPPED,                  "return.assist_now",         STOPPED,        "H07"),
    Rule(STOPPED,        OPENER,    "return.update",             STOPPED,        "R01",        case="yes"),
    Rule(STOPPED,        RESPONDER, "return.update",             STOPPED,        "R08, g7",    effect=gates.reception),
    Rule(STOPPED,        OPENER,    "return.take_back",          ASSESSING,      "H07",        effect=gates.unplanned),
    Rule(STOPPED,        OPENER,    "return.way_ended",          CLOSED,         "H07"),
    Rule(STOPPED,        RESPONDER, "return.way_ended",          STOPPED,        "H07, H19"),
    Rule(STOPPED,        RESPONDER, "return.arrival",            ARRIVED,        "H19",        case="yes", effect=gates.arrived),  # noqa: E501
    Rule(STOPPED,        RESPONDER, "return.arrival",            STOPPED,        "H19",        case="no", effect=gates.arrived),  # noqa: E501
    Rule(STOPPED,        OPENER,    "return.arrival",            ARRIVED,        "H19",        case="yes", guards=(gates.her_own_word,), effect=gates.arrived),  # noqa: E501

    # arrived, and afterwards
    Rule(ARRIVED,        RESPONDER, "return.arrival",            ARRIVED,        "H19",        case="yes", effect=gates.arrived),  # noqa: E501
    Rule(ARRIVED,        OPENER,    "return.arrival",            ARRIVED,        "H19",        case="yes", guards=(gates.her_own_word,), effect=gates.arrived),  # noqa: E501
    Rule(ARRIVED,        RESPONDER, "return.followup",           FOLLOWING,      "R01",        effect=gates.followed),
    Rule(ARRIVED,        RESPONDER, "return.reintegration_plan", ARRIVED,        "R08",        effect=gates.support),
    Rule(ARRIVED,        OPENER,    "return.update",             ARRIVED,        "R01",        case="yes"),
    Rule(ARRIVED,        RESPONDER, "return.update",             ARRIVED,        "R08, g7",    effect=gates.reception),
    Rule(ARRIVED,        OPENER,    "return.close",              CLOSED,         "R40",        case="yes"),
    Rule(ARRIVED,        RESPONDER, "return.close",              CLOSED,         "H19",        case="yes", guards=(gates.she_confirmed,)),  # noqa: E501
    Rule(FOLLOWING,      RESPONDER, "return.arrival",            FOLLOWING,      "H19",        case="yes", effect=gates.arrived),  # noqa: E501
    Rule(FOLLOWING,      OPENER,    "return.arrival",            FOLLOWING,      "H19",        case="yes", guards=(gates.her_own_word,), effect=gates.arrived),  # noqa: E501
    Rule(FOLLOWING,      RESPONDER, "return.followup",           FOLLOWING,      "R01",        effect=gates.followed),
    Rule(FOLLOWING,      RESPONDER, "return.reintegration_plan", FOLLOWING,      "R08",        effect=gates.support),
    Rule(FOLLOWING,      OPENER,    "return.update",             FOLLOWING,      "R01",        case="yes"),
    Rule(FOLLOWING,      RESPONDER, "return.update",             FOLLOWING,      "R08, g7",    effect=gates.reception),
    Rule(FOLLOWING,      OPENER,    "return.close",              CLOSED,         "R40",        case="yes"),
    Rule(FOLLOWING,      RESPONDER, "return.close",              CLOSED,         "H19",        case="yes", guards=(gates.she_confirmed,)),  # noqa: E501
)
# fmt: on

WORDS: Final = {
    NONE: "not begun",
    REQUESTED: "she wishes to go back; the country of origin was asked, without a name",
    ASSESSING: "both countries look at risk, family, documents and what waits for her; nothing is planned",
    PLANNED: "the journey is planned; she is asked again on the day",
    TRAVELLING: "she is on the way",
    STOPPED: "the journey ended before its end; she is cared for where she is",
    ARRIVED: "her arrival was told",
    FOLLOWING: "she has arrived; both countries hear how she is",
    NOT_ASSISTED: "the country of origin cannot assist; help goes on where she is",
    NOT_RETURNING: "she does not go back; that is a good end",
    CLOSED: "closed",
    ENDED: "ended; no reason is ever said",
    "expired": "the time of the thread ran out; help is not affected",
}

ANSWERS: Final = {
    "return.request_response": ("can assist", "cannot"),
    "return.risk_result": ("acceptable, perhaps with measures", "unacceptable or unknown"),
    "return.family_result": ("nothing speaks against it", "not able, not willing, unsafe or involved"),
    "return.identity_result": ("an answer", "pending"),
    "return.decision": ("proceed, perhaps with conditions", "do not proceed"),
    "return.traveldoc_status": ("held, applied or issued", "refused"),
    "return.reintegration_plan": ("she agreed to it", "she did not"),
    "return.departure": ("departed", "postponed or not departed"),
    "return.arrival": ("arrived", "not arrived"),
    "return.update": ("reception stays", "another reception or none"),
    "return.close": ("after the return", "she does not go back"),
}

RETURN: Final = Matter(
    name="return",
    opening=frozenset({"return.request"}),
    stop="return.stopped",
    ends=frozenset({NOT_ASSISTED, NOT_RETURNING, CLOSED, ENDED}),
    rules=RULES,
    crossings=RETURN_CROSSINGS,
    discloses=frozenset(kind for kind in CARRIES if kind.startswith("return.")),
    words=WORDS,
    answers=ANSWERS,
)
