"""Functions that change the care for somebody who stopped on the way. Source: practice H07."""

import msgspec

from node.errors import NotAllowed, NotFound
from node.protocol.cases.care import Care, CaredForBy, CareEnd, Payer, WayBack, cared_for
from node.protocol.cases.case import Case
from node.protocol.cases.changes import AuditLine, Changed


def begin_care(case: Case, care_id: str, thread: str, letter: str, at: int) -> Changed:
    """This letter stopped somebody on the way; once for each such letter, and never a second beside one. H07."""
    if cared_for(case.care, thread, letter):
        return Changed(case, ())
    care = Care(care_id=care_id, thread=thread, letter=letter, opened_at=at, changed_at=at)
    return _done(msgspec.structs.replace(case, care=(*case.care, care)), "care_begun", "node", at)


def set_care(
    case: Case,
    care_id: str,
    with_her: CaredForBy | None,
    payer: Payer | None,
    way_back: WayBack | None,
    by: str,
    at: int,
) -> Changed:
    """What is settled meanwhile; what is left out stays as it was."""
    said = {"with_her": with_her, "payer": payer, "way_back": way_back}
    facts = {name: value for name, value in said.items() if value is not None}
    return _changed(case, care_id, {**facts, "changed_at": at}, "care_changed", by, at)


def place_written(case: Case, care_id: str, by: str, at: int) -> Changed:
    """Our people wrote down where she sleeps tonight; the place itself is sealed to them and is not here."""
    return _changed(case, care_id, {"place_written_at": at, "changed_at": at}, "care_place_written", by, at)


def end_care(case: Case, care_id: str, end: CareEnd, said_by_her: bool, by: str, at: int) -> Changed:
    """Care ends only when she is safe, or has said herself that she goes on alone. Source: H07."""
    if end == "she_goes_on_alone" and not said_by_her:
        raise NotAllowed(
            "only she can say that she goes on alone",
            rule="H07",
            for_user="Ask her herself. Until she has said so, care goes on.",
        )
    facts: dict[str, object] = {"end": end, "said_by_her": said_by_her, "ended_by": by, "ended_at": at}
    return _changed(case, care_id, facts, "care_ended", by, at)


def care_of(case: Case, care_id: str) -> Care:
    """The care of this id that has not ended; NotFound otherwise."""
    care = next((one for one in case.care if one.care_id == care_id and one.ended_at is None), None)
    if care is None:
        raise NotFound("no such care is open in this case; read the case again", field="care_id")
    return care


def _changed(case: Case, care_id: str, facts: dict[str, object], event: str, by: str, at: int) -> Changed:
    was = care_of(case, care_id)
    changed = msgspec.structs.replace(was, **facts)
    care = tuple(changed if one is was else one for one in case.care)
    return _done(msgspec.structs.replace(case, care=care), event, by, at)


def _done(case: Case, event: str, by: str, at: int) -> Changed:
    return Changed(case, (AuditLine(event=event, rule="H07", case_id=case.case_id, by=(by,), at=at),))
