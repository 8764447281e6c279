"""From what a person decided to a letter: consent entries with tokens, the sealed block, the frame.

Nothing is decided here that a table or the gate decides. Source: wire 7, 8; domain 5.3.
"""

from typing import Final

import msgspec

from node.crypto.office import BlockBinding, BlockPerson, SealedBlock, seal_block
from node.crypto.text import to_base64url
from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Person, person_of
from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.consent.scope import assertion, note_asserted
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.codes import DEFAULT_HANDLING, EYES_ONLY, Handling, Purpose, Urgency
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.fields import BY_NAME, SEALED_TO_A_HOLDER
from node.protocol.letters.frame import STOP_BASIS, STOP_URGENCY, ConsentEntry, Letter, SealedIdentity
from node.protocol.letters.kinds import KINDS
from node.protocol.safety import is_safety
from node.service.context import Node
from node.service.delivery.recipients import recipient_facts
from node.service.threads.book import Book, OpenCase
from node.service.threads.commands import FieldsOf
from node.service.threads.files import ThreadFile

STATES_CONSENT = (
    *("referral.offer", "referral.info", "referral.disclose", "referral.arrange"),
    *("return.request", "return.risk_request", "return.risk_result", "return.family_request"),
    *("return.identity_request", "consent.assertion", "return.travel_plan", "transit.request", "transit.arrange"),
    *("info.request", "ident.support_request"),
)


class Stated(msgspec.Struct, frozen=True):
    """The consent entries of a letter and whose tokens they carry."""

    entries: tuple[ConsentEntry, ...]
    persons: dict[str, str]


STATES_NOTHING: Final = Stated((), {})


def state_consents(
    node: Node, book: Book, case: OpenCase, peer: str, thread: str, persons: list[Person], known: dict[str, str],
    chosen: tuple[str, ...], now: int, purpose: Purpose | None = None,
) -> Stated:  # fmt: skip
    """One entry for each person, under the thread's token or a fresh one; noted in the record, in this transaction."""
    entries: list[ConsentEntry] = []
    tokens = {person_id: token for token, person_id in known.items()}
    named: dict[str, str] = {}
    records, there = book.consents(case), recipient_facts(node, peer, now)
    for person in persons:
        record, to = _choose(records, person, peer, chosen, purpose)
        token = tokens.get(person.person_id) or node.random(16).hex()
        stated = assertion(record, person, to, now, token)
        entries.append(msgspec.structs.replace(stated, holder=there.office_now(stated.holder)))
        if not any((one.token, one.thread) == (token, thread) for one in record.asserted):
            book.put_consent(case, note_asserted(record, to, token, thread), now)
        named[token] = person.person_id
    return Stated(tuple(entries), named)


def frame(
    file: ThreadFile,
    kind: str,
    body: Body,
    letter_id: str,
    *,
    stated: Stated,
    urgency: Urgency,
    in_reply_to: str | None,
    relates_to: str | None,
    disclosed: tuple[DataItem, ...],
    sealed: SealedIdentity | None,
    now: int,
) -> AnyLetter:
    """A drafted letter; its number and times are those of its release."""
    if KINDS[kind].bare:  # it says nothing, whatever stands behind it (H04)
        stated, urgency, in_reply_to, basis = STATES_NOTHING, STOP_URGENCY, None, STOP_BASIS
    else:
        basis = "vital_interests" if is_safety(kind) else "explicit_consent"
    narrative = any(item.level == "L4" for item in disclosed)
    handling: tuple[Handling, ...] = (*DEFAULT_HANDLING, EYES_ONLY) if narrative else DEFAULT_HANDLING
    return Letter(
        kind=kind,
        letter_id=letter_id,
        thread=file.thread.thread_id,
        n=1,
        seen=0,
        void=(),
        written_at=now,
        in_reply_to=in_reply_to,
        relates_to=relates_to,
        sender_role=file.thread.side,
        urgency=urgency,
        handling=handling,
        lawful_basis=basis,
        consent=stated.entries,
        reply_by=None,
        thread_ends=file.first_ends or now,
        retention_until=file.retention_until or now,
        body=body,
        disclosed=disclosed,
        sealed_identity=sealed,
        attachments=(),
    )


