"""A restore that is tried: a node is made out of both copies, opened, looked through, and thrown away.

Only that proves a backup. Nothing of the node itself is changed but the note of when it was done, also while it runs.
Source: at-rest 5.4; interface O3.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from node.clock import Clock
from node.crypto.batch import Random
from node.errors import OpenTRMError, Unavailable, counted
from node.service.keep.backup import come_back
from node.service.keep.copies import LAST_TRIED, note_done
from node.service.upkeep.setup import RECORD_FILE, Unlock, keys_open, open_node
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring
from registry.record import Record, read_node_record
from registry.trust import View

BEGINS = ".tried-"


@dataclass(frozen=True, slots=True)
class Copied:
    """Both copies of a node, and how its keys are had."""

    country: str
    database: Path
    keys: Path
    unlock: Unlock


@dataclass(frozen=True, slots=True)
class Tried:
    """What came out of the copies: how many cases, and which keys of the node are other ones since."""

    cases: int
    office_changed: bool
    message_changed: bool


def try_copies(real: DataFolder, copied: Copied, view: View, clock: Clock, random: Random) -> Tried:
    """Make a node out of copies and look at it; noted in the real folder. The copies stay as they are.

    Raises what a real restore would raise; Unavailable where the copy of the keys is older than a case that still is.
    """
    place = copied.database.resolve().parent
    _sweep(place)
    with tempfile.TemporaryDirectory(dir=place, prefix=BEGINS) as empty:
        # Crash here: a folder .tried-* lies beside the copy, as sealed as they are; the next try takes it away.
        folder = DataFolder(Path(empty)).create()
        cases, office = _came_out(folder, copied, view, clock, random)
        _must_have(real, folder, cases)
        tried = _compared(_record_in(real), _record_in(folder), office, len(cases))
    for suffix in ("-wal", "-shm"):  # of reading the copy
        copied.keys.with_name(copied.keys.name + suffix).unlink(missing_ok=True)
    note_done(real.path, LAST_TRIED, clock.now())
    return tried


def _came_out(
    folder: DataFolder, copied: Copied, view: View, clock: Clock, random: Random
) -> tuple[list[bytes], bytes]:
    """The keys that the cases of the copy ask for, and its office key, once a node was opened and read whole."""
    come_back(folder, copied.database, copied.keys, copied.unlock, clock, random, copied.country)
    found = _asked_for(folder)  # before the node opens: it takes a case without a key for one that was erased
    opened = open_node(folder, copied.country, copied.unlock, view, clock, random)
    try:
        owner = opened.node.store.read_sync(lambda reader: reader.meta.country())
        if owner != copied.country or opened.node.store.check():
            raise Unavailable("the copy is damaged, or of another country; make another one and try that")
        office = opened.node.office_public
    finally:
        opened.close()
    keys_open(folder, copied.unlock)
    return found, office


def _record_in(folder: DataFolder) -> Record | None:
    path = folder.path / RECORD_FILE
    return read_node_record(path.read_bytes())[0] if path.exists() else None


def _compared(now: Record | None, copied: Record | None, office: bytes, cases: int) -> Tried:
    """A machine that was lost has no record to compare with."""
    if now is None or copied is None:
        return Tried(cases, office_changed=False, message_changed=False)
    message_changed = [one.key for one in now.message_keys] != [one.key for one in copied.message_keys]
    return Tried(cases, now.office_keys[0].public != office, message_changed)


def _asked_for(folder: DataFolder) -> list[bytes]:
    store = Store.open(folder.database, create=False)
    try:
        return [key for _, key in store.read_sync(lambda reader: reader.spent.keys_of_cases())]
    finally:
        store.close()


def _must_have(real: DataFolder, folder: DataFolder, cases: list[bytes]) -> None:
    """A case that was opened after its keys were copied would be lost; one that was erased since may lack its key."""
    here = Keyring.peek(real.keys).case_keys if real.keys.exists() else {}
    there = Keyring.peek(folder.keys).case_keys
    lost = sum(key not in there and key in here for key in cases)
    if lost:
        have = "has" if lost == 1 else "have"
        says = f"{counted(lost, 'case')} of this copy {have} no key in the copy of the keys, which is older"
        raise Unavailable(f"{says}; copy the keys now (trm-node backup --keys) and try again")


def _sweep(place: Path) -> None:
    """Take away what a try left that was killed; one that is under way has its folder locked."""
    for left in place.glob(f"{BEGINS}*"):
        try:
            with DataFolder(left).lock():
                pass
        except OpenTRMError:
            continue
        shutil.rmtree(left, ignore_errors=True)
