"""The closed lists of her rights: access, correction, breach, complaint. Source: domain.md 5.9, R33; practice, acts to
add; GDPR 15, 16, 33, 34, 77. Lists that those pages leave open are ours.
"""

from typing import Final, Literal, get_args

Held = Literal["whole", "restricted", "erased", "kept"]
OpenerRole = Literal["caseworker", "coordinator", "auditor", "operator", "machine"]

BreachCause = Literal[
    "device_lost", "intrusion", "sent_to_wrong_office", "opened_without_reason", "paper_lost", "insider", "not_known"
]
BreachMeasure = Literal[
    "access_closed",
    "keys_rotated",
    "device_wiped",
    "supervisor_informed",
    "authority_informed",
    "person_moved_to_safety",
    "letters_erased",
    "under_way",
]

ComplaintAbout = Literal["decline", "delay", "treatment", "confidentiality", "safety", "correction", "erasure", "other"]
ComplaintAsks = Literal["answer", "review", "correction", "apology", "other_organisation", "measure"]
ComplaintOutcome = Literal["upheld", "partly_upheld", "not_upheld", "not_competent"]
ComplaintMeasure = Literal[
    "decision_changed", "decision_stands", "practice_changed", "staff_changed", "data_corrected", "apology", "none"
]
BodyKind = Literal["ombudsperson", "data_protection_authority", "national_rapporteur", "court", "independent_board"]
Route = Literal["ombudsperson", "data_protection_authority", "court", "national_rapporteur", "none"]

BREACH_CAUSES: Final[tuple[BreachCause, ...]] = get_args(BreachCause)
BREACH_NOTICE_S: Final = 24 * 3_600  # 5.9: within 24 hours, so that the 72 hours of GDPR 33 can be kept
