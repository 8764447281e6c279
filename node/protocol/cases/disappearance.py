"""She is gone: by her own choice, out of reach, or feared taken. Each is another duty, and none is a guess by one.

What is recorded stays in our node. Saying that she is feared taken opens the way of alerts, so two people say it;
saying that she left by choice closes every search, so two people say that too. Source: practice H29.
"""

import msgspec

from node.errors import BadInput, NotFound
from node.protocol.cases.case import Case, Disappearance, person_of
from node.protocol.cases.changes import AuditLine, Changed, two_people

NEEDS_TWO: frozenset[Disappearance] = frozenset({"left_by_choice", "feared_taken"})


def record_disappearance(case: Case, person_id: str, what: Disappearance, by: tuple[str, ...], at: int) -> Changed:
    """She is gone. That contact was lost one person may record; what permits or forbids a search takes two."""
    who = two_people(by, "H29") if what in NEEDS_TWO else by
    return _changed(case, person_id, what, "disappearance_recorded", who, at)


def found_again(case: Case, person_id: str, by: str, at: int) -> Changed:
    """She is there again, or was in touch: letters about her go as before. One person is enough."""
    person = person_of(case, person_id)
    if person is not None and person.disappearance is None:
        raise NotFound("nobody recorded that this person is gone; there is nothing to end", field="person_id")
    return _changed(case, person_id, None, "disappearance_ended", (by,), at)


def is_anybody_gone(case: Case) -> bool:
    """Whether a person of the case is recorded as gone. Source: H29."""
    return any(one.disappearance is not None for one in case.persons)


def _changed(
    case: Case, person_id: str, what: Disappearance | None, event: str, by: tuple[str, ...], at: int
) -> Changed:
    if person_of(case, person_id) is None:
        raise BadInput("no such person in this case; choose one of its persons", field="person_id")
    persons = tuple(
        msgspec.structs.replace(one, disappearance=what) if one.person_id == person_id else one for one in case.persons
    )
    line = AuditLine(event=event, rule="H29", case_id=case.case_id, by=by, at=at)
    return Changed(msgspec.structs.replace(case, persons=persons), (line,))
