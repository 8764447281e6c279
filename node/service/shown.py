"""Whether what somebody decides on is still what stood there when it was shown to them.

A page carries a mark of what it was made from and sends it back. Where something else stands by then nothing is
written: what stands and what was typed are shown beside each other, and a person chooses. Interface C4, finding 3.
"""

import hashlib

import msgspec

from node.errors import Conflict


class Overtaken(Conflict):
    """Something else was saved since this was shown; nothing was written."""


def mark_of(seen: object) -> str:
    """The same for the same facts, and for no others."""
    return hashlib.sha256(msgspec.json.encode(seen)).hexdigest()


def must_be_as_shown(shown: str | None, now: str, says: str) -> None:
    """Overtaken, with this sentence, where the page was made from something else; `shown` is None where no page was."""
    if shown is not None and shown != now:
        raise Overtaken("something else was saved since this was shown; read it again", for_user=says)
