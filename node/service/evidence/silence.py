"""Evidence of silence: a country did not answer a letter by the time it promised, said by ours under its signature.

What is proved: we released these statements at these times, and the peer's node receipted them (or did not). What is
claimed, and signed with our message key: by `at` no answer had come. The file names no person and holds no word of the
letter. A third party judges it with the registry's root alone. Source: domain.md 5.13; wire.md 11.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from node.crypto import labels
from node.crypto.errors import BadSignature, BadText
from node.crypto.suite import VerifyingKey
from node.crypto.text import from_base64url, read_json, to_base64url
from node.errors import NotAllowed, NotFound
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.evidence.export import about_thread, evidence_of_sent
from node.service.evidence.files import Code, Evidence, Hash, Id, Report, verify
from node.service.threads.book import Book
from node.service.threads.expectations import CONFIRM
from node.service.threads.files import ThreadFile
from node.service.threads.ladder import owed_by_us
from node.service.way_out import Out, let_out
from node.store.outbox import EnvelopeRow
from node.store.threads import ThreadRow
from node.store.work import Reader, Work
from registry.names import ISSUED_FIELD
from registry.offline import read_past

FORMAT: Final = "trm/v1/silence"
Seconds = Annotated[int, Meta(ge=0, lt=2**53)]
Word = Annotated[str, Meta(pattern="^[a-z0-9_ -]{0,40}$")]


class Tried(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One envelope of the letter: how often it was posted, the class of the last error, when its receipt came."""

    eid: Id
    statement_sha256: Hash
    released_at: Seconds
    tries: Seconds
    last_error: Word
    receipted_at: Seconds | None


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What our node says and signs. `snapshot` is the registry it had last verified, at `registry_at`."""

    country: Code
    peer: Code
    thread: Id
    letter: Id
    due_at: Seconds
    at: Seconds
    snapshot: Hash
    registry_at: Seconds
    envelopes: list[Tried]


class Silence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: the claim's bytes and signature (base64url), the key that signed it, and evidence of what was sent."""

    format: Literal["trm/v1/silence"]
    claim: str
    signature: str
    key: Hash
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Judged:
    """The claim as far as it verifies, and the report on the letters beside it."""

    claim: Claim | None
    report: Report


async def export_silence(node: Node, actor: Actor, letter_id: str, to: str) -> bytes:
    """The file about one overdue letter of ours, for the country `to`; NotAllowed while an answer is not due, once it
    came, or where the gate says no (H15).
    """
    actor.must_be("caseworker", "coordinator", "machine", "auditor")

    def leaving(work: Work) -> tuple[Out, Callable[[], bytes]]:
        row = _row(work, actor, letter_id)
        out = about_thread(node, work, row, "silence", to)
        return out, lambda: msgspec.json.encode(_silence(node, work, row, letter_id))

    return await let_out(node, actor, leaving)


def _row(reader: Reader, actor: Actor, letter_id: str) -> ThreadRow:
    waiting = reader.outbox.get(letter_id)
    row = None if waiting is None or waiting.thread_id is None else reader.threads.get(waiting.peer, waiting.thread_id)
    if row is None or row.sealed is None:
        raise NotFound("no such letter here; check the reference", field="letter")  # as for a foreign one
    if actor.role != "auditor":
        may_work_on(reader, actor, row.case_id, "letter")
    return row


def _silence(node: Node, reader: Reader, row: ThreadRow, letter_id: str) -> Silence:
    now = node.now()
    file = Book(node, reader).open_file(row).file
    due_at = _due_at(reader, row, file, letter_id)
    if due_at is None:
        raise NotAllowed("no answer to this letter is awaited from the other country", rule="H22")
    if now <= due_at:
        raise NotAllowed("the answer to this letter is not due yet", rule="H22")
    key = node.keys.message
    evidence = evidence_of_sent(node, reader, row, letter_id, key.key_id, now)
    snapshot, registry_at = _registry_seen(reader)
    claim = Claim(
        country=node.country, peer=row.peer, thread=row.thread_id, letter=letter_id, due_at=due_at, at=now,
        snapshot=snapshot, registry_at=registry_at,
        envelopes=[_tried(one) for one in reader.outbox.envelopes_of(letter_id)],
    )  # fmt: skip
    data = msgspec.json.encode(claim)
    return Silence(
        format=FORMAT, claim=to_base64url(data), signature=to_base64url(key.sign(data, labels.CONTEXT_SILENCE)),
        key=key.key_id.hex(), evidence=evidence,
    )  # fmt: skip


