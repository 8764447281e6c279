"""One signature for up to 64 letters or receipts: a Merkle tree that always has 64 leaves.

SIG, 3566 bytes = u8 place || 6 x 32 path || composite signature 3373 over "trm/v1/batch\\0" || root. The places are
random and the empty leaves are random bytes, so nothing tells how many travelled together. Source: wire.md 2.
"""

import hashlib
import struct
import threading
from collections.abc import Callable, Sequence
from typing import Final

from node.crypto import labels
from node.crypto.errors import BadSignature
from node.crypto.suite import SIGNATURE_BYTES, SigningKey, VerifyingKey

Random = Callable[[int], bytes]

LEAVES: Final = 64
_DEPTH: Final = 6
_PATH_END: Final = 1 + _DEPTH * 32
_PLACES: Final = struct.Struct(">" + "Q8x" * LEAVES)
SIG_BYTES: Final = _PATH_END + SIGNATURE_BYTES


class RootCache:
    """Roots that verified, so that the next leaf of the same tree costs seven hashes.

    The key covers context, signer, root and every byte of the signature: another signature over a known root is
    verified anew. Holds at most `limit` keys and forgets the oldest; safe between threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._known: dict[bytes, None] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._known)

    def knows(self, key: bytes) -> bool:
        """True when exactly this signature over exactly this root has verified."""
        return key in self._known

    def remember(self, key: bytes) -> None:
        """To be called only after the signature verified."""
        with self._lock:
            self._known[key] = None
            while len(self._known) > self._limit:
                del self._known[next(iter(self._known))]


class Tree:
    """A tree of 1 to 64 leaves (the bytes of S or R) that waits for its signature."""

    __slots__ = ("_levels", "_places", "message")

    message: bytes

    def __init__(self, leaves: Sequence[bytes], random: Random) -> None:
        if not 1 <= len(leaves) <= LEAVES:
            raise ValueError(f"a tree holds 1 to {LEAVES} leaves; got {len(leaves)}")
        self._places = _random_places(len(leaves), random)
        bottom = {place: _leaf(leaf) for place, leaf in zip(self._places, leaves, strict=True)}
        self._levels = _levels(bottom, random)
        self.message = labels.BATCH + self._levels[_DEPTH][0]

    def signed(self, signature: bytes) -> list[bytes]:
        """One SIG of 3566 bytes for each leaf, in their order, from the composite signature over `message`."""
        return [bytes([place]) + _path(self._levels, place) + signature for place in self._places]


def sign_batch(leaves: Sequence[bytes], key: SigningKey, context: bytes, random: Random) -> list[bytes]:
    """One SIG of 3566 bytes for each of 1 to 64 `leaves`, in their order."""
    tree = Tree(leaves, random)
    return tree.signed(key.sign(tree.message, context))


def verify_batch(leaf_bytes: bytes, sig: bytes, key: VerifyingKey, context: bytes, roots: RootCache) -> None:
    """BadSignature unless `sig` is this key's signature over a tree that holds `leaf_bytes`."""
    if len(sig) != SIG_BYTES or sig[0] >= LEAVES:
        raise BadSignature(f"signature block has {len(sig)} bytes or names a place beyond {LEAVES - 1}")
    root = _climb(_leaf(leaf_bytes), sig)
    signature = sig[_PATH_END:]
    cache_key = hashlib.sha256(context + key.key_id + root + signature).digest()
    if roots.knows(cache_key):
        return
    key.verify(signature, labels.BATCH + root, context)
    roots.remember(cache_key)


def _random_places(count: int, random: Random) -> list[int]:
    # 16 bytes a place; the first eight decide, for no two of 64 are ever equal.
    keys = _PLACES.unpack(random(16 * LEAVES))
    return sorted(range(LEAVES), key=keys.__getitem__)[:count]


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _levels(bottom: dict[int, bytes], random: Random) -> list[dict[int, bytes]]:
    """The nodes on and beside the way from these leaves to the root, level by level.

    A subtree of empty leaves, which are random, is random itself: nobody can tell its node from 32 random bytes, so it
    is drawn as a whole. One letter then costs 6 hashes instead of 63.
    """
    levels = [bottom]
    for _ in range(_DEPTH):
        below = levels[-1]
        for place in [place for place in below if place ^ 1 not in below]:
            below[place ^ 1] = random(32)
        levels.append({place >> 1: _node(below[place], below[place + 1]) for place in below if not place & 1})
    return levels


def _path(levels: list[dict[int, bytes]], place: int) -> bytes:
    return b"".join(levels[i][(place >> i) ^ 1] for i in range(_DEPTH))


def _climb(current: bytes, sig: bytes) -> bytes:
    place = sig[0]
    for i in range(_DEPTH):
        sibling = sig[1 + 32 * i : 33 + 32 * i]
        current = _node(sibling, current) if place >> i & 1 else _node(current, sibling)
    return current
