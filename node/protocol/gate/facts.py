"""What the gate and the receiver look at besides the letter: the recipient, the thread as exchanged, who decided.

`DUTIES` says of every kind what it rests on; a further matter adds its rows.
Source: domain 5.6, 5.7 (column consent purpose); practice H01, H02; wire 7.
"""

from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from node.protocol.consent.record import ConsentTo, HolderKind, OfficeThen
from node.protocol.gate.once_told import NOTHING_TOLD, OnceTold
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_return import FamilyRequestBody
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.codes import STOP_KINDS, Level, OrganisationType, Purpose, Role
from node.protocol.letters.codes_information import CONSENT_FOR
from node.protocol.letters.frame import ConsentEntry, Letter
from node.protocol.threads.return_facts import NO_WAY, ReturnFacts

ActorRole = Literal["caseworker", "coordinator", "auditor", "operator", "machine"]
AfterRestore = Literal["no", "unanswered", "stopped"]


@dataclass(frozen=True, slots=True)
class Duty:
    """What a kind rests on. `discloses`: it tells something new about her, so it also stops when consent ends (R22)."""

    kind: str
    purpose: Purpose | None
    rests_on_consent: bool
    discloses: bool
    decision: bool


DUTIES: dict[str, Duty] = {
    duty.kind: duty
    for duty in (
        #    kind                         purpose    rests on consent  discloses  a person decides (R40)
        Duty("referral.offer", "enquiry", True, True, True),
        Duty("referral.info_request", "enquiry", True, False, False),
        Duty("referral.info", "enquiry", True, True, False),
        Duty("referral.accept", "enquiry", True, False, True),
        Duty("referral.decline", None, False, False, True),
        Duty("referral.disclose", "referral", True, True, True),
        Duty("referral.arrange", "referral", True, False, False),
        Duty("referral.arrived", None, False, False, False),  # H02: arrival is told whatever became of consent
        Duty("referral.update", "referral", True, False, False),
        Duty("referral.complete", "referral", True, False, True),
        Duty("referral.change", "referral", True, False, True),
        Duty("referral.handback", "referral", True, False, True),
        Duty("referral.handback_confirm", "referral", True, False, True),
        Duty("referral.handback_reject", "referral", True, False, True),
        Duty("referral.ended", None, False, False, False),
        Duty("return.request", "enquiry", True, True, True),
        Duty("return.request_response", "enquiry", True, False, True),
        Duty("return.risk_request", "risk_assessment", True, True, False),
        Duty("return.risk_result", "risk_assessment", True, True, True),
        Duty("return.family_request", "family_tracing", True, True, True),
        Duty("return.family_result", "family_tracing", True, True, True),
        Duty("return.identity_request", "identity_verification", True, True, True),
        Duty("return.identity_result", "identity_verification", True, False, True),
        Duty("return.decision", "enquiry", True, False, True),
        Duty("consent.assertion", "travel", True, True, True),
        Duty("return.traveldoc_status", "travel", True, False, False),
        Duty("return.reintegration_plan", "reintegration", True, False, True),
        Duty("return.travel_plan", "travel", True, True, True),
        Duty("return.departure", None, False, False, True),  # H02: whoever is on the move is looked out for
        Duty("return.arrival", None, False, False, False),
        Duty("return.failed", None, False, False, False),
        Duty("return.assist_now", None, False, False, False),
        Duty("return.take_back", None, False, False, True),
        Duty("return.way_ended", None, False, False, True),
        Duty("return.followup", "followup", True, False, False),
        Duty("return.update", "enquiry", True, False, False),
        Duty("return.close", None, False, False, True),
        Duty("return.stopped", None, False, False, False),
        Duty("transit.request", "transit", True, True, True),
        Duty("transit.ack", "transit", True, False, True),
        Duty("transit.arrange", "transit", True, True, False),
        Duty("transit.departure", None, False, False, False),
        Duty("transit.confirm", None, False, False, False),
        Duty("transit.cancel", None, False, False, False),  # also sent where asylum ends a matter, so by nobody's word
        Duty("transit.stop", None, False, False, True),
        Duty("consent.withdrawal", None, False, False, False),
        Duty("erasure.request", None, False, False, False),
        Duty("erasure.confirm", None, False, False, False),
        Duty("info.request", "enquiry", True, True, True),  # `duty_for` puts the purpose of the question in its place
        Duty("info.response", None, False, False, False),  # the neutral answer is nobody's decision (R27)
        Duty("ident.support_request", "enquiry", True, True, True),
        Duty("ident.support_response", None, False, False, True),
        Duty("rectification", None, False, False, True),  # H02: a correction does not rest on consent
        Duty("access.request", None, False, False, True),
        Duty("access.response", None, False, False, True),
        Duty("breach.notice", None, False, False, True),
        Duty("complaint.open", None, False, False, True),
        Duty("complaint.answer", None, False, False, True),
        Duty("safety.alert", None, False, False, True),
        Duty("safety.medical", None, False, False, True),
        Duty("safety.update", None, False, False, True),
        Duty("safety.acknowledged", None, False, False, True),
        Duty("safety.stand_down", None, False, False, True),
    )
}
ENDS_AT_MAJORITY: frozenset[str] = frozenset(  # H27: family and return; help under way is not among them
    {"identity_verification", "risk_assessment", "family_tracing", "family_contact", "travel", "transit"}
)
# Nobody's answer: where she is now, she is asked anew who may hear how she fares (domain 5.3).
RESTS_ON_OUR_RECORD: frozenset[str] = frozenset({"return.followup"})
# What is carried here was accepted before, or is the question itself: no acceptance comes first (domain 1.5, 5.9).
NEEDS_NO_ACCEPTANCE: frozenset[str] = frozenset({"info.request", "rectification"})
MAY_DISCLOSE: frozenset[str] = frozenset({"referral.disclose", *CARRIES, *NEEDS_NO_ACCEPTANCE})
PROVISIONAL: frozenset[str] = frozenset({"referral.offer", "referral.info", "ident.support_request"})  # H10
DECIDING_ROLES: frozenset[ActorRole] = frozenset({"caseworker", "coordinator"})
NEVER_REFUSED: frozenset[str] = frozenset({*STOP_KINDS, "consent.withdrawal", "erasure.request", "erasure.confirm"})


