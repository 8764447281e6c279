"""Recovery of the office key from any two of three printed sheets.

r1, r2, r3 random; q_i = seed XOR r_i; sheets A = {r1, r2}, B = {q1, r3}, C = {q2, q3}. One sheet alone is random
bytes. No scheme of our own beyond XOR. Source: at-rest.md, key hierarchy.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass, field
from typing import Final

from node.crypto import labels
from node.crypto.batch import Random
from node.crypto.errors import BadSheet
from node.crypto.suite import KEM_SEED_BYTES, KemKey

SET_ID_BYTES: Final = 8
_CHECKSUM_BYTES: Final = 5
_SHEET: Final = struct.Struct(">1s8s32s32s32s")
_GROUP: Final = 4
_GROUPS_PER_LINE: Final = 8
# Which two parts, one of each sheet, give the seed.
_PAIRS: Final = {("A", "B"): (0, 0), ("A", "C"): (1, 0), ("B", "C"): (1, 1)}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: A, B or C of a set, for one office key."""

    letter: str
    set_id: bytes
    office_kid: bytes
    parts: tuple[bytes, bytes] = field(repr=False)

    def text(self) -> str:
        """What is printed: lines of groups of four letters and digits (base32), checksum at the end."""
        body = _SHEET.pack(self.letter.encode("ascii"), self.set_id, self.office_kid, *self.parts)
        letters = base64.b32encode(body + _checksum(body)).decode("ascii").rstrip("=")
        groups = [letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP)]
        lines = [groups[i : i + _GROUPS_PER_LINE] for i in range(0, len(groups), _GROUPS_PER_LINE)]
        return "\n".join(" ".join(line) for line in lines)


def make_sheets(office_seed: bytes, random: Random) -> tuple[Sheet, Sheet, Sheet]:
    """A new set for this seed. The operator of the node holds at most one of the three."""
    set_id, kid = random(SET_ID_BYTES), KemKey(office_seed).office_kid
    r1, r2, r3 = random(KEM_SEED_BYTES), random(KEM_SEED_BYTES), random(KEM_SEED_BYTES)
    q1, q2, q3 = (_xor(office_seed, r) for r in (r1, r2, r3))
    return (
        Sheet("A", set_id, kid, (r1, r2)),
        Sheet("B", set_id, kid, (q1, r3)),
        Sheet("C", set_id, kid, (q2, q3)),
    )


def read_sheet(text: str) -> Sheet:
    """A sheet as typed: any case, spaces and lines where the person likes, 0 and 1 for O and I. BadSheet otherwise."""
    letters = "".join(text.split()).replace("-", "").upper().replace("0", "O").replace("1", "I")
    try:
        data = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        raise BadSheet("sheet holds characters that it cannot hold, or too few; type it again") from None
    body, checksum = data[: _SHEET.size], data[_SHEET.size :]
    if len(body) != _SHEET.size or checksum != _checksum(body):
        raise BadSheet("sheet is mistyped somewhere: its checksum does not match; type it again")
    letter, set_id, kid, first, second = _SHEET.unpack(body)
    if letter not in (b"A", b"B", b"C"):
        raise BadSheet("sheet is neither A, B nor C")
    return Sheet(letter.decode("ascii"), set_id, kid, (first, second))


def join(one: Sheet, other: Sheet, office_kid: bytes) -> KemKey:
    """The office key, which must be the one that the country's record lists as `office_kid`; BadSheet otherwise."""
    return KemKey(join_seed(one, other, office_kid))


def join_seed(one: Sheet, other: Sheet, office_kid: bytes) -> bytes:
    """The 32-byte office seed of two different sheets of one set, checked against the record's `office_kid`."""
    first, second = sorted((one, other), key=lambda sheet: sheet.letter)
    pair = _PAIRS.get((first.letter, second.letter))
    if pair is None or first.set_id != second.set_id:
        raise BadSheet("the two sheets are the same one or of different sets; bring two of one set")
    seed = _xor(first.parts[pair[0]], second.parts[pair[1]])
    if KemKey(seed).office_kid != office_kid:
        raise BadSheet("the sheets give another key than the record's office key; they may be of an older key")
    return seed


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(labels.RECOVERY + body).digest()[:_CHECKSUM_BYTES]
