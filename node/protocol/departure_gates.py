"""What must still be there on the day she leaves, read from facts that both countries exchanged.

A plan may be 90 days old. Judged at both ends, as the guards of the plan are. Source: domain.md 5.7; R08, R14, R22.
"""

from typing import Final

from node.protocol.matter import Refusal
from node.protocol.return_gates import SAME_DAY_S, day_of, no_document, nobody_cares, refused_by, risk_of_day
from node.protocol.threads.thread import Entry, Shared


def risk_still_known(shared: Shared, entry: Entry) -> Refusal | None:
    """R08: what both countries said of the risk is neither bad nor old on the day she leaves."""
    return risk_of_day(shared.way, day_of(entry.facts.way.times[0]))


def care_still_there(shared: Shared, entry: Entry) -> Refusal | None:
    """g6, R14: the family that the plan counts on is still found able to care for the child; a newer word counts."""
    return nobody_cares(shared.way) if shared.way.plan.family_care else None


def document_still_valid(shared: Shared, entry: Entry) -> Refusal | None:
    """g8, R08: the document that the plan stood on is there, and outlasts the planned arrival; a newer word counts."""
    return no_document(shared.way, shared.way.plan.arrival_ends)


def asked_again(shared: Shared, entry: Entry) -> Refusal | None:
    """R22: on the day of departure she was asked again."""
    asked_at, left_at = shared.way.asked_at, entry.facts.way.times[0]
    if asked_at and 0 <= left_at - asked_at <= SAME_DAY_S:
        return None
    return refused_by("R22", "g1: she was not asked again today", "one question is enough; state it first")


DEPARTURE_GATES: Final = (risk_still_known, care_still_there, document_still_valid, asked_again)
