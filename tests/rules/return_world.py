"""A return plan in which everything is in order, for the tests of the rules; nobody is real."""

from typing import Any

from node.protocol.cases.case import Case, Person
from node.protocol.cases.return_plan import (
    Approval,
    Journey,
    PersonReturn,
    Proceedings,
    Recovery,
    ReturnPlan,
    RiskAssessment,
    RiskRow,
    Wish,
)
from tests.rules.world import DAY, HER, NOW, case, with_

PLAN = "0f" * 8
WINDOW_STARTS = NOW + 5 * DAY
WINDOW_ENDS = NOW + 5 * DAY + 6 * 3600

WISH = Wish(
    at=NOW - 30 * DAY,
    by="ana",
    voluntary=True,
    in_her_words=True,
    spoken_to_alone=True,
    advocate="independent_advocate",
    advocate_present=True,
    alternatives_explained=True,
    staying_explained=True,
)
ROW = RiskRow(domain="retaliation", colour="amber", says="possible_not_recent", measure="other_region")
RISK = RiskAssessment(at=NOW - 20 * DAY, by="ana", role="caseworker", rows=(ROW,), overall="acceptable_with_measures")
PROCEEDINGS = Proceedings(
    at=NOW - 20 * DAY, by="ana", advised_by_lawyer=True, compensation_checked=True, heard="arranged"
)


def her_return(person: Person = HER, **facts: Any) -> PersonReturn:
    """The row of one person for whom everything was checked."""
    given: dict[str, Any] = {
        "person_id": person.person_id,
        "wish": WISH,
        "recovery": Recovery(until=NOW - DAY),
        "proceedings": PROCEEDINGS,
        "risk": RISK,
    }
    return PersonReturn(**{**given, **facts})


def plan(*rows: PersonReturn, **facts: Any) -> ReturnPlan:
    """A plan towards XA that ben approved and ana wrote."""
    given: dict[str, Any] = {
        "plan_id": PLAN,
        "country": "XA",
        "persons": rows or (her_return(),),
        "opened_at": NOW - 30 * DAY,
        "changed_at": NOW - 2 * DAY,
        "journey": Journey(WINDOW_STARTS, WINDOW_ENDS, ("XT",)),
        "authors": ("ana",),
        "approval": Approval(by="ben", organisation="haven-xd", at=NOW - DAY),
    }
    return ReturnPlan(**{**given, **facts})


def returning(*persons: Person, plans: tuple[ReturnPlan, ...] | None = None, **facts: Any) -> Case:
    """A case with that plan."""
    chosen = persons or (HER,)
    made = plans if plans is not None else (plan(*(her_return(one) for one in chosen)),)
    return case(*chosen, returns=made, **facts)


__all__ = ["PLAN", "RISK", "ROW", "WISH", "her_return", "plan", "returning", "with_"]
