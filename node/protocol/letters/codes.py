"""Every closed list of codes that a letter may carry, in one place, with what each means to the other side.

A code that is not listed here cannot be said (R37), save in the lists that stay open: an offer's accessibility and
safety codes, which no name, place or status may pass (R03), and the codes of a country's own directory. No list holds a
word for cooperation with police (R06), offences (R18), an asylum or residence status, or a return that is not voluntary
(R07); no list grounds a decline in nationality, religion, orientation or status (R30). Sources: wire.md 4 and 7,
domain.md 5.1-5.6 and 5.9, practice.md. Lists that those pages leave open ("coded") are closed here and marked "ours".
"""

from typing import Final, Literal, get_args

# --- the frame of every letter (wire.md 7) ---
Role = Literal["opener", "responder"]
Urgency = Literal["routine", "priority", "urgent", "life_threat"]
Handling = Literal[
    "victim_assistance_only",
    "no_law_enforcement",
    "no_onward",
    "no_contact_origin",
    "no_contact_family",
    "eyes_focal_point_only",  # R04: on every letter that discloses L4; only the owner or a coordinator opens it
    "identity_sealed",  # nobody sets or reads it: `sealed_identity` says it; kept, as the list is part of the wire
]
LawfulBasis = Literal[
    "explicit_consent",
    "vital_interests",
    "public_task",
    "legal_obligation",
    "legal_claims",
    "child_best_interests_public_task",
]
Level = Literal["L1", "L2", "L3", "L4"]
DisclosedLevel = Literal["L2", "L3", "L4"]

# --- consent, one entry for each person and recipient (wire.md 7, domain.md 5.3) ---
Basis = Literal["consent", "provisional"]
GivenBy = Literal["self", "guardian", "self_with_guardian", "legal_representative", "child_protection"]
Capacity = Literal["adult", "child_assent_recorded", "supported_decision"]
Purpose = Literal[
    "enquiry",
    "referral",
    "identity_verification",
    "risk_assessment",
    "family_tracing",
    "family_contact",
    "travel",
    "transit",
    "reintegration",
    "followup",
    "statistics",  # beyond the suppressed counts of a year, which rest on no consent (R35); nothing in this version
    "proceedings_status",
]
Category = Literal[  # ours: what a person says yes or no to; after `needs` the categories of fields.py
    "needs",
    "plan",
    "health",
    "risk",
    "status",
    "guardian",
    "exploitation",
    "identity",
    "nationality",
    "documents",
    "photo",
    "contact",
    "family",
    "arrangements",
    "obstetric",
    "addiction",
    "trans",
    "hiv",
    "medical_report",
    "assessment_report",
    "legal_papers",
    "narrative",
    "allergies",
    "current_medication",
    "medical_condition",
    "medical_device",
]

# --- the offer (wire.md 7) ---
Need = Literal[
    "shelter",
    "legal",
    "health",
    "mental_health",
    "obstetric",
    "child_care",
    "trauma",
    "addiction",
    "disability",
    "safety_device",
    "social",
    "education",
    "livelihood",
    "interpreter",
    "documents",
]
AgeBand = Literal["0-5", "6-11", "12-15", "16-17", "18-24", "25-34", "35-49", "50+"]
Gender = Literal["woman", "man", "not_stated"]
OfferReason = Literal["AdditionalServicesRequired", "MigrationOrChangeOfLocation", "Other"]  # HTCDS names

