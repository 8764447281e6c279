"""Batches, channels and size classes as an honest sender makes them."""

import itertools
import os

import pytest
from msgspec.structs import replace

from node.crypto import labels
from node.crypto.batch import SIG_BYTES, RootCache, sign_batch, verify_batch
from node.crypto.envelope import (
    SIZES,
    ChannelHead,
    Draft,
    EnvelopeRefused,
    Opened,
    Sealed,
    capacity,
    open_envelope,
    read_header,
    seal_batch,
    smallest_size,
)
from node.crypto.errors import BadSignature
from tests.forge import NOW, Forgery, forge
from tests.vectors_support import KEMS, SIGNING, VERIFYING, kem_key_for, sender_key_for

HEAD = ChannelHead(epoch=7, seq=41, prev=b"\x05" * 32)
DRAFT = Draft(1, b"{}", "XA", KEMS["XA"].public, NOW, NOW + 86_400, b"\x09" * 32, 3, b"\x08" * 32, 2)
NAME = labels.CONTEXT_ENVELOPE


def seal_some(*drafts: Draft) -> list[Sealed]:
    return seal_batch(HEAD, "XD", drafts, SIGNING["XD"], os.urandom)


def open_at_xa(envelope: bytes) -> Opened:
    return open_envelope(envelope, "XA", kem_key_for("XA"), sender_key_for, RootCache(8))


def test_capacities_are_those_of_the_wire_page() -> None:
    """Wire 2."""
    assert [capacity(size) for size in SIZES] == [11_346, 60_498, 257_106]


@pytest.mark.parametrize(
    ("length", "size"), [(0, 16_384), (11_346, 16_384), (11_347, 65_536), (60_499, 262_144), (257_106, 262_144)]
)
def test_the_smallest_class_that_holds_it_is_taken(length: int, size: int) -> None:
    """Wire 13: at both edges of every class, and it opens."""
    sealed = seal_some(replace(DRAFT, payload=b"p" * length))[0]

    assert len(sealed.envelope) == size == smallest_size(length)
    assert open_at_xa(sealed.envelope).content() == b"p" * length


def test_a_payload_too_long_for_any_class_is_refused_at_the_sender() -> None:
    """Wire 2: larger things are attachments."""
    with pytest.raises(ValueError, match="attachment"):
        seal_some(replace(DRAFT, payload=bytes(257_107)))
    with pytest.raises(ValueError, match="does not hold"):
        seal_some(replace(DRAFT, payload=bytes(11_347), size=16_384))


def test_a_small_payload_may_be_asked_into_a_larger_class() -> None:
    """Wire 13: the receiver accepts any class."""
    assert open_at_xa(seal_some(replace(DRAFT, size=65_536))[0].envelope).content() == b"{}"


def test_released_letters_are_numbered_and_chained_from_the_head() -> None:
    """Wire 2: seq follows the head's, prev is the hash of the S before, epoch is the channel's."""
    sealed = seal_some(*[DRAFT] * 3)

    statements = [open_at_xa(one.envelope).statement for one in sealed]

    assert [s.seq for s in statements] == [42, 43, 44] == [one.seq for one in sealed]
    assert [s.prev for s in statements] == [HEAD.prev, sealed[0].s_hash, sealed[1].s_hash]
    assert {s.epoch for s in statements} == {7}
    assert (statements[0].log_size, statements[0].root_version) == (3, 2)
    assert len({one.eid for one in sealed} | {one.salt for one in sealed}) == 6


def test_what_the_sender_keeps_is_what_the_receiver_finds() -> None:
    """Wire 4: the receipt is checked against these very values."""
    sealed = seal_some(DRAFT)[0]

    opened = open_at_xa(sealed.envelope)

    kept = (sealed.s_bytes, sealed.sig, sealed.salt, sealed.s_hash, sealed.envelope_hash, sealed.eid)
    assert kept == (opened.s_bytes, opened.sig, opened.salt, opened.s_hash, opened.envelope_hash, opened.statement.eid)
    assert read_header(sealed.envelope).kid == KEMS["XA"].kid


def test_letters_to_two_countries_never_share_a_tree() -> None:
    """Wire 2: the path would tell one peer about letters to another."""
    with pytest.raises(ValueError, match="one country"):
        seal_some(DRAFT, replace(DRAFT, recipient="XT"))
    with pytest.raises(ValueError, match="1 to 64"):
        seal_some(*[DRAFT] * 65)


def test_parked_bytes_come_with_what_they_claim() -> None:
    """Wire 3 row 5: the sender's key may be in a newer registry; country and key id say what to look for."""
    sealed = seal_some(DRAFT)[0]

    with pytest.raises(EnvelopeRefused) as refused:
        open_envelope(sealed.envelope, "XA", kem_key_for("XA"), lambda *_: None, RootCache(8))

    assert (refused.value.row, refused.value.hint) == (5, "refresh")
    assert refused.value.statement is not None
    assert refused.value.statement.sender_key == SIGNING["XD"].key_id


