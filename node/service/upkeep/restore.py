"""A node brought back from a backup of its database: a new channel epoch, fresh prekeys, and a word to every peer.

So a restored node never looks like a forger, and peers release again what it lost. Its keys are in no backup of the
database and stay where they are. Source: wire 1 (channel epoch), 7 (channel.hello); attack 59.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from node.errors import BadInput
from node.service.context import Node
from node.service.delivery.queueing import greet
from node.service.keep.journal import BACKUP_AT, BACKUP_LINES, RESTORED
from node.service.keep.restored import HOLD
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.problems import ForeignDatabase
from node.store.work import Work

FIRST_PREKEY = "first_prekey"
TRAINING = "training"  # in the database: made for practice
MayBe = Callable[[bool], None]  # told whether a copy was made for practice; raises where it is not wanted here


def put_back(folder: DataFolder, backup: Path) -> None:
    """Put a backup in place of a node's database; the node that opens it next begins a new epoch by itself.

    The folder must not be in use. What stood there is kept beside it under `.before-restore`.
    """
    put_in_place(folder, staged(folder, backup))


def staged(folder: DataFolder, backup: Path, may_be: MayBe | None = None) -> Path:
    """A copy of a backup beside the database, marked as restored; nothing of the node is changed yet.

    `may_be` is told whether it was made for practice, and raises where that is not wanted. BadInput when the backup is
    missing; what `Store.open` raises when it is no whole database of a node.
    """
    if not backup.is_file():
        raise BadInput("there is no backup of that name; name the file to restore", field="backup")
    fresh = folder.database.with_name("node.db.restoring")
    fresh.unlink(missing_ok=True)
    shutil.copyfile(backup, fresh)
    try:
        store = Store.open(fresh, create=False)
    except ForeignDatabase:  # whose sentence is about a data folder
        fresh.unlink()
        raise BadInput("that file is no copy of a database; name what trm-node backup wrote", field="backup") from None
    try:
        if may_be is not None:
            may_be(bool(store.read_sync(lambda reader: reader.meta.get(TRAINING))))
        store.write_sync(lambda work: work.meta.put(RESTORED, 1))
    except BadInput:
        fresh.unlink()
        raise
    finally:
        store.close()
    return fresh


def put_in_place(folder: DataFolder, fresh: Path) -> None:
    """What was staged becomes the database."""
    # Crash here: the old database still stands; restore again.
    for suffix in ("-wal", "-shm", ""):
        old = folder.database.with_name(folder.database.name + suffix)
        if old.exists():
            old.replace(old.with_name(f"{old.name}.before-restore"))
    # Crash here: there is no database, and the node says so; restore again.
    fresh.replace(folder.database)


def begin_new_epoch(node: Node) -> bool:
    """Number statements anew, leave the old prekeys and greet every peer, if the database was restored; True if so.

    One transaction: after a crash it either happened or happens at the next start. Source: wire 1, 7.
    """
    now = node.now()
    epoch = int.from_bytes(node.random(8), "big") >> 11

    def begin(work: Work) -> bool:
        if work.meta.get(RESTORED) is None:
            return False
        work.meta.put_channel_epoch(epoch, now, restored=True)
        # Nothing about a person leaves before the journal was replayed, whatever happens in between (H08).
        work.meta.put(HOLD, now)
        # Above every number that the lost node can have used: it counted weeks, this counts seconds.
        work.meta.put(FIRST_PREKEY, now)
        newest = work.audit.lines(limit=1)
        work.meta.put(BACKUP_AT, newest[0].at if newest else 0)
        work.meta.put(BACKUP_LINES, newest[0].seq if newest else 0)
        for contact in work.peers.all():
            greet(node, work, contact.peer, epoch, now)
        work.audit.append(now, "node", "restored")
        work.meta.drop(RESTORED)
        return True

    restored = node.store.write_sync(begin)
    if restored:
        node.epoch = epoch
    return restored
