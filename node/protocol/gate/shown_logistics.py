"""What letters about a journey show of her interpreters: row 13, for both sides. Costs are never judged.

Source: practice H17; acts to add (costs "never block urgent help": they hold no letter at all).
"""

from collections.abc import Iterator

from node.protocol.letters.bodies import ArrangeBody, Body
from node.protocol.letters.bodies_return import TravelPlanBody
from node.protocol.letters.bodies_way import TransitRequestBody
from node.protocol.letters.codes import reason_of
from node.protocol.letters.codes_logistics import NOT_INDEPENDENT
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection


def about_interpreters(letter: Letter[Body]) -> Iterator[Objection]:
    """H17: nobody interprets for her who belongs to those she may fear, or whom nobody vouches for."""
    body = letter.body
    if not isinstance(body, ArrangeBody | TravelPlanBody | TransitRequestBody):
        return
    if any(one.comes_from in NOT_INDEPENDENT or not one.independent for one in body.interpreters):
        yield Objection(
            "H17",
            "the interpreter is not independent",
            "name one who is neither family, embassy nor employer, or leave it open",
            effect="cancel",
            reason=reason_of("H17"),
        )
