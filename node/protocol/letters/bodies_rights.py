"""What is said when she uses a right: she sees, corrects and complains, and hears of a breach (R33).

A correction's values are sealed and named in `disclosed`; the rest is codes, ids of letters and counts: never a name,
never who of the staff, only in which role. Source: domain.md 5.9; GDPR 15, 16, 19, 33, 34.
"""

from typing import Annotated

from msgspec import Meta

from node.protocol.letters.codes import Level
from node.protocol.letters.codes_rights import (
    BodyKind,
    BreachCause,
    BreachMeasure,
    ComplaintAbout,
    ComplaintAsks,
    ComplaintMeasure,
    ComplaintOutcome,
    Held,
    OpenerRole,
    Route,
)
from node.protocol.letters.parts import Kept, Maybe, Part, Some
from node.protocol.letters.scalars import Code, Count, Country, Id, Ordinal, Seconds


class RectificationBody(Part, frozen=True):
    """`rectification`: fields of an earlier letter of ours were wrong; the right values are sealed beside it.

    `supersedes` is that letter; only fields that it carried may be corrected.
    """

    supersedes: Id


class AccessRequestBody(Part, frozen=True):
    """`access.request`: what do you hold about this person (`token`) on this thread?"""

    token: Id


class OpenedBy(Part, frozen=True):
    """How often a letter was opened by people of one role; who they are stays there."""

    role: OpenerRole
    times: Ordinal


class HeldLetter(Part, frozen=True):
    """One letter that is held: at which levels, in what condition, opened by whom in counts, kept until when and why.

    `names_opened`: how often the sealed block was opened.
    """

    letter_id: Id
    levels: tuple[Level, ...]
    held: Held
    opened: tuple[OpenedBy, ...]
    names_opened: tuple[OpenedBy, ...]
    kept: Maybe[Kept]

    def __post_init__(self) -> None:
        if bool(self.kept) != (self.held == "kept"):
            raise ValueError("expected a ground with kept, and with nothing else")


class AccessResponseBody(Part, frozen=True):
    """`access.response`: the letters held, and the countries that had it from the one who answers (R28).

    `kept_until` is the end of the time that the answering country keeps what it holds.
    """

    token: Id
    letters: tuple[HeldLetter, ...]
    onward: tuple[Country, ...]
    kept_until: Seconds


class BreachNoticeBody(Part, frozen=True):
    """`breach.notice`: these letters were exposed; she is told, and the other country protects her. Within 24 hours.

    `names_exposed`: what was sealed could be read. `people_affected` counts persons of this thread.
    """

    letters: Some[Id]
    noticed_at: Seconds
    cause: BreachCause
    measures: Some[BreachMeasure]
    names_exposed: bool
    people_affected: Count


class ComplaintOpenBody(Part, frozen=True):
    """`complaint.open`: what it is about and what she asks for; `relates_to` of the letter names the thread.

    `letters`: the letters of that thread it is about, a decline to be reviewed among them.
    """

    about: ComplaintAbout
    asks: Some[ComplaintAsks]
    letters: Annotated[tuple[Id, ...], Meta(max_length=20)]

    def __post_init__(self) -> None:
        if "review" in self.asks and not self.letters:
            raise ValueError("expected the letter that is to be reviewed")


class ComplaintAnswerBody(Part, frozen=True):
    """`complaint.answer`: what an independent body found, what follows, and where she can go next."""

    outcome: ComplaintOutcome
    body: Code
    body_kind: BodyKind
    independent: bool
    measures: Some[ComplaintMeasure]
    next_routes: Some[Route]
