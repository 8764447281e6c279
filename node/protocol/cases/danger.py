"""What a case says of danger, in one word for the head of its page, and from what it says so.

A person's own words and records only; nothing is guessed, and "nothing recorded" never means that she is safe.
Source: interface C6 (risk in green, amber or red); R40.
"""

from typing import Literal

import msgspec

from node.protocol.cases.case import Case

Danger = Literal["danger", "careful", "nothing_recorded"]
Sign = Literal["alarm_open", "disappeared", "risk_unacceptable", "risk_with_measures", "safety_codes", "urgent_matter"]
GRAVE = frozenset({"alarm_open", "disappeared", "risk_unacceptable"})


class DangerShown(msgspec.Struct, frozen=True):
    """The word, and the signs it rests on, the gravest first."""

    danger: Danger
    signs: tuple[Sign, ...]


def danger_shown(case: Case, alarm_open: bool, urgent: bool) -> DangerShown:
    """What stands at the head of the case; `alarm_open` and `urgent` are what its alarms and open matters say."""
    going = [person for plan in case.returns if plan.ended_at is None for person in plan.persons]
    said = {person.risk.overall for person in going if person.risk is not None}
    found: dict[Sign, bool] = {
        "alarm_open": alarm_open,
        "disappeared": any(one.disappearance is not None for one in case.persons),
        "risk_unacceptable": "unacceptable" in said,
        "risk_with_measures": "acceptable_with_measures" in said,
        "safety_codes": any(one.safety_codes for one in case.persons),
        "urgent_matter": urgent,
    }
    signs = tuple(sign for sign, holds in found.items() if holds)
    if GRAVE.intersection(signs):
        return DangerShown("danger", signs)
    return DangerShown("careful" if signs else "nothing_recorded", signs)
