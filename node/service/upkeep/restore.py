"""A node brought back from a backup of its database: a new channel epoch, fresh prekeys, and a word to every peer.

So a restored node never looks like a forger, and peers release again what it lost. Its keys are in no backup of the
database and stay where they are. Source: wire 1 (channel epoch), 7 (channel.hello); attack 59.
"""

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from node.errors import BadInput
from node.service.context import Node
from node.service.delivery.queueing import greet
from node.service.keep.journal import BACKUP_AT, BACKUP_LINES, RESTORED
from node.service.keep.restored import HOLD
from node.store.copy import to_disk
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.problems import ForeignDatabase, StoreBroken
from node.store.work import Work

FIRST_PREKEY = "first_prekey"
KEPT = ".before-restore"
LOGS = ("-wal", "-shm")  # what SQLite keeps beside a database
TRAINING = "training"  # in the database: made for practice
MayBe = Callable[[bool], None]  # told whether a copy was made for practice; raises where it is not wanted here


def put_back(folder: DataFolder, backup: Path) -> None:
    """Put a backup in place of a node's database; the node that opens it next begins a new epoch by itself.

    The folder must not be in use. What stood there is kept beside it under `.before-restore`.
    """
    put_in_place(folder, staged(folder, backup))


def staged(folder: DataFolder, backup: Path, country: str | None = None, may_be: MayBe | None = None) -> Path:
    """A copy of a backup beside the database, marked as restored; nothing of the node is changed yet.

    `may_be` is told whether it was made for practice, and raises where that is not wanted. BadInput when the backup is
    missing, damaged, or not of `country`; what `Store.open` raises when it is newer than this program.
    """
    if not backup.is_file():
        raise BadInput("there is no backup of that name; name the file to restore", field="backup")
    fresh = folder.database.with_name("node.db.restoring")
    if fresh.exists() and fresh.samefile(backup):
        raise BadInput("that is what a restore left on its way; name the copy that it was made of", field="backup")
    with ExitStack() as undone:
        undone.callback(_forgotten, fresh)
        _forgotten(fresh)
        _copied(backup, fresh)
        store = _opened(fresh)
        undone.callback(store.close)
        _must_be_ours(store, country, may_be)
        store.write_sync(lambda work: work.meta.put(RESTORED, 1))
        undone.pop_all()
        store.close()
    return fresh


def _copied(backup: Path, fresh: Path) -> None:
    """For its owner alone, and with its log: what an earlier restore put aside has its last commits there."""
    for suffix in ("", "-wal"):
        if (there := _beside(backup, suffix)).exists():
            _beside(fresh, suffix).touch(mode=0o600)
            shutil.copyfile(there, _beside(fresh, suffix))


def _opened(fresh: Path) -> Store:
    """The copy as a store; BadInput in words about a copy, not about the data folder."""
    try:
        return Store.open(fresh, create=False)
    except ForeignDatabase:
        raise BadInput("that file is no copy of a database; name what trm-node backup wrote", field="backup") from None
    except StoreBroken:
        raise BadInput("that copy is damaged or cut off; name another one", field="backup") from None


def _must_be_ours(store: Store, country: str | None, may_be: MayBe | None) -> None:
    found, training = store.read_sync(lambda reader: (reader.meta.country(), bool(reader.meta.get(TRAINING))))
    if country is not None and found != country:
        raise BadInput(f"that is a copy of the database of {found}; name one of {country}", field="backup")
    if may_be is not None:
        may_be(training)


def put_in_place(folder: DataFolder, fresh: Path) -> None:
    """What was staged becomes the database; what stood there is kept, whole, under a name of its own."""
    _put_aside(folder.database)
    # Crash here: there is no database, and the node says so; restore again.
    fresh.replace(folder.database)
    to_disk(folder.path)


def _put_aside(database: Path) -> None:
    """The database with its log, without which it lacks its last commits: a node that was killed left one.

    Neither stands alone at any time: the log is copied before the database is moved, and goes when that is on the disk,
    because SQLite would lay it over whatever database it finds beside it.
    """
    kept, log = _kept_as(database), _beside(database, "-wal")
    if log.exists():
        _copy_whole(log, _beside(kept, "-wal"))
    # Crash here: the old database still stands with its log, a copy of which lies there for nothing; restore again.
    if database.exists():
        database.replace(kept)
        to_disk(database.parent)
    # Crash here: there is no database, and what was there is whole under its new name; restore again.
    for suffix in LOGS:
        _beside(database, suffix).unlink(missing_ok=True)
    to_disk(database.parent)


def _copy_whole(source: Path, target: Path) -> None:
    """On the disk, or not there: a disk that is full keeps no half of it."""
    try:
        shutil.copy(source, target)
        to_disk(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def newest_kept(folder: DataFolder) -> str | None:
    """The name of the newest database that a restore put aside; None where none ever was."""
    kept = [path.name for path in folder.path.glob(f"{folder.database.name}{KEPT}*") if not path.name.endswith(LOGS)]
    return max(kept, key=lambda name: (len(name), name), default=None)


def _kept_as(database: Path) -> Path:
    """A name that no earlier restore used: what it put aside may hold letters that no copy has."""
    tries = (_beside(database, KEPT if number == 1 else f"{KEPT}-{number}") for number in count(1))
    return next(one for one in tries if not any(_beside(one, suffix).exists() for suffix in ("", *LOGS)))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _forgotten(fresh: Path) -> None:
    for suffix in ("", *LOGS):
        _beside(fresh, suffix).unlink(missing_ok=True)


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
