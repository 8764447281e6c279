"""Which version a role key asked for last: the offline machine sees no registry, and a stale number shows only there.

A note beside the sealed key, no secret; without it nothing is refused.
"""

from pathlib import Path
from typing import Final

from node.errors import BadInput
from registry.repository import write_whole

NOTE: Final = "last-asked"


def last_asked(key: Path) -> int | None:
    """The version of the newest request that was made with this key folder; None where it is not known."""
    note = key / NOTE
    text = note.read_text("ascii", "replace").strip() if note.exists() else ""
    return int(text) if text.isascii() and text.isdigit() else None


def must_not_be_older(version: int, last: int | None) -> None:
    """BadInput for a number that a later request has left behind: no registry would take it."""
    if last is not None and version < last:
        raise BadInput(f"version {version} is older than {last}, which was asked for with this key; give --version "
                       f"{last + 1}, or {last} if that was never published; if {last} was a slip, remove {NOTE} from "
                       "the key folder", field="version")  # fmt: skip


def note_asked(key: Path, version: int) -> None:
    """Remember it; a crash before leaves the older number, which refuses less."""
    write_whole(key / NOTE, f"{version}\n".encode())
