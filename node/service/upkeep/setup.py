"""Making a node and opening one: keys, database, first prekeys, the record that goes to the maintainers.

The office key leaves `init_node` only into the first coordinator's wrap and the three recovery sheets; nothing here
keeps it. Source: at-rest; registry 4.3, 4.4.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from node.clock import Clock
from node.crypto.batch import Random
from node.crypto.errors import BadBundle, BadKey, OpenFailed
from node.crypto.prekeys import Prekey, PrekeyEpoch, open_bundle
from node.crypto.suite import KemKey, SigningKey, VerifyingKey
from node.crypto.vault import (
    MODERATE,
    Cost,
    Kek,
    KekSource,
    Secret,
    kek_from_key_file,
    kek_from_passphrase,
    keyring_source,
    open_keyring,
    open_wrap,
    seal_keyring,
    seal_wrap,
)
from node.errors import BadInput, Unavailable
from node.service.context import DAY_S, Node, NodeKeys
from node.service.delivery.hearing import load_heard
from node.service.keep.case_keys import CaseKeys, opens
from node.service.keep.forget import destroy_spent_at_start
from node.service.keep.journal import BACKUP_AT, open_journal
from node.service.keep.journal import after_restore as lay_journal
from node.service.network.offices import load_offices
from node.service.network.prekeys import due_prekeys, signed_bundle
from node.service.safety.distrusting import load_distrust
from node.service.seals import Seals
from node.service.upkeep.new_record import NewNode, record_of
from node.service.upkeep.restore import FIRST_PREKEY, TRAINING, begin_new_epoch
from node.store.db import Store
from node.store.folder import DATABASE_NAME, DataFolder
from node.store.journal import Journal
from node.store.keyring import Keyring, SecretRow
from node.store.problems import StoreBroken
from node.store.work import Work
from registry.record import Record, pack_node_record
from registry.trust import View

KEY_FILE = "node.key"
RECORD_FILE = "node-record.json"
JOURNAL = "journal"
WRAP_AAD = b"trm/keys.db\0"
OLDER_FALLBACK = "fallback."


@dataclass(frozen=True, slots=True)
class Unlock:
    """How the node's key is had: a passphrase, or the 32 bytes of a key file."""

    passphrase: str | None = None
    key_file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A node that was just made. `office_seed` goes to the first coordinator and the recovery sheets, then nowhere."""

    office_seed: bytes
    record: Record


def init_node(
    folder: DataFolder, new: NewNode, unlock: Unlock, clock: Clock, random: Random, cost: Cost = MODERATE
) -> Made:
    """Make keys, database and record in an empty data folder. BadInput when there is a node already: nothing is
    overwritten.
    """
    if (folder.path / KEY_FILE).exists() or folder.database.exists():
        raise BadInput("data folder holds a node already; name another folder", field="data_dir")
    now = clock.now()
    source = KekSource("key-file") if unlock.key_file is not None else KekSource("passphrase", random(16), cost)
    kek = _kek(unlock, source)
    message_seed, fallback_seed, office = random(64), random(32), random(32)
    message = SigningKey(message_seed)
    record = record_of(new, now, message, KemKey(fallback_seed), KemKey(office))
    keyring = Keyring.open(folder.keys)
    try:
        keyring.put("message", _wrap("message", message_seed, kek, random), now)
        keyring.put("fallback", _wrap("fallback", fallback_seed, kek, random), now)
        prekeys = due_prekeys([], now, random, _first_prekey(new, now))
        _keep_prekeys(keyring, prekeys, new.max_life_days * DAY_S, kek, random, now)
    finally:
        keyring.close()
    _claim(folder, new, random, record, now)
    (folder.path / RECORD_FILE).write_bytes(pack_node_record(record, message))
    # Crash before this line: `init` finds a database without a key file and says so; remove the folder and begin again.
    write_private(folder.path / KEY_FILE, seal_keyring({"pepper": random(32)}, kek, source, random))
    return Made(office, record)


@dataclass(slots=True)
class Opened:
    """A node's store and keys, opened; close it when done."""

    node: Node
    keyring: Keyring
    kek: Kek
    pepper: bytes
    folder: DataFolder
    journal: Journal
    prekeys: dict[bytes, tuple[Prekey, KemKey]] = field(default_factory=dict)  # by their sealed bytes in the key file

    def close(self) -> None:
        """Close both databases and the journal and let another process have the folder."""
        self.node.store.close()
        self.journal.close()
        self.keyring.close()
        self.folder.release()


