"""Changes of how long a case is kept: closed, kept at her wish, held for a court by two people. Source: R25, H34."""

import msgspec

from node.errors import BadInput, NotFound
from node.protocol.cases.case import Case, HoldGround, LegalHold
from node.protocol.cases.changes import AuditLine, Changed, two_people
from node.protocol.retention import LONGEST_HOLD_S, LONGEST_WISH_S


def close_case(case: Case, by: str, at: int) -> Changed:
    """Nobody works on it any more: from now its time runs. Source: R25."""
    return _kept(case, {"closed_at": at}, "case_closed", "R25", (by,), at)


def reopen_case(case: Case, by: str, at: int) -> Changed:
    """It is worked on again, after somebody had closed it."""
    if not is_closed(case):
        raise NotFound("this case is not closed; there is nothing to open again", field="change")
    return _kept(case, {"closed_at": None}, "case_reopened", "R25", (by,), at)


def keep_at_her_request(case: Case, until: int, by: tuple[str, ...], at: int) -> Changed:
    """She asked to keep it until then, for a claim; whatever another country's word was. Source: H34.

    For a shorter time than she had asked for takes two people, as ending it does.
    """
    _future(until, at, LONGEST_WISH_S, "H34")
    if at < until < (case.retention.kept_at_her_request_until or 0):
        two_people(by, "H34")
    return _kept(case, {"kept_at_her_request_until": until}, "kept_at_her_request", "H34", by, at)


def end_her_request(case: Case, by: tuple[str, ...], at: int) -> Changed:
    """She no longer wants it kept; two people, because what goes then is gone. Source: H34."""
    both = two_people(by, "H34")
    return _kept(case, {"kept_at_her_request_until": None}, "her_request_ended", "H34", both, at)


def hold_for_law(case: Case, ground: HoldGround, until: int, by: tuple[str, ...], at: int) -> Changed:
    """Nothing of the case is erased before `until`, not even at its time; two people, a ground, an end. Source: R25."""
    both = two_people(by, "R25")
    _future(until, at, LONGEST_HOLD_S, "R25")
    hold = LegalHold(ground=ground, until=until, by=both, at=at)
    return _kept(case, {"hold": hold}, "held_for_law", "R25", both, at)


def lift_hold(case: Case, by: tuple[str, ...], at: int) -> Changed:
    """The hold ends before its time; two people. Source: R25."""
    both = two_people(by, "R25")
    if not is_held(case):
        raise NotFound("no legal hold is on this case", field="change")
    return _kept(case, {"hold": None}, "hold_lifted", "R25", both, at)


def is_closed(case: Case) -> bool:
    """Whether somebody closed it. Source: R25."""
    return case.retention.closed_at is not None


def is_held(case: Case) -> bool:
    """Whether two people held it for a court. Source: R25."""
    return case.retention.hold is not None


def _future(until: int, at: int, longest_s: int, rule: str) -> None:
    if not at < until <= at + longest_s:
        raise BadInput(
            "this end is past or too far away; name one that can be looked at again", field="until",
            expected=f"within {longest_s // 86_400} days", rule=rule,
        )  # fmt: skip


def _kept(case: Case, facts: dict[str, object], event: str, rule: str, by: tuple[str, ...], at: int) -> Changed:
    retention = msgspec.structs.replace(case.retention, **facts)
    line = AuditLine(event=event, rule=rule, case_id=case.case_id, by=by, at=at)
    return Changed(msgspec.structs.replace(case, retention=retention), (line,))
