"""The marks that every letter about her carries: a missing one is refused by the rule that it stands for.

Row 13, for both sides; letters of safety ask the same as all others. Source: wire 7 (handling); R19, R28; practice H05.
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.letters.bodies import Body
from node.protocol.letters.codes import Handling, reason_of
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

FORBIDS: Final[dict[Handling, str]] = {  # the strongest first
    "no_contact_origin": "H05",
    "no_law_enforcement": "R19",
    "victim_assistance_only": "R19",
    "no_onward": "R28",
}


def missing_marks(letter: Letter[Body]) -> Iterator[Objection]:
    """H05, R19, R28: who must not hear of her, that no police hears of her, that nobody passes the letter on."""
    for mark, rule in FORBIDS.items():
        if mark not in letter.handling:
            why = f"the mark {mark} is missing"
            yield Objection(rule, why, "every letter about her carries all four marks", reason=reason_of(rule))