class OfficeKeyFacts(msgspec.Struct, frozen=True):
    """An office key of the recipient's record that may be sealed to now, and who holds it. Source: H13."""

    kid: str
    holder: str
    kind: HolderKind
    police_powers: bool = False


class RecipientFacts(msgspec.Struct, frozen=True):
    """The recipient as the verified registry shows it now.

    `status` is the record's; anything but `active` receives nothing (R39). `registry_age_seconds` is the age of the
    newest verified timestamp; `stale_override_by` two people who accepted an old one; `distrusted_by` two people who
    recorded distrust for all persons of this node (H14); `known_offices` who held every office key that it ever listed.
    Origin and fear are the case's, not the registry's.
    """

    country: str
    status: str
    office_keys: tuple[OfficeKeyFacts, ...] = ()
    registry_age_seconds: int = 0
    stale_override_by: tuple[str, str] | None = None
    distrusted_by: tuple[str, str] | None = None
    distrusted_holders: tuple[str, ...] = ()
    distrusted_organisations: frozenset[str] = frozenset()
    known_offices: tuple[OfficeKeyFacts, ...] = ()

    def said_of(self, kid: str) -> frozenset[OfficeKeyFacts]:
        """All that any record of this country ever said of whose this key is, without its id."""
        found = (one for one in (*self.office_keys, *self.known_offices) if one.kid == kid)
        return frozenset(msgspec.structs.replace(one, kid="") for one in found)

    def offices_of(self, kid: str | None) -> tuple[OfficeThen, ...]:
        """Whose this key is by the record now, and then what else was ever said of it."""
        listed = [one for one in self.office_keys if one.kid == kid]
        every = [*listed, *(one for one in self.known_offices if one.kid == kid)] if listed else []
        return tuple(dict.fromkeys(OfficeThen(one.holder, one.kind, one.police_powers) for one in every))

    def is_as_named(self, to: ConsentTo, kid: str) -> bool:
        """Whether this key is still that of the office she named: one of whose holder nothing else was said since.

        Where nobody noted whose it was then, nothing else was ever said of it (H13).
        """
        now = self.offices_of(kid)
        return len(now) == 1 if not to.offices else now[:1] == to.offices[:1] and set(now) <= set(to.offices)

    def is_same_office(self, named: str | None, kid: str | None) -> bool:
        """Whether both keys were never said to be of any but one holder, of one kind and with the same powers: she
        named an office, and its key may have changed since (H13).
        """
        if named == kid or named is None or kid is None:
            return named == kid
        was, now = self.said_of(named), self.said_of(kid)
        return was == now and len(was) == 1

    def office_now(self, named: str | None) -> str | None:
        """The key to seal to where she named this one: itself while it is listed, else the newest of its office."""
        if any(one.kid == named for one in self.office_keys):
            return named
        return next((one.kid for one in reversed(self.office_keys) if self.is_same_office(named, one.kid)), named)


