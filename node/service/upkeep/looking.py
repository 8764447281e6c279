"""A node looked at from beside, while it runs or while it is stopped: no lock is taken and nothing is written.

For `trm-node keys show` and `drill`. It unwraps the node's own two keys to know their public halves, and opens no case.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from node.clock import Clock
from node.crypto.suite import KemKey, SigningKey
from node.crypto.vault import Kek
from node.errors import Unavailable
from node.service.context import Limits
from node.service.seals import veil_of
from node.service.upkeep.key_state import Held
from node.service.upkeep.restore import TRAINING
from node.service.upkeep.setup import Unlock, kek_of_folder, unwrap
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring
from node.store.work import Reader
from registry.trust import View


@contextmanager
def looked_at(
    folder: DataFolder, country: str, unlock: Unlock, view: View, clock: Clock
) -> Iterator[tuple[Store, Held, bool]]:
    """(the database, only to be read; what the node has; whether it is for practice).

    Unavailable says in one sentence what is wrong, as a start would.
    """
    kek = kek_of_folder(folder, unlock)
    store = Store.open(folder.database, read_only=True)
    try:
        store.veil_with(veil_of(kek))
        office, training = store.read_sync(lambda reader: _of_this_country(reader, country))
        message, fallback = _own_keys(folder, kek)
        held = Held(
            country, clock.now(), view, folder.path, office, message.key_id, fallback.public, Limits().max_life_s
        )  # fmt: skip
        yield store, held, training
    finally:
        store.close()


def _of_this_country(reader: Reader, country: str) -> tuple[bytes, bool]:
    owner, office = reader.meta.country(), reader.meta.get("office_public")
    if owner != country or not isinstance(office, bytes):
        says = f"database belongs to {owner or 'no country yet'}, and the settings name {country}"
        raise Unavailable(f"{says}; name the right folder in node.data_dir")
    return office, bool(reader.meta.get(TRAINING))


def _own_keys(folder: DataFolder, kek: Kek) -> tuple[SigningKey, KemKey]:
    found = Keyring.peek(folder.keys).secrets
    return SigningKey(unwrap("message", found.get("message"), kek)), KemKey(
        unwrap("fallback", found.get("fallback"), kek)
    )
