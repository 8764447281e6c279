"""The journal of a node: opened with it, written before each commit, replayed after a restore, compacted at a start.

Where it is missing or not whole after a restore, nothing about a person is released until two people answer for each
case. Source: H08.
"""

from node.crypto.errors import OpenFailed
from node.errors import Unavailable
from node.log import get
from node.service.context import Node
from node.service.keep.notes import Begun
from node.service.keep.replay import covers, erase_what_lost_its_key, newest, replay
from node.service.keep.restored import HOLD
from node.store.folder import DataFolder
from node.store.journal import BadJournal, Journal, heads_of, read_journal
from node.store.keyring import Keyring
from node.store.work import Work

log = get()
COMPACT_BYTES = 1024 * 1024
MISSING = "restored_without_journal"
RESTORED = "restored"
BACKUP_LINES = "backup_lines"  # how long its audit was
BACKUP_AT = "backup_at"  # the last thing the backup knows of; until the journal was laid over it


def open_journal(node: Node, keyring: Keyring, folder: DataFolder) -> Journal:
    """Open the journal and have every transaction note in it first. One that is not whole is set aside and begun anew.

    Unavailable when its folder cannot be used: a node that cannot note what protects changes nothing.
    """
    # While a restore is under way the head beside the keys is the witness of what was lost: it is not written over.
    restoring = node.store.read_sync(lambda reader: bool({RESTORED, BACKUP_AT} & reader.meta.settings("").keys()))
    try:
        journal = Journal.open(folder.journal)
        if not restoring and not _is_noted(keyring, folder):
            journal.close()
            raise BadJournal("journal lacks records that were written")
    except BadJournal as error:
        log.error("journal_damaged", error=error)
        folder.journal.rename(folder.journal.with_name(f"{folder.journal.name}.damaged-{node.now()}"))
        journal = Journal.open(folder.journal)
        node.store.write_sync(lambda work: work.tasks.add("journal_damaged", node.now()))
    if journal.head[0] == 0:
        journal.append([node.seals.seal_note(Begun(at=node.now()))])
    elif journal.size_bytes > COMPACT_BYTES and not restoring:
        journal.compact([node.seals.seal_note(one) for one in newest(_records(folder), node)])
    if not restoring:
        keyring.note_journal_head(*journal.head)

    def append(entries: list[bytes]) -> None:
        journal.append(entries)
        # Crash here: the key file knows of fewer records than there are, which is no fault.
        keyring.note_journal_head(*journal.head)

    node.store.journal_to(append)
    return journal


def after_restore(node: Node, keyring: Keyring, folder: DataFolder, journal: Journal, backup_at: int) -> None:
    """Lay the journal over a database that was just restored; hold all persons where it does not tell everything."""
    now = node.now()
    try:
        found = newest(_records(folder), node)
        whole = covers(heads_of(folder.journal), keyring.journal_head(), found, backup_at)
    except (BadJournal, OpenFailed, Unavailable) as error:
        log.error("journal_unusable", error=error)
        found, whole = [], False

    def lay(work: Work) -> None:
        work.sessions.end_everybody(now)  # who was signed in when the backup was made may be shut out since
        erase_what_lost_its_key(node, work, now)
        if found:
            replay(node, work, found, now, _lines(work), whole=whole)
        if not whole:
            work.meta.put(HOLD, now)
            work.restored.forget_answers()
            work.tasks.add(MISSING, now)

        work.meta.drop(BACKUP_AT)
        work.meta.drop(BACKUP_LINES)

    node.store.write_sync(lay)
    # Crash here: the head is noted at the next start.
    keyring.note_journal_head(*journal.head)


def _lines(work: Work) -> int:
    """How many lines the audit had in the backup."""
    found = work.meta.get(BACKUP_LINES)
    return found if isinstance(found, int) else 0


def _is_noted(keyring: Keyring, folder: DataFolder) -> bool:
    noted = keyring.journal_head()
    return noted is None or noted in heads_of(folder.journal)


def _records(folder: DataFolder) -> list[bytes]:
    return [data for _, data in read_journal(folder.journal)]
