"""Overdue arrivals as people see them, and care on the way: where she sleeps tonight is sealed to our people.

The country of origin is told one thing only: tell the sender, and ask nobody (H06). Source: R29, R32; H06, H07.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from node.errors import NotAllowed
from node.protocol.cases.care import Care, CaredForBy, CareEnd, Payer, WayBack
from node.protocol.cases.care_changes import care_of, place_written
from node.protocol.cases.case import Case
from node.protocol.cases.return_plan import AlarmStep, ArrivalAlarm
from node.protocol.gate.desk import may_open_identity
from node.protocol.threads.arrival import awaited_since
from node.service.access import is_theirs, may_work_on
from node.service.actor import Actor
from node.service.cases.identity import LOCAL_PLACE, read_identity, write_local
from node.service.context import Node
from node.service.returns.calling import watch_detention
from node.service.returns.standing import ALARM, CARE, end_tasks
from node.service.returns.watch import follow
from node.service.safety.alarms import thread_is_quiet
from node.service.shown import must_be_as_shown
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.commands import Command
from node.store.work import Reader, Work

AT_THE_ORIGIN: Final = "Tell the country that sent her. Do not ask police, family or embassy."
AT_HOME: Final = (
    "Phone first: her own safe contact, then her escort, then the country on the way. "
    "An alert to the country of origin needs two people."
)
LADDER: Final = ("her_safe_contact", "escort", "transit")


class AlarmView(msgspec.Struct, frozen=True, kw_only=True):
    """An overdue arrival: what to do, what was asked already, and what comes next."""

    thread: str
    case: str
    peer: str
    since: int
    says: str
    steps: tuple[AlarmStep, ...]
    ask_next: str | None


PLACE_WRITTEN: Final = (
    "A colleague wrote down meanwhile where she sleeps. What you typed is still here and not sealed. Read first what"
    " they wrote."
)


class CareView(msgspec.Struct, frozen=True, kw_only=True):
    """Care on the way, without the place; `lacks` is what nobody has settled yet."""

    care: str
    thread: str
    opened_at: int
    with_her: CaredForBy
    payer: Payer
    way_back: WayBack
    place_written_at: int | None
    lacks: tuple[str, ...]
    end: CareEnd | None
    ended_at: int | None


class WritePlace(Command, frozen=True):
    """Where she sleeps tonight: for our people only, in no letter."""

    place: Annotated[str, Meta(min_length=1, max_length=2000)]


class PlaceView(msgspec.Struct, frozen=True):
    """Where she sleeps tonight, or null where nobody wrote it."""

    place: str | None


async def list_alarms(node: Node, actor: Actor) -> list[AlarmView]:
    """Overdue arrivals of this person's cases, oldest first."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[AlarmView]:
        book, found = Book(node, reader), []
        for case_id in reader.tasks.cases_where(ALARM):
            row = reader.cases.get(case_id)
            if row is not None and row.dek is not None and is_theirs(row, actor):
                found += _alarms(book, case_id)
        return sorted(found, key=lambda one: one.since)

    return await node.store.read(read)


def _alarms(book: Book, case_id: str) -> list[AlarmView]:
    """The alarms of a case that have not ended, also where the thread did, unless its end says where she is."""
    rows = {one.thread_id: one for one in book.reader.threads.of_case(case_id)}
    case, found = book.case(case_id).case, []
    for one in case.arrival_alarms:
        row = rows.get(one.thread)
        file = book.file(row.peer, row.thread_id) if row is not None and one.ended_at is None else None
        if file is not None and (file.row.ended_at is None or awaited_since(file.file.thread) is not None):
            found.append(_alarm(file, case, one))
    return found


async def list_care(node: Node, actor: Actor, case_id: str) -> list[CareView]:
    """Care on the way of one case, oldest first."""

    def read(reader: Reader) -> list[CareView]:
        may_work_on(reader, actor, case_id)
        return [_care(one) for one in Book(node, reader).case(case_id).case.care]

    return await node.store.read(read)


async def write_place(
    node: Node, actor: Actor, case_id: str, care_id: str, command: WritePlace, shown: str | None = None
) -> CareView:
    """Write down where she sleeps tonight, sealed to our people; works while the vault is shut.

    `shown`: when the place that the page told of was written. Overtaken, and nothing is written, where it was written
    anew since; None where no page was.
    """
    actor.must_be("caseworker", "coordinator")

    def write(work: Work) -> CareView:
        now, book = node.now(), Book(node, work)
        may_work_on(work, actor, case_id)
        case = book.case(case_id)
        must_be_as_shown(shown, str(care_of(case.case, care_id).place_written_at), PLACE_WRITTEN)
        changed = place_written(case.case, care_id, actor.user_id, now)
        case = book.put_case(case, changed.case, now)
        write_local(node, work, case, _her(case.case), {LOCAL_PLACE: command.place}, now)
        work.audit.append(now, actor.user_id, "identity_written", case_id, rule="H07")
        return _care(care_of(case.case, care_id))

    return await node.store.write(write)


async def open_place(node: Node, actor: Actor, case_id: str, reason: str) -> PlaceView:
    """Read where she sleeps, with a reason; logged before it is shown (R24)."""

    def read(work: Work) -> PlaceView:
        may_work_on(work, actor, case_id)
        refused = may_open_identity(reason, actor.user_id)
        if refused is not None:
            raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
        case = Book(node, work).case(case_id)
        known = read_identity(node, work, case, actor.office)
        work.audit.append(node.now(), actor.user_id, "identity_opened", case_id, rule="R24", outcome=reason)
        return PlaceView(known.get(_her(case.case), {}).get(LOCAL_PLACE))

    return await node.store.write(read)


def settle_case(node: Node, work: Work, case: OpenCase, by: str, now: int) -> None:
    """After a change of a case: tasks of alarms and care that were ended go with them. Safe to repeat."""
    watch_detention(node, work, case, by, now)
    for thread in {one.thread for one in case.case.arrival_alarms}:
        if all(one.ended_at is not None for one in case.case.arrival_alarms if one.thread == thread):
            end_tasks(node, work, case.id, thread, ALARM, by, now)
            for one in case.case.threads:
                if one.thread == thread:
                    thread_is_quiet(node, work, one.country, thread, by, now)
    for known in case.case.threads if case.case.her_words else ():  # her word about a return counts for its passage too
        follow(node, work, known.country, known.thread, now)
    for thread in {one.thread for one in case.case.care}:
        if all(one.ended_at is not None for one in case.case.care if one.thread == thread):
            end_tasks(node, work, case.id, thread, CARE, by, now)


def _alarm(found: OpenFile, case: Case, alarm: ArrivalAlarm) -> AlarmView:
    at_home = found.file.thread.side == "opener"
    asked = {step.asked for step in alarm.steps}
    return AlarmView(
        thread=alarm.thread,
        case=case.case_id,
        peer=found.row.peer,
        since=alarm.since,
        says=AT_HOME if at_home else AT_THE_ORIGIN,
        steps=alarm.steps,
        ask_next=next((one for one in LADDER if one not in asked), None) if at_home else None,
    )


def _care(care: Care) -> CareView:
    return CareView(
        care=care.care_id,
        thread=care.thread,
        opened_at=care.opened_at,
        with_her=care.with_her,
        payer=care.payer,
        way_back=care.way_back,
        place_written_at=care.place_written_at,
        lacks=care.lacks,
        end=care.end,
        ended_at=care.ended_at,
    )


def _her(case: Case) -> str:
    return next((person.person_id for person in case.persons if person.role == "person"), case.persons[0].person_id)
