"""The closed lists of a voluntary return and of its way through a transit country; common lists are in `codes`.

No list holds a word for a return that is not her wish (R07): the wish is told by how she gave it, and its absence has
no code. None tells of an asylum or stay status, of courts, or of the kind of exploitation. Source: domain.md 5.4, 5.7;
practice.md H04, H07, H12, H19, H23, acts to add. Lists that those pages leave open are closed here and marked "ours".
"""

from typing import Final, Literal, get_args

# --- her wish and what the country of origin can do (5.7) ---
WishGiven = Literal["written", "recorded_oral", "sign"]
Advocate = Literal["independent_advocate", "lawyer", "guardian_advocate", "social_worker"]  # always somebody (R07)
WishReason = Literal["family", "home", "work", "study", "other", "not_said"]  # ours
MedicalClass = Literal["none", "medication", "medical_escort", "lying_down", "not_known"]  # ours
Assessment = Literal["risk", "family", "identity", "travel_document", "reintegration"]
CannotAssist = Literal[  # ours, after the reasons to decline a referral (R30)
    "no_capacity", "outside_mandate", "security_cannot_be_ensured", "information_insufficient", "other"
]

# --- risk, judged by both countries (TACT matrix; practice: green, amber, red) ---
RiskDomain = Literal[
    "threat",
    "trafficker_presence",
    "retaliation",
    "re_trafficking",
    "family_involvement",
    "debt",
    "stigma",
    "penalties",  # for sex work or irregular exit
    "health_continuity",
    "housing",
]
RiskColour = Literal["green", "amber", "red"]
RiskSays = Literal[  # ours: the one sentence of practice, closed so that nobody types a name into it
    "no_sign", "past_only", "possible_not_recent", "likely", "known_and_near", "cannot_be_assessed"
]
RiskMeasure = Literal[  # ours
    "none_needed",
    "other_region",
    "safe_house_on_arrival",
    "escort",
    "protected_contact",
    "debt_mediation",
    "medical_follow_up",
    "legal_counsel_there",
    "family_not_told",
    "regular_calls",
]
RiskSource = Literal[  # ours
    "her_account", "social_service", "civil_society", "health_service", "family_assessment", "country_information"
]
Overall = Literal["acceptable", "acceptable_with_measures", "unacceptable", "unknown"]
Assessor = Literal["caseworker", "social_worker", "psychologist", "lawyer", "independent_assessor"]

# --- family, only as she allows (R15, R16, H12) ---
FamilyStep = Literal["find", "contact", "assess"]
FamilyTold = Literal["nothing_about_trafficking", "what_she_agreed"]
YesNoUnknown = Literal["yes", "no", "unknown"]
Caregiver = Literal["willing_and_able", "willing_not_able", "not_willing", "not_asked"]
FamilySafety = Literal["safe", "concerns", "unsafe", "unknown"]
Household = Literal["1-2", "3-5", "6+", "not_known"]
Involvement = Literal["none_seen", "indicated", "unknown"]
ChildCare = Literal["caregiver_confirmed", "alternative_care_confirmed"]  # g6, H12

# --- who she is, and a document to travel with (5.7) ---
IdentityRoute = Literal["focal_point", "consular"]
IdentityResult = Literal["confirmed", "not_confirmed", "pending", "need_more"]
IdentityFact = Literal[  # ours: what more would help
    "given_name", "family_name", "name_used", "birth_date", "nationality", "document_type", "document_number", "photo"
]
DocumentType = Literal["passport", "emergency_travel_document", "laissez_passer", "other"]
DocumentStatus = Literal["held", "applied", "issued", "refused"]  # held: she has it with her

# --- the decision of each country (ODIHR P2, P6) ---
Decision = Literal["proceed", "proceed_with_conditions", "do_not_proceed"]
DecisionReason = Literal[  # ours
    "risk_acceptable",
    "measures_needed",
    "risk_too_high",
    "best_interests",
    "family_not_suitable",
    "no_reception",
    "document_missing",
    "identity_open",
    "health",
    "other_solution",
]
Decider = Literal["focal_point", "case_conference", "child_protection_authority", "guardian_and_authority"]  # ours
ReviewRoute = Literal["internal_review", "independent_body", "court_review"]  # ours

# --- her consent to the plan, and again on the day (R22) ---
About = Literal["plan", "departure"]

# --- what waits for her (HTCDS spl_Type; its two kinds of rehabilitation are one, so that a plan tells no exploitation)
SupportType = Literal[
    "Education", "Financial", "Health", "Legal", "Livelihood", "RightsBasedTraining", "Rehabilitation", "SocialCare"
]

# --- on the way (5.7, H06, H07, H19) ---
DepartureOutcome = Literal["departed", "postponed", "not_departed"]
NotDeparted = Literal["document", "health", "transport", "escort_missing", "reception_not_ready", "not_said"]  # ours
ConfirmedHow = Literal["call", "code_word", "in_person"]
FailedCause = Literal["refused_boarding", "refused_entry", "document", "medical", "no_reception", "changed_mind"]
Assist = Literal[  # ours: what she needs now, where she was stopped
    "bed_tonight", "meals", "escort", "interpreter", "medical", "money", "document", "transport", "child_care"
]
WayEnd = Literal["safe", "goes_on_alone"]

# --- afterwards ---
FollowupAt = Literal["2_weeks", "1_month", "3_months", "6_months", "12_months", "24_months", "36_months"]
Living = Literal["good", "some_difficulty", "serious_difficulty", "not_needed", "unknown"]  # ours
ReTrafficking = Literal["no_sign", "signs", "unknown"]  # ours
WayStatus = Literal["as_planned", "delayed", "needs_changed", "reception_changed", "reception_lost"]  # ours
CloseOutcome = Literal[  # ours; not_returning is as good an end as any (5.7)
    "support_completed", "person_ended", "moved_on", "lost_contact", "person_deceased", "not_returning"
]

# --- transit (5.7, H04) ---
TransitNeed = Literal[  # ours
    "met_at_transfer", "escort", "interpreter", "medical", "step_free", "waiting_room", "overnight", "child_care"
]

OVERALLS: Final[tuple[Overall, ...]] = get_args(Overall)
RISK_DOMAINS: Final[tuple[RiskDomain, ...]] = get_args(RiskDomain)
FAILED_CAUSES: Final[tuple[FailedCause, ...]] = get_args(FailedCause)
FOLLOWUPS: Final[tuple[FollowupAt, ...]] = get_args(FollowupAt)
WORTH_THE_RISK: Final[frozenset[str]] = frozenset({"acceptable", "acceptable_with_measures"})  # R08
