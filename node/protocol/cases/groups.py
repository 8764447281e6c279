"""People who were found together: each has a case, a talk, a consent and threads of her own. Nothing of it travels.

`group` is a random local number under seal; no letter can say it. Source: practice H33.
"""

from typing import Literal

import msgspec

Together = Literal["not_asked", "keep_together", "keep_apart", "no_wish"]


class GroupTie(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a person belongs to a group, and whether she wishes to be near the others; asked of her alone.

    `cases` are the local ids of the other cases. Whom she wishes to be kept apart from stands in `apart_from`.
    """

    group: str
    cases: tuple[str, ...]
    wish: Together = "not_asked"
    apart_from: tuple[str, ...] = ()
    asked_alone_at: int | None = None
    asked_by: str = ""
