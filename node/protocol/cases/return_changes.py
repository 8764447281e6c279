"""Functions that change a return plan: what protects takes one person, what lifts a protection takes two.

Each returns a new case and what the audit keeps, like `changes`. Nothing here sends a letter.
Source: R07-R09, R17, R24, R34; practice H04, H06, H07, H23-H26.
"""

import msgspec

from node.errors import BadInput, Conflict, NotAllowed, NotFound
from node.protocol.cases.case import Case, person_of
from node.protocol.cases.changes import AuditLine, Changed, two_people
from node.protocol.cases.return_plan import (
    AlarmAnswer,
    AlarmAsked,
    AlarmStep,
    Alternatives,
    Approval,
    ArrivalAlarm,
    Assessor,
    Halt,
    HaltReason,
    Journey,
    OverdueOutcome,
    PersonReturn,
    Proceedings,
    Recovery,
    ReleaseRequest,
    ReturnPlan,
    RiskAssessment,
    Wish,
    person_return,
)

Facts = dict[str, object]


def begin_return(case: Case, plan_id: str, country: str, persons: tuple[str, ...], by: str, at: int) -> Changed:
    """A plan towards one country, for persons of the case; another open one for the same country is refused.

    How long she may recover is hers and not the plan's: it goes over, and her wish to go earlier is asked anew (R09).
    """
    if not persons or any(person_of(case, one) is None for one in persons):
        raise BadInput("a person is not of this case; choose persons of the case", field="persons", rule="H26")
    if any(plan.country == country and plan.is_open for plan in case.returns):
        raise Conflict("a plan towards this country is open already; go on with that one")
    rows = tuple(PersonReturn(person_id=one, recovery=_recovery(case, one)) for one in dict.fromkeys(persons))
    plan = ReturnPlan(plan_id=plan_id, country=country, persons=rows, opened_at=at, changed_at=at)
    return _done(msgspec.structs.replace(case, returns=(*case.returns, plan)), "return_begun", "R07", (by,), at)


def record_wish(case: Case, plan_id: str, person_id: str, wish: Wish, by: str, at: int) -> Changed:
    """What she said; recorded also where it is no wish yet, so that it shows what is missing. Source: R07."""
    told = msgspec.structs.replace(wish, by=by, at=at)
    return _person(case, plan_id, person_id, {"wish": told, "wish_taken_back_at": None}, "wish_recorded", "R07", by, at)


def take_back_wish(case: Case, plan_id: str, person_id: str, by: str, at: int) -> Changed:
    """She does not wish to go, or not now. One person, at once, no reason; assistance stays as it is. Source: R20."""
    return _person(case, plan_id, person_id, {"wish_taken_back_at": at}, "wish_taken_back", "R21", by, at)


def set_recovery(case: Case, plan_id: str, person_id: str, until: int, by: str, at: int) -> Changed:
    """Until when she may recover in peace. Shortening what stood there takes the way of `waive_recovery`. R09."""
    before = _row(_plan(case, plan_id), person_id).recovery
    if before is not None and until < before.until and at < before.until:
        raise NotAllowed(
            "her recovery period is not shortened by hand",
            rule="R09",
            for_user="Her time to recover stays. If she asks in writing to go earlier, two people record that.",
        )
    facts: Facts = {"recovery": Recovery(until=until)}
    return _person(case, plan_id, person_id, facts, "recovery_recorded", "R09", by, at)


def waive_recovery(
    case: Case, plan_id: str, person_id: str, by: tuple[str, ...], at: int, *, in_writing: bool, advised: bool
) -> Changed:
    """She asked explicitly in writing to go earlier, advised independently; two people record it. Source: R09, g3."""
    both = two_people(by, "R09")
    if not (in_writing and advised):
        raise NotAllowed(
            "going before the end needs her written wish and independent advice",
            rule="R09",
            for_user="Only her own written wish, after independent advice, can do this.",
        )
    before = _row(_plan(case, plan_id), person_id).recovery
    facts: Facts = {"recovery": Recovery(until=before.until if before else 0, waived_by=both)}
    return _person(case, plan_id, person_id, facts, "recovery_waived", "R09", both, at)


def record_proceedings(case: Case, plan_id: str, person_id: str, checked: Proceedings, by: str, at: int) -> Changed:
    """Her lawyer advised her, and how she can be heard from abroad is settled. Source: R34, H24."""
    facts: Facts = {"proceedings": msgspec.structs.replace(checked, by=by, at=at)}
    return _person(case, plan_id, person_id, facts, "proceedings_checked", "R34", by, at)


