"""The directory as people and case systems read it: what a country offers, how fresh that is, whom to phone there."""

import msgspec

from node.errors import NotFound
from node.protocol.directory.freshness import Standing, age_days, entry_days, standing
from node.protocol.directory.lint import address_like
from node.protocol.directory.matching import Listed
from node.protocol.letters.bodies_directory import Contact, LegalFacts, Measured, OpenHours, Promise, Service
from node.protocol.letters.codes import Need
from node.service.context import Node
from node.service.directory.phone import PhoneView, phone_with
from node.service.directory.shelf import body_of, listed, listed_one
from node.store.work import Reader

WITHHELD = ""  # shown in place of a name that reads like an address


class ServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """A service with its age; `name_withheld`: its name read like an address and is not shown (R29)."""

    service: Service
    assured_days: int
    standing: Standing
    name_withheld: bool


class ChallengeView(msgspec.Struct, frozen=True, kw_only=True):
    """What a country said of an entry; `service` is empty where it spoke of the whole."""

    by: str
    service: str
    why: str
    at: int


class EntryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One country in the list."""

    country: str
    serial: int
    issued_at: int
    standing: Standing
    active: bool
    roles: list[str]
    accepts: list[str]
    needs: list[Need]
    phone: PhoneView | None


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A country's whole entry as it lies here."""

    country: str
    serial: int
    issued_at: int
    valid_until: int
    received_at: int
    standing: Standing
    active: bool
    roles: list[str]
    languages: list[str]
    accepts: list[str]
    hours: list[OpenHours]
    contacts: list[Contact]
    on_call: str
    last_drill: str | None
    promises: list[Promise]
    measured: list[Measured]
    services: list[ServiceView]
    legal: LegalFacts
    challenges: list[ChallengeView]
    phone: PhoneView | None


async def list_entries(node: Node) -> list[EntryLine]:
    """Every country of the directory, by code."""
    return await node.store.read(lambda reader: [_line(node, reader, one) for one in listed(node, reader)])


async def view_entry(node: Node, country: str) -> EntryView:
    """One country's entry; NotFound where it has published none."""
    return await node.store.read(lambda reader: entry_view(node, reader, country))


def entry_view(node: Node, reader: Reader, country: str) -> EntryView:
    """The same inside a transaction."""
    found, row = listed_one(node, reader, country), reader.directory.get(country)
    if found is None or row is None:
        raise NotFound("this country has published no entry; phone it", field="country")
    body, now = body_of(row), node.now()
    challenges = [
        ChallengeView(by=one.peer, service=one.service, why=one.why, at=one.at)
        for one in reader.directory.challenges(country)
    ]
    return EntryView(
        country=country, serial=row.serial, issued_at=body.issued_at, valid_until=body.valid_until,
        received_at=row.received_at, standing=_standing(found, now), active=found.active,
        roles=list(body.roles), languages=list(body.languages), accepts=list(body.accepts), hours=list(body.hours),
        contacts=list(body.contacts), on_call=body.on_call, last_drill=next(iter(body.last_drill), None),
        promises=list(body.promises), measured=list(body.measured),
        services=[_service(one, row.received_at, now) for one in body.services],
        legal=_shown_legal(body.legal), challenges=challenges, phone=phone_with(node, reader, country, body),
    )  # fmt: skip


def shown(service: Service) -> Service:
    """A service as it may be read here: a name that reads like an address is not shown, whoever published it."""
    return msgspec.structs.replace(service, name=WITHHELD) if address_like(service.name) else service


def _line(node: Node, reader: Reader, found: Listed) -> EntryLine:
    body = found.body
    return EntryLine(
        country=found.country, serial=body.serial, issued_at=body.issued_at, standing=_standing(found, node.now()),
        active=found.active, roles=list(body.roles), accepts=list(body.accepts),
        needs=sorted({one.category for one in body.services if one.status == "active"}),
        phone=phone_with(node, reader, found.country, body),
    )  # fmt: skip


def _standing(found: Listed, now: int) -> Standing:
    if now >= found.body.valid_until:
        return "hidden"
    return standing(entry_days(found.body.issued_at, found.received_at, now))


def _service(service: Service, received_at: int, now: int) -> ServiceView:
    days = age_days(service.assured_date, received_at, now)
    read = shown(service)
    return ServiceView(service=read, assured_days=days, standing=standing(days), name_withheld=read is not service)


def _shown_legal(legal: LegalFacts) -> LegalFacts:
    def safe(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if not address_like(name))

    return msgspec.structs.replace(
        legal,
        guardian_authority=safe(legal.guardian_authority),
        data_protection_authority=safe(legal.data_protection_authority),
    )
