"""The node's side of its signing process: started when letters begin to flow, used once it says that it is ready.

It signs, and seals what it signed: the letters of a batch lie in memory that both share, never on a disk. Whatever goes
wrong with it, at its start or later, the node signs and seals by itself: nothing but time depends on it.
Each answer names its question; the first signature and every 64th are verified before they are used, not each: that
would cost a letter alone a tenth of its way. Source: issue 2, speed.
"""

import ctypes
import mmap
import os
import select
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from node.crypto.envelope import Unsealed, seal_unsealed
from node.crypto.errors import BadSignature
from node.crypto.suite import SigningKey, verifying_key
from node.log import get
from node.service.signing import Batch, SealsHere, Signature, SignsHere, once
from node.signing_process import (
    ANSWER_BYTES,
    NAME_BYTES,
    PLACES,
    READY,
    SEALED,
    SHARED_BYTES,
    fits,
    is_wanted,
    leave,
    name_of,
    packed,
    put,
    taken,
)

log = get()
FIRST_LETTERS: Final = 8  # a node that hardly writes has no second process
WAITING_AT_MOST: Final = 8
ANSWER_S: Final = 5.0
END_S: Final = 5.0
REAPED_S: Final = 0.5
VERIFIED_EVERY: Final = 64
OUR_CODE: Final = Path(__file__).resolve().parents[1]  # not from where the node was started: the key goes to no other


def _processor() -> int:
    """The processor that this thread runs on; -1 where the system does not tell."""
    return _sched_getcpu() if _sched_getcpu else -1


_sched_getcpu: Callable[[], int] | None = getattr(ctypes.CDLL(None), "sched_getcpu", None)


