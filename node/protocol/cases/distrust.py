"""Whom two people distrust is named in the one way that is compared later: else it protects nobody. Source: H14."""

import re
from typing import Final

from node.errors import BadInput

#     target       as it is written               what to write
NAMED: Final = {
    "country": (re.compile(r"[A-Z]{2}"), "the code of a country, two capital letters such as XA"),
    "holder": (re.compile(r"[0-9a-f]{64}"), "the number of an office key, 64 hex digits"),
}
WHICH: Final = "Choose whom, or write the code of an organisation abroad."


def must_name(target: str, value: str) -> None:
    """BadInput for a country or an office that nothing is called; codes of organisations are free."""
    shape, expected = NAMED.get(target, (None, ""))
    if shape is not None and shape.fullmatch(value) is None:
        raise BadInput(
            f"value names no {target}; expected {expected}", field="value", found="another value", expected=expected,
            for_user=WHICH,
        )  # fmt: skip
