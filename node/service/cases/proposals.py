"""Changes of a case that wait for a second person: kept sealed with the case, one at a time. Source: R24; H03, H05."""

import msgspec

from node.errors import Conflict, NotFound
from node.protocol.cases.case import Case
from node.protocol.cases.changes import the_person
from node.service.cases.acts import CHANGES
from node.service.cases.change import Change
from node.service.cases.replacing import SOMEBODY_ELSE
from node.service.cases.requests import (
    AnyChange,
    BlockCountries,
    LiftAsylumBlock,
    PendingView,
    SetProtection,
    TakeBackLift,
    UnblockCountry,
)
from node.service.context import Node
from node.service.threads.book import OpenCase
from node.store.tasks import TaskRow
from node.store.work import Reader, Work

SECOND_PERSON = "second_person_needed"


class Proposal(msgspec.Struct, frozen=True):
    """A change that waits for a second person, as its task keeps it sealed; `stood`: the marks of what it replaces."""

    change: AnyChange
    by: str
    stood: tuple[str, ...] = ()


def propose(node: Node, work: Work, case: OpenCase, asked: Proposal, now: int) -> int:
    """Have a change wait for a second person; its number. Conflict where another waits already."""
    if pending_of(node, work, case):
        raise Conflict(
            "a change of this case waits for a second person already; decide that one first",
            for_user="Another change of this case waits for a second person. Decide that one first.",
        )
    sealed = node.seals.seal(case.dek, "task", case.id, asked)
    work.tasks.add(SECOND_PERSON, now, case_id=case.id, sealed=sealed)
    work.audit.append(now, asked.by, "change_proposed", case.id, rule="R24")
    return pending_of(node, work, case)[0].id


def take_back(node: Node, work: Work, case: OpenCase, change: Change, by: str, now: int) -> None:
    """A lift that waits goes as one that stands: with a new claim, or her second thought (H03); and so does the wish
    to open a country that she names again (H05).
    """
    for task in work.tasks.of_case(case.id, SECOND_PERSON):
        asked = _opened(node, case, task)
        if _is_over(case.case, asked, change, now):
            refuse(work, case.id, task.id, by, now)


def refuse(work: Work, case_id: str, pending: int, by: str, now: int) -> None:
    """Nothing waits under this number any more, and nothing of it was done."""
    work.tasks.done(pending, by, now)
    work.audit.append(now, by, "change_refused", case_id, rule="R24", outcome="refused")


def pending_of(node: Node, reader: Reader, case: OpenCase) -> list[PendingView]:
    """What waits for a second person in a case."""
    return [_pending(node, case, task) for task in reader.tasks.of_case(case.id, SECOND_PERSON)]


def proposal_of(node: Node, reader: Reader, case: OpenCase, pending: int) -> Proposal:
    """What waits under this number for a second person."""
    task = next((one for one in reader.tasks.of_case(case.id, SECOND_PERSON) if one.id == pending), None)
    if task is None:
        raise NotFound("no such change waits in this case; read the case again", field="pending")
    return _opened(node, case, task)


def _is_over(case: Case, asked: Proposal, change: Change, now: int) -> bool:
    waits = asked.change
    if isinstance(waits, LiftAsylumBlock):
        return not _outlasts(case, waits, asked.by, change, now)
    return isinstance(waits, UnblockCountry) and _names_again(waits, change)


def _outlasts(case: Case, waits: LiftAsylumBlock, by: str, change: Change, now: int) -> bool:
    """Whether the lift would stand there still, had it been recorded before this change."""
    if not isinstance(change, SetProtection | TakeBackLift):
        return True
    lifted = CHANGES[type(waits)].make(case, waits, (by, SOMEBODY_ELSE), now).case
    after = the_person(CHANGES[type(change)].make(lifted, change, (SOMEBODY_ELSE,), now).case, waits.person_id)
    return any(lift.country == waits.country for lift in after.lifts)


def _names_again(waits: UnblockCountry, change: Change) -> bool:
    return (
        isinstance(change, BlockCountries) and change.person_id == waits.person_id and waits.country in change.countries
    )


def _pending(node: Node, case: OpenCase, task: TaskRow) -> PendingView:
    asked = _opened(node, case, task)
    return PendingView(id=task.id, case=case.id, change=asked.change, proposed_by=asked.by, at=task.at)


def _opened(node: Node, case: OpenCase, task: TaskRow) -> Proposal:
    return node.seals.open_as(Proposal, case.dek, "task", case.id, task.sealed)