def _due_at(reader: Reader, row: ThreadRow, file: ThreadFile, letter_id: str) -> int | None:
    """By when the other country owed an answer, or a confirmation of what was asked about her data (R20, R33)."""
    awaited = next((one for one in file.thread.shared.awaited if one.letter_id == letter_id), None)
    if awaited is not None:
        return None if owed_by_us(file, letter_id) else awaited.reply_by
    rows = reader.deadlines.of_thread(row.peer, row.thread_id)
    owed = (one.due_at for one in rows if (one.letter_id, one.code, one.state) == (letter_id, CONFIRM, "open"))
    return next(owed, None)


def _registry_seen(reader: Reader) -> tuple[str, int]:
    """Hash of the newest registry snapshot that was verified here, and when it was made; from the archive, so that a
    stopped node says the same as a running one.
    """
    snapshot, timestamp = reader.archive.latest("snapshot.json"), reader.archive.latest("timestamp.json")
    if snapshot is None or timestamp is None:
        return bytes(32).hex(), 0
    issued_at = msgspec.json.decode(timestamp.data)["signed"].get(ISSUED_FIELD, 0)
    return hashlib.sha256(snapshot.data).hexdigest(), int(issued_at)


def _tried(one: EnvelopeRow) -> Tried:
    return Tried(
        eid=one.eid.hex(), statement_sha256=one.s_hash.hex(), released_at=one.created_at, tries=one.tries,
        last_error=one.error_class or "", receipted_at=one.receipted_at,
    )  # fmt: skip


def is_silence(data: bytes) -> bool:
    """Whether a file says that it is evidence of silence."""
    try:
        return read_json(data).get("format") == FORMAT
    except BadText:
        return False


def verify_silence(data: bytes, pinned_root: bytes) -> Judged:
    """Judge the file from the pinned root on; no network, no clock, no database."""
    try:
        given = msgspec.convert(read_json(data), Silence)
        claim_bytes, signature = from_base64url(given.claim), from_base64url(given.signature)
        claim = msgspec.convert(read_json(claim_bytes), Claim)
    except (BadText, msgspec.ValidationError) as error:
        return Judged(None, Report(0, 0, [f"file is no evidence of silence: {str(error)[:200]}"]))
    evidence = given.evidence
    report = verify(msgspec.json.encode(evidence), pinned_root)
    faults = [
        *report.faults,
        *_mismatches(claim, evidence),
        *_signed(given, claim, claim_bytes, signature, pinned_root),
    ]
    whole = Report(report.letters, report.receipts, faults)
    return Judged(None if faults else claim, whole)


def _signed(given: Silence, claim: Claim, data: bytes, signature: bytes, pinned_root: bytes) -> list[str]:
    """The claim is signed by a message key that a verified record lists for its time."""
    files = _files(given.evidence)
    key = read_past(files, pinned_root).key_at(claim.country, bytes.fromhex(given.key), claim.at)
    if key is None:
        return [f"claim: signed by a key that no verified record of {claim.country} here lists for its time"]
    try:
        VerifyingKey(key.public).verify(signature, data, labels.CONTEXT_SILENCE)
    except BadSignature:
        return ["claim: has a signature that does not verify"]
    return []


def _files(evidence: Evidence) -> dict[str, bytes]:
    """The registry files that are readable; `verify` tells of the others."""
    files = {}
    for one in evidence.files:
        try:
            files[one.name] = from_base64url(one.data)
        except BadText:
            continue
    return files


def _digest(statement: str) -> str:
    try:
        return hashlib.sha256(from_base64url(statement)).hexdigest()
    except BadText:
        return ""


def _mismatches(claim: Claim, evidence: Evidence) -> list[str]:
    """What the claim says of envelopes is what the statements and receipts beside it show."""
    faults = []
    if (claim.country, claim.peer, claim.thread) != (evidence.country, evidence.peer, evidence.thread):
        faults.append("claim: is about another thread than the evidence beside it")
    if claim.due_at >= claim.at:
        faults.append("claim: the answer was not due yet")
    if not evidence.letters or any(one.letter != claim.letter or one.direction != "out" for one in evidence.letters):
        faults.append("claim: the evidence beside it is of other letters")
    said = {one.statement_sha256: one.receipted_at is not None for one in claim.envelopes}
    for one in evidence.letters:
        if said.get(_digest(one.statement)) is not (one.receipt is not None):
            faults.append("claim: says another thing of a statement than is shown")
    return faults
