"""Guards of our side about a return: which gates a letter has to pass, and what holds every letter of a return.

The gates themselves are `ten_gates`; each names itself in the sentence. Only the country she leaves has a plan, so
only what it writes is asked here; what the other side may judge from the letter is `shown`.
Source: domain 5.7; R07, R22, R24, R31; practice H02, H26.
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.cases.her_word import was_heard
from node.protocol.cases.return_plan import ReturnPlan, person_return, plan_towards
from node.protocol.gate.context import Context, cancel, hold
from node.protocol.gate.detention import only_tells_that_she_stayed
from node.protocol.gate.return_facts import exchanged
from node.protocol.gate.ten_gates import GateName, GateState, Look, may_stand_in, shut_gates, wish_fault
from node.protocol.letters.bodies_return import RiskResultBody, TravelPlanBody
from node.protocol.letters.bodies_way import DepartureBody, ReturnArrivalBody, TransitDepartureBody
from node.protocol.rules import Objection

DAY_S: Final = 24 * 3600
ALL: Final[tuple[GateName, ...]] = ("g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10")
ASKED: Final[dict[str, tuple[GateName, ...]]] = {
    "return.request": ("g5", "g9"),
    "return.travel_plan": ALL,
    "return.departure": ALL,
    "transit.departure": ("g9",),  # she has left by what the other thread allowed; the country on the way looks out
}
TOLD_AGAIN: Final[tuple[GateName, ...]] = ("g9",)  # she has left, and what shut since undoes nothing (H02)
# These tell how it is with her on the way, or end something: they go whatever the plan says (H02, H07), but not while
# a country on the way has stopped it (H04, `way_stopped`) or while she is detained (H25, `detention`).
CARES: Final = frozenset(
    {"return.failed", "return.assist_now", "return.take_back", "return.way_ended", "return.close", "transit.cancel"}
)


def returning(c: Context) -> Iterator[Objection]:
    """What holds a letter of a return or of its way through another country; every gate names itself."""
    letter = c.draft.letter
    kind = letter.kind
    if not kind.startswith(("return.", "transit.", "consent.assertion")) or letter.sender_role != "opener":
        return
    plan = plan_of(c)
    if c.case is None or plan is None:
        if kind not in CARES:
            yield _no_plan(kind)
        return
    if kind in CARES:
        yield from _goes_on_her_own(kind, plan)
        return
    look = Look(c.case, plan, c.consents, exchanged(c.shared, c.now), c.now)
    # 1. R31: halted, or over
    if not plan.is_open:
        yield hold("R31", "this return was halted or is over", "begin a new plan if she wishes one")
        return
    again = kind == "return.departure" and bool(c.shared.way.departed_at)
    # 2. H26: everybody whom it is about is of the plan, so that each of them is asked and looked after
    if not again and not _of_everybody(c, plan):
        yield hold("H26", "g1: somebody of this matter is not in the plan", "begin a plan with everybody who goes")
    # 3. R07: she wishes it, now
    if (fault := wish_fault(look)) is not None and kind not in ("return.travel_plan", "return.departure"):
        yield _objection(fault)
    # 4. the gates of this kind; a departure that has its number is a fact, and only travels again
    if not only_tells_that_she_stayed(letter.body):
        for state in shut_gates(look, TOLD_AGAIN if again else ASKED.get(kind, ())):
            if state.gate != "g4":  # said by `asylum`, with its precedence
                yield _objection(state)
        yield from _on_the_day(c, plan)
    if isinstance(letter.body, RiskResultBody) and letter.body.independent:
        fault_of_assessor = may_stand_in(look)
        if fault_of_assessor is not None:
            yield fault_of_assessor
    # 5. R24: what goes is what was approved
    yield from _as_approved(c, plan)


def _no_plan(kind: str) -> Objection:
    if kind.startswith("transit."):
        return hold("R07", "g1: no return of hers leads through this country", "plan her journey through it first")
    return hold("R07", "g1: no return is prepared in this case", "record her wish first, and begin a plan with her")


def _goes_on_her_own(kind: str, plan: ReturnPlan) -> Iterator[Objection]:
    """H23: that she goes on her own is told to nobody unless she asks, not even that the return is over."""
    on_her_own = any(row.alternative is not None and row.alternative.tells_nobody for row in plan.persons)
    if kind == "return.close" and on_her_own:
        yield hold(
            "H23", "she travels on her own, and nothing is sent", "ask her whether they shall hear; else stop it"
        )


def her_word(c: Context) -> Iterator[Objection]:
    """H19: that she confirmed her arrival is told by the country she left only where it recorded how it heard her."""
    letter = c.draft.letter
    if not isinstance(letter.body, ReturnArrivalBody) or letter.sender_role != "opener" or c.case is None:
        return
    if letter.body.confirmed_by_her and not was_heard(c.case, letter.thread, c.shared.way.departed_at):
        yield hold("H19", "nobody recorded how she was heard", "hear her yourselves, and record it in the case first")


def plan_of(c: Context) -> ReturnPlan | None:
    """The plan of this case that a letter to this country is about.

    A country on the way is written to under a plan that leads through it, or whose journey nobody has planned yet.
    """
    if c.case is None:
        return None
    persons, country = tuple(person.person_id for person in c.persons), c.recipient.country
    if not c.draft.letter.kind.startswith("transit."):
        return plan_towards(c.case.returns, country, persons)
    theirs = [plan for plan in c.case.returns if any(person_return(plan, one) is not None for one in persons)]
    leads = [plan for plan in theirs if plan.journey is None or country in plan.journey.through]
    return max(leads, key=lambda plan: (plan.is_open, plan.journey is not None, plan.opened_at), default=None)


def _of_everybody(c: Context, plan: ReturnPlan) -> bool:
    return all(person_return(plan, person.person_id) is not None for person in c.persons)


def _on_the_day(c: Context, plan: ReturnPlan) -> Iterator[Objection]:
    """R22: every person was asked once more within the day before she left."""
    body = c.draft.letter.body
    if not isinstance(body, DepartureBody | TransitDepartureBody):
        return
    for row in plan.persons:
        asked = row.departure_asked_at
        if asked is None or not asked <= body.noted_at < asked + DAY_S:
            yield hold(
                "R22", "g1: she was not asked again on the day she leaves", "ask her: does she still wish to go?"
            )
            return


def _as_approved(c: Context, plan: ReturnPlan) -> Iterator[Objection]:
    """R24: the letter says the windows that a second person approved, and its writer did not approve it."""
    body = c.draft.letter.body
    if not isinstance(body, TravelPlanBody) or plan.journey is None:
        return
    said = (body.arrival_starts_at, body.arrival_ends, body.with_transit)
    if said != (plan.journey.window_starts_at, plan.journey.window_ends, bool(plan.journey.through)):
        yield cancel("R24", "g10: the letter says another journey than was approved", "write it as it was approved")
    if plan.approval is not None and plan.approval.by == c.draft.actor:
        yield cancel("R24", "g10: whoever approved the plan does not send it", "ask the one who wrote it to send it")


def _objection(state: GateState) -> Objection:
    return hold(state.rule, f"{state.gate}: {state.sentence}", state.opens_with)
