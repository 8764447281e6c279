"""Letters that tell of danger although they are no alert: an arrival, a passage, how she is when she is asked later.

What they tell is read from the letter alone. It calls people whatever becomes of the letter on its thread: crossing
another one, late, out of its turn, or about somebody whose file is gone. Source: R32; practice H02, H07, H19.
"""

from typing import Final

from node.protocol.letters.bodies import ArrivedBody
from node.protocol.letters.bodies_way import (
    AssistNowBody,
    FailedBody,
    FollowupBody,
    ReturnArrivalBody,
    TransitConfirmBody,
)

DANGEROUS: Final = frozenset(
    {"detained", "questioned", "refused_entry", "taken_by_unknown", "needs_hospital", "not_known"}
)


def tells_of_danger(body: object) -> bool:
    """H07, H19: she did not come, stopped on the way, needs help there, was met in danger, is not safe, or shows signs
    of being trafficked again.
    """
    match body:
        case ReturnArrivalBody() | TransitConfirmBody():
            return body.condition in DANGEROUS
        case ArrivedBody():
            return not body.arrived or body.wellbeing in DANGEROUS
        case FollowupBody():
            return body.safe == "no" or body.re_trafficking == "signs"
        case FailedBody() | AssistNowBody():
            return True  # nobody knows yet where she sleeps tonight
    return False