# --- answers (domain.md 5.4, 5.6) ---
DeclineReason = Literal[
    "no_capacity",
    "outside_mandate",
    "age_group_not_served",
    "gender_not_served",
    "language_not_available",
    "security_cannot_be_ensured",
    "not_reasonable_match",
    "information_insufficient",
    "legal_obstacle",
    "conflict_of_interest",
    "duplicate",
    "other",
]
Outcome = Literal[
    "services_started",
    "services_completed",
    "person_declined_on_arrival",
    "person_did_not_arrive",
    "transferred_elsewhere",
    "lost_contact",
    "not_needed",
    "person_deceased",
    "other",
]
OrganisationType = Literal["state", "civil_society", "intergovernmental"]  # never police: R19
Condition = Literal[  # ours: what an acceptance may depend on; never cooperation, never status (R05, R06)
    "place_kept_until_start_date",
    "medical_check_on_arrival",
    "costs_to_be_agreed",
    "interpreter_from_sender",
    "escort_by_sender",
    "guardian_confirmed_before_arrival",
]
MeetingMode = Literal["fetched_by_us", "met_on_arrival", "brought_by_sender", "comes_alone"]
TransportMode = Literal["air", "rail", "road", "sea", "on_foot"]
MetBy = Literal["receiving_organisation", "focal_point", "escort", "nobody"]
Wellbeing = Literal[  # ours, with the conditions of H19
    "well",
    "needs_care",
    "needs_hospital",
    "detained",
    "questioned",
    "refused_entry",
    "taken_by_unknown",
    "not_known",
]
UpdateStatus = Literal["as_planned", "changed", "interrupted", "ending_soon"]  # ours
Satisfaction = Literal["satisfied", "partly", "not_satisfied"]  # ours
HandbackReason = Literal[  # ours
    "person_wishes",
    "needs_changed",
    "no_capacity",
    "service_closed",
    "security_cannot_be_ensured",
    "other",
]
HandbackRejectReason = Literal[  # ours
    "person_wishes_to_stay",
    "no_capacity",
    "security_cannot_be_ensured",
    "not_possible_yet",
    "other",
]

# --- questions before a decision: first contact is free of identity (R03), so question and answer are codes (ours) ---
Question = Literal[
    "length_of_stay",
    "interpreter_gender",
    "interpreter_mode",
    "household_stays_together",
    "room",
    "step_free_access",
    "assistance_animal",
    "travel_arranged",
    "costs",
    "start_can_wait",
    "school_place",
    "guardian_appointed",
]
Why = Literal["choose_service", "check_capacity", "safety", "rules_for_children", "prepare_reception"]
Answer = Literal[
    "yes",
    "no",
    "not_known",
    "up_to_30_days",
    "up_to_90_days",
    "longer",
    "woman",
    "man",
    "no_preference",
    "on_site",
    "by_phone",
    "single",
    "shared",
    "family",
    "sender_pays",
    "receiver_pays",
    "shared_costs",
    "to_be_agreed",
]
_YES_NO: Final[tuple[Answer, ...]] = ("yes", "no", "not_known")
ANSWERS: Final[dict[Question, tuple[Answer, ...]]] = {
    "length_of_stay": ("up_to_30_days", "up_to_90_days", "longer", "not_known"),
    "interpreter_gender": ("woman", "man", "no_preference", "not_known"),
    "interpreter_mode": ("on_site", "by_phone", "no_preference", "not_known"),
    "household_stays_together": _YES_NO,
    "room": ("single", "shared", "family", "no_preference", "not_known"),
    "step_free_access": _YES_NO,
    "assistance_animal": _YES_NO,
    "travel_arranged": _YES_NO,
    "costs": ("sender_pays", "receiver_pays", "shared_costs", "to_be_agreed", "not_known"),
    "start_can_wait": _YES_NO,
    "school_place": _YES_NO,
    "guardian_appointed": _YES_NO,
}

# --- erasure (domain.md 5.9) ---
ErasureResult = Literal["erased", "restricted", "kept"]
LegalGround = Literal["legal_obligation", "legal_claims", "vital_interests", "at_her_request"]

# --- kinds that need a word of their own in the rules ---
StopKind = Literal["referral.ended", "return.stopped"]
HelloReason = Literal["init", "restore"]
Notice = Literal["rotation", "suspension_seen", "offboarding"]

