"""What the opener of a thread said once of each person and no later letter takes back: both sides fold it alike.

A token once stated stays one of the thread; a child stays one until it can be 18; a provisional basis runs from the
first letter that had it. Source: R12; practice H10, H26, H27.
"""

from typing import Final

import msgspec

from node.protocol.cases.case import CHILD_BANDS
from node.protocol.cases.changes_life import SOONEST_YEARS, YEAR_S
from node.protocol.consent.record import MAX_PROVISIONAL_RENEWALS, MAX_PROVISIONAL_SECONDS
from node.protocol.letters.bodies import Body, OfferBody
from node.protocol.letters.bodies_return import ReturnRequestBody
from node.protocol.letters.bodies_way import TransitRequestBody
from node.protocol.letters.codes import STOP_KINDS
from node.protocol.letters.frame import ConsentEntry, Letter

PROVISIONAL_ENDS_S: Final = (1 + MAX_PROVISIONAL_RENEWALS) * MAX_PROVISIONAL_SECONDS
STATES_NOBODY: Final = frozenset({*STOP_KINDS, "consent.withdrawal", "erasure.request", "erasure.confirm"})


class Told(msgspec.Struct, frozen=True, array_like=True):
    """One token: whether it was ever a child's, and when the first letter with a provisional basis was written (0)."""

    token: str
    as_child: bool = False
    provisional_at: int = 0


class OnceTold(msgspec.Struct, frozen=True, array_like=True):
    """Every token that was ever stated; `of_age_at`: before that no child of the opening letter can be 18 (0: any)."""

    tokens: tuple[Told, ...] = ()
    of_age_at: int = 0

    def of(self, token: str) -> Told:
        """What was said of this token; of an unknown one nothing."""
        return next((one for one in self.tokens if one.token == token), Told(token))


NOTHING_TOLD: Final = OnceTold()


def telling(once: OnceTold, letter: Letter[Body]) -> OnceTold:
    """What stands once this letter counts; only the opener states whose consent there is."""
    if letter.sender_role != "opener" or letter.kind in STATES_NOBODY:
        return once
    newer = {entry.token: _told(once.of(entry.token), entry, letter.written_at) for entry in letter.consent}
    kept = tuple(newer.pop(one.token, one) for one in once.tokens)
    return OnceTold((*kept, *newer.values()), once.of_age_at or _of_age_at(letter))


def grown_too_soon(once: OnceTold, entry: ConsentEntry, at: int) -> bool:
    """Whether a child is told of as an adult before the age band of the opening letter allows it. Source: R12."""
    return grown(once, entry) and at < once.of_age_at


def grown(once: OnceTold, entry: ConsentEntry) -> bool:
    """Whether who was once told of as a child is now told of as an adult: by age, or as it was settled. Source: H27."""
    return once.of(entry.token).as_child and not entry.treated_as_child


def provisional_too_long(once: OnceTold, entry: ConsentEntry, at: int) -> bool:
    """Whether a provisional basis was renewed more than once on this thread. Source: H10."""
    first = once.of(entry.token).provisional_at
    return entry.basis == "provisional" and bool(first) and at > first + PROVISIONAL_ENDS_S


def _told(before: Told, entry: ConsentEntry, written_at: int) -> Told:
    first = before.provisional_at or (written_at if entry.basis == "provisional" else 0)
    return Told(entry.token, before.as_child or entry.treated_as_child, first)


def _of_age_at(letter: Letter[Body]) -> int:
    body = letter.body
    if not isinstance(body, OfferBody | ReturnRequestBody | TransitRequestBody):
        return 0
    # an adult band of somebody treated as a child may be right: then nothing keeps her from being settled as an adult
    doubted = [0] if body.treated_as_child and body.age_band not in CHILD_BANDS else []
    bands = [band for band in (body.age_band, *body.dependants) if band in CHILD_BANDS]
    years = [*doubted, *(SOONEST_YEARS[band] for band in bands)]
    return letter.written_at + min(years) * YEAR_S if years else 0
