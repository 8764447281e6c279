"""Care for somebody who stopped on the way: who is with her, who pays, the way back. Where she sleeps is not here.

It is local, on whichever side cares for her, and goes on after the letters stopped. Source: practice H07; domain 5.7.
"""

from typing import Literal

import msgspec

CaredForBy = Literal["our_staff", "partner_organisation", "escort", "hospital", "shelter", "nobody_yet"]
Payer = Literal["us", "other_country", "partner_organisation", "fund", "not_settled"]
WayBack = Literal["not_decided", "back_here", "onwards", "stays_there"]
CareEnd = Literal["she_is_safe", "she_goes_on_alone"]


class Care(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One person, or a family, cared for on the way; `thread` is the matter it began on, `letter` what stopped her.

    `place_written_at`: since when our people know where she sleeps tonight; the place itself is sealed to them.
    It closes only when she is safe or has said that she goes on alone (`said_by_her`). Times are UTC seconds.
    """

    care_id: str
    thread: str
    letter: str
    opened_at: int
    with_her: CaredForBy = "nobody_yet"
    payer: Payer = "not_settled"
    way_back: WayBack = "not_decided"
    place_written_at: int | None = None
    changed_at: int = 0
    end: CareEnd | None = None
    said_by_her: bool = False
    ended_by: str = ""
    ended_at: int | None = None

    @property
    def lacks(self) -> tuple[str, ...]:
        """What nobody has settled yet, in the order in which it is asked for."""
        missing = {
            "with_her": self.with_her == "nobody_yet",
            "place_tonight": self.place_written_at is None,
            "payer": self.payer == "not_settled",
            "way_back": self.way_back == "not_decided",
        }
        return tuple(name for name, is_missing in missing.items() if is_missing)


def cared_for(care: tuple[Care, ...], thread: str, letter: str) -> bool:
    """Whether somebody cares already, or has cared, since this letter stopped her."""
    return any(one.thread == thread and (one.ended_at is None or one.letter == letter) for one in care)
