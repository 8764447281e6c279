"""H08 on pages: after a restore without its journal each case waits until two people have compared and answered."""

from typing import Any

import pytest

from node.service.keep.journal import MISSING
from node.service.keep.restored import HOLD
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work
from tests.web.test_referral import started

ALL = {"protection_checked": "yes", "consents_checked": "yes", "stops_checked": "yes"}


@pytest.fixture
async def case(desk: Desk, ana: Browser) -> str:
    """A case of a node that came back from a backup, and no journal told the rest; its page."""
    path = (await started(ana)).removesuffix("/referral")

    def held(work: Any) -> None:
        work.meta.put(HOLD, desk.clock.now())
        work.tasks.add(MISSING, desk.clock.now())

    await desk.staff.node.store.write(held)
    return path


async def test_h08_sender_a_case_says_that_it_waits_and_two_people_free_it(desk: Desk, ana: Browser, case: str):
    """H08: one person twice is not two."""
    waits = await ana.open(case)
    assert f"{case}/restored" in waits.links and "/desk/restored" in (await ana.open("/desk/")).links

    page = await ana.open(f"{case}/restored")
    unticked = await ana.send(page, f"{case}/restored", protection_checked="yes")
    first = await ana.send(unticked, f"{case}/restored", **ALL)
    again = await ana.send(first, f"{case}/restored", **ALL)
    listed = await ana.open("/desk/restored")
    kate = await at_work(desk, "kate", "coordinator")
    done = await kate.send(await kate.open(f"{case}/restored"), f"{case}/restored", **ALL)

    assert unticked.status == 409 and "Compare protection, consents and stops" in unticked.said
    assert "a second person is needed" in first.said and "You have answered." in first.said
    assert again.status == 409
    assert "(1)" in listed.said and "waits for a second person" in listed.said and "Ana Invented" in listed.said
    assert "Two people answered for it: it goes on." in done.said
    assert f"{case}/restored" not in (await ana.open(case)).links
    assert "No case waits." in (await ana.open("/desk/restored")).said


async def test_a_node_that_was_not_restored_asks_nothing(ana: Browser):
    path = (await started(ana)).removesuffix("/referral")

    page = await ana.open(f"{path}/restored")
    answered = await ana.post(f"{path}/restored", [("_csrf", page.form("/desk/lock")["_csrf"][0]), *ALL.items()])

    assert "This case needs no answer." in page.said and f"{path}/restored" not in (await ana.open(path)).links
    assert answered.status == 409
    assert "No case waits." in (await ana.open("/desk/restored")).said


async def test_one_case_that_the_journal_names_waits_alone(desk: Desk, ana: Browser):
    """The journal says only that it changed; the others are free."""
    named, other = [(await started(ana)).removesuffix("/referral") for _ in range(2)]
    ref = named.rpartition("/")[2]
    await desk.staff.node.store.write(lambda work: work.restored.never("compare", ref, desk.clock.now()))

    listed = await ana.open("/desk/restored")

    assert f"{named}/restored" in listed.links and f"{other}/restored" not in listed.links
    assert "no journal tells" not in listed.said