class _Asked:
    """One question: for a signature, and for these letters to be sealed with it, which lie from `place` on."""

    __slots__ = ("context", "envelopes", "letters", "message", "place", "signature")

    def __init__(self, message: bytes, context: bytes, letters: Sequence[Unsealed] = (), place: int = 0) -> None:
        self.message, self.context = message, context
        self.letters, self.place = letters, place
        self.signature: bytes | None = None
        self.envelopes: list[bytes] = []  # those that are sealed by now, from the first on

    @property
    def question(self) -> bytes:
        return packed(self.message, self.context, len(self.letters), self.place)

    @property
    def is_answered(self) -> bool:
        return self.signature is not None and len(self.envelopes) == len(self.letters)


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
        self._processors = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
        self._kept_from = -1
        self._is_read = False  # by somebody who waits for a signature
        self._shared: mmap.mmap | None = None
        self._places = 0  # in use, of those in the shared memory

    def is_beside(self) -> bool:
        """Whether the second process is there and has little to do; being asked often enough starts it."""
        with self._lock:
            return self._there()

    def begin(self, message: bytes, context: bytes) -> Signature:
        """Have it signed meanwhile; before the process is ready, and after it is lost, by the caller."""
        here = self._here.begin(message, context)
        with self._lock:
            asked = self._ask(_Asked(message, context)) if self._there() else None
        return here if asked is None else lambda: self._signature(asked) or here()

    def begin_batch(self, message: bytes, context: bytes, waiting: Sequence[Unsealed]) -> Batch:
        """Have it signed and its letters sealed meanwhile; one letter alone is sealed here, as soon as it is signed."""
        if len(waiting) > 1:
            with self._lock:
                asked = self._ask_to_seal(message, context, waiting) if self._there() else None
            if asked is not None and self._shared is not None:
                here = self._here.begin(message, context)
                signature = once(lambda: self._signature(asked) or here())
                return _Beside(signature, waiting, asked, self._sealed, self._shared)
        return SealsHere(once(self.begin(message, context)), waiting)

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

    def _ask_to_seal(self, message: bytes, context: bytes, waiting: Sequence[Unsealed]) -> _Asked | None:
        """The first letters of a batch, as many as there are places; one in use is left alone until it is done."""
        if self._shared is None:
            return None
        place = self._places = self._places if self._waiting else 0
        for one in waiting:
            if self._places == PLACES or not fits(one):
                break
            put(self._shared, self._places, one)
            self._places += 1
        return self._ask(_Asked(message, context, waiting[: self._places - place], place))

    def _ask(self, asked: _Asked) -> _Asked | None:
        try:
            self._keep_away()
            os.write(self._to(), asked.question)
        except OSError:
            self._lose()
            return None
        self._waiting.append(asked)
        return asked

    def _keep_away(self) -> None:
        """The other process cannot run where the caller does: there a scheduler likes to wake it, behind the caller."""
        here = _processor()
        if here != self._kept_from and self._process is not None and (others := self._processors - {here}):
            self._kept_from = here
            with suppress(OSError):  # a service manager may forbid it; it is only slower then
                os.sched_setaffinity(self._process.pid, others)

    def _start(self) -> None:
        shared = _shared_memory()
        passed = () if shared is None else (shared,)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module, a number
                [sys.executable, "-m", "node.signing_process", *map(str, passed)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                cwd=OUR_CODE,
                pass_fds=passed,
            )
            self._shared = None if shared is None else mmap.mmap(shared, SHARED_BYTES)
        finally:
            for one in passed:
                os.close(one)
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

    def _sealed(self, asked: _Asked) -> list[bytes]:
        """The letters of a batch that are sealed by now, from its first on."""
        with self._lock:
            try:
                self._read_all()
            except (OSError, ValueError):
                self._lose()
        return asked.envelopes

    def _is_there(self, asked: _Asked) -> bool:
        with self._lock:
            self._read_all()
            return asked.signature is not None or self._lost

    def _read_all(self) -> None:
        while self._waiting and not self._lost and self._has_answer(0):
            asked = self._waiting[0]
            if asked.signature is None:
                self._read_signature(asked)
            else:
                self._read_sealed(asked)
            if asked.is_answered:
                self._waiting.popleft()

    def _read_signature(self, asked: _Asked) -> None:
        data = os.read(self._from(), ANSWER_BYTES)  # shorter than a pipe's atomic write: whole, or the end
        if len(data) == ANSWER_BYTES:
            self._take(asked, data[:NAME_BYTES], data[NAME_BYTES:])
        else:
            self._lose()

    def _read_sealed(self, asked: _Asked) -> None:
        """Take out what is sealed, at once: what is asked next may need the places."""
        data = os.read(self._from(), len(asked.letters) - len(asked.envelopes))
        if not data or data.strip(SEALED):
            self._lose()
        for _ in data:
            number = len(asked.envelopes)
            envelope = b"" if self._shared is None else taken(self._shared, asked.place + number)
            if envelope.startswith(asked.letters[number].header) or self._was_left(asked, number):
                asked.envelopes.append(envelope)
            else:
                self._lose("sealed_another_letter")
                return

    def _was_left(self, asked: _Asked, number: int) -> bool:
        return self._shared is not None and not is_wanted(self._shared, asked.place + number)

    def _take(self, asked: _Asked, name: bytes, signature: bytes) -> None:
        """Let the signature be used, if it answers this question and, now and then, if it verifies."""
        if name != name_of(asked.question):
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


class _Beside:
    """A batch that the second process signs and seals from its first letter on; whoever asks for it seals from its end.

    They meet somewhere, so that neither waits. Where both sealed one letter, only the one made here is ever used.
    """

    def __init__(
        self, signature: Signature, waiting: Sequence[Unsealed], asked: _Asked, sealed: Callable[[_Asked], list[bytes]],
        shared: mmap.mmap,
    ) -> None:  # fmt: skip
        self.signature = signature
        self._waiting, self._asked, self._sealed, self._shared = waiting, asked, sealed, shared

    def envelopes(self) -> list[bytes]:
        """All of them, in their order."""
        signature = self.signature()
        made: list[bytes] = []
        for number in reversed(range(len(self._waiting))):
            sealed = self._sealed(self._asked)
            if number < len(sealed):
                return [*sealed[: number + 1], *reversed(made)]
            made.append(seal_unsealed(self._waiting[number], signature))
            if number < len(self._asked.letters):
                leave(self._shared, self._asked.place + number)
        return made[::-1]


def _shared_memory() -> int | None:
    """A descriptor of memory that is on no disk; None where the system has none, and all is sealed here then."""
    if not hasattr(os, "memfd_create"):
        return None
    try:
        descriptor = os.memfd_create("letters", os.MFD_CLOEXEC)
        os.ftruncate(descriptor, SHARED_BYTES)
    except OSError:
        return None
    return descriptor


def _number(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise OSError("the signing process was ended")
    return pipe.fileno()
