"""Office keys that were changed: kept sealed to the newest one, so that whoever holds that opens what came before.

Nobody who was shut out before the change can follow it: the newest is given to those who are still here, and a key
opens older ones only, never a newer one. Source: at-rest, key hierarchy; wire 8 (two overlapping keys of a holder).
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from node.crypto.errors import OpenFailed
from node.crypto.staff import read_older_seed, seal_older_seed
from node.crypto.suite import KemKey
from node.crypto.vault import Secret
from node.log import get
from node.store.work import Reader, Work

log = get()
OLDER: Final = "office_older"


class Older(msgspec.Struct, frozen=True):
    """One of them: its id, its seed sealed to the newest, when it was changed, until when others may seal to it."""

    kid: bytes
    sealed: bytes
    changed_at: int
    until: int


def older_offices(reader: Reader) -> tuple[Older, ...]:
    """The keys that the newest one followed, newest first."""
    kept = reader.meta.get(OLDER)
    return msgspec.msgpack.decode(kept, type=tuple[Older, ...]) if isinstance(kept, bytes) else ()


def put_older(work: Work, found: Iterable[Older]) -> None:
    """Keep these and no others; what is left out is gone from the file."""
    kept = tuple(found)
    if kept:
        work.meta.put(OLDER, msgspec.msgpack.encode(kept))
    else:
        work.meta.drop(OLDER)


def with_older(reader: Reader, newest: KemKey) -> KemKey:
    """The same key, which now also opens what was sealed to those before it."""
    found = []
    for one in older_offices(reader):
        try:
            found.append(KemKey(read_older_seed(one.sealed, newest, one.kid).value))
        except OpenFailed:  # of a change that a restore undid
            log.warning("older_office_key_not_opened")
    newest.before = tuple(found)
    return newest


def followed_by(reader: Reader, seed: Secret, newest: bytes, now: int, until: int) -> list[Older]:
    """What is kept once `seed` has been followed by the key `newest` (its public half): `seed`, and all before it."""
    old = KemKey(seed.value)
    before = [
        msgspec.structs.replace(one, sealed=seal_older_seed(read_older_seed(one.sealed, old, one.kid).value, newest))
        for one in older_offices(reader)
    ]
    return [Older(old.office_kid, seal_older_seed(seed.value, newest), now, until), *before]
