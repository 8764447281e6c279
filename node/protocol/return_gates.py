"""What must be there before a step of a return counts, read from facts that both countries exchanged; and its effects.

A guard is judged at both ends: an honest sender is told at once, and a letter that skips it is refused in row 13.
What only one country knows (g3 to g5, g9, g10) is its own gate. Source: domain.md 5.7, g1-g10; R08, R14, R22.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from msgspec.structs import replace

from node.protocol.letters.codes import ANSWERS_NOTHING, NOT_IN_THIS_STATE, reason_of
from node.protocol.letters.codes_return import WORTH_THE_RISK
from node.protocol.matter import Effect, Refusal
from node.protocol.threads.deadlines import FIRST_WINDOW_WITHIN_S
from node.protocol.threads.return_facts import HOUR_S, NO_PLAN, Plan, ReturnFacts, Risk
from node.protocol.threads.thread import Entry, Shared

DAY_S: Final = 24 * HOUR_S
BY_FAMILY: Final = "caregiver_confirmed"
RISK_DAYS: Final = 90  # g2: an older assessment says nothing of today
SILENT_S: Final = 21 * DAY_S  # H23: fifteen working days, as both countries can count them
AFTER_RELEASE_S: Final = 2 * DAY_S  # H25: asked again 48 hours after her release
SAME_DAY_S: Final = DAY_S  # asked again on the day: within 24 hours, wherever midnight falls


# --- guards: before the assessments ---
def from_the_origin(shared: Shared, entry: Entry) -> Refusal | None:
    """H23: an independent author stands in for a silent origin, after 15 working days, and never against its no."""
    way, told = shared.way, entry.facts.way
    if not told.sure:
        return None
    silent = way.risk_origin.told_at < way.risk_asked_at <= entry.written_at - SILENT_S
    said_no = way.risk_origin.overall == "unacceptable" and not way.risk_origin.independent
    if entry.side == "opener" and silent and not said_no:
        return None
    why = "g2: an independent assessor stands in only for an origin that stayed silent for 15 working days"
    return refused_by("H23", why, "wait for its answer; phone first")


def family_not_involved(shared: Shared, entry: Entry) -> Refusal | None:
    """R15: once somebody found that family may be involved, nobody looks for it, assesses it or contacts it."""
    if shared.way.involved:
        return refused_by(
            "R15", "family that may be involved is not contacted", "leave the family out; look for other care"
        )
    return None


def family_was_asked(shared: Shared, entry: Entry) -> Refusal | None:
    """Nobody looks for family unasked."""
    return (
        None
        if shared.way.family
        else Refusal(ANSWERS_NOTHING, "nobody asked about family", "wait until you are asked", "R15")
    )


def identity_was_asked(shared: Shared, entry: Entry) -> Refusal | None:
    """R04: nobody verifies who she is unasked."""
    return (
        None
        if shared.way.identity
        else Refusal(ANSWERS_NOTHING, "nobody asked who she is", "wait until you are asked", "R04")
    )


def worth_deciding(shared: Shared, entry: Entry) -> Refusal | None:
    """R08: nobody decides to proceed before both countries have assessed the risk, or against it."""
    return _risk_refused(shared.way, entry)


def results_known(shared: Shared, entry: Entry) -> Refusal | None:
    """R22: she is asked about the plan when the results are there, and about the departure when the plan is."""
    way, told = shared.way, entry.facts.way
    if told.code == "plan" and not (way.risk_host.overall and way.risk_origin.overall):
        why = "g1: she cannot agree before both assessments are there"
        return Refusal(NOT_IN_THIS_STATE, why, "have both told first, show her the results, then ask her", "R22")
    if told.code == "departure" and not way.plan.arrival_ends:
        return Refusal(NOT_IN_THIS_STATE, "g1: there is no plan to leave by", "send the plan first", "R22")
    if told.times and not 0 <= entry.written_at - told.times[0] <= SAME_DAY_S:
        return refused_by("R22", "g1: she was asked on another day", "ask her again, and state it today")
    return None


def asked_since_her_release(shared: Shared, entry: Entry) -> Refusal | None:
    """H25: whoever was told of as detained agrees to nothing before she was asked again, 48 hours later."""
    if shared.way.detained_at and entry.facts.way.times[0] < shared.way.detained_at + AFTER_RELEASE_S:
        why = "g9: she was detained, and was not asked again 48 hours later"
        return refused_by("H25", why, "ask her again 48 hours after her release, then state it")
    return None


# --- guards: the plan ---
def agreed(shared: Shared, entry: Entry) -> Refusal | None:
    """g1, R22: she agreed to this plan after she had seen the results; each plan needs a yes of its own."""
    if shared.way.agreed:
        return None
    return refused_by("R22", "g1: she has not agreed to this plan yet", "ask her, and state it first")


def risk_assessed(shared: Shared, entry: Entry) -> Refusal | None:
    """g2, R08: two authors, neither unacceptable nor unknown, neither older than 90 days."""
    return _risk_refused(shared.way, entry)


def both_decided(shared: Shared, entry: Entry) -> Refusal | None:
    """ODIHR P1, P3: both countries decided to proceed."""
    if _proceeds(shared.way.decision_host) and _proceeds(shared.way.decision_origin):
        return None
    why = "both countries have not decided to proceed"
    return Refusal(NOT_IN_THIS_STATE, why, "decide with the other country first", "R40")


def requested(shared: Shared, entry: Entry) -> Shared:
    """The request opens the thread; whether a child is in it is said once, and no later letter takes it back (R12)."""
    way = replace(shared.way, child=entry.facts.way.for_child)
    return replace(shared, opened_at=entry.written_at, way=way)


def child_is_expected(shared: Shared, entry: Entry) -> Refusal | None:
    """g6, R14, H12: for a child a best-interests decision, and a caregiver found able or other care confirmed."""
    way, told = shared.way, entry.facts.way
    if not (told.for_child or way.child):
        return None
    if not (told.code and told.on):
        why = "g6: a child returns only after a best-interests decision, to care that is confirmed"
        return refused_by("R14", why, "have both decided and confirmed for each child first")
    return nobody_cares(way) if told.code == BY_FAMILY else None


def reception_named(shared: Shared, entry: Entry) -> Refusal | None:
    """g7, R08: an organisation that receives her."""
    if shared.organisation:
        return None
    why = "g7: no organisation receives her yet"
    return Refusal(NOT_IN_THIS_STATE, why, "ask the other country who receives her", "R08")


def document_valid(shared: Shared, entry: Entry) -> Refusal | None:
    """g8, R08: a travel document that exists and is valid through the end of the arrival window."""
    return no_document(shared.way, entry.facts.way.times[3])


def identity_settled(shared: Shared, entry: Entry) -> Refusal | None:
    """R08: where the origin was asked who she is, it has confirmed it."""
    if shared.way.identity in ("", "confirmed"):
        return None
    why = "the country of origin has not confirmed who she is"
    return Refusal(NOT_IN_THIS_STATE, why, "remind it of the question; phone first", "R08")


def reintegration_there(shared: Shared, entry: Entry) -> Refusal | None:
    """R08, CETS 197 art 16(5): what waits for her is agreed with her before she leaves."""
    if shared.way.reintegration:
        return None
    why = "nothing that waits for her was agreed with her"
    return Refusal(NOT_IN_THIS_STATE, why, "ask the country of origin for a plan that she agrees to", "R08")


def missed_soon(shared: Shared, entry: Entry) -> Refusal | None:
    """R32: no plan arrives so late that nobody misses her before; the risk would be an old one by then (R08)."""
    if entry.facts.way.times[3] <= entry.written_at + FIRST_WINDOW_WITHIN_S:
        return None
    why = "she would be missed too late: she arrives more than 90 days from now"
    return Refusal(NOT_IN_THIS_STATE, why, "write the plan when the day is nearer", "R32")


PLAN_GATES: Final = (
    risk_assessed,
    child_is_expected,
    both_decided,
    reception_named,
    document_valid,
    identity_settled,
    reintegration_there,
    agreed,
    missed_soon,
)


# --- guards: on the way and after it ---
def her_own_word(shared: Shared, entry: Entry) -> Refusal | None:
    """H19: the country she left can tell her arrival only where she herself confirmed it."""
    if entry.facts.way.sure:
        return None
    return refused_by("H19", "the country she left tells only what she herself confirmed", "hear her yourselves first")


def she_confirmed(shared: Shared, entry: Entry) -> Refusal | None:
    """H19, R32: the country of arrival closes only once the country she left has heard her itself, and said so."""
    if shared.way.heard_by_host:
        return None
    why = "the country she left has not heard her itself yet"
    return refused_by("H19", why, "have her call them; its letter that it heard her opens this")


# --- what is owed no longer ---
def origin_decided(shared: Shared) -> bool:
    return bool(shared.way.decision_origin)


def host_decided(shared: Shared) -> bool:
    return bool(shared.way.decision_host)


def document_there(shared: Shared) -> bool:
    return shared.way.document in ("held", "issued")


def support_planned(shared: Shared) -> bool:
    return shared.way.reintegration


# --- effects ---
def _way(change: Callable[[ReturnFacts, Entry], ReturnFacts]) -> Effect:
    return lambda shared, entry: replace(shared, way=change(shared.way, entry))


def answered(shared: Shared, entry: Entry) -> Shared:
    name = entry.facts.organisation
    way = replace(shared.way, can_assist=True)
    return replace(
        shared, accepted=True, organisation=name, organisation_n=entry.n, way=way,
        organisation_type=entry.facts.organisation_type,
    )  # fmt: skip


def reception(shared: Shared, entry: Entry) -> Shared:
    """Another organisation, or none: she is asked again, and no plan stands."""
    if entry.facts.case != "no":
        return shared
    changed = replace(
        shared, organisation=entry.facts.organisation, organisation_n=entry.n, changed_at=entry.written_at,
        organisation_type=entry.facts.organisation_type,
    )  # fmt: skip
    return changed if shared.way.departed_at else replace(changed, way=_unplanned(shared.way))


def arrived(shared: Shared, entry: Entry) -> Shared:
    told = entry.facts.way
    detained_at = min((*told.times, entry.written_at)) if told.code == "detained" else 0
    way = replace(
        shared.way, condition=told.code, confirmed_by_her=shared.way.confirmed_by_her or told.sure,
        detained_at=detained_at,
    )  # fmt: skip
    if told.sure and entry.side == "opener":
        way = replace(way, heard_by_host=True)
    return replace(shared, arrived=shared.arrived or entry.facts.case == "yes", way=way)


def failed(shared: Shared, entry: Entry) -> Shared:
    """What failed has to be shown anew before another plan: the document, the reception, the origin's own decision."""
    cause = entry.facts.way.code
    way = replace(shared.way, failed=cause)
    if cause in ("document", "refused_boarding"):
        way = replace(way, document="", document_until="")
    if cause == "refused_entry":
        way = replace(way, decision_origin="")
    return replace(shared, way=way, organisation="" if cause == "no_reception" else shared.organisation)