# What an offer of this country may name. The wire takes any code here (another country may know more needs); our own
# drafts take only these, so that nobody types a name into a list of codes.
ACCESSIBILITY: Final = ("step_free", "ground_floor", "hearing", "sight", "easy_language", "assistance_animal", "quiet")
SAFETY_CODES: Final = ("address_kept_secret", "no_shared_transport", "two_staff", "women_only", "away_from_border")

EYES_ONLY: Final = "eyes_focal_point_only"
DEFAULT_HANDLING: Final[tuple[Handling, ...]] = (
    "victim_assistance_only",
    "no_law_enforcement",
    "no_onward",
    "no_contact_origin",
)  # H05: on every referral, so that it says nothing

URGENCIES: Final[tuple[Urgency, ...]] = get_args(Urgency)
HANDLING: Final[tuple[Handling, ...]] = get_args(Handling)
LAWFUL_BASES: Final[tuple[LawfulBasis, ...]] = get_args(LawfulBasis)
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
BASES: Final[tuple[Basis, ...]] = get_args(Basis)
GIVEN_BY: Final[tuple[GivenBy, ...]] = get_args(GivenBy)
CAPACITIES: Final[tuple[Capacity, ...]] = get_args(Capacity)
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
CATEGORIES: Final[tuple[Category, ...]] = get_args(Category)
NEEDS: Final[tuple[Need, ...]] = get_args(Need)
AGE_BANDS: Final[tuple[AgeBand, ...]] = get_args(AgeBand)
GENDERS: Final[tuple[Gender, ...]] = get_args(Gender)
OFFER_REASONS: Final[tuple[OfferReason, ...]] = get_args(OfferReason)
DECLINE_REASONS: Final[tuple[DeclineReason, ...]] = get_args(DeclineReason)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
ORGANISATION_TYPES: Final[tuple[OrganisationType, ...]] = get_args(OrganisationType)
QUESTIONS: Final[tuple[Question, ...]] = get_args(Question)
STOP_KINDS: Final[tuple[StopKind, ...]] = get_args(StopKind)

# --- receipts (wire.md 4) ---
STORED, ALREADY_RECEIVED, REFUSED, EXPIRED, MALFORMED, UNSUPPORTED, CONFLICT = range(1, 8)
STATUS_NAMES: Final[dict[int, str]] = {
    STORED: "stored",
    ALREADY_RECEIVED: "already_received",
    REFUSED: "refused",
    EXPIRED: "expired",
    MALFORMED: "malformed",
    UNSUPPORTED: "unsupported",
    CONFLICT: "conflict",
}

NOT_IN_THIS_STATE = 201
UNKNOWN_THREAD = 202
WRONG_SIDE = 203
NOT_IN_DATA_NEEDED = 204
IDENTITY_BEFORE_ACCEPTANCE = 205
N_ALREADY_USED = 206
ANSWERS_NOTHING = 207
REASON_NAMES: Final[dict[int, str]] = {
    **{number: f"R{number:02}" for number in range(1, 41)},
    **{100 + number: f"H{number:02}" for number in range(1, 36)},
    NOT_IN_THIS_STATE: "not in this state",
    UNKNOWN_THREAD: "unknown thread",
    WRONG_SIDE: "wrong side",
    NOT_IN_DATA_NEEDED: "not in data_needed",
    IDENTITY_BEFORE_ACCEPTANCE: "identity before acceptance",
    N_ALREADY_USED: "n already used",
    ANSWERS_NOTHING: "answers nothing",
}


def reason_of(rule: str) -> int:
    """The number on a receipt for a rule of the handbook: `R10` gives 10, `H26` gives 126.

    KeyError for anything else. Source: wire.md 4.
    """
    return _REASON_OF[rule]


def rule_of(reason: int) -> str:
    """The rule of the handbook that a number on a receipt stands for; empty for the numbers of the thread's order."""
    return REASON_NAMES.get(reason, "") if reason < NOT_IN_THIS_STATE else ""


_REASON_OF: Final = {name: number for number, name in REASON_NAMES.items() if number < 200}
