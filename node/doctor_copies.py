"""The doctor's look for older copies that were left in the data folder: what is erased lives on in them."""

from typing import Final

from node.findings import Finding, Patient
from node.store.folder import DATABASE_NAME, KEYS_NAME

LOGS: Final = ("-wal", "-shm", "-journal")  # part of the file they lie beside
IN_USE: Final = frozenset((DATABASE_NAME, KEYS_NAME))


def older_copies(patient: Patient) -> Finding:
    """None lies there: a restore leaves one for letters that no copy has, and people make some by hand."""
    names = {_without_log(path.name) for path in patient.data_dir.iterdir() if path.name.startswith(tuple(IN_USE))}
    left = sorted(names - IN_USE)
    if not left:
        return Finding("older_copies", "ok", "no older copy of database or keys lies in the data folder")
    many = "1 older copy" if len(left) == 1 else f"{len(left)} older copies"
    says = f"{many} of database or keys in the data folder; erasure does not reach them"
    fix = f"once the node is known to be well, destroy {', '.join(left)}, with -wal and -shm where they lie beside it"
    return Finding("older_copies", "warning", says, fix)


def _without_log(name: str) -> str:
    return next((name.removesuffix(end) for end in LOGS if name.endswith(end)), name)
