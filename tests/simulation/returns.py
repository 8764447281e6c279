"""What the letters of a return and of a transit say in plays of two machines, and quiet ways to each of their states.

A step is (side, kind, number); number 1 is the word that lets things go on, others say no, not yet, or something else.
"""

from datetime import UTC, datetime

from node.protocol.letters.codes import Role
from node.protocol.letters.codes_return import FAILED_CAUSES, FOLLOWUPS
from node.protocol.threads.return_facts import Case, Said
from node.protocol.threads.thread import Facts

Step = tuple[Role, str, int]
HOUR_S, DAY_S = 3_600, 86_400


def return_facts(kind: str, number: int, now: int) -> Facts:
    """Facts for a draft of this kind, of which `number` chooses the answer."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    yes, no = number % 4 != 0, number % 4 == 0
    answer: Case = "yes" if yes else "no"
    match kind:
        case "return.request_response":
            return Facts(organisation="haven-xa" if yes else "", case=answer)
        case "return.risk_result":
            overall = "acceptable" if yes else "unacceptable"
            return Facts(case=answer, way=Said(overall, "social_worker", today))
        case "return.family_request":
            return Facts(way=Said("contact" if number % 2 else "find"))
        case "return.family_result":
            return Facts(case=answer, way=Said("willing_and_able" if yes else "not_willing", sure=number % 8 == 0))
        case "return.identity_result":
            return Facts(case=answer, way=Said("confirmed" if yes else "pending"))
        case "return.decision":
            return Facts(case=answer, way=Said("proceed" if yes else "do_not_proceed", "case_conference"))
        case "consent.assertion":
            about = "departure" if number % 2 == 0 else "plan"
            return Facts(way=Said(about, sure=True, times=(now,)))
        case "return.traveldoc_status":
            return Facts(case=answer, way=Said("issued" if yes else "refused", on="2100-01-01" if yes else ""))
        case "return.travel_plan":
            times = (now, now + HOUR_S, now + 2 * HOUR_S, now + 3 * HOUR_S, now + 7 * HOUR_S)
            return Facts(way=Said(sure=bool(number % 2), times=times))
    return _on_the_way(kind, number, now, answer, no)


def _on_the_way(kind: str, number: int, now: int, answer: Case, no: bool) -> Facts:
    match kind:
        case "return.departure":
            return Facts(case=answer, way=Said("postponed" if no else "departed", times=(now,)))
        case "return.arrival":
            return Facts(case=answer, way=Said("not_known" if no else "well", sure=number % 2 == 1))
        case "return.failed":
            return Facts(way=Said(FAILED_CAUSES[number % len(FAILED_CAUSES)]))
        case "return.way_ended":
            return Facts(way=Said("safe", sure=bool(number % 2)))
        case "return.followup":
            return Facts(way=Said(FOLLOWUPS[number % len(FOLLOWUPS)]))
        case "return.reintegration_plan":
            agreed = bool(number % 4)
            return Facts(case="yes" if agreed else "no", way=Said(sure=agreed))
        case "return.update":
            return Facts(organisation="haven-2" if number % 8 == 0 else "", case=answer, way=Said("delayed"))
        case "return.close":
            ended = number % 2 == 0
            return Facts(case="yes" if ended else "no", way=Said("moved_on" if ended else "not_returning"))
        case "transit.request":
            return Facts(way=Said(sure=True, times=(now, now + HOUR_S)))
        case "transit.ack":
            return Facts(case=answer)
        case "transit.departure":
            return Facts(case=answer, way=Said(times=(now,)))
        case "transit.confirm":
            return Facts(case=answer, way=Said("well"))
    return Facts()


REQUEST: Step = ("opener", "return.request", 1)
CAN: Step = ("responder", "return.request_response", 1)
PREPARED: tuple[Step, ...] = (
    ("opener", "return.risk_result", 1),
    ("responder", "return.risk_result", 1),
    ("responder", "return.traveldoc_status", 1),
    ("responder", "return.reintegration_plan", 1),
    ("opener", "return.decision", 1),
    ("responder", "return.decision", 1),
    ("opener", "consent.assertion", 1),
)
PLAN: Step = ("opener", "return.travel_plan", 1)
ASKED: Step = ("opener", "consent.assertion", 2)
LEFT: Step = ("opener", "return.departure", 1)
FAILED: Step = ("opener", "return.failed", 1)
ARRIVED: Step = ("responder", "return.arrival", 1)
FOLLOWED: Step = ("responder", "return.followup", 1)
TO_PLANNED: tuple[Step, ...] = (REQUEST, CAN, *PREPARED, PLAN)

WAYS: dict[str, tuple[Step, ...]] = {
    "none": (),
    "requested": (REQUEST,),
    "assessing": (REQUEST, CAN, *PREPARED),
    "planned": (*TO_PLANNED, ASKED),
    "travelling": (*TO_PLANNED, ASKED, LEFT),
    "stopped_on_the_way": (*TO_PLANNED, ASKED, LEFT, FAILED),
    "arrived": (*TO_PLANNED, ASKED, LEFT, ARRIVED),
    "following": (*TO_PLANNED, ASKED, LEFT, ARRIVED, FOLLOWED),
    "not_assisted": (REQUEST, ("responder", "return.request_response", 0)),
    "not_returning": (REQUEST, ("opener", "return.close", 1)),
    "closed": (*TO_PLANNED, ASKED, LEFT, ARRIVED, ("opener", "return.close", 2)),
}
T_REQUEST: Step = ("opener", "transit.request", 1)
T_ACK: Step = ("responder", "transit.ack", 1)
T_LEFT: Step = ("opener", "transit.departure", 1)
TRANSIT_WAYS: dict[str, tuple[Step, ...]] = {
    "none": (),
    "requested": (T_REQUEST,),
    "expected": (T_REQUEST, T_ACK),
    "on_the_way": (T_REQUEST, T_ACK, T_LEFT),
    "not_assisted": (T_REQUEST, ("responder", "transit.ack", 0)),
    "passed": (T_REQUEST, T_ACK, T_LEFT, ("responder", "transit.confirm", 1)),
    "cancelled": (T_REQUEST, ("opener", "transit.cancel", 1)),
    "halted": (T_REQUEST, ("responder", "transit.stop", 1)),
}
OPEN_ENDS = ("none", "not_assisted", "not_returning", "closed", "passed", "cancelled", "halted")
BEGINNINGS: tuple[tuple[str, tuple[Step, ...]], ...] = (
    *(("return", way) for state, way in WAYS.items() if state not in OPEN_ENDS),
    ("return", (REQUEST, CAN)),
    *(("transit", way) for state, way in TRANSIT_WAYS.items() if state not in OPEN_ENDS),
)
