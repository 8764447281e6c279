"""The age of every open verification is shown: those that stall keep people in shelters for years (domain 1.1)."""

import pytest

from node.errors import NotAllowed
from node.service.information.ages import band, open_verifications
from node.service.information.answers import NotConfirmed
from tests.unit.service.information_support import answer, ask, case_of_hers
from tests.world import HER, World


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "under_30_days"), (29, "under_30_days"), (30, "over_30_days"), (60, "over_60_days"), (90, "over_90_days")],
)
def test_an_age_has_its_band(days: int, name: str) -> None:
    assert band(days) == name


async def test_an_open_verification_is_listed_with_its_age_until_it_is_settled(world: World) -> None:
    """7: open identity verifications older than 30, 60, 90 days; the neutral answer settles none, and a question about
    being known is none.
    """
    xd = world["XD"]
    await ask(world, await case_of_hers(world))
    thread = (await ask(world, await case_of_hers(world), purpose="identity_nationality")).thread
    await world.settle()
    await world.days(35)

    (waiting,) = await open_verifications(xd.node, xd.caseworker)
    assert (waiting.thread, waiting.days, waiting.band) == (thread, 35, "over_30_days")
    assert waiting.answer == "no_information_to_share"

    await answer(world, thread, NotConfirmed())
    await world.settle()
    assert await open_verifications(xd.node, xd.caseworker) == []


async def test_nobody_is_asked_about_who_was_not_advised(world: World) -> None:
    """H31 on a real node: without a lawyer's look the question is refused in front of whoever writes it."""
    xd = world["XD"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"given_name": "Zoryana"}})
    await xd.consent(case, "XA", purposes=("identity_verification", "enquiry"))

    with pytest.raises(NotAllowed) as no:
        await ask(world, case, "given_name", purpose="identity_nationality")
    assert no.value.rule == "H31"
