"""Threads whose letters come out of order: waiting, void, overtaking, crossing; and what a node does with the rest.

As in `make_threads` and `make_returns`, but a step may say its own `n`, `seen` and `void`. Of two readings of the page
each of these lets only one pass. Everybody in here is invented.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from node.protocol.threads.fold import CLOCKS_DIFFER_S
from tests.forge import NOW
from tests.letters_support import BODIES
from tests.vectors import make_returns as returns
from tests.vectors.made import Vector, vector
from tests.vectors.make_kinds import ANSWER, HELP, PASS, REQUEST, SUPPORTED
from tests.vectors.make_letters import NEUTRAL
from tests.vectors.make_protecting import DANGER
from tests.vectors.make_threads import (
    ACCEPT,
    DANGER_NOW,
    DAY_S,
    DISCLOSE,
    ENDED,
    NAMED,
    NO_WORD,
    OFFER,
    QUESTION,
    RIGHTS,
    WITHDRAW,
    O,
    R,
    Step,
    built,
    consent,
    threads_of,
)
from tests.vectors_support import seed

ARRIVED = Step(R, "referral.arrived", "in_progress")
SUPPORT_ANSWERED = Step(R, "ident.support_response", "answered")
YES = NO_WORD._replace(body=NEUTRAL | {"answer": "confirmed"})
UPDATE = Step(O, "referral.update", "accepted")
CHANGE = Step(R, "referral.change", "disclosed")
OTHER_ORGANISATION = {"organisation": [{"id": "harbour-xa", "type": "civil_society"}]}
NOBODY = seed("a letter that nobody sent", 16).hex()
CANCEL = Step(O, "transit.cancel", "cancelled", frame={"lawful_basis": "public_task", "consent": []})
NO = {"can_assist": False}

# Consents that letters state otherwise than usual.
CHILD = {"treated_as_child": True, "given_by": "guardian", "capacity": "child_assent_recorded"}


TWO_CHILDREN = OFFER._replace(
    body={"age_band": "16-17", "treated_as_child": True, "dependants": ["0-5"]}, frame={"both": True, "entry": CHILD}
)
ONE_GROWN = UPDATE._replace(frame={"both": True, "second": CHILD})
BOTH_GROWN = UPDATE._replace(frame={"both": True}, reason=12)


def for_now(written_at: int) -> dict[str, Any]:
    """A letter that rests on a provisional basis for ten days."""
    entry = {"basis": "provisional", "given_by": "child_protection", "purposes": ["enquiry"], "levels": ["L1"]}
    return {"written_at": written_at, "entry": CHILD | entry | {"until": written_at + 10 * DAY_S}}


def at(step: Step, n: int, seen: int, state: str, **frame: Any) -> Step:
    """The same letter with these numbers, and the state its reader shows after it."""
    return step._replace(state=state, frame=step.frame | {"n": n, "seen": seen} | frame)


def dated(step: Step, seconds: int) -> Step:
    """The same letter, written so long after the others."""
    return step._replace(frame=step.frame | {"written_at": NOW + seconds})


def asking(**entry: Any) -> Step:
    """A question that rests on her consent for it."""
    return QUESTION._replace(frame=NAMED | {"entry": {"purposes": ["identity_verification"]} | entry})


def window(days: int, side: str = O, reason: int = 0) -> Step:
    """An arrangement whose window ends so many days from now."""
    ends = {"window_ends": NOW + days * DAY_S}
    return Step(side, "referral.arrange", "disclosed", ends, reason)


def later(name: str, step: Step, place: int) -> str:
    """The id of a letter that comes after the one that names it; `place` counts those of its side as they arrive."""
    return seed(f"own-{name} letter {step.side} {place} {step.kind}", 16).hex()


def overtaking(name: str, step: Step, key: str, of: Step, place: int) -> Step:
    return step._replace(body={key: later(name, of, place)})


SECOND = seed("own-bad-thread-somebody-left-out-ahead-of-her-entry second token", 16).hex()
CORRECT = Step(O, "rectification", "accepted", reason=207, frame=NAMED | RIGHTS)
STAND_DOWN = Step(O, "safety.stand_down", "none", frame=DANGER | {"n": 2})

MEET_BOTH = Step(O, "transit.arrange", "expected", reason=126, frame={"both": True})


def risk(*who: str) -> Step:
    """The word of the opener on the risk, a row for each of these, who are all stated."""
    row = BODIES["return.risk_result"]["rows"][0]
    entry = {"purposes": ["enquiry", "risk_assessment"]}
    body = {"rows": [row | {"person": one} for one in who]}
    return Step(O, "return.risk_result", "assessing", body, frame={"both": len(who) > 1, "entry": entry})


# In which threads which letter (from 0) lets which earlier one have its turn, and with what reason that is refused.
LATE: dict[str, dict[int, list[list[int]]]] = {
    "own-bad-thread-waits-and-is-refused": {3: [[2, 201]]},
    "own-bad-thread-somebody-left-out-ahead-of-her-entry": {3: [[2, 126]]},
}

THREADS: dict[str, tuple[Step, ...]] = {
    # a letter whose number comes before its turn waits, and has its turn when the missing one comes
    "good-thread-letter-waits": (
        OFFER, ACCEPT, at(CHANGE, 3, 2, "accepted"), at(DISCLOSE, 2, 1, "disclosed"), at(ARRIVED, 2, 2, "in_progress")),
    "bad-thread-number-of-a-waiting-letter": (
        OFFER, ACCEPT, at(UPDATE, 3, 1, "accepted"), at(UPDATE._replace(reason=206), 3, 1, "accepted")),
    # numbers given up
    "good-thread-number-is-void": (
        OFFER, ACCEPT, at(DISCLOSE, 3, 1, "disclosed", void=[2]), at(UPDATE, 2, 1, "disclosed")),
    "good-thread-void-of-a-waiting-letter": (
        OFFER, ACCEPT, DISCLOSE, at(ARRIVED, 4, 2, "disclosed", void=[3]), at(CHANGE, 2, 2, "in_progress")),
    "bad-thread-void-of-a-refused-letter": (
        OFFER, ACCEPT, at(UPDATE._replace(reason=207), 3, 1, "accepted", void=[2], in_reply_to=NOBODY),
        at(DISCLOSE, 4, 1, "disclosed")),
    "good-thread-void-of-what-was-built-on": (
        OFFER, ACCEPT, DISCLOSE, ARRIVED, at(UPDATE, 3, 1, "in_progress", void=[2])),
    # threads that nobody knew
    "good-thread-begins-with-the-second": (
        Step(O, "return.close", "none", BODIES["return.close"] | {"outcome": "not_returning"},
             frame={"n": 2, "consent": []}),
        at(REQUEST, 1, 0, "not_returning")),
    "good-thread-stand-down-overtakes-the-alert": (
        overtaking("good-thread-stand-down-overtakes-the-alert", STAND_DOWN, "alert", DANGER_NOW, 2),
        at(DANGER_NOW, 1, 0, "stood_down")),
    "bad-thread-withdrawal-overtakes-the-offer": (
        at(WITHDRAW._replace(body={"purposes": ["enquiry"], "levels": []}), 2, 0, "none"),
        at(OFFER, 1, 0, "offered"), ACCEPT._replace(state="offered", reason=20)),
    "bad-thread-correction-overtakes-its-letter": (
        OFFER, ACCEPT,
        at(overtaking("bad-thread-correction-overtakes-its-letter", CORRECT, "supersedes", DISCLOSE, 3), 3, 1,
           "accepted"),
        at(DISCLOSE, 2, 1, "disclosed")),
    "bad-thread-erasure-told-on-an-unknown-thread": (
        Step(R, "erasure.confirm", "none", reason=207, frame=RIGHTS | {"n": 2}),),
    "bad-thread-begins-with-an-update": (UPDATE._replace(state="none", reason=202),),
    "bad-thread-opened-by-the-responder": (
        Step(R, "referral.offer", "none", {"dependants": []}, 203),),
    "bad-thread-offer-refused-and-made-again": (
        Step(O, "referral.offer", "none", {"dependants": [], "needs": ["obstetric"]}, 128), OFFER),
    "bad-thread-own-side-in-the-sender-role": (
        OFFER, ACCEPT, at(DISCLOSE._replace(reason=203), 2, 1, "accepted", sender_role=R),
        at(DISCLOSE, 2, 1, "accepted")._replace(reason=206), at(DISCLOSE, 3, 1, "disclosed")),
    # what waited is judged by all that came before it, also by what comes only now; its refusal is told late
    "bad-thread-waits-and-is-refused": (
        OFFER, ACCEPT, at(window(5), 3, 1, "accepted"), at(UPDATE, 2, 1, "accepted"), at(DISCLOSE, 4, 1, "disclosed")),
    "bad-thread-somebody-left-out-ahead-of-her-entry": (
        REQUEST, ANSWER, at(risk("*"), 3, 1, "assessing"), at(risk("*", SECOND), 2, 1, "assessing")),
    "bad-thread-passage-of-next-quarter": (
        PASS._replace(state="none", reason=201, body={"window_ends": NOW + 90 * DAY_S + 1}),),
    "bad-thread-passage-of-somebody-nobody-asked-for": (PASS, HELP, MEET_BOTH),
    # what a letter answers, and when it was written
    "good-thread-answers-the-offer": (OFFER, ACCEPT._replace(answers=0)),
    "bad-thread-answers-a-letter-that-nobody-sent": (
        OFFER, ACCEPT._replace(state="offered", reason=207, frame={"in_reply_to": NOBODY})),
    "bad-thread-accepted-after-its-time": (
        OFFER, ACCEPT._replace(state="offered", reason=201, frame={"written_at": NOW + 60 * DAY_S})),
    # a date is believed as far as two clocks may differ; no clock stops what protects, and its date counts for no other
    "good-thread-begins-half-a-year-ago": (dated(OFFER, -180 * DAY_S),),
    "bad-thread-begins-before-half-a-year": (
        dated(OFFER._replace(state="none", reason=201), -180 * DAY_S - 1),),
    "good-thread-clock-a-day-behind": (OFFER, dated(ACCEPT, -CLOCKS_DIFFER_S), DISCLOSE),
    "bad-thread-older-than-what-it-answers": (
        OFFER, dated(ACCEPT._replace(state="offered", reason=201), -CLOCKS_DIFFER_S - 1)),
    "bad-thread-older-than-its-own-earlier-letter": (
        OFFER, ACCEPT, DISCLOSE, dated(UPDATE._replace(state="disclosed", reason=201, unseen=1), -2 * DAY_S)),
    "good-thread-older-than-what-it-crossed": (
        dated(OFFER, -9 * DAY_S), dated(ACCEPT, -2 * DAY_S),
        DISCLOSE, dated(UPDATE._replace(side=R, state="disclosed", unseen=1), -2 * DAY_S)),
    "good-thread-whatever-its-date": (
        OFFER, ACCEPT, DISCLOSE, dated(ARRIVED, -400 * DAY_S),
        dated(WITHDRAW._replace(state="in_progress"), 400 * DAY_S),
        Step(R, "erasure.confirm", "in_progress", frame=RIGHTS, answers=4),
        dated(ENDED, -400 * DAY_S)),
    "bad-thread-update-carries-a-name": (
        OFFER, ACCEPT, at(UPDATE._replace(reason=4), 2, 1, "accepted", named="given_name")),
    "bad-thread-letter-id-of-the-other-side": (
        OFFER, ACCEPT._replace(state="offered", reason=206, frame={"letter_id": later(
            "bad-thread-letter-id-of-the-other-side", OFFER, 1)})),
    # whom nobody offered; a basis that was renewed once already
    "bad-thread-somebody-nobody-offered": (OFFER, ACCEPT, DISCLOSE._replace(
        state="accepted", reason=126, frame=DISCLOSE.frame | {"both": True})),
    # of a teenager and a small child of hers one may be 18 by now, not both, whichever letter says it
    "good-thread-one-of-two-children-grows-up": (TWO_CHILDREN, ACCEPT, ONE_GROWN),
    "bad-thread-two-children-grow-up-at-once": (TWO_CHILDREN, ACCEPT, BOTH_GROWN),
    "bad-thread-two-children-grow-up-one-by-one": (TWO_CHILDREN, ACCEPT, ONE_GROWN, BOTH_GROWN),
    "bad-thread-provisional-for-the-third-time": (
        SUPPORTED._replace(frame=for_now(NOW)), SUPPORT_ANSWERED,
        SUPPORTED._replace(frame=for_now(NOW + 20 * DAY_S)), dated(SUPPORT_ANSWERED, 20 * DAY_S),
        SUPPORTED._replace(state="answered", reason=110, frame=for_now(NOW + 20 * DAY_S + 1))),
    # whose withdrawal
    "bad-thread-update-after-its-own-withdrawal": (
        OFFER, ACCEPT, DISCLOSE, WITHDRAW._replace(side=R, state="disclosed"),
        at(UPDATE._replace(side=R, reason=20), 3, 1, "disclosed")),
    "good-thread-update-crossed-the-others-withdrawal": (
        OFFER, ACCEPT, DISCLOSE, WITHDRAW._replace(side=R, state="disclosed"), at(UPDATE, 3, 1, "disclosed")),
    "bad-thread-confirmed-after-her-withdrawal": (
        asking(), WITHDRAW._replace(state="asked"), YES._replace(state="asked", reason=20), NO_WORD),
    "good-thread-confirmed-crossed-her-withdrawal": (
        asking(), WITHDRAW._replace(state="asked"), YES._replace(unseen=1)),
    "bad-thread-confirmed-after-her-end": (
        asking(until=NOW + DAY_S),
        dated(YES._replace(state="asked", reason=22), DAY_S), dated(NO_WORD, DAY_S)),
    "good-thread-withdrawal-of-nothing-named": (
        OFFER, ACCEPT, DISCLOSE, WITHDRAW._replace(state="disclosed", body={"purposes": [], "levels": []}), ARRIVED,
        Step(R, "referral.complete", "completed")),
    # the window of an arrival
    "good-thread-windows": (OFFER, ACCEPT, DISCLOSE, window(90), window(20, R), window(104)),
    "bad-thread-first-window-after-91-days": (OFFER, ACCEPT, DISCLOSE, window(91, reason=201)),
    "bad-thread-window-moved-by-one-side-alone": (
        OFFER, ACCEPT, DISCLOSE, window(10), window(24), window(25, reason=201)),
    "bad-thread-window-after-another-organisation": (
        OFFER, ACCEPT, DISCLOSE, window(10), CHANGE._replace(body=OTHER_ORGANISATION), window(25, reason=201)),
    # letters that crossed: here the responder's comes first, whoever reads it last
    "good-thread-cancel-crossed-a-no": (
        PASS, CANCEL, Step(R, "transit.ack", "not_assisted", NO | {"contact_role": []}, unseen=1)),
    "good-thread-no-crossed-a-cancel": (
        PASS, Step(R, "transit.ack", "not_assisted", NO | {"contact_role": []}), at(CANCEL, 2, 0, "not_assisted")),
    "good-thread-cancel-crossed-a-yes": (PASS, CANCEL, HELP._replace(state="cancelled", unseen=1)),
    "good-thread-cancel-crossed-the-stop-of-the-way": (
        PASS, HELP, CANCEL, Step(R, "transit.stop", "halted", frame={"lawful_basis": "public_task"}, unseen=1)),
    "good-thread-close-crossed-a-no": (
        REQUEST, Step(O, "return.close", "not_returning", {"outcome": "not_returning"}, frame={"consent": []}),
        ANSWER._replace(body=NO | {"organisation": [], "reason": ["no_capacity"]}, state="not_assisted", unseen=1)),
    "good-thread-decline-crossed-a-stop": (
        OFFER, Step(R, "referral.decline", "declined"), at(ENDED, 2, 0, "ended")),
}  # fmt: skip


class Late(NamedTuple):
    """A step of a return after its preparation."""

    side: str
    kind: str
    state: str
    body: dict[str, Any] = {}  # noqa: RUF012
    reason: int = 0
    unseen: int = 0
    consent: dict[str, Any] = {}  # noqa: RUF012
    field: str = ""
    later_s: int = 0  # written so long after the others


STEADY = tuple(Late(side, kind, "", body) for side, kind, body in returns.PREPARED)
PLANNED = tuple(Late(side, kind, "", body) for side, kind, body in (returns.PLAN, returns.ASKED))
LEFT = Late(O, "return.departure", "travelling")
OLDEST_RISK = "2026-08-20"  # the 90th day before that of the plan
HALT = Late(R, "return.decision", "assessing", {"decision": "do_not_proceed"})
ALONE = {"independent": True, "assessor": "independent_assessor"}
PLAN = Late(O, "return.travel_plan", "assessing")
YES_TO_PLAN = Late(O, "consent.assertion", "assessing", reason=201)


def without(kind: str) -> tuple[Late, ...]:
    """All that comes before a plan, but this."""
    return tuple(one for one in STEADY if one.kind != kind)


RETURNS: dict[str, tuple[Late, ...]] = {
    # no row of the table: the opener's comes first, whoever reads it last
    "good-thread-departure-crossed-a-no": (
        *STEADY, *PLANNED, LEFT, HALT._replace(state="travelling", unseen=1)),
    "good-thread-no-crossed-a-departure": (
        *STEADY, *PLANNED, HALT, LEFT._replace(unseen=1)),
    # the responder's comes first: a word on the risk takes the plan with it
    "good-thread-plan-crossed-a-bad-word": (
        *STEADY, PLANNED[0]._replace(state="planned"),
        Late(R, "return.risk_result", "assessing", {"overall": "unacceptable"}, unseen=1)),
    "bad-thread-independent-word-and-nobody-asked": (
        *STEADY[:2], Late(O, "return.risk_result", "assessing", ALONE, 123)),
    "bad-thread-child-is-an-adult-in-the-next": (
        Late(O, "return.request", "requested", {"age_band": "12-15", "treated_as_child": True}, consent=CHILD),
        Late(R, "return.request_response", "assessing"), Late(O, "return.risk_request", "assessing", reason=12)),
    "bad-thread-plan-for-a-child-undecided": (
        *STEADY, Late(O, "return.travel_plan", "assessing", reason=14, consent=CHILD)),
    # each gate of a departure by itself
    "bad-thread-departure-on-an-old-risk": (
        *STEADY[:3], STEADY[3]._replace(body={"assessed_date": OLDEST_RISK}), *STEADY[4:], PLANNED[0],
        PLANNED[1]._replace(body={"about": "departure", "asked_at": NOW + DAY_S}, later_s=DAY_S),
        LEFT._replace(state="planned", body={"noted_at": NOW + DAY_S}, later_s=DAY_S, reason=8)),
    "bad-thread-departure-without-its-document": (
        *STEADY, *PLANNED, Late(R, "return.traveldoc_status", "planned", {"valid_to_date": ["2026-11-17"]}),
        LEFT._replace(state="planned", reason=201)),
    "bad-thread-departure-asked-before-a-new-result": (
        *STEADY, *PLANNED, Late(R, "return.risk_result", "planned"), LEFT._replace(state="planned", reason=22)),
    # each gate of a plan by itself
    "bad-thread-decision-before-the-risk": (*STEADY[:2], Late(O, "return.decision", "assessing", reason=8)),
    "bad-thread-plan-on-an-unacceptable-risk": (
        *STEADY[:3], Late(R, "return.risk_result", "assessing", {"overall": "unacceptable"}), STEADY[4],
        PLAN._replace(reason=8)),
    "bad-thread-plan-and-nobody-receives-her": (
        *STEADY, *PLANNED, LEFT, Late(O, "return.failed", "stopped_on_the_way", {"cause": "no_reception"}),
        Late(O, "return.take_back", "assessing"), PLAN._replace(reason=201)),
    "bad-thread-plan-without-a-document": (*without("return.traveldoc_status"), PLAN._replace(reason=201)),
    "bad-thread-plan-with-a-document-that-ends-before": (
        *STEADY, Late(R, "return.traveldoc_status", "assessing", {"valid_to_date": ["2026-11-17"]}),
        PLAN._replace(reason=201)),
    "bad-thread-plan-while-it-is-asked-who-she-is": (
        *STEADY[:2], Late(O, "return.identity_request", "assessing"), *STEADY[2:], PLAN._replace(reason=201)),
    "bad-thread-plan-and-nothing-waits-for-her": (*without("return.reintegration_plan"), PLAN._replace(reason=201)),
    "bad-thread-plan-of-next-quarter": (
        *STEADY, Late(R, "return.traveldoc_status", "assessing", {"valid_to_date": ["2031-01-01"]}),
        Late(O, "consent.assertion", "assessing"),
        PLAN._replace(body={"arrival_ends": NOW + 90 * DAY_S + 1}, reason=201)),
    "bad-thread-yes-before-the-results": (*STEADY[:2], YES_TO_PLAN),
    "bad-thread-asked-again-without-a-plan": (*STEADY, YES_TO_PLAN._replace(body={"about": "departure"})),
    "bad-thread-asked-on-another-day": (
        *STEADY[:9], YES_TO_PLAN._replace(body={"asked_at": NOW - DAY_S - 1}, reason=22)),
    "good-thread-field-at-l2-without-a-block": (
        *STEADY[:2], Late(O, "return.risk_request", "assessing", field="risk_summary",
                          consent={"categories": ["risk"]})),
}  # fmt: skip


def orders() -> Iterator[Vector]:
    """The threads of this file."""
    for one in threads_of(THREADS, _built):
        late = LATE.get(one["name"], {})
        for place, told in late.items():
            one["letters"][place]["late"] = told
        yield one | {"expect": {"ok": one["expect"]["ok"] and not late}}
    for short, steps in RETURNS.items():
        yield _returned(f"own-{short}", steps)


def _built(name: str, step: Step, n: int, seen: int, before: list[dict[str, Any]]) -> dict[str, Any]:
    """As in make_threads, her consent to a passage too; `both`: a second person; `entry`: parts of each consent,
    `second` of that of the second person.
    """
    frame = dict(step.frame)
    both, said, hers = frame.pop("both", False), frame.pop("entry", {}), frame.pop("second", {})
    one = built(name, step._replace(frame=frame), n, seen, before)
    if both:
        one["consent"].append(consent(name) | {"token": seed(f"{name} second token", 16).hex()})
    for entry in one["consent"]:
        entry.update({"purposes": ["enquiry", "referral", "transit"]} | said)
    for entry in one["consent"][1:]:
        entry.update(hers)
    return one | ({"consent": []} if step.kind.startswith("transit.stop") else {})


def _returned(name: str, steps: tuple[Late, ...]) -> Vector:
    tops, letters, state = {O: 0, R: 0}, list[Vector](), "none"
    for step in steps:
        tops[step.side] += 1
        seen = tops[O if step.side == R else R] - step.unseen
        body = returns.body(step.kind, name, **step.body)
        one = returns.letter(name, step.kind, body, step.side, tops[step.side], seen, written_at=NOW + step.later_s)
        for entry in one["consent"]:
            entry.update(step.consent)
        if step.field:
            one["disclosed"] = [{"person": one["consent"][0]["token"], "field": step.field, "level": "L2"}]
        state = step.state or returns.state_after(step.kind, state, step.body)
        answer = {"status": 3 if step.reason else 1, "reason": step.reason, "state": state}
        letters.append({"from": step.side, "payload": returns.packed(one).decode(), **answer})
    return vector(name, "thread", "XD", "XA", letters=letters, expect={"ok": not any(s.reason for s in steps)})
