"""What a guard may look at, and the small words all guards share."""

from collections.abc import Sequence
from functools import cached_property

import msgspec

from node.protocol.cases.case import Case, Person, person_of
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.gate.facts import Draft, Duty, OfficeKeyFacts, RecipientFacts, ThreadFacts, duty_for
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_return import IdentityRequestBody
from node.protocol.letters.fields import SEALED_TO_A_HOLDER
from node.protocol.letters.frame import ConsentEntry
from node.protocol.letters.kinds import KINDS
from node.protocol.rules import Objection


class Context(msgspec.Struct, frozen=True, dict=True):
    """Everything a guard may look at. `duty` is what this kind of letter rests on; `persons` are all it is about.

    What the guards ask for again and again is found once, and kept for this one question.
    """

    case: Case | None
    consents: Sequence[ConsentRecord]
    draft: Draft
    recipient: RecipientFacts
    now: int
    duty: Duty
    persons: tuple[Person, ...]
    levels: frozenset[str]  # of the fields inside
    here: frozenset[str]  # ids of the consents that were asserted to this country on this thread

    @cached_property
    def resting(self) -> tuple[ConsentRecord, ...]:
        """For each person the one record that this letter rests on: of those used, the newest that carries it now.

        Whoever is told to ask her again records a newer one; what she said before does not keep that shut. Where none
        carries it, the newest for its purpose: one for the consulate alone is no word on the rest.
        """
        here = sorted(
            (one for one in self.consents if one.consent_id in self._carried),
            key=lambda one: (self._carried[one.consent_id], self.duty.purpose in one.purposes, one.valid_from),
        )
        return tuple({record.person_id: record for record in here}.values())

    @cached_property
    def carrying(self) -> tuple[ConsentRecord, ...]:
        """Of those that the letter rests on, the ones that allow it now."""
        return tuple(record for record in self.resting if self._carried[record.consent_id])

    @cached_property
    def _carried(self) -> dict[str, bool]:
        """Of the records used, by id, whether each carries the letter now."""
        return {one.consent_id: carries(self, one) for one in self.consents if used(self, one)}

    @property
    def shared(self) -> ThreadFacts:
        """What both sides exchanged on the thread."""
        return self.draft.shared

    @property
    def tells_new(self) -> bool:
        """Whether this letter discloses: then it also needs a consent that has not ended."""
        return self.duty.discloses or bool(self.draft.letter.disclosed)

    @property
    def opens(self) -> bool:
        """Whether this letter begins a thread: another country hears of a matter for the first time."""
        kind = KINDS.get(self.draft.letter.kind)
        return kind is not None and kind.opens

    @property
    def office_key(self) -> OfficeKeyFacts | None:
        """The listed office key that names are sealed to, or None."""
        sealed = self.draft.letter.sealed_identity
        return next((one for one in self.recipient.office_keys if sealed and one.kid == sealed.office_kid), None)

    @property
    def carries_names(self) -> bool:
        """Whether a level that is sealed to a holder is inside, or may be."""
        return bool(self.levels & SEALED_TO_A_HOLDER) or self.draft.letter.sealed_identity is not None


def look_at(
    case: Case | None, consents: Sequence[ConsentRecord], draft: Draft, recipient: RecipientFacts, now: int
) -> Context:
    """The context of one question; what nearly every guard asks for is worked out once."""
    letter = draft.letter
    there = (recipient.country, letter.thread)
    return Context(
        case,
        consents,
        draft,
        recipient,
        now,
        duty=duty_for(letter),
        persons=_persons(case, draft),
        levels=frozenset([item.level for item in letter.disclosed]),
        here=frozenset([r.consent_id for r in consents for one in r.asserted if (one.country, one.thread) == there]),
    )


def _persons(case: Case | None, draft: Draft) -> tuple[Person, ...]:
    """The persons of the letter and of its whole thread: a blocked one never drops out of a count. Source: H26."""
    if case is None:
        return ()
    on_thread = [one.persons for one in case.threads if one.thread == draft.letter.thread]
    ids = dict.fromkeys((*draft.persons.values(), *(person for persons in on_thread for person in persons)))
    return tuple(person for one in ids if (person := person_of(case, one)) is not None)


def asserts(c: Context, record: ConsentRecord, entry: ConsentEntry) -> bool:
    """Whether this record is what an entry of the letter rests on."""
    return any(
        (one.token, one.country, one.thread) == (entry.token, c.recipient.country, c.draft.letter.thread)
        for one in record.asserted
    )


