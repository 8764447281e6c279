"""Receipts: what the answering node signs, and everything a sender must not believe."""

import os
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from node.crypto import labels, receipts
from node.crypto.batch import RootCache, sign_batch
from node.crypto.errors import BadReceipt
from node.crypto.receipts import (
    SLOT_BYTES,
    Hint,
    Receipt,
    ReceiptDraft,
    ReceiptHead,
    SealedReceipt,
    Status,
    evidence,
    hint_slot,
    open_slot,
    seal_receipts,
)
from tests.forge import NOW, flip
from tests.vectors_support import SIGNING, VERIFYING, seed, sender_key_for

EID, SALT = seed("an eid", 16), seed("a salt")
ENVELOPE, STATEMENT = seed("an envelope"), seed("a statement")
HEAD = ReceiptHead(epoch=5, index=0, prev=bytes(32))


def receipt(**changes: int | str | bytes) -> Receipt:
    honest = Receipt(
        status=1,
        reason=0,
        eid=EID,
        envelope_hash=ENVELOPE,
        s_hash=STATEMENT,
        country="XA",
        key_id=SIGNING["XA"].key_id,
        at=NOW,
        log_size=0,
        log_root=bytes(32),
        epoch=5,
        index=1,
    )
    return replace(honest, **changes)


def seal(one: Receipt) -> SealedReceipt:
    return seal_receipts([ReceiptDraft(one, EID, SALT)], SIGNING["XA"], os.urandom)[0]


def read(slot: bytes) -> Receipt | Hint:
    return open_slot(slot, EID, SALT, ENVELOPE, STATEMENT, "XA", sender_key_for, RootCache(8))


@pytest.mark.parametrize("status", list(Status))
def test_every_status_comes_back_as_it_was_signed(status: Status) -> None:
    """Wire 4: a reason goes with `refused` and with nothing else."""
    signed = receipt(status=int(status), reason=12 if status is Status.REFUSED else 0)

    sealed = seal(signed)

    assert read(sealed.slot) == signed
    assert len(sealed.slot) == SLOT_BYTES
    assert evidence(sealed.slot, EID, SALT) == sealed.r_bytes + sealed.sig


@pytest.mark.parametrize("reason", [1, 40, 101, 135, 201, 207])
def test_every_reason_of_the_wire_page_is_known(reason: int) -> None:
    """Wire 4: R01-R40, H01-H35, 201-207."""
    assert read(seal(receipt(status=3, reason=reason)).slot) == receipt(status=3, reason=reason)


IMPOSSIBLE: list[dict[str, int | str | bytes]] = [
    {"status": 0},
    {"status": 8},
    {"reason": 12},
    {"status": 3},
    {"status": 3, "reason": 41},
    {"status": 3, "reason": 100},
    {"status": 3, "reason": 136},
    {"status": 3, "reason": 208},
    {"index": 0},
    {"prev": b"\1" * 32},
    {"at": 2**53},
    {"epoch": 2**53},
    {"log_size": 2**53},
    {"log_root": b"\1" * 32},
    {"country": "xa"},
]


