"""What a check page says of the country before anything is sent: that a letter would wait, and why.

Source: issue 4, "Bad input gets"; R39.
"""

from typing import Final

from node.service.context import Node
from node.web.marks import N_

OUT: Final = N_(
    "%(country)s is out of the network now: its keys may be in wrong hands. What you send waits here. Phone them."
)
CHANGED: Final = N_(
    "The keys of %(country)s changed, or are new, and nobody has confirmed them. What you send waits here until"
    " %(when)s. Ask your operator."
)
SILENT: Final = N_(
    "%(country)s does not answer now. What you send waits here and goes by itself. If it is urgent, phone them."
)


def would_wait(node: Node, peer: str) -> str:
    """The sentence with `country` and `when`; empty where a letter would go, and for a country asked on paper."""
    known = node.view.country(peer)
    if known is None:
        return ""
    if (status := known.status_at(node.now())) != "active":
        return CHANGED if status == "quarantined" else OUT
    return SILENT if node.store.read_sync(lambda reader: reader.peers.get(peer).tries) else ""
