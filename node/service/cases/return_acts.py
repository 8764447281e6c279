"""What each change of a return plan does: rows for `acts`. What lifts a protection takes two people."""

from collections.abc import Mapping

from node.protocol.cases import care_changes, return_changes
from node.protocol.cases.case import Case
from node.protocol.cases.changes import Changed
from node.protocol.cases.her_word import hear_her
from node.protocol.cases.return_plan import Alternatives, Journey, Proceedings, RiskAssessment, Wish
from node.service.cases import return_requests as asks
from node.service.cases.change_rows import By, ChangeRow, one, two

NOBODY = ""  # the change function fills in who and when


def _wish(case: Case, ask: asks.RecordWish, by: By, at: int) -> Changed:
    wish = Wish(
        at=at,
        by=by[0],
        voluntary=ask.voluntary,
        in_her_words=ask.in_her_words,
        spoken_to_alone=ask.spoken_to_alone,
        advocate=ask.advocate,
        advocate_present=ask.advocate_present,
        alternatives_explained=ask.alternatives_explained,
        staying_explained=ask.staying_explained,
    )
    return return_changes.record_wish(case, ask.plan_id, ask.person_id, wish, by[0], at)


def _waive(case: Case, ask: asks.WaiveRecovery, by: By, at: int) -> Changed:
    return return_changes.waive_recovery(
        case, ask.plan_id, ask.person_id, by, at, in_writing=ask.in_writing, advised=ask.advised
    )


def _proceedings(case: Case, ask: asks.RecordProceedings, by: By, at: int) -> Changed:
    checked = Proceedings(
        at=at,
        by=by[0],
        advised_by_lawyer=ask.advised_by_lawyer,
        compensation_checked=ask.compensation_checked,
        heard=ask.heard,
    )
    return return_changes.record_proceedings(case, ask.plan_id, ask.person_id, checked, by[0], at)


def _risk(case: Case, ask: asks.AssessRisk, by: By, at: int) -> Changed:
    risk = RiskAssessment(at=at, by=by[0], role=ask.role, rows=ask.rows, overall=ask.overall)
    return return_changes.assess_risk(case, ask.plan_id, ask.person_id, risk, by, at)


def _assessor(case: Case, ask: asks.CallAssessor, by: By, at: int) -> Changed:
    risk = RiskAssessment(at=at, by=NOBODY, role="independent_assessor", rows=ask.rows, overall=ask.overall)
    return return_changes.call_assessor(case, ask.plan_id, ask.person_id, ask.organisation, risk, by, at)


def _alternative(case: Case, ask: asks.ChooseAlternative, by: By, at: int) -> Changed:
    chosen = Alternatives(
        kind=ask.kind,
        at=at,
        by=by[0],
        counselled=ask.counselled,
        contact_card_given=ask.contact_card_given,
        asks_to_tell=ask.asks_to_tell,
    )
    return return_changes.choose_alternative(case, ask.plan_id, ask.person_id, chosen, by[0], at)


def _journey(case: Case, ask: asks.PlanJourney, by: By, at: int) -> Changed:
    journey = Journey(ask.window_starts_at, ask.window_ends, ask.through)
    return return_changes.plan_journey(case, ask.plan_id, journey, by[0], at)


# BeginReturn needs a fresh id, so `cases` makes it; everything else is a row.
RETURN_CHANGES: Mapping[type, ChangeRow] = {
    asks.RecordWish: ChangeRow("one", _wish),
    asks.TakeBackWish: one(return_changes.take_back_wish, "plan_id", "person_id"),
    asks.SetRecovery: one(return_changes.set_recovery, "plan_id", "person_id", "until"),
    asks.WaiveRecovery: ChangeRow("two", _waive),
    asks.RecordProceedings: ChangeRow("one", _proceedings),
    asks.AssessRisk: ChangeRow("rule", _risk),
    asks.CallAssessor: ChangeRow("two", _assessor),
    asks.ChooseAlternative: ChangeRow("one", _alternative),
    asks.AskAfterDetention: one(return_changes.ask_after_detention, "plan_id", "person_id"),
    asks.RequestRelease: one(return_changes.request_release, "authority_has_paper"),
    asks.AskOnTheDay: one(return_changes.ask_on_the_day, "plan_id", "person_id", "still_wishes"),
    asks.PlanJourney: ChangeRow("one", _journey),
    asks.GoOnAfterTransit: one(return_changes.go_on_after_transit, "plan_id"),
    asks.EndReturn: one(return_changes.end_return, "plan_id"),
    asks.AlarmStepTaken: one(return_changes.note_alarm_step, "thread", "asked", "answer"),
    asks.HeardFromHer: one(hear_her, "thread", "how", "independent", "everybody_is_there"),
    asks.EndAlarm: two(return_changes.end_alarm, "thread", "outcome"),
    asks.SetCare: one(care_changes.set_care, "care_id", "with_her", "payer", "way_back"),
    asks.EndCare: one(care_changes.end_care, "care_id", "end", "said_by_her"),
}
