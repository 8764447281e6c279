"""Guards of our side about consent: taken back, covering, whose token, and who is of age.

Source: R01, R20, R22, R26; practice H11, H26, H27.
"""

from collections.abc import Collection, Iterator

from node.protocol.cases.case import Person, person_of
from node.protocol.consent.faults import GUARDIAN_GIVES, faults
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.context import (
    Context,
    another_route,
    asserted_here,
    asserts,
    cancel,
    carries,
    hold,
    names,
    says_no_more,
    used,
)
from node.protocol.gate.facts import ENDS_AT_MAJORITY, RESTS_ON_OUR_RECORD, purpose_gone
from node.protocol.gate.shown import answers_after_her_end, concerned_by, her_end
from node.protocol.letters.frame import ConsentEntry
from node.protocol.rules import Objection

GRACE_AFTER_MAJORITY_SECONDS = 30 * 24 * 3600


def withdrawn(c: Context) -> Iterator[Objection]:
    """R20: what she took back stops at once, unless it is arrival, erasure, safety or a stop (H02)."""
    if not c.duty.rests_on_consent:
        return
    ours = [record for record in c.consents if asserted_here(c, record)]
    told = any(
        concerned_by(c.draft.letter, gone.token, c.shared)
        and (purpose_gone(gone, c.duty.purpose, c.levels) or _answered_for_nothing(c, gone.token))
        for gone in c.shared.withdrawn
    )
    recorded = any(_withdrawn_for(c, record) for record in ours)
    if told or (recorded and not _covered_again(c)):
        # Where something is left the thread goes on without this letter; with nothing left the stop follows.
        all_gone = bool(ours) and all(record.withdrawn_at is not None for record in ours)
        yield Objection("R20", "she took this consent back", "this does not go; help continues", ends_thread=all_gone)


def everybody_asked(c: Context) -> Iterator[Objection]:
    """H26: every person of the letter is one of the case, each with an entry and a token of its own."""
    letter = c.draft.letter
    if letter.sender_role != "opener" or not c.duty.rests_on_consent or not letter.consent:
        return
    tokens = {entry.token for entry in letter.consent}
    if set(c.draft.persons) != tokens or len(set(c.draft.persons.values())) != len(tokens):
        yield cancel("H26", "the persons and the consents do not match", "record a consent for each person")
    elif c.case is None or any(person_of(c.case, one) is None for one in c.draft.persons.values()):
        yield cancel("H26", "a person is not of this case", "choose persons of the case")


def consent_covers(c: Context) -> Iterator[Objection]:
    """R01: each entry rests on a record that counts now and says no more than it. For answers: what was asserted."""
    letter = c.draft.letter
    if not c.duty.rests_on_consent:
        return
    if letter.sender_role == "responder" and not letter.consent:
        if not c.shared.entries and not c.shared.withdrawn:
            yield cancel("R01", "no consent was stated on this thread", "ask the other country")
        if answers_after_her_end(letter, c.shared, c.now):  # a draft may have been written before her end
            yield her_end("the consent that the other country stated has ended")
    if letter.sender_role == "responder":
        yield from _answer_covered(c)
    for entry in letter.consent:
        yield from _entry_covered(c, entry)
    if letter.sender_role == "opener" and not letter.consent and not c.duty.discloses:
        yield from _thread_covered(c)


def tokens(c: Context) -> Iterator[Objection]:
    """R26: a token is for one person, one country, one thread; nothing links two of them."""
    thread, country = c.draft.letter.thread, c.recipient.country
    for entry in c.draft.letter.consent:
        for record in c.consents:
            uses = [one for one in record.asserted if one.token == entry.token]
            elsewhere = any((one.country, one.thread) != (country, thread) for one in uses)
            if elsewhere or (uses and record.person_id != c.draft.persons.get(entry.token, record.person_id)):
                yield cancel("R26", "a token of another person, country or thread", "draw a new token")


def majority(c: Context) -> Iterator[Objection]:
    """H27: at 18 a guardian's consent ends for disclosure, family and return at once, for help under way after 30 days.

    While her age is in doubt she is a child and the guardian goes on (R12).
    """
    if c.case is None or not c.duty.rests_on_consent:
        return
    for record in c.consents:
        person = person_of(c.case, record.person_id)
        if person is None or person.majority_at is None or person.age_in_doubt:
            continue
        if not _for_a_child(record) or not used(c, record):
            continue
        if any(one.person_id == record.person_id and _her_own_word(c, one) for one in c.consents):
            continue  # she was asked herself since
        ends_at_once = c.tells_new or c.duty.purpose in ENDS_AT_MAJORITY
        grace = 0 if ends_at_once else GRACE_AFTER_MAJORITY_SECONDS
        if c.now >= person.majority_at + grace:
            yield hold("H27", "she is 18 now, and a guardian had consented", "ask her; help under way goes on")


def _her_own_word(c: Context, record: ConsentRecord) -> bool:
    """Whether this record says of this letter what a guardian had said; care goes on under one that has ended (R22)."""
    if _for_a_child(record) or not used(c, record):
        return False
    return carries(c, record) if c.tells_new else c.duty.purpose is None or c.duty.purpose in record.purposes


