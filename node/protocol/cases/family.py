"""What stands between a person and her family: who may be involved, and what they may be told.

Data only. Whoever may be involved in what was done to her is never contacted, whichever person a letter is about (R15);
families hear nothing of trafficking unless she said so (R16). Source: R15, R16; practice H12.
"""

from typing import Literal

import msgspec

Involved = Literal["parent", "sibling", "partner", "other_relative", "whole_family", "not_said"]
MayBeTold = Literal["nothing_about_trafficking", "what_she_agreed"]
TOLD_BY_DEFAULT: MayBeTold = "nothing_about_trafficking"


class Suspicion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Family that may be involved: which kind of relative, since when (UTC seconds), recorded by whom or "node".

    One person raises it and it works at once; two lift it. Source: R15.
    """

    who: Involved
    since: int
    by: str


class FamilyRecords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is recorded about a person's family. `told` is what she allowed them to hear; never more by default."""

    suspicions: tuple[Suspicion, ...] = ()
    told: MayBeTold = TOLD_BY_DEFAULT

    @property
    def suspected(self) -> bool:
        """Whether somebody of the family may be involved: then nobody of it is contacted."""
        return bool(self.suspicions)


NO_FAMILY_RECORDS = FamilyRecords()