def assess_risk(
    case: Case, plan_id: str, person_id: str, risk: RiskAssessment, by: tuple[str, ...], at: int
) -> Changed:
    """Our side's assessment: each domain once, and an overall that a person said. Source: R08, R40.

    What was `unacceptable` becomes anything else only by two people, under whichever plan towards that country.
    """
    _each_domain_once(risk)
    before = _row(_plan(case, plan_id), person_id).risk or _risk_of_before(case, plan_id, person_id)
    if before is not None and before.overall == "unacceptable" != risk.overall:
        two_people(by, "R08")
    facts: Facts = {"risk": msgspec.structs.replace(risk, by=by[0], at=at)}
    return _person(case, plan_id, person_id, facts, "risk_assessed", "R08", by, at)


def call_assessor(
    case: Case, plan_id: str, person_id: str, organisation: str, risk: RiskAssessment, by: tuple[str, ...], at: int
) -> Changed:
    """An independent assessor is second author where the origin stays silent; two people call them in. H23.

    Whether it was silent long enough is the gate's to say: it reads the thread.
    """
    both = two_people(by, "H23")
    _each_domain_once(risk)
    own = _row(_plan(case, plan_id), person_id).risk
    if own is None:
        raise NotAllowed("our own assessment comes first; a second author stands beside it", rule="R08")
    theirs = msgspec.structs.replace(risk, by=organisation, at=at, role="independent_assessor")
    facts: Facts = {"assessor": Assessor(organisation=organisation, by=both, assessment=theirs)}
    return _person(case, plan_id, person_id, facts, "assessor_called", "H23", both, at)


def choose_alternative(case: Case, plan_id: str, person_id: str, chosen: Alternatives, by: str, at: int) -> Changed:
    """She does something else: a residence, another country, a longer stay, or travels on her own. Source: H23."""
    if chosen.kind == "own_travel":
        _ready_to_go_alone(case, _plan(case, plan_id), person_id, chosen)
    facts: Facts = {"alternative": msgspec.structs.replace(chosen, by=by, at=at)}
    return _person(case, plan_id, person_id, facts, "alternative_chosen", "H23", by, at)


def ask_after_detention(case: Case, plan_id: str, person_id: str, by: str, at: int) -> Changed:
    """She was asked again whether she wishes to go, now that she is free. Not before 48 hours. Source: H25."""
    released = case.released_from_detention_at
    if case.place_is_detention or (released is not None and at < released + 48 * 3600):
        raise NotAllowed(
            "she is asked again 48 hours after her release, not before",
            rule="H25",
            for_user="Give her 48 hours in freedom first, then ask her again.",
        )
    return _person(
        case, plan_id, person_id, {"asked_again_after_detention_at": at}, "asked_after_detention", "H25", by, at
    )


def request_release(case: Case, authority_has_paper: bool, by: str, at: int) -> Changed:
    """Her release is asked for, and whoever asks owns it from now. Source: R17, H25."""
    if not case.place_is_detention:
        raise NotAllowed("nobody of this case is detained; record that first", rule="R17")
    one = ReleaseRequest(owner=by, authority_has_paper=authority_has_paper, at=at)
    changed = msgspec.structs.replace(case, release_requests=(*case.release_requests, one))
    return _done(changed, "release_requested", "H25", (by,), at)


def ask_on_the_day(case: Case, plan_id: str, person_id: str, still_wishes: bool, by: str, at: int) -> Changed:
    """One spoken question on the day she leaves, and a tick; a no is the end of it, at once. Source: R22, practice.

    Whatever was approved stays approved: nothing of the plan has changed.
    """
    if not still_wishes:
        return take_back_wish(case, plan_id, person_id, by, at)
    _row(_plan(case, plan_id), person_id)
    persons = tuple(
        msgspec.structs.replace(one, departure_asked_at=at) if one.person_id == person_id else one
        for one in _plan(case, plan_id).persons
    )
    return _changed(case, plan_id, {"persons": persons}, "asked_on_the_day", "R22", (by,), at)


def plan_journey(case: Case, plan_id: str, journey: Journey, by: str, at: int) -> Changed:
    """When she would arrive, and through which countries; whoever writes it cannot approve it. Source: R24."""
    if journey.window_starts_at > journey.window_ends or journey.window_ends <= at:
        raise BadInput("the window of arrival must end after it starts, and lie ahead", field="window_ends")
    plan = _plan(case, plan_id)
    facts: Facts = {
        "journey": journey,
        "authors": tuple(dict.fromkeys((*plan.authors, by))),
        "changed_at": at,
        "approval": None,
    }
    return _changed(case, plan_id, facts, "journey_planned", "R24", (by,), at)


