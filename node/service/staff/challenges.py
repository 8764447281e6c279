"""Challenges for passkeys: kept here, each for one attempt, one purpose and one try.

In memory only: a restart ends attempts, nothing else. Source: WebAuthn Level 3, 13.4.3.
"""

import hashlib
from collections import OrderedDict
from typing import Final, NamedTuple

from node.crypto.batch import Random

BYTES: Final = 32
LIFE_S: Final = 300
KEPT: Final = 4096


class Asked(NamedTuple):
    """A challenge, what it is for, whom it is for where that is known, and until when (UTC seconds)."""

    challenge: bytes
    purpose: str
    user_id: str
    until: int


class Challenges:
    """By attempt: what one browser was asked last."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._asked: OrderedDict[bytes, Asked] = OrderedDict()

    def new(self, attempt: str, purpose: str, user_id: str, now: int) -> bytes:
        """A fresh challenge; the one before of this attempt is worth nothing."""
        self._asked.pop(_key(attempt), None)
        asked = Asked(self._random(BYTES), purpose, user_id, now + LIFE_S)
        self._asked[_key(attempt)] = asked
        if len(self._asked) > KEPT:
            self._asked.popitem(last=False)
        return asked.challenge

    def take(self, attempt: str, purpose: str, user_id: str, now: int) -> bytes | None:
        """The challenge of this attempt, once; None where it was for something or somebody else, or is too old."""
        asked = self._asked.pop(_key(attempt), None)
        if asked is None or now >= asked.until or (asked.purpose, asked.user_id) != (purpose, user_id):
            return None
        return asked.challenge


def _key(attempt: str) -> bytes:
    return hashlib.sha256(attempt.encode()).digest()
