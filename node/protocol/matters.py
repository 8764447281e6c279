"""The matters this node knows, a row each. Several share one stop, so that it tells only that it is one (H01)."""

from typing import Final

from node.protocol.complaint import COMPLAINT
from node.protocol.information import IDENTIFICATION, INFORMATION
from node.protocol.matter import Matter
from node.protocol.referral import REFERRAL
from node.protocol.safety import SAFETY_MATTER
from node.protocol.transit import TRANSIT
from node.protocol.voluntary_return import RETURN

MATTERS: Final[dict[str, Matter]] = {
    matter.name: matter for matter in (REFERRAL, RETURN, TRANSIT, INFORMATION, IDENTIFICATION, COMPLAINT, SAFETY_MATTER)
}

# A thread of which only a stop, a withdrawal or an erasure has arrived: what it is about comes with its opening letter.
UNKNOWN: Final = Matter("", frozenset(), "", frozenset({"ended"}), (), (), frozenset())

STOPS: Final = frozenset(matter.stop for matter in MATTERS.values())
_BY_KIND: Final[dict[str, Matter]] = {
    kind: matter for matter in reversed(MATTERS.values()) for kind in matter.kinds - STOPS
}


def matter_of(kind: str) -> Matter:
    """The matter a kind belongs to; UNKNOWN for stops, and for those that may travel on any thread."""
    return _BY_KIND.get(kind, UNKNOWN)


def matter_named(name: str) -> Matter:
    """The matter of a thread."""
    return MATTERS.get(name, UNKNOWN)
