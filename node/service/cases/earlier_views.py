"""What stood in a case before it was corrected, as people are shown it. Source: interface C6."""

from typing import Any

import msgspec


class EarlierView(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact was until `until` (UTC seconds), and whose change ended it; no person: a fact of the case itself."""

    person_id: str | None
    field: str
    value: Any
    until: int
    by: tuple[str, ...]


class EarlierName(msgspec.Struct, frozen=True, kw_only=True):
    """What stood in a field before: until when (UTC seconds), and who wrote what came after it."""

    person_id: str
    field: str
    value: str
    until: int
    by: str
