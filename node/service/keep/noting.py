"""Comparing a case before and after a change, and noting in the journal what of it protects somebody.

What fits in ids, dates and codes is noted as it is now and laid over a restored case. Of the rest only that it changed
is noted: then two people compare that case before anything of it leaves. Source: H08.
"""

from node.protocol.cases.case import Case, Person
from node.protocol.consent.record import ConsentRecord
from node.service.context import Node
from node.service.keep.notes import Changed, Guarded, Kept, Protected, TakenBack, note
from node.store.work import Work


def note_protection(node: Node, work: Work, before: Case | None, after: Case, now: int) -> None:
    """Note what protects somebody of this case and is another than before."""
    known = {} if before is None else {person.person_id: person for person in before.persons}
    for person in after.persons:
        was, fresh = known.get(person.person_id), _protected(after, person, 0)
        if fresh != (_nothing(after, person) if was is None else _protected(after, was, 0)):
            note(node, work, _protected(after, person, now))
    _note_case(node, work, before, after, now)


def note_what_was_known(node: Node, work: Work, before: Case, after: Case, now: int) -> None:
    """Note that what another country's letter says of her may have changed the case, where it changed nothing.

    The answer waits for the disk of the journal, some milliseconds: else it would say that we knew (attack 57).
    """
    if not _is_changed(before, after):
        note(node, work, Changed(at=now, case=after.case_id, line=work.audit.head()[0]))


def note_taken_back(node: Node, work: Work, case_id: str, record: ConsentRecord, now: int) -> None:
    """Note what is gone of a consent."""
    gone = TakenBack(
        at=now, case=case_id, consent=record.consent_id,
        purposes=record.withdrawn_purposes, levels=record.withdrawn_levels,
    )  # fmt: skip
    note(node, work, gone)


def _note_case(node: Node, work: Work, before: Case | None, after: Case, now: int) -> None:
    was = Case(after.case_id, after.trafficking_status, ()) if before is None else before
    if _guarded(was, 0) != _guarded(after, 0):
        note(node, work, _guarded(after, now))
    if _kept(was, 0) != _kept(after, 0):
        note(node, work, _kept(after, now))
    if before is not None and _is_changed(before, after):
        note(node, work, Changed(at=now, case=after.case_id, line=work.audit.head()[0]))


def _nothing(case: Case, person: Person) -> Protected:
    return Protected(at=0, case=case.case_id, person=person.person_id)


def _protected(case: Case, person: Person, at: int) -> Protected:
    return Protected(
        at=at,
        case=case.case_id,
        person=person.person_id,
        protection=person.protection,
        protection_ever=person.protection_ever,
        ties=person.ties,
        lifts=person.lifts,
        blocked_countries=person.blocked_countries,
        coercion_suspected=person.coercion_suspected,
        disappearance=person.disappearance,
    )


def _guarded(case: Case, at: int) -> Guarded:
    return Guarded(
        at=at, case=case.case_id, distrust=case.distrust, place_is_detention=case.place_is_detention,
        detained_at=case.detained_at, released_at=case.released_from_detention_at,
        attested_by=case.released_or_attested_by,
        stops_kept={one.thread: one.stop_suppressed_by for one in case.threads if one.stop_suppressed_by is not None},
    )  # fmt: skip


def _kept(case: Case, at: int) -> Kept:
    kept = case.retention
    return Kept(at=at, case=case.case_id, hold=kept.hold, at_her_request_until=kept.kept_at_her_request_until)


def _is_changed(before: Case, after: Case) -> bool:
    return _differs(before, after) or before.returns != after.returns


def _differs(before: Case, after: Case) -> bool:
    """Whether anybody who is in the case now is new in it, or is protected by other facts than before."""
    was, now = _of_persons(before), _of_persons(after)
    return any(was.get(who) != facts for who, facts in now.items())


def _of_persons(case: Case) -> dict[str, tuple[object, ...]]:
    """What rules look at before a letter leaves, beside what the notes above hold, and what no sweep finds again.

    Who is a child, guardians, what was decided for a child and about a family, deaths, what she can decide herself.
    """
    return {
        p.person_id: (p.treated_as_child, p.guardian, p.child, p.family, p.life.death, p.life.incapacity,
                      p.life.nationality, p.group)
        for p in case.persons
    }  # fmt: skip
