"""Asking the directory: who could help her, with or without a case; and telling a country that its entry is wrong.

Asking is local: no other node learns that anybody looked (domain 5.11). With a case, countries that must not hear of
her are left out before anything is compared (R10, H05, H14).
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from node.errors import BadInput, NotFound
from node.protocol.cases.case import Case, asked_to_be_unknown_to, asylum_blocks, countries_unknown, distrusted
from node.protocol.directory.matching import Match, Miss, Wanted
from node.protocol.letters.bodies_directory import ChallengeBody, Service, ServiceId
from node.protocol.letters.codes import AgeBand, Gender, Need, Urgency
from node.protocol.letters.codes_directory import CHALLENGE_REASONS, Accessible, ChallengeReason
from node.protocol.letters.scalars import Country, Id, Language
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery.queueing import queue_control
from node.service.directory.phone import PhoneView, phone_of
from node.service.directory.shelf import body_of, shelf_of
from node.service.directory.views import shown
from node.service.threads.book import Book
from node.service.threads.commands import Command
from node.store.directory import ChallengeRow
from node.store.work import Reader, Work

__all__ = [
    "CHALLENGE_REASONS", "Challenge", "MatchView", "MatchWish", "Matched", "MissView", "challenge", "match",
]  # fmt: skip


class MatchWish(Command, frozen=True):
    """What somebody needs, in codes; no case is needed. With `case` its protection counts (R10, H05, H14).

    `not_countries`: countries she does not want. `others`: list the services of other needs too.
    """

    needs: Annotated[tuple[Need, ...], Meta(min_length=1)]
    age_band: AgeBand
    treated_as_child: bool = False
    gender: Gender = "not_stated"
    languages: tuple[Language, ...] = ()
    interpreter: bool = True
    accessibility: tuple[Accessible, ...] = ()
    dependants: tuple[AgeBand, ...] = ()
    urgency: Urgency = "routine"
    not_countries: tuple[Country, ...] = ()
    case: Id | None = None
    others: bool = False


class MatchView(msgspec.Struct, frozen=True, kw_only=True):
    """A service that fits, best first, with what speaks for it and what to ask."""

    country: str
    service: Service
    reasons: list[str]
    assured_days: int


class MissView(msgspec.Struct, frozen=True, kw_only=True):
    """A service that does not fit, with every reason."""

    country: str
    service: str
    category: Need
    reasons: list[str]


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory knows: `covers` says which needs each country meets, `phones` whom to ask there first.

    `others` counts the services of other needs, which stand among `misses` only when asked for.
    """

    matches: list[MatchView]
    misses: list[MissView]
    others: int
    covers: dict[str, list[Need]]
    phones: list[PhoneView]


class Challenge(Command, frozen=True):
    """What is wrong with a country's entry; `service` is left out when it is the whole."""

    why: ChallengeReason
    service: ServiceId | None = None


async def match(node: Node, actor: Actor, wish: MatchWish) -> Matched:
    """Every service of the directory against a wish; reads only, and only here."""
    actor.must_be("caseworker", "coordinator", "machine")
    return await node.store.read(lambda reader: _match(node, reader, actor, wish))


async def challenge(node: Node, actor: Actor, country: str, command: Challenge) -> None:
    """Tell a country that its entry is not so; once for each service of an entry. Says nothing of any person."""
    actor.must_be("caseworker", "coordinator")
    await node.store.write(lambda work: _challenge(node, work, actor, country, command))


def _match(node: Node, reader: Reader, actor: Actor, wish: MatchWish) -> Matched:
    shelf = shelf_of(node, reader)
    barred = frozenset(wish.not_countries) | frozenset(node.distrusted.countries)
    if wish.case is not None:
        may_work_on(reader, actor, wish.case)
        case = Book(node, reader).case(wish.case).case
        barred |= {code for code, _ in reader.directory.state() if _must_not_hear(case, code, node.now())}
    given = {name: getattr(wish, name) for name in Wanted.__dataclass_fields__ if name != "not_countries"}
    found = shelf.match(Wanted(**given, not_countries=barred))
    others = list(found.others())
    covers = found.covers()
    return Matched(
        matches=[_match_view(one) for one in found.matches],
        misses=[_miss_view(one) for one in (*found.misses, *(others if wish.others else ()))],
        others=len(others),
        covers={country: list(needs) for country, needs in covers.items()},
        phones=[phone for country in covers if (phone := phone_of(node, reader, country)) is not None],
    )


def _must_not_hear(case: Case, country: str, now: int) -> bool:
    """R10, H03: while nobody knows which countries she fled, none is proposed."""
    return distrusted(case, "country", country) or any(
        asylum_blocks(person, country, now) or asked_to_be_unknown_to(person, country) or countries_unknown(person)
        for person in case.persons
    )


def _match_view(one: Match) -> MatchView:
    return MatchView(
        country=one.country, service=shown(one.service), reasons=list(one.reasons), assured_days=one.assured_days
    )


def _miss_view(one: Miss) -> MissView:
    return MissView(
        country=one.country, service=one.service.id, category=one.service.category, reasons=list(one.reasons)
    )


def _challenge(node: Node, work: Work, actor: Actor, country: str, command: Challenge) -> None:
    now, row = node.now(), work.directory.get(country)
    if row is None or country == node.country:
        raise NotFound("no other country of that code has published an entry", field="country")
    service = () if command.service is None else (command.service,)
    if any(name not in {one.id for one in body_of(row).services} for name in service):
        raise NotFound("this entry has no such service", field="service")
    said = ChallengeRow("out", country, node.country, "".join(service), row.serial, command.why, now, None)
    if not work.directory.challenge(said):
        raise BadInput("this was said already; wait for the next entry of that country, or phone it", field="service")
    body = ChallengeBody(country=country, serial=row.serial, service=service, why=command.why)
    queue_control(node, work, country, "directory.challenge", body, now)
    work.audit.append(now, actor.user_id, "directory_challenged", country)
