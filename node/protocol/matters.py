"""The matters this node knows, a row each. Several share one stop, so that it tells only that it is one (H01)."""

from typing import Final

from node.protocol.complaint import COMPLAINT
from node.protocol.information import IDENTIFICATION, INFORMATION
from node.protocol.matter import Matter
from node.protocol.referral import REFERRAL
from node.protocol.safety import SAFETY_MATTER

MATTERS: Final[dict[str, Matter]] = {
    matter.name: matter for matter in (REFERRAL, INFORMATION, IDENTIFICATION, COMPLAINT, SAFETY_MATTER)
}
# The first matter of a stop stands for a thread of which nothing else has arrived.
STOPS: Final[dict[str, Matter]] = {matter.stop: matter for matter in reversed(MATTERS.values())}

# A thread of which only a withdrawal or an erasure has arrived: what it is about comes with its opening letter.
UNKNOWN: Final = Matter("", frozenset(), "", frozenset({"ended"}), (), (), frozenset())

_BY_KIND: Final[dict[str, Matter]] = {kind: matter for matter in reversed(MATTERS.values()) for kind in matter.kinds}


def matter_of(kind: str) -> Matter:
    """The matter a kind belongs to; UNKNOWN for those that may travel on any thread."""
    return _BY_KIND.get(kind, UNKNOWN)


def matter_named(name: str) -> Matter:
    """The matter of a thread."""
    return MATTERS.get(name, UNKNOWN)
