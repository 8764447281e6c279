"""How her consent stands in a case, in one word for the head of its page: it holds, it ends soon, it is missing.

Worked out from the records and from what open matters need; it opens nothing and shuts nothing, the gate does that.
Source: interface C6 (consent in green, amber or red, with its end); R22.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from node.protocol.cases.case import Person
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord

SOON_S: Final = 14 * 24 * 3600  # time enough to ask her again before it ends

Standing = Literal["holds", "ends_soon", "missing"]


class ConsentStanding(msgspec.Struct, frozen=True):
    """`until`: when the first country falls out of her consent (UTC seconds), null while none is in it.

    `without`: countries of an open matter that no consent which counts names.
    """

    standing: Standing
    until: int | None
    without: tuple[str, ...]


def ends_by_country(records: Iterable[ConsentRecord], person: Person, now: int) -> dict[str, int]:
    """Until when the records that count for this person name each country (UTC seconds)."""
    ends: dict[str, int] = {}
    for record in records:
        if record.person_id == person.person_id and not faults(record, person, now):
            for to in record.recipients:
                ends[to.country] = max(ends.get(to.country, 0), record.valid_until)
    return ends


def consent_standing(ends: Mapping[str, int], matters: Iterable[str], now: int) -> ConsentStanding:
    """How it stands with these countries in open matters; without any, with all that she named."""
    asked = sorted(set(matters))
    in_it = [ends[country] for country in asked or ends if ends.get(country, 0) > now]
    without = tuple(country for country in asked if ends.get(country, 0) <= now)
    if not in_it:
        return ConsentStanding("missing", None, without)
    until = min(in_it)
    return ConsentStanding("ends_soon" if without or until - now < SOON_S else "holds", until, without)
