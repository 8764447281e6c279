"""While she is detained, here or abroad, nothing of a return goes, from whichever of its countries: guard and row 13.

Behind bars nobody chooses freely, and where she is held it must not be helped along. What tells how she is, asks for
help for her, brings her back or ends something goes, also to the country that detains her: its focal point has to hear
it. What would call it a good end (`return.way_ended`, `return.close`) waits, for she is neither safe nor on her own.
Source: practice H25; R17, H02, H07, H19.
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.gate.context import Context, hold
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.bodies_way import DepartureBody, TransitDepartureBody
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection
from node.protocol.threads.return_facts import ReturnFacts

BY_ITS_GATES: Final = frozenset({"return.request", "return.travel_plan", "return.departure"})  # g9 says it (`returns`)
OF_A_RETURN: Final = ("return.", "transit.", "consent.assertion")
GOES: Final = frozenset(
    {
        "return.stopped",
        "transit.cancel",
        "transit.stop",
        "return.arrival",  # H19: that she is there, and detained, calls people within the hour
        "return.followup",
        "return.failed",
        "return.assist_now",
        "return.take_back",
        "transit.confirm",
    }
)
JUDGED_BY_TABLES: Final = frozenset({*BY_ITS_GATES, "consent.assertion", "return.way_ended", "return.close"})


def detained(c: Context) -> Iterator[Objection]:
    """H25: while she is detained no return letter goes, nor a question asked to plan one."""
    letter = c.draft.letter
    if c.case is not None and c.case.place_is_detention and _furthers_a_return(letter):
        yield hold("H25", "g9: she is detained", "arrange her release first; no return letter goes meanwhile")


def _furthers_a_return(letter: Letter[Body]) -> bool:
    body = letter.body
    if isinstance(body, AskBody):
        return body.why == "plan_return_she_wishes"
    if not letter.kind.startswith(OF_A_RETURN) or letter.kind in GOES:
        return False
    if letter.kind in BY_ITS_GATES and letter.sender_role == "opener":
        return False
    return not only_tells_that_she_stayed(body)


def shown_detained(letter: Letter[Body], way: ReturnFacts) -> bool:
    """Whether the thread itself says that she is detained, and this letter would help her return along (H25).

    What calls it a good end is her own word of another day: no letter tells of a release, so it is not refused there.
    That she agrees, plans and leaves again is judged by the tables, by when she was asked since.
    """
    return bool(way.detained_at) and letter.kind not in JUDGED_BY_TABLES and _furthers_a_return(letter)


def only_tells_that_she_stayed(body: Body) -> bool:
    """A departure that did not take place ends a plan and begins no journey."""
    if isinstance(body, DepartureBody):
        return body.outcome != "departed"
    return isinstance(body, TransitDepartureBody) and not body.departed