@pytest.mark.parametrize("changes", IMPOSSIBLE, ids=str)
def test_a_receipt_that_contradicts_itself_is_neither_made_nor_believed(
    changes: dict[str, int | str | bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wire 4 and 13: any wrong field, and the sender treats it as no receipt, though its signature is right."""
    wrong = receipt(**changes)

    with pytest.raises(BadReceipt):
        seal(wrong)
    with monkeypatch.context() as unchecked:
        unchecked.setattr(receipts, "_check_fields", lambda _: None)
        slot = seal(wrong).slot
    with pytest.raises(BadReceipt):
        read(slot)


ABOUT_ANOTHER: list[dict[str, int | str | bytes]] = [
    {"envelope_hash": bytes(32)},
    {"s_hash": bytes(32)},
    {"eid": bytes(16)},
    {"country": "XT"},
]


@pytest.mark.parametrize("changes", ABOUT_ANOTHER, ids=str)
def test_a_receipt_about_something_else_is_no_answer(changes: dict[str, int | str | bytes]) -> None:
    """Attack 24: from another envelope, another statement, another country."""
    slot = seal(receipt(**changes)).slot

    with pytest.raises(BadReceipt, match="another"):
        read(slot)


def test_only_already_received_may_name_another_eid() -> None:
    """Wire 4: there it is the eid first committed."""
    twice = receipt(status=2, eid=seed("the first eid", 16))

    assert read(seal(twice).slot) == twice


def forged(sign: Callable[[bytes], bytes]) -> bytes:
    r_bytes = receipt().pack()
    draft = ReceiptDraft(receipt(), EID, SALT)
    return receipts._seal_one(draft, r_bytes, sign(r_bytes), os.urandom).slot


@pytest.mark.parametrize(
    "sign",
    [
        lambda r: sign_batch([r], SIGNING["XT"], labels.CONTEXT_RECEIPT, os.urandom)[0],
        lambda r: sign_batch([r], SIGNING["XA"], labels.CONTEXT_ENVELOPE, os.urandom)[0],
        lambda r: sign_batch([r + b"x"], SIGNING["XA"], labels.CONTEXT_RECEIPT, os.urandom)[0],
        lambda r: bytes(3566),
    ],
    ids=["another country", "another context", "another receipt", "zeros"],
)
def test_a_forged_receipt_is_no_answer(sign: Callable[[bytes], bytes]) -> None:
    """Attack 24: who knows the salt can make a slot, but only the addressed country can sign it."""
    with pytest.raises(BadReceipt, match="signature"):
        read(forged(sign))


def test_a_receipt_by_a_key_that_the_registry_does_not_list_is_no_answer() -> None:
    """Wire 4: as row 5 for envelopes."""
    slot = seal(receipt()).slot

    with pytest.raises(BadReceipt, match="registry"):
        open_slot(slot, EID, SALT, ENVELOPE, STATEMENT, "XA", lambda *_: None, RootCache(8))
    by_another = forged(lambda r: sign_batch([r], SIGNING["XT"], labels.CONTEXT_RECEIPT, os.urandom)[0])
    with pytest.raises(BadReceipt, match="registry"):
        open_slot(by_another, EID, SALT, ENVELOPE, STATEMENT, "XA", lambda *_: VERIFYING["XT"], RootCache(8))


def test_a_damaged_or_foreign_slot_is_no_answer() -> None:
    """Wire 4: only who knows this envelope's salt can read or make its receipt; the fill at the end is free."""
    slot = seal(receipt()).slot

    for bad in (
        flip(slot, 9),
        flip(slot, 300),
        flip(slot, 3800 * 8),
        b"\0" + slot[1:],
        b"\3" + slot[1:],
        slot[:-1],
        b"",
    ):
        with pytest.raises(BadReceipt):
            read(bad)
    with pytest.raises(BadReceipt):
        open_slot(slot, EID, bytes(32), ENVELOPE, STATEMENT, "XA", sender_key_for, RootCache(8))
    with pytest.raises(BadReceipt):
        open_slot(slot, bytes(16), SALT, ENVELOPE, STATEMENT, "XA", sender_key_for, RootCache(8))
    assert read(flip(slot, 4095 * 8)) == receipt()


@pytest.mark.parametrize("hint", [1, 2, 3])
def test_a_hint_looks_like_a_receipt_in_size_and_says_only_its_code(hint: int) -> None:
    """Wire 3: constant in size, unsigned, never more than a reason to try again."""
    slot = hint_slot(hint, os.urandom)

    assert len(slot) == SLOT_BYTES
    assert read(slot) == Hint(hint)


@pytest.mark.parametrize("hint", [0, 4, 255])
def test_an_unknown_hint_is_no_answer(hint: int) -> None:
    """Wire 3."""
    with pytest.raises(BadReceipt):
        read(bytes([2, hint]) + bytes(4094))
    with pytest.raises(ValueError, match="expected 1, 2 or 3"):
        hint_slot(hint, os.urandom)


def test_receipts_to_one_peer_form_a_chain() -> None:
    """Wire 4: index from 1 in each epoch, prev the hash of the receipt before, zeros at first."""
    first, head = HEAD.link(receipt(index=0))
    second, after = head.link(receipt(index=0))
    sealed = [seal(first), seal(second)]

    assert (first.index, first.prev, second.index) == (1, bytes(32), 2)
    assert second.prev == sealed[0].r_hash
    assert after == ReceiptHead(5, 2, sealed[1].r_hash)


def test_one_group_commit_shares_one_signature_up_to_64() -> None:
    """Wire 3: receipts of one group commit are one tree; a 65th begins the next."""
    drafts = [
        ReceiptDraft(receipt(index=i, prev=seed(str(i)) if i > 1 else bytes(32)), EID, SALT) for i in range(1, 67)
    ]

    sealed = seal_receipts(drafts, SIGNING["XA"], os.urandom)

    assert [read(one.slot) for one in sealed] == [draft.receipt for draft in drafts]
    assert [len({one.sig[193:] for one in part}) for part in (sealed[:64], sealed[64:], sealed)] == [1, 1, 2]


def test_a_receipt_must_name_the_key_that_signs_it() -> None:
    """A node that rotates must not sign with the new key what names the old one."""
    with pytest.raises(ValueError, match="another key"):
        seal_receipts([ReceiptDraft(receipt(), EID, SALT)], SIGNING["XT"], os.urandom)
