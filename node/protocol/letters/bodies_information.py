"""What is said when one country asks another something: information requests, and support with identification.

Facts to be checked are sealed beside the body, by name in `disclosed`; the answer is a code. Support with
identification is about a kind of situation and never about a person. Source: domain.md 1.5, 5.8; CETS 197 art 10(1),
34(4).
"""

from node.protocol.letters.codes_information import (
    NEUTRAL,
    OF_A_COUNTRY,
    Available,
    Exploitation,
    Found,
    InfoAnswer,
    InfoPurpose,
    InfoWhy,
    SupportAsk,
    SupportWhy,
    Topic,
)
from node.protocol.letters.parts import Maybe, Part, Some
from node.protocol.letters.scalars import Code, Date, Language


class AskBody(Part, frozen=True):
    """`info.request`: one question, for one purpose, and why it is asked. There is no "list all you have".

    `topics` only for the two purposes that are about a country. `counsel_heard`: a lawyer has looked at statelessness
    and asylum (H31). `consular`: she asked that her consulate may be asked too; nobody else may want it (R11).
    """

    purpose: InfoPurpose
    why: InfoWhy
    topics: tuple[Topic, ...]
    counsel_heard: bool
    consular: bool

    def __post_init__(self) -> None:
        if bool(self.topics) != (self.purpose in OF_A_COUNTRY):
            raise ValueError("expected topics with a question about a country, and with no other")


class Finding(Part, frozen=True):
    """What a country's law or offers say of one topic."""

    topic: Topic
    found: Found


class AskAnswerBody(Part, frozen=True):
    """`info.response`: a code. `no_information_to_share` says nothing more, whatever lies behind it (R27).

    `findings` only with `confirmed`; `missing` names fields that would help, only with `need_more`.
    """

    answer: InfoAnswer
    findings: tuple[Finding, ...]
    missing: tuple[Code, ...]

    def __post_init__(self) -> None:
        if self.findings and self.answer != "confirmed":
            raise ValueError("expected findings with confirmed only")
        if bool(self.missing) != (self.answer == "need_more"):
            raise ValueError("expected missing fields with need_more, and with nothing else")


NEUTRAL_ANSWER = AskAnswerBody(answer=NEUTRAL, findings=(), missing=())


class SupportAskBody(Part, frozen=True):
    """`ident.support_request`: help to identify, about a situation; no identity at all, no age, no place, no person."""

    asks: Some[SupportAsk]
    why: SupportWhy
    languages: tuple[Language, ...]
    exploitation: tuple[Exploitation, ...]
    topics: tuple[Topic, ...]


class SupportOffer(Part, frozen=True):
    """What can be given of one thing that was asked; `service` is an entry of the directory."""

    ask: SupportAsk
    available: Available
    service: Maybe[Code]


class SupportAnswerBody(Part, frozen=True):
    """`ident.support_response`: what can be given, from when, and what the law says of each topic."""

    offers: Some[SupportOffer]
    available_from: Maybe[Date]
    findings: tuple[Finding, ...]
