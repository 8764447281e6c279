"""The doctor's checks of what lies in the data folder: the folder itself, the database, the registry copy, the lock."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from node.app import unlock_of
from node.clock import INVENTED_COUNTRY
from node.config import pinned_root
from node.doctor_access import FIX, same_as
from node.errors import OpenTRMError, counted
from node.findings import Finding, Level, Patient
from node.public_holidays import days_left, how_known
from node.service.keep.copies import LAST_BACKUP, LAST_KEYS, LAST_TRIED, copies_of, standing
from node.service.network.registry import LIES, lies_noted
from node.service.upkeep.setup import KEY_FILE, RECORD_FILE, keys_open
from node.store.db import Store
from node.store.folder import KEYS_NAME, LOCK_NAME, DataFolder
from node.store.problems import StoreBroken, StoreReadOnly
from node.store.steps import steps_of
from registry.client import RegistryClient
from registry.names import DAY_S, ISSUED_FIELD
from registry.record import read_node_record
from registry.roots import maintainers_of, parse_metadata
from registry.tuftypes import Root

STALE_S = 7 * DAY_S  # until then the node sends as usual
QUEUE_ONLY_S = 14 * DAY_S  # from then on it only queues; receiving never stops
CLOCK_BEHIND_S = 300


def data_folder(patient: Patient) -> Finding:
    """It exists, is ours, and nobody else may look into it."""
    try:
        mode = patient.data_dir.stat().st_mode
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        fix = "run trm-node init" if isinstance(error, FileNotFoundError) else FIX.format(what="it")
        return Finding("data", "wrong", f"data folder: {reason}", fix)
    if not stat.S_ISDIR(mode):
        return Finding("data", "wrong", "node.data_dir is not a folder", "name a folder, then run trm-node init")
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        shown = f"{stat.S_IMODE(mode):04o}"
        return Finding("data", "wrong", f"data folder has mode {shown}; others may look into it", "run chmod 700 on it")
    return Finding("data", "ok", "data folder exists and only its owner may look into it")


def database(patient: Patient) -> Finding:
    """It is whole, ours, not newer than this program, and belongs to the country of the configuration."""
    with _opened(patient) as store:
        owner = store.read_sync(lambda reader: reader.meta.country())
        if owner != patient.country:
            says = f"database belongs to {owner or 'no country yet'}, and node.country is {patient.country}"
            return Finding("database", "wrong", says, "name the right folder in node.data_dir, or run trm-node init")
        # A newer program may have been cut off before it noted its number.
        store.read_sync(lambda reader: steps_of(reader.connection))
        faults = store.check()
    if faults:
        says = f"an exhaustive check of the database finds {len(faults)} faults"
        return Finding("database", "wrong", says, "stop the node, copy the folder aside, ask for help")
    return Finding("database", "ok", "database is whole")


def sealed_keys(patient: Patient) -> Finding:
    """Both files of keys are there and the configured secret opens them; nothing in the database opens otherwise."""
    missing = [name for name in (KEY_FILE, KEYS_NAME) if not (patient.data_dir / name).exists()]
    if missing:
        says = f"{' and '.join(missing)} missing in the data folder"
        return Finding("secrets", "wrong", says, "restore them from their own backup, or run trm-node init")
    config = patient.loaded.config
    if config.keys.key_file is None and config.keys.passphrase_file is None:
        return Finding(
            "secrets",
            "ok",
            "the sealed keys are in the data folder; opening them was not tried, for that needs the passphrase",
        )
    try:
        keys_open(DataFolder(patient.data_dir, config.node.journal_dir), unlock_of(config))
    except StoreReadOnly as error:  # nothing is wrong with the keys: nobody shall restore them
        return same_as("secrets", error)
    except StoreBroken as error:
        fix = "first stop the node and copy its data folder aside"
        return Finding("secrets", "wrong", error.message, fix)
    except OpenTRMError as error:
        fix = "give the secret that this node was made with, or restore both files from their own backup"
        return Finding("secrets", "wrong", error.message, fix)
    return Finding("secrets", "ok", "the configured secret opens the keys")


def root(patient: Patient) -> Finding:
    """The pinned root is there and is the root of a registry: everything a mirror gives is checked against it."""
    try:
        maintainers_of(parse_metadata(pinned_root(patient.loaded.config), Root).signed)
    except OpenTRMError as error:
        return Finding("root", "wrong", error.message, "put the root that the maintainers gave you there")
    return Finding("root", "ok", "the pinned root is the root of a registry")


def registry_copy(patient: Patient) -> Finding:
    """How old the newest verified registry is: old enough, and the node sends less."""
    config = patient.loaded.config
    client = RegistryClient(patient.data_dir / "registry", pinned_root(config), config.registry.mirrors)
    client.load(patient.clock.now())
    for fault in (client.damaged, client.unwritable()):
        if fault is not None:
            says, _, fix = fault.message.partition("; ")
            return Finding("registry", "wrong", says, fix)
    with _opened(patient) as store:
        newest, noted = store.read_sync(lambda it: (it.archive.latest("timestamp.json"), it.meta.get(LIES)))
    if newest is None:
        return Finding("registry", "warning", "no registry was verified yet", "start the node with a mirror in reach")
    age_s = patient.clock.now() - int(msgspec.json.decode(newest.data)["signed"].get(ISSUED_FIELD, 0))
    if age_s < -CLOCK_BEHIND_S:
        says = "the clock of this machine is behind: the registry was signed in its future"
        return Finding("registry", "wrong", says, "set the clock and turn on time service: timedatectl set-ntp true")
    if lies := lies_noted(noted):
        says = f"{len(lies)} mirrors or countries served what does not verify, went back, or were left out"
        return Finding("registry", "wrong", says, "telephone a maintainer; take that mirror out of registry.mirrors")
    says = f"the newest verified registry is {age_s // DAY_S} days old"
    if age_s > QUEUE_ONLY_S:
        return Finding(
            "registry", "wrong", f"{says}; letters only queue", "bring a mirror within reach; check the clock"
        )
    if age_s > STALE_S:
        return Finding("registry", "warning", f"{says}; sending needs two people", "bring a mirror within reach")
    return Finding("registry", "ok", says)


def calendar(patient: Patient) -> Finding:
    """Deadlines are counted in working days: the public holidays of our record must be known for a while."""
    try:
        record, _, _ = read_node_record((patient.data_dir / RECORD_FILE).read_bytes())
    except OSError:  # an invented country counts weekends only, whatever its record says
        level: Level = "ok" if INVENTED_COUNTRY.fullmatch(patient.country) else "warning"
        fix = "" if level == "ok" else "restore node-record.json from a backup"
        return Finding("calendar", level, "no record lies in the data folder", fix)
    days, now = record.calendar.holidays, patient.clock.now()
    known, left = how_known(patient.country, days, now), days_left(days, now)
    fix = "run trm-node calendar --renew, then give the new record to trm-registry request"
    if known == "none":
        return Finding("calendar", "warning", "the record lists no public holidays", fix)
    if known == "over":
        return Finding("calendar", "warning", "the public holidays of the record are over", fix)
    says = "no public holidays" if left is None else f"public holidays for {left} more days"
    if known == "running out":
        return Finding("calendar", "warning", f"the record lists {says}", fix)
    return Finding("calendar", "ok", f"the record lists {says}")


def backup(patient: Patient) -> Finding:
    """The database is copied every night."""
    at = copies_of(patient.data_dir).database_at
    return _copied(
        patient, ("backup", LAST_BACKUP), at, "the database was last copied", "run trm-node backup, every night"
    )


def keys_copy(patient: Patient) -> Finding:
    """No backup opens without them; each copy is destroyed after 30 days, so that what is erased stays erased."""
    at = copies_of(patient.data_dir).keys_at
    return _copied(
        patient, ("keys_copy", LAST_KEYS), at, "the keys were last copied", "run trm-node backup --keys, every week"
    )


def restore_tried(patient: Patient) -> Finding:
    """A backup that nobody tried is a hope."""
    at = copies_of(patient.data_dir).tried_at
    fix = "run trm-node restore --try COPY --keys KEYS, every month"
    return _copied(patient, ("restore", LAST_TRIED), at, "a node last came out of the copies", fix)


def _copied(patient: Patient, names: tuple[str, str], at: int | None, says: str, fix: str) -> Finding:
    """A new node has no copy yet: that is a warning, and no fault of the node. `names`: of the check, and its note."""
    check, name = names
    if at is None:
        return Finding(check, "warning", f"{says.replace('last', 'never')} as far as is known", fix)
    how, days = standing(name, at, patient.clock.now()), max(0, patient.clock.now() - at) // DAY_S
    level: Level = "ok" if how == "ok" else "warning" if how == "warning" else "wrong"
    return Finding(check, level, f"{says} {counted(days, 'day')} ago", "" if level == "ok" else fix)


def running(patient: Patient) -> Finding:
    """Whether a node works on this folder now; both answers are well."""
    try:
        lock = os.open(patient.data_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return Finding("running", "ok", "no node has run on this folder yet")
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return Finding("running", "ok", "a node is running on this folder")
    finally:
        os.close(lock)
    return Finding("running", "ok", "no node is running on this folder")


@contextmanager
def _opened(patient: Patient) -> Iterator[Store]:
    store = Store.open(DataFolder(patient.data_dir).database, read_only=True)
    try:
        yield store
    finally:
        store.close()
