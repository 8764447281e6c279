"""People on the way when a country falls out of the network: who they are, whom to phone, and the plan that is owed.

What was said by telephone is recorded by one person and confirmed by another; the number is taken from the registry,
never typed. A confirmed plan ends the alarm. Source: practice H32, acts to add (off-network contact record).
"""

from contextlib import suppress
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.letters.scalars import Id
from node.protocol.on_the_way import is_on_the_way
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.alarms import About, closed, raise_alarm
from node.service.safety.reach import reach
from node.service.safety.requests import Reach
from node.service.seals import Erased
from node.service.threads.acts import open_for
from node.service.threads.book import Book, OpenFile
from node.service.threads.commands import Command
from node.service.threads.phoning import not_to_be_phoned
from node.store.distrust import OffNetworkRow
from node.store.work import Reader, Work

PLAN_NEEDED = "off_network_plan_needed"


class RecordContact(Command, frozen=True):
    """Whom we phoned about a thread, under which number of the registry, and what was agreed; sealed.

    `is_plan`: it says where she sleeps, who is with her and who decides next, without the network.
    """

    who: Annotated[str, Meta(min_length=1, max_length=200)]
    number: Literal["contact", "out_of_hours"]
    said: Annotated[str, Meta(min_length=1, max_length=4000)]
    is_plan: bool = False
    owner: Id | None = None


class Kept(msgspec.Struct, frozen=True):
    """The sealed part of a contact."""

    who: str
    number: str
    said: str
    owner: str | None


class ContactView(msgspec.Struct, frozen=True, kw_only=True):
    """One contact beside the network; it counts once a second person confirmed it."""

    id: int
    thread: str
    peer: str
    at: int
    is_plan: bool
    who: str
    number: str
    said: str
    owner: str | None
    first_by: str
    second_by: str | None


