"""The signing process: the same signatures, made beside; lost or late, nothing but time is lost."""

import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import node.signer
from node.crypto.errors import BadSignature
from node.crypto.suite import SigningKey, VerifyingKey
from node.signer import FIRST_LETTERS, VERIFIED_EVERY, SignerProcess

SEED = bytes(range(64))
KEY = SigningKey(SEED)
PUBLIC = VerifyingKey(KEY.public)
CONTEXT = b"trm/test"


@pytest.fixture
def signer() -> Iterator[SignerProcess]:
    made = SignerProcess(lambda: KEY, SEED)
    yield made
    made.close()


def signed(signature: bytes, message: bytes, key: VerifyingKey = PUBLIC) -> bool:
    """Whether this is the signature of that key over the message."""
    try:
        key.verify(signature, message, CONTEXT)
    except BadSignature:
        return False
    return True


def started(signer: SignerProcess) -> int:
    """Ask until the second process is there; its pid. Waits for its word, not for a time."""
    for _ in range(FIRST_LETTERS + 1):
        signer.is_beside()
    process = signer._process
    assert process is not None
    assert signer._has_answer(60)
    assert signer.is_beside()
    return process.pid


def on_one(processor: int, do: Callable[[], object]) -> None:
    """Have this done by a thread that is kept on one processor."""

    def kept() -> None:
        os.sched_setaffinity(0, {processor})
        do()

    thread = threading.Thread(target=kept)
    thread.start()
    thread.join(60)


def test_a_node_that_hardly_writes_has_no_second_process(signer: SignerProcess) -> None:
    for _ in range(FIRST_LETTERS):
        assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")

    assert signer._process is None


def test_what_is_signed_beside_verifies_and_comes_back_to_who_asked(signer: SignerProcess) -> None:
    started(signer)

    begun = [(message, signer.begin(message, CONTEXT)) for message in (b"one", b"two", b"three")]

    for message, signature in reversed(begun):
        assert signed(signature(), message)
        assert not signed(signature(), message + b"!")


def test_signatures_that_nobody_calls_for_do_not_stop_the_others(signer: SignerProcess) -> None:
    started(signer)

    for number in range(64):  # more than a pipe holds
        signer.begin(b"never called for %d" % number, CONTEXT)

    assert signed(signer.begin(b"called for", CONTEXT)(), b"called for")


def test_a_killed_signing_process_costs_no_signature(signer: SignerProcess) -> None:
    pid = started(signer)
    begun = signer.begin(b"under way", CONTEXT)

    os.kill(pid, signal.SIGKILL)

    assert signed(begun(), b"under way")
    assert signed(signer.begin(b"after", CONTEXT)(), b"after")


def test_after_its_key_was_changed_the_node_signs_with_the_new_one_itself() -> None:
    other = SigningKey(bytes(64))
    keys = [KEY]
    signer = SignerProcess(lambda: keys[-1], SEED)
    started(signer)

    keys.append(other)

    assert signed(signer.begin(b"letter", CONTEXT)(), b"letter", VerifyingKey(other.public))
    assert not signer.is_beside()
    signer.close()


def test_the_process_ends_with_its_node_and_leaves_a_signal_to_it(signer: SignerProcess) -> None:
    pid = started(signer)
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    assert signed(signer.begin(b"still here", CONTEXT)(), b"still here")
    process = signer._process
    assert process is not None

    signer.close()

    assert process.returncode == 0
    assert signed(signer.begin(b"at the very end", CONTEXT)(), b"at the very end")


def test_a_process_that_cannot_be_started_costs_no_signature(
    signer: SignerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")

    for _ in range(FIRST_LETTERS + 2):
        assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")

    assert not signer.is_beside()


def test_a_service_manager_that_forbids_to_choose_processors_makes_it_slower_and_no_more(
    signer: SignerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setaffinity", forbidden)
    started(signer)
    signer.keep_away()

    assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")

    assert signer.is_beside()


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not tell which processors are used")
def test_nothing_is_signed_on_the_processor_of_whoever_waits_for_it(signer: SignerProcess) -> None:
    """Where there is another one; a process that has ended is let be: its number may be somebody else's by now."""
    pid, ours = started(signer), os.sched_getaffinity(0)
    (first, *others) = sorted(ours)

    on_one(first, signer.keep_away)

    assert os.sched_getaffinity(pid) == (set(others) or ours)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not tell which processors are used")
def test_a_signing_process_is_not_kept_where_the_thread_was_that_started_it(signer: SignerProcess) -> None:
    """That is often the one who writes, kept on the processor of its caller: there it would be in its own way."""
    ours = os.sched_getaffinity(0)

    pids: list[int] = []
    on_one(min(ours), lambda: pids.append(started(signer)))

    assert os.sched_getaffinity(pids[0]) == ours


def test_a_node_with_many_connections_has_its_signatures_made_beside_all_the_same(signer: SignerProcess) -> None:
    """Descriptors above 1023 are what a busy node has."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("this machine allows fewer than 2048 descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    taken = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        started(signer)
        assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")
        assert signer.is_beside()
    finally:
        for one in taken:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_key_goes_to_no_program_of_the_folder_that_the_node_was_started_in(
    signer: SignerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "__init__.py").touch()
    (tmp_path / "node" / "signing_process.py").write_text(
        "open('taken', 'wb').write(__import__('sys').stdin.buffer.read(64))"
    )
    monkeypatch.chdir(tmp_path)

    started(signer)

    assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")
    assert not (tmp_path / "taken").exists()


LIAR = """
import hashlib, os, struct, sys
asked, answers = sys.stdin.buffer, sys.stdout.fileno()
asked.read(64)
os.write(answers, bytes([1]))
while len(head := asked.read(4)) == 4:
    context, message = struct.unpack(">HH", head)
    question = head + asked.read(context + message)
    os.write(answers, {name} + bytes(3373))
"""


@pytest.mark.parametrize(
    ("name", "reason"),
    [("bytes(16)", "answers_another_question"), ("hashlib.sha256(question).digest()[:16]", "does_not_verify")],
)
def test_an_answer_to_another_question_and_a_first_signature_that_does_not_verify_are_not_used(
    signer: SignerProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    reason: str,
) -> None:
    """A peer would give such a letter no receipt, and it would go again and again until its envelope expires."""
    (tmp_path / "node").mkdir()
    (tmp_path / "node" / "__init__.py").touch()
    (tmp_path / "node" / "signing_process.py").write_text(LIAR.format(name=name))
    monkeypatch.setattr(node.signer, "OUR_CODE", tmp_path)
    started(signer)

    assert signed(signer.begin(b"letter", CONTEXT)(), b"letter")

    assert not signer.is_beside()
    assert capsys.readouterr().out.count(reason) == 1


def test_of_many_signatures_every_64th_is_verified(signer: SignerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    started(signer)
    verified: list[bytes] = []
    verify = VerifyingKey.verify

    def counted(key: VerifyingKey, signature: bytes, message: bytes, context: bytes) -> None:
        verified.append(message)
        verify(key, signature, message, context)

    monkeypatch.setattr(VerifyingKey, "verify", counted)
    for number in range(2 * VERIFIED_EVERY + 1):
        signer.begin(b"%d" % number, CONTEXT)()

    assert verified == [b"0", b"64", b"128"]
