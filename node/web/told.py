"""What a line of a case's timeline says: a letter by its kind, a change by its name, all else by its own word."""

from typing import TYPE_CHECKING, Final

from node.service.cases.timeline import LETTER, TimelineLine
from node.web.words import WORDS, word

if TYPE_CHECKING:
    from node.web.language import Speech

# Events of the log, and the change under whose name people recorded them.
CHANGE_OF: Final[dict[str, str]] = {
    "person_added": "add_person",
    "age_doubted": "doubt_age",
    "age_settled": "settle_age",
    "guardian_recorded": "record_guardian",
    "guardian_checked": "check_guardian",
    "first_intake_answered": "first_intake",
    "countries_blocked": "block_countries",
    "country_unblocked": "unblock_country",
    "protection_recorded": "set_protection",
    "tie_recorded": "set_tie",
    "block_lift_recorded": "lift_asylum_block",
    "block_lift_taken_back": "take_back_lift",
    "distrust_recorded": "distrust",
    "distrust_lifted": "lift_distrust",
    "detention_recorded": "detained",
    "stop_suppressed": "suppress_stop",
    "return_begun": "begin_return",
    "wish_recorded": "record_wish",
    "wish_taken_back": "take_back_wish",
    "recovery_recorded": "set_recovery",
    "recovery_waived": "waive_recovery",
    "proceedings_checked": "record_proceedings",
    "risk_assessed": "assess_risk",
    "assessor_called": "call_assessor",
    "alternative_chosen": "choose_alternative",
    "asked_after_detention": "ask_after_detention",
    "release_requested": "request_release",
    "asked_on_the_day": "ask_on_the_day",
    "journey_planned": "plan_journey",
    "goes_on_after_transit": "go_on_after_transit",
    "return_ended": "end_return",
    "alarm_ended": "end_alarm",
    "care_begun": "set_care",
    "care_changed": "set_care",
    "care_ended": "end_care",
    "best_interests_decided": "best_interests",
    "tracing_decided": "tracing",
    "family_assessed": "family_assessment",
    "caregiver_confirmed": "caregiver",
    "no_contact_decided": "no_contact",
    "contact_reopened": "reopen_contact",
    "other_care_confirmed": "other_care",
    "custody_checked": "custody",
    "family_suspected": "suspect_family",
    "family_cleared": "clear_family",
    "family_telling_set": "family_may_know",
    "majority_set": "majority",
    "death_recorded": "death",
    "death_undone": "death_in_error",
    "incapacity_recorded": "incapacity",
    "incapacity_for_now": "incapacity",
    "birth_recorded": "birth",
    "birth_registration": "register_birth",
    "group_wish_recorded": "group_wish",
    "disappearance_recorded": "disappeared",
    "disappearance_ended": "found_again",
    "case_closed": "close_case",
    "case_reopened": "reopen_case",
    "kept_at_her_request": "keep_at_her_request",
    "her_request_ended": "end_her_request",
    "held_for_law": "hold_for_law",
    "hold_lifted": "lift_legal_hold",
}
OTHERWISE: Final = "case_changed"  # what no word tells


def told(speech: "Speech", line: TimelineLine) -> str:
    """One line of the timeline in words."""
    if line.what == LETTER:
        return word(speech, (line.letter and line.letter.kind) or "letter")
    change = CHANGE_OF.get(line.what, line.what)
    if f"change={change}" in WORDS:
        return word(speech, change, "change")
    is_known = f"told={line.what}" in WORDS or line.what in WORDS
    return word(speech, line.what if is_known else OTHERWISE, "told")
