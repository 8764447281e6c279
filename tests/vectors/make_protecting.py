"""Letters that protect and letters of rights as vectors: safety, withdrawal, erasure, access, breach, the directory.

As in `make_letters`: what rows 11 and 13 say of a payload with nothing known of its thread. Control letters say
`"class": 2`. Everybody in here is invented.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.directory_support import ENTRY, SERVICE
from tests.forge import NOW
from tests.vectors.made import HANDLING, Vector, b64, vector
from tests.vectors.make_letters import SEALED, Letter, Spoil, letter
from tests.vectors_support import seed

WHO = seed("somebody in danger", 16).hex()
OTHER = seed("an earlier letter", 16).hex()
DANGER: dict[str, Any] = {"consent": [], "lawful_basis": "vital_interests", "urgency": "life_threat"}
ALERT = {
    "about": "the_person", "who": [WHO], "dangers": ["held_against_will"], "setting": "with_those_who_exploit",
    "region": "XA-02", "until": NOW + 86_400, "do_not_contact": ["family"], "justification": "cannot_be_reached",
    "names_needed": [],
}  # fmt: skip
RIGHT: dict[str, Any] = {"consent": [], "lawful_basis": "legal_obligation"}
KEPT = {"legal_ground": "legal_claims", "until": NOW + 90 * 86_400}


def field(name: str, level: str = "L3") -> dict[str, str]:
    return {"person": WHO, "field": name, "level": level}


def control(kind: str, body: dict[str, Any]) -> Letter:
    return {"kind": kind, "letter_id": seed(f"{kind} letter", 16).hex(), "body": body}


NAMED: dict[str, Any] = {"disclosed": [field("given_name")], "sealed_identity": SEALED}
ILL: dict[str, Any] = {"disclosed": [field("allergies", "L4")], "sealed_identity": SEALED}

GOOD: dict[str, Letter] = {
    "safety-alert": letter("safety.alert", ALERT, **DANGER),
    "safety-alert-with-a-name": letter(
        "safety.alert", ALERT | {"names_needed": ["not_to_be_found_otherwise"]}, **DANGER, **NAMED),
    "safety-alert-about-another": letter(
        "safety.alert", ALERT | {"about": "another_person", "names_needed": ["not_to_be_found_otherwise"]},
        **DANGER, **NAMED),
    "safety-medical": letter("safety.medical", {"who": WHO, "unable": "unconscious"}, **DANGER, **ILL),
    "safety-update": letter(
        "safety.update",
        {"alert": OTHER, "status": "danger_grows", "dangers": ["violence"], "region": None, "until": []}, **DANGER),
    "safety-acknowledged": letter(
        "safety.acknowledged", {"alert": OTHER, "action": "acting", "next_word_by": [NOW + 3600]}, "responder",
        **DANGER),
    "safety-stand-down": letter("safety.stand_down", {"alert": OTHER, "reason": "found_safe"}, "responder", **DANGER),
    "consent-withdrawal": letter(
        "consent.withdrawal", {"token": WHO, "purposes": ["referral"], "levels": ["L2", "L3"]}, **RIGHT),
    "consent-withdrawal-of-nothing-named": letter(
        "consent.withdrawal", {"token": WHO, "purposes": [], "levels": []}, **RIGHT),
    "erasure-request": letter(
        "erasure.request", {"token": WHO, "items": [{"letter_id": OTHER, "levels": ["L3"]}]}, **RIGHT),
    "erasure-confirm": letter(
        "erasure.confirm",
        {"token": WHO, "onward": ["XB"], "items": [
            {"letter_id": OTHER, "levels": ["L2"], "result": "erased", "kept": []},
            {"letter_id": OTHER, "levels": ["L3"], "result": "kept", "kept": [KEPT]}]}, "responder", **RIGHT),
    "access-request": letter("access.request", {"token": WHO}, **RIGHT),
    "access-response": letter(
        "access.response",
        {"token": WHO, "onward": [], "kept_until": NOW + 365 * 86_400, "letters": [
            {"letter_id": OTHER, "levels": ["L1", "L3"], "held": "whole",
             "opened": [{"role": "caseworker", "times": 2}],
             "names_opened": [{"role": "caseworker", "times": 1}], "kept": []}]}, "responder", **RIGHT),
    "breach-notice": letter(
        "breach.notice",
        {"letters": [OTHER], "noticed_at": NOW, "cause": "device_lost", "measures": ["access_closed"],
         "names_exposed": True, "people_affected": 1}, "responder", **RIGHT),
    "directory-publish": control("directory.publish", ENTRY),
    "directory-challenge": control(
        "directory.challenge", {"country": "XA", "serial": NOW, "service": ["shelter-1"], "why": "closed"}),
    "safety-drill": control("safety.drill", {"answer_by": NOW + 3600}),
    "safety-drill-answer": control("safety.drill_answer", {"drill": OTHER, "answered_at": NOW, "unlocked": True}),
}  # fmt: skip


def _body(**changes: Any) -> Spoil:
    return lambda one: one["body"].update(changes)


def _item(**changes: Any) -> Spoil:
    return lambda one: one["body"]["items"][-1].update(changes)


def _service(**changes: Any) -> Spoil:
    return lambda one: one["body"].update(services=[SERVICE | changes])


def _top(**changes: Any) -> Spoil:
    return lambda one: one.update(changes)


CONSENT = letter("any", None)["consent"]
#       a name, of which letter, what is wrong, and what it gets: the reason of row 13, or row 11
BAD: tuple[tuple[str, str, Spoil, int | str], ...] = (
    ("002-alert-rests-on-consent", "safety-alert", _top(consent=CONSENT), 2),
    ("002-alert-on-another-ground", "safety-alert", _top(lawful_basis="public_task"), 2),
    ("135-alert-relates-to-a-thread", "safety-alert", _top(relates_to=OTHER), 135),
    ("122-alert-is-routine", "safety-alert", _top(urgency="routine"), 122),
    ("105-alert-without-the-marks", "safety-alert", _top(handling=HANDLING[:3]), 105),
    ("026-alert-names-one-token-twice", "safety-alert", _body(who=[WHO, WHO]), 26),
    ("135-alert-about-another-names-nobody", "safety-alert", _body(about="another_person"), 135),
    ("002-alert-seals-what-is-not-named", "safety-alert", _top(sealed_identity=SEALED), 2),
    ("002-alert-seals-a-nationality", "safety-alert-with-a-name",
     _top(disclosed=[field("nationality")]), 2),
    ("126-alert-names-somebody-else", "safety-alert-with-a-name",
     _top(disclosed=[{**field("given_name"), "person": OTHER}]), 126),
    ("002-alert-name-not-needed", "safety-alert-with-a-name", _body(names_needed=[]), 2),
    ("029-alert-says-a-place", "safety-alert", _body(region="XA-02.haven"), 29),
    ("malformed-alert-out-of-reach-is-no-danger", "safety-alert", _body(dangers=["contact_lost"]), "malformed"),
    ("120-medical-says-a-report", "safety-medical", _top(disclosed=[field("medical_report", "L4")]), 120),
    ("120-medical-without-a-fact", "safety-medical", _top(disclosed=[], sealed_identity=None), 120),
    ("029-update-says-a-place", "safety-update", _body(region="haven"), 29),
    ("002-acknowledgement-carries-a-name", "safety-acknowledged", _top(**NAMED), 2),
    ("malformed-withdrawal-with-a-reason", "consent-withdrawal", _body(reason="fear"), "malformed"),
    ("malformed-erasure-of-nothing", "erasure-request", _body(items=[]), "malformed"),
    ("malformed-erasure-kept-without-a-ground", "erasure-confirm", _item(kept=[]), "malformed"),
    ("malformed-erasure-erased-with-a-ground", "erasure-confirm", _item(result="erased"), "malformed"),
    ("003-access-answer-carries-a-name", "access-response", _top(**NAMED), 3),
    ("malformed-access-says-who-opened", "access-response",
     lambda one: one["body"]["letters"][0]["opened"][0].update(who="somebody"), "malformed"),
    ("003-breach-carries-a-name", "breach-notice", _top(**NAMED), 3),
    ("malformed-breach-of-no-letter", "breach-notice", _body(letters=[]), "malformed"),
    ("malformed-breach-cause-in-words", "breach-notice", _body(cause="somebody left it on a train"), "malformed"),
    ("malformed-service-with-a-number-in-its-name", "directory-publish", _service(name="Haven 12"), "malformed"),
    ("malformed-service-id-of-another-category", "directory-publish", _service(id="legal-1"), "malformed"),
    ("malformed-service-ages-backwards", "directory-publish", _service(min_age=65), "malformed"),
    ("malformed-service-with-an-address", "directory-publish", _service(address="somewhere"), "malformed"),
    ("malformed-entry-over-before-it-began", "directory-publish", _body(valid_until=NOW), "malformed"),
    ("malformed-entry-promises-twice", "directory-publish", _body(promises=ENTRY["promises"] * 2), "malformed"),
    ("malformed-figure-of-ten-threads", "directory-publish",
     _body(measured=[ENTRY["measured"][0] | {"threads": 10}]), "malformed"),
    ("malformed-challenge-in-words", "directory-challenge", _body(why="nobody answers"), "malformed"),
    ("unsupported-entry-as-a-letter", "directory-publish", _top(), "unsupported"),
    ("unsupported-alert-as-a-control-letter", "safety-alert", _top(), "unsupported"),
)  # fmt: skip


def protecting() -> Iterator[Vector]:
    for name, one in GOOD.items():
        yield _vector(f"own-letter-{name}", one, {"ok": True}, _class(one))
    for name, of, spoil, verdict in BAD:
        spoiled = json.loads(json.dumps(GOOD[of]))
        spoil(spoiled)
        if isinstance(verdict, int):
            yield _vector(f"own-letter-bad-{name}", spoiled, {"ok": False, "row": 13, "reason": verdict}, 1)
            continue
        read_as = 3 - _class(spoiled) if verdict == "unsupported" else _class(spoiled)
        yield _vector(f"own-letter-bad-{name}", spoiled, {"ok": False, "row": 11, "status": verdict}, read_as)


def _class(one: Letter) -> int:
    return 1 if "thread" in one else 2


def _vector(name: str, one: Letter, expect: dict[str, Any], letter_class: int) -> Vector:
    sides = ("XA", "XD") if one.get("sender_role") == "responder" else ("XD", "XA")
    payload = json.dumps(one, separators=(",", ":")).encode()
    more: dict[str, Any] = {"class": letter_class, "bytes": b64(payload), "expect": expect}
    return vector(name, "letter", *sides, **more)