def disclose(
    node: Node, wanted: tuple[FieldsOf, ...], identity: dict[str, dict[str, str]], stated: Stated, file: ThreadFile,
    peer: str, letter_id: str, kind: str, now: int,
) -> tuple[tuple[DataItem, ...], SealedIdentity | None]:  # fmt: skip
    """What is named in the letter, and the block that holds the values, sealed to the office that her consent names."""
    if not wanted:
        return (), None
    tokens = {person_id: token for token, person_id in {**file.persons, **stated.persons}.items()}
    items: list[DataItem] = []
    people: list[BlockPerson] = []
    for one in wanted:
        token = tokens.get(one.person_id)
        if token is None:
            raise BadInput(
                "this person is not part of the thread; choose persons of the thread", field="person_id", rule="H26"
            )
        values = identity.get(one.person_id, {})
        for name in one.fields:
            items.append(item_of(token, name, values))
        people.append(BlockPerson(token, {name: values[name] for name in one.fields}))
    holder = _holder(stated, items)
    binding = BlockBinding(node.country, peer, bytes.fromhex(file.thread.thread_id), bytes.fromhex(letter_id), kind)
    block = seal_block(office_public(node, peer, holder, now), binding, people, (), node.random)
    return tuple(items), sealed_of(block)


def item_of(token: str, name: str, values: dict[str, str]) -> DataItem:
    """One field by name at its level; BadInput for a name that is not listed or has no value in the case."""
    field = BY_NAME.get(name)
    if field is None:
        raise BadInput(
            "a field is not in the list of what may travel",
            field="disclose.fields",
            expected="a listed field",
            rule="R04",
        )
    if not values.get(name):
        raise BadInput(
            f"{name} is empty in the case; fill it in or leave it out", field="disclose.fields", found="nothing"
        )
    return DataItem(person=token, field=name, level=field.level)


def _holder(stated: Stated, items: list[DataItem]) -> str | None:
    """The one office that every consent names; two different ones need two letters (H13)."""
    concerned = {item.person for item in items}
    holders = {entry.holder for entry in stated.entries if entry.token in concerned}
    if len(holders) > 1:
        raise NotAllowed("persons of this letter named different offices; write one letter for each office", rule="H13")
    holder = next(iter(holders), None)
    if holder is None and any(item.level in SEALED_TO_A_HOLDER for item in items):
        raise NotAllowed("no office is named in her consent; ask her which office there may read her name", rule="H13")
    return holder


def office_public(node: Node, peer: str, holder: str | None, now: int) -> bytes:
    """The public half of the office key that may be sealed to: the named one, or the first of the record (H13)."""
    country = node.view.country(peer)
    keys = () if country is None else country.usable_office_keys(now)
    named = recipient_facts(node, peer, now).office_now(holder)
    for key in keys:
        if named is None or key.office_kid.hex() == named:
            return key.public
    raise NotAllowed("the office key her consent names is not usable now; ask her about the office there", rule="H13")


def sealed_of(block: SealedBlock) -> SealedIdentity:
    """The block as it stands in a letter."""
    return SealedIdentity(
        office_kid=block.office_kid.hex(), identity_commit=block.identity_commit.hex(), box=to_base64url(block.box)
    )


def _choose(
    records: list[ConsentRecord], person: Person, peer: str, chosen: tuple[str, ...], purpose: Purpose | None
) -> tuple[ConsentRecord, ConsentTo]:
    """The chosen record of this person, else the newest in force that names the country, for this purpose if any is."""
    mine = [one for one in records if one.person_id == person.person_id and (not chosen or one.consent_id in chosen)]
    order = sorted(mine, key=lambda one: (one.withdrawn_at is None, purpose in one.purposes, one.valid_from))
    for record in reversed(order):
        named = [to for to in record.recipients if to.country == peer]
        if named:
            return record, next((to for to in named if to.holder is not None), named[0])
    raise NotAllowed(
        "no consent of this person names that country; record it first", rule="R01",
        for_user="Nobody has recorded that she agrees to this country. Ask her first.",
    )  # fmt: skip


def persons_of(case: OpenCase, ids: tuple[str, ...]) -> list[Person]:
    """The persons by local id, all of the case when none is named; BadInput for one that is not there."""
    if not ids:
        return sorted(case.case.persons, key=lambda person: person.role != "person")
    found = [person_of(case.case, one) for one in ids]
    if any(person is None for person in found):
        raise BadInput("a person is not of this case; choose persons of the case", field="persons", rule="H26")
    return [person for person in found if person is not None]
