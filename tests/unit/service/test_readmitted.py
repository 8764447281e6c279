"""Letters whose country was out of the network: nothing leaves, and afterwards only what a person says again.

Source: R39; domain 11, scenario 9.
"""

import pytest

from node.errors import Conflict, NotFound, WrongRole
from node.service.actor import Actor
from node.service.delivery.readmitted import BACK, confirm
from tests.unit.service.test_held_and_late import with_sender
from tests.world import DAY_S, Country, World, no_fault

AN_HOUR_S = 3600


async def held(world: World, released: bool) -> tuple[str, str]:
    """An offer of XD that waited while XA was suspended, which it no longer is; its letter and thread."""
    xd = world["XD"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    honest = xd.node.view
    if released:
        world.fault = lambda sender, recipient, envelopes: "lost"
        thread = (await xd.offer("XA", case)).thread
        await world.settle()
        world.fault = no_fault
    xd.node.view = with_sender(world, "XD", "XA", suspended_until=world.clock.now() + DAY_S)
    if not released:
        thread = (await xd.offer("XA", case)).thread
    await world.later(7 * AN_HOUR_S)
    assert [one.held for one in (await xd.view(thread)).letters] == ["R39"]
    xd.node.view = honest
    await world.later(AN_HOUR_S)
    return (await xd.view(thread)).letters[0].letter_id, thread


def tasks(country: Country, code: str) -> int:
    return sum(task.code == code for task in country.node.store.read_sync(lambda reader: reader.tasks.open()))


@pytest.mark.parametrize("released", [False, True], ids=["queued", "released before"])
async def test_r39_sender_a_letter_leaves_after_a_suspension_only_when_a_person_says_so(world: World, released: bool):
    xd = world["XD"]
    letter_id, thread = await held(world, released)
    tried = [post for post in world.posted if post[0] == "XD"]

    (letter,) = (await xd.view(thread)).letters
    assert (letter.state, letter.held) == ("held", BACK)
    assert tasks(xd, "letter_waits_for_word") == 1
    await confirm(xd.node, xd.caseworker, letter_id)
    await confirm(xd.node, xd.caseworker, letter_id)
    await world.settle()

    assert (await world["XA"].view(thread)).state == "offered"
    assert (await xd.view(thread)).letters[0].received_at is not None
    assert tasks(xd, "letter_waits_for_word") == 0
    assert len(tried) == released  # the try before the suspension, and none while it lasted or before the word


async def test_r39_sender_a_stop_asks_nobody_when_its_country_is_back(world: World):
    """H22: what protects her does not wait for a person."""
    xd = world["XD"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    honest = xd.node.view
    xd.node.view = with_sender(world, "XD", "XA", suspended_until=world.clock.now() + 3 * DAY_S)
    await xd.stop(thread)
    await world.later(DAY_S)
    xd.node.view = honest
    await world.later(AN_HOUR_S)

    assert (await world["XA"].view(thread)).state == "ended"


async def test_r39_sender_suspended_again_it_waits_again(world: World):
    xd = world["XD"]
    letter_id, thread = await held(world, released=False)
    honest = xd.node.view
    xd.node.view = with_sender(world, "XD", "XA", suspended_until=world.clock.now() + DAY_S)
    await confirm(xd.node, xd.caseworker, letter_id)
    await world.settle()
    again = (await xd.view(thread)).letters[0].held
    xd.node.view = honest
    await world.later(AN_HOUR_S)

    assert (again, (await xd.view(thread)).letters[0].held) == ("R39", BACK)


async def test_nobody_confirms_a_letter_of_a_foreign_case_or_one_that_waits_for_something_else(world: World):
    xd = world["XD"]
    letter_id, thread = await held(world, released=False)

    with pytest.raises(NotFound):
        await confirm(xd.node, xd.caseworker, "0" * 32)
    await confirm(xd.node, xd.coordinator, letter_id)
    await world.settle()
    with pytest.raises(Conflict):
        await confirm(xd.node, xd.coordinator, letter_id)
    with pytest.raises(WrongRole):
        await confirm(xd.node, Actor("a", "auditor", "focal-point", None), letter_id)
    assert (await world["XA"].view(thread)).state == "offered"
