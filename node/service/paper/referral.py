"""A referral on paper, for a country that has no node: the same form, the same gate, no name.

The very letter is drafted and undone again (`preview`), so that every rule of a letter speaks; then it passes the door
of what leaves by hand. Names follow once they have answered, by a way that she agrees to. Source: interface C10; H15.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from node.errors import NotAllowed
from node.protocol.gate.facts import duty_of
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.paper.printing import Mark, Print, mark
from node.service.threads.commands import OpenReferral
from node.service.threads.preview import Allows, Preview, preview_referral
from node.service.way_out import Out, let_out
from node.store.work import Work

KIND: Final = "referral.offer"


class ReferralPaper(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the paper: what a letter would say, when she agreed and until when, and whom to answer."""

    mark: Mark
    country: str
    urgency: str
    body: dict[str, Any]
    allowed_by: tuple[Allows, ...]
    contact: str
    out_of_hours: str


async def referral_on_paper(
    node: Node, actor: Actor, case_id: str, offer: OpenReferral, asked: Print
) -> ReferralPaper | Preview:
    """The paper, noted in the log; or what is missing, as the check page says it. NotAllowed for a country with a node.

    `asked.to` is the country of the offer, or our own for the file.
    """
    actor.must_be("caseworker", "coordinator")
    if offer.peer in node.view.countries:
        raise NotAllowed(
            "this country has a node", rule="H15",
            for_user="This country receives letters. Send the referral from the check page.",
        )  # fmt: skip
    seen = await preview_referral(node, actor, case_id, offer)
    if seen.missing:
        return seen
    own = node.view.country(node.country)

    def leaving(work: Work) -> tuple[Out, Callable[[], ReferralPaper]]:
        may_work_on(work, actor, case_id)
        out = Out(case_id, "file", asked.to, node.now(), offer.persons, ("L1",), duty_of(KIND).purpose)
        return out, lambda: ReferralPaper(
            mark=mark(node, work, actor, case_id, "referral", asked), country=offer.peer, urgency=offer.urgency,
            body=seen.body, allowed_by=seen.allowed_by, contact="" if own is None else own.record.authority.contact,
            out_of_hours="" if own is None else own.record.out_of_hours,
        )  # fmt: skip

    return await let_out(node, actor, leaving)
