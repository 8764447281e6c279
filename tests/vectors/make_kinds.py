"""Vectors of the kinds that the other makers leave out: control letters, and the smaller steps of each matter.

Single letters as in `make_letters`, threads as in `make_threads`. Everybody in here is invented.
"""

import json
from collections.abc import Iterator
from typing import Any

from tests.forge import NOW
from tests.letters_support import BODIES
from tests.vectors.made import HANDLING, Vector, b64, vector
from tests.vectors.make_letters import KID, SEALED, SUPPORT, Letter, Spoil, consent, letter
from tests.vectors.make_threads import ACCEPT, DISCLOSE, NAMED, OFFER, O, R, Step, built, threads_of
from tests.vectors_support import seed

OTHER = seed("an earlier letter", 16).hex()
HASH = seed("a statement of the channel").hex()
WHO = consent()["token"]
HEADS = {
    "sent_epoch": 77, "sent_seq": 2, "sent_hash": HASH, "received_epoch": 78, "received_seq": 1,
    "received_hash": seed("a received statement").hex(), "receipt_epoch": 78, "receipt_index": 2,
    "receipt_hash": seed("a receipt").hex(), "audit_size": 9, "audit_root": seed("an audit root").hex(),
}  # fmt: skip
FAMILY: dict[str, Any] = {
    "disclosed": [{"person": WHO, "field": "family_name", "level": "L3"}], "sealed_identity": SEALED,
}  # fmt: skip


def control(kind: str, body: dict[str, Any]) -> Letter:
    return {"kind": kind, "letter_id": seed(f"{kind} letter", 16).hex(), "body": body}


def of_return(kind: str, role: str = O, **frame: Any) -> Letter:
    entry = consent(purposes=["enquiry", "family_tracing", "identity_verification", "transit"])
    return letter(kind, BODIES[kind], role, **({"consent": [entry]} if role == O else {}) | frame)


GOOD: dict[str, Letter] = {
    "channel-hello": control("channel.hello", {"reason": "restore", "received": [{"epoch": 77, "seq": 3}]}),
    "channel-heads": control("channel.heads", HEADS),
    "channel-resend": control("channel.resend", {"epoch": 77, "from": 2, "to": 5}),
    "channel-closed": control("channel.closed", {"items": [{"epoch": 77, "seq": 4, "s_hash": HASH}]}),
    "letter-opened": control("letter.opened", {"letter_id": OTHER, "opened_at": NOW}),
    "letter-refused": control("letter.refused", {"letter_id": OTHER, "reason": 201}),
    "node-pull": control("node.pull", {"token": "A" * 43, "until": NOW + 86_400}),
    "node-notice": control("node.notice", {"what": "suspension_seen", "country": "XB"}),
    "referral-decline": letter("referral.decline", BODIES["referral.decline"], R),
    "referral-change": letter("referral.change", BODIES["referral.change"], R),
    "ident-support-response": letter("ident.support_response", BODIES["ident.support_response"], R),
    "return-family-request": of_return("return.family_request"),
    "return-family-result": of_return("return.family_result", R),
    "return-identity-request": of_return("return.identity_request"),
    "return-identity-result": of_return("return.identity_result", R),
    "return-update": of_return("return.update", R),
    "return-assist-now": of_return("return.assist_now", R),
    "return-way-ended": of_return("return.way_ended", R),
    "transit-arrange": of_return("transit.arrange"),
}


def _body(**changes: Any) -> Spoil:
    return lambda one: one["body"].update(changes)


def _top(**changes: Any) -> Spoil:
    return lambda one: one.update(changes)


