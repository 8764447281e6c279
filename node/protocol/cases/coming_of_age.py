"""Turning 18: what falls due on a case, by date alone; the daily sweep asks and needs no sign-in. Source: H27, R12."""

from typing import Literal

import msgspec

from node.protocol.cases.case import Case, Person
from node.protocol.cases.changes import Changed, person_changed

DAY_S = 86_400
WARNED_BEFORE_S = 60 * DAY_S
HELP_GOES_ON_S = 30 * DAY_S
CONFIRMED_BY = 2

# What a caseworker finds in the inbox: she is 18 in 60 days; ask her now; settle her age; help under way waits for her.
Due = Literal["majority_soon", "majority_ask_her", "majority_settle_age", "majority_help_waits"]


def fall_due(case: Case, at: int) -> tuple[Changed, tuple[Due, ...]]:
    """The case after everything about coming of age that is due at `at`, and the tasks that follow. Safe to repeat.

    On the day she becomes an adult by herself only where two people had confirmed the day and her age is not in doubt;
    else two people settle it first (R12).
    """
    changed, tasks = Changed(case, ()), list[Due]()
    for person in case.persons:
        if person.majority_at is None or person.life.death is not None:
            continue
        for due, facts in _of(person, person.majority_at, at):
            step = person_changed(changed.case, person.person_id, facts, due, "H27", ("node",), at)
            changed = Changed(step.case, (*changed.audit, *step.audit))
            tasks.append(due)
    return changed, tuple(tasks)


def _of(person: Person, majority_at: int, at: int) -> list[tuple[Due, dict[str, object]]]:
    marks = person.life.majority
    # 1. the day has come: she is asked herself
    if marks.reached_at is None and at >= majority_at:
        if not person.treated_as_child:
            return [("majority_ask_her", _marked(person, reached_at=at))]
        if person.age_in_doubt or len(set(marks.by)) < CONFIRMED_BY:
            return [("majority_settle_age", _marked(person, reached_at=at))]
        return [("majority_ask_her", {**_marked(person, reached_at=at), "age_band": "18-24"})]
    # 2. sixty days before
    if marks.warned_at is None and marks.reached_at is None and at >= majority_at - WARNED_BEFORE_S:
        return [("majority_soon", _marked(person, warned_at=at))]
    # 3. thirty days after: what goes on under a guardian's word waits for hers
    if marks.help_ended_at is None and at >= majority_at + HELP_GOES_ON_S:
        return [("majority_help_waits", _marked(person, help_ended_at=at))]
    return []


def _marked(person: Person, **marks: int) -> dict[str, object]:
    majority = msgspec.structs.replace(person.life.majority, **marks)
    return {"life": msgspec.structs.replace(person.life, majority=majority)}
