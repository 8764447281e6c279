"""What the journal holds: facts that protect a person, by ids alone, noted before the transaction that makes them.

A restored database forgets them; replaying the journal brings them back. Source: H08.
"""

import msgspec

from node.protocol.cases.case import Disappearance, Distrust, LegalHold, Lift, Protection, Tie
from node.protocol.letters.codes import Level, Purpose
from node.service.context import Node
from node.store.work import Work


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="note"):
    """One record of the journal; a later one about the same `about` replaces it."""

    at: int

    @property
    def about(self) -> tuple[str, ...]:
        """What it is about: two notes about the same are one when the journal is compacted."""
        raise NotImplementedError


class Begun(Note, frozen=True, kw_only=True, tag="begun"):
    """The journal began here: what happened before is not in it."""

    @property
    def about(self) -> tuple[str, ...]:
        return ("begun",)


class Protected(Note, frozen=True, kw_only=True, tag="protected"):
    """The asylum flags, closed countries and dangers of one person, as they are from now on."""

    case: str
    person: str
    protection: Protection = "none"
    protection_ever: bool = False
    ties: tuple[Tie, ...] = ()
    lifts: tuple[Lift, ...] = ()
    blocked_countries: tuple[str, ...] = ()
    coercion_suspected: bool = False
    disappearance: Disappearance | None = None

    @property
    def about(self) -> tuple[str, ...]:
        return ("protected", self.case, self.person)


class Guarded(Note, frozen=True, kw_only=True, tag="guarded"):
    """Of a whole case: who is distrusted (H14), whether somebody is detained (H25), which stops two people keep here
    (H01; thread to the two).
    """

    case: str
    stops_kept: dict[str, tuple[str, str]] = {}
    distrust: tuple[Distrust, ...] = ()
    place_is_detention: bool = False
    detained_at: int | None = None
    released_at: int | None = None
    attested_by: tuple[str, str] | None = None

    @property
    def about(self) -> tuple[str, ...]:
        return ("guarded", self.case)


class Kept(Note, frozen=True, kw_only=True, tag="kept"):
    """How long a case is kept beyond its time: a legal hold, her own wish; both empty once they were ended."""

    case: str
    hold: LegalHold | None = None
    at_her_request_until: int | None = None

    @property
    def about(self) -> tuple[str, ...]:
        return ("kept", self.case)


class Changed(Note, frozen=True, kw_only=True, tag="changed"):
    """Something else of a case changed that may protect somebody: a guardian, a halt, a death. Two people compare.

    `line`: how long the audit was then, so that a backup that knows it can be told from one that does not.
    """

    case: str
    line: int

    @property
    def about(self) -> tuple[str, ...]:
        return ("changed", self.case)


class TakenBack(Note, frozen=True, kw_only=True, tag="taken_back"):
    """She took a consent back, in whole or in part; all that is gone by now."""

    case: str
    consent: str
    purposes: tuple[Purpose, ...]
    levels: tuple[Level, ...]

    @property
    def about(self) -> tuple[str, ...]:
        return ("taken_back", self.consent)


class Stopped(Note, frozen=True, kw_only=True, tag="stopped"):
    """A thread was stopped, by us or by the other side."""

    case: str
    peer: str
    thread: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("stopped", self.peer, self.thread)


class ErasedCase(Note, frozen=True, kw_only=True, tag="erased_case"):
    """A whole case was erased."""

    case: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("erased_case", self.case)


class ErasedPerson(Note, frozen=True, kw_only=True, tag="erased_person"):
    """One person of a case was erased."""

    case: str
    person: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("erased_person", self.case, self.person)


class ErasedLetter(Note, frozen=True, kw_only=True, tag="erased_letter"):
    """A letter's payload was erased, or only the levels named."""

    peer: str
    direction: str
    letter: str
    levels: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, ...]:
        return ("erased_letter", self.peer, self.direction, self.letter, *self.levels)


class Swept(Note, frozen=True, kw_only=True, tag="swept"):
    """Every payload whose date had come by `at` was erased, but for what was held."""

    @property
    def about(self) -> tuple[str, ...]:
        return ("swept",)


class DistrustedByAll(Note, frozen=True, kw_only=True, tag="distrusted"):
    """Two people distrust a country, an office or an organisation for everybody, or trust it again. Source: H14."""

    target: str
    value: str
    is_on: bool
    by: tuple[str, str]

    @property
    def about(self) -> tuple[str, ...]:
        return ("distrusted", self.target, self.value)


class ShutOut(Note, frozen=True, kw_only=True, tag="shut_out"):
    """A colleague was shut out for ever."""

    user: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("shut_out", self.user)


class NewPassword(Note, frozen=True, kw_only=True, tag="new_password"):
    """A colleague's old password opens nothing any more; the new one is in no journal. `line` as in `Changed`."""

    user: str
    line: int

    @property
    def about(self) -> tuple[str, ...]:
        return ("new_password", self.user)


class TokenEnded(Note, frozen=True, kw_only=True, tag="token_ended"):
    """A case system was shut out."""

    token: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("token_ended", self.token)


OfCases = Protected | Guarded | Kept | Changed | TakenBack | Stopped | ErasedCase | ErasedPerson | ErasedLetter


class StepEnded(Note, frozen=True, kw_only=True, tag="step_ended"):
    """A colleague's second step was replaced or taken away; the old one lets nobody in. `line` as in `Changed`."""

    user: str
    line: int

    @property
    def about(self) -> tuple[str, ...]:
        return ("step_ended", self.user)


class PasskeyEnded(Note, frozen=True, kw_only=True, tag="passkey_ended"):
    """A passkey was taken away: lost, or its owner has another."""

    user: str
    passkey: str

    @property
    def about(self) -> tuple[str, ...]:
        return ("passkey_ended", self.passkey)


OfStaff = DistrustedByAll | ShutOut | NewPassword | TokenEnded | StepEnded | PasskeyEnded
AnyNote = Begun | Swept | OfCases | OfStaff


def note(node: Node, work: Work, one: Note) -> None:
    """Have it in the journal before this transaction is on the disk."""
    work.note(node.seals.seal_note(one))
