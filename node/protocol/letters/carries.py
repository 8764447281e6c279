"""Which fields about her each kind of letter may carry, where that is fixed by the kind and not by what was asked for.

A referral's disclosure carries what the acceptance asked for; every letter here has its own closed list, the least that
its purpose needs (R04). A kind without a row carries nothing. Source: domain.md 5.2, 5.6, 5.7; wire.md 7.
"""

from typing import Final

from node.protocol.letters.fields import FIELDS

_BY_CATEGORY: Final = {
    category: frozenset(one.name for one in FIELDS if one.category == category)
    for category in {one.category for one in FIELDS}
}
WAY: Final = frozenset({"legs", "collection_point", "return_locality"})  # arrangements of a journey between countries
MEETING: Final = _BY_CATEGORY["arrangements"] - WAY
NAMES: Final = _BY_CATEGORY["identity"]
DOCUMENTS: Final = _BY_CATEGORY["documents"]
HEALTH: Final = _BY_CATEGORY["health"]

CARRIES: Final[dict[str, frozenset[str]]] = {
    "referral.arrange": MEETING,
    # what an assessor must know; her name is not needed to judge a region
    "return.risk_request": HEALTH | {"risk_summary", "support_plan", "exploitation_type", "return_locality"},
    "return.risk_result": frozenset({"risk_summary", "assessment_report"}),
    # who may be contacted, and whom it is about
    "return.family_request": frozenset({"family_contacts", "given_name", "family_name", "name_used", "birth_date"}),
    "return.family_result": frozenset({"assessment_report"}),
    "return.identity_request": NAMES | DOCUMENTS | {"nationality", "photo"},
    "return.traveldoc_status": DOCUMENTS | {"collection_point"},
    "return.reintegration_plan": frozenset({"support_plan", "plan_review_date"}),
    "return.travel_plan": NAMES
    | DOCUMENTS
    | MEETING
    | HEALTH
    | {"legs", "safe_contact", "safe_contact_times", "guardian_contact"},
    # where an escort hands her over somebody has to know whom
    "transit.arrange": MEETING | {"given_name", "family_name", "name_used"},
}