def open_node(folder: DataFolder, country: str, unlock: Unlock, view: View, clock: Clock, random: Random) -> Opened:
    """Open a node that was made before; takes the folder's lock. Unavailable says in one sentence what is wrong."""
    sealed = _read(folder.path / KEY_FILE)
    try:
        kek = _kek(unlock, keyring_source(sealed))
        entries = open_keyring(sealed, kek)
    except (OpenFailed, BadKey) as error:
        raise Unavailable(f"{error}; check the passphrase or key file and start again") from None
    with ExitStack() as undo:
        undo.callback(folder.lock().release)
        store = Store.open(folder.database, create=False)
        undo.callback(store.close)
        keyring = _open_keys(folder)
        undo.callback(keyring.close)
        opened = _opened(folder, country, store, keyring, kek, entries["pepper"], view, clock, random)
        undo.pop_all()
        return opened


def _open_keys(folder: DataFolder) -> Keyring:
    if not folder.keys.exists():
        raise Unavailable("keys.db is missing in the data folder; restore it from its own backup")
    try:
        return Keyring.open(folder.keys, create=False)
    except StoreBroken:
        raise StoreBroken("keys.db is damaged; stop the node and restore it from its own backup") from None
    except Unavailable as error:
        raise Unavailable(f"keys.db cannot be used: {error.message}") from error


def _opened(
    folder: DataFolder, country: str, store: Store, keyring: Keyring, kek: Kek, pepper: bytes, view: View, clock: Clock,
    random: Random,
) -> Opened:  # fmt: skip
    store.write_sync(lambda work: work.meta.claim(country, random(16).hex()))
    epoch, office = store.read_sync(lambda reader: (reader.meta.channel_epoch(), reader.meta.get("office_public")))
    if epoch is None or not isinstance(office, bytes):
        raise Unavailable("database was not made by `trm-node init`; restore a backup or make the node again")
    message = SigningKey(unwrap("message", keyring.get("message"), kek))
    fallback = KemKey(unwrap("fallback", keyring.get("fallback"), kek))
    older = older_fallbacks(keyring, kek)
    node = Node(
        country,
        store,
        clock,
        random,
        Seals(kek, random, CaseKeys(keyring, kek, clock, random), Secret(_journal_key(keyring, kek, clock, random))),
        NodeKeys(message, {key.kid: key for key in (*older, fallback)}, fallback.kid),
        epoch,
        view,
        office,
    )
    node.training = bool(store.read_sync(lambda reader: reader.meta.get(TRAINING)))
    store.veil_with(node.seals.veil)
    journal = open_journal(node, keyring, folder)
    opened = Opened(node, keyring, kek, pepper, folder, journal)
    node.noted_heads = keyring.audit_heads
    if begin_new_epoch(node):
        # Crash here: the auditor sees an alarm that the line `restored` explains.
        keyring.forget_audit_heads(store.read_sync(lambda reader: reader.audit.head()[0]))
    backup_at = store.read_sync(lambda reader: reader.meta.get(BACKUP_AT))
    if isinstance(backup_at, int):
        lay_journal(node, keyring, folder, journal, backup_at)
    destroy_spent_at_start(node)
    refresh_prekeys(opened)
    load_distrust(node)
    load_offices(node)
    load_heard(node)
    return opened


def message_seed(opened: Opened) -> bytes:
    """The 64 bytes of the message key, for a process that signs with it too."""
    return unwrap("message", opened.keyring.get("message"), opened.kek)


def _journal_key(keyring: Keyring, kek: Kek, clock: Clock, random: Random) -> bytes:
    """The key of the journal: its own, in the key file, so that the journal opens on another machine with it."""
    if keyring.get(JOURNAL) is None:
        keyring.put(JOURNAL, _wrap(JOURNAL, random(32), kek, random), clock.now())
    return unwrap(JOURNAL, keyring.get(JOURNAL), kek)


