"""Writing the evidence of a thread: statements and receipts as they were kept, and the registry files they rely on.

Source: wire.md 11.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import msgspec

from node.crypto.receipts import RECEIPT_BYTES, evidence, unpack_receipt
from node.crypto.statement import unpack_statement
from node.crypto.text import to_base64url
from node.errors import NotFound
from node.protocol.gate.ways_out import What
from node.protocol.letters.kinds import LETTER
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.evidence.files import FORMAT, Evidence, EvidenceFile, EvidenceLetter
from node.service.threads.book import Book
from node.service.way_out import Out, is_erased, let_out
from node.store.letters import LetterRow
from node.store.threads import ThreadRow
from node.store.work import Reader, Work
from registry.offline import proof_of_key


async def export(node: Node, actor: Actor, thread_id: str, to: str) -> bytes:
    """The evidence of a thread as JSON, for the country `to`; NotFound where this person may not work on its case (an
    auditor may), NotAllowed where the gate says no (H15).
    """
    actor.must_be("caseworker", "coordinator", "machine", "auditor")

    def leaving(work: Work) -> tuple[Out, Callable[[], bytes]]:
        row = _row(work, actor, thread_id)
        return about_thread(node, work, row, "evidence", to), lambda: msgspec.json.encode(evidence_of(node, work, row))

    return await let_out(node, actor, leaving)


def about_thread(node: Node, work: Work, row: ThreadRow, what: What, to: str) -> Out:
    """What would leave: a proof about a thread and the persons it is about. An erased case has nobody left to name."""
    gone = is_erased(work, row.case_id)
    threads = () if gone else Book(node, work).case(row.case_id).case.threads
    persons = next((one.persons for one in threads if one.thread == row.thread_id), ())
    return Out(row.case_id, what, to, row.started_at, persons, ref=row.thread_id)


@dataclass(frozen=True, slots=True)
class _Kept:
    """One envelope as the store has it."""

    direction: Literal["in", "out"]
    letter_id: str
    envelope_hash: bytes
    s: bytes
    sig: bytes
    receipt: bytes | None


def _row(reader: Reader, actor: Actor, thread_id: str) -> ThreadRow:
    row = reader.threads.find(thread_id)
    if row is None:
        raise NotFound("no such thread here; check the reference", field="thread")
    if actor.role != "auditor":
        may_work_on(reader, actor, row.case_id, "thread")
    return row


def evidence_of(node: Node, reader: Reader, row: ThreadRow) -> Evidence:
    """The evidence of a thread, inside a transaction of the caller's, who asked the gate."""
    return _with_files(node, reader, row, [*_sent(reader, row), *_received(reader, row)], set())


def evidence_of_sent(node: Node, reader: Reader, row: ThreadRow, letter_id: str, key_id: bytes, now: int) -> Evidence:
    """The same for every envelope of one letter we sent, and the proof that `key_id` is our key at `now`."""
    kept = [one for one in _sent(reader, row) if one.letter_id == letter_id]
    return _with_files(node, reader, row, kept, {(node.country, key_id, now, node.view.snapshot_sha256)})


def _with_files(
    node: Node, reader: Reader, row: ThreadRow, found: list[_Kept], more: set[tuple[str, bytes, int, bytes]]
) -> Evidence:
    kept = sorted(found, key=_order)
    files = _registry_files(reader, _signers(kept) | more)
    return Evidence(
        format=FORMAT, country=node.country, peer=row.peer, thread=row.thread_id,
        letters=[_written(one) for one in kept],
        files=[EvidenceFile(name=name, sha256=hashlib.sha256(data).hexdigest(), data=to_base64url(data))
               for name, data in sorted(files.items())],
    )  # fmt: skip


def _order(one: _Kept) -> tuple[int, str, int]:
    statement = unpack_statement(one.s)
    return statement.created_at, statement.sender, statement.seq


def _written(one: _Kept) -> EvidenceLetter:
    return EvidenceLetter(
        direction=one.direction, letter=one.letter_id, envelope=one.envelope_hash.hex(),
        statement=to_base64url(one.s), signature=to_base64url(one.sig),
        receipt=None if one.receipt is None else to_base64url(one.receipt),
    )  # fmt: skip


def _sent(reader: Reader, row: ThreadRow) -> Iterator[_Kept]:
    """Every envelope that was answered; for a letter without any answer the newest one."""
    for letter in reader.outbox.of_thread(row.peer, row.thread_id):
        if letter.letter_class != LETTER:
            continue
        envelopes = reader.outbox.envelopes_of(letter.letter_id)
        for one in [one for one in envelopes if one.receipt is not None] or envelopes[-1:]:
            yield _Kept("out", letter.letter_id, one.envelope_hash, one.s, one.sig, one.receipt)


def _received(reader: Reader, row: ThreadRow) -> Iterator[_Kept]:
    """Every letter that was stored here, with the receipt that we signed for it."""
    for letter in reader.letters.of_thread(row.peer, row.thread_id):
        if letter.direction != "in" or letter.s is None or letter.sig is None or letter.eid is None:
            continue
        answered = reader.ledger.by_eid(letter.peer, letter.eid)
        if answered is not None:
            receipt = own_receipt(reader, letter)
            yield _Kept("in", letter.letter_id, answered.envelope_hash, letter.s, letter.sig, receipt)


def own_receipt(reader: Reader, letter: LetterRow) -> bytes | None:
    """R || SIG that answered a received letter: out of the slot while the salt is there, else as it was kept."""
    if letter.receipt is not None or letter.salt is None or letter.eid is None:
        return letter.receipt
    answered = reader.ledger.by_eid(letter.peer, letter.eid)
    return None if answered is None else evidence(answered.slot, letter.eid, letter.salt)


def _registry_files(reader: Reader, signers: set[tuple[str, bytes, int, bytes]]) -> dict[str, bytes]:
    """Every root, and for each key that signed something a state of the registry that lists it."""
    files = {f"{root.version}.root.json": root.data for root in reader.archive.versions("root.json")}
    for country, key_id, at, snapshot in sorted(signers):
        for state in _states(reader, snapshot):
            proof = proof_of_key(state, country, key_id, at, reader.archive.by_hash)
            if proof is not None:
                files |= proof
                break
    return files


def _signers(kept: list[_Kept]) -> set[tuple[str, bytes, int, bytes]]:
    """(country, key id, when, hash of the snapshot its sender knew) of every signature."""
    found = set()
    for one in kept:
        s = unpack_statement(one.s)
        found.add((s.sender, s.sender_key, s.created_at, s.snapshot))
        if one.receipt is not None:
            r = unpack_receipt(one.receipt[:RECEIPT_BYTES])
            found.add((r.country, r.key_id, r.at, s.snapshot))
    return found


def _states(reader: Reader, snapshot_hash: bytes) -> Iterator[bytes]:
    """The snapshot that the statement names, the newest, then all others from new to old."""
    named, latest = reader.archive.by_hash(snapshot_hash), reader.archive.latest("snapshot.json")
    if named is not None:
        yield named
    if latest is not None:
        yield latest.data
        yield from (one.data for one in reversed(reader.archive.versions("snapshot.json")))