def _risk_told(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    told = entry.facts.way
    risk = Risk(told.code, told.on, told.by, told.sure, entry.written_at)
    host = entry.side == "opener" and not told.sure
    # What she agreed to before this result was known is no consent to a plan that comes after it, nor to leave by one.
    way = replace(way, agreed=False, asked_at=0, **{"risk_host" if host else "risk_origin": risk})
    return way if told.code in WORTH_THE_RISK or way.departed_at else _unplanned(way)


def _family_told(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    told = entry.facts.way
    return replace(way, family=told.code, involved=way.involved or told.sure)


def _decided(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    word = entry.facts.way.code
    way = replace(way, decision_host=word) if entry.side == "opener" else replace(way, decision_origin=word)
    return way if _proceeds(word) or way.departed_at else _unplanned(way)


def _documented(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    told = entry.facts.way
    way = replace(way, document=told.code, document_until=told.on)
    return way if entry.facts.case == "yes" else _unplanned(way)


def _supported(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    """R08: support counts once she agreed to it; where she does not, no plan stands on it."""
    agreed_by_her = entry.facts.way.sure
    way = replace(way, reintegration=agreed_by_her)
    return way if agreed_by_her or way.departed_at else _unplanned(way)


def _agreed(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    told, way = entry.facts.way, replace(way, detained_at=0)  # H25: asked since her release, or it was refused
    return replace(way, agreed=True) if told.code == "plan" else replace(way, asked_at=told.times[0])


def _planned(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    told = entry.facts.way
    leaves_at, leaves_until, arrives_at, arrives_until, overdue_at = told.times
    plan = Plan(entry.n, leaves_at, leaves_until, arrives_at, arrives_until, overdue_at, told.sure)
    plan = replace(plan, family_care=told.code == BY_FAMILY)
    return replace(way, plan=plan, agreed=False, asked_at=0)


def _departed(way: ReturnFacts, entry: Entry) -> ReturnFacts:
    return replace(way, departed_at=entry.facts.way.times[0])


def _unplanned(way: ReturnFacts) -> ReturnFacts:
    return replace(way, plan=NO_PLAN, agreed=False, asked_at=0, departed_at=0)


risk_asked: Final = _way(lambda way, entry: replace(way, risk_asked_at=entry.written_at))
risk_told: Final = _way(_risk_told)
family_asked: Final = _way(lambda way, entry: replace(way, family="asked"))
family_told: Final = _way(_family_told)
family_failed: Final = _way(lambda way, entry: _unplanned(_family_told(way, entry)))
identity_asked: Final = _way(lambda way, entry: replace(way, identity="asked"))
identity_told: Final = _way(lambda way, entry: replace(way, identity=entry.facts.way.code))
decided: Final = _way(_decided)
documented: Final = _way(_documented)
support: Final = _way(_supported)
she_agreed: Final = _way(_agreed)
planned: Final = _way(_planned)
departed: Final = _way(_departed)
unplanned: Final = _way(lambda way, entry: _unplanned(way))
followed: Final = _way(lambda way, entry: replace(way, followups=(*way.followups, entry.facts.way.code)))


def _risk_refused(way: ReturnFacts, entry: Entry) -> Refusal | None:
    return risk_of_day(way, day_of(entry.written_at))


def risk_of_day(way: ReturnFacts, today: date) -> Refusal | None:
    for risk in (way.risk_host, way.risk_origin):
        if not risk.overall:
            return refused_by("R08", "g2: one country has not assessed the risk", "both assess it, and tell each other")
        if risk.overall not in WORTH_THE_RISK:
            return refused_by(
                "R08", "g2: the risk is not acceptable, or not known", "look for another solution with her"
            )
        age = (today - date.fromisoformat(risk.on)).days
        if not -1 <= age <= RISK_DAYS:  # a day of the calendar begins earlier in the east
            why = f"g2: an assessment is older than {RISK_DAYS} days, or of a day to come"
            return refused_by("R08", why, "assess the risk again, and tell the other country")
    return None


def nobody_cares(way: ReturnFacts) -> Refusal | None:
    if way.family == "willing_and_able" and not way.involved:
        return None
    why = "g6: no assessment of the family says that somebody can care for the child"
    return refused_by("R14", why, "ask for the assessment, or confirm other care")


def no_document(way: ReturnFacts, arrival_ends: int) -> Refusal | None:
    if way.document in ("held", "issued") and way.document_until >= day_of(arrival_ends).isoformat():
        return None
    why = "g8: no travel document is valid until she arrives"
    return Refusal(NOT_IN_THIS_STATE, why, "ask for one that is, or plan earlier", "R08")


def _proceeds(decision: str) -> bool:
    return decision in ("proceed", "proceed_with_conditions")


def day_of(at: int) -> date:
    return datetime.fromtimestamp(min(at, _LAST_DAY), UTC).date()


def refused_by(rule: str, why: str, opens_with: str) -> Refusal:
    return Refusal(reason_of(rule), why, opens_with, rule)


_LAST_DAY: Final = 253_402_300_799  # the end of the year 9999, beyond which no calendar goes