def refresh_prekeys(opened: Opened) -> None:
    """Offer nine prekeys from this week on, make the missing ones, forget what is erased. Safe to repeat."""
    node, now = opened.node, opened.node.now()
    known = load_prekeys(opened)
    _leave_bundle_of_old_key(node)
    first = node.store.read_sync(lambda reader: reader.meta.get(FIRST_PREKEY))
    offered = due_prekeys(known, now, node.random, first if isinstance(first, int) else 1)
    fresh = [prekey for prekey in offered if prekey not in known]
    life_s = node.limits.max_life_s
    _keep_prekeys(opened.keyring, fresh, life_s, opened.kek, node.random, now)
    if fresh:
        load_prekeys(opened)
    # What was erased from the key file must not live on in memory: only what is in the file is kept.
    older = older_fallbacks(opened.keyring, opened.kek)
    kept = [node.keys.fallback, *older, *(key for _, key in opened.prekeys.values())]
    node.keys.kem.clear()
    node.keys.kem.update({key.kid: key for key in kept})
    serial = offered[0].epoch.epoch
    served = node.store.read_sync(lambda reader: reader.peers.bundle(node.country))
    if served is not None and served[0] >= serial:
        node.prekey_bundle = served[1]
        return
    bundle = signed_bundle(node, offered, serial)
    node.store.write_sync(lambda work: work.peers.put_bundle(node.country, serial, bundle, b"", now))
    node.prekey_bundle = bundle


def _leave_bundle_of_old_key(node: Node) -> None:
    """A bundle that the message key before signed is followed by prekeys of higher numbers, signed by the new one."""
    served = node.store.read_sync(lambda reader: reader.peers.bundle(node.country))
    if served is None:
        return
    try:
        open_bundle(served[1], node.country, [VerifyingKey(node.keys.message.public)])
    except BadBundle:
        number = max(served[0] + 1, node.now())
        node.store.write_sync(lambda work: work.meta.put(FIRST_PREKEY, number))


def older_fallbacks(keyring: Keyring, kek: Kek) -> list[KemKey]:
    """Fallback keys of records before, while something sealed to them may still come."""
    return [KemKey(unwrap(row.name, row.sealed, kek)) for row in keyring.all(OLDER_FALLBACK)]


def load_prekeys(opened: Opened) -> list[Prekey]:
    """Every prekey whose seed is still kept, oldest first: unsealed once, forgotten when its row is gone."""
    rows = opened.keyring.all("prekey.")
    opened.prekeys = {row.sealed: opened.prekeys.get(row.sealed) or _unsealed(row, opened.kek) for row in rows}
    return sorted((prekey for prekey, _ in opened.prekeys.values()), key=lambda prekey: prekey.epoch.not_before)


def _unsealed(row: SecretRow, kek: Kek) -> tuple[Prekey, KemKey]:
    _, number, not_before, not_after = row.name.split(".")
    seed = unwrap(row.name, row.sealed, kek)
    key = KemKey(seed)
    return Prekey(PrekeyEpoch(int(number), int(not_before), int(not_after), key.public), seed), key


def _keep_prekeys(keyring: Keyring, prekeys: list[Prekey], life_s: int, kek: Kek, random: Random, now: int) -> None:
    for prekey in prekeys:
        epoch = prekey.epoch
        name = f"prekey.{epoch.epoch:012}.{epoch.not_before}.{epoch.not_after}"
        keyring.put(name, _wrap(name, prekey.seed, kek, random), now, epoch.erase_at(life_s))


def _first_prekey(new: NewNode, now: int) -> int:
    """Above every number that a lost node before this one can have used: it counted weeks, this counts seconds."""
    return 1 if new.follows is None else now


def _claim(folder: DataFolder, new: NewNode, random: Random, record: Record, now: int) -> None:
    store = Store.open(folder.database)
    try:
        epoch = int.from_bytes(random(8), "big") >> 11

        def claim(work: Work) -> None:
            work.meta.claim(new.country, random(16).hex())
            work.meta.put(TRAINING, int(new.training))
            work.meta.put_channel_epoch(epoch, now)
            work.meta.put("office_public", record.office_keys[0].public)
            work.audit.append(now, "node", "initialised")

        store.write_sync(claim)
    finally:
        store.close()


