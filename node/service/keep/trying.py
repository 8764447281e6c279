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
from node.errors import OpenTRMError, Unavailable
from node.service.keep.backup import come_back
from node.service.keep.copies import LAST_TRIED, note_done
from node.service.upkeep.setup import Unlock, keys_open, open_node
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring
from registry.trust import View

BEGINS = ".tried-"


@dataclass(frozen=True, slots=True)
class Copied:
    """Both copies of a node, and how its keys are had."""

    country: str
    database: Path
    keys: Path
    unlock: Unlock


def try_copies(real: DataFolder, copied: Copied, view: View, clock: Clock, random: Random) -> int:
    """Make a node out of copies and count its cases; noted in the real folder. The copies stay as they are.

    Raises what a real restore would raise; Unavailable where the copy of the keys is older than a case that still is.
    """
    place = copied.database.resolve().parent
    _sweep(place)
    with tempfile.TemporaryDirectory(dir=place, prefix=BEGINS) as empty:
        # Crash here: a folder .tried-* lies beside the copy, as sealed as they are; the next try takes it away.
        folder = DataFolder(Path(empty)).create()
        cases = _came_out(folder, copied, view, clock, random)
        _must_have(real, folder, cases)
    for suffix in ("-wal", "-shm"):  # of reading the copy
        copied.keys.with_name(copied.keys.name + suffix).unlink(missing_ok=True)
    note_done(real.path, LAST_TRIED, clock.now())
    return len(cases)


def _came_out(folder: DataFolder, copied: Copied, view: View, clock: Clock, random: Random) -> list[bytes]:
    """The keys that the cases of the copy ask for, once a node was opened and its database read whole."""
    come_back(folder, copied.database, copied.keys, copied.unlock, clock, random)
    found = _asked_for(folder)  # before the node opens: it takes a case without a key for one that was erased
    opened = open_node(folder, copied.country, copied.unlock, view, clock, random)
    try:
        owner = opened.node.store.read_sync(lambda reader: reader.meta.country())
        if owner != copied.country or opened.node.store.check():
            raise Unavailable("the copy is damaged, or of another country; make another one and try that")
    finally:
        opened.close()
    keys_open(folder, copied.unlock)
    return found


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
        says = f"{lost} cases of this copy have no key in the copy of the keys, which is older"
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
