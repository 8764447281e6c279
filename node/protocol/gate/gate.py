"""The gate: one function at drafting, at release and before every retry, whichever way a letter leaves (H15).

It says every objection, the strongest first (H02), and what becomes of the letter. It decides nothing about a
person: it only says no, or not yet. Source: wire 1 (release); domain 6; practice H01, H02, H15.
"""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from node.protocol.cases.case import Case
from node.protocol.cases.changes import AuditLine
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate import after_stop, detention, guards, guards_safety, people, shown, way_stopped
from node.protocol.gate import consent as guards_consent
from node.protocol.gate import identity as guards_identity
from node.protocol.gate import information as guards_information
from node.protocol.gate import returns as guards_returns
from node.protocol.gate.context import Context, cancel, hold, look_at
from node.protocol.gate.facts import Draft, OfficeKeyFacts, RecipientFacts, ThreadFacts, Withdrawn
from node.protocol.gate.shown import receiver
from node.protocol.letters.bodies import OfferBody
from node.protocol.letters.codes import STOP_KINDS
from node.protocol.rules import Objection, precedence

__all__ = [
    "Draft",
    "Gate",
    "OfficeKeyFacts",
    "RecipientFacts",
    "ThreadFacts",
    "Withdrawn",
    "at_control",
    "at_drafting",
    "at_release",
    "audit_of",
    "fits_few_people",
    "receiver",
    "takes_effect",
]

GUARDS: tuple[Callable[[Context], Iterator[Objection]], ...] = (
    # the way
    guards.recipient_status,
    guards.registry_freshness,
    guards.clock_set_back,
    # the person's protection
    guards.restored,
    guards.asylum,
    guards.named_countries,
    guards_consent.withdrawn,
    guards.stopped,
    way_stopped.way_stopped,
    guards.coercion,
    guards_safety.alert,
    guards_safety.disappeared,
    guards.presumed_is_enough,
    guards.children,
    people.frozen,
    people.custody,
    people.newborns,
    people.family,
    people.family_told,
    people.decided_for_a_child,
    people.asked_of_a_state,
    people.history,
    detention.detained,
    guards_returns.returning,
    guards_returns.her_word,
    after_stop.silent,
    # her consent
    guards_consent.everybody_asked,
    guards_consent.consent_covers,
    guards_consent.tokens,
    guards_consent.majority,
    # her name
    guards_identity.office,
    guards_identity.distrust,
    guards_identity.eyes_only,
    guards_identity.onward,
    guards_identity.embassies,
    guards_identity.exclusions,
    guards_identity.home_region,
    # questions
    guards_information.consulate,
    # who decided
    guards.decided_by_a_person,
    guards_information.answered_by_a_person,
    guards_information.answered_while_she_agrees,
)
RARE_CROWD = 2  # so many unusual marks together point at few people (H28)


class Gate(msgspec.Struct, frozen=True):
    """What becomes of a letter: it goes, waits for a person (`held`), or never goes (`cancelled`).

    `ends_thread`: the service queues the one stop letter, without a reason (H01). Never tell the other side why.
    """

    objections: tuple[Objection, ...]

    @property
    def open(self) -> bool:
        """Nothing objects: the letter may go now."""
        return not self.objections

    @property
    def cancelled(self) -> bool:
        """The letter will never go; tell the author, and queue nothing in its place."""
        return any(one.effect == "cancel" for one in self.objections)

    @property
    def held(self) -> bool:
        """The letter waits for a person; it has no number and leaves no trace."""
        return bool(self.objections) and not self.cancelled

    @property
    def ends_thread(self) -> bool:
        """The thread gets the uniform stop at the next slot."""
        return any(one.ends_thread for one in self.objections)


def at_drafting(
    case: Case | None, consents: Sequence[ConsentRecord], draft: Draft, recipient: RecipientFacts, now: int
) -> list[Objection]:
    """Every objection to a draft, the strongest first; [] when it may be queued. Reads only; `now` is UTC seconds.

    `case` is None only for an answer about a person we hold no case of yet. The same checks run again at release,
    whichever way the letter leaves (H15).
    """
    c = look_at(case, consents, draft, recipient, now)
    return sorted(_objections(c), key=precedence)  # stable: within one rank the order of the list above


def at_release(
    case: Case | None, consents: Sequence[ConsentRecord], draft: Draft, recipient: RecipientFacts, now: int
) -> Gate:
    """The same gate, run when the letter is about to leave and before every retry. Source: wire 1."""
    return Gate(tuple(at_drafting(case, consents, draft, recipient, now)))


def at_control(kind: str, recipient: RecipientFacts, thread_stopped: bool) -> Objection | None:
    """Why a control letter may not go, or None: they pass R10, R20 and R31 and say nothing of a person.

    `thread_stopped`: a stop was queued on the thread that a `letter.opened` is about; then it is no longer told.
    Source: wire 7; H01, H02, R39.
    """
    if recipient.status != "active":
        return hold("R39", "this country is not active in the registry", "phone them; the letter waits here")
    if kind == "letter.opened" and thread_stopped:
        return cancel("R31", "this matter was stopped", "nothing is to be done")
    return None


def takes_effect(sender_status: str, kind: str) -> bool:
    """Whether a verified letter from a sender of this status changes anything here; if not it is stored and held.

    Quarantined: what protects still works, marked. Source: wire 3, row 5; R39.
    """
    if sender_status == "active":
        return True
    protects = kind in STOP_KINDS or kind == "consent.withdrawal" or kind.startswith("safety.")
    return sender_status == "quarantined" and protects


def audit_of(gate: Gate, case_id: str, actor: str, at: int) -> AuditLine:
    """The audit line of a decision of the gate: rule ids only, nothing of the person. Source: R36, R38."""
    event = "gate_open" if gate.open else "gate_cancelled" if gate.cancelled else "gate_held"
    rules = tuple(dict.fromkeys(one.rule for one in gate.objections))
    return AuditLine(event, rules[0] if rules else "R36", case_id, (actor,), at, rules)


def fits_few_people(body: OfferBody) -> str | None:
    """A warning for the check page when the marks of an offer together point at few people. Not an objection. H28."""
    region = body.region is not None and "-" in body.region
    marks = [len(body.languages) > 1, len(body.dependants) > 1, region, body.age_band in ("0-5", "50+")]
    if sum(marks) < RARE_CROWD:
        return None
    return "Few people fit this description. Can the region, a language or the dependants be said more broadly?"


def _objections(c: Context) -> Iterator[Objection]:
    letter = c.draft.letter
    # H01, H02, H22: a stop says nothing of her; only a country that is out of the network gets none
    if letter.kind in STOP_KINDS:
        yield from guards.recipient_status(c)
        return
    for guard in GUARDS:
        yield from guard(c)
    yield from shown.objections(letter, c.shared)
