"""Copies of a node: the database, and apart from it the keys; and the way back from both.

A copy of the database alone opens nothing. A copy of the keys holds the message key, the journal's key and the keys of
cases, and never a prekey or the fallback: those are made anew. Source: at-rest 5.1, 5.4; wire 6; H08.
"""

import hashlib
import os
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import msgspec

from node.clock import Clock
from node.crypto.batch import Random
from node.crypto.suite import KemKey, SigningKey
from node.crypto.text import to_base64url
from node.errors import BadInput, Unavailable
from node.log import get
from node.service.context import DAY_S, Node
from node.service.keep.copies import LAST_BACKUP, LAST_KEYS, last_done, note_done
from node.service.keep.restored import HOLD
from node.service.upkeep.restore import MayBe, put_in_place, staged
from node.service.upkeep.setup import (
    KEY_FILE,
    RECORD_FILE,
    Unlock,
    keep_secret,
    kek_of_folder,
    open_secret,
    write_private,
)
from node.store.copy import copy_into, to_disk
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring, copy_keys, kept_files
from registry.record import encode_record, pack_node_record, read_node_record

log = get()
RECORD_LIFE_S = 2 * 365 * DAY_S
HAS_KEYS = "this data folder has keys; a copy of them is for a folder without any"
SETTLED_S = 3600  # what was begun so long before a backup stands in it: no disk is so slow


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy that was made and looked at: its size in bytes, SHA-256 in hex, and how many cases it holds."""

    size: int
    sha256: str
    cases: int


@dataclass(frozen=True, slots=True)
class CameBack:
    """How a restored node stands: whether everybody is held until two people answer, and whether its record changed."""

    held: bool
    new_record: bool


def back_up(folder: DataFolder, target: Path, clock: Clock) -> Copied:
    """Copy the database to a new file, also beside a running node; BadInput if there is one, or it is no place for it.

    The copy is opened and checked before anybody is told that it exists.
    """
    if target.resolve().parent == folder.path.resolve():
        raise BadInput("a backup in the data folder is lost with it; name a file elsewhere", field="target")
    if not folder.database.is_file():
        raise Unavailable("there is no database in the data folder; run init first, or name the right folder")
    at = clock.now()
    copy_into(folder.database, target)
    store = Store.open(target, read_only=True)
    try:
        if store.check():
            raise Unavailable("the copy is damaged; look at the disk and make another one")
        cases = len(store.read_sync(lambda reader: reader.spent.keys_of_cases()))
    finally:
        store.close()
        for suffix in ("-wal", "-shm"):
            target.with_name(target.name + suffix).unlink(missing_ok=True)
    note_done(folder.path, LAST_BACKUP, at)
    return Copied(target.stat().st_size, hashlib.sha256(target.read_bytes()).hexdigest(), cases)


def back_up_keys(folder: DataFolder, target: Path, clock: Clock) -> None:
    """Copy the keys to a new file: sealed as they are, without prekeys and fallback. Keep it 30 days at most."""
    if target.resolve().parent == folder.path.resolve():
        raise BadInput("a backup in the data folder is lost with it; name a file elsewhere", field="target")
    files = {name: (folder.path / name).read_bytes() for name in (KEY_FILE, RECORD_FILE)}
    at = clock.now()
    copy_keys(folder.keys, target, files)
    note_done(folder.path, LAST_KEYS, at)


def come_back(
    folder: DataFolder, backup: Path, keys: Path | None, unlock: Unlock, clock: Clock, random: Random,
    country: str | None = None, may_be: MayBe | None = None,
) -> bool:  # fmt: skip
    """Put copies in place; the node that opens the folder next begins a new epoch and lays the journal over it.

    True when a new record was written, because the fallback key is in no copy. BadInput before a key is overwritten,
    or for a copy that is not of `country`, and what `may_be` raises for one of the other kind: nothing was changed.
    """
    with folder.lock(), ExitStack() as undone:
        fresh = staged(folder, backup, country, may_be)
        new = [path for path in (folder.keys, folder.path / KEY_FILE, folder.path / RECORD_FILE) if not path.exists()]
        for path in (fresh, *new):
            undone.callback(path.unlink, missing_ok=True)
        if keys is not None:
            _keys_back(folder, keys)
        kek_of_folder(folder, unlock)  # a wrong passphrase is told while the old database still stands
        undone.pop_all()
        # Crash here: the keys are back and the database is not; restore again, without the copy of the keys. A crash
        # above, before `keys.db` is there: the same command again.
        put_in_place(folder, fresh)
        return _new_fallback(folder, unlock, clock, random)


def is_held(node: Node) -> bool:
    """Whether everybody is held until two people answer."""
    return node.store.read_sync(lambda reader: reader.meta.get(HOLD)) is not None


async def note_backup(node: Node) -> int:
    """A backup was made: keys that only older copies needed may go now. How many; safe to repeat.

    One that was spent shortly before it is kept for the next: its change may have been committed after the copy.
    """
    at = last_done(node.store.folder, LAST_BACKUP)
    if at is None:
        if (node.store.folder / LAST_BACKUP).exists():
            log.warning("last_backup_unreadable")
        return 0
    return await node.store.write(lambda work: work.spent.backed_up(min(at, node.now()) - SETTLED_S))


def _keys_back(folder: DataFolder, keys: Path) -> None:
    if folder.keys.exists():
        raise BadInput(HAS_KEYS, field="keys")
    if not keys.is_file():
        raise BadInput("there is no copy of keys of that name; name the file to restore", field="keys")
    try:
        files = kept_files(keys)
    except Unavailable as error:
        raise BadInput(f"the copy of the keys cannot be used: {error.message}", field="keys") from error
    if KEY_FILE not in files:
        raise BadInput("this is no copy of the keys of a node", field="keys")
    here = folder.path / KEY_FILE
    if here.exists() and here.read_bytes() != files[KEY_FILE]:  # the same: a restore of this copy died on its way
        raise BadInput(HAS_KEYS, field="keys")
    for name in (name for name in (KEY_FILE, RECORD_FILE) if name in files):
        beside = folder.path / f"{name}.new"
        write_private(beside, files[name])
        to_disk(beside)
        os.replace(beside, folder.path / name)
    copy_keys(keys, folder.keys, {})  # last: from here on the folder has keys


def _new_fallback(folder: DataFolder, unlock: Unlock, clock: Clock, random: Random) -> bool:
    """A fallback key of its own, which no copy has, and the next record, which says so."""
    kek, now = kek_of_folder(folder, unlock), clock.now()
    keyring = Keyring.open(folder.keys, create=False)
    try:
        if keyring.get("fallback") is not None:
            return False
        message, seed = SigningKey(open_secret(keyring, "message", kek)), random(32)
        record, data, _ = read_node_record((folder.path / RECORD_FILE).read_bytes())
        fresh = msgspec.structs.replace(
            record, serial=record.serial + 1, prev_sha256=hashlib.sha256(data).hexdigest(), issued_at=now,
            valid_until=max(record.valid_until, now + RECORD_LIFE_S // 2),
            kem_fallback=to_base64url(KemKey(seed).public),
        )  # fmt: skip
        assert encode_record(fresh) != data
        packed = pack_node_record(fresh, message)
        read_node_record(packed)
        beside = folder.path / f"{RECORD_FILE}.new"
        write_private(beside, packed)
        keep_secret(keyring, "fallback", seed, kek, random, now)
        # Crash here: the key is there and the record says another one; `trm-node doctor` finds it, restore again.
        os.replace(beside, folder.path / RECORD_FILE)
    finally:
        keyring.close()
    return True