def approve(case: Case, plan_id: str, organisation: str, by: str, at: int) -> Changed:
    """A second person lets the plan go: never one who wrote it; a deputy of another organisation may. R24, g10."""
    plan = _plan(case, plan_id)
    if plan.journey is None:
        raise NotAllowed("there is no journey to approve yet; plan it first", rule="R24")
    if by in plan.authors:
        raise NotAllowed(
            "whoever wrote the plan cannot approve it",
            rule="R24",
            for_user="You wrote this plan. Ask a colleague, or the deputy of another organisation, to look at it.",
        )
    facts: Facts = {"approval": Approval(by=by, organisation=organisation, at=at)}
    return _changed(case, plan_id, facts, "plan_approved", "R24", (by,), at)


def halt(case: Case, plan_id: str, reason: HaltReason, by: str, at: int) -> Changed:
    """From now nothing of this return goes on. One person, at once; the reason stays here. Source: R31, H01."""
    facts: Facts = {"halt": Halt(reason=reason, by=by, at=at)}
    return _changed(case, plan_id, facts, "return_halted", "R31", (by,), at)


def hold_for_transit(case: Case, plan_id: str, at: int) -> Changed:
    """A country on the way stopped it: nothing goes to the origin until a person decides. Source: H04."""
    return _changed(case, plan_id, {"held_for_transit": True}, "held_for_transit", "H04", ("node",), at)


def go_on_after_transit(case: Case, plan_id: str, by: str, at: int) -> Changed:
    """A person decided that contact with the origin may go on, by another way or later. Source: H04."""
    facts: Facts = {"held_for_transit": False, "approval": None, "changed_at": at}
    return _changed(case, plan_id, facts, "goes_on_after_transit", "H04", (by,), at)


def end_return(case: Case, plan_id: str, by: str, at: int) -> Changed:
    """The plan is over: she arrived, or does something else."""
    return _changed(case, plan_id, {"ended_at": at}, "return_ended", "R07", (by,), at)


def raise_alarm(case: Case, thread: str, at: int) -> Changed:
    """An arrival is overdue; the alarm stands until she is heard, the matter is stopped, or two people end it. R32."""
    if open_alarm(case, thread) is not None:
        return Changed(case, ())
    changed = msgspec.structs.replace(
        case, arrival_alarms=(*case.arrival_alarms, ArrivalAlarm(thread=thread, since=at))
    )
    return _done(changed, "arrival_overdue", "R32", ("node",), at)


def note_alarm_step(case: Case, thread: str, asked: AlarmAsked, answer: AlarmAnswer, by: str, at: int) -> Changed:
    """Whom we asked about her, and what they said; it ends nothing. Source: H06."""
    alarm = _alarm(case, thread)
    steps = (*alarm.steps, AlarmStep(asked=asked, answer=answer, by=by, at=at))
    return _with_alarm(case, alarm, {"steps": steps}, "alarm_step", "H06", (by,), at)


def end_alarm(case: Case, thread: str, outcome: OverdueOutcome, by: tuple[str, ...], at: int) -> Changed:
    """Two people end an alarm with a coded outcome; nobody can wave it away alone. Source: R32."""
    both = two_people(by, "R32")
    facts: Facts = {"outcome": outcome, "ended_by": both, "ended_at": at}
    return _with_alarm(case, _alarm(case, thread), facts, "alarm_ended", "R32", both, at)


def settle_alarm(case: Case, thread: str, at: int) -> Changed:
    """She was heard, or the matter was stopped: the alarm ends by itself. Source: H06, H19."""
    alarm = open_alarm(case, thread)
    if alarm is None:
        return Changed(case, ())
    return _with_alarm(case, alarm, {"ended_at": at}, "alarm_settled", "H19", ("node",), at)


def open_alarm(case: Case, thread: str) -> ArrivalAlarm | None:
    """The alarm of this thread that has not ended, or None."""
    return next((one for one in case.arrival_alarms if one.thread == thread and one.ended_at is None), None)


def plan_of(case: Case, plan_id: str) -> ReturnPlan | None:
    """The plan of this id, or None."""
    return next((plan for plan in case.returns if plan.plan_id == plan_id), None)


