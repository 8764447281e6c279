"""Every page of the desk with something on it: what happened before, and where to look. Made by hand, not looked at."""

import re
from dataclasses import dataclass
from typing import Final

from node.service.directory.draft import LegalFacts, view_draft
from node.service.directory.publishing import publish_entry, send_entries
from node.service.directory.writing import write_legal
from node.web.pages import PAGES
from tests.api.conftest import PASSWORD, Desk
from tests.unit.service.test_directory import own
from tests.web.browser import Browser as Hand
from tests.web.browser import Page
from tests.web.test_danger import raised
from tests.web.test_paper import travelling
from tests.web.test_referral import accepted, filled, started
from tests.web.test_statistics import counted, people

STRANGERS: Final = ("/sign-in", "/phones", "/invited", "/left")  # read without a sign-in
LOCKED: Final = "/locked"  # by whoever has locked the desk: test_sign_in_pages
ACCEPT: Final = "/thread/{thread}/do/referral.accept"  # by the other country
STANDS_FOR: Final = {
    "/case/{case}/return/{plan}": "/case/{travelling}/return/{plan}",
    "/case/{case}/open/{kind}": "/case/{case}/open/{opening}",
}
XA: Final = {ACCEPT: "/thread/{offered}/do/referral.accept", "thread": "/thread/{thread}", "alert": "/alerts/{alert}"}
# What a page shows by another value of its address.
MORE: Final = (
    "/case/{case}/print/consent?consent={consent}", "/case/{case}/print/referral", "/case/{case}/print/release",
    "/case/{travelling}/print/journey?plan={plan}", "/case/{travelling}", "/thread/{thread}/do/erasure.request",
    "/case/{case}/change/record_wish", "/case/{case}/consent?peer=XA", "/case/{case}/open/return.request?peer=XA",
)  # fmt: skip


@dataclass(frozen=True)
class Places:
    """The values of the addresses, by the names of the table of pages."""

    values: dict[str, str]

    def path(self, row: str) -> str:
        """The address of a row of the table."""
        return "/desk" + re.sub(r"\{(\w+)\}", lambda hit: self.values[hit[1]], row)

    def signed_in(self) -> list[str]:
        """What somebody signed in at XD looks at: every row of the table that is read there."""
        table = [one.path for one in PAGES if one.method == "GET" and one.roles]
        return [self.path(one) for one in (*(place_of(row) for row in table if row != ACCEPT), *MORE)]

    def strangers(self) -> list[str]:
        """What anybody sees."""
        return [self.path(one) for one in STRANGERS]

    def at_xa(self) -> list[str]:
        """What looks otherwise where a letter came in."""
        return [self.path(one) for one in XA.values()]


def place_of(row: str) -> str:
    """A row of the table with the names that stand for it here: a return is somebody's who travels, and so on."""
    return STANDS_FOR.get(row, row)


async def at_desk(desk: Desk) -> Hand:
    """Its first coordinator, without a browser."""
    hand = Hand(desk.client)
    await hand.sign_in("ana", PASSWORD)
    return hand


async def offer(hand: Hand) -> tuple[str, str]:
    """Somebody is offered to XA; the case and the thread."""
    tasks = await started(hand)
    sent = await hand.send(await filled(hand, tasks), f"{tasks}/check")
    return tasks.split("/")[3], _last(sent)


async def made_places(pair: dict[str, Desk]) -> Places:
    """One person is accepted, one waits for an answer, one travels; an alert, and a change that waits for a second."""
    xd, xa, post = await at_desk(pair["XD"]), await at_desk(pair["XA"]), pair["XD"].world
    case, thread = await offer(xd)
    _, offered = await offer(xd)
    await post.settle()
    await entries(pair)
    await counted(pair["XD"], 2025, people(15, "25-34") + people(4, "18-24"))
    await accepted(xa, thread)
    alert = _last(await raised(xd))
    road, journey = await travelling(xd)
    await post.settle()
    shown = await xd.open(f"/desk/case/{case}")
    consent = next(one for one in shown.links if "/consents/" in one).rpartition("/")[2]
    return Places({
        "case": case, "thread": thread, "offered": offered, "alert": alert, "consent": consent,
        "travelling": road.rpartition("/")[2], "plan": journey.partition("=")[2], "pending": await _pending(xd, case),
        "kind": "referral.update", "opening": "info.request", "name": "detained", "paper": "sheet",
        "text": "en-adult-draft1", "country": "XA", "service": "shelter-1",
    })  # fmt: skip


async def _pending(hand: Hand, case: str) -> str:
    path = f"/desk/case/{case}/change"
    await hand.send(await hand.open(f"{path}/block_countries"), f"{path}/block_countries", countries=["FR"])
    return _last(await hand.send(await hand.open(f"{path}/unblock_country"), f"{path}/unblock_country", country="FR"))


async def entries(pair: dict[str, Desk]) -> None:
    """Both countries say what they offer; XD's is being changed."""
    for one in pair.values():
        country = one.world[one.code]
        await publish_entry(country.node, country.coordinator, own())
        await send_entries(country.node)
    node, ana = pair["XD"].staff.node, pair["XD"].world["XD"].coordinator
    await write_legal(node, ana, (await view_draft(node, ana)).draft.edit, LegalFacts((90,), (), (), (), True))
    await pair["XD"].world.settle()


def _last(page: Page) -> str:
    return page.url.path.rpartition("/")[2]
