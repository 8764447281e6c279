"""Attachments: the published age streams, our padding, and that nothing half-verified is ever released."""

import hashlib
import itertools
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from node.crypto.errors import BadStream
from node.crypto.stream import (
    CHUNK_BYTES,
    PART_BYTES,
    decrypt_chunks,
    encrypt_chunks,
    open_attachment,
    padded_size,
    padme,
    seal_attachment,
    stream_size,
)
from tests.vectors_support import PUBLISHED

AGE = sorted((PUBLISHED / "age-stream").glob("stream_*"))
KEY, NONCE = bytes(range(32)), bytes(range(16))


@dataclass
class Shelf:
    """A sink that says what became of it."""

    data: bytearray = field(default_factory=bytearray)
    state: str = "open"

    def write(self, data: bytes) -> None:
        self.data += data

    def commit(self) -> None:
        self.state = "committed"

    def abort(self) -> None:
        self.data.clear()
        self.state = "aborted"


@pytest.mark.parametrize("path", AGE, ids=lambda path: str(path.name))
def test_the_published_streams_open_or_fail_as_listed(path: Path) -> None:
    """C2SP CCTV age vectors: 28 streams. A failing one may yield chunks first; the caller throws them away."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    facts = dict(line.split(": ", 1) for line in head.decode().splitlines())
    body = zlib.decompress(body) if facts.get("compressed") == "zlib" else body
    end = body.index(b"\n", body.index(b"\n---") + 1) + 1
    nonce, sealed = body[end : end + 16], body[end + 16 :]
    file_key = bytes.fromhex(facts["file key"])

    def opened() -> bytes:
        if len(nonce) < 16:
            raise BadStream("nonce is cut off")
        return b"".join(decrypt_chunks([sealed], file_key, nonce))

    if facts["expect"] != "success":
        with pytest.raises(BadStream):
            opened()
        return
    plain = opened()

    assert hashlib.sha256(plain).hexdigest() == facts["payload"]
    assert b"".join(encrypt_chunks([plain], file_key, nonce)) == sealed


def seal(data: bytes) -> list[bytes]:
    return list(seal_attachment([data], len(data), KEY, NONCE))


def open_all(parts: list[bytes], data: bytes, shelf: Shelf) -> None:
    open_attachment(parts, padded_size(len(data)), hashlib.sha256(data).digest(), KEY, shelf)


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 8, CHUNK_BYTES, CHUNK_BYTES + 1, PART_BYTES * 2 + 77])
def test_an_attachment_comes_back_whole(length: int) -> None:
    """Wire 9: at every boundary of chunks and parts."""
    data, shelf = os.urandom(length), Shelf()

    parts = seal(data)
    open_all(parts, data, shelf)

    assert (bytes(shelf.data), shelf.state) == (data, "committed")
    assert all(len(part) == PART_BYTES for part in parts[:-1])
    assert sum(map(len, parts)) == stream_size(padded_size(length))


def test_sizes_tell_little() -> None:
    """Wire 9: PADME, at most 12 % more, and one size for neighbouring lengths."""
    assert [padme(n) for n in (0, 1, 9, 100, 1000, 10_000)] == [0, 1, 10, 104, 1024, 10_240]
    assert padded_size(70_000) == padded_size(70_001)
    assert all(n <= padme(n) <= n * 1.12 for n in range(2, 5000))


def damage(parts: list[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    whole = b"".join(parts)
    chunk = CHUNK_BYTES + 16
    yield "cut at the end", [whole[:-1]]
    yield "last chunk dropped", [whole[: 16 + chunk]]
    yield "lengthened", [whole + b"\0"]
    yield (
        "chunks swapped",
        [whole[:16] + whole[16 + chunk : 16 + 2 * chunk] + whole[16 : 16 + chunk] + whole[16 + 2 * chunk :]],
    )
    yield "chunk repeated", [whole[:16] + whole[16 : 16 + chunk] * 2 + whole[16 + 2 * chunk :]]
    yield "nonce changed", [b"\xff" + whole[1:]]
    yield "empty", []
    for at in (20, chunk + 20, len(whole) - 1):
        yield f"bit flipped at {at}", [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]]


def test_a_damaged_attachment_releases_nothing() -> None:
    """Attack 27: whatever is wrong, and wherever, the sink is aborted and never committed."""
    data = os.urandom(CHUNK_BYTES * 2 + 500)

    for what, parts in damage(seal(data)):
        shelf = Shelf()
        with pytest.raises(BadStream):
            open_all(parts, data, shelf)
        assert (shelf.state, bytes(shelf.data)) == ("aborted", b""), what


def test_another_plaintext_than_announced_releases_nothing() -> None:
    """Wire 9: the hash in the office block decides, even when every chunk verifies."""
    shelf = Shelf()

    with pytest.raises(BadStream, match="announced"):
        open_attachment(seal(b"one"), padded_size(3), hashlib.sha256(b"two").digest(), KEY, shelf)

    assert shelf.state == "aborted"


def test_padding_must_be_zero_and_of_the_listed_size() -> None:
    """Attack 16 for attachments: padding is no hiding place."""
    plain = (100).to_bytes(8, "big") + b"a" * 100 + b"\1" * (padded_size(100) - 108)
    parts = [NONCE, *encrypt_chunks([plain], KEY, NONCE)]

    with pytest.raises(BadStream, match="zero"):
        open_all(parts, b"a" * 100, Shelf())
    with pytest.raises(BadStream):
        open_attachment(seal(b"a" * 100), padded_size(4000), hashlib.sha256(b"a" * 100).digest(), KEY, Shelf())


def test_the_length_inside_must_go_with_the_listed_size() -> None:
    """Wire 9: a shorter length with more zeros than PADME asks for would be a second spelling of one attachment."""
    plain = (50).to_bytes(8, "big") + b"a" * 50 + bytes(padded_size(100) - 58)
    parts = [NONCE, *encrypt_chunks([plain], KEY, NONCE)]

    with pytest.raises(BadStream, match="does not go with"):
        open_attachment(parts, padded_size(100), hashlib.sha256(b"a" * 50).digest(), KEY, Shelf())


def test_an_endless_attachment_is_read_no_further_than_its_letter_lists() -> None:
    """Attack 27: whoever serves the parts cannot fill our disk."""
    data, read = os.urandom(CHUNK_BYTES * 3), 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for part in itertools.chain(seal(data), itertools.repeat(bytes(PART_BYTES))):
            read += len(part)
            assert read < 4 * PART_BYTES, "read on and on"
            yield part

    with pytest.raises(BadStream, match="longer"):
        open_attachment(endless(), padded_size(len(data)), hashlib.sha256(data).digest(), KEY, Shelf())


def test_an_attachment_is_sealed_and_opened_piece_by_piece() -> None:
    """Wire 9: 8 MiB from pieces of odd sizes; the writer never sees more than a chunk at once."""
    length = 8 * 1024 * 1024
    sizes = itertools.cycle((1, 65_535, 65_536, 300_001))
    written: list[int] = []

    class Gauge(Shelf):
        def write(self, data: bytes) -> None:
            written.append(len(data))

    def pieces() -> Iterator[bytes]:
        left = length
        while left:
            size = min(left, next(sizes))
            yield bytes(size)
            left -= size

    gauge = Gauge()
    sealed = seal_attachment(pieces(), length, KEY, NONCE)
    open_attachment(sealed, padded_size(length), hashlib.sha256(bytes(length)).digest(), KEY, gauge)

    assert (sum(written), gauge.state) == (length, "committed")
    assert max(written) <= CHUNK_BYTES


def test_pieces_that_are_not_the_announced_length_are_refused() -> None:
    """A file that changes while it is read must not be sent under a wrong length."""
    with pytest.raises(ValueError, match="were announced"):
        list(seal_attachment([b"abc"], 4, KEY, NONCE))
