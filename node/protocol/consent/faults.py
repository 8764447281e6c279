"""Whether a consent record counts at all, for this person, now: one numbered list of checks.

Source: R11, R13, R19, R20, R22, R23; practice H10, H11, H13, H17, H33.
"""

from collections.abc import Iterator

from node.protocol.cases.case import Person
from node.protocol.consent.earlier_wishes import OF_A_RETURN, wish_faults
from node.protocol.consent.guardians import given_by_another, guardian_fault
from node.protocol.consent.record import (
    BEFORE_A_WITNESS,
    MAX_CONSENT_SECONDS,
    MAX_PROVISIONAL_RENEWALS,
    MAX_PROVISIONAL_SECONDS,
    ConsentRecord,
)
from node.protocol.letters.fields import SEALED_TO_A_HOLDER
from node.protocol.rules import Objection

GUARDIAN_GIVES = frozenset({"guardian", "self_with_guardian"})
GIVES_HERSELF = frozenset({"self", "self_with_guardian"})
NOT_INDEPENDENT = frozenset({"family", "embassy", "employer"})
NOT_ALONE_WITH = NOT_INDEPENDENT | {"partner", "of_her_group"}
OVERHEARD_IN_A_GROUP = NOT_ALONE_WITH | {"other"}  # who that was nobody wrote down; it may have been one of them


def faults(record: ConsentRecord, person: Person, now: int) -> list[Objection]:
    """Why this record does not count for this person at `now` (UTC seconds), in the order to put right; [] if it does.

    Every fault can be put right by asking her again, so each one holds and none ends a thread, except withdrawal.
    """
    checks = (
        _withdrawn(record),
        _not_in_time(record, now),
        _not_informed(record),
        _not_in_her_language(record, person),
        _too_long(record),
        _recipient_nobody_may_be(record),
        _no_holder_named(record),
        _not_spoken_to_alone(record),
        _interpreter_not_independent(record),
        _nobody_heard_it(record),
        _not_alone_in_a_group(record, person),
        *_who_gave_it(record, person, now),
        *wish_faults(record, person),
    )
    return [fault for fault in checks if fault is not None]


def _withdrawn(record: ConsentRecord) -> Objection | None:
    if record.withdrawn_at is None:
        return None
    return Objection("R20", "this consent was taken back", "nothing goes on; help continues", ends_thread=True)


def _not_in_time(record: ConsentRecord, now: int) -> Objection | None:
    if record.valid_from <= now < record.valid_until:
        return None
    return _hold("R22", "this consent is not in its time", "ask her again and record a new consent")


def _not_informed(record: ConsentRecord) -> Objection | None:
    informed = (
        record.language
        and record.info_sheet_version
        and record.understood_check
        and record.alternatives_explained
        and record.no_pressure_declared
    )
    if informed:
        return None
    return _hold("R23", "informed consent is incomplete", "fill in language, sheet, alternatives, understanding")


def _not_in_her_language(record: ConsentRecord, person: Person) -> Objection | None:
    # a representative is informed in a language of their own, of which the case knows nothing
    if not person.languages or not record.language or record.given_by not in GIVES_HERSELF:
        return None
    if _primary(record.language) in {_primary(one) for one in person.languages}:
        return None
    return _hold(
        "R23", "she was not informed in a language of hers", "ask her again in one, or record that she speaks this one"
    )


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()


def _too_long(record: ConsentRecord) -> Objection | None:
    if record.valid_until - record.valid_from <= MAX_CONSENT_SECONDS:
        return None
    return _hold("R22", "this consent is longer than 12 months", "set an end within 12 months")


def _recipient_nobody_may_be(record: ConsentRecord) -> Objection | None:
    if any(to.organisation_type == "law_enforcement" for to in record.recipients):
        return _hold("R19", "a law-enforcement body is no recipient here", "name another organisation")
    to_embassy = any(to.organisation_type == "embassy" for to in record.recipients)
    if to_embassy and set(record.purposes) != {"identity_verification"}:
        return _hold("R11", "an embassy may only verify identity", "use a record of its own for that purpose")
    return None