#       a name, of which letter, what is wrong, and what it gets: the reason of row 13, or row 11
BAD: tuple[tuple[str, str, Spoil, int | str], ...] = (
    ("malformed-hello-for-a-new-reason", "channel-hello", _body(reason="upgrade"), "malformed"),
    ("malformed-heads-without-audit", "channel-heads", lambda one: one["body"].pop("audit_root"), "malformed"),
    ("malformed-resend-backwards", "channel-resend", _body(**{"from": 6}), "malformed"),
    ("malformed-resend-from-0", "channel-resend", _body(**{"from": 0}), "malformed"),
    ("malformed-closed-of-nothing", "channel-closed", _body(items=[]), "malformed"),
    ("malformed-opened-says-by-whom", "letter-opened", _body(by="caseworker"), "malformed"),
    ("malformed-refused-for-reason-208", "letter-refused", _body(reason=208), "malformed"),
    ("malformed-pull-token-of-31-bytes", "node-pull", _body(token="A" * 42), "malformed"),
    ("malformed-notice-of-another-kind", "node-notice", _body(what="breach"), "malformed"),
    ("malformed-control-letter-with-a-thread", "letter-opened", _top(thread=OTHER), "malformed"),
    ("unsupported-opened-as-a-letter", "letter-opened", _top(), "unsupported"),
    ("unsupported-kind-that-nobody-knows", "letter-opened", _top(kind="letter.forwarded"), "unsupported"),
    ("malformed-decline-because-of-status", "referral-decline", _body(reason="irregular_stay"), "malformed"),
    ("malformed-change-of-nothing", "referral-change", _body(organisation=[]), "malformed"),
    ("105-decline-without-the-marks", "referral-decline", _top(handling=HANDLING[:3]), 105),
    ("003-support-answer-names-somebody", "ident-support-response",
     _top(disclosed=[{"person": WHO, "field": "given_name", "level": "L3"}], sealed_identity=SEALED), 3),
    ("malformed-support-answer-offers-nothing", "ident-support-response", _body(offers=[]), "malformed"),
    ("015-family-that-nobody-may-ask", "return-family-request", _top(handling=[*HANDLING, "no_contact_family"]), 15),
    ("112-family-of-a-child-undecided", "return-family-request",
     lambda one: one["consent"][0].update(
         treated_as_child=True, given_by="guardian", capacity="child_assent_recorded"), 112),
    ("001-family-search-not-agreed", "return-family-request",
     lambda one: one["consent"][0].update(purposes=["enquiry"]), 1),
    ("016-family-hears-of-exploitation", "return-family-request", _body(told="what_she_agreed"), 16),
    ("205-family-name-before-acceptance", "return-family-request", _top(**FAMILY), 205),
    ("malformed-family-found-perhaps", "return-family-result", _body(found="perhaps"), "malformed"),
    ("malformed-identity-by-the-police", "return-identity-request", _body(route="police"), "malformed"),
    ("131-identity-asked-and-no-lawyer-looked", "return-identity-request", _body(counsel_heard=False), 131),
    ("malformed-identity-says-nothing-of-a-lawyer", "return-identity-request",
     lambda one: one["body"].pop("counsel_heard"), "malformed"),
    ("malformed-identity-needs-more-of-nothing", "return-identity-result", _body(result="need_more"), "malformed"),
    ("malformed-update-changes-to-nobody", "return-update", _body(organisation=[]), "malformed"),
    ("malformed-assist-with-nothing", "return-assist-now", _body(asks=[]), "malformed"),
    ("malformed-way-ended-without-her-word", "return-way-ended", _body(confirmed_by_her=False), "malformed"),
    ("malformed-transit-meets-at-a-place", "transit-arrange", _body(meeting_point="hall 2"), "malformed"),
)  # fmt: skip

ASK_HER = "return.family_request"
REQUEST = Step(O, "return.request", "requested")
ANSWER = Step(R, "return.request_response", "assessing")
LOOK = Step(O, ASK_HER, "assessing", frame={"named": "family_name"})
FOUND = Step(R, "return.family_result", "assessing")
PROVE = Step(O, "return.identity_request", "assessing", frame=NAMED)
PASS = Step(O, "transit.request", "requested")
HELP = Step(R, "transit.ack", "expected")
SUPPORTED = Step(O, "ident.support_request", "asked", SUPPORT)
OTHER_HOME = {"organisation": [{"id": "harbour-xa", "type": "civil_society"}]}
INVOLVED = {"involvement": "indicated"}

