"""Our own entry while coordinators write it: one draft for all of them, part by part, until one publishes it.

The draft holds what the entry may hold and nothing else: codes, ages, days and short names. `edit` numbers its
versions, so that nobody writes over what a colleague changed meanwhile. Source: interface O7; domain 5.11; R29.
"""

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from node.protocol.letters.bodies_directory import (
    Age,
    Contact,
    DirectoryBody,
    LegalFacts,
    OpenHours,
    Promise,
    PublicName,
    Service,
)
from node.protocol.letters.codes import AgeBand, Gender, Need, OrganisationType
from node.protocol.letters.codes_directory import (
    AcceptedMatter,
    Accessible,
    Capacity,
    Eligibility,
    OnCall,
    RolePlayed,
    ServiceStatus,
    StartsWithin,
)
from node.protocol.letters.parts import Maybe, Some
from node.protocol.letters.scalars import Days, Language
from node.service.actor import Actor
from node.service.context import Node
from node.service.directory.shelf import body_of
from node.service.directory.views import EntryView, entry_view
from node.service.threads.commands import Command
from node.store.work import Reader

__all__ = [
    "DRAFT",
    "DraftView",
    "EntryDraft",
    "General",
    "LegalFacts",
    "ServiceFacts",
    "read_entry_draft",
    "view_draft",
]

DRAFT: Final = "directory.draft"


class General(Command, frozen=True):
    """What holds for the country: its roles, who speaks what, when it is open, what it takes, how soon it answers."""

    roles: Some[RolePlayed]
    languages: Some[Language]
    contacts: Annotated[tuple[Contact, ...], Meta(min_length=2, max_length=12)]
    hours: Annotated[tuple[OpenHours, ...], Meta(max_length=28)] = ()
    on_call: OnCall = "none"
    accepts: tuple[AcceptedMatter, ...] = ("referral",)
    promises: tuple[Promise, ...] = ()


class ServiceFacts(Command, frozen=True):
    """One service as a coordinator writes it; its id is made here. `assured`: she made sure of it today."""

    category: Need
    name: PublicName
    provider: OrganisationType
    status: ServiceStatus
    capacity: Capacity
    starts_within: StartsWithin
    min_age: Age
    max_age: Age
    genders: Some[Gender]
    languages: tuple[Language, ...] = ()
    interpretation: bool = False
    accessibility: tuple[Accessible, ...] = ()
    dependants: tuple[AgeBand, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    duration_days: Maybe[Days] = ()
    assured: bool = False


class EntryDraft(msgspec.Struct, frozen=True, kw_only=True):
    """The entry as it is being written; without a part nobody has written that yet. `at` is
    null for what is in force, whose `edit` is its serial."""

    edit: int = 0
    by: str | None = None
    at: int | None = None
    general: General | None = None
    legal: LegalFacts | None = None
    services: tuple[Service, ...] = ()


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One difference between what is published and the draft; `service` is empty for what holds for the country."""

    service: str
    what: str
    how: Literal["new", "gone", "changed"]
    was: Any = None
    now: Any = None


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """The draft, what is published, and every difference; `lacks`: parts without which nothing can be published."""

    draft: EntryDraft
    published: EntryView | None
    changed: list[Changed]
    lacks: list[str]


async def view_draft(node: Node, actor: Actor) -> DraftView:
    """The entry as it is being written beside the one in force."""
    actor.must_be("coordinator")
    return await node.store.read(lambda reader: _view(node, reader))


def _view(node: Node, reader: Reader) -> DraftView:
    draft, row = read_entry_draft(node, reader), reader.directory.get(node.country)
    before = EntryDraft() if row is None else draft_of(body_of(row))
    lacks = [name for name in ("general", "legal") if getattr(draft, name) is None]
    return DraftView(
        draft=draft, published=None if row is None else entry_view(node, reader, node.country),
        changed=[] if draft.at is None else _changes(before, draft), lacks=lacks,
    )  # fmt: skip


def read_entry_draft(node: Node, reader: Reader) -> EntryDraft:
    """The draft, or where there is none what is in force."""
    kept, row = reader.meta.get(DRAFT), reader.directory.get(node.country)
    if isinstance(kept, bytes):
        return msgspec.json.decode(kept, type=EntryDraft)
    return EntryDraft() if row is None else draft_of(body_of(row))


def draft_of(body: DirectoryBody) -> EntryDraft:
    """What is in force, as a draft begins from it."""
    general = {name: getattr(body, name) for name in General.__struct_fields__}
    return EntryDraft(edit=body.serial, general=General(**general), legal=body.legal, services=body.services)


def _changes(before: EntryDraft, after: EntryDraft) -> list[Changed]:
    """Every field that differs, those of the country first, then service by service."""
    found = [*_differ("", before.general, after.general), *_differ("", before.legal, after.legal)]
    was, now = ({one.id: one for one in draft.services} for draft in (before, after))
    for name in sorted({*was, *now}):
        if name not in now:
            found.append(Changed(service=name, what="", how="gone"))
        elif name not in was:
            found.append(Changed(service=name, what="", how="new"))
        else:
            found += _differ(name, was[name], now[name])
    return found


def _differ(service: str, was: Any, now: Any) -> list[Changed]:
    if now is None:
        return []
    old, new = ({} if one is None else msgspec.to_builtins(one) for one in (was, now))
    return [
        Changed(service=service, what=name, how="changed" if name in old else "new", was=old.get(name), now=value)
        for name, value in new.items()
        if old.get(name) != value
    ]