def _kek(unlock: Unlock, source: KekSource) -> Kek:
    if source.kind == "key-file":
        if unlock.key_file is None:
            raise Unavailable("node is locked with a key file and none is configured; set keys.key_file")
        return kek_from_key_file(unlock.key_file)
    if unlock.passphrase is None:
        raise Unavailable("node is locked with a passphrase and none was given; set keys.passphrase_file or type it")
    return kek_from_passphrase(unlock.passphrase, source)


def _wrap(name: str, value: bytes, kek: Kek, random: Random) -> bytes:
    return seal_wrap(value, WRAP_AAD + name.encode(), Secret(kek.value), random)


def unwrap(name: str, sealed: bytes | None, kek: Kek) -> bytes:
    """A secret of keys.db; Unavailable where it is missing, StoreBroken where it does not open."""
    if sealed is None:
        raise Unavailable(f"key file lacks {name.split('.')[0]}; restore keys.db from its own backup")
    try:
        return open_wrap(sealed, WRAP_AAD + name.encode(), Secret(kek.value))
    except OpenFailed:
        says = f"the {name.split('.')[0]} key in keys.db does not open with {KEY_FILE}"
        raise StoreBroken(f"{says}; stop the node and restore both from one backup") from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except PermissionError:
        raise Unavailable(f"{path.name} may not be read; check that file and folder are this user's") from None
    except OSError:
        if (path.parent / DATABASE_NAME).exists():
            raise Unavailable(f"{path.name} is missing and the database is there; put its copy back") from None
        raise Unavailable("data folder holds no node; run `trm-node init` first, or check node.data_dir") from None


def kek_of_folder(folder: DataFolder, unlock: Unlock) -> Kek:
    """The key-encryption key of a node that is not opened; Unavailable when it opens nothing there."""
    sealed = _read(folder.path / KEY_FILE)
    try:
        kek = _kek(unlock, keyring_source(sealed))
        open_keyring(sealed, kek)
    except (OpenFailed, BadKey) as error:
        raise Unavailable(f"{error}; check the passphrase or key file and start again") from None
    return kek


def keys_open(folder: DataFolder, unlock: Unlock) -> None:
    """Try what a start would open first, beside a running node too; Unavailable says what does not. Writes nothing."""
    kek = kek_of_folder(folder, unlock)
    found = Keyring.peek(folder.keys)
    shut = sum(not _opens(name, sealed, kek) for name, sealed in found.secrets.items())
    if shut == len(found.secrets):
        says = f"{KEY_FILE} and {folder.keys.name} do not belong together; restore both from one backup"
        raise StoreBroken(says)
    shut += sum(not opens(key_id, sealed, kek) for key_id, sealed in found.case_keys.items())
    if shut:
        says = f"{folder.keys.name} is damaged: {shut} of its keys do not open"
        raise StoreBroken(f"{says}; restore it from its own backup")


def _opens(name: str, sealed: bytes, kek: Kek) -> bool:
    try:
        unwrap(name, sealed, kek)
    except StoreBroken:
        return False
    return True


def open_secret(keyring: Keyring, name: str, kek: Kek) -> bytes:
    """One secret of the key file."""
    return unwrap(name, keyring.get(name), kek)


def keep_secret(keyring: Keyring, name: str, value: bytes, kek: Kek, random: Random, now: int) -> None:
    """Put a new secret into the key file."""
    keyring.put(name, _wrap(name, value, kek, random), now)


def sealed_secret(
    name: str, value: bytes, kek: Kek, random: Random, now: int, erase_at: int | None = None
) -> SecretRow:
    """A secret as it lies in the key file."""
    return SecretRow(name, _wrap(name, value, kek, random), now, erase_at)


def write_private(path: Path, data: bytes) -> None:
    """A file that only this user reads."""
    path.touch(mode=0o600)
    path.write_bytes(data)
