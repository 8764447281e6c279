"""The identity part of a case: written with the office's public half alone, read only while somebody holds its key.

Each writing is a new version under a key of its own; reading lays them over each other, so that a field can be
added while the office vault is shut. Source: at-rest, key hierarchy; R24.
"""

from collections.abc import Iterator

import msgspec

from node.crypto.errors import BadBlock
from node.crypto.office import BlockBinding, SealedBlock, open_block
from node.crypto.suite import KemKey
from node.crypto.text import from_base64url
from node.errors import BadInput, NotAllowed, PeerError
from node.protocol.letters.decode import AnyLetter
from node.protocol.letters.fields import unknown_fields
from node.protocol.letters.frame import SealedIdentity
from node.service.context import Node
from node.service.threads.book import OpenCase
from node.store.work import Reader, Work


class ForeignBlock(PeerError):
    """A letter carried a sealed block that was made for another letter, sender, recipient or kind (attack 54)."""


class NamesShut(NotAllowed):
    """Whoever is signed in has not opened the office vault: their password does."""


Fields = dict[str, dict[str, str | None]]  # person id -> field name -> value, None to remove it
LOCAL_PLACE = "local.place_tonight"  # ours alone: no letter has a field of this name, so nothing can disclose it (R29)


class Earlier(msgspec.Struct, frozen=True):
    """What stood in a field until `until` (UTC seconds), when something else was written."""

    person_id: str
    field: str
    value: str
    until: int


class ReceivedBlock(msgspec.Struct, frozen=True):
    """A sealed block, and the letter that it was made for."""

    sender: str
    recipient: str
    thread: str
    letter_id: str
    kind: str
    sealed: SealedIdentity


def write_identity(node: Node, work: Work, case: OpenCase, fields: Fields, now: int) -> int:
    """Add a version of the identity part; its number. BadInput for a field that is not in the list (R29, R18)."""
    known = {person.person_id for person in case.case.persons}
    for person_id, named in fields.items():
        if person_id not in known:
            raise BadInput("no such person in this case; add the person first", field="person_id")
        if unknown := unknown_fields(named):
            raise BadInput(
                f"{len(unknown)} field names are not in the list of fields", field="fields", expected="a listed field"
            )
    return _add_version(node, work, case, fields, now)


def write_local(node: Node, work: Work, case: OpenCase, person_id: str, named: dict[str, str], now: int) -> int:
    """Add what only our people may read and what never travels, as another version of the identity part."""
    return _add_version(node, work, case, {person_id: dict(named)}, now)


def write_left(node: Node, work: Work, case: OpenCase, fields: Fields, now: int) -> int:
    """Add what is left of the identity part after an erasure, what only our people may read among it."""
    return _add_version(node, work, case, fields, now)


def _add_version(node: Node, work: Work, case: OpenCase, fields: Fields, now: int) -> int:
    version = work.cases.next_identity_version(case.id)
    dek, wrapped = node.seals.new_identity_key(case.id, case.row.dek, version, node.office_public)
    sealed = node.seals.seal(dek, "identity", f"{case.id}.{version}", msgspec.json.encode(fields))
    work.cases.add_identity(case.id, wrapped, sealed, now, version)
    node.on_named(case.id)
    return version


def read_identity(node: Node, reader: Reader, case: OpenCase, office: KemKey | None) -> dict[str, dict[str, str]]:
    """The identity part as it stands; NotAllowed while the office vault is shut. The caller logs who opened it and
    why. Whoever is no person of the case any more is not in it, whatever an older version holds.
    """
    known = {person.person_id for person in case.case.persons}
    return {who: named for who, named in read_versions(node, reader, case, office).items() if who in known}


def read_earlier(node: Node, reader: Reader, case: OpenCase, office: KemKey | None) -> list[Earlier]:
    """What stood in a field before what stands there now, oldest first.

    Of a field that was emptied nothing is left: what was taken out is not shown again. Of where she sleeps neither.
    """
    known = {person.person_id for person in case.case.persons}
    now: dict[tuple[str, str], str] = {}
    before: dict[tuple[str, str], list[Earlier]] = {}
    for at, fields in _versions(node, reader, case, must_hold(office)):
        for who, name, value in [(who, *one) for who, named in fields.items() for one in named.items()]:
            was, field = now.pop((who, name), None), (who, name)
            if value is None:
                before.pop(field, None)
                continue
            now[field] = value
            if was not in (None, value) and who in known and name != LOCAL_PLACE:
                before.setdefault(field, []).append(Earlier(who, name, str(was), at))
    return [one for several in before.values() for one in several]


def _versions(node: Node, reader: Reader, case: OpenCase, key: KemKey) -> Iterator[tuple[int, Fields]]:
    for row in reader.cases.identities(case.id):
        if row.sealed is not None:
            dek = node.seals.identity_key(case.id, row.version, row.dek, key)
            plain = node.seals.open(dek, "identity", f"{case.id}.{row.version}", row.sealed)
            yield row.at, msgspec.json.decode(plain, type=Fields)


def read_versions(node: Node, reader: Reader, case: OpenCase, office: KemKey | None) -> dict[str, dict[str, str]]:
    """Everything that any version holds, laid over each other: to put the names of a case in order."""
    key = must_hold(office)
    merged: Fields = {}
    for _, fields in _versions(node, reader, case, key):
        for person_id, named in fields.items():
            merged.setdefault(person_id, {}).update(named)
    return {who: {name: value for name, value in named.items() if value is not None} for who, named in merged.items()}


def open_received(letter: AnyLetter, sender: str, recipient: str, office: KemKey | None) -> dict[str, dict[str, str]]:
    """The persons of a received letter by consent token; ForeignBlock when its block belongs to another letter."""
    must_hold(office)
    if letter.sealed_identity is None:
        return {}
    block = ReceivedBlock(sender, recipient, letter.thread, letter.letter_id, letter.kind, letter.sealed_identity)
    return open_block_of(block, office)


def open_block_of(received: ReceivedBlock, office: KemKey | None) -> dict[str, dict[str, str]]:
    """The same for a block that is kept without its letter."""
    key, sealed, sender = must_hold(office), received.sealed, received.sender
    binding = BlockBinding(
        sender, received.recipient, bytes.fromhex(received.thread), bytes.fromhex(received.letter_id), received.kind
    )
    block = SealedBlock(
        bytes.fromhex(sealed.office_kid), bytes.fromhex(sealed.identity_commit), from_base64url(sealed.box)
    )
    try:
        return {person.token: dict(person.fields) for person in open_block(key, block, binding).persons}
    except BadBlock as error:
        if key.of(block.office_kid) is None:
            raise NotAllowed(
                "block is sealed to another office of this country; its holder can open it", rule="H13"
            ) from None
        raise ForeignBlock(
            f"{error}; nothing of it is shown",
            peer=sender,
            for_user="What was sealed here belongs to another letter. Phone that country before you do anything else.",
        ) from None


def must_hold(office: KemKey | None) -> KemKey:
    """The office key of this sign-in, or NamesShut."""
    if office is None:
        raise NamesShut(
            "office vault is shut for this sign-in; names cannot be read", rule="R24",
            for_user="Names can be opened only after you have typed your password.",
        )  # fmt: skip
    return office
