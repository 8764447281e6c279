"""Information requests and support with identification: one country asks, the other answers in codes.

The negative answer is one word, and goes out at a fixed time whatever people decided (R27): the rows say only that an
answer may come, and a better one later. To ask again, with a fact more, is a row of its own. Source: domain.md 1.5,
5.8; CETS 197 art 10(1), 34(4).
"""

from typing import Final

from msgspec.structs import replace

from node.protocol.letters.codes import Role, reason_of
from node.protocol.letters.codes_information import answers_to
from node.protocol.matter import Crossing, Matter, Refusal, Rule
from node.protocol.threads.thread import ENDED, NONE, Entry, Shared

OPENER: Final[Role] = "opener"
RESPONDER: Final[Role] = "responder"

ASKED = "asked"
ANSWERED = "answered"

ANSWER = ("info.response",)
SUPPORT = ("ident.support_response",)


def asked(shared: Shared, entry: Entry) -> Shared:
    """The purpose of the newest question decides which answers there are."""
    return replace(shared, opened_at=shared.opened_at or entry.written_at, asked=entry.facts.asked)


def opened(shared: Shared, entry: Entry) -> Shared:
    return replace(shared, opened_at=shared.opened_at or entry.written_at)


def of_this_purpose(shared: Shared, entry: Entry) -> Refusal | None:
    """R27: where an answer would tell whether she is known, there is no negative answer but the neutral one."""
    if shared.asked and entry.facts.answer not in answers_to(shared.asked):
        why = "this answer would tell whether she is known"
        return Refusal(reason_of("R27"), why, "let the neutral answer go at its time", "R27")
    return None


# fmt: off
INFORMATION_RULES: Final = (
    #    in this state   this side  may send                  which gives  source         and is answered by
    Rule(NONE,           OPENER,    "info.request",           ASKED,       "H09",         ANSWER, effect=asked),
    Rule(ASKED,          RESPONDER, "info.response",          ANSWERED,    "R27",         guards=(of_this_purpose,)),
    Rule(ANSWERED,       RESPONDER, "info.response",          ANSWERED,    "R27",         guards=(of_this_purpose,)),
    Rule(ANSWERED,       OPENER,    "info.request",           ASKED,       "H09",         ANSWER, effect=asked),
)
IDENTIFICATION_RULES: Final = (
    #    in this state   this side  may send                  which gives  source         and is answered by
    Rule(NONE,           OPENER,    "ident.support_request",  ASKED,       "R03, H10",    SUPPORT, effect=opened),
    Rule(ASKED,          RESPONDER, "ident.support_response", ANSWERED,    "R40"),
    Rule(ANSWERED,       RESPONDER, "ident.support_response", ANSWERED,    "R40"),
    Rule(ANSWERED,       OPENER,    "ident.support_request",  ASKED,       "R03, H10",    SUPPORT),
)
INFORMATION_CROSSINGS: Final = (
    #        the opener sent              the responder sent        first      what both see
    Crossing("info.request",              "info.response",          RESPONDER, "asked; both count, and the new question is open"),  # noqa: E501
)
IDENTIFICATION_CROSSINGS: Final = (
    #        the opener sent              the responder sent        first      what both see
    Crossing("ident.support_request",     "ident.support_response", RESPONDER, "asked; both count, and the new question is open"),  # noqa: E501
)
# fmt: on

INFORMATION: Final = Matter(
    name="information",
    opening=frozenset({"info.request"}),
    stop="referral.ended",
    ends=frozenset({ENDED}),
    rules=INFORMATION_RULES,
    crossings=INFORMATION_CROSSINGS,
    discloses=frozenset(),
    words={
        NONE: "not begun",
        ASKED: "asked; an answer comes at a fixed time, whatever it is",
        ANSWERED: "answered; a better answer may still come, and more may be asked",
        ENDED: "ended; no reason is ever said",
        "expired": "the time of the thread ran out; help is not affected",
    },
    stopped_by=frozenset({OPENER}),  # R27: instead of the neutral answer a stop would tell that somebody saw something
)
IDENTIFICATION: Final = Matter(
    name="identification",
    opening=frozenset({"ident.support_request"}),
    stop="referral.ended",
    ends=frozenset({ENDED}),
    rules=IDENTIFICATION_RULES,
    crossings=IDENTIFICATION_CROSSINGS,
    discloses=frozenset(),
    words={
        NONE: "not begun",
        ASKED: "support with identification was asked for; nobody is named",
        ANSWERED: "answered; more may be asked",
        ENDED: "ended; no reason is ever said",
        "expired": "the time of the thread ran out; help is not affected",
    },
)
