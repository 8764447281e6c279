"""The message key changed, and the fallback key with it: announced, turned over, the old ones destroyed.

The next key is announced by its hash in a record and kept elsewhere; when its turn comes every country takes it at
once. One that nobody announced sets the whole country aside for 72 hours. What was signed before stays good; what is
sealed to the fallback before is opened for as long as it can come. Source: registry.md 4.3, 4.5, decided 7; wire 6.
"""

import hashlib
from typing import Final

import msgspec

from node.crypto.errors import BadKey, OpenFailed
from node.crypto.suite import KemKey, SigningKey
from node.crypto.vault import (
    Cost,
    KekSource,
    kek_from_passphrase,
    keyring_source,
    open_keyring,
    seal_keyring,
)
from node.errors import BadInput, NotAllowed
from node.service.context import NodeKeys
from node.service.delivery.reseal import reseal_signed_before
from node.service.upkeep.office_change import LATE_S, SPREAD_S
from node.service.upkeep.own_record import MESSAGE_CHANGE, MessageChange, own_record, write_next
from node.service.upkeep.setup import OLDER_FALLBACK, Opened, open_secret, refresh_prekeys, sealed_secret
from node.store.work import Work
from registry.record import Record

ENTRY: Final = "next-message"


def new_next_key(opened: Opened, passphrase: str, cost: Cost) -> tuple[bytes, bytes]:
    """A next message key in a sealed file, and the SHA-256 that announces it. It stays neither here nor with the role
    keys: whoever has this machine must not have it.
    """
    random = opened.node.random
    seed, source = random(64), KekSource("passphrase", random(16), cost)
    sealed = seal_keyring({ENTRY: seed}, kek_from_passphrase(passphrase, source), source, random)
    return sealed, hashlib.sha256(SigningKey(seed).public).digest()


def open_next_key(sealed: bytes, passphrase: str) -> bytes:
    """The seed in such a file; BadInput for a wrong passphrase or another file."""
    try:
        return open_keyring(sealed, kek_from_passphrase(passphrase, keyring_source(sealed)))[ENTRY]
    except (OpenFailed, BadKey, KeyError):
        raise BadInput("this is no next message key, or its passphrase is wrong; name the file and type it") from None


def announce(opened: Opened, sha256: bytes) -> Record:
    """Write the next record, which says which message key comes after this one."""
    return write_next(opened, opened.node.keys.message, next_message_key_sha256=sha256.hex())


def change_message_key(opened: Opened, seed: bytes, *, stolen: bool, unannounced: bool = False) -> None:
    """Sign with this key from now on, and make a new fallback; the record is written from it (`own_record`).

    NotAllowed while other countries do not know of it, unless that is wanted: then they hold us apart for 72 hours.
    """
    node, now = opened.node, opened.node.now()
    fresh = SigningKey(seed)
    if fresh.public == node.keys.message.public:
        return  # it was turned over already, and whoever asked did not hear of it
    published = node.view.country(node.country)
    known = None if published is None else published.record.next_message_key_sha256
    if not unannounced and known != hashlib.sha256(fresh.public).hexdigest():
        raise NotAllowed(
            "the published record, as this node last read it, does not announce this key; publish the record of keys"
            " announce, let the node run until keys show says that it is announced, stop it and ask again, or give"
            " --unannounced and be held apart by other countries for 72 hours"
        )
    note = MessageChange(at=now, key=fresh.key_id, stolen=stolen)

    def noted(work: Work) -> None:
        work.meta.put(MESSAGE_CHANGE, msgspec.msgpack.encode(note))
        if stolen:
            reseal_signed_before(work, now)
        work.audit.append(now, "node", "message_key_changed", outcome="stolen" if stolen else "done")

    node.store.write_sync(noted)
    # Crash here: the note speaks of a key that is not in use, and is not looked at; ask again.
    _turn_over(opened, seed, now)
    # Crash here: the next start signs with the new key and makes its prekeys; the record is still to write.
    refresh_prekeys(opened)


def _turn_over(opened: Opened, seed: bytes, now: int) -> None:
    """Both files of keys change in one step; the message key before is destroyed, the fallback before a while later."""
    node, ring, kek = opened.node, opened.keyring, opened.kek
    before = open_secret(ring, "fallback", kek)
    erase_at = now + SPREAD_S + node.limits.max_life_s + LATE_S
    rows = [
        sealed_secret("message", seed, kek, node.random, now),
        sealed_secret("fallback", node.random(32), kek, node.random, now),
        sealed_secret(f"{OLDER_FALLBACK}{now}", before, kek, node.random, now, erase_at),
    ]
    ring.turn_over(rows, ["message", "fallback", f"{OLDER_FALLBACK}{now}"])
    node.keys = _loaded(opened, seed)


def _loaded(opened: Opened, seed: bytes) -> NodeKeys:
    fallback = KemKey(open_secret(opened.keyring, "fallback", opened.kek))
    return NodeKeys(SigningKey(seed), {**opened.node.keys.kem, fallback.kid: fallback}, fallback.kid)


def is_announced(opened: Opened) -> bool:
    """Whether our newest record names the key that comes next."""
    return own_record(opened).record.next_message_key_sha256 is not None