def _no_holder_named(record: ConsentRecord) -> Objection | None:
    names_identity = any(level in SEALED_TO_A_HOLDER for level in record.levels)
    if not names_identity or all(to.holder for to in record.recipients):
        return None
    return _hold(
        "H13", "consent to names does not say which office may read them", "ask her which office, and record it"
    )


def _not_spoken_to_alone(record: ConsentRecord) -> Objection | None:
    # a tick says that she was alone; who sat beside her says it better
    if record.spoken_to_alone and NOT_ALONE_WITH.isdisjoint(record.present):
        return None
    if not OF_A_RETURN.isdisjoint(record.purposes):
        return _hold("H17", "she was not spoken to alone", "speak with her alone before a return is consented to")
    if any(level in SEALED_TO_A_HOLDER for level in record.levels):
        return _hold("H17", "she was not spoken to alone", "speak with her alone before names are consented to")
    return None


def _interpreter_not_independent(record: ConsentRecord) -> Objection | None:
    if record.interpreter not in NOT_INDEPENDENT:
        return None
    return _hold("H17", "the interpreter was not independent", "ask again with an independent interpreter")


def _nobody_heard_it(record: ConsentRecord) -> Objection | None:
    if record.method not in BEFORE_A_WITNESS or "witness" in record.present:
        return None
    return _hold("H17", "her word was spoken and no witness heard it", "ask her again before a witness")


def _not_alone_in_a_group(record: ConsentRecord, person: Person) -> Objection | None:
    """H33: one talk for each, whatever it is about: by the tick, and by who sat beside her."""
    if person.group is None or (record.spoken_to_alone and OVERHEARD_IN_A_GROUP.isdisjoint(record.present)):
        return None
    return _hold("H33", "people found together were asked together", "speak with each of them alone")


def _who_gave_it(record: ConsentRecord, person: Person, now: int) -> Iterator[Objection]:
    if record.basis == "provisional":
        yield from _provisional(record, person)
    elif person.treated_as_child:
        yield from _child(record, person)
    elif record.given_by == "legal_representative":
        if fault := guardian_fault(person.guardian) or given_by_another(record, person.guardian):
            yield fault
    elif record.given_by == "child_protection":
        yield _hold("H10", "child protection cannot consent for an adult", "ask the person")
    elif record.given_by in GUARDIAN_GIVES and not _given_before_she_was_18(record, person, now):
        # With a known 18th birthday the gate lets help under way go on for 30 days (H27).
        yield _hold("H27", "a guardian cannot consent for an adult", "ask the person")


def _given_before_she_was_18(record: ConsentRecord, person: Person, now: int) -> bool:
    # A birthday still to come makes no guardian's word count for somebody who is an adult already.
    return person.majority_at is not None and record.valid_from < person.majority_at <= now


def _child(record: ConsentRecord, person: Person) -> Iterator[Objection]:
    if record.given_by not in GUARDIAN_GIVES:
        yield _hold("R13", "a child's consent needs the guardian", "ask the guardian with the child")
    if record.capacity != "child_assent_recorded":
        yield _hold("R13", "the child's own assent is not recorded", "ask the child, in its own words")
    if fault := guardian_fault(person.guardian) or given_by_another(record, person.guardian):
        yield fault


def _provisional(record: ConsentRecord, person: Person) -> Iterator[Objection]:
    # 1. only while a child, or a person of doubtful age, has no guardian that counts
    if not person.treated_as_child or guardian_fault(person.guardian) is None:
        yield _hold("H10", "a provisional basis is only for a child without a guardian", "record a consent")
    # 2. the child-protection authority and a second person
    second = record.seconded_by
    if record.given_by != "child_protection" or second is None or second == record.recorded_by:
        yield _hold(
            "H10", "a provisional basis needs child protection and a second person", "ask a colleague to second"
        )
    # 3. ten days, renewed once
    if record.valid_until - record.valid_from > MAX_PROVISIONAL_SECONDS or record.renewals > MAX_PROVISIONAL_RENEWALS:
        yield _hold("H10", "a provisional basis lasts ten days and is renewed once", "have a guardian appointed")
    # 4. offers and questions only
    if not set(record.purposes) <= {"enquiry"} or not set(record.levels) <= {"L1"}:
        yield _hold("H10", "a provisional basis allows an offer only, without names", "reduce it to enquiry and L1")


def _hold(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="hold")
