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
    """One token: whether it was ever a child's, and when the first letter with a provisional basis was written (0).

    `at_first`: the opening letter told of a child; `grown`: a later one of an adult.
    """

    token: str
    as_child: bool = False
    provisional_at: int = 0
    at_first: bool = False
    grown: bool = False


class OnceTold(msgspec.Struct, frozen=True, array_like=True):
    """Every token that was ever stated; `of_age_at`: before that no child of the opening letter can be 18 (0: any).

    `of_age`: the same for each of its children, whichever token is whose; who had no child's band may be settled at any
    time.
    """

    tokens: tuple[Told, ...] = ()
    of_age_at: int = 0
    of_age: tuple[int, ...] = ()

    def of(self, token: str) -> Told:
        """What was said of this token; of an unknown one nothing."""
        return next((one for one in self.tokens if one.token == token), Told(token))


NOTHING_TOLD: Final = OnceTold()


def telling(once: OnceTold, letter: Letter[Body]) -> OnceTold:
    """What stands once this letter counts; only the opener states whose consent there is."""
    if letter.sender_role != "opener" or letter.kind in STATES_NOBODY:
        return once
    times = () if once.tokens else _of_age(letter)
    first = bool(times)
    newer = {entry.token: _told(once.of(entry.token), entry, letter.written_at, first) for entry in letter.consent}
    kept = tuple(newer.pop(one.token, one) for one in once.tokens)
    return OnceTold((*kept, *newer.values()), once.of_age_at or min(times, default=0), once.of_age or times)


def grown_too_soon(once: OnceTold, entry: ConsentEntry, at: int, beside: tuple[ConsentEntry, ...] = ()) -> bool:
    """Whether a child is told of as an adult before the bands of the opening letter allow it. Source: R12.

    Of several children no more grow up than can be 18 by then; `beside` are the entries of the same letter.
    """
    if not grown(once, entry) or at < once.of_age_at:
        return grown(once, entry)
    adults = {one.token for one in once.tokens if one.at_first and one.grown}
    adults |= {one.token for one in (entry, *beside) if grown(once, one) and once.of(one.token).at_first}
    return once.of(entry.token).at_first and len(adults) > sum(one <= at for one in once.of_age)


def grown(once: OnceTold, entry: ConsentEntry) -> bool:
    """Whether who was once told of as a child is now told of as an adult: by age, or as it was settled. Source: H27."""
    return once.of(entry.token).as_child and not entry.treated_as_child


def provisional_too_long(once: OnceTold, entry: ConsentEntry, at: int) -> bool:
    """Whether a provisional basis was renewed more than once on this thread. Source: H10."""
    first = once.of(entry.token).provisional_at
    return entry.basis == "provisional" and bool(first) and at > first + PROVISIONAL_ENDS_S


def _told(before: Told, entry: ConsentEntry, written_at: int, first: bool) -> Told:
    provisional_at = before.provisional_at or (written_at if entry.basis == "provisional" else 0)
    child = entry.treated_as_child
    return Told(
        entry.token,
        before.as_child or child,
        provisional_at,
        before.at_first or (first and child),
        before.grown or (before.as_child and not child),
    )


def _of_age(letter: Letter[Body]) -> tuple[int, ...]:
    body = letter.body
    if not isinstance(body, OfferBody | ReturnRequestBody | TransitRequestBody):
        return ()
    bands = [band for band in (body.age_band, *body.dependants) if band in CHILD_BANDS]
    # an adult band of somebody treated as a child may be right: then nothing keeps her from being settled as an adult
    doubted = sum(entry.treated_as_child for entry in letter.consent) - len(bands)
    years = [*[0] * max(0, doubted), *(SOONEST_YEARS[band] for band in bands)]
    return tuple(sorted(letter.written_at + one * YEAR_S for one in years))
