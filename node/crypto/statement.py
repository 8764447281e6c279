"""The header H (40 clear bytes) and the statement S (260 signed bytes) of an envelope. Source: wire.md 2."""

import struct
from typing import Final

import msgspec

from node.crypto.suite import SUITE

MAGIC: Final = b"TRM1"
VERSION: Final = 1
HEADER_BYTES: Final = 40
STATEMENT_BYTES: Final = 260
U64_LIMIT: Final = 2**53  # JSON and SQLite agree with every number below this
ZERO_HASH: Final = bytes(32)

COVER: Final = 0
LETTER: Final = 1
CONTROL: Final = 2

_HEADER: Final = struct.Struct(">4sBBH16s16s")
_STATEMENT: Final = struct.Struct(">BBHQ16s2s2s32s32s32sQQQ32sQ32sI32s")


class Header(msgspec.Struct, frozen=True):
    """What an envelope shows to everybody: which key opens it, and a random id."""

    kid: bytes  # 16
    eid: bytes  # 16

    def pack(self) -> bytes:
        return _HEADER.pack(MAGIC, VERSION, SUITE, 0, self.kid, self.eid)


def unpack_header(data: bytes) -> Header | None:
    """The header of an envelope, or None when magic, version, suite or flags are not ours."""
    magic, version, suite, flags, kid, eid = _HEADER.unpack_from(data)
    if (magic, version, suite, flags) != (MAGIC, VERSION, SUITE, 0):
        return None
    return Header(kid, eid)


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender signs about one envelope; the payload only as a salted commitment, so that it can be erased.

    Hashes, keys and ids are bytes; times are UTC seconds; countries are two ASCII letters. `snapshot` is the hash of
    the registry snapshot that the sender used, `log_*` the registry log, `root_version` the version of its root.
    """

    version: int = VERSION
    suite: int = SUITE
    letter_class: int
    epoch: int
    eid: bytes
    sender: str
    recipient: str
    sender_key: bytes
    recipient_key: bytes
    snapshot: bytes
    seq: int
    created_at: int
    expires_at: int
    prev: bytes
    log_size: int
    log_root: bytes
    root_version: int
    commitment: bytes

    def pack(self) -> bytes:
        return _STATEMENT.pack(
            self.version,
            self.suite,
            self.letter_class,
            self.epoch,
            self.eid,
            self.sender.encode("ascii"),
            self.recipient.encode("ascii"),
            self.sender_key,
            self.recipient_key,
            self.snapshot,
            self.seq,
            self.created_at,
            self.expires_at,
            self.prev,
            self.log_size,
            self.log_root,
            self.root_version,
            self.commitment,
        )


def unpack_statement(data: bytes) -> Statement:
    """S as its 260 bytes say, unjudged: a country that is not ASCII comes out with replacement characters."""
    # Positional over kw_only fields: the struct's order is the order of the fields above.
    values = list(_STATEMENT.unpack(data))
    values[5] = values[5].decode("ascii", "replace")
    values[6] = values[6].decode("ascii", "replace")
    return Statement(**dict(zip(_FIELDS, values, strict=True)))


def fault_of(statement: Statement) -> str | None:
    """The first number or country in S that no honest sender writes, or None. Source: wire.md 3 row 4 and 13."""
    s = statement
    if max(s.epoch, s.seq, s.created_at, s.expires_at, s.log_size) >= U64_LIMIT:
        return "a number is 2^53 or more"
    if s.seq < 1:
        return "seq is 0"
    if s.log_size == 0 and s.log_root != ZERO_HASH:
        return "log root is set while there is no log"
    if not (is_country(s.sender) and is_country(s.recipient)):
        return "a country is not two letters A-Z"
    return None


def is_country(code: str) -> bool:
    """True for two letters A-Z; whether the country exists is the registry's question."""
    return len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()


_FIELDS: Final = Statement.__struct_fields__
