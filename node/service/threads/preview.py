"""What would leave the country, before it leaves: the very letter that would be queued, undone again.

The whole decision is made and taken back in one transaction, so the page shows what the gate and the tables say, and
nothing else. Source: interface C4.6, "only these fields will leave this country"; R04, R22.
"""

from collections.abc import Callable

import msgspec

from node.errors import NotAllowed
from node.protocol.consent.record import ConsentRecord
from node.protocol.letters.decode import decode_again
from node.protocol.letters.frame import Letter
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import Queued
from node.service.threads.acts import act_inside
from node.service.threads.book import Book
from node.service.threads.commands import Act, ActDone, OpenReferral, OpenThread
from node.service.threads.decided import Refused
from node.service.threads.opening import begin, of_referral
from node.store.work import Work


class Allows(msgspec.Struct, frozen=True, kw_only=True):
    """The consent record that lets a person's part of the letter go."""

    person_id: str
    consent: str
    recorded_at: int
    valid_until: int
    language: str
    purposes: tuple[str, ...]
    levels: tuple[str, ...]
    categories: tuple[str, ...]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A field whose value travels sealed to people: its name only, at its level."""

    person_id: str
    field: str
    level: str


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why it cannot go: the rule (empty where it is not said), a sentence, and what to do."""

    rule: str
    says: str
    next: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What would be sent: `body` in codes as it travels, `named` what is sealed, `allowed_by` on which consent.

    `urgency` stands on the letter itself, so that the other country counts its time by it.

    With `missing` nothing would be sent, and the rest is empty. `leaves`: whether a letter goes at all; what was not
    asked yet ends here, and a country that gets no answer is told nothing.
    """

    kind: str
    peer: str
    urgency: str = ""
    body: dict[str, object] = {}
    named: tuple[Named, ...] = ()
    allowed_by: tuple[Allows, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    leaves: bool = True

    @property
    def fields(self) -> int:
        """How many things would leave: each with a value, how fast an answer is needed, sealed ones too."""
        told = sum(1 for value in self.body.values() if value not in (None, [], ()))
        return told + bool(self.urgency) + len(self.named)


class _Undone(Exception):
    """Carries what was seen out of a transaction that is taken back."""

    def __init__(self, seen: Preview) -> None:
        super().__init__()
        self.seen = seen


async def preview_referral(node: Node, actor: Actor, case_id: str, command: OpenReferral) -> Preview:
    """What `open_referral` would send now."""
    return await preview_thread(node, actor, case_id, of_referral(command))


async def preview_thread(node: Node, actor: Actor, case_id: str, command: OpenThread) -> Preview:
    """What `open_thread` would send now. Raises as it does, save for what the gate says, which is in the answer."""
    actor.must_be("caseworker", "coordinator")
    return await _tried(node, command.kind, command.peer, lambda work: begin(node, work, actor, case_id, command))


async def preview_act(node: Node, actor: Actor, thread_id: str, peer: str, command: Act) -> Preview:
    """What `act` would send now."""
    return await _tried(node, command.kind, peer, lambda work: act_inside(node, work, actor, thread_id, command))


async def _tried(node: Node, kind: str, peer: str, decide: Callable[[Work], ActDone]) -> Preview:
    def attempt(work: Work) -> Preview:
        raise _Undone(_seen(node, work, kind, peer, decide(work)))

    try:
        return await node.store.write(attempt)
    except _Undone as undone:
        return undone.seen
    except Refused as refused:
        missing = tuple(
            Missing(rule="" if one.discreet else one.rule, says=one.sentence, next=one.next_step)
            for one in refused.objections
        )
        return Preview(kind=kind, peer=peer, missing=missing)
    except NotAllowed as refused:
        # What a table refuses says to people why once more, before what would open it.
        then = (refused.for_user or "").removeprefix(f"{refused.message}: ")
        missing = (Missing(rule=refused.rule or "", says=refused.message, next=then),)
        return Preview(kind=kind, peer=peer, missing=missing)


def _seen(node: Node, work: Work, kind: str, peer: str, done: ActDone) -> Preview:
    waiting = None if done.letter_id is None else work.outbox.get(done.letter_id)
    if waiting is None or waiting.case_id is None or waiting.sealed is None:
        return Preview(kind=kind, peer=peer, warnings=done.warnings, leaves=done.letter_id is not None)
    book = Book(node, work)
    case = book.case(waiting.case_id)
    queued = node.seals.open_as(Queued, case.dek, "outbox", waiting.letter_id, waiting.sealed)
    letter = decode_again(bytes(queued.letter))
    assert isinstance(letter, Letter)
    records = book.consents(case)
    return Preview(
        kind=kind,
        peer=peer,
        urgency=letter.urgency,
        body=msgspec.json.decode(msgspec.json.encode(letter.body)) or {},
        named=tuple(
            Named(person_id=queued.persons.get(item.person, ""), field=item.field, level=item.level)
            for item in letter.disclosed
        ),
        allowed_by=tuple(
            _allows(record) for entry in letter.consent for record in _behind(records, entry.token, letter.thread)
        ),
        warnings=done.warnings,
    )


def _behind(records: list[ConsentRecord], token: str, thread: str) -> list[ConsentRecord]:
    return [one for one in records if any((said.token, said.thread) == (token, thread) for said in one.asserted)][-1:]


def _allows(record: ConsentRecord) -> Allows:
    return Allows(
        person_id=record.person_id,
        consent=record.consent_id,
        recorded_at=record.valid_from,
        valid_until=record.valid_until,
        language=record.language,
        purposes=tuple(record.purposes),
        levels=tuple(record.levels),
        categories=tuple(record.categories),
    )
