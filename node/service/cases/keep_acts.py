"""What each change of how long a case is kept does: rows for `acts`. What lets something go takes two people."""

from collections.abc import Mapping

from node.protocol.cases import keep_changes
from node.service.cases import keep_requests as asks
from node.service.cases.change_rows import ChangeRow, one, rule, two

KEEP_CHANGES: Mapping[type, ChangeRow] = {
    asks.CloseCase: one(keep_changes.close_case),
    asks.ReopenCase: one(keep_changes.reopen_case, fits=keep_changes.is_closed),
    asks.KeepAtHerRequest: rule(keep_changes.keep_at_her_request, "until"),
    asks.EndHerRequest: two(keep_changes.end_her_request),
    asks.HoldForLaw: two(keep_changes.hold_for_law, "ground", "until"),
    asks.LiftLegalHold: two(keep_changes.lift_hold, fits=keep_changes.is_held),
}
