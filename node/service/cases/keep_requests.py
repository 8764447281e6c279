"""What people may ask for about how long a case is kept. Source: R25, H34."""

from node.protocol.cases.case import HoldGround
from node.protocol.letters.scalars import Seconds
from node.service.cases.change import Change


class CloseCase(Change, frozen=True, tag="close_case"):
    """Nobody works on this case any more: it is erased when its time has run."""


class ReopenCase(Change, frozen=True, tag="reopen_case"):
    """It is worked on again."""


class KeepAtHerRequest(Change, frozen=True, tag="keep_at_her_request"):
    """She asked to keep it until then, for a claim (H34)."""

    until: Seconds


class EndHerRequest(Change, frozen=True, tag="end_her_request"):
    """She no longer wants it kept; two people."""


class HoldForLaw(Change, frozen=True, tag="hold_for_law"):
    """Nothing of the case is erased before this end; two people (R25)."""

    ground: HoldGround
    until: Seconds


class LiftLegalHold(Change, frozen=True, tag="lift_legal_hold"):
    """The hold ends now; two people."""


KeepChange = CloseCase | ReopenCase | KeepAtHerRequest | EndHerRequest | HoldForLaw | LiftLegalHold
