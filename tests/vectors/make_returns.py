"""Vectors of a return and a transit: single letters in envelopes, and whole threads with the answer each letter gets.

A thread vector needs no keys: a list of payloads in order of arrival, each with its sender, the receipt it gets
(`status`, `reason`) and the state that both sides show after it.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.forge import NOW
from tests.letters_return import ESCORT, INTERPRETER, RETURN_BODIES
from tests.vectors.made import HANDLING, Vector, vector
from tests.vectors_support import seed

DAY_S = 86_400
PURPOSES = ["enquiry", "risk_assessment", "family_tracing", "family_contact", "identity_verification", "travel",
            "transit", "reintegration", "followup"]  # fmt: skip
OPENER, RESPONDER = "opener", "responder"
NOT_ON_CONSENT = ("departure", "arrival", "failed", "close", "cancel", "stop")


def letter(
    name: str,
    kind: str,
    body: Any,
    role: str = OPENER,
    n: int = 1,
    seen: int = 0,
    until: int = NOW + 90 * DAY_S,
    **frame: Any,
) -> dict[str, Any]:
    """A whole letter of this kind as plain JSON; token and thread are those of the vector."""
    quiet = kind.endswith(NOT_ON_CONSENT) or role == RESPONDER
    consent = {
        "token": seed(f"{name} token", 16).hex(),
        "basis": "consent",
        "given_by": "self",
        "capacity": "adult",
        "treated_as_child": False,
        "safeguards_met": True,
        "purposes": PURPOSES,
        "levels": ["L1", "L2", "L3"],
        "categories": ["needs", "identity", "documents", "arrangements"],
        "holder": None,
        "until": until,
    }
    return {
        "kind": kind,
        "letter_id": seed(f"{name} letter {role} {n}", 16).hex(),
        "thread": seed(f"{name} thread", 16).hex(),
        "n": n,
        "seen": seen,
        "void": [],
        "written_at": NOW,
        "in_reply_to": None,
        "relates_to": None,
        "sender_role": role,
        "urgency": "routine",
        "handling": HANDLING,
        "lawful_basis": "public_task" if kind in ("transit.cancel", "transit.stop") else "explicit_consent",
        "consent": [] if quiet else [consent],
        "reply_by": None,
        "thread_ends": NOW + 60 * DAY_S,
        "retention_until": NOW + 365 * DAY_S,
        "body": body,
        "disclosed": [],
        "sealed_identity": None,
        "attachments": [],
    } | frame


def stopped(name: str, **frame: Any) -> dict[str, Any]:
    """The one stop of a return."""
    return letter(name, "return.stopped", None, n=9, lawful_basis="public_task", consent=[]) | frame


def packed(one: dict[str, Any]) -> bytes:
    return json.dumps(one, separators=(",", ":")).encode()


def body(kind: str, name: str, **changes: Any) -> dict[str, Any]:
    """A good body of the tests, its times and tokens those of the vector."""
    found: dict[str, Any] = json.loads(json.dumps(RETURN_BODIES[kind]))
    if kind == "return.risk_result":
        found["rows"][0]["person"] = seed(f"{name} token", 16).hex()
    if kind == "consent.assertion":
        found["asked_at"] = NOW
    if kind == "return.travel_plan":
        for step, key in enumerate(("departure_starts_at", "departure_ends", "arrival_starts_at", "arrival_ends")):
            found[key] = NOW + (step + 1) * 3600
    if "noted_at" in found:
        found["noted_at"] = NOW
    return found | changes


GOOD = {
    "own-good-return-request": packed(letter("return request", "return.request", body("return.request", ""))),
    "own-good-return-travel-plan": packed(
        letter("travel plan", "return.travel_plan", body("return.travel_plan", ""), n=6, seen=5)
    ),
    "own-good-return-stopped": packed(stopped("return stopped")),
    "own-good-transit-cancel": packed(letter("transit cancel", "transit.cancel", {}, n=2, seen=1)),
}
_REQUEST = body("return.request", "")
_PLAN = body("return.travel_plan", "")
BAD = {
    "own-bad-11-return-request-without-wish": packed(
        letter("no wish", "return.request", {key: value for key, value in _REQUEST.items() if key != "wish"})
    ),
    "own-bad-11-return-request-without-advocate": packed(
        letter("no advocate", "return.request", _REQUEST | {"advocate": "none"})
    ),
    "own-bad-11-travel-plan-arrival-before-departure": packed(
        letter("backwards", "return.travel_plan", _PLAN | {"arrival_ends": NOW}, n=6, seen=5)
    ),
    "own-bad-11-travel-plan-with-a-place": packed(
        letter("a place", "return.travel_plan", _PLAN | {"meeting_point": "hall 2"}, n=6, seen=5)
    ),
    "own-bad-11-travel-plan-with-a-police-escort": packed(
        letter("police", "return.travel_plan", _PLAN | {"escorts": [ESCORT | {"role": "police"}]}, n=6, seen=5)
    ),
    "own-bad-11-return-stopped-with-a-reason": packed(stopped("reason", body={"reason": "health"})),
    "own-bad-11-transit-cancel-urgent": packed(letter("urgent", "transit.cancel", {}, n=2, seen=1, urgency="urgent")),
}

Step = tuple[str, str, dict[str, Any]]
PREPARED: tuple[Step, ...] = (
    (OPENER, "return.request", {}),
    (RESPONDER, "return.request_response", {}),
    (OPENER, "return.risk_request", {}),
    (RESPONDER, "return.risk_result", {}),
    (OPENER, "return.risk_result", {}),
    (RESPONDER, "return.traveldoc_status", {}),
    (RESPONDER, "return.reintegration_plan", {}),
    (OPENER, "return.decision", {}),
    (RESPONDER, "return.decision", {}),
    (OPENER, "consent.assertion", {}),
)
PLAN: Step = (OPENER, "return.travel_plan", {})
ASKED: Step = (OPENER, "consent.assertion", {"about": "departure"})
LEFT: Step = (OPENER, "return.departure", {})
REPORTED: Step = (RESPONDER, "return.arrival", {"confirmed_by_her": False, "confirmed_how": []})
STATES = {
    "return.request": "requested",
    "return.travel_plan": "planned",
    "return.departure": "travelling",
    "return.arrival": "arrived",
    "return.followup": "following",
    "return.close": "closed",
    "return.failed": "stopped_on_the_way",
    "return.take_back": "assessing",
    "transit.request": "requested",
    "transit.ack": "expected",
    "transit.departure": "on_the_way",
    "transit.confirm": "passed",
    "transit.stop": "halted",
}
TRANSIT: tuple[Step, ...] = ((OPENER, "transit.request", {"escorts": []}), (RESPONDER, "transit.ack", {}))
THREADS: dict[str, tuple[tuple[Step, ...], tuple[Step, int] | None]] = {
    "own-good-thread-return": (
        (*PREPARED, PLAN, ASKED, LEFT, REPORTED, (RESPONDER, "return.arrival", {}), (OPENER, "return.arrival", {}),
         (RESPONDER, "return.followup", {}),
         (RESPONDER, "return.close", {})), None),
    "own-good-thread-return-taken-back": (
        (*PREPARED, PLAN, ASKED, LEFT, (OPENER, "return.failed", {}), (OPENER, "return.take_back", {})), None),
    "own-good-thread-transit": (
        (*TRANSIT, (OPENER, "transit.departure", {}), (RESPONDER, "transit.confirm", {})), None),
    "own-good-thread-transit-stopped": ((*TRANSIT, (RESPONDER, "transit.stop", {})), None),
    "own-bad-thread-plan-before-risk": (PREPARED[:3], (PLAN, 8)),
    "own-bad-thread-plan-on-an-old-risk": (
        (*PREPARED[:3], (RESPONDER, "return.risk_result", {"assessed_date": "2026-08-01"}), *PREPARED[4:7]), (PLAN, 8)),
    "own-bad-thread-plan-without-decisions": (PREPARED[:7], (PLAN, 201)),
    "own-bad-thread-plan-without-consent": (PREPARED[:9], (PLAN, 22)),
    "own-bad-thread-departure-not-asked-again": ((*PREPARED, PLAN), (LEFT, 22)),
    "own-bad-thread-close-before-her-word": (
        (*PREPARED, PLAN, ASKED, LEFT, REPORTED), ((RESPONDER, "return.close", {}), 119)),
    "own-bad-thread-close-on-the-origins-word": (
        (*PREPARED, PLAN, ASKED, LEFT, (RESPONDER, "return.arrival", {})), ((RESPONDER, "return.close", {}), 119)),
    "own-bad-thread-plan-interpreted-by-family": (
        PREPARED, ((OPENER, "return.travel_plan", {"interpreters": [INTERPRETER | {"comes_from": "family"}]}), 117)),
    "own-bad-thread-wish-not-said-alone": ((), ((OPENER, "return.request", {"spoken_to_alone": False}), 117)),
    "own-bad-thread-yes-soon-after-detention": (
        (*PREPARED, PLAN, ASKED, LEFT,
         (RESPONDER, "return.arrival", {"arrived": False, "condition": "detained", "confirmed_by_her": False,
                                        "confirmed_how": []}),
         (OPENER, "return.failed", {"cause": "changed_mind"}), (OPENER, "return.take_back", {})),
        ((OPENER, "consent.assertion", {}), 125)),
    "own-bad-thread-document-while-detained": (
        (*PREPARED, PLAN, ASKED, LEFT,
         (RESPONDER, "return.arrival", {"arrived": False, "condition": "detained", "confirmed_by_her": False,
                                        "confirmed_how": []})),
        ((OPENER, "return.traveldoc_status", {}), 125)),
    "own-bad-thread-answer-after-her-end": (PREPARED[:3], ((RESPONDER, "return.risk_result", {}), 22)),
    "own-bad-thread-detained": ((), ((OPENER, "return.request", {"at_liberty": False}), 17)),
}  # fmt: skip
HER_END = {"own-bad-thread-answer-after-her-end": NOW + DAY_S}  # then her consent ends, and the last letter is written


def threads() -> Iterator[Vector]:
    """Each letter was received before the next was written."""
    for name, (steps, refused) in THREADS.items():
        tops = {OPENER: 0, RESPONDER: 0}
        state, letters = "none", list[Vector]()
        for role, kind, changes in (*steps, *([refused[0]] if refused else [])):
            tops[role] += 1
            seen = tops[OPENER if role == RESPONDER else RESPONDER]
            last = refused is not None and len(letters) == len(steps)
            times = {
                "until": HER_END.get(name, NOW + 90 * DAY_S),
                "written_at": HER_END.get(name, NOW) if last else NOW,
            }
            one = letter(name, kind, body(kind, name, **changes), role, tops[role], seen, **times)
            state = state if last else state_after(kind, state, changes)
            reason = refused[1] if refused and last else 0
            answer = {"status": 3 if reason else 1, "reason": reason, "state": state}
            letters.append({"from": role, "payload": packed(one).decode(), **answer})
        yield vector(name, "thread", "XD", "XA", letters=letters, expect={"ok": refused is None})


def state_after(kind: str, state: str, changes: dict[str, Any]) -> str:
    if changes.get("arrived") is False:
        return state
    if state == "following" and kind != "return.close":
        return state
    if kind == "return.request_response":
        return "assessing"
    return STATES.get(kind, state)
