"""Writing our own entry: each part of the draft, then publishing it; and standing behind what is in force again.

Source: interface O7; domain 5.11; R29.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from node.errors import BadInput, Conflict, NotFound
from node.protocol.directory.lint import address_like
from node.protocol.letters.bodies_directory import DirectoryBody, LegalFacts, Service, holds_a_number
from node.service.actor import Actor
from node.service.context import Node
from node.service.directory.draft import DRAFT, EntryDraft, General, ServiceFacts, read_entry_draft
from node.service.directory.publishing import OwnEntry, put_in_force
from node.service.directory.shelf import body_of
from node.service.directory.views import EntryView
from node.service.statistics.figures import own_figures
from node.store.work import Work

LACKS_SAYS: Final = "Write what holds for the country, and what its law gives, first."
NAME_SAYS: Final = "A name has no digit and no sign of an address, and says to nobody where it is."


async def write_general(node: Node, actor: Actor, edit: int, general: General) -> None:
    """What holds for the whole country."""
    await change_draft(node, actor, edit, lambda draft: msgspec.structs.replace(draft, general=general))


async def write_legal(node: Node, actor: Actor, edit: int, legal: LegalFacts) -> None:
    """What the law gives her there."""
    for field in ("guardian_authority", "data_protection_authority"):
        for name in getattr(legal, field):
            _must_be_no_address(name, field)
    await change_draft(node, actor, edit, lambda draft: msgspec.structs.replace(draft, legal=legal))


async def write_service(node: Node, actor: Actor, edit: int, service_id: str | None, facts: ServiceFacts) -> None:
    """A service changed, or with no id a new one. BadInput names what cannot be said; NotFound for an unknown id."""
    _must_be_no_address(facts.name, "name")
    if facts.min_age > facts.max_age:
        raise BadInput("ages are the wrong way round", field="max_age", for_user="The highest age is below the lowest.")
    today = datetime.fromtimestamp(node.now(), UTC).date().isoformat()

    def write(draft: EntryDraft) -> EntryDraft:
        if service_id is None:
            return _with(draft, _service(facts, _free_id(draft, facts.category), today))
        before = service_in(draft, service_id)
        if before.category != facts.category:
            raise BadInput("its id is made of the category", field="category",
                           for_user="What a service is for stays. Take it out and add another one.")  # fmt: skip
        return _with(draft, _service(facts, service_id, today if facts.assured else before.assured_date))

    await change_draft(node, actor, edit, write)


async def drop_service(node: Node, actor: Actor, edit: int, service_id: str) -> None:
    """A service that is there no more."""

    def drop(draft: EntryDraft) -> EntryDraft:
        gone = service_in(draft, service_id)
        return msgspec.structs.replace(draft, services=tuple(one for one in draft.services if one is not gone))

    await change_draft(node, actor, edit, drop)


async def drop_entry_draft(node: Node, actor: Actor, edit: int) -> None:
    """Forget what was written; what is in force stays."""
    actor.must_be("coordinator")

    def drop(work: Work) -> None:
        _must_be_this(read_entry_draft(node, work), edit)
        work.meta.drop(DRAFT)

    await node.store.write(drop)


async def publish_draft(node: Node, actor: Actor, edit: int) -> EntryView:
    """Put the draft in force; every country is sent it, and what was doubted before counts as answered."""
    actor.must_be("coordinator")
    measured = await own_figures(node)

    def publish(work: Work) -> EntryView:
        draft = read_entry_draft(node, work)
        _must_be_this(draft, edit)
        view = put_in_force(node, work, actor, _whole(draft), measured)
        work.meta.drop(DRAFT)
        return view

    return await node.store.write(publish)


async def assure_entry(node: Node, actor: Actor) -> EntryView:
    """Stand behind the entry in force again: somebody looked at each service today. Conflict while a draft waits."""
    actor.must_be("coordinator")
    measured = await own_figures(node)
    today = datetime.fromtimestamp(node.now(), UTC).date().isoformat()

    def assure(work: Work) -> EntryView:
        row = work.directory.get(node.country)
        if row is None:
            raise NotFound("no entry of ours", for_user="Nothing is published yet")
        if work.meta.get(DRAFT) is not None:
            raise Conflict("a draft waits", for_user="Publish or drop what was changed first.")
        body = body_of(row)
        services = tuple(msgspec.structs.replace(one, assured_date=today) for one in body.services)
        return put_in_force(node, work, actor, _entry_of(msgspec.structs.replace(body, services=services)), measured)

    return await node.store.write(assure)


def _entry_of(body: DirectoryBody) -> OwnEntry:
    return OwnEntry(**{name: getattr(body, name) for name in OwnEntry.__struct_fields__})


def _whole(draft: EntryDraft) -> OwnEntry:
    if draft.general is None or draft.legal is None:
        raise BadInput("a part is missing", field="publish", for_user=LACKS_SAYS)
    general = {name: getattr(draft.general, name) for name in General.__struct_fields__}
    return OwnEntry(**general, legal=draft.legal, services=draft.services)


async def change_draft(node: Node, actor: Actor, edit: int, change: Callable[[EntryDraft], EntryDraft]) -> None:
    """One step of the draft, if it is still the version that was read; kept with whose it is and when."""
    actor.must_be("coordinator")

    def keep(work: Work) -> None:
        draft = read_entry_draft(node, work)
        _must_be_this(draft, edit)
        now = node.now()  # no number comes back after a draft was dropped: somebody may still have the old one open
        kept = msgspec.structs.replace(change(draft), edit=max(draft.edit + 1, now), by=actor.user_id, at=now)
        work.meta.put(DRAFT, msgspec.json.encode(kept))

    await node.store.write(keep)


def _must_be_this(draft: EntryDraft, edit: int) -> None:
    if draft.edit != edit:
        raise Conflict("the draft of the entry was changed meanwhile; read it again")


def service_in(draft: EntryDraft, service_id: str) -> Service:
    """A service of the draft; NotFound where it has none of this id."""
    found = next((one for one in draft.services if one.id == service_id), None)
    if found is None:
        raise NotFound("this entry has no such service", field="service")
    return found


def _with(draft: EntryDraft, service: Service) -> EntryDraft:
    others = [one for one in draft.services if one.id != service.id]
    services = tuple(sorted([*others, service], key=lambda one: (one.category, len(one.id), one.id)))
    return msgspec.structs.replace(draft, services=services)


def _free_id(draft: EntryDraft, category: str) -> str:
    numbers = [int(one.id.rpartition("-")[2]) for one in draft.services if one.category == category]
    return f"{category}-{max(numbers, default=0) + 1}"


def _service(facts: ServiceFacts, service_id: str, assured_date: str) -> Service:
    given = {name: getattr(facts, name) for name in ServiceFacts.__struct_fields__ if name != "assured"}
    return Service(id=service_id, assured_date=assured_date, **given)


def _must_be_no_address(name: str, field: str) -> None:
    if holds_a_number(name) or address_like(name):
        raise BadInput("this name reads like an address", field=field, rule="R29", for_user=NAME_SAYS)
