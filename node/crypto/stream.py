"""Attachments: age-v1 STREAM over u64 length || data || zeros to PADME, in parts of 256 KiB, with constant memory.

stream = nonce 16 || chunks of 64 KiB, each ChaCha20-Poly1305 under HKDF-SHA256(key, salt = nonce, info = "payload"),
nonce = u88 counter || u8 last. Nothing reaches a reader before the last chunk and the hash are verified.
Sources: wire.md 9, C2SP age.md (payload).
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from node.crypto.errors import BadStream
from node.crypto.kdf import derive

CHUNK_BYTES: Final = 65_536
PART_BYTES: Final = 262_144
NONCE_BYTES: Final = 16
KEY_BYTES: Final = 32
_TAG: Final = 16
_SEALED_CHUNK: Final = CHUNK_BYTES + _TAG
_LENGTH: Final = 8


class Sink(Protocol):
    """Where an opened attachment goes. What was written becomes readable only by `commit`; `abort` destroys it."""

    def write(self, data: bytes) -> None: ...
    def commit(self) -> None: ...
    def abort(self) -> None: ...


def padme(length: int) -> int:
    """`length` rounded up so that its size tells little: at most 12 % more."""
    if length < 2:
        return length
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    mask = (1 << low_bits) - 1
    return (length + mask) & ~mask


def padded_size(length: int) -> int:
    """The size a letter lists for `length` bytes of data: length field, data and padding."""
    return padme(_LENGTH + length)


def stream_size(padded: int) -> int:
    """How many bytes of parts carry a padded size: nonce, and a tag for each chunk."""
    chunks = max(1, -(-padded // CHUNK_BYTES))
    return NONCE_BYTES + padded + chunks * _TAG


def seal_attachment(data: Iterable[bytes], length: int, key: bytes, nonce: bytes) -> Iterator[bytes]:
    """Parts of 256 KiB (the last one shorter) of `length` bytes that come in pieces of any size.

    `key` (32) and `nonce` (16) are fresh for each recipient: a shared ciphertext would link recipients. ValueError
    when the pieces are not `length` bytes together.
    """
    if (len(key), len(nonce)) != (KEY_BYTES, NONCE_BYTES):
        raise ValueError(f"an attachment needs a key of {KEY_BYTES} and a nonce of {NONCE_BYTES} bytes")
    return _regroup(_prepend(nonce, encrypt_chunks(_padded(data, length), key, nonce)), PART_BYTES)


def open_attachment(parts: Iterable[bytes], padded: int, sha256: bytes, key: bytes, sink: Sink) -> None:
    """Writes the data to `sink` and commits it once everything is verified; otherwise aborts it and raises BadStream.

    `padded` is the size the letter lists, `key` and `sha256` (of the plaintext) stand in the office block. Reads no
    more than that size needs.
    """
    try:
        if _copy(_plain_chunks(parts, stream_size(padded), key), padded, sink) != sha256:
            raise BadStream("attachment is not the one that was announced; ask for it again")
    except BaseException:
        sink.abort()
        raise
    sink.commit()


def encrypt_chunks(data: Iterable[bytes], key: bytes, nonce: bytes) -> Iterator[bytes]:
    """STREAM of any data, chunk by chunk, without the nonce in front."""
    cipher = _cipher(key, nonce)
    waiting: bytes | None = None
    counter = 0
    for chunk in _regroup(data, CHUNK_BYTES):
        if waiting is not None:
            yield cipher.encrypt(_chunk_nonce(counter, last=False), waiting, None)
            counter += 1
        waiting = chunk
    yield cipher.encrypt(_chunk_nonce(counter, last=True), waiting or b"", None)


def decrypt_chunks(sealed: Iterable[bytes], key: bytes, nonce: bytes) -> Iterator[bytes]:
    """The chunks of a STREAM. They are verified one by one, but only the end proves that none is missing:
    a caller must throw away what it got when BadStream comes later."""
    cipher = _cipher(key, nonce)
    waiting: bytes | None = None
    counter = 0
    for chunk in _regroup(sealed, _SEALED_CHUNK):
        if waiting is not None:
            yield _decrypt(cipher, counter, waiting, last=False)
            counter += 1
        waiting = chunk
    if waiting is None:
        raise BadStream("attachment has no chunk")
    final = _decrypt(cipher, counter, waiting, last=True)
    if not final and counter:
        raise BadStream("last chunk is empty though it is not the only one")
    yield final


def _cipher(key: bytes, nonce: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(derive(key, nonce, b"payload"))


def _chunk_nonce(counter: int, *, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes([last])


def _decrypt(cipher: ChaCha20Poly1305, counter: int, sealed: bytes, *, last: bool) -> bytes:
    try:
        return cipher.decrypt(_chunk_nonce(counter, last=last), sealed, None)
    except (InvalidTag, ValueError):
        raise BadStream(f"chunk {counter} is damaged, missing or out of place; ask for the attachment again") from None


def _regroup(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in blocks of `size`; only the last may be shorter, and none is empty."""
    held = bytearray()
    for piece in pieces:
        held += piece
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _prepend(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks


def _padded(data: Iterable[bytes], length: int) -> Iterator[bytes]:
    yield length.to_bytes(_LENGTH, "big")
    seen = 0
    for piece in data:
        seen += len(piece)
        yield piece
    if seen != length:
        raise ValueError(f"attachment has {seen} bytes; {length} were announced")
    missing = padded_size(length) - _LENGTH - length
    while missing:
        step = min(missing, CHUNK_BYTES)
        yield bytes(step)
        missing -= step


def _plain_chunks(parts: Iterable[bytes], size: int, key: bytes) -> Iterator[bytes]:
    sealed = _exactly(parts, size)
    head = b""
    for piece in sealed:
        head += piece
        if len(head) >= NONCE_BYTES:
            break
    rest = _prepend(head[NONCE_BYTES:], sealed)
    yield from decrypt_chunks(rest, key, head[:NONCE_BYTES])


def _exactly(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    seen = 0
    for part in parts:
        seen += len(part)
        if seen > size:
            raise BadStream(f"attachment is longer than the {size} bytes its letter lists")
        yield part
    if seen != size:
        raise BadStream(f"attachment has {seen} bytes; its letter lists {size}")


def _copy(chunks: Iterator[bytes], padded: int, sink: Sink) -> bytes:
    """Writes the data without length field and padding; gives its hash."""
    hasher = hashlib.sha256()
    first = next(chunks)
    length = int.from_bytes(first[:_LENGTH], "big")
    if len(first) < _LENGTH or padded_size(length) != padded:
        raise BadStream("length inside does not go with the size that the letter lists")
    left = length
    for chunk in _prepend(first[_LENGTH:], chunks):
        data, padding = chunk[:left], chunk[left:]
        if padding.count(0) != len(padding):
            raise BadStream("padding of the attachment is not all zero")
        left -= len(data)
        hasher.update(data)
        sink.write(data)
    return hasher.digest()
