"""A country's record: who answers for it, where its node is, which keys it uses; public by design.

The bytes of record.json are what is signed; they are never encoded again to verify them. Unknown fields are ignored
(`min_reader` says when they may not be). No names of officers, no private mailboxes, nothing about cases.
Sources: registry.md 4.3, wire.md 6-8; encodings of wire.md 7 (bytes base64url, hashes lowercase hex, UTC seconds).
"""

from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from node.crypto import labels
from node.crypto.errors import BadKey, BadSignature, BadText
from node.crypto.suite import SigningKey, kem_key_id, office_kid, sig_key_id, verifying_key
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.errors import BadRecord

MAX_RECORD_BYTES: Final = 65_536
READER: Final = 1  # this software's answer to `min_reader`
NODE_RECORD: Final = "trm/v1/node-record"

_T = TypeVar("_T")

KeyStatus = Literal["current", "retired", "revoked"]
HolderKind = Literal["state", "civil_society"]
Seconds = Annotated[int, Meta(ge=0, lt=2**53)]
Date = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
ShortText = Annotated[str, Meta(min_length=1, max_length=400)]


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """The office that answers: its name per language (BCP 47) and the public contact of its desk."""

    names: Annotated[dict[str, ShortText], Meta(min_length=1)]
    contact: ShortText


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the node is reached; the SPKI hash pins its TLS certificate when given."""

    url: Annotated[str, Meta(max_length=300)]
    tls_spki_sha256: Hash | None = None


class MessageKey(msgspec.Struct, frozen=True, kw_only=True):
    """A composite signing key (1984 bytes) that the node signs envelopes and receipts with."""

    key: str
    from_at: Seconds = msgspec.field(name="from")
    until: Seconds
    status: KeyStatus

    @property
    def public(self) -> bytes:
        """1984 bytes."""
        return from_base64url(self.key)

    @property
    def key_id(self) -> bytes:
        """32 bytes."""
        return sig_key_id(self.public)


class OfficeKey(msgspec.Struct, frozen=True, kw_only=True):
    """An X-Wing key (1216 bytes) that identity blocks are sealed to, with the organisation that holds it (H13)."""

    key: str
    holder: ShortText
    kind: HolderKind  # R19: there is no value for anybody else
    police_powers: bool
    from_at: Seconds = msgspec.field(name="from")
    until: Seconds

    @property
    def public(self) -> bytes:
        """1216 bytes."""
        return from_base64url(self.key)

    @property
    def office_kid(self) -> bytes:
        """32 bytes."""
        return office_kid(self.public)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """The country's working days: IANA time zone, weekend (1 Monday to 7 Sunday), holidays of two years."""

    time_zone: Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_+/-]{0,63}$")]
    weekend: list[Annotated[int, Meta(ge=1, le=7)]]
    holidays: list[Date]


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """A log witness run by the country; used once there is a log."""

    vkey: str
    url: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The whole record, as published under XX/record.json."""

    v: Literal[1]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
    serial: Annotated[int, Meta(ge=1, lt=2**53)]
    prev_sha256: Hash | None
    issued_at: Seconds
    valid_until: Seconds
    authority: Authority
    endpoints: Annotated[list[Endpoint], Meta(min_length=1, max_length=3)]
    message_keys: Annotated[list[MessageKey], Meta(min_length=1, max_length=3)]
    kem_fallback: str
    office_keys: Annotated[list[OfficeKey], Meta(min_length=1, max_length=6)]
    next_message_key_sha256: Hash | None
    suites: list[Annotated[int, Meta(ge=1, le=255)]]
    min_suite: Annotated[int, Meta(ge=1, le=255)]
    msg_types: dict[str, tuple[int, int]]
    languages: list[str]
    prekey_url: str
    witness: Witness | None = None
    max_attachment: Annotated[int, Meta(ge=0, lt=2**53)]
    max_life_days: Literal[14, 45]
    calendar: Calendar
    out_of_hours: ShortText  # a role with its number, never a person
    commitments: dict[str, Annotated[int, Meta(ge=1, le=90)]]  # kind -> working days
    min_reader: Annotated[int, Meta(ge=1)]
    status: Literal["active", "revoked"]

    @property
    def kem_fallback_public(self) -> bytes:
        """1216 bytes."""
        return from_base64url(self.kem_fallback)

    @property
    def kem_fallback_key_id(self) -> bytes:
        """32 bytes."""
        return kem_key_id(self.kem_fallback_public)

    def public_keys(self) -> dict[str, bytes]:
        """Every key of the record by the name of its field: message_keys.0, kem_fallback, office_keys.0 ..."""
        keys = {f"message_keys.{i}": key.public for i, key in enumerate(self.message_keys)}
        keys["kem_fallback"] = self.kem_fallback_public
        return keys | {f"office_keys.{i}": key.public for i, key in enumerate(self.office_keys)}


class NodeRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """node-record.json: the record's bytes with their self-signature, on the way from the node to the role keys."""

    format: Literal["trm/v1/node-record"]
    record: str
    signature: str


