"""A matter that ends before anything of it left: no country was told, and no consent says that one was. R20, R04."""

from node.service.cases.consents import list_consents
from tests.world import DAY_S, World


async def test_r20_sender_a_country_that_never_heard_of_her_is_not_said_to_have_been_told(world: World):
    """R20: whoever reads that it was told may phone it; a stop forgets the token, as a taking back does."""
    xd = world["XD"]
    done = await xd.offer("XA", undo_s=600)
    case = (await xd.view(done.thread)).case
    assert await told(world, case) == [["XA"]]

    await xd.stop(done.thread)
    await world.later(2 * DAY_S)

    assert world.posted == [] and await told(world, case) == [[]]


async def test_r20_sender_a_country_that_heard_of_her_stays_told_after_a_stop(world: World):
    """R20: also where all that it got was the offer."""
    xd = world["XD"]
    done = await xd.offer("XA")
    await world.settle()
    await xd.stop(done.thread)
    await world.later(2 * DAY_S)

    assert await told(world, (await xd.view(done.thread)).case) == [["XA"]]


async def told(world: World, case: str) -> list[list[str]]:
    """Whom each consent of the case names as told."""
    return [one.told for one in await list_consents(world["XD"].node, world["XD"].caseworker, case)]
