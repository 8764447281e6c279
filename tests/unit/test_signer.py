"""The signing process: the same signatures, made beside; lost or late, nothing but time is lost."""

import os
import signal
from collections.abc import Iterator

import pytest

from node.crypto.errors import BadSignature
from node.crypto.suite import SigningKey, VerifyingKey
from node.signer import FIRST_LETTERS, SignerProcess

SEED = bytes(range(64))
KEY = SigningKey(SEED)
PUBLIC = VerifyingKey(KEY.public)
CONTEXT = b"trm/test"


@pytest.fixture
def signer() -> Iterator[SignerProcess]:
    made = SignerProcess(lambda: KEY, SEED)
    yield made
    made.close()


def started(signer: SignerProcess) -> int:
    """Ask until the second process is there; its pid. Waits for its word, not for a time."""
    for _ in range(FIRST_LETTERS + 1):
        signer.is_beside()
    process = signer._process
    assert process is not None
    assert signer._has_answer(60)
    assert signer.is_beside()
    return process.pid


def test_a_node_that_hardly_writes_has_no_second_process(signer: SignerProcess) -> None:
    for _ in range(FIRST_LETTERS):
        PUBLIC.verify(signer.begin(b"letter", CONTEXT)(), b"letter", CONTEXT)

    assert signer._process is None


def test_what_is_signed_beside_verifies_and_comes_back_to_who_asked(signer: SignerProcess) -> None:
    started(signer)

    begun = [(message, signer.begin(message, CONTEXT)) for message in (b"one", b"two", b"three")]

    for message, signature in reversed(begun):
        PUBLIC.verify(signature(), message, CONTEXT)
        with pytest.raises(BadSignature):
            PUBLIC.verify(signature(), message + b"!", CONTEXT)


def test_signatures_that_nobody_calls_for_do_not_stop_the_others(signer: SignerProcess) -> None:
    started(signer)

    for number in range(64):  # more than a pipe holds
        signer.begin(b"never called for %d" % number, CONTEXT)

    PUBLIC.verify(signer.begin(b"called for", CONTEXT)(), b"called for", CONTEXT)


def test_a_killed_signing_process_costs_no_signature(signer: SignerProcess) -> None:
    pid = started(signer)
    begun = signer.begin(b"under way", CONTEXT)

    os.kill(pid, signal.SIGKILL)

    PUBLIC.verify(begun(), b"under way", CONTEXT)
    PUBLIC.verify(signer.begin(b"after", CONTEXT)(), b"after", CONTEXT)


def test_after_its_key_was_changed_the_node_signs_with_the_new_one_itself() -> None:
    other = SigningKey(bytes(64))
    keys = [KEY]
    signer = SignerProcess(lambda: keys[-1], SEED)
    started(signer)

    keys.append(other)

    VerifyingKey(other.public).verify(signer.begin(b"letter", CONTEXT)(), b"letter", CONTEXT)
    assert not signer.is_beside()
    signer.close()


def test_the_process_ends_with_its_node_and_leaves_a_signal_to_it(signer: SignerProcess) -> None:
    pid = started(signer)
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    PUBLIC.verify(signer.begin(b"still here", CONTEXT)(), b"still here", CONTEXT)
    process = signer._process
    assert process is not None

    signer.close()

    assert process.returncode == 0
    PUBLIC.verify(signer.begin(b"at the very end", CONTEXT)(), b"at the very end", CONTEXT)
