"""The closed list of what may be disclosed about a person, by name and level.

A field that is not here cannot travel. There is no field for where she sleeps (R29), for an offence or a police matter
(R18, R06), for biometrics or an identity number used across countries (R26), nor for an asylum claim (R10).
"""

from collections.abc import Iterable

import msgspec

from node.protocol.letters.codes import Category, DisclosedLevel

FORBIDDEN_WORDS: tuple[tuple[str, str], ...] = (
    #  part of a name   rule that forbids it
    ("shelter", "R29"),
    ("address", "R29"),
    ("residence", "R29"),
    ("accommodation", "R29"),
    ("whereabouts", "R29"),
    ("place_of_stay", "R29"),
    ("police", "R06"),
    ("cooperat", "R06"),
    ("witness", "R06"),
    ("testi", "R06"),
    ("offence", "R18"),
    ("offense", "R18"),
    ("criminal", "R18"),
    ("convict", "R18"),
    ("arrest", "R18"),
    ("charge", "R18"),
    ("biometric", "R26"),
    ("fingerprint", "R26"),
    ("iris", "R26"),
    ("face_template", "R26"),
    ("global_id", "R26"),
    ("case_id", "R26"),
    ("asylum", "R10"),
    ("refugee", "R10"),
    ("deport", "R07"),
    ("expulsion", "R07"),
    ("ethnic", "R30"),
    ("religion", "R30"),
    ("orientation", "R30"),
)


class Field(msgspec.Struct, frozen=True):
    """One thing that may be told about a person after acceptance.

    `category` is what consent ticks; an item has one of its own, so that no other heading ticks it by the way (H28).
    """

    name: str
    level: DisclosedLevel
    category: Category
    item: bool = False


FIELDS: tuple[Field, ...] = (
    #     name                       level category         asked one by one
    Field("support_plan", "L2", "plan"),
    Field("plan_review_date", "L2", "plan"),
    Field("health_needs", "L2", "health"),
    Field("mental_health_needs", "L2", "health"),
    Field("disability_needs", "L2", "health"),
    Field("medication_needs", "L2", "health"),
    Field("risk_summary", "L2", "risk"),
    Field("trafficking_status", "L2", "status"),
    Field("recovery_period_start", "L2", "status"),
    Field("recovery_period_end", "L2", "status"),
    Field("guardian_office", "L2", "guardian"),
    Field("exploitation_type", "L2", "exploitation", item=True),
    Field("given_name", "L3", "identity"),
    Field("family_name", "L3", "identity"),
    Field("name_used", "L3", "identity"),
    Field("birth_date", "L3", "identity"),
    Field("nationality", "L3", "nationality"),
    Field("document_type", "L3", "documents"),
    Field("document_number", "L3", "documents"),
    Field("document_issuer", "L3", "documents"),
    Field("document_valid_until", "L3", "documents"),
    Field("photo", "L3", "photo", item=True),
    Field("safe_contact", "L3", "contact"),
    Field("safe_contact_times", "L3", "contact"),
    Field("guardian_contact", "L3", "contact"),
    Field("family_contacts", "L3", "family", item=True),
    Field("meeting_point", "L3", "arrangements"),
    Field("meeting_time", "L3", "arrangements"),
    Field("who_meets", "L3", "arrangements"),
    Field("recognition", "L3", "arrangements"),
    Field("code_word", "L3", "arrangements"),
    Field("accompanied_by", "L3", "arrangements"),
    Field("transport", "L3", "arrangements"),
    Field("arrangement_contact", "L3", "arrangements"),
    Field("allergies", "L4", "allergies", item=True),
    Field("current_medication", "L4", "current_medication", item=True),
    Field("medical_condition", "L4", "medical_condition", item=True),
    Field("medical_device", "L4", "medical_device", item=True),
    Field("legs", "L3", "arrangements"),
    Field("collection_point", "L3", "arrangements"),
    Field("return_locality", "L3", "arrangements"),
    Field("obstetric_needs", "L4", "obstetric", item=True),
    Field("addiction_needs", "L4", "addiction", item=True),
    Field("trans_needs", "L4", "trans", item=True),
    Field("hiv_needs", "L4", "hiv", item=True),
    Field("medical_report", "L4", "medical_report", item=True),
    Field("assessment_report", "L4", "assessment_report", item=True),
    Field("legal_papers", "L4", "legal_papers", item=True),
    Field("narrative", "L4", "narrative", item=True),
)

BY_NAME: dict[str, Field] = {field.name: field for field in FIELDS}
FIELD_NAMES: tuple[str, ...] = tuple(BY_NAME)
ARRANGEMENTS: frozenset[str] = frozenset(field.name for field in FIELDS if field.category == "arrangements")
SEALED_TO_A_HOLDER: frozenset[DisclosedLevel] = frozenset({"L3", "L4"})


def forbidding_rule(name: str) -> str | None:
    """The rule that forbids a field or code of this name, or None. Source: R06, R07, R10, R18, R26, R29, R30."""
    lower = name.lower()
    return next((rule for word, rule in FORBIDDEN_WORDS if word in lower), None)


def unknown_fields(names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that no letter may carry, in the order given."""
    return tuple(name for name in names if name not in BY_NAME)
