"""Whole threads as vectors: a referral, what she takes back, her rights, questions, complaints, danger.

As in `make_returns`: each letter with the receipt it gets and the state both sides show after it. A step may say that
its letter had not seen the last ones (`seen`), so that it crosses them.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.forge import NOW
from tests.letters_support import BODIES
from tests.vectors.made import HANDLING, Vector, vector
from tests.vectors.make_letters import ANSWER as COMPLAINT_ANSWER
from tests.vectors.make_letters import ASK, COMPLAINT, KID, NEUTRAL, SEALED
from tests.vectors.make_protecting import ALERT, DANGER
from tests.vectors_support import seed

DAY_S = 86_400
O, R = "opener", "responder"  # noqa: E741
QUIET = ("withdrawal", "erasure.", "access.", "breach.", "complaint.", "safety.", "rectification", "ended", "arrived",
         "decline")  # fmt: skip
RIGHTS: dict[str, Any] = {"lawful_basis": "legal_obligation"}


class Step(NamedTuple):
    """A letter, the state after it, and, where it is refused, the reason. `answers`: which step it answers, from 0."""

    side: str
    kind: str
    state: str
    body: dict[str, Any] | None = None
    reason: int = 0
    frame: dict[str, Any] = {}  # noqa: RUF012
    answers: int | None = None
    about: int | None = None
    unseen: int = 0


Build = Callable[[str, Step, int, int, list[dict[str, Any]]], dict[str, Any]]


def token(name: str) -> str:
    return seed(f"{name} token", 16).hex()


def named(name: str, field: str = "given_name") -> dict[str, Any]:
    return {"disclosed": [{"person": token(name), "field": field, "level": "L3"}], "sealed_identity": SEALED}


def needs(*fields: str) -> dict[str, Any]:
    return {"data_needed": [{"person": "*", "field": field, "level": "L3"} for field in fields]}


NAMED: dict[str, Any] = {"named": "given_name"}
STOP: dict[str, Any] = {"lawful_basis": "public_task"}
OFFER = Step(O, "referral.offer", "offered", {"dependants": []})
ACCEPT = Step(R, "referral.accept", "accepted", needs("given_name"))
DISCLOSE = Step(O, "referral.disclose", "disclosed", frame=NAMED)
ENDED = Step(O, "referral.ended", "ended", frame=STOP)
WITHDRAW = Step(O, "consent.withdrawal", "accepted", frame=RIGHTS)
QUESTION = Step(O, "info.request", "asked", ASK, frame=NAMED)
NO_WORD = Step(R, "info.response", "answered", NEUTRAL)
COMPLAIN = Step(O, "complaint.open", "complained", COMPLAINT, frame={"relates_to": seed("an earlier thread", 16).hex()})
DANGER_NOW = Step(O, "safety.alert", "alerted", ALERT, frame=DANGER)

THREADS: dict[str, tuple[Step, ...]] = {
    "good-thread-referral": (
        OFFER, Step(R, "referral.info_request", "info_requested"), Step(O, "referral.info", "offered"), ACCEPT,
        DISCLOSE,
        Step(O, "referral.arrange", "disclosed"), Step(R, "referral.arrived", "in_progress"),
        Step(R, "referral.update", "in_progress"), Step(R, "referral.complete", "completed")),
    "good-thread-referral-handed-back": (
        OFFER, ACCEPT, DISCLOSE, Step(R, "referral.arrived", "in_progress"),
        Step(R, "referral.handback", "handing_back"),
        Step(O, "referral.handback_reject", "in_progress"), Step(R, "referral.handback", "handing_back"),
        Step(O, "referral.handback_confirm", "ended")),
    "good-thread-accept-crossed-a-stop": (
        OFFER, ENDED, Step(R, "referral.accept", "ended", needs("given_name"), unseen=1)),
    "bad-thread-accept-after-the-stop": (
        OFFER, ENDED, Step(R, "referral.accept", "ended", needs("given_name"), 201)),
    "bad-thread-accept-of-somebody-nobody-offered": (
        OFFER, Step(R, "referral.accept", "offered", {"persons": [seed("nobody", 16).hex()]}, 126)),
    "bad-thread-accept-asks-where-she-sleeps": (
        OFFER, Step(R, "referral.accept", "offered", needs("shelter_address"), 29)),
    "bad-thread-accept-asks-for-a-statement-to-the-police": (
        OFFER, Step(R, "referral.accept", "offered", needs("police_statement"), 6)),
    "bad-thread-accept-by-the-opener": (OFFER, Step(O, "referral.accept", "offered", needs(), 203)),
    "bad-thread-disclosed-before-acceptance": (OFFER, Step(O, "referral.disclose", "offered", reason=205, frame=NAMED)),
    "bad-thread-disclosed-what-nobody-asked": (
        OFFER, ACCEPT, Step(O, "referral.disclose", "accepted", reason=204, frame={"named": "family_name"})),
    "bad-thread-number-used-twice": (
        OFFER, Step(O, "referral.ended", "ended", frame=STOP),
        Step(O, "referral.update", "ended", reason=206, frame={"n": 1})),
    "good-thread-withdrawal": (
        OFFER, ACCEPT, WITHDRAW,
        Step(R, "erasure.confirm", "accepted", frame=RIGHTS, answers=2)),
    "good-thread-withdrawal-after-the-stop": (
        OFFER, ENDED, WITHDRAW._replace(state="ended"),
        Step(R, "erasure.confirm", "ended", frame=RIGHTS, answers=2)),
    "bad-thread-disclosed-after-withdrawal": (
        OFFER, ACCEPT, WITHDRAW, Step(O, "referral.disclose", "accepted", reason=20, frame=NAMED)),
    "bad-thread-completed-after-withdrawal": (
        OFFER, ACCEPT, DISCLOSE, Step(R, "referral.arrived", "in_progress"), WITHDRAW._replace(state="in_progress"),
        Step(R, "referral.complete", "in_progress", reason=20)),
    "bad-thread-erasure-nobody-asked-for": (
        OFFER, Step(R, "erasure.confirm", "offered", reason=207, frame=RIGHTS)),
    "good-thread-erasure": (
        OFFER, Step(R, "erasure.request", "offered", frame=RIGHTS),
        Step(O, "erasure.confirm", "offered", frame=RIGHTS, answers=1)),
    "good-thread-access": (
        OFFER, Step(O, "access.request", "offered", frame=RIGHTS),
        Step(R, "access.response", "offered", frame=RIGHTS, answers=1)),
    "bad-thread-access-nobody-asked-for": (OFFER, Step(R, "access.response", "offered", reason=207, frame=RIGHTS)),
    "good-thread-breach-after-the-stop": (OFFER, ENDED, Step(R, "breach.notice", "ended", frame=RIGHTS, about=0)),
    "good-thread-rectification": (
        OFFER, ACCEPT, DISCLOSE, Step(O, "rectification", "disclosed", frame=NAMED | RIGHTS, about=2)),
    "bad-thread-rectification-of-a-new-field": (
        OFFER, ACCEPT, DISCLOSE,
        Step(O, "rectification", "disclosed", reason=204, frame={"named": "family_name"} | RIGHTS, about=2)),
    "bad-thread-rectification-of-the-other-side": (
        OFFER, ACCEPT, DISCLOSE, Step(R, "rectification", "disclosed", reason=207, frame=NAMED | RIGHTS, about=2)),
    "good-thread-information": (
        QUESTION, NO_WORD, Step(R, "info.response", "answered", NEUTRAL | {"answer": "confirmed"}), QUESTION, NO_WORD),
    "bad-thread-information-tells-that-she-is-known": (
        Step(O, "info.request", "asked", ASK | {"purpose": "prior_identification_as_victim"}, frame=NAMED),
        Step(R, "info.response", "asked", NEUTRAL | {"answer": "not_confirmed"}, 27)),
    "good-thread-complaint": (COMPLAIN, Step(R, "complaint.answer", "decided", COMPLAINT_ANSWER)),
    "bad-thread-complaint-answered-by-the-opener": (
        COMPLAIN, Step(O, "complaint.answer", "complained", COMPLAINT_ANSWER, 203)),
    "good-thread-safety": (
        DANGER_NOW, Step(O, "safety.update", "alerted", frame=DANGER, about=0),
        Step(R, "safety.acknowledged", "acknowledged", frame=DANGER, about=0),
        Step(R, "safety.stand_down", "stood_down", frame=DANGER, about=0)),
    "good-thread-alert-after-the-stop": (
        OFFER, ENDED, Step(R, "safety.alert", "ended", ALERT | {"who": ["*"]}, frame=DANGER)),
    "bad-thread-alert-about-a-stranger": (OFFER, Step(R, "safety.alert", "offered", ALERT, 135, frame=DANGER)),
}  # fmt: skip


def consent(name: str) -> dict[str, Any]:
    return {
        "token": token(name), "basis": "consent", "given_by": "self", "capacity": "adult", "treated_as_child": False,
        "safeguards_met": True, "purposes": ["enquiry", "referral", "identity_verification"],
        "levels": ["L1", "L2", "L3"], "categories": ["needs", "identity"], "holder": KID, "until": NOW + 90 * DAY_S,
    }  # fmt: skip


def built(name: str, step: Step, n: int, seen: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    """The whole letter of a step; `*` stands for the token of the vector."""
    frame = dict(step.frame)
    sealed = named(name, frame.pop("named")) if "named" in frame else {}
    body = _body(name, step, before)
    quiet = step.side == R or any(mark in step.kind for mark in QUIET)
    return {
        "kind": step.kind,
        "letter_id": seed(f"{name} letter {step.side} {n} {step.kind}", 16).hex(),
        "thread": seed(f"{name} thread", 16).hex(),
        "n": n,
        "seen": seen,
        "void": [],
        "written_at": NOW,
        "in_reply_to": None if step.answers is None else before[step.answers]["letter_id"],
        "relates_to": None,
        "sender_role": step.side,
        "urgency": "routine",
        "handling": HANDLING,
        "lawful_basis": "explicit_consent",
        "consent": [] if quiet else [consent(name)],
        "reply_by": None,
        "thread_ends": NOW + 60 * DAY_S,
        "retention_until": NOW + 365 * DAY_S,
        "body": body,
        "disclosed": [],
        "sealed_identity": None,
        "attachments": [],
    } | frame | sealed  # fmt: skip


def _body(name: str, step: Step, before: list[dict[str, Any]]) -> Any:
    given = json.loads(json.dumps(BODIES[step.kind]))
    if given is None:
        return None
    if step.about is not None:
        it = before[step.about]["letter_id"]
        about = {"rectification": {"supersedes": it}, "breach.notice": {"letters": [it]}}
        given |= about.get(step.kind, {"alert": it})
    mine = {key: value for key, value in {"token": token(name), "persons": [token(name)]}.items() if key in given}
    text = json.dumps(given | mine | (step.body or {}))
    return json.loads(text.replace('"*"', f'"{token(name)}"'))


def protecting_threads() -> Iterator[Vector]:
    """The threads of this file."""
    yield from threads_of(THREADS, built)


def threads_of(table: dict[str, tuple[Step, ...]], build: Build) -> Iterator[Vector]:
    """Each letter was received before the next was written, unless its step says otherwise."""
    for short, steps in table.items():
        name = f"own-{short}"
        tops, before, letters = {O: 0, R: 0}, list[dict[str, Any]](), list[Vector]()
        for step in steps:
            tops[step.side] += 1
            seen = tops[O if step.side == R else R] - step.unseen
            one = build(name, step, tops[step.side], seen, before)
            before.append(one)
            answer = {"status": 3 if step.reason else 1, "reason": step.reason, "state": step.state}
            letters.append({"from": step.side, "payload": json.dumps(one, separators=(",", ":")), **answer})
        yield vector(name, "thread", "XD", "XA", letters=letters, expect={"ok": not any(s.reason for s in steps)})
