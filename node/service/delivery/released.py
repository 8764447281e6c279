"""A letter that passed the gate: what of it is signed, and what of it is kept in the same transaction."""

import msgspec

from node.crypto.envelope import Draft, Sealed, smallest_size
from node.crypto.suite import kem_key_id
from node.crypto.vault import Dek
from node.protocol.letters.kinds import LETTER
from node.protocol.retention import bounded
from node.service.context import Node
from node.service.delivery.recipients import SealTo
from node.service.threads.book import Book
from node.store.letters import LetterRow
from node.store.outbox import EnvelopeRow, Waiting
from node.store.work import Work


class Ready(msgspec.Struct, frozen=True):
    """A letter that passed the gate, its final payload, the key it is sealed to and, at first release, its case's."""

    waiting: Waiting
    payload: bytes
    to: SealTo
    first: bool
    retention_until: int | None
    dek: Dek | None = None


def draft_of(node: Node, peer: str, letter_class: int, payload: bytes, to: SealTo, now: int) -> Draft:
    """What is signed for a letter, in the smallest size that holds it."""
    return Draft(
        letter_class=letter_class,
        payload=payload,
        recipient=peer,
        recipient_public=to.public,
        created_at=now,
        expires_at=now + to.max_life_s,
        snapshot=node.view.snapshot_sha256,
        log_size=0,
        log_root=bytes(32),
        root_version=node.view.root_version,
        size=smallest_size(len(payload)),
    )


def keep_letter(node: Node, work: Work, letter: Ready, eid: bytes, now: int) -> None:
    """Keep a letter at its first release, and note the release: what needs no signature yet."""
    waiting = letter.waiting
    if letter.first and waiting.letter_class == LETTER:
        work.letters.put(
            LetterRow(
                peer=waiting.peer,
                direction="out",
                letter_id=waiting.letter_id,
                thread_id=waiting.thread_id,
                case_id=waiting.case_id,
                eid=eid,
                sealed=Book(node, work).seal_payload(letter.dek, waiting.letter_id, letter.payload),
                at=now,
                retention_until=None if letter.retention_until is None else bounded(letter.retention_until, now),
            )
        )
    work.audit.append(now, "node", "released", waiting.letter_id)


def keep_envelope(node: Node, work: Work, letter: Ready, one: Sealed, draft: Draft, now: int) -> EnvelopeRow:
    """Keep the bytes of a release, in the transaction of the caller; only then may they leave."""
    row = EnvelopeRow(
        eid=one.eid,
        letter_id=letter.waiting.letter_id,
        peer=letter.waiting.peer,
        letter_class=letter.waiting.letter_class,
        epoch=node.epoch,
        seq=one.seq,
        s=one.s_bytes,
        sig=one.sig,
        salt=one.salt,
        s_hash=one.s_hash,
        envelope_hash=one.envelope_hash,
        envelope=one.envelope,
        recipient_key=kem_key_id(draft.recipient_public),
        created_at=now,
        expires_at=draft.expires_at,
        state="out",
        tries=0,
        next_try_at=now,
    )
    work.outbox.add_envelope(row)
    return row


def give_up_old(work: Work, waiting: Waiting) -> None:
    """Only the newest envelope of a letter is posted."""
    for old in work.outbox.envelopes_of(waiting.letter_id):
        work.outbox.give_up(old.eid)
