"""Letters that a shape lets pass and a rule does not: consent entries, fields, offers; what a shape cannot say.

As in `make_letters`: rows 11 and 13 on a payload alone. Everybody in here is invented.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.forge import NOW
from tests.letters_support import BODIES
from tests.vectors.made import HANDLING, Vector, b64, vector
from tests.vectors.make_letters import ASK, KID, NAME, SEALED, Letter, consent, letter
from tests.vectors_support import seed

DAY_S = 86_400
R = "responder"
SECOND = seed("letters second token", 16).hex()
CHILD = {"treated_as_child": True, "given_by": "guardian", "capacity": "child_assent_recorded"}
PROVISIONAL = CHILD | {
    "basis": "provisional", "given_by": "child_protection", "purposes": ["enquiry"], "levels": ["L1"],
    "until": NOW + 10 * DAY_S,
}  # fmt: skip
ALONE: dict[str, Any] = {"dependants": []}
CHILD_OFFER = {"age_band": "16-17", "treated_as_child": True, "dependants": []}
DOMAIN = {"person": NAME["person"], "domain": "debt", "colour": "amber", "says": "likely", "measure": "none_needed",
          "sources": ["her_account"], "likelihood": [3], "severity": []}  # fmt: skip


def of(kind: str, role: str = "opener", body: dict[str, Any] | None = None, **frame: Any) -> Letter:
    copied = json.loads(json.dumps(BODIES[kind]))
    one = letter(kind, copied | (body or {}), role, **frame)
    return one | {"consent": [] if role == R else one["consent"], **frame}


def offer(*entries: dict[str, Any], **body: Any) -> Letter:
    return of("referral.offer", body=ALONE | body, consent=[consent(**entry) for entry in entries])


def asked(entry: dict[str, Any], **frame: Any) -> Letter:
    """A question about her name, resting on this entry."""
    return of("info.request", body=ASK, consent=[consent(**entry)],
              **{"disclosed": [NAME], "sealed_identity": SEALED} | frame)  # fmt: skip


def field(name: str, level: str = "L3") -> dict[str, Any]:
    return {"disclosed": [NAME | {"field": name, "level": level}]}


GOOD: dict[str, Letter] = {
    "offer": offer({}),
    "offer-without-an-entry-for-anybody-else": offer({}, {"token": SECOND}, dependants=["25-34"]),
    "offer-for-a-child": offer(CHILD, **CHILD_OFFER),
    "offer-provisional": offer(PROVISIONAL, **CHILD_OFFER),
    "offer-with-a-new-code": offer({}, safety_codes=["no_ground_floor"]),
    "question": asked({}),
    "take-back-with-an-entry-nobody-judges": of(
        "return.take_back", consent=[consent(until=NOW, safeguards_met=False)]),
    "plan-whose-windows-are-moments": of(
        "return.travel_plan", consent=[consent(purposes=["travel"])],
        body={"departure_starts_at": NOW, "departure_ends": NOW, "arrival_starts_at": NOW, "arrival_ends": NOW}),
    "identity-asked-again": of("return.identity_request"),
}  # fmt: skip

# what row 13 refuses, with its reason
REFUSED: tuple[tuple[int, str, Letter], ...] = (
    (13, "child-speaks-alone", offer(CHILD | {"given_by": "self"}, **CHILD_OFFER)),
    (13, "child-without-its-assent", offer(CHILD | {"capacity": "adult"}, **CHILD_OFFER)),
    (127, "guardian-of-an-adult", offer({"given_by": "guardian"})),
    (111, "nobody-vouches-for-the-guardian", offer(CHILD | {"safeguards_met": False}, **CHILD_OFFER)),
    (111, "nobody-vouches-for-who-speaks-for-her",
     offer({"given_by": "legal_representative", "safeguards_met": False})),
    (23, "nobody-vouches-for-the-safeguards", offer({"safeguards_met": False})),
    (110, "provisional-for-eleven-days", offer(PROVISIONAL | {"until": NOW + 10 * DAY_S + 1}, **CHILD_OFFER)),
    (110, "provisional-for-names", offer(PROVISIONAL | {"levels": ["L1", "L3"]}, **CHILD_OFFER)),
    (110, "provisional-of-an-adult", offer({"basis": "provisional", "levels": ["L1"], "purposes": ["enquiry"]})),
    (110, "provisional-for-a-question", asked(PROVISIONAL)),
    (22, "consent-over-when-written", offer({"until": NOW})),
    (22, "consent-for-more-than-a-year", offer({"until": NOW + 366 * DAY_S + 1})),
    (15, "family-looked-for-against-her-word", of(
        "info.request", body=ASK | {"purpose": "family_tracing"}, consent=[consent(purposes=["family_tracing"])],
        disclosed=[NAME], sealed_identity=SEALED, handling=[*HANDLING, "no_contact_family"])),
    (1, "consent-for-another-purpose", offer({"purposes": ["referral"]})),
    (1, "consent-without-a-profile", offer({"levels": ["L3"]})),
    (22, "first-entry-before-the-second",
     offer({"until": NOW}, CHILD | {"token": SECOND, "given_by": "self"}, dependants=["25-34"])),
    (26, "two-entries-with-one-token", offer({}, {}, dependants=["25-34"])),
    (126, "two-persons-and-three-entries", offer({}, {"token": SECOND}, {"token": KID[:32]}, dependants=["25-34"])),
    (12, "child-offered-as-an-adult", offer({}, age_band="12-15")),
    (12, "child-among-adults-entries", offer({}, {"token": SECOND}, dependants=["6-11"])),
    (3, "offer-with-a-name", offer({}) | {"disclosed": [NAME], "sealed_identity": SEALED}),
    (128, "offer-outs-her-by-a-need", offer({}, needs=["addiction"])),
    (128, "offer-outs-her-by-a-word", offer({}, safety_codes=["near_HIV-clinic"])),
    (6, "offer-asks-for-the-police", offer({}, safety_codes=["police_escort"])),
    (29, "offer-says-an-address", offer({}, accessibility=["step_free", "new_address"])),
    (3, "offer-says-asylum", offer({}, safety_codes=["asylum_seeker"])),
    (3, "offer-code-like-a-name", offer({}, accessibility=["Haven"])),
    (29, "offer-says-a-place", offer({}, region="XA-02.haven")),
    (4, "question-without-a-fact", asked({}, disclosed=[], sealed_identity=None)),
    (4, "sealed-and-not-named", of(
        "rectification", consent=[], disclosed=[NAME | {"field": "narrative", "level": "L4"}],
        sealed_identity=SEALED)),
    (4, "field-at-another-level", asked({}, **field("given_name", "L2"))),
    (29, "field-that-says-where-she-sleeps", asked({}, **field("Shelter_name"))),
    (7, "field-that-says-when-she-is-deported", asked({}, **field("deportation_date"))),
    (18, "field-that-says-what-she-was-made-to-do", asked({}, **field("criminal_record"))),
    (30, "field-that-says-her-religion", asked({}, **field("religion"))),
    (4, "field-that-says-asylum", asked({}, **field("asylum_claim"))),
    (126, "field-about-somebody-without-an-entry", asked({}, disclosed=[NAME | {"person": SECOND}])),
    (1, "level-not-allowed", asked({"levels": ["L1", "L2"]})),
    (1, "category-not-allowed", asked({"categories": ["needs"]})),
    (128, "item-not-allowed", asked({}, **field("photo"))),
    (113, "name-without-a-block", asked({}, sealed_identity=None)),
    (113, "name-sealed-to-another-office", asked({"holder": seed("another office").hex()})),
    (113, "name-for-no-holder", asked({"holder": None})),
    (1, "one-field-before-the-next", asked(
        {"categories": ["needs"]}, disclosed=[NAME, NAME | {"field": "street_address"}])),
    (117, "interpreted-by-her-employer", of(
        "transit.request", consent=[consent(purposes=["transit"])],
        body={"interpreters": [BODIES["return.travel_plan"]["interpreters"][0] | {"comes_from": "employer"}]})),
    (23, "asked-before-she-saw-the-results", of("consent.assertion", body={"results_shown": False})),
    (9, "plan-nobody-vouches-for", of("return.travel_plan", body={"safeguards_met": False})),
    (29, "risk-asked-for-a-place", of("return.risk_request", body={"region": "XA-02.haven"})),
    (126, "risk-of-somebody-else", of(
        "return.risk_result", body={"rows": [DOMAIN | {"person": SECOND}], "overall": "acceptable"})),
)  # fmt: skip

# what a shape cannot say: malformed
_RESPONSE = "return.request_response"
BEYOND: tuple[tuple[str, Letter], ...] = (
    ("answer-and-declined", of("referral.info", body={
        "answers": [{"question": "room", "answer": ["single"], "declined": True}]})),
    ("answer-of-another-question", of("referral.info", body={
        "answers": [{"question": "room", "answer": ["longer"], "declined": False}]})),
    ("window-backwards", of("referral.arrange", body={"window_ends": NOW - DAY_S, "window_starts_at": NOW})),
    ("yes-with-a-reason", of(_RESPONSE, R, {"reason": ["no_capacity"]})),
    ("yes-without-an-organisation", of(_RESPONSE, R, {"organisation": []})),
    ("no-with-an-organisation", of(_RESPONSE, R, {"can_assist": False, "reason": ["no_capacity"]})),
    ("no-without-a-reason", of(_RESPONSE, R, {"can_assist": False, "organisation": []})),
    ("passage-without-whom-to-ask", of("transit.ack", R, {"contact_role": []})),
    ("no-passage-and-whom-to-ask", of("transit.ack", R, {"can_assist": False})),
    ("independent-and-a-social-worker", of("return.risk_result", R, {"independent": True})),
    ("domain-twice", of("return.risk_result", R, {"rows": [DOMAIN, DOMAIN], "overall": "acceptable"})),
    ("measures-and-none", of("return.risk_result", R, {"rows": [DOMAIN]})),
    ("proceed-on-no-condition", of("return.decision", R, {"decision": "proceed_with_conditions"})),
    ("document-without-its-end", of("return.traveldoc_status", R, {"valid_to_date": []})),
    ("arrival-before-the-departure", of("return.travel_plan", body={
        "departure_starts_at": NOW + 2, "departure_ends": NOW + 3, "arrival_starts_at": NOW + 1,
        "arrival_ends": NOW + 4})),
    ("passage-backwards", of("transit.request", body={"window_ends": NOW - DAY_S})),
    ("departed-with-a-reason", of("return.departure", body={"reason": ["health"]})),
    ("confirmed-nobody-knows-how", of("return.arrival", R, {"confirmed_how": []})),
    ("confirmed-and-not-there", of("return.arrival", R, {"arrived": False})),
    ("question-about-her-with-a-topic", asked({}) | {"body": ASK | {"topics": ["legal_aid"]}}),
    ("question-about-a-country-without-one", asked({}) | {"body": ASK | {"purpose": "service_availability"}}),
    ("held-whole-with-a-ground", of("access.response", R, {"letters": [
        BODIES["access.response"]["letters"][0] | {"held": "whole"}]})),
    ("review-of-no-letter", of("complaint.open", body={"letters": []})),
)  # fmt: skip


def beyond() -> Iterator[Vector]:
    """The letters of this file."""
    for name, one in GOOD.items():
        yield _vector(f"own-letter-{name}", one, {"ok": True})
    for reason, name, one in REFUSED:
        yield _vector(f"own-letter-bad-{reason:03}-{name}", one, {"ok": False, "row": 13, "reason": reason})
    for name, one in BEYOND:
        yield _vector(f"own-letter-bad-malformed-{name}", one, {"ok": False, "row": 11, "status": "malformed"})


def _vector(name: str, one: Letter, expect: dict[str, Any]) -> Vector:
    sides = ("XA", "XD") if one["sender_role"] == R else ("XD", "XA")
    return vector(name, "letter", *sides, bytes=b64(json.dumps(one, separators=(",", ":")).encode()), expect=expect)
