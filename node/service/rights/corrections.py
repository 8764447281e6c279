"""Corrections: a field of a letter of ours was wrong; whoever had it gets the right value, and is told which letter.

The values come from the case as it stands now, sealed to the office that had the wrong ones. At the other side the old
block is never shown without the new one laid over it. Source: R33; GDPR 16, 19; domain 5.9.
"""

import msgspec

from node.crypto.office import BlockBinding, BlockPerson, seal_block
from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.letters.bodies import DataItem
from node.protocol.letters.bodies_rights import RectificationBody
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.frame import SealedIdentity
from node.protocol.letters.scalars import Id
from node.protocol.threads.thread import Thread
from node.service.actor import Actor
from node.service.cases.identity import read_identity
from node.service.context import DAY_S, Node
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import ActDone, Command, FieldsOf
from node.service.threads.decided import Decided, queue_decided
from node.service.threads.drafting import STATES_NOTHING, frame, item_of, office_public, sealed_of
from node.service.threads.keeping import decode_kept
from node.store.work import Work

RECTIFY = "rectify"
RECTIFY_S = 3 * DAY_S


class Correct(Command, frozen=True):
    """Which letter of ours was wrong, in which fields about whom; the right values are written in the case first."""

    letter: Id
    persons: tuple[FieldsOf, ...]


async def correct(node: Node, actor: Actor, thread_id: str, command: Correct) -> ActDone:
    """Send the right values of some fields of an earlier letter. Durable before it returns.

    Raises NotAllowed for a field that the letter did not carry, or where its office can no longer be sealed to.
    """
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _correct(node, work, actor, thread_id, command))


def correction_came(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """GDPR 16: a person takes the right values over within 72 hours; opening them settles it."""
    work.deadlines.start(found.row.peer, found.row.thread_id, letter.letter_id, RECTIFY, now + RECTIFY_S)
    work.tasks.add(
        "rectification_received", now, case_id=found.row.case_id, peer=found.row.peer, thread_id=found.row.thread_id,
        letter_id=letter.letter_id,
    )  # fmt: skip


def corrections(thread: Thread) -> dict[str, tuple[str, ...]]:
    """For each corrected letter those that correct it, in the order in which they were written; those that count."""
    found = [one for one in thread.entries if one.kind == "rectification" and one.status == "applied"]
    by_letter: dict[str, tuple[str, ...]] = {}
    for one in sorted(found, key=lambda one: (one.n, one.written_at)):
        for letter_id in one.facts.about:
            by_letter[letter_id] = (*by_letter.get(letter_id, ()), one.letter_id)
    return by_letter


def corrections_of(thread: Thread, letter_id: str) -> tuple[str, ...]:
    """The same for one letter."""
    return corrections(thread).get(letter_id, ())


def _correct(node: Node, work: Work, actor: Actor, thread_id: str, command: Correct) -> ActDone:
    now, book = node.now(), Book(node, work)
    found = open_for(node, work, actor, thread_id)
    case = book.case(found.row.case_id)
    wrong = _wrong_letter(node, work, found, command.letter)
    letter_id = node.random(16).hex()
    work.audit.append(now, actor.user_id, "identity_opened", case.id, rule="R24", outcome="give_service")
    values = read_identity(node, work, case, actor.office)
    items, people = _values(found, wrong, command, values)
    sealed = _sealed(node, found, wrong, letter_id, people, now)
    letter = frame(
        found.file, "rectification", RectificationBody(supersedes=wrong.letter_id), letter_id, stated=STATES_NOTHING,
        urgency="priority", in_reply_to=None, relates_to=None, disclosed=items, sealed=sealed, now=now,
    )  # fmt: skip
    letter = msgspec.structs.replace(letter, lawful_basis="legal_obligation")
    return queue_decided(node, work, Decided(actor, case, found, letter), now)


def _wrong_letter(node: Node, work: Work, found: OpenFile, letter_id: str) -> AnyLetter:
    row = work.letters.get(found.row.peer, "out", letter_id)
    if row is None or row.thread_id != found.row.thread_id or row.sealed is None:
        raise NotFound("no such letter of ours on this thread, or nothing is left of it", field="letter")
    waiting = work.outbox.get(letter_id)
    if waiting is None or waiting.state != "receipted":  # a correction may not arrive before what it corrects
        raise NotAllowed(
            "the letter has no receipt yet; a correction would arrive before it", rule="R33",
            for_user="The other country has not received that letter yet. Correct it once it has, or end the thread.",
        )  # fmt: skip
    return decode_kept(Book(node, work).payload(row))


def _values(
    found: OpenFile, wrong: AnyLetter, command: Correct, values: dict[str, dict[str, str]]
) -> tuple[tuple[DataItem, ...], list[BlockPerson]]:
    tokens = {person_id: token for token, person_id in found.file.persons.items()}
    items: list[DataItem] = []
    people: list[BlockPerson] = []
    for one in command.persons:
        token = tokens.get(one.person_id)
        if token is None:
            raise BadInput("this person is not part of the thread", field="persons.person_id", rule="H26")
        own = values.get(one.person_id, {})
        items += [item_of(token, name, own) for name in one.fields]
        people.append(BlockPerson(token, {name: own[name] for name in one.fields}))
    if not set(items) <= set(wrong.disclosed):
        raise NotAllowed(
            "a field is named that the letter did not carry", rule="R04",
            for_user="Only fields of that letter can be corrected. New ones need her consent and another letter.",
        )  # fmt: skip
    return tuple(items), people


def _sealed(
    node: Node, found: OpenFile, wrong: AnyLetter, letter_id: str, people: list[BlockPerson], now: int
) -> SealedIdentity:
    """H13: to the very office that had the wrong values."""
    if wrong.sealed_identity is None:
        raise NotFound("the letter carried nothing sealed", field="letter")
    peer, thread = found.row.peer, found.row.thread_id
    binding = BlockBinding(node.country, peer, bytes.fromhex(thread), bytes.fromhex(letter_id), "rectification")
    public = office_public(node, peer, wrong.sealed_identity.office_kid, now)
    return sealed_of(seal_block(public, binding, people, (), node.random))
