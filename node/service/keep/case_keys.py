"""A key for each case, in the key file and never in the database: destroying it erases the case in every backup too.

Made in stocks, so that a new case costs no write of its own to the key file. Source: at-rest 5.1; wire 11.
"""

from collections import OrderedDict

from node.clock import Clock
from node.crypto.batch import Random
from node.crypto.errors import OpenFailed
from node.crypto.vault import CaseKey, Kek, Secret, open_wrap, seal_wrap
from node.errors import NotFound
from node.store.keyring import Keyring

KEY_ID_BYTES = 16
STOCK = 64
REMEMBERED = 4096
_AAD = b"trm/case-key\0"


def opens(key_id: bytes, sealed: bytes, kek: Kek) -> bool:
    """Whether a sealed key of a case is whole and ours: what a look at a key file asks of each."""
    try:
        open_wrap(sealed, _AAD + key_id, Secret(kek.value))
    except OpenFailed:
        return False
    return True


class Erased(NotFound):
    """What was asked for has been erased: its key is gone."""


class CaseKeys:
    """The keys of cases by id. Any thread may call; only the writing one takes new keys."""

    def __init__(self, keyring: Keyring, kek: Kek, clock: Clock, random: Random) -> None:
        self._keyring = keyring
        self._kek = Secret(kek.value)
        self._clock = clock
        self._random = random
        self._stock: list[tuple[bytes, CaseKey]] = []
        self._ours: set[bytes] = set()  # made by this run: a case may be about to be committed under any of them
        self._known: OrderedDict[bytes, CaseKey] = OrderedDict()

    def take(self) -> tuple[bytes, CaseKey]:
        """A key that no case has, on the disk already: a case committed under it can always be opened."""
        if not self._stock:
            self._refill()
        key_id, key = self._stock.pop()
        self._remember(key_id, key)
        return key_id, key

    def get(self, key_id: bytes) -> CaseKey:
        """The key of that id; raises Erased once it is destroyed."""
        key = self._known.get(key_id)
        if key is None:
            sealed = self._keyring.case_key(key_id)
            if sealed is None:
                raise Erased("this was erased; nothing of it can be read")
            key = CaseKey(open_wrap(sealed, _AAD + key_id, self._kek))
            self._remember(key_id, key)
        return key

    def exists(self, key_id: bytes) -> bool:
        """Whether the key file still holds it."""
        return self._keyring.case_key(key_id) is not None

    def destroy(self, ids: list[bytes]) -> None:
        """Destroy keys for ever, in the file and in memory. Safe to repeat."""
        self._keyring.destroy_case_keys(ids)
        for key_id in ids:  # last: until it is gone from the file, whoever asks takes it into memory again
            self._known.pop(key_id, None)

    def of_earlier_runs(self, before: int) -> set[bytes]:
        """Keys made before a time by a run that has ended: nothing that is being written can come to need one of them.

        What this run made and gave to nobody is left for the next one.
        """
        return set(self._keyring.case_keys(before)) - self._ours

    def _refill(self) -> None:
        fresh = [(self._random(KEY_ID_BYTES), CaseKey(self._random(32))) for _ in range(STOCK)]
        sealed = [(key_id, seal_wrap(key.value, _AAD + key_id, self._kek, self._random)) for key_id, key in fresh]
        self._ours.update(key_id for key_id, _ in fresh)  # before they are in the file, where a sweep looks
        self._keyring.put_case_keys(sealed, self._clock.now())
        # Crash here: keys that no case has lie in the file; a sweep destroys them.
        self._stock = fresh

    def _remember(self, key_id: bytes, key: CaseKey) -> None:
        self._known[key_id] = key
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
