"""The doctor's check of the journal: it holds what no copy knows, and its loss has to show before a restore needs it.

A start sets a journal that is not whole aside and begins a new one; what stood in the old one protects nobody then.
"""

from node.findings import Finding, Patient
from node.store.folder import DataFolder
from node.store.journal import BadJournal, heads_of
from node.store.keyring import Keyring
from node.store.problems import StoreBroken, StoreReadOnly

TRIES = 2  # beside a running node the second look sees a record that was written between the two reads
FIX = "put its newest copy back before the node starts; else it begins a new one, and you make a backup right after"


def journal(patient: Patient) -> Finding:
    """It is whole, and goes as far as the keys say that it was written."""
    folder = DataFolder(patient.data_dir, patient.loaded.config.node.journal_dir)
    try:
        is_whole = any(_goes_far_enough(folder) for _ in range(TRIES))
    except BadJournal:
        is_whole = False
    except (StoreBroken, StoreReadOnly):  # the check of the keys says what is wrong with them
        says = "how far the journal should go is not known: it stands beside the keys, which cannot be read"
        return Finding("journal", "warning", says, "put the keys in order first")
    if not is_whole:
        return Finding("journal", "wrong", "the journal is missing, cut or changed: a restore would not know whom it"
                       " protects", FIX)  # fmt: skip
    return Finding("journal", "ok", "the journal is whole")


def _goes_far_enough(folder: DataFolder) -> bool:
    noted = Keyring.peek(folder.keys).journal_head
    return noted is None or noted in heads_of(folder.journal)
