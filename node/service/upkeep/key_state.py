"""How the keys of this node stand: what the registry says of them, what waits for it, and what is still to do.

Facts only, no key and nobody's name; the page of keys and `trm-node keys` say them in sentences. Source: interface O2.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from node.errors import OpenTRMError
from node.service.actor import Actor
from node.service.context import Node
from node.service.keep.copies import copies_of
from node.service.staff.older_offices import older_offices
from node.service.upkeep.office_change import ROTATE, last_arrival
from node.service.upkeep.own_record import MESSAGE_CHANGE, MessageChange
from node.service.upkeep.setup import RECORD_FILE
from node.store.work import Reader
from registry.record import Record, read_node_record
from registry.trust import Country, View

Listed = Literal["yes", "waits", "unwritten", "elsewhere", "unknown"]


@dataclass(frozen=True, slots=True)
class Held:
    """What a node has, public halves only: of one that runs here, or as `looking` reads it beside one."""

    country: str
    now: int
    view: View
    folder: Path
    office_public: bytes
    message_kid: bytes
    fallback_public: bytes
    max_life_s: int


class KeyState(msgspec.Struct, frozen=True, kw_only=True):
    """One moment. Times are UTC seconds, None where there is none.

    `office`, `message`, `fallback`: whether the registry lists ours (`yes`), its record waits (`waits`), no record says
    so yet (`unwritten`), it lists only others (`elsewhere`, as after a restore from before a change), or nothing is
    known of us there (`unknown`).
    """

    now: int
    record_here: int | None
    record_there: int | None
    record_there_at: int | None
    groups: str
    office: Listed
    office_waits_until: int
    office_changed_at: int | None
    older_offices: int
    older_until: int
    older_last_letter: int
    message: Listed
    message_changed_at: int | None
    fallback: Listed
    next_announced: bool
    next_published: bool
    asked_for: bool
    copied_since: bool
    tried_at: int | None


async def key_state(node: Node, actor: Actor) -> KeyState:
    """For operators and coordinators."""
    actor.must_be("operator", "coordinator")
    return await node.store.read(lambda reader: state_in(node, reader))


def state_in(node: Node, reader: Reader) -> KeyState:
    """The same in a transaction."""
    keys, life_s = node.keys, node.limits.max_life_s
    return state_of(
        Held(
            node.country, node.now(), node.view, node.store.folder, node.office_public, keys.message.key_id,
            keys.fallback.public, life_s,
        ),
        reader,
    )  # fmt: skip


def state_of(node: Held, reader: Reader) -> KeyState:
    """The same of what was looked at."""
    there, here = node.view.country(node.country), _here(node)
    older, copies = older_offices(reader), copies_of(node.folder)
    changed = max([one.changed_at for one in older] + [0], default=0) or None
    message = _message_changed(node, reader)
    newest = max(changed or 0, message or 0)
    copied = newest == 0 or min(copies.database_at or 0, copies.keys_at or 0) >= newest
    key = None if there is None else next((k for k in there.office_keys if k.public == node.office_public), None)
    return KeyState(
        now=node.now,
        record_here=None if here is None else here.serial,
        record_there=None if there is None else there.serial,
        record_there_at=None if there is None else there.record.issued_at,
        groups="" if there is None else there.fingerprint,
        office=_office(node, here, there, changed is not None),
        office_waits_until=0 if key is None else key.waits_until,
        office_changed_at=changed,
        older_offices=len(older),
        older_until=max((one.until for one in older), default=0),
        older_last_letter=max((last_arrival(node.max_life_s, one) for one in older), default=0),
        message=_message(node, here, there, message is not None),
        message_changed_at=message,
        fallback=_fallback(node, here, there),
        next_announced=here is not None and here.next_message_key_sha256 is not None,
        next_published=there is not None and there.record.next_message_key_sha256 is not None,
        asked_for=reader.tasks.waits(ROTATE),
        copied_since=copied,
        tried_at=copies.tried_at,
    )


def _here(node: Held) -> Record | None:
    """The record in the data folder; None where it cannot be read."""
    try:
        return read_node_record((node.folder / RECORD_FILE).read_bytes())[0]
    except (OSError, OpenTRMError):
        return None


def _office(node: Held, here: Record | None, there: Country | None, changed: bool) -> Listed:
    ours = node.office_public
    in_there = there is not None and any(key.public == ours for key in there.office_keys)
    in_here = here is not None and any(key.public == ours for key in here.office_keys)
    return _listed(in_there, in_here, _follows(here, there), changed)


def _message(node: Held, here: Record | None, there: Country | None, changed: bool) -> Listed:
    ours = node.message_kid
    in_there = there is not None and any(
        key.key_id == ours and key.record_status == "current" for key in there.message_keys
    )
    in_here = here is not None and any(key.key_id == ours and key.status == "current" for key in here.message_keys)
    return _listed(in_there, in_here, _follows(here, there), changed)


def _fallback(node: Held, here: Record | None, there: Country | None) -> Listed:
    ours = node.fallback_public
    in_there = there is not None and there.record.kem_fallback_public == ours
    in_here = here is not None and here.kem_fallback_public == ours
    return _listed(in_there, in_here, _follows(here, there), True)


def _follows(here: Record | None, there: Country | None) -> bool | None:
    """Whether the record in the folder comes after the published one; None where none is published."""
    return None if there is None else here is not None and here.serial > there.serial


def _listed(in_there: bool, in_here: bool, follows: bool | None, changed: bool) -> Listed:
    if in_there:
        return "yes"
    if in_here and follows is not False:
        return "waits"
    if changed and not in_here:
        return "unwritten"
    return "unknown" if follows is None else "elsewhere"


def _message_changed(node: Held, reader: Reader) -> int | None:
    kept = reader.meta.get(MESSAGE_CHANGE)
    note = msgspec.msgpack.decode(kept, type=MessageChange) if isinstance(kept, bytes) else None
    return note.at if note is not None and note.key == node.message_kid else None
