"""The office block: what identifies a person, sealed past the node to the office key of one organisation.

box = HPKE(salt 32 || u32 len || JSON || zeros to a multiple of 512, info = label || sender || recipient || thread ||
letter_id || office_kid). identity_commit in the signed letter binds the JSON. Source: wire.md 8 and 13.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from node.crypto import labels
from node.crypto.batch import Random
from node.crypto.errors import BadBlock, BadText, OpenFailed
from node.crypto.suite import SEAL_OVERHEAD_BYTES, KemKey, office_kid, seal
from node.crypto.text import (
    Json,
    fields_of,
    from_base64url,
    from_hex,
    list_of,
    read_json,
    text_of,
    to_base64url,
    write_json,
)

BLOCK_STEP_BYTES: Final = 512
_TEXT_AT: Final = 32 + 4
ATTACHMENT_KEY_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class BlockBinding:
    """What a block belongs to; the opener takes these from S and the letter, never from a column."""

    sender: str
    recipient: str
    thread: bytes  # 16
    letter_id: bytes  # 16
    kind: str


@dataclass(frozen=True, slots=True)
class BlockPerson:
    """One person by their consent token (lowercase hex), with their fields by name."""

    token: str
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class BlockAttachment:
    """What opens one attachment and proves that it is whole: `sha256` is that of the plaintext."""

    key: bytes = field(repr=False)
    media_type: str
    name: str = field(repr=False)
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Block:
    """An opened block."""

    persons: tuple[BlockPerson, ...] = field(repr=False)
    attachments: tuple[BlockAttachment, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """The letter's `sealed_identity`: ids as bytes here, as 64 hex digits and base64url in the letter."""

    office_kid: bytes
    identity_commit: bytes
    box: bytes = field(repr=False)

    def as_letter_fields(self) -> dict[str, str]:
        """{office_kid, identity_commit, box} as the letter spells them."""
        return {
            "office_kid": self.office_kid.hex(),
            "identity_commit": self.identity_commit.hex(),
            "box": to_base64url(self.box),
        }


def sealed_block(office_kid: str, identity_commit: str, box: str) -> SealedBlock:
    """The other way round: from the letter's three texts, or BadBlock."""
    try:
        return SealedBlock(from_hex(office_kid, 32), from_hex(identity_commit, 32), from_base64url(box))
    except BadText as error:
        raise BadBlock(f"sealed_identity is not well formed: {error}") from None


def seal_block(
    office_public: bytes,
    binding: BlockBinding,
    persons: Sequence[BlockPerson],
    attachments: Sequence[BlockAttachment],
    random: Random,
) -> SealedBlock:
    """The sealed block for one letter. Re-seals of the envelope copy it byte for byte; call this once per letter."""
    text = write_json(_block_fields(binding, persons, attachments))
    read_json(text)  # a name that is not NFC, say, must fail here, at the writer's desk, not at the reader's
    salt = random(32)
    plain = salt + len(text).to_bytes(4, "big") + text
    padded = plain + bytes(-len(plain) % BLOCK_STEP_BYTES)
    kid = office_kid(office_public)
    return SealedBlock(kid, _commit(salt, text), seal(office_public, padded, _info(binding, kid)))


def open_block(key: KemKey, block: SealedBlock, binding: BlockBinding) -> Block:
    """The persons and attachments of a block that belongs to this letter and matches what was signed; else BadBlock."""
    # 1 our key, or one that it followed, and a whole number of steps
    opens = key.of(block.office_kid)
    if opens is None:
        raise BadBlock("block is sealed to another office key; open it with the holder that the letter names")
    if len(block.box) <= SEAL_OVERHEAD_BYTES or (len(block.box) - SEAL_OVERHEAD_BYTES) % BLOCK_STEP_BYTES:
        raise BadBlock(f"block is not a multiple of {BLOCK_STEP_BYTES} bytes")
    # 2 it opens with this letter's binding
    try:
        plain = opens.open(block.box, _info(binding, block.office_kid))
    except OpenFailed:
        raise BadBlock("block does not open for this sender, thread and letter; tell the sending country") from None
    # 3 length and padding
    end = _TEXT_AT + int.from_bytes(plain[32:_TEXT_AT], "big")
    if end > len(plain) or plain.count(0, end) != len(plain) - end:
        raise BadBlock("length is beyond the block, or its padding is not zero")
    # 4 what the signed letter committed to
    text = plain[_TEXT_AT:end]
    if _commit(plain[:32], text) != block.identity_commit:
        raise BadBlock("block is not the one that the letter commits to; tell the sending country")
    # 5 strict reading, and the names inside
    try:
        return _read(text, binding)
    except BadText as error:
        raise BadBlock(f"block is not strict: {error}") from None


def _info(binding: BlockBinding, kid: bytes) -> bytes:
    countries = binding.sender.encode("ascii") + binding.recipient.encode("ascii")
    if (len(countries), len(binding.thread), len(binding.letter_id)) != (4, 16, 16):
        raise ValueError("a block is bound to two countries of two letters and two ids of 16 bytes")
    return labels.OFFICE + countries + binding.thread + binding.letter_id + kid


def _commit(salt: bytes, text: bytes) -> bytes:
    return hashlib.sha256(labels.IDENTITY + salt + len(text).to_bytes(4, "big") + text).digest()


def _bound_names(binding: BlockBinding) -> dict[str, str]:
    return {
        "sender": binding.sender,
        "recipient": binding.recipient,
        "thread": binding.thread.hex(),
        "letter_id": binding.letter_id.hex(),
        "kind": binding.kind,
    }


def _block_fields(
    binding: BlockBinding, persons: Sequence[BlockPerson], attachments: Sequence[BlockAttachment]
) -> dict[str, object]:
    return {
        **_bound_names(binding),
        "persons": [{"token": person.token, "fields": dict(person.fields)} for person in persons],
        "attachments": [
            {
                "key": to_base64url(one.key),
                "media_type": one.media_type,
                "name": one.name,
                "sha256": one.sha256.hex(),
            }
            for one in attachments
        ],
    }


def _read(text: bytes, binding: BlockBinding) -> Block:
    bound = _bound_names(binding)
    *names, persons, attachments = fields_of(read_json(text), *bound, "persons", "attachments")
    if names != list(bound.values()):
        raise BadBlock("block names another sender, recipient, thread, letter or kind inside than the letter does")
    return Block(
        tuple(_read_person(person) for person in list_of(persons)),
        tuple(_read_attachment(one) for one in list_of(attachments)),
    )


def _read_person(value: Json) -> BlockPerson:
    token, named = fields_of(value, "token", "fields")
    from_hex(text_of(token), 16)
    if not isinstance(named, dict):
        raise BadText("fields of a person are not an object")
    return BlockPerson(text_of(token), {name: text_of(item) for name, item in named.items()})


def _read_attachment(value: Json) -> BlockAttachment:
    key, media_type, name, sha256 = fields_of(value, "key", "media_type", "name", "sha256")
    key_bytes = from_base64url(text_of(key))
    if len(key_bytes) != ATTACHMENT_KEY_BYTES:
        raise BadText(f"an attachment key is not {ATTACHMENT_KEY_BYTES} bytes")
    return BlockAttachment(key_bytes, text_of(media_type), text_of(name), from_hex(text_of(sha256), 32))
