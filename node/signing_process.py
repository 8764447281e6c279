"""The second process, which only signs and seals: `python -m node.signing_process FD`, started and ended by its node.

It reads the seed of the message key, then questions: u16 length of context || u16 length of message || u16 letters ||
u16 place || context || message. It answers each, in their order, with the question's name, 16 bytes, and a signature of
3373 bytes, then with one byte for each letter, once it is sealed. The letters stand in memory that both share
(descriptor FD; none without it), from that place on: what is sealed stands where its plain bytes stood. It writes
nothing else anywhere. Source: issue 2, speed.
"""

import hashlib
import mmap
import os
import resource
import signal
import sys
from contextlib import suppress
from struct import Struct
from typing import Final

from node.crypto.envelope import SIZES, Unsealed, seal_unsealed
from node.crypto.statement import HEADER_BYTES
from node.crypto.suite import KEM_PUBLIC_BYTES, SIGNATURE_BYTES, SIGNING_SEED_BYTES, SigningKey

READY: Final = b"\x01"
SEALED: Final = b"\x02"
HEAD: Final = Struct(">HHHH")
NAME_BYTES: Final = 16
ANSWER_BYTES: Final = NAME_BYTES + SIGNATURE_BYTES
PLACES: Final = 64
PLACE_BYTES: Final = SIZES[0]  # larger envelopes are sealed by whoever asks
SHARED_BYTES: Final = PLACES + PLACES * PLACE_BYTES  # a mark for each place, then the places
WANTED: Final = 1
_LENGTHS: Final = Struct(">HH")
_BEFORE_AT: Final = _LENGTHS.size + KEM_PUBLIC_BYTES + HEADER_BYTES


def packed(message: bytes, context: bytes, letters: int = 0, place: int = 0) -> bytes:
    """A question as it is asked."""
    return HEAD.pack(len(context), len(message), letters, place) + context + message


def name_of(question: bytes) -> bytes:
    """By what an answer says which question it answers."""
    return hashlib.sha256(question).digest()[:NAME_BYTES]


def fits(one: Unsealed) -> bool:
    """Whether a letter can be put into a place: it is of the smallest size, and so are its parts."""
    return one.size == PLACE_BYTES


def put(shared: mmap.mmap, place: int, one: Unsealed) -> None:
    """Put a letter into a place, to be sealed there."""
    at = PLACES + place * PLACE_BYTES
    parts = _LENGTHS.pack(len(one.before), len(one.after)) + one.public + one.header + one.before + one.after
    shared[at : at + len(parts)] = parts
    shared[place] = WANTED


def leave(shared: mmap.mmap, place: int) -> None:
    """Say that a letter is needed no longer: it was sealed elsewhere."""
    shared[place] = 0


def is_wanted(shared: mmap.mmap, place: int) -> bool:
    """Whether nobody said so."""
    return shared[place] == WANTED


def taken(shared: mmap.mmap, place: int) -> bytes:
    """The envelope that stands in a place."""
    at = PLACES + place * PLACE_BYTES
    return shared[at : at + PLACE_BYTES]


def seal_at(shared: mmap.mmap, place: int, signature: bytes) -> None:
    """Seal the letter of a place where it stands; one that is needed no longer is wiped."""
    at = PLACES + place * PLACE_BYTES
    envelope = bytes(PLACE_BYTES)
    if is_wanted(shared, place):
        envelope = seal_unsealed(_letter(shared[at : at + PLACE_BYTES]), signature)
    shared[at : at + PLACE_BYTES] = envelope


def _letter(parts: bytes) -> Unsealed:
    before_bytes, after_bytes = _LENGTHS.unpack_from(parts)
    public, header = parts[_LENGTHS.size :][:KEM_PUBLIC_BYTES], parts[_BEFORE_AT - HEADER_BYTES : _BEFORE_AT]
    end = _BEFORE_AT + before_bytes
    return Unsealed(public, header, parts[_BEFORE_AT:end], parts[end : end + after_bytes], PLACE_BYTES)


def main() -> None:
    """Sign what is asked until the pipe ends."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # it ends with its node, which may still have something to sign
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # a service manager may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # whoever asks goes on
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    shared = mmap.mmap(int(sys.argv[1]), SHARED_BYTES) if len(sys.argv) > 1 else None
    asked, answers = sys.stdin.buffer, sys.stdout.fileno()
    key = SigningKey(asked.read(SIGNING_SEED_BYTES))
    os.write(answers, READY)
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        context_bytes, message_bytes, letters, place = HEAD.unpack(head)
        context, message = asked.read(context_bytes), asked.read(message_bytes)
        signature = key.sign(message, context)
        os.write(answers, name_of(head + context + message) + signature)
        for number in range(place, place + letters if shared is not None else place):
            assert shared is not None
            seal_at(shared, number, signature)
            os.write(answers, SEALED)  # after the envelope stands there


if __name__ == "__main__":
    main()
