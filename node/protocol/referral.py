"""Referral: one country asks another to take over the care of a person, who wishes it.

A new rule is one row here and one test; then `python -m node.protocol.tables HANDBOOK.md`.
Source: domain.md 5.4-5.6; practice.md, acts and codes to add; wire.md 7, Stops.
"""

from typing import Final

from msgspec.structs import replace

from node.protocol.crossings import REFERRAL_CROSSINGS
from node.protocol.letters.codes import IDENTITY_BEFORE_ACCEPTANCE, NOT_IN_DATA_NEEDED, NOT_IN_THIS_STATE, Role
from node.protocol.matter import Matter, Refusal, Rule
from node.protocol.threads.deadlines import FIRST_WINDOW_WITHIN_S, WINDOW_MOVES_BY_S
from node.protocol.threads.thread import ENDED, NONE, Entry, Shared

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

OFFERED = "offered"
INFO_REQUESTED = "info_requested"
ACCEPTED = "accepted"
DISCLOSED = "disclosed"
IN_PROGRESS = "in_progress"
HANDING_BACK = "handing_back"
COMPLETED = "completed"
DECLINED = "declined"

DECISION = ("referral.accept", "referral.decline", "referral.info_request")
TAKE_BACK = ("referral.handback_confirm", "referral.handback_reject")
ARRIVAL = ("referral.arrived",)


def without_identity(shared: Shared, entry: Entry) -> Refusal | None:
    """R03, R04: before the acceptance nothing is sealed and no field is disclosed."""
    if not shared.accepted and (entry.facts.sealed or entry.facts.items):
        why = "names may follow only after the other side has accepted"
        return Refusal(IDENTITY_BEFORE_ACCEPTANCE, why, "leave them out, and wait for its yes", "R03")
    return None


def only_data_needed(shared: Shared, entry: Entry) -> Refusal | None:
    """R04: what the acceptance asked for, person by person, and no more."""
    needed = {(item.person, item.field) for item in shared.data_needed}
    if any((item.person, item.field) not in needed for item in entry.facts.items):
        why = "a field that the acceptance did not ask for"
        return Refusal(NOT_IN_DATA_NEEDED, why, "leave it out, or let them ask for it", "R04")
    return None


def for_this_organisation(shared: Shared, entry: Entry) -> Refusal | None:
    """With another organisation nothing is disclosed before a new consent, so what was on its way has no effect."""
    if entry.seen < shared.organisation_n:
        return Refusal(NOT_IN_THIS_STATE, "another organisation takes over", "ask the person again", "R28")
    return None


def window_is_near(shared: Shared, entry: Entry) -> Refusal | None:
    """R32: no window so late, or moved so often by one side alone, that nobody misses her."""
    first, *named = shared.windows
    agreed = max(first, named[entry.side == OPENER])  # what the other side named, else the first window of all
    latest = agreed + WINDOW_MOVES_BY_S if first else entry.written_at + FIRST_WINDOW_WITHIN_S
    if _window_ends(entry) > latest:
        why = "she would be missed too late: the window of her arrival lies too far from what was agreed"
        return Refusal(NOT_IN_THIS_STATE, why, "choose an earlier one, or let the other side arrange first", "R32")
    return None


def opened(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, opened_at=entry.written_at)


def taken_over(shared: Shared, entry: Entry) -> Shared:
    facts = entry.facts
    return replace(
        shared, accepted=True, data_needed=facts.items, organisation=facts.organisation, organisation_n=entry.n,
        organisation_type=facts.organisation_type,
    )  # fmt: skip


def changed(shared: Shared, entry: Entry) -> Shared:
    name = entry.facts.organisation
    if not name or name == shared.organisation:
        return shared
    return replace(
        shared, organisation=name, organisation_n=entry.n, organisation_type=entry.facts.organisation_type,
        changed_at=entry.written_at, arranged=False,
    )  # fmt: skip


def arranged(shared: Shared, entry: Entry) -> Shared:
    first, ours, theirs = shared.windows
    ends = _window_ends(entry)
    ours, theirs = (max(ours, ends), theirs) if entry.side == OPENER else (ours, max(theirs, ends))
    return replace(shared, arranged=True, windows=(first or ends, ours, theirs))


def _window_ends(entry: Entry) -> int:
    return entry.facts.way.times[-1]


def arrival(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, arrived=entry.facts.case == "yes")


