"""What a sender's key and country stand for right now: full effect, only protective acts, or none.

Never an answer on the wire: a letter without effect is receipted `stored` like any other and held. Source: wire 3
row 5; R39; registry, decided 4 and 5.
"""

from typing import Literal

from node.crypto.statement import Statement
from node.protocol.gate.gate import takes_effect
from node.service.context import DAY_S, Node

Effect = Literal["full", "held", "protective"]


def effect_of(node: Node, statement: Statement, now: int, kind: str) -> Effect:
    """How far a letter of this kind under this statement takes effect."""
    country = node.view.country(statement.sender)
    key = node.view.signing_key(statement.sender, statement.sender_key, now)
    if country is None or key is None:
        return "held"
    _, status, from_at, until = key
    # Revoked: nothing newly received has effect. Retired: what was written in its time and comes in max life + 2 days.
    if status == "revoked" or statement.created_at < from_at:
        return "held"
    late = statement.created_at > until or now > until + node.limits.max_life_s + 2 * DAY_S
    if status == "retired" and late:
        return "held"
    # Suspended and revoked countries stand for nothing; an expired one is only not sent to. An unannounced key waits,
    # and so do the keys of a new country; keys known before go on being heard.
    standing = country.status_at(now)
    if standing not in ("suspended", "revoked"):
        standing = "quarantined" if status == "quarantined" else "active"
    if not takes_effect(standing, kind):
        return "held"
    return "full" if standing == "active" else "protective"