def _for_a_child(record: ConsentRecord) -> bool:
    return record.given_by in GUARDIAN_GIVES or record.given_by == "child_protection"


def _entry_covered(c: Context, entry: ConsentEntry) -> Iterator[Objection]:
    if c.case is None:
        yield cancel("R01", "no case stands behind this consent", "open the case first")
        return
    person = person_of(c.case, c.draft.persons.get(entry.token, ""))
    records = [one for one in c.consents if person and one.person_id == person.person_id and asserts(c, one, entry)]
    if person is None or not records:
        yield _nobody_asked()
        return
    found = [_record_objections(c, entry, person, record) for record in records]
    # One record that carries the entry is enough; otherwise say what the newest lacks.
    if all(found):
        yield from found[max(range(len(records)), key=lambda i: records[i].valid_from)]


def _thread_covered(c: Context) -> Iterator[Objection]:
    # A letter that states no consent goes on under what was stated before on the thread, for this purpose.
    records = [record for record in c.consents if asserted_here(c, record)]
    if not records or any(all(one.person_id != person.person_id for one in records) for person in c.persons):
        yield _nobody_asked()
    for person in c.persons:
        hers = [record for record in records if record.person_id == person.person_id]
        found = [_standing(c, person, record) for record in hers if _for_this(c, record.purposes)]
        if hers and not found and not any(_withdrawn_for(c, record) for record in hers):
            yield _another_purpose()
        elif found and all(found):
            yield from found[-1]


def _answer_covered(c: Context) -> Iterator[Objection]:
    """Domain 5.3: what the opener asserted is the consent for answers; how she fares later rests on our own record."""
    if c.draft.letter.kind in RESTS_ON_OUR_RECORD:
        asked = [any(_agreed_here(c, person, one) for one in c.consents) for person in c.persons]
        if not asked or not all(asked):
            yield _nobody_asked()
        return
    stated = {entry.token for entry in c.draft.letter.consent}  # by a record of ours
    asserted = {entry.token: entry for entry in c.shared.entries}
    if any(not _for_this(c, entry.purposes) for token, entry in asserted.items() if token not in stated):
        yield _another_purpose()


def _agreed_here(c: Context, person: Person, record: ConsentRecord) -> bool:
    hers = record.person_id == person.person_id and any(names(c, to) for to in record.recipients)
    return hers and _for_this(c, record.purposes) and not faults(record, person, c.now)


def _for_this(c: Context, purposes: Collection[str]) -> bool:
    return c.duty.purpose is None or c.duty.purpose in purposes


def _nobody_asked() -> Objection:
    return hold("R01", "no recorded consent for this country", "record her consent for this country first")


def _another_purpose() -> Objection:
    return hold("R01", "consent is for another purpose", "ask her for this purpose")


def _standing(c: Context, person: Person, record: ConsentRecord) -> list[Objection]:
    # R22: an end stops new disclosure, not care under way. R20 is said by `withdrawn`, with its precedence.
    # H22: by a clock that is behind the letters of this matter nothing has begun that they rest on.
    counts = c.tells_new or record.valid_from > max(c.now, c.shared.newest_at)
    return [f for f in faults(record, person, c.now) if f.rule != "R20" and (f.rule != "R22" or counts)]


def _record_objections(c: Context, entry: ConsentEntry, person: Person, record: ConsentRecord) -> list[Objection]:
    found = _standing(c, person, record)
    if another_route(c, record):
        found.append(hold("R11", "she asked for the consulate alone", "ask the consulate, or ask her about the office"))
    if not says_no_more(c, entry, record):
        found.append(cancel("R01", "the letter says more than she allowed", "write it again from her consent"))
    return found


def _answered_for_nothing(c: Context, token: str) -> bool:
    # Nothing is left of what the opener stated for this person; whatever an answer is for, it rests on nothing.
    stands = {entry.token for entry in (*c.shared.entries, *c.draft.letter.consent)}
    return c.draft.letter.sender_role == "responder" and token not in stands


def _withdrawn_for(c: Context, record: ConsentRecord) -> bool:
    if record.withdrawn_at is not None or "L1" in record.withdrawn_levels:  # L1 is of every letter
        return True
    lost = bool(c.levels & frozenset[str](record.withdrawn_levels)) or c.duty.purpose in record.withdrawn_purposes
    named = any(
        set(entry.purposes) & set(record.withdrawn_purposes) or set(entry.levels) & set(record.withdrawn_levels)
        for entry in c.draft.letter.consent
        if asserts(c, record, entry)
    )
    return lost or named


def _covered_again(c: Context) -> bool:
    # She may agree anew after she took something back: then another record carries what the letter says of it.
    entries = c.draft.letter.consent
    return bool(entries) and all(any(_covers_anew(c, entry, one) for one in c.consents) for entry in entries)


def _covers_anew(c: Context, entry: ConsentEntry, record: ConsentRecord) -> bool:
    taken_back = _withdrawn_for(c, record) or not _for_this(c, record.purposes)
    return asserts(c, record, entry) and not taken_back and says_no_more(c, entry, record)
