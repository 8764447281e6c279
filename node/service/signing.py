"""Where a signature is made: here when it is asked for, or meanwhile by a second process that holds the key as well.

Signing takes some 2 ms and holds the interpreter's lock, so that only another process can do it while this one goes on.
Source: issue 2, speed.
"""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from node.crypto.suite import SigningKey

Signature = Callable[[], bytes]


class Signer(Protocol):
    """Makes composite signatures with the node's message key."""

    def is_beside(self) -> bool:
        """Whether something would be signed now while others work. Whoever asks says that there is something."""
        ...

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Have this signed; the signature is what calling the answer gives. It need not be called."""
        ...

    def keep_away(self) -> None:
        """Sign nothing on the processor that the caller runs on: for the thread that will wait for a signature."""
        ...


class SignsHere:
    """Signs on the caller's thread when the signature is called for."""

    def __init__(self, key: Callable[[], SigningKey]) -> None:
        self._key = key

    def is_beside(self) -> bool:
        """Never."""
        return False

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Nothing happens before the signature is called for."""
        return partial(self._key().sign, message, context)

    def keep_away(self) -> None:
        """Nobody is there to be kept away."""
