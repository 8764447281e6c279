"""Names and numbers that the publisher, the maintainers and the nodes share. Source: registry.md 4.2."""

import re
from datetime import UTC, datetime
from typing import Final

DAY_S: Final = 86_400
ROOT_LIFE_S: Final = 365 * DAY_S
TARGETS_LIFE_S: Final = 90 * DAY_S
COUNTRY_LIFE_S: Final = 365 * DAY_S
SNAPSHOT_LIFE_S: Final = 7 * DAY_S
TIMESTAMP_LIFE_S: Final = 2 * DAY_S
SUSPENSION_LIFE_S: Final = 3 * DAY_S

ONLINE: Final = "online"  # the folder of the publisher's key, beside those of the maintainers

MAINTAINERS_FIELD: Final = "x-trm-maintainers"  # in the signed root: who holds which two keys, and k
JOINED_FIELD: Final = "x-trm-joined-at"  # in the signed delegation: when maintainers admitted the country
REMOVED_FIELD: Final = "x-trm-removed"  # in the signed targets: whom this version takes out of the registry
ISSUED_FIELD: Final = "x-trm-issued-at"  # in the signed timestamp: what a node may call "verified at"

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_MAINTAINER: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def is_country(code: str) -> bool:
    """True for two ASCII capitals: no path, no look-alike letter (attack 39)."""
    return _COUNTRY.fullmatch(code) is not None


def is_maintainer(name: str) -> bool:
    """True for 1 to 32 of a-z, 0-9 and inner hyphens."""
    return _MAINTAINER.fullmatch(name) is not None


def country_role(code: str) -> str:
    """The TUF role of a country: c-XX."""
    return f"c-{code}"


def suspend_role(maintainer: str) -> str:
    """The TUF role in which one maintainer alone can suspend."""
    return f"suspend-{maintainer}"


def record_path(code: str) -> str:
    """Target path of the record."""
    return f"{code}/record.json"


def signature_path(code: str) -> str:
    """Target path of the record's self-signature."""
    return f"{code}/record.sig"


def suspension_path(maintainer: str, code: str) -> str:
    """Target path of one maintainer's suspension of one country."""
    return f"suspend/{maintainer}/{code}.json"


def when(at: int) -> datetime:
    """UTC seconds as TUF writes them."""
    return datetime.fromtimestamp(at, UTC)
