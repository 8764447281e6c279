"""When this node was last copied, and when a node last came out of its copies.

Three small files beside the database say it, so that it is known while no node runs, and written beside one that does.
The page of health, the doctor and the metrics read the same times and judge them by the same limits.
Source: interface O3; at-rest 5.4.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from node.service.context import DAY_S

LAST_BACKUP: Final = "last-backup"
LAST_KEYS: Final = "last-keys-copy"
LAST_TRIED: Final = "last-restore-check"
#                          look at it after, wrong after: a copy of the keys is destroyed when it is 30 days old
LIMITS_S: Final[dict[str, tuple[int, int]]] = {
    LAST_BACKUP: (2 * DAY_S, 7 * DAY_S),
    LAST_KEYS: (10 * DAY_S, 30 * DAY_S),
    LAST_TRIED: (40 * DAY_S, 100 * DAY_S),
}
Standing = Literal["ok", "warning", "wrong", "never"]


class LastDone(msgspec.Struct, frozen=True):
    """When something was last done (UTC seconds)."""

    at: int


@dataclass(frozen=True, slots=True)
class Copies:
    """When the database was copied, when its keys were, and when a node came out of both; None: never, or not known."""

    database_at: int | None
    keys_at: int | None
    tried_at: int | None


def copies_of(folder: Path) -> Copies:
    """What is noted in a data folder; reads only."""
    return Copies(*(last_done(folder, name) for name in (LAST_BACKUP, LAST_KEYS, LAST_TRIED)))


def last_done(folder: Path, name: str) -> int | None:
    """When this was last done; None: never, or it cannot be told."""
    try:
        return msgspec.json.decode((folder / name).read_bytes(), type=LastDone).at
    except (OSError, msgspec.DecodeError):
        return None


def note_done(folder: Path, name: str, at: int) -> None:
    """Say that this was done now; whole or not at all."""
    beside = folder / f"{name}.new"
    beside.touch(mode=0o600)
    beside.write_bytes(msgspec.json.encode(LastDone(at)))
    # Crash here: it was done and nobody says so; the next one says it.
    os.replace(beside, folder / name)


def standing(name: str, at: int | None, now: int) -> Standing:
    """How old this is for what it is good for."""
    if at is None:
        return "never"
    soon_s, late_s = LIMITS_S[name]
    return "wrong" if now - at > late_s else "warning" if now - at > soon_s else "ok"