def asserted_here(c: Context, record: ConsentRecord) -> bool:
    """Whether this record was asserted to this country on this thread."""
    return record.consent_id in c.here


def used(c: Context, record: ConsentRecord) -> bool:
    """Whether this letter rests on the record; a letter without entries rests on those of its thread."""
    entries = c.draft.letter.consent
    return any(asserts(c, record, entry) for entry in entries) if entries else asserted_here(c, record)


def heard(c: Context) -> list[ConsentRecord]:
    """Where her exclusions are read: every record used, and what she said of this country since the one it rests on.

    Of two words of one second her no counts.
    """
    since = {record.person_id: record.valid_from for record in c.resting}
    return [
        one
        for one in c.consents
        if used(c, one)
        or (
            one.person_id in since
            and one.valid_from >= since[one.person_id]
            and any(names(c, to) for to in one.recipients)
        )
    ]


def excluded(c: Context, code: str, agreed: Sequence[ConsentRecord]) -> bool:
    """Whether she excluded this in a record that is heard, and did not agree to just that since.

    `agreed` are the records in which she did, where there are any.
    """
    since = {record.person_id: record.valid_from for record in agreed}
    return any(code in one.excluded and one.valid_from >= since.get(one.person_id, 0) for one in heard(c))


def carries(c: Context, record: ConsentRecord) -> bool:
    """Whether this record counts now and allows the letter: purpose, levels, way, and what it says of her consent."""
    person = None if c.case is None else person_of(c.case, record.person_id)
    for_this = c.duty.purpose is None or c.duty.purpose in set(record.purposes) - set(record.withdrawn_purposes)
    within = told_levels(c, record) <= set[str](record.levels) - set[str](record.withdrawn_levels)
    said = all(says_no_more(c, one, record) for one in c.draft.letter.consent if asserts(c, record, one))
    sound = not another_route(c, record) and person is not None and not faults(record, person, c.now)
    return for_this and within and said and sound


def told_levels(c: Context, record: ConsentRecord) -> frozenset[str]:
    """The levels at which the letter tells of this record's person; another's are no matter of hers (H26)."""
    hers = [one for one in c.draft.letter.disclosed if c.draft.persons.get(one.person) == record.person_id]
    return frozenset(one.level for one in hers)


def says_no_more(c: Context, entry: ConsentEntry, record: ConsentRecord) -> bool:
    """R01: whether an entry says no more than the record allows."""
    same = (entry.basis, entry.given_by, entry.capacity) == (record.basis, record.given_by, record.capacity)
    within = (
        set(entry.purposes) <= set(record.purposes)
        and set(entry.levels) <= set(record.levels)
        and set(entry.categories) <= set(record.categories)
    )
    named = any(names(c, to) and c.recipient.is_same_office(to.holder, entry.holder) for to in record.recipients)
    return same and within and entry.until <= record.valid_until and (entry.holder is None or named)


def names(c: Context, to: ConsentTo) -> bool:
    """Whether this is a recipient in the country that the letter goes to."""
    return to.country == c.recipient.country


def names_embassy(c: Context, record: ConsentRecord) -> bool:
    """Whether she named an embassy of the country that the letter goes to."""
    return any(to.organisation_type == "embassy" and names(c, to) for to in record.recipients)


def for_the_consulate_alone(c: Context, record: ConsentRecord) -> bool:
    """R11: whether she named nobody else there."""
    return names_embassy(c, record) and all(
        to.organisation_type == "embassy" for to in record.recipients if names(c, to)
    )


def another_route(c: Context, record: ConsentRecord) -> bool:
    """R11: whether she asked for the consulate alone, and this goes to the country's office."""
    verifies = c.duty.purpose == "identity_verification"
    return verifies and for_the_consulate_alone(c, record) and not asks_a_consulate(c.draft.letter.body)


def asks_a_consulate(body: Body) -> bool:
    """R11: whether the other country shall ask a consulate."""
    if isinstance(body, IdentityRequestBody):
        return body.route == "consular"
    return isinstance(body, AskBody) and body.consular


def are_two(by: tuple[str, str] | None) -> bool:
    """Whether two different people stand behind it."""
    return by is not None and by[0] != by[1]


def hold(rule: str, sentence: str, next_step: str, held_as: str = "") -> Objection:
    """A person can put it right, and the same letter goes."""
    return Objection(rule, sentence, next_step, effect="hold", held_as=held_as)


def cancel(rule: str, sentence: str, next_step: str) -> Objection:
    """This letter never goes; another one may."""
    return Objection(rule, sentence, next_step, effect="cancel")
