"""What a country sends to the maintainers: its record with the signatures of all its keys, in one file.

Made at the country's offline machine. The same file later carries an update, which the publisher takes without the
maintainers, because the role keys that they admitted have signed it. Source: registry.md 4.4 step 2 and 4.5.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import msgspec
from securesystemslib.exceptions import UnverifiedSignatureError

from node.crypto.errors import BadText
from node.crypto.fingerprints import fingerprint
from node.crypto.rolekeys import RoleKey
from node.crypto.text import from_base64url, read_json, to_base64url
from registry.admission import check_record
from registry.errors import BadRegistryFile
from registry.names import COUNTRY_LIFE_S, country_role, record_path, signature_path, when
from registry.record import Record, read_node_record, read_record, verify_record
from registry.roots import parse_metadata
from registry.tufkeys import key_pair, signers
from registry.tuftypes import Metadata, TargetFile, Targets

FORMAT: Final = "trm/v1/request"


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    format: Literal["trm/v1/request"]
    role_keys: str
    role: str
    record: str
    signature: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose signatures verify and whose record may be used."""

    code: str
    record: Record
    record_bytes: bytes
    signature: bytes
    role_keys: bytes  # ML-DSA-65 1952 || Ed25519 32
    role_bytes: bytes  # signed c-XX metadata
    version: int

    @property
    def fingerprint(self) -> str:
        """Twelve groups of five digits, read aloud by the country."""
        return fingerprint(self.role_keys, self.record_bytes)

    def files(self) -> dict[str, bytes]:
        """The target files by path."""
        return {record_path(self.code): self.record_bytes, signature_path(self.code): self.signature}


def make_request(node_record: bytes, role_key: RoleKey, now: int, version: int = 1) -> bytes:
    """The request file for a node-record.json; `version` is one more than the last one published for this role."""
    record, record_bytes, signature = read_node_record(node_record)
    check_record(record)
    code = record.country
    role = Metadata(Targets(version=version, expires=when(now + COUNTRY_LIFE_S)))
    for path, data in ((record_path(code), record_bytes), (signature_path(code), signature)):
        role.signed.targets[path] = TargetFile.from_data(path, data, ["sha256"])
    for signer in signers(role_key):
        role.sign(signer, append=True)
    file = _File(
        format=FORMAT,
        role_keys=to_base64url(role_key.public),
        role=to_base64url(role.to_bytes()),
        record=to_base64url(record_bytes),
        signature=to_base64url(signature),
    )
    return msgspec.json.encode(file)


@lru_cache(maxsize=512)  # a pure function of the bytes; one ceremony judges the same request at every pass
def read_request(data: bytes) -> Request:
    """The request in a file, everything verified; BadRegistryFile, BadRegistryKey or BadRecord otherwise."""
    # 1 the file
    file = _open(data)
    try:
        role_keys, role_bytes = from_base64url(file.role_keys), from_base64url(file.role)
        record_bytes, signature = from_base64url(file.record), from_base64url(file.signature)
    except BadText as error:
        raise BadRegistryFile(f"request is damaged: {error}; ask the country to send it again") from None
    # 2 the record: shape, keys and holders, self-signature by the message key
    record = read_record(record_bytes)
    check_record(record)
    verify_record(record_bytes, signature, record)
    # 3 the role: both halves of the role key, this record and nothing else
    role = parse_metadata(role_bytes, Targets)
    request = Request(
        record.country, record, record_bytes, signature, role_keys, role_bytes, version=role.signed.version
    )
    check_role(role, request)
    return request


def check_role(role: Metadata[Targets], request: Request) -> None:
    """BadRegistryFile unless both role keys signed exactly the two files of this request."""
    for key in key_pair(request.role_keys):
        signature = role.signatures.get(key.keyid)
        try:
            if signature is None:
                raise UnverifiedSignatureError
            key.verify_signature(signature, role.signed_bytes)
        except UnverifiedSignatureError:
            raise BadRegistryFile(f"{key.keytype} half of the role key of {request.code} has not signed") from None
    expected = {path: TargetFile.from_data(path, data, ["sha256"]) for path, data in request.files().items()}
    if role.signed.targets != expected or role.signed.delegations is not None:
        raise BadRegistryFile(
            f"{country_role(request.code)} does not list exactly the record and its signature; make the request again"
        )


def _open(data: bytes) -> _File:
    try:
        return msgspec.convert(read_json(data), _File)
    except (BadText, msgspec.ValidationError):
        raise BadRegistryFile("file is no request; expected the file that `trm-registry request` wrote") from None
