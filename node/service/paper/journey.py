"""The card for the way, as she carries it: when she arrives, who meets her where, which numbers to phone; no name.

Her arrangements are opened for it, which is logged like every opening of names. A word that tells what she lived
through keeps the card from being printed, in whatever language. Source: interface C8; practice H18, H15; R24.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.journey_card import card_of, telling
from node.protocol.cases.return_plan import Journey, person_return
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.identity import read_identity
from node.service.context import Node
from node.service.paper.printing import Mark, Print, mark
from node.service.threads.book import Book
from node.service.threads.times import calendar_of
from node.service.way_out import Out, let_out
from node.store.work import Work

WHY: Final = "give_service"
NUMBER: Final = re.compile(r"[+0-9 ()./-]{3,40}")  # a contact in words may say whose it is


class PrintJourney(Print, frozen=True):
    """Whose card: a person of an open plan. `to` is the country she travels to, into which she carries it."""

    person_id: str
    plan: str


class JourneyCard(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands on the card; `zone` is the clock of the country she travels to, `lines` what was arranged."""

    mark: Mark
    country: str
    journey: Journey | None
    zone: str
    lines: dict[str, str]
    numbers: tuple[str, ...]


async def journey_card(node: Node, actor: Actor, case_id: str, asked: PrintJourney) -> JourneyCard:
    """The card, noted in the log; NotAllowed by the gate (H15), for a word on it that tells, or while names are shut.

    That her arrangements were opened is noted too (R24).
    """
    actor.must_be("caseworker", "coordinator")

    def leaving(work: Work) -> tuple[Out, Callable[[], JourneyCard]]:
        may_work_on(work, actor, case_id)
        case = Book(node, work).case(case_id)
        plan = next((one for one in case.case.returns if one.plan_id == asked.plan), None)
        if plan is None or person_return(plan, asked.person_id) is None:
            raise NotFound("no such return plan in this case", field="plan")
        if asked.to != plan.country:
            raise BadInput("the card goes where she goes", field="to", expected=plan.country, rule="H15")
        if not plan.is_open:
            raise NotAllowed("this plan is over", for_user="This return was halted or is over.")

        def make() -> JourneyCard:
            lines = card_of(read_identity(node, work, case, actor.office).get(asked.person_id, {}))
            _must_be_neutral(lines)
            work.audit.append(node.now(), actor.user_id, "identity_opened", case_id, rule="R24", outcome=WHY)
            return JourneyCard(
                mark=mark(node, work, actor, case_id, "journey", asked), country=plan.country, journey=plan.journey,
                zone=str(calendar_of(node, plan.country).zone), lines=lines, numbers=_numbers(node, plan.country),
            )  # fmt: skip

        out = Out(case_id, "journey_card", asked.to, plan.opened_at, (asked.person_id,), ("L3",))
        return out, make

    return await let_out(node, actor, leaving)


def _must_be_neutral(lines: dict[str, str]) -> None:
    if named := telling(lines):
        raise NotAllowed(
            f"a word in {', '.join(named)} tells what she lived through", rule="H18",
            for_user="What was arranged names an office or a word that tells why she travels. Write it so that a "
            "stranger learns nothing from it, then print the card.",
        )  # fmt: skip


def _numbers(node: Node, country: str) -> tuple[str, ...]:
    """Ours first: somebody there may be whom she flees. Numbers alone, without whose they are."""
    known = [node.view.country(code) for code in (node.country, country)]
    found = [(one.record.out_of_hours, one.record.authority.contact) for one in known if one is not None]
    numbers = [next((one for one in both if NUMBER.fullmatch(one)), "") for both in found]
    return tuple(dict.fromkeys(one for one in numbers if one))
