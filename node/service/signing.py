"""Where a batch is signed and sealed: here when it is asked for, or meanwhile by a second process.

Signing takes some 2 ms and sealing a letter a quarter of one; both hold the interpreter's lock, so that only another
process can do it while this one goes on. Source: issue 2, speed.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import msgspec

from node.crypto.envelope import Unsealed, seal_unsealed
from node.crypto.suite import SigningKey
from node.crypto.unshown import Unshown

Signature = Callable[[], bytes]


class Batch(Protocol):
    """Letters of one tree that are being signed and sealed. It need not be asked for either."""

    def signature(self) -> bytes:
        """The composite signature over the tree."""
        ...

    def envelopes(self) -> list[bytes]:
        """The letters under it, each sealed to its recipient, in their order."""
        ...


class Signer(Protocol):
    """Makes composite signatures with the node's message key, and seals what they stand in."""

    def is_beside(self) -> bool:
        """Whether something would be signed now while others work. Whoever asks says that there is something."""
        ...

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Have this signed; the signature is what calling the answer gives. It need not be called."""
        ...

    def begin_batch(self, message: bytes, context: bytes, waiting: Sequence[Unsealed]) -> Batch:
        """Have this signed, and the letters that wait for that signature sealed with it."""
        ...


class SealsHere(Unshown, msgspec.Struct, frozen=True):
    """Seals on the caller's thread when the envelopes are called for; signed wherever it was begun."""

    signature: Signature
    waiting: Sequence[Unsealed]

    def envelopes(self) -> list[bytes]:
        """All of them, one after the other."""
        signature = self.signature()
        return [seal_unsealed(one, signature) for one in self.waiting]


class SignsHere:
    """Signs and seals on the caller's thread when it is called for."""

    def __init__(self, key: Callable[[], SigningKey]) -> None:
        self._key = key

    def is_beside(self) -> bool:
        """Never."""
        return False

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Nothing happens before the signature is called for."""
        return partial(self._key().sign, message, context)

    def begin_batch(self, message: bytes, context: bytes, waiting: Sequence[Unsealed]) -> Batch:
        """Nothing happens before it is called for."""
        return SealsHere(once(self.begin(message, context)), waiting)


def once(signature: Signature) -> Signature:
    """The same signature every time: two of one message differ, and a batch has one."""
    made: list[bytes] = []

    def call() -> bytes:
        if not made:
            made.append(signature())
        return made[0]

    return call