def _plan(case: Case, plan_id: str) -> ReturnPlan:
    plan = plan_of(case, plan_id)
    if plan is None:
        raise NotFound("no such return plan in this case; choose one of its plans", field="plan_id")
    return plan


def _row(plan: ReturnPlan, person_id: str) -> PersonReturn:
    row = person_return(plan, person_id)
    if row is None:
        raise NotFound("this person is not part of the plan; choose persons of the plan", field="person_id", rule="H26")
    return row


def _recovery(case: Case, person_id: str) -> Recovery | None:
    """The newest recovery period of this person under any plan, without the wish that shortened it then."""
    rows = (person_return(plan, person_id) for plan in reversed(case.returns))
    known = next((row.recovery for row in rows if row is not None and row.recovery is not None), None)
    return None if known is None else Recovery(until=known.until)


def _risk_of_before(case: Case, plan_id: str, person_id: str) -> RiskAssessment | None:
    """What our side last said of the risk in this country, under an earlier plan."""
    country = _plan(case, plan_id).country
    plans = (plan for plan in reversed(case.returns) if plan.country == country and plan.plan_id != plan_id)
    rows = (person_return(plan, person_id) for plan in plans)
    return next((row.risk for row in rows if row is not None and row.risk is not None), None)


def _alarm(case: Case, thread: str) -> ArrivalAlarm:
    alarm = open_alarm(case, thread)
    if alarm is None:
        raise NotFound("no alarm stands on this thread", field="thread")
    return alarm


def _ready_to_go_alone(case: Case, plan: ReturnPlan, person_id: str, chosen: Alternatives) -> None:
    """H23: she was counselled, and asked whether she takes a neutral card; what was given is what was recorded."""
    if not chosen.counselled:
        raise NotAllowed(
            "she was not counselled before she travels on her own", rule="H23",
            for_user="Talk the dangers and the way through with her first, then record that you did.",
        )  # fmt: skip
    taken = next((one for one in reversed(case.papers) if one.person_id == person_id), None)
    if taken is None or taken.at < plan.opened_at:
        raise NotAllowed(
            "nobody asked her whether she takes a contact card", rule="H23",
            for_user="Ask her, alone, whether a neutral card is safe to carry, and record what she takes.",
        )  # fmt: skip
    has_card = any(one.person_id == person_id and not one.void for one in case.cards)
    if chosen.contact_card_given and not (taken.taken == "card" and has_card):
        raise NotAllowed(
            "no card was made for her", rule="H23",
            for_user="Make the card first, or record that she takes none.",
        )  # fmt: skip


def _each_domain_once(risk: RiskAssessment) -> None:
    domains = [row.domain for row in risk.rows]
    if not domains or len(set(domains)) != len(domains):
        raise BadInput("each domain of the risk stands once, and at least one is there", field="rows", rule="R08")
    if risk.overall == "acceptable" and any(row.colour == "red" for row in risk.rows):
        raise BadInput("a red domain cannot stand under an overall that needs no measures", field="overall", rule="R08")


def _person(
    case: Case, plan_id: str, person_id: str, facts: Facts, event: str, rule: str, by: str | tuple[str, ...], at: int
) -> Changed:
    """One person's row changed, and with it what was approved."""
    plan = _plan(case, plan_id)
    row = msgspec.structs.replace(_row(plan, person_id), **facts)
    persons = tuple(row if one.person_id == person_id else one for one in plan.persons)
    both = (by,) if isinstance(by, str) else by
    return _changed(case, plan_id, {"persons": persons, "changed_at": at, "approval": None}, event, rule, both, at)


def _changed(case: Case, plan_id: str, facts: Facts, event: str, rule: str, by: tuple[str, ...], at: int) -> Changed:
    changed = msgspec.structs.replace(_plan(case, plan_id), **facts)
    returns = tuple(changed if plan.plan_id == plan_id else plan for plan in case.returns)
    return _done(msgspec.structs.replace(case, returns=returns), event, rule, by, at)


def _with_alarm(
    case: Case, alarm: ArrivalAlarm, facts: Facts, event: str, rule: str, by: tuple[str, ...], at: int
) -> Changed:
    changed = msgspec.structs.replace(alarm, **facts)
    alarms = tuple(changed if one is alarm else one for one in case.arrival_alarms)
    return _done(msgspec.structs.replace(case, arrival_alarms=alarms), event, rule, by, at)


def _done(case: Case, event: str, rule: str, by: tuple[str, ...], at: int) -> Changed:
    return Changed(case, (AuditLine(event=event, rule=rule, case_id=case.case_id, by=by, at=at),))
