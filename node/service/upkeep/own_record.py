"""Our own record: the newest there is, and the next one, signed by the message key and written whole.

Whatever changes in it goes the same way: written here, signed by the country's role key offline, taken by the
publisher. Source: registry.md 4.3, 4.5.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from node.crypto.suite import SigningKey
from node.crypto.text import to_base64url
from node.service.context import DAY_S
from node.service.staff.older_offices import older_offices
from node.service.upkeep.new_record import MAX_MESSAGE_KEYS
from node.service.upkeep.setup import RECORD_FILE, Opened
from registry.record import KeyStatus, MessageKey, OfficeKey, Record, pack_node_record, read_node_record

KEYS_OF_A_HOLDER = 2  # that a record may list (wire 8)
MESSAGE_CHANGE = "message_change"
LISTED_BEFORE_S = DAY_S  # a key counts from a day before, for clocks that are behind


class MessageChange(msgspec.Struct, frozen=True):
    """When the message key was last changed, to which, and whether the one before was stolen."""

    at: int
    key: bytes
    stolen: bool


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


def write_next(opened: Opened, key: SigningKey, **changes: Any) -> Record:
    """Write node-record.json with the next serial and these changes; durable before it returns."""
    before = own_record(opened)
    record = msgspec.structs.replace(
        before.record, serial=before.record.serial + 1, prev_sha256=before.sha256.hex(),
        issued_at=opened.node.now(), **changes,
    )  # fmt: skip
    _write(opened.folder.path / RECORD_FILE, pack_node_record(record, key))
    return record


def write_wanted(opened: Opened) -> Record | None:
    """Write the next record where the newest one does not say which keys this node has; None where it does.

    So a change of keys that was interrupted before its record is finished by asking for it.
    """
    changes = changes_wanted(opened)
    return write_next(opened, opened.node.keys.message, **changes) if changes else None


def changes_wanted(opened: Opened) -> dict[str, Any]:
    """The fields of the record that the keys of this node ask for, and that the newest record says otherwise."""
    record, keys = own_record(opened).record, opened.node.keys
    wanted: dict[str, Any] = {}
    offices = _offices(opened, record)
    if sorted(offices, key=_text) != sorted(record.office_keys, key=_text):
        wanted["office_keys"] = offices
    messages = _messages(opened, record)
    if messages != record.message_keys:
        wanted |= {"message_keys": messages, "next_message_key_sha256": None}
    if keys.fallback.public != record.kem_fallback_public:
        wanted["kem_fallback"] = to_base64url(keys.fallback.public)
    return wanted


def _messages(opened: Opened, record: Record) -> list[MessageKey]:
    """Ours as the current one; those before it as retired since the change, or revoked where one was stolen."""
    mine = opened.node.keys.message
    key_id = mine.key_id
    if any(key.key_id == key_id for key in record.message_keys):
        return record.message_keys  # a retired one came back with an old copy: nobody makes it current again by itself
    kept = opened.node.store.read_sync(lambda reader: reader.meta.get(MESSAGE_CHANGE))
    note = msgspec.msgpack.decode(kept, type=MessageChange) if isinstance(kept, bytes) else None
    at = note.at if note is not None and note.key == key_id else opened.node.now()
    status: KeyStatus = "revoked" if note is not None and note.stolen else "retired"
    until = record.valid_until
    fresh = MessageKey(key=to_base64url(mine.public), from_at=at - LISTED_BEFORE_S, until=until, status="current")
    before = [
        msgspec.structs.replace(key, status=status, until=max(key.from_at + 1, min(key.until, at)))
        if key.status == "current" else key
        for key in record.message_keys
    ]  # fmt: skip
    return [fresh, *before][:MAX_MESSAGE_KEYS]


def _offices(opened: Opened, record: Record) -> list[OfficeKey]:
    node, older = opened.node, opened.node.store.read_sync(older_offices)
    public = to_base64url(node.office_public)
    ours = {one.kid: one for one in older}
    mine = [key for key in record.office_keys if key.key == public or key.office_kid in ours]
    if not mine:
        return record.office_keys
    listed = next((key for key in mine if key.key == public), None)
    until = record.valid_until
    newest = listed or msgspec.structs.replace(mine[0], key=public, from_at=older[0].changed_at, until=until)
    before = [
        msgspec.structs.replace(key, until=max(key.from_at + 1, min(key.until, ours[key.office_kid].until)))
        for one in older[: KEYS_OF_A_HOLDER - 1]
        for key in mine
        if key.office_kid == one.kid
    ]
    over = [key for key in record.office_keys if key.holder == newest.holder and key.until <= node.now()]
    return [newest, *before, *(key for key in record.office_keys if key not in mine and key not in over)]


def _text(key: OfficeKey) -> str:
    return key.key


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all: a record cut in half could not be renewed again."""
    beside = path.with_suffix(".new")
    with open(beside, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    # Crash here: the old record stays, and the new one is written again.
    os.replace(beside, path)
