"""Letters as vectors: what row 11 and the content checks of row 13 say of a payload, with nothing known of its thread.

A reader of the protocol can check its own receiver against them: the letter is good (`ok`), `malformed`, or refused
with the reason of docs/protocol.md 11. Everybody in here is invented.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.forge import NOW
from tests.vectors.made import HANDLING, Vector, b64, vector
from tests.vectors_support import seed

Letter = dict[str, Any]
Spoil = Callable[[Letter], None]
KID = seed("XA office kid of the letters").hex()


def consent(**facts: Any) -> dict[str, Any]:
    return {
        "token": seed("letters token", 16).hex(),
        "basis": "consent",
        "given_by": "self",
        "capacity": "adult",
        "treated_as_child": False,
        "safeguards_met": True,
        "purposes": ["enquiry", "identity_verification"],
        "levels": ["L1", "L3"],
        "categories": ["identity"],
        "holder": KID,
        "until": NOW + 90 * 86_400,
        **facts,
    }


def letter(kind: str, body: Any, role: str = "opener", **facts: Any) -> Letter:
    return {
        "kind": kind,
        "letter_id": seed(f"{kind} letter", 16).hex(),
        "thread": seed(f"{kind} thread", 16).hex(),
        "n": 1,
        "seen": 0,
        "void": [],
        "written_at": NOW,
        "in_reply_to": None,
        "relates_to": None,
        "sender_role": role,
        "urgency": "routine",
        "handling": HANDLING,
        "lawful_basis": "explicit_consent" if role == "opener" else "public_task",
        "consent": [consent()] if role == "opener" else [],
        "reply_by": None,
        "thread_ends": NOW + 60 * 86_400,
        "retention_until": NOW + 365 * 86_400,
        "body": body,
        "disclosed": [],
        "sealed_identity": None,
        "attachments": [],
        **facts,
    }


NAME = {"person": consent()["token"], "field": "given_name", "level": "L3"}
SEALED = {"office_kid": KID, "identity_commit": seed("letters commit").hex(), "box": "QUJD"}
ASK = {
    "purpose": "identity_nationality", "why": "documents_for_her", "topics": [], "counsel_heard": True,
    "consular": False,
}  # fmt: skip
NEUTRAL = {"answer": "no_information_to_share", "findings": [], "missing": []}
SUPPORT = {
    "asks": ["interpreter"], "why": "first_interview", "languages": ["uk"], "exploitation": ["labour"],
    "topics": ["legal_aid"],
}  # fmt: skip
COMPLAINT = {"about": "decline", "asks": ["review"], "letters": [seed("the decline", 16).hex()]}
ANSWER = {
    "outcome": "upheld", "body": "ombudsperson-xa", "body_kind": "ombudsperson", "independent": True,
    "measures": ["decision_changed"], "next_routes": ["court"],
}  # fmt: skip
EARLIER = seed("an earlier thread", 16).hex()

GOOD: dict[str, Letter] = {
    "info-request": letter("info.request", ASK, disclosed=[NAME], sealed_identity=SEALED),
    "info-response-neutral": letter("info.response", NEUTRAL, "responder"),
    "ident-support-request": letter("ident.support_request", SUPPORT),
    "rectification": letter(
        "rectification", {"supersedes": EARLIER}, consent=[], lawful_basis="legal_obligation", disclosed=[NAME],
        sealed_identity=SEALED,
    ),
    "complaint-open": letter("complaint.open", COMPLAINT, consent=[], relates_to=EARLIER),
    "complaint-answer": letter("complaint.answer", ANSWER, "responder"),
}  # fmt: skip
#       a name, of which letter, what is wrong, and what it gets: the reason of row 13, or row 11
BAD: tuple[tuple[str, str, Spoil, int | str], ...] = (
    ("131-no-lawyer-looked", "info-request", lambda one: one["body"].update(counsel_heard=False), 131),
    ("011-consulate-asked-something-else", "info-request",
     lambda one: one["body"].update(purpose="prior_identification_as_victim", consular=True), 11),
    ("204-fact-not-needed", "info-request",
     lambda one: one["disclosed"].append({**NAME, "field": "name_used"}), 204),
    ("109-another-ground-than-consent", "ident-support-request",
     lambda one: one.update(consent=[], lawful_basis="vital_interests"), 109),
    ("003-support-names-somebody", "ident-support-request",
     lambda one: one.update(disclosed=[NAME], sealed_identity=SEALED), 3),
    ("105-question-without-the-marks", "info-request", lambda one: one.update(handling=HANDLING[:3]), 105),
    ("019-question-police-may-hear-of", "info-request", lambda one: one.update(handling=[
        mark for mark in HANDLING if mark != "no_law_enforcement"]), 19),
    ("028-question-that-may-be-passed-on", "info-request", lambda one: one.update(handling=[
        mark for mark in HANDLING if mark != "no_onward"]), 28),
    ("033-correction-of-nothing", "rectification", lambda one: one.update(disclosed=[], sealed_identity=None), 33),
    ("004-report-without-the-mark", "rectification",
     lambda one: one.update(disclosed=[{**NAME, "field": "narrative", "level": "L4"}]), 4),
    ("113-corrected-name-not-sealed", "rectification", lambda one: one.update(sealed_identity=None), 113),
    ("033-review-of-no-thread", "complaint-open", lambda one: one.update(relates_to=None), 33),
    ("033-answered-by-those-it-is-about", "complaint-answer", lambda one: one["body"].update(independent=False), 33),
    ("malformed-neutral-with-a-finding", "info-response-neutral",
     lambda one: one["body"].update(findings=[{"topic": "shelter", "found": "yes"}]), "malformed"),
    ("malformed-need-more-of-nothing", "info-response-neutral",
     lambda one: one["body"].update(answer="need_more"), "malformed"),
    ("malformed-not-found-as-an-answer", "info-response-neutral",
     lambda one: one["body"].update(answer="not_found"), "malformed"),
)  # fmt: skip


def letters() -> Iterator[Vector]:
    for name, one in GOOD.items():
        yield _vector(f"own-letter-{name}", one, {"ok": True})
    for name, of, spoil, verdict in BAD:
        spoiled = json.loads(json.dumps(GOOD[of]))
        spoil(spoiled)
        said = {"ok": False, "row": 11} if isinstance(verdict, str) else {"ok": False, "row": 13, "reason": verdict}
        yield _vector(f"own-letter-bad-{name}", spoiled, said)


def _vector(name: str, one: Letter, expect: dict[str, Any]) -> Vector:
    sides = ("XD", "XA") if one["sender_role"] == "opener" else ("XA", "XD")
    payload = json.dumps(one, separators=(",", ":")).encode()
    return vector(name, "letter", *sides, bytes=b64(payload), expect=expect)
