"""What an alert seals, and to which office: no consent names one here, so the choice is the one she would fear least.

An office of civil society without police powers first; for another person in danger only such a one (H35).
Source: wire 8; practice H13, H35.
"""

from node.crypto.office import BlockBinding, BlockPerson, seal_block
from node.crypto.text import to_base64url
from node.errors import BadInput, NotAllowed
from node.protocol.letters.bodies import DataItem
from node.protocol.letters.fields import BY_NAME
from node.protocol.letters.frame import SealedIdentity
from node.service.context import Node
from node.service.delivery.recipients import recipient_facts
from node.service.threads.files import ThreadFile
from registry.trust import OfficeKeyView

Values = dict[str, dict[str, str]]  # token -> field -> value


def seal_values(
    node: Node, file: ThreadFile, peer: str, letter_id: str, kind: str, values: Values, office: str | None, now: int
) -> tuple[tuple[DataItem, ...], SealedIdentity | None]:
    """The names of the fields and the block that holds them; nothing when there are none."""
    filled = {token: {name: value for name, value in fields.items() if value} for token, fields in values.items()}
    filled = {token: fields for token, fields in filled.items() if fields}
    if not filled:
        return (), None
    items = tuple(
        DataItem(person=token, field=name, level=BY_NAME[name].level)
        for token, named in filled.items()
        for name in named
    )
    key = _office(node, file, peer, office, now)
    binding = BlockBinding(node.country, peer, bytes.fromhex(file.thread.thread_id), bytes.fromhex(letter_id), kind)
    people = [BlockPerson(token, fields) for token, fields in filled.items()]
    block = seal_block(key.public, binding, people, (), node.random)
    return items, SealedIdentity(block.office_kid.hex(), block.identity_commit.hex(), to_base64url(block.box))


def _office(node: Node, file: ThreadFile, peer: str, office: str | None, now: int) -> OfficeKeyView:
    country = node.view.country(peer)
    keys = () if country is None else country.usable_office_keys(now)
    named = office or next((entry.holder for entry in file.entries if entry.holder is not None), None)
    named = recipient_facts(node, peer, now).office_now(named)
    chosen = [key for key in keys if named is not None and key.office_kid.hex() == named]
    if office is not None and not chosen:
        raise BadInput("no such usable office key in that country's record", field="office")
    free = [key for key in keys if not key.police_powers]
    for key in (*chosen, *(k for k in free if k.kind == "civil_society"), *free):
        return key
    raise NotAllowed(
        "no office there can be sealed to now; send the alert without names and telephone", rule="H13",
        for_user="No office over there can read a sealed name now. Leave out names and contact, and telephone.",
    )  # fmt: skip
