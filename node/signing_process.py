"""The second process that only signs: `python -m node.signing_process`, started by its node and ended with it.

It reads the seed of the message key, then questions: u16 length of context || u16 length of message || both. It answers
each, in their order, with the question's name, 16 bytes, and a signature of 3373 bytes. It writes nothing else
anywhere. Source: issue 2, speed.
"""

import hashlib
import os
import resource
import signal
import sys
from contextlib import suppress
from struct import Struct
from typing import Final

from node.crypto.suite import SIGNATURE_BYTES, SIGNING_SEED_BYTES, SigningKey

READY: Final = b"\x01"
HEAD: Final = Struct(">HH")
NAME_BYTES: Final = 16
ANSWER_BYTES: Final = NAME_BYTES + SIGNATURE_BYTES


def packed(message: bytes, context: bytes) -> bytes:
    """A question as it is asked."""
    return HEAD.pack(len(context), len(message)) + context + message


def name_of(message: bytes, context: bytes) -> bytes:
    """By what an answer says which question it answers."""
    return hashlib.sha256(packed(message, context)).digest()[:NAME_BYTES]


def main() -> None:
    """Sign what is asked until the pipe ends."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # it ends with its node, which may still have something to sign
    if hasattr(os, "SCHED_BATCH"):
        with suppress(OSError):  # a service manager may forbid it
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # whoever asks goes on
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked, answers = sys.stdin.buffer, sys.stdout.fileno()
    key = SigningKey(asked.read(SIGNING_SEED_BYTES))
    os.write(answers, READY)
    while len(head := asked.read(HEAD.size)) == HEAD.size:
        context_bytes, message_bytes = HEAD.unpack(head)
        context, message = asked.read(context_bytes), asked.read(message_bytes)
        os.write(answers, name_of(message, context) + key.sign(message, context))


if __name__ == "__main__":
    main()
