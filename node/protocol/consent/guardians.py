"""Whether a guardian of a child, or a legal representative of an adult, counts. Source: R13; practice H11."""

from datetime import UTC, datetime, timedelta
from typing import Final

from node.protocol.cases.case import Guardian
from node.protocol.consent.record import ConsentRecord
from node.protocol.rules import Objection

_LAST: Final = 253_300_000_000  # in the year 9996: beyond it no calendar goes


def guardian_fault(guardian: Guardian | None) -> Objection | None:
    """Why a guardian, or an adult's legal representative, does not count; None if it does. Source: H11."""
    # 1. there is one
    if guardian is None:
        return _hold("R13", "no guardian or representative is recorded", "have one appointed, or use child protection")
    # 2. appointed by a body, on a day
    if not guardian.appointing_body or not guardian.appointed_on:
        return _hold("H11", "the appointing body or date is missing", "record who appointed the guardian, and when")
    # 3. not somebody of the case
    if not guardian.not_named_in_case:
        return _hold("H11", "the guardian is named in the case", "have another guardian appointed")
    # 4. a second person has looked for a conflict of interest, and found none
    if guardian.conflict_checked_by is None or guardian.conflict_checked_by == guardian.recorded_by:
        return _hold("H11", "no second person checked for a conflict", "ask a colleague to check the guardian")
    if guardian.conflict_found:
        return _hold("H11", "the guardian has a conflict of interest", "consents rest; use child protection meanwhile")
    # 5. the child was heard alone
    if not guardian.heard_alone:
        return _hold("H11", "the child was not heard alone", "speak with the child without the guardian")
    return None


def given_by_another(record: ConsentRecord, guardian: Guardian | None) -> Objection | None:
    """Why what was consented to was not this guardian's word; None if it may have been. Source: H11.

    A day of the calendar begins earlier in the east, so the day before the appointment still counts.
    """
    if guardian is None:
        return None
    day = datetime.fromtimestamp(min(record.valid_from, _LAST), UTC).date() + timedelta(days=1)
    if record.valid_from < guardian.since or day.isoformat() < guardian.appointed_on:
        return _hold("H11", "another guardian had consented, or none yet", "ask the guardian of now, with the child")
    return None


def _hold(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="hold")