class OnTheWay(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is on the way with a country: whom to phone, and whether a plan stands.

    `phone` is null where nobody telephones that country about her (R10, H04).
    """

    thread: str
    case: str
    matter: str
    state: str
    has_plan: bool
    phone: Reach | None


def demand_plans(node: Node, work: Work, peer: str, now: int) -> int:
    """A country is out of the network: for everybody on the way with it somebody is called and owes a plan."""
    country = node.view.country(peer)
    raised = 0
    for row in work.threads.open(limit=100_000):
        if row.peer != peer or row.sealed is None or not is_on_the_way(Book(node, work).open_file(row).file.thread):
            continue
        ref = f"{row.thread_id}.{country.suspended_until if country else 0}"
        raised += raise_alarm(node, work, "plan", ref, PLAN_NEEDED, now, About(peer, row.thread_id, None, row.case_id))
    return raised


async def on_the_way(node: Node, actor: Actor, peer: str) -> list[OnTheWay]:
    """Everybody on the way with this country whose case this person may work on."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[OnTheWay]:
        now, found = node.now(), []
        phone = reach(node, reader, peer, now)
        for row in reader.threads.open(limit=100_000):
            if row.peer != peer or row.sealed is None or not _may_see(reader, actor, row.case_id):
                continue
            thread = Book(node, reader).open_file(row).file.thread
            if is_on_the_way(thread):
                contacts = reader.off_network.of_thread(peer, row.thread_id)
                plan = any(one.is_plan and one.confirmed_at is not None for one in contacts)
                found.append(
                    OnTheWay(
                        thread=row.thread_id,
                        case=row.case_id,
                        matter=thread.matter,
                        state=thread.shared.state,
                        has_plan=plan,
                        phone=None if not_to_be_phoned(node, reader, row.case_id, peer, now) else phone,
                    )
                )
        return found

    return await node.store.read(read)


async def record_contact(node: Node, actor: Actor, thread_id: str, command: RecordContact) -> ContactView:
    """One person records what was said; it waits for the second."""
    actor.must_be("caseworker", "coordinator")

    def record(work: Work) -> ContactView:
        now, found = node.now(), open_for(node, work, actor, thread_id)
        country = node.view.country(found.row.peer)
        if country is None:
            raise NotFound("that country is not in the registry; there is no number to phone", field="thread")
        closed = not_to_be_phoned(node, work, found.row.case_id, found.row.peer, now)
        if closed is not None:  # H15: a call is a way out
            raise NotAllowed(closed.sentence, rule=closed.rule, for_user=f"{closed.sentence}: {closed.next_step}")
        numbers = {"contact": country.record.authority.contact, "out_of_hours": country.record.out_of_hours}
        kept = Kept(command.who, numbers[command.number], command.said, command.owner)
        if _waits(node, work, found, actor, kept, command.is_plan):
            raise Conflict("this contact is recorded and waits for a second person already")
        sealed = node.seals.seal(found.dek, "off_network", thread_id, kept)
        row = OffNetworkRow(
            0, found.row.peer, thread_id, found.row.case_id, command.is_plan, sealed, now, actor.user_id, None, None
        )
        number = work.off_network.add(row)
        work.audit.append(
            now, actor.user_id, "case_changed", thread_id, rule=node.seals.cover("H32 off_network_recorded")
        )
        work.tasks.add("off_network_second_person", now, case_id=row.case_id, peer=row.peer, thread_id=thread_id)
        return _view(node, work, number)

    return await node.store.write(record)


def _waits(node: Node, reader: Reader, found: OpenFile, actor: Actor, kept: Kept, is_plan: bool) -> bool:
    """Whether this person recorded the same words, and nobody confirmed them yet."""
    rows = reader.off_network.of_thread(found.row.peer, found.row.thread_id)
    return any(
        node.seals.open_as(Kept, found.dek, "off_network", row.thread_id, row.sealed) == kept
        for row in rows
        if row.first_by == actor.user_id and row.confirmed_at is None and row.is_plan == is_plan
    )


async def confirm_contact(node: Node, actor: Actor, number: int) -> ContactView:
    """A second person confirms it; a confirmed plan ends the alarms of its thread."""
    actor.must_be("caseworker", "coordinator")

    def confirm(work: Work) -> ContactView:
        row = work.off_network.get(number)
        if row is None or row.confirmed_at is not None:
            raise NotFound("no contact waits under this number", field="pending")
        may_work_on(work, actor, row.case_id, "pending")
        if row.first_by == actor.user_id:
            raise NotAllowed(
                "this needs two different people and got one", rule="H32",
                for_user="A second person has to confirm this. Ask a colleague to sign in.",
            )  # fmt: skip
        now = node.now()
        work.off_network.confirm(number, actor.user_id, now)
        work.audit.append(
            now, actor.user_id, "case_changed", row.thread_id, rule=node.seals.cover("H32 off_network_confirmed")
        )
        if row.is_plan:
            for alarm in work.alarms.open():
                if alarm.ladder == "plan" and alarm.thread_id == row.thread_id:
                    closed(node, work, "plan", alarm.ref, "planned", actor.user_id, now)
        return _view(node, work, number)

    return await node.store.write(confirm)


async def contacts_of(node: Node, actor: Actor, thread_id: str) -> list[ContactView]:
    """What was said beside the network about a thread."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[ContactView]:
        found = open_for(node, reader, actor, thread_id)
        rows = reader.off_network.of_thread(found.row.peer, thread_id)
        return [_view(node, reader, row.id) for row in rows]

    return await node.store.read(read)


async def may_be_phoned(node: Node, actor: Actor, thread_id: str) -> bool:
    """Whether the number of this thread's country is shown; NotFound for a thread that is not this person's."""

    def read(reader: Reader) -> bool:
        row = open_for(node, reader, actor, thread_id).row
        return not_to_be_phoned(node, reader, row.case_id, row.peer, node.now()) is None

    return await node.store.read(read)


def _view(node: Node, reader: Reader, number: int) -> ContactView:
    row = reader.off_network.get(number)
    assert row is not None
    kept = Kept("", "", "", None)
    with suppress(Erased):  # once the case is gone, its words are too
        kept = node.seals.open_as(Kept, Book(node, reader).dek(row.case_id), "off_network", row.thread_id, row.sealed)
    return ContactView(
        id=row.id, thread=row.thread_id, peer=row.peer, at=row.at, is_plan=row.is_plan, who=kept.who,
        number=kept.number, said=kept.said, owner=kept.owner, first_by=row.first_by, second_by=row.second_by,
    )  # fmt: skip


def _may_see(reader: Reader, actor: Actor, case_id: str) -> bool:
    try:
        may_work_on(reader, actor, case_id)
    except NotFound:
        return False
    return True
