"""Letters sealed beside: the same envelopes, whoever made each; lost or late, nothing but time is lost."""

import os
import signal
from collections.abc import Iterator

import pytest

import node.signer
from node.crypto.batch import RootCache
from node.crypto.envelope import (
    SIZES,
    Chained,
    ChannelHead,
    Draft,
    chain_batch,
    open_envelope,
    sealed_as,
    unsealed,
)
from node.crypto.labels import CONTEXT_ENVELOPE
from node.crypto.suite import KemKey, VerifyingKey
from node.service.signing import Batch
from node.signer import SignerProcess
from node.signing_process import PLACES, SHARED_BYTES
from tests.unit.test_signer import KEY, SEED, started

HERS = KemKey(bytes(32))
PUBLIC = VerifyingKey(KEY.public)


@pytest.fixture
def signer() -> Iterator[SignerProcess]:
    made = SignerProcess(lambda: KEY, SEED)
    yield made
    made.close()


def draft(number: int, size: int) -> Draft:
    return Draft(
        letter_class=1, payload=b"letter %d" % number, recipient="XA", recipient_public=HERS.public, created_at=1,
        expires_at=2, snapshot=bytes(32), log_size=0, log_root=bytes(32), root_version=1, size=size,
    )  # fmt: skip


def begun(signer: SignerProcess, count: int, size: int = SIZES[0]) -> tuple[Chained, Batch]:
    drafts = [draft(number, size) for number in range(count)]
    chained = chain_batch(ChannelHead(1, 0, bytes(32)), "XD", drafts, KEY.key_id, os.urandom)
    return chained, signer.begin_batch(chained.tree.message, CONTEXT_ENVELOPE, unsealed(drafts, chained))


def opened(chained: Chained, batch: Batch) -> list[bytes]:
    """What the recipient reads of the batch; every signature is verified on the way."""
    roots, sealed = RootCache(8), sealed_as(chained, batch.signature(), batch.envelopes())
    return [
        open_envelope(one.envelope, "XA", {HERS.kid: HERS}.get, lambda *_: PUBLIC, roots).content() for one in sealed
    ]


def letters(count: int) -> list[bytes]:
    return [b"letter %d" % number for number in range(count)]


def all_sealed(signer: SignerProcess) -> None:
    """Wait for the other process, not for a time."""
    while signer._waiting and not signer._lost:
        assert signer._has_answer(60)
        signer.is_beside()


def test_letters_sealed_beside_open_at_their_recipient_in_their_order(signer: SignerProcess) -> None:
    started(signer)

    chained, batch = begun(signer, PLACES)
    all_sealed(signer)

    assert opened(chained, batch) == letters(PLACES)


def test_what_is_asked_next_takes_no_place_before_its_letter_is_out(signer: SignerProcess) -> None:
    """A batch that nobody called for yet keeps its envelopes, whatever is sealed after it."""
    started(signer)

    batches = []
    for _ in range(3):
        batches.append(begun(signer, 40))
        all_sealed(signer)

    assert [opened(*one) for one in batches] == [letters(40)] * 3


def test_whoever_asks_seals_from_the_end_while_the_other_process_is_not_done(signer: SignerProcess) -> None:
    started(signer)

    batches = [begun(signer, 24) for _ in range(4)]  # more letters than places

    assert [opened(*one) for one in batches] == [letters(24)] * 4


def test_letters_of_a_larger_size_are_sealed_by_whoever_asks(signer: SignerProcess) -> None:
    started(signer)

    assert opened(*begun(signer, 3, SIZES[1])) == letters(3)


def test_a_killed_process_costs_no_letter_and_no_signature(signer: SignerProcess) -> None:
    pid = started(signer)
    batch = begun(signer, PLACES)

    os.kill(pid, signal.SIGKILL)

    assert opened(*batch) == letters(PLACES)
    assert opened(*begun(signer, 5)) == letters(5)


def test_a_batch_has_one_signature_however_often_it_is_asked_for(signer: SignerProcess) -> None:
    """Signing is hedged: a second one would not be the one that the letters were sealed with."""
    _, here = begun(signer, 2)
    started(signer)
    _, beside = begun(signer, 2)

    assert [one.signature() for one in (here, beside)] == [one.signature() for one in (here, beside)]


def test_where_the_system_shares_no_memory_all_is_sealed_here(
    signer: SignerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    started(signer)

    assert opened(*begun(signer, 5)) == letters(5)
    assert signer.is_beside()


def test_nothing_readable_stays_in_the_memory_that_both_share(signer: SignerProcess) -> None:
    """Plain bytes lie there until they are sealed, no longer; also those that were sealed elsewhere meanwhile."""
    started(signer)

    for _ in range(3):
        assert opened(*begun(signer, 30)) == letters(30)
    all_sealed(signer)

    assert signer._shared is not None
    assert b"letter" not in signer._shared[:SHARED_BYTES]


def test_what_stands_in_a_place_and_is_another_letter_is_not_used(
    signer: SignerProcess, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A peer would not open it, and it would be posted until it expires."""
    started(signer)
    chained, batch = begun(signer, 5)
    monkeypatch.setattr(node.signer, "taken", lambda *_: bytes(SIZES[0]))
    batch.signature()
    all_sealed(signer)

    assert opened(chained, batch) == letters(5)
    assert capsys.readouterr().out.count("sealed_another_letter") == 1
