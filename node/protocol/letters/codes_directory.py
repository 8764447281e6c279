"""The closed lists of a directory entry: what a country offers, in codes that point at no place and no person.

No list asks for cooperation with police (R06), formal identification (R05), a residence status or a nationality (R30).
Source: domain.md 2.3 (HSDS profile), 5.11; practice.md H21. Lists that those pages leave open are closed here, "ours".
"""

from typing import Final, Literal, get_args

RolePlayed = Literal[
    "origin",
    "transit",
    "destination",
    "receiving",  # she chose it, and comes neither from there nor is there yet: onward (practice)
]
AcceptedMatter = Literal["referral", "return", "transit", "information", "identification", "safety"]
ContactRole = Literal["focal_point", "deputy", "coordinator", "on_call", "child_protection"]  # never a person
OnCall = Literal["none", "always"]  # `always`: the promise of H21, tested every month
ServiceStatus = Literal["active", "inactive", "defunct", "temporarily_closed"]  # HSDS
Capacity = Literal["none", "few", "available"]
StartsWithin = Literal["hours", "days", "weeks"]  # ours: how soon a person can come
Accessible = Literal[
    "step_free", "ground_floor", "hearing", "sight", "easy_language", "assistance_animal", "quiet"
]  # the words an offer may use
Eligibility = Literal[  # ours: what comes first, never what she must be or do for others
    "referral_by_focal_point",
    "intake_talk_first",
    "medical_check_first",
    "guardian_agrees_for_children",
]
PermitKind = Literal["recovery_period", "personal_situation", "renewable", "child_best_interests", "long_term"]  # ours
Promised = Literal[  # letters for which a country may promise an answer sooner than the handbook asks
    "referral.offer",
    "referral.info_request",
    "referral.info",
    "referral.accept",
    "referral.handback",
    "return.request",
    "return.risk_request",
    "return.family_request",
    "return.identity_request",
    "return.traveldoc_status",
    "transit.request",
    "info.request",
    "ident.support_request",
]
ChallengeReason = Literal[  # ours: what a peer found wrong with an entry
    "not_offered",
    "closed",
    "no_capacity_when_asked",
    "other_age_or_gender",
    "other_languages",
    "no_answer_in_time",
    "out_of_date",
    "says_too_much",
]

ACCESSIBLE: Final[tuple[Accessible, ...]] = get_args(Accessible)
CHALLENGE_REASONS: Final[tuple[ChallengeReason, ...]] = get_args(ChallengeReason)
PROMISED: Final[tuple[Promised, ...]] = get_args(Promised)
