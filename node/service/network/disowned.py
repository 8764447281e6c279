"""A country that was taken out of the network, or took its keys back: what they vouched for is forgotten.

Nothing that was sealed to its old keys is posted again; each letter waits until a person says that it still shall go,
and then it is sealed to the new ones. What the lost node had received is not sent to the node that comes after it:
that one knows nothing of those threads. Source: R39; wire 1 (re-seal), 6; domain 11, scenario 9.
"""

from node.crypto.errors import BadBundle
from node.crypto.prekeys import open_bundle
from node.crypto.suite import VerifyingKey
from node.protocol.letters.kinds import LETTER
from node.service.context import Node
from node.service.delivery.readmitted import OUT
from node.store.outbox import EnvelopeRow
from node.store.work import Work
from registry.trust import Country

LOST = "keys_lost."


def forget_disowned(node: Node, work: Work, peer: str, now: int) -> bool:
    """Drop prekeys that nobody vouches for any more, and every envelope sealed to the keys of that time; True if so.

    Safe to repeat; also after a start, as it asks the store and not what is in memory.
    """
    country = node.view.country(peer)
    if country is None or not (_is_out(country, now) or _stored_is_disowned(work, country)):
        return False
    lost = work.peers.drop_bundle(peer)
    for row in work.outbox.on_the_way(peer):
        _never_again(node, work, row, now)
        lost = True
    if lost:
        work.meta.put(LOST + peer, now)
        work.tasks.add("country_lost_keys", now, peer=peer)
        work.audit.append(now, "node", "peer_keys_forgotten", peer, rule="R39")
        work.after_commit(lambda: _forgotten(node, peer))
    return lost


def went_to_lost_node(work: Work, row: EnvelopeRow) -> bool:
    """Whether this envelope was sealed to keys that its country has lost since."""
    lost_at = work.meta.get(LOST + row.peer)
    return isinstance(lost_at, int) and row.created_at <= lost_at


def _forgotten(node: Node, peer: str) -> None:
    node.bundles.pop(peer, None)


def _is_out(country: Country, now: int) -> bool:
    return country.status_at(now) == "revoked"


def _stored_is_disowned(work: Work, country: Country) -> bool:
    stored = work.peers.bundle(country.code)
    if stored is None:
        return False
    keys = [VerifyingKey(key.public) for key in country.message_keys if key.record_status != "revoked"]
    try:
        open_bundle(stored[1], country.code, keys)
    except BadBundle:
        return True
    return False


def _never_again(node: Node, work: Work, row: EnvelopeRow, now: int) -> None:
    """These bytes are given up; a letter waits as one whose country is out, a control letter is released anew."""
    waiting = work.outbox.get(row.letter_id)
    work.outbox.give_up(row.eid)
    if waiting is None or waiting.state not in ("released", "queued"):
        return
    if waiting.letter_class == LETTER:
        work.outbox.hold(row.letter_id, node.seals.cover(OUT), now)
    else:
        work.outbox.requeue(row.letter_id, now)
