"""What the journal holds: facts that protect a person, by ids alone, noted before the transaction that makes them.

A restored database forgets them; replaying the journal brings them back. Source: H08.
"""

import msgspec

from node.protocol.cases.case import Case, Lift, Person, Protection, Tie
from node.protocol.consent.record import ConsentRecord
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
    """The asylum flags and closed countries of one person, as they are from now on."""

    case: str
    person: str
    protection: Protection = "none"
    protection_ever: bool = False
    ties: tuple[Tie, ...] = ()
    lifts: tuple[Lift, ...] = ()
    blocked_countries: tuple[str, ...] = ()

    @property
    def about(self) -> tuple[str, ...]:
        return ("protected", self.case, self.person)


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


AnyNote = Begun | Protected | TakenBack | Stopped | ErasedCase | ErasedPerson | ErasedLetter | Swept


def note(node: Node, work: Work, one: Note) -> None:
    """Have it in the journal before this transaction is on the disk."""
    work.note(node.seals.seal_note(one))


def note_protection(node: Node, work: Work, before: Case | None, after: Case, now: int) -> None:
    """Note the persons of a case whose protection is another than before."""
    known = {} if before is None else {person.person_id: _protection(before, person, 0) for person in before.persons}
    for person in after.persons:
        was = known.get(person.person_id, Protected(at=0, case=after.case_id, person=person.person_id))
        if was != _protection(after, person, 0):
            note(node, work, _protection(after, person, now))


def note_taken_back(node: Node, work: Work, case_id: str, record: ConsentRecord, now: int) -> None:
    """Note what is gone of a consent."""
    gone = TakenBack(
        at=now, case=case_id, consent=record.consent_id,
        purposes=record.withdrawn_purposes, levels=record.withdrawn_levels,
    )  # fmt: skip
    note(node, work, gone)


def _protection(case: Case, person: Person, at: int) -> Protected:
    return Protected(
        at=at,
        case=case.case_id,
        person=person.person_id,
        protection=person.protection,
        protection_ever=person.protection_ever,
        ties=person.ties,
        lifts=person.lifts,
        blocked_countries=person.blocked_countries,
    )