def encode_record(record: Record) -> bytes:
    """The bytes to sign and publish; whoever reads them keeps them as they are."""
    return msgspec.json.format(msgspec.json.encode(record), indent=1)


def read_record(data: bytes) -> Record:
    """The record in these bytes, or BadRecord naming the field.

    Judges shape only; keys and policy are `registry.admission.check_record`'s. Strict JSON, at most 64 KiB.
    """
    if len(data) > MAX_RECORD_BYTES:
        raise BadRecord(f"record is {len(data)} bytes; the limit is {MAX_RECORD_BYTES}")
    try:
        value = read_json(data)
    except BadText as error:
        raise BadRecord(f"record is not strict json: {error}") from None
    needed = value.get("min_reader")
    if isinstance(needed, int) and needed > READER:
        raise BadRecord(
            f"record needs reader {needed}; this software reads {READER}, install a newer one", field="min_reader"
        )
    return _convert(value, Record)


def sign_record(data: bytes, key: SigningKey) -> bytes:
    """record.sig: 3373 raw bytes by a current message key over the bytes of record.json."""
    return key.sign(data, labels.CONTEXT_RECORD)


def verify_record(data: bytes, signature: bytes, record: Record) -> None:
    """BadRecord unless one of the record's current message keys signed exactly these bytes."""
    for key in record.message_keys:
        if key.status != "current":
            continue
        try:
            verifying_key(key.public).verify(signature, data, labels.CONTEXT_RECORD)
            return
        except (BadSignature, BadKey, BadText):
            continue
    raise BadRecord("record.sig does not verify under a current message key; sign the record again", field="signature")


def pack_node_record(record: Record, key: SigningKey) -> bytes:
    """The file node-record.json that `trm-node init` writes and `trm-registry request` reads."""
    data = encode_record(record)
    packed = NodeRecord(format=NODE_RECORD, record=to_base64url(data), signature=to_base64url(sign_record(data, key)))
    return msgspec.json.encode(packed)


def read_node_record(packed: bytes) -> tuple[Record, bytes, bytes]:
    """(record, bytes of record.json, record.sig) of node-record.json, self-signature verified; BadRecord otherwise."""
    try:
        value = read_json(packed)
        if value.get("format") != NODE_RECORD:
            raise BadRecord(
                "file is no record of a node at `$.format`; expected node-record.json, as `trm-node init` wrote it"
            )
        node_record = _convert(value, NodeRecord)
        data, signature = from_base64url(node_record.record), from_base64url(node_record.signature)
    except BadText as error:
        raise BadRecord(f"node-record.json is damaged: {error}; copy it from the node again") from None
    record = read_record(data)
    verify_record(data, signature, record)
    return record, data, signature


def _convert(value: object, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        # msgspec names the place and the kind of value, never the value itself
        raise BadRecord(f"record does not have the right shape: {str(error)[:200].lower()}") from None
