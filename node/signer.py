"""The node's side of its signing process: started when letters begin to flow, used once it says that it is ready.

Whatever goes wrong with it, at its start or later, the node signs by itself, as before: nothing but time depends on it.
Each answer names its question; the first signature and every 64th are verified before they are used, not each: that
would cost a letter alone a tenth of its way. Source: issue 2, speed.
"""

import os
import select
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from node.crypto.errors import BadSignature
from node.crypto.suite import SigningKey, verifying_key
from node.log import get
from node.processors import given, here, keep_on
from node.service.signing import Signature, SignsHere
from node.signing_process import ANSWER_BYTES, NAME_BYTES, READY, name_of, packed

log = get()
FIRST_LETTERS: Final = 8  # a node that hardly writes has no second process
WAITING_AT_MOST: Final = 8
ANSWER_S: Final = 5.0
END_S: Final = 5.0
REAPED_S: Final = 0.5
VERIFIED_EVERY: Final = 64
OUR_CODE: Final = Path(__file__).resolve().parents[1]  # not from where the node was started: the key goes to no other


class _Asked:
    __slots__ = ("context", "message", "signature")

    def __init__(self, message: bytes, context: bytes) -> None:
        self.message, self.context = message, context
        self.signature: bytes | None = None


class SignerProcess:
    """Signs beside the node. `begin` may be called on any thread, a signature on one thread at a time."""

    def __init__(self, key: Callable[[], SigningKey], seed: bytes) -> None:
        self._here, self._seed = SignsHere(key), seed
        self._key, self._known = key, key()
        self._asked_for = self._answered = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._lost = False
        self._lock = threading.Lock()
        self._waiting: deque[_Asked] = deque()
        self._kept_on: frozenset[int] = frozenset()
        self._is_read = False  # by somebody who waits for a signature

    def is_beside(self) -> bool:
        """Whether the second process is there and has little to do; being asked often enough starts it."""
        with self._lock:
            return self._there()

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Have it signed meanwhile; before the process is ready, and after it is lost, by the caller."""
        here = self._here.begin(message, context)
        with self._lock:
            asked = self._ask(message, context) if self._there() else None
        return here if asked is None else lambda: self._signature(asked) or here()

    def keep_away(self) -> None:
        """The other process cannot run where the caller does: there a scheduler likes to wake it, behind the caller."""
        process, elsewhere = self._process, given() - {here()}
        if process is not None and not self._lost and elsewhere != self._kept_on and keep_on(process.pid, elsewhere):
            self._kept_on = elsewhere

    def close(self) -> None:
        """End the process; whoever still waits signs by itself."""
        with self._lock:
            process, self._process, self._lost = self._process, None, True
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _there(self) -> bool:
        if self._lost or self._key() is not self._known:
            return False
        self._asked_for += 1
        try:
            return self._is_ready()
        except (OSError, ValueError):
            self._lose()
            return False

    def _is_ready(self) -> bool:
        if self._process is None and self._asked_for > FIRST_LETTERS:
            self._start()
        if self._process is None:
            return False
        if not self._ready and self._has_answer(0):
            self._ready = os.read(self._from(), 1) == READY
            if not self._ready:
                self._lose("not_ready")
        if self._ready and not self._is_read:
            self._read_all()  # of those that nobody called for
        return self._ready and not self._lost and len(self._waiting) < WAITING_AT_MOST

    def _ask(self, message: bytes, context: bytes) -> _Asked | None:
        asked = _Asked(message, context)
        try:
            os.write(self._to(), packed(message, context))
        except OSError:
            self._lose()
            return None
        self._waiting.append(asked)
        return asked

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "node.signing_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=OUR_CODE,
        )
        keep_on(self._process.pid, given())  # whoever starts it may be kept where its own caller is
        os.write(self._to(), self._seed)
        self._seed = b""

    def _signature(self, asked: _Asked) -> bytes | None:
        self._is_read = True
        try:
            while not self._is_there(asked):
                if not self._has_answer(ANSWER_S):  # without the lock: others ask meanwhile
                    with self._lock:
                        self._lose("late")
        except (OSError, ValueError):
            with self._lock:
                self._lose()
        finally:
            self._is_read = False
        return asked.signature

    def _is_there(self, asked: _Asked) -> bool:
        with self._lock:
            self._read_all()
            return asked.signature is not None or self._lost

    def _read_all(self) -> None:
        while self._waiting and not self._lost and self._has_answer(0):
            data = os.read(self._from(), ANSWER_BYTES)  # shorter than a pipe's atomic write: whole, or the end
            if len(data) != ANSWER_BYTES:
                self._lose()
                return
            self._take(self._waiting.popleft(), data[:NAME_BYTES], data[NAME_BYTES:])

    def _take(self, asked: _Asked, name: bytes, signature: bytes) -> None:
        """Let the signature be used, if it answers this question and, now and then, if it verifies."""
        if name != name_of(asked.message, asked.context):
            self._lose("answers_another_question")
        elif self._answered % VERIFIED_EVERY == 0 and not self._verifies(asked, signature):
            self._lose("does_not_verify")
        else:
            self._answered += 1
            asked.signature = signature

    def _verifies(self, asked: _Asked, signature: bytes) -> bool:
        try:
            verifying_key(self._known.public).verify(signature, asked.message, asked.context)
        except BadSignature:
            return False
        return True

    def _lose(self, why: str = "ended") -> None:
        """Use it no more; one line in the log says so."""
        if self._lost:
            return
        self._lost = True
        log.error("signer_lost", reason=why)
        if self._process is not None:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):  # `close` waits longer
                self._process.wait(REAPED_S)

    def _has_answer(self, wait_s: float) -> bool:
        poll = select.poll()  # not select(): it takes no descriptor above 1023
        poll.register(self._from(), select.POLLIN)
        return bool(poll.poll(wait_s * 1000))

    def _to(self) -> int:
        return _number(None if self._process is None else self._process.stdin)

    def _from(self) -> int:
        return _number(None if self._process is None else self._process.stdout)


def _number(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise OSError("the signing process was ended")
    return pipe.fileno()