def test_a_key_lookup_that_errs_cannot_let_another_key_in() -> None:
    """Wire 3 row 5: the key must be the one that S names, whatever the registry's code hands back."""
    forged = forge(Forgery(signer=SIGNING["XT"]))

    with pytest.raises(EnvelopeRefused) as refused:
        open_envelope(forged.envelope, "XA", kem_key_for("XA"), lambda *_: VERIFYING["XT"], RootCache(8))

    assert refused.value.row == 5


def test_neither_payload_nor_salt_shows_in_a_representation() -> None:
    """Attack 1: no plaintext in a log, whatever is logged by mistake."""
    draft = replace(DRAFT, payload=b"an invented secret")
    sealed = seal_batch(HEAD, "XD", [draft], SIGNING["XD"], os.urandom)[0]
    opened = open_at_xa(sealed.envelope)

    shown = repr(draft) + repr(sealed) + repr(opened)

    assert "invented" not in shown
    assert repr(sealed.salt) not in shown


@pytest.mark.parametrize("count", [1, 2, 63, 64])
def test_every_leaf_of_a_batch_verifies_with_one_signature(count: int) -> None:
    """Wire 2: always 64 leaves, so each SIG is 3566 bytes whatever the number."""
    leaves, roots = [bytes([i]) * 260 for i in range(count)], RootCache(8)

    sigs = sign_batch(leaves, SIGNING["XD"], NAME, os.urandom)

    for leaf, sig in zip(leaves, sigs, strict=True):
        verify_batch(leaf, sig, VERIFYING["XD"], NAME, roots)
    assert {len(sig) for sig in sigs} == {SIG_BYTES}
    assert len({sig[0] for sig in sigs}) == count
    assert len(roots) == 1


def test_a_leaf_does_not_verify_with_its_neighbours_block() -> None:
    """Wire 2: place and path belong to one leaf."""
    leaves = [b"one", b"two"]
    sigs = sign_batch(leaves, SIGNING["XD"], NAME, os.urandom)

    with pytest.raises(BadSignature):
        verify_batch(leaves[0], sigs[1], VERIFYING["XD"], NAME, RootCache(8))


def test_a_place_beyond_the_tree_is_refused_though_its_low_bits_lead_to_the_root() -> None:
    """Wire 2: places are 0 to 63, so that no signature block has a second spelling."""
    (sig,) = sign_batch([b"leaf"], SIGNING["XD"], NAME, os.urandom)

    verify_batch(b"leaf", sig, VERIFYING["XD"], NAME, RootCache(1))
    for beyond in (64, 128):
        with pytest.raises(BadSignature, match="a place beyond 63"):
            verify_batch(b"leaf", bytes([sig[0] + beyond]) + sig[1:], VERIFYING["XD"], NAME, RootCache(1))
    with pytest.raises(BadSignature, match="a place beyond 63"):
        verify_batch(b"leaf", b"\x40" + sig[1:], VERIFYING["XD"], NAME, RootCache(1))


def test_places_and_empty_leaves_come_from_the_random_source() -> None:
    """Wire 2: neither tells how many travelled together; with another draw both differ."""
    counters = [itertools.count(start) for start in (0, 1)]
    draws = [lambda n, c=c: os.urandom(n) for c in counters]

    paths = [sign_batch([b"leaf"], SIGNING["XD"], NAME, draw)[0][1:193] for draw in draws]

    assert paths[0] != paths[1]
    places = {sign_batch([b"leaf"], SIGNING["XD"], NAME, os.urandom)[0][0] for _ in range(24)}
    assert len(places) > 4


def test_the_cache_of_roots_is_bounded_and_forgets_the_oldest() -> None:
    """Wire 2: a peer cannot fill our memory with roots."""
    roots = RootCache(2)

    for key in (b"a", b"b", b"c"):
        roots.remember(key)

    assert len(roots) == 2
    assert [roots.knows(key) for key in (b"a", b"b", b"c")] == [False, True, True]


def test_a_signature_that_failed_is_not_remembered() -> None:
    """Attack 55: only what verified may be believed again."""
    roots = RootCache(2)
    sig = sign_batch([b"leaf"], SIGNING["XT"], NAME, os.urandom)[0]

    for _ in range(2):
        with pytest.raises(BadSignature):
            verify_batch(b"leaf", sig, VERIFYING["XD"], NAME, roots)

    assert len(roots) == 0


def test_no_two_uses_share_a_label() -> None:
    """Wire 12: one builder makes each; labels end in a zero byte, contexts do not, all begin with trm/v1/."""
    made = {name: value for name, value in vars(labels).items() if isinstance(value, bytes)}

    assert len(set(made.values())) == len(made)
    assert all(value.startswith(b"trm/v1/") for value in made.values())
    assert {name for name, value in made.items() if not value.endswith(b"\0")} == {
        name for name in made if name.startswith("CONTEXT_")
    }
    with pytest.raises(ValueError, match="exists already"):
        labels._label("payload")
