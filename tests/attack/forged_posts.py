"""Posts forged with the real keys of a world's nodes: what a dishonest country, or a thief of its keys, can send."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from node.crypto.batch import sign_batch
from node.crypto.envelope import open_envelope
from node.crypto.receipts import Hint, Receipt, open_slot
from node.service.delivery.incoming import receive
from node.store.channels import Head
from tests.forge import Forged, Forgery, forge, sealed, stated
from tests.world import World


def payload_of(world: World, envelope: bytes, recipient: str) -> dict[str, Any]:
    """The letter in an envelope that was posted, as its recipient reads it."""
    node = world[recipient].node
    opened = open_envelope(envelope, recipient, node.keys.kem_for, node.sender_key, node.roots)
    letter: dict[str, Any] = json.loads(opened.content())
    return letter


def forged(
    world: World,
    sender: str,
    recipient: str,
    payload: bytes | dict[str, Any],
    how: Forgery | None = None,
    **statement: Any,
) -> Forged:
    """An envelope from `sender`'s own key to a key of `recipient`; `statement`: fields of S as it signs them."""
    return forge(_forgery(world, sender, recipient, payload, how, statement))


def forged_chain(world: World, sender: str, recipient: str, payloads: Sequence[bytes], after: Head) -> list[Forged]:
    """Envelopes that follow each other in `sender`'s channel, signed together as an honest node signs a batch."""
    hows, made, prev = [], [], after.hash
    for number, payload in enumerate(payloads, after.seq + 1):
        hows.append(_forgery(world, sender, recipient, payload, None, {"seq": number, "prev": prev}))
        made.append(stated(hows[-1]))
        prev = hashlib.sha256(made[-1].s_bytes).digest()
    signed = sign_batch([one.s_bytes for one in made], hows[0].signer, hows[0].context, hows[0].random)
    return [sealed(*one) for one in zip(hows, made, signed, strict=True)]


def _forgery(
    world: World, sender: str, recipient: str, payload: bytes | dict[str, Any], how: Forgery | None,
    statement: dict[str, Any],
) -> Forgery:  # fmt: skip
    node = world[sender].node
    key = next(iter(world[recipient].node.keys.kem.values()))
    now = world.clock.now()
    head = node.store.read_sync(lambda reader: reader.channels.out_head(recipient, node.epoch))
    fields = {
        "sender_key": node.keys.message.key_id,
        "recipient_key": key.key_id,
        "epoch": node.epoch,
        "seq": head.seq + 1,
        "prev": head.hash,
        "created_at": now,
        "expires_at": now + 86_400,
        "snapshot": node.view.snapshot_sha256,
        **statement,
    }
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    own = {"sender": sender, "recipient": recipient, "signer": node.keys.message, "sealed_to": key}
    return replace(how or Forgery(), payload=data, changes=fields, **own)  # type: ignore[arg-type]


async def post(world: World, recipient: str, envelope: bytes) -> bytes:
    """Post one envelope; its slot."""
    slots, _ = await receive(world[recipient].node, [envelope])
    return slots[0]


def answer(world: World, sender: str, recipient: str, sent: Forged, slot: bytes) -> Receipt | Hint:
    """What the sender reads in the slot."""
    node = world[sender].node
    digests = hashlib.sha256(sent.envelope).digest(), hashlib.sha256(sent.s_bytes).digest()
    return open_slot(slot, sent.statement.eid, sent.salt, *digests, recipient, node.sender_key, node.roots)


def rows(world: World, code: str, table: str) -> int:
    """How many rows a table of a node has."""
    query = f"select count(*) from {table}"
    count: int = world[code].node.store.read_sync(lambda reader: reader.connection.execute(query).fetchone()[0])
    return count


def alarms(world: World, code: str) -> list[str]:
    """Every alarm in a node's audit, newest first."""
    lines = world[code].node.store.read_sync(lambda reader: reader.audit.lines(limit=10_000))
    return [line.act for line in lines if line.outcome == "alarm"]
