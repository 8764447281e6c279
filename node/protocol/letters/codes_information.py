"""The closed lists of information requests and of support with identification, and what belongs to each purpose.

A question has one of seven purposes; there is no word for "all you have" and none for a search by name. The negative
answer is one word, whatever lies behind it (R27). Source: domain.md 1.5, 5.8; R26, R27, R30; lists left open there are
ours.
"""

from typing import Final, Literal, get_args

from node.protocol.letters.codes import Purpose

InfoPurpose = Literal[
    "identity_nationality",
    "prior_identification_as_victim",
    "family_tracing",
    "document_authenticity",
    "service_availability",
    "legal_status_rights",
    "proceedings_status",
]
InfoWhy = Literal[  # ours
    "documents_for_her",
    "plan_return_she_wishes",
    "plan_stay",
    "reach_family_she_named",
    "right_to_assistance",
    "claim_compensation",
    "she_asked",
]
InfoAnswer = Literal["confirmed", "not_confirmed", "need_more", "no_information_to_share"]
Topic = Literal[  # ours: rights and services, of a country and not of a person
    "recovery_period",
    "residence_permit",
    "legal_aid",
    "compensation",
    "work_permit",
    "health_care",
    "education",
    "family_unity",
    "shelter",
    "interpretation",
    "protection_of_witnesses_family",
    "documents",
]
Found = Literal["yes", "no", "on_conditions"]

SupportAsk = Literal["indicators", "interpreter", "cultural_expert", "legal_facts", "country_information"]
SupportWhy = Literal["first_interview", "formal_identification", "age_assessment", "second_opinion"]  # ours
Exploitation = Literal[  # HTCDS and Directive (EU) 2024/1712
    "sexual",
    "labour",
    "domestic_servitude",
    "begging",
    "forced_crime",
    "organ_removal",
    "forced_marriage",
    "illegal_adoption",
    "surrogacy",
    "other",
]
Available = Literal["yes", "no", "later"]

NEUTRAL: Final[InfoAnswer] = "no_information_to_share"
INFO_PURPOSES: Final[tuple[InfoPurpose, ...]] = get_args(InfoPurpose)
# Whether she is known there is what these three would tell, so to them there are two answers only: confirmed, or R27's.
ABOUT_BEING_KNOWN: Final[frozenset[InfoPurpose]] = frozenset(
    {"prior_identification_as_victim", "family_tracing", "proceedings_status"}
)
# These two are about a country's law and offers; they carry nothing about her.
OF_A_COUNTRY: Final[frozenset[InfoPurpose]] = frozenset({"service_availability", "legal_status_rights"})
# To these a state answers "she is ours": nobody asks before a lawyer has looked (H31).
IS_SHE_YOURS: Final[frozenset[InfoPurpose]] = frozenset({"identity_nationality", "document_authenticity"})

CONSENT_FOR: Final[dict[InfoPurpose, Purpose]] = {
    "identity_nationality": "identity_verification",
    "prior_identification_as_victim": "enquiry",
    "family_tracing": "family_tracing",
    "document_authenticity": "identity_verification",
    "service_availability": "enquiry",
    "legal_status_rights": "enquiry",
    "proceedings_status": "proceedings_status",
}
# The most that may be given to have one thing checked (GDPR 5(1)(c)): names of `fields`.
FACTS_FOR: Final[dict[InfoPurpose, frozenset[str]]] = {
    "identity_nationality": frozenset(
        {"given_name", "family_name", "birth_date", "nationality", "document_type", "document_number"}
    ),
    "prior_identification_as_victim": frozenset({"given_name", "family_name", "birth_date"}),
    "family_tracing": frozenset({"given_name", "family_name", "birth_date", "nationality"}),
    "document_authenticity": frozenset(
        {"document_type", "document_number", "document_issuer", "document_valid_until", "family_name"}
    ),
    "service_availability": frozenset(),
    "legal_status_rights": frozenset(),
    "proceedings_status": frozenset({"given_name", "family_name", "birth_date"}),
}


def answers_to(purpose: InfoPurpose) -> tuple[InfoAnswer, ...]:
    """The answers that a question of this purpose can have; the negative one is always the same word (R27)."""
    if purpose in ABOUT_BEING_KNOWN or purpose in OF_A_COUNTRY:
        return ("confirmed", NEUTRAL)
    return get_args(InfoAnswer)
