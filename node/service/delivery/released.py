"""A letter that passed the gate: what of it is signed, and what of it is kept in the same transaction."""

from dataclasses import dataclass

from node.crypto.envelope import Draft, Sealed, smallest_size
from node.crypto.suite import kem_key_id
from node.crypto.vault import Dek
from node.protocol.letters.kinds import LETTER
from node.service.context import Node
from node.service.delivery.recipients import SealTo
from node.service.threads.book import Book
from node.store.letters import LetterRow
from node.store.outbox import EnvelopeRow, Waiting
from node.store.work import Work


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that passed the gate, its final payload, the key it is sealed to and, at first release, its case's."""

    waiting: Waiting
    payload: bytes
    to: SealTo
    first: bool
    retention_until: int | None
    dek: Dek | None = None


def draft_of(node: Node, peer: str, letter: Ready, now: int) -> Draft:
    """What is signed for this letter, in the smallest size that holds it."""
    return Draft(
        letter_class=letter.waiting.letter_class,
        payload=letter.payload,
        recipient=peer,
        recipient_public=letter.to.public,
        created_at=now,
        expires_at=now + letter.to.max_life_s,
        snapshot=node.view.snapshot_sha256,
        log_size=0,
        log_root=bytes(32),
        root_version=node.view.root_version,
        size=smallest_size(len(letter.payload)),
    )


def put_released(node: Node, work: Work, letter: Ready, one: Sealed, draft: Draft, now: int) -> EnvelopeRow:
    """Keep the envelope and, at its first release, the letter itself, in the transaction of the caller."""
    waiting = letter.waiting
    row = EnvelopeRow(
        one.eid,
        waiting.letter_id,
        waiting.peer,
        waiting.letter_class,
        node.epoch,
        one.seq,
        one.s_bytes,
        one.sig,
        one.salt,
        one.s_hash,
        one.envelope_hash,
        one.envelope,
        kem_key_id(draft.recipient_public),
        now,
        draft.expires_at,
        "out",
        0,
        now,
        None,
        None,
        None,
        None,
        None,
        None,
        None,
    )
    work.outbox.add_envelope(row)
    if letter.first and waiting.letter_class == LETTER:
        book = Book(node, work)
        sealed = book.seal_payload(letter.dek, waiting.letter_id, letter.payload)
        work.letters.put(
            LetterRow(
                waiting.peer,
                "out",
                waiting.letter_id,
                waiting.thread_id,
                waiting.case_id,
                one.eid,
                sealed,
                now,
                None,
                letter.retention_until,
                None,
                None,
                None,
                None,
                None,
            )
        )
    work.audit.append(now, "node", "released", waiting.letter_id)
    return row


def give_up_old(work: Work, waiting: Waiting) -> None:
    """Only the newest envelope of a letter is posted."""
    for old in work.outbox.envelopes_of(waiting.letter_id):
        work.outbox.give_up(old.eid)