THREADS: dict[str, tuple[Step, ...]] = {
    "good-thread-referral-declined": (OFFER, Step(R, "referral.decline", "declined")),
    "bad-thread-decline-after-acceptance": (OFFER, ACCEPT, Step(R, "referral.decline", "accepted", reason=201)),
    "good-thread-referral-changed": (OFFER, ACCEPT, Step(R, "referral.change", "accepted", OTHER_HOME), DISCLOSE),
    "good-thread-disclose-crossed-a-change": (
        OFFER, ACCEPT, Step(R, "referral.change", "accepted", OTHER_HOME),
        DISCLOSE._replace(state="accepted", unseen=1)),
    "good-thread-support": (
        SUPPORTED, Step(R, "ident.support_response", "answered"), SUPPORTED,
        Step(R, "ident.support_response", "answered")),
    "bad-thread-support-answered-by-the-opener": (
        SUPPORTED, Step(O, "ident.support_response", "asked", reason=203)),
    "good-thread-return-family-and-identity": (
        REQUEST, ANSWER, LOOK, FOUND, PROVE, Step(R, "return.identity_result", "assessing", {"result": "pending"}),
        Step(R, "return.identity_result", "assessing"), Step(R, "return.update", "assessing")),
    "bad-thread-family-name-before-acceptance": (REQUEST, LOOK._replace(state="requested", reason=205)),
    "bad-thread-family-found-and-nobody-asked": (REQUEST, ANSWER, FOUND._replace(reason=207)),
    "bad-thread-family-contact-where-one-is-involved": (
        REQUEST, ANSWER, LOOK, FOUND._replace(body=INVOLVED),
        LOOK._replace(body={"steps": ["contact"]}, reason=15)),
    "bad-thread-identity-told-and-nobody-asked": (
        REQUEST, ANSWER, Step(R, "return.identity_result", "assessing", reason=207)),
    "bad-thread-identity-asks-for-a-contact": (
        REQUEST, ANSWER, PROVE._replace(frame={"named": "safe_contact"}, reason=204)),
    "bad-thread-way-ended-before-it-began": (
        REQUEST, ANSWER, Step(R, "return.way_ended", "assessing", reason=201)),
    "good-thread-transit-handed-over": (
        PASS, HELP, Step(O, "transit.arrange", "expected", frame=NAMED)),
    "bad-thread-transit-name-without-a-hand-over": (
        PASS._replace(body={"escorts": []}), HELP, Step(O, "transit.arrange", "expected", reason=204, frame=NAMED)),
}  # fmt: skip
PURPOSES = ["enquiry", "referral", "risk_assessment", "family_tracing", "family_contact", "identity_verification",
            "travel", "transit"]  # fmt: skip
CATEGORIES = ["needs", "identity", "family", "contact", "arrangements"]


def kinds() -> Iterator[Vector]:
    for name, one in GOOD.items():
        yield _vector(f"own-letter-{name}", one, {"ok": True}, _class(one))
    for name, of, spoil, verdict in BAD:
        spoiled = json.loads(json.dumps(GOOD[of]))
        spoil(spoiled)
        read_as = _class(GOOD[of])
        if isinstance(verdict, int):
            expect: dict[str, Any] = {"ok": False, "row": 13, "reason": verdict}
        else:
            expect = {"ok": False, "row": 11, "status": verdict}
            read_as = 1 if name.endswith("as-a-letter") else read_as
        yield _vector(f"own-letter-bad-{name}", spoiled, expect, read_as)


def kinds_threads() -> Iterator[Vector]:
    yield from threads_of(THREADS, _built)


def _built(name: str, step: Step, n: int, seen: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    """As in make_threads, with her consent to every purpose of a return."""
    one = built(name, step, n, seen, before)
    for entry in one["consent"]:
        entry.update(purposes=PURPOSES, categories=CATEGORIES, holder=KID)
    return one


def _class(one: Letter) -> int:
    return 1 if "n" in one else 2


def _vector(name: str, one: Letter, expect: dict[str, Any], letter_class: int) -> Vector:
    sides = ("XA", "XD") if one.get("sender_role") == R else ("XD", "XA")
    more: dict[str, Any] = {"class": letter_class, "bytes": b64(json.dumps(one, separators=(",", ":")).encode())}
    return vector(name, "letter", *sides, **more, expect=expect)