# fmt: off
RULES: Final = (
    #    in this state   this side  may send                     which gives     source          and is answered by
    Rule(NONE,           OPENER,    "referral.offer",            OFFERED,        "R01, R03",     DECISION, guards=(without_identity,), effect=opened),  # noqa: E501
    Rule(OFFERED,        RESPONDER, "referral.info_request",     INFO_REQUESTED, "R03",          ("referral.info",)),
    Rule(OFFERED,        RESPONDER, "referral.accept",           ACCEPTED,       "R40",          ("referral.disclose",), effect=taken_over),  # noqa: E501
    Rule(OFFERED,        RESPONDER, "referral.decline",          DECLINED,       "R30"),
    Rule(INFO_REQUESTED, OPENER,    "referral.info",             OFFERED,        "R03",          DECISION, guards=(without_identity,)),  # noqa: E501
    Rule(INFO_REQUESTED, RESPONDER, "referral.accept",           ACCEPTED,       "R40",          ("referral.disclose",), effect=taken_over),  # noqa: E501
    Rule(INFO_REQUESTED, RESPONDER, "referral.decline",          DECLINED,       "R30"),
    Rule(ACCEPTED,       OPENER,    "referral.disclose",         DISCLOSED,      "R04",          guards=(only_data_needed, for_this_organisation)),  # noqa: E501
    Rule(ACCEPTED,       RESPONDER, "referral.change",           ACCEPTED,       "R28",          effect=changed),
    Rule(ACCEPTED,       OPENER,    "referral.update",           ACCEPTED,       "R01"),
    Rule(ACCEPTED,       RESPONDER, "referral.update",           ACCEPTED,       "R01"),
    Rule(DISCLOSED,      OPENER,    "referral.disclose",         DISCLOSED,      "R04",          guards=(only_data_needed, for_this_organisation)),  # noqa: E501
    Rule(DISCLOSED,      OPENER,    "referral.arrange",          DISCLOSED,      "R01, R32",     ARRIVAL, guards=(window_is_near,), effect=arranged),  # noqa: E501
    Rule(DISCLOSED,      RESPONDER, "referral.arrange",          DISCLOSED,      "R01, R32",     ARRIVAL, answers=RESPONDER, guards=(window_is_near,), effect=arranged),  # noqa: E501
    Rule(DISCLOSED,      RESPONDER, "referral.arrived",          IN_PROGRESS,    "H19",          case="yes", effect=arrival),  # noqa: E501
    Rule(DISCLOSED,      RESPONDER, "referral.arrived",          DISCLOSED,      "H19",          ARRIVAL, answers=RESPONDER, case="no", effect=arrival),  # noqa: E501
    Rule(DISCLOSED,      RESPONDER, "referral.change",           DISCLOSED,      "R28",          effect=changed),
    Rule(DISCLOSED,      OPENER,    "referral.update",           DISCLOSED,      "R01"),
    Rule(DISCLOSED,      RESPONDER, "referral.update",           DISCLOSED,      "R01"),
    Rule(IN_PROGRESS,    OPENER,    "referral.disclose",         IN_PROGRESS,    "R04",          guards=(only_data_needed, for_this_organisation)),  # noqa: E501
    Rule(IN_PROGRESS,    RESPONDER, "referral.arrived",          IN_PROGRESS,    "H19",          case="yes", effect=arrival),  # noqa: E501
    Rule(IN_PROGRESS,    RESPONDER, "referral.change",           IN_PROGRESS,    "R28",          effect=changed),
    Rule(IN_PROGRESS,    OPENER,    "referral.update",           IN_PROGRESS,    "R01"),
    Rule(IN_PROGRESS,    RESPONDER, "referral.update",           IN_PROGRESS,    "R01"),
    Rule(IN_PROGRESS,    RESPONDER, "referral.complete",         COMPLETED,      "R40"),
    Rule(IN_PROGRESS,    RESPONDER, "referral.handback",         HANDING_BACK,   "R21",          TAKE_BACK),
    Rule(HANDING_BACK,   OPENER,    "referral.handback_confirm", ENDED,          "R21"),
    Rule(HANDING_BACK,   OPENER,    "referral.handback_reject",  IN_PROGRESS,    "R21"),
    Rule(HANDING_BACK,   OPENER,    "referral.update",           HANDING_BACK,   "R01"),
    Rule(HANDING_BACK,   RESPONDER, "referral.update",           HANDING_BACK,   "R01"),
)
# fmt: on

WORDS: Final = {
    NONE: "not begun",
    OFFERED: "offered, waiting for a decision",
    INFO_REQUESTED: "the receiving country asked something first",
    ACCEPTED: "accepted; names have not been sent",
    DISCLOSED: "what is needed has been sent; she has not arrived",
    IN_PROGRESS: "she has arrived; assistance is under way",
    HANDING_BACK: "the receiving country asks to hand back; care goes on there until the other side confirms",
    COMPLETED: "completed",
    DECLINED: "declined",
    ENDED: "ended; no reason is ever said",
    "expired": "the time of the thread ran out; help is not affected",
}

REFERRAL: Final = Matter(
    name="referral",
    opening=frozenset({"referral.offer"}),
    stop="referral.ended",
    ends=frozenset({COMPLETED, DECLINED, ENDED}),
    rules=RULES,
    crossings=REFERRAL_CROSSINGS,
    discloses=frozenset({"referral.disclose"}),
    words=WORDS,
    answers={"referral.arrived": ("arrived", "not arrived")},
)
