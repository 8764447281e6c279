"""What people tick in a voluntary return of the demo, where it is always the same. All are invented."""

from typing import Final

WISH: Final = {
    "voluntary": True,
    "in_her_words": True,
    "spoken_to_alone": True,
    "advocate": "independent_advocate",
    "advocate_present": True,
    "alternatives_explained": True,
    "staying_explained": True,
}
HER_RISK: Final = {
    "role": "caseworker",
    "rows": [{"domain": "retaliation", "colour": "amber", "says": "possible_not_recent", "measure": "other_region"}],
}
CAN_ASSIST: Final = {
    "can_assist": True,
    "organisation": [{"id": "haven-xa", "type": "civil_society"}],
    "contact_role": ["duty-desk"],
    "assessments": ["risk", "travel_document", "reintegration"],
    "expected_days": [10],
    "reason": [],
}
PROCEED: Final = {
    "decision": "proceed",
    "reasons": ["risk_acceptable"],
    "conditions": [],
    "decided_by": "case_conference",
    "review": "independent_body",
}
PASSING: Final = {
    "modes": ["rail"],
    "assistance": ["met_at_transfer"],
    "interpreters": [],
    "escorts": [],
    "costs": [],
    "medical": "none",
}
