"""The parts of docs/protocol.md that are made from the tables; the rest of the page is written by hand.

A part stands between `<!-- made: NAME -->` and `<!-- /made -->`; `make docs` writes it again.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from node.protocol.letter_list import fields, for_builders
from node.protocol.wire_shapes import beyond, shapes
from node.protocol.wire_tables import acts, crossings, times

PAGE = Path(__file__).resolve().parents[1] / "docs" / "protocol.md"
PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "letters": for_builders,
    "fields": fields,
    "shapes": shapes,
    "beyond": beyond,
    "acts": acts,
    "crossings": crossings,
    "times": times,
}
_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- /made -->)", re.S)


def page() -> str:
    """The whole page, with each made part as the tables have it now."""
    return _PART.sub(lambda found: found[1] + "\n".join(PARTS[found[2]]()) + found[3], PAGE.read_text(encoding="utf-8"))
