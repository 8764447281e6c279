"""Consent where she cannot decide: what she wished before stands, and nobody sends her back in her place.

Source: practice H30.
"""

from collections.abc import Iterator

from node.protocol.cases.case import Person
from node.protocol.consent.record import ConsentRecord
from node.protocol.rules import Objection

OF_A_RETURN = frozenset({"risk_assessment", "travel", "transit", "reintegration"})


def wish_faults(record: ConsentRecord, person: Person) -> Iterator[Objection]:
    """Why a record made while, or for somebody who, cannot decide does not count."""
    unable = person.life.incapacity
    by_representative = record.given_by == "legal_representative"
    # 1. no return on a representative's word alone
    if by_representative and OF_A_RETURN & set(record.purposes) and not _had_wished(person):
        yield _hold("a representative alone cannot consent to a return", "only her own earlier wish can")
    if unable is None:
        return
    # 2. what she says now needs support to count
    if record.given_by == "self" and record.capacity != "supported_decision" and record.valid_from >= unable.since:
        yield _hold("she could not decide when this was recorded", "decide with support, or ask her representative")
    # 3. what she had taken back stays taken back
    if by_representative and any(_was_refused(record, one.country, one.purposes) for one in unable.refused):
        yield _hold("she had taken this back herself", "her earlier wish stands")


def _had_wished(person: Person) -> bool:
    unable = person.life.incapacity
    return unable is not None and unable.wish == "wished" and unable.wish_by is not None


def _was_refused(record: ConsentRecord, country: str, purposes: tuple[str, ...]) -> bool:
    return any(to.country == country for to in record.recipients) and bool(set(purposes) & set(record.purposes))


def _hold(sentence: str, next_step: str) -> Objection:
    return Objection("H30", sentence, next_step, effect="hold")
