"""A letter as it was kept, decoded again; and what we said we would not do with it.

Below the services that take, open and correct letters, so that they need not know each other.
"""

from node.protocol.letters.decode import AnyLetter, decode_again
from node.protocol.letters.frame import Letter


def decode_kept(payload: bytes) -> AnyLetter:
    """A letter again that was decoded when it came or checked when it left."""
    letter = decode_again(payload)
    assert isinstance(letter, Letter)
    return letter
