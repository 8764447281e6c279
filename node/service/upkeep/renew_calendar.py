"""A new record with another calendar, to be signed by the country and the maintainers like any record.

The node signs it with its message key; nothing else changes but serial, predecessor and time. Source: registry.md 4.3.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from node.service.context import Node
from node.service.upkeep.setup import RECORD_FILE, Opened
from registry.record import Calendar, Record, pack_node_record, read_node_record


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """Our newest record and the hash of its bytes: the registry's where that is newer than the one in the folder."""

    record: Record
    sha256: bytes


def own_record(opened: Opened) -> OwnRecord:
    """The record that a new one follows."""
    record, data, _ = read_node_record((opened.folder.path / RECORD_FILE).read_bytes())
    published = opened.node.view.country(opened.node.country)
    if published is not None and published.serial >= record.serial:
        return OwnRecord(published.record, published.record_sha256)
    return OwnRecord(record, hashlib.sha256(data).digest())


def renew_calendar(opened: Opened, calendar: Calendar, out_of_hours: str | None = None) -> Record:
    """Write node-record.json with this calendar, this number if one is given, and the next serial; durable before it
    returns.
    """
    node: Node = opened.node
    before = own_record(opened)
    renewed = msgspec.structs.replace(
        before.record, serial=before.record.serial + 1, prev_sha256=before.sha256.hex(), issued_at=node.now(),
        calendar=calendar, out_of_hours=out_of_hours or before.record.out_of_hours,
    )  # fmt: skip
    _write(opened.folder.path / RECORD_FILE, pack_node_record(renewed, node.keys.message))
    return renewed


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a record cut in half could not be renewed again."""
    beside = path.with_suffix(".new")
    with open(beside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # Crash here: the old record stays, and the new one is written again.
    os.replace(beside, path)
