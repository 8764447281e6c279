"""A country's concern about another node, for the maintainers of the registry: a code and a date, and nobody in it.

The node signs it with its message key; maintainers verify it against the published record and decide as they always
do, by telephone and by k of n. It suspends nobody by itself. Source: practice H14; registry 4.5.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.crypto import labels
from node.crypto.errors import BadSignature, BadText
from node.crypto.suite import SigningKey, verifying_key
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.errors import BadRegistryFile
from registry.record import Record

FORMAT: Final = "trm/v1/concern"
MAX_CONCERN_BYTES: Final = 16_384
Code = Literal[
    "key_may_be_stolen",
    "letters_reach_police",
    "names_reach_others",
    "alerts_not_justified",
    "nobody_answers",
    "record_not_true",
    "two_histories",
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Seconds = Annotated[int, Meta(ge=0, lt=2**53)]


class Concern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said: who, about whom, what kind of thing, since when; no letter, no thread, no person."""

    format: Literal["trm/v1/concern"]
    sender: Country
    about: Country
    code: Code
    since: Seconds
    written_at: Seconds


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    concern: str
    signature: str


def sign_concern(concern: Concern, key: SigningKey) -> bytes:
    """The file for the maintainers."""
    data = msgspec.json.encode(concern)
    file = _File(concern=to_base64url(data), signature=to_base64url(key.sign(data, labels.CONTEXT_CONCERN)))
    return msgspec.json.format(msgspec.json.encode(file), indent=1)


def read_concern(data: bytes, records: dict[str, Record]) -> Concern:
    """The concern in a file, signed by a current message key of its sender's published record; else BadRegistryFile."""
    if len(data) > MAX_CONCERN_BYTES:
        raise BadRegistryFile(f"concern is {len(data)} bytes; the limit is {MAX_CONCERN_BYTES}")
    try:
        file = msgspec.convert(read_json(data), _File)
        said = from_base64url(file.concern)
        concern = msgspec.convert(read_json(said), Concern)
        signature = from_base64url(file.signature)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no concern of a node; ask for it again") from None
    record = records.get(concern.sender)
    for key in () if record is None else record.message_keys:
        if key.status == "current" and _signed(key.public, said, signature):
            return concern
    raise BadRegistryFile("concern is not signed by a current key of its sender; phone them")


def _signed(public: bytes, data: bytes, signature: bytes) -> bool:
    try:
        verifying_key(public).verify(signature, data, labels.CONTEXT_CONCERN)
    except BadSignature:
        return False
    return True
