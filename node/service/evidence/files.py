"""Evidence that two countries exchanged the letters of a thread, for somebody who trusts neither of them.

One JSON file: each statement S with its signature and, once there is one, its receipt R, and the registry files that
prove whose keys these are. It says who wrote to whom, when, and that it arrived; nothing of what was written, so it
outlives the erasure of the letters. `node.service.evidence.export` writes it. Source: wire.md 11; attack 25.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.crypto import labels
from node.crypto.batch import SIG_BYTES, RootCache, verify_batch
from node.crypto.errors import BadReceipt, BadSignature, BadText
from node.crypto.receipts import RECEIPT_BYTES, Receipt, Status, unpack_receipt
from node.crypto.statement import STATEMENT_BYTES, VERSION, Statement, fault_of, unpack_statement
from node.crypto.suite import SUITE, VerifyingKey
from node.crypto.text import from_base64url, read_json
from registry.offline import Past, read_past

FORMAT: Final = "trm/v1/evidence"
Code = Annotated[str, Meta(pattern="^[A-Z]{2}$")]
Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, Meta(pattern="^[A-Za-z0-9./_-]{1,200}$")]


class EvidenceLetter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One envelope: `statement` is S (260 bytes), `signature` SIG (3566), `receipt` R || SIG (3786) or null, base64url.

    `envelope` is the SHA-256 of its bytes. `letter` is this node's own name for it; nothing proves it.
    """

    direction: Literal["in", "out"]
    letter: Id
    envelope: Hash
    statement: str
    signature: str
    receipt: str | None


class EvidenceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One registry file under the name it was served by, and its bytes in base64url."""

    name: Name
    sha256: Hash
    data: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The evidence of one thread, as the node of `country` kept it."""

    format: Literal["trm/v1/evidence"]
    country: Code
    peer: Code
    thread: Id
    letters: list[EvidenceLetter]
    files: list[EvidenceFile]


@dataclass(frozen=True, slots=True)
class Report:
    """How many statements and how many receipts verify, and one sentence for each thing that does not."""

    letters: int
    receipts: int
    faults: list[str]


def verify(data: bytes, pinned_root: bytes) -> Report:
    """Judge evidence by the registry it brings along, from the pinned root on; no network, no clock, no database.

    A pinned root that is none is the caller's mistake: BadRegistryFile.
    """
    faults: list[str] = []
    try:
        given = msgspec.convert(read_json(data), Evidence)
    except (BadText, msgspec.ValidationError) as error:
        return Report(0, 0, [f"file is no evidence: {str(error)[:200]}"])
    past = read_past(_files(given, faults), pinned_root)
    judge = _Judge(given, past)
    judge.faults += [*faults, *past.faults]
    for place, letter in enumerate(given.letters, 1):
        judge.letter(f"letter {place} ({letter.letter})", letter)
    return Report(judge.letters, judge.receipts, judge.faults)


def _files(given: Evidence, faults: list[str]) -> dict[str, bytes]:
    """The registry files by name; one that is not what was exported is left out."""
    files: dict[str, bytes] = {}
    for file in given.files:
        data = _bytes(file.data)
        if data is None or hashlib.sha256(data).hexdigest() != file.sha256:
            faults.append(f"{file.name}: file is not the one that was exported")
        elif files.setdefault(file.name, data) != data:
            faults.append(f"{file.name}: two files have this name")
    return files


@dataclass(slots=True)
class _Judge:
    """Judges letters one by one and counts what verifies."""

    given: Evidence
    past: Past
    letters: int = 0
    receipts: int = 0
    faults: list[str] = field(default_factory=list)
    _roots: RootCache = field(default_factory=lambda: RootCache(4096))
    _seen: set[bytes] = field(default_factory=set)

    def letter(self, name: str, letter: EvidenceLetter) -> None:
        """Count the statement and its receipt, or say what is wrong; a receipt for no good statement is not counted."""
        s_bytes = _bytes(letter.statement) or b""
        fault = self._statement(letter, s_bytes)
        if fault is not None:
            self.faults.append(f"{name}: statement {fault}")
            return
        self.letters += 1
        if letter.receipt is not None:
            self._receipt(name, letter, s_bytes, _bytes(letter.receipt) or b"")

    def _statement(self, letter: EvidenceLetter, s_bytes: bytes) -> str | None:
        # 1 shape
        if len(s_bytes) != STATEMENT_BYTES:
            return f"has {len(s_bytes)} bytes; expected {STATEMENT_BYTES}"
        s = unpack_statement(s_bytes)
        if (s.version, s.suite) != (VERSION, SUITE) or fault_of(s) is not None:
            return f"is malformed: {fault_of(s) or 'version or suite is not 1'}"
        # 2 the two countries of this evidence, in this direction, once
        if (s.sender, s.recipient) != self._parties(letter):
            return "is not between the two countries of this evidence, in this direction"
        if s_bytes in self._seen:
            return "stands here twice"
        # 3 the sender's key and its signature
        fault = self._signature(
            s.sender, s.sender_key, s.created_at, s_bytes, _bytes(letter.signature), labels.CONTEXT_ENVELOPE
        )
        if fault is None:
            self._seen.add(s_bytes)
        return fault

    def _receipt(self, name: str, letter: EvidenceLetter, s_bytes: bytes, proof: bytes) -> None:
        r_bytes, sig = proof[:RECEIPT_BYTES], proof[RECEIPT_BYTES:]
        try:
            receipt = unpack_receipt(r_bytes)
            fault = self._about(letter, s_bytes, receipt) or self._signature(
                receipt.country, receipt.key_id, receipt.at, r_bytes, sig, labels.CONTEXT_RECEIPT
            )
        except BadReceipt as error:
            fault = f"is malformed: {error}"
        if fault is not None:
            self.faults.append(f"{name}: receipt {fault}")
        else:
            self.receipts += 1

    def _about(self, letter: EvidenceLetter, s_bytes: bytes, receipt: Receipt) -> str | None:
        """What the receipt names: the statement by its hash, the envelope by id and hash, the answering country."""
        if len(s_bytes) != STATEMENT_BYTES or receipt.s_hash != hashlib.sha256(s_bytes).digest():
            return "names another statement"
        s: Statement = unpack_statement(s_bytes)
        if receipt.envelope_hash.hex() != letter.envelope:
            return "names another envelope"
        if receipt.eid != s.eid and receipt.status != Status.ALREADY_RECEIVED:
            return "names another envelope id"
        if receipt.country != s.recipient:
            return f"is of {receipt.country}; expected {s.recipient}"
        return None

    def _signature(
        self, country: str, key_id: bytes, at: int, signed: bytes, sig: bytes | None, context: bytes
    ) -> str | None:
        key = self.past.key_at(country, key_id, at)
        if key is None:
            return f"is signed by a key that no verified record of {country} here lists for its time"
        if sig is None or len(sig) != SIG_BYTES:
            return f"has no signature of {SIG_BYTES} bytes"
        try:
            verify_batch(signed, sig, VerifyingKey(key.public), context, self._roots)
        except BadSignature:
            return "has a signature that does not verify"
        return None

    def _parties(self, letter: EvidenceLetter) -> tuple[str, str]:
        both = (self.given.country, self.given.peer)
        return both if letter.direction == "out" else (both[1], both[0])


def _bytes(text: str) -> bytes | None:
    try:
        return from_base64url(text)
    except BadText:
        return None