class Withdrawn(msgspec.Struct, frozen=True):
    """A `consent.withdrawal` on the thread: its number and side, so that both sides know who wrote knowing of it.

    `n` is 0 while ours has not left: then nobody else can know.
    """

    token: str
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]
    n: int
    side: Role = "opener"

    def known_to(self, side: Role, n: int, seen: int) -> bool:
        """Whether the writer of a letter of this side, number and `seen` knew of it: its own earlier, or one it saw."""
        return n > self.n if side == self.side else 0 < self.n <= seen


class ThreadFacts(msgspec.Struct, frozen=True):
    """What both sides exchanged on the thread, before the letter that is judged. Source: wire 3 row 13.

    `entries` are the opener's latest consent entries, one per token; `changed_at` is when the other side last named
    another organisation (UTC seconds). `stopped`: a stop was sent, received or queued. `alerted`: tokens
    that safety alerts named. `way`: the facts of a return. `silent`: our side decided that nothing more is answered.
    `newest_at`: when the newest letter of the thread was written, but for what no clock stops (UTC seconds).
    After a stop or then: `answerable` are the other side's letters that may be answered, `own_alerts` this side's.
    `once`: what the opener once said of each token, whatever became of it.
    """

    accepted: bool = False
    data_needed: tuple[DataItem, ...] = ()
    entries: tuple[ConsentEntry, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    organisation: str | None = None
    changed_at: int | None = None
    stopped: bool = False
    opened_at: int = 0
    alerted: tuple[str, ...] = ()
    way: ReturnFacts = NO_WAY
    silent: bool = False
    answerable: frozenset[str] = frozenset()
    own_alerts: frozenset[str] = frozenset()
    organisation_type: OrganisationType | None = None
    once: OnceTold = NOTHING_TOLD
    newest_at: int = 0


class Draft(msgspec.Struct, frozen=True):
    """A letter of ours as it would travel, with what only we know: whose token is whose, who decided, which way out.

    `persons` maps consent tokens to `person_id`; for an answer to another country it may be empty. `second` is who
    confirmed it where two people are needed. `after_restore`: the database came from a backup and nobody answered for
    this case yet, or the thread was stopped after it (H08).
    """

    letter: Letter[Body]
    shared: ThreadFacts
    actor: str
    actor_role: ActorRole
    persons: dict[str, str] = {}
    second: str = ""
    after_restore: AfterRestore = "no"


def duty_of(kind: str) -> Duty:
    """What a kind rests on; a kind without a row rests on consent and discloses, so that nothing slips through."""
    return DUTIES.get(kind) or Duty(kind, None, True, True, True)


def duty_for(letter: Letter[Body]) -> Duty:
    """What this very letter rests on: a question rests on consent for what it asks (domain 5.8)."""
    duty, purpose = duty_of(letter.kind), purpose_of(letter.kind, letter.body)
    return duty if purpose == duty.purpose else replace(duty, purpose=purpose)


def purpose_of(kind: str, body: Body) -> Purpose | None:
    """The purpose that her consent must have for a letter of this kind and body."""
    if isinstance(body, FamilyRequestBody):  # contact is a consent of its own, and what follows is not tracing
        return "family_contact" if "contact" in body.steps else "family_tracing"
    return CONSENT_FOR[body.purpose] if isinstance(body, AskBody) else duty_of(kind).purpose


def purpose_gone(withdrawn: Withdrawn, purpose: str | None, levels: frozenset[str]) -> bool:
    """Whether a withdrawal takes away what a letter of this purpose and these levels rests on.

    L1 is of every letter, so with it everything is gone, whatever purposes were named.
    """
    gone = frozenset[str](withdrawn.levels)
    return purpose in withdrawn.purposes or "L1" in gone or bool(levels & gone)
