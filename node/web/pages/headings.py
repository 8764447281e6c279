"""Under which plain heading each change of a case stands on its page."""

from collections.abc import Collection
from typing import Final

from node.service.cases.change_forms import ChangeForm
from node.web.words import N_

HEADINGS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (N_("The person"), ("add_person", "set_facts", "doubt_age", "settle_age", "group_wish")),
    (N_("Child and guardian"), (
        "record_guardian", "check_guardian", "best_interests", "tracing", "family_assessment", "caregiver",
        "no_contact", "reopen_contact", "other_care", "custody", "suspect_family", "clear_family", "family_may_know",
        "majority",
    )),
    (N_("Who must never hear of her; protection"), (
        "first_intake", "block_countries", "unblock_country", "set_protection", "lift_asylum_block", "take_back_lift",
    )),
    (N_("Her ties to countries"), ("set_tie", "lawyer_looked")),
    (N_("Safety"), (
        "hold_for_review", "end_review", "distrust", "lift_distrust", "detained", "request_release", "detention_ended",
        "suppress_stop", "disappeared", "found_again", "alarm_step", "heard_from_her", "end_alarm",
    )),
    (N_("Care on the way"), ("set_care", "end_care")),
    (N_("Return"), (
        "begin_return", "record_wish", "take_back_wish", "set_recovery", "waive_recovery", "record_proceedings",
        "assess_risk", "call_assessor", "choose_alternative", "ask_after_detention", "ask_on_the_day", "plan_journey",
        "go_on_after_transit", "end_return",
    )),
    (N_("What life brings"), (
        "birth", "register_birth", "incapacity", "capacity_regained", "death", "death_in_error",
    )),
    (N_("How long the case is kept"), (
        "close_case", "reopen_case", "keep_at_her_request", "end_her_request", "hold_for_law", "lift_legal_hold",
    )),
)  # fmt: skip


def headed(forms: dict[str, ChangeForm], less: Collection[str]) -> list[tuple[str, list[ChangeForm]]]:
    """The changes under their headings, as the case page lists them, without those for which there is nothing there."""
    return [(heading, [forms[name] for name in names if name not in less]) for heading, names in HEADINGS]
