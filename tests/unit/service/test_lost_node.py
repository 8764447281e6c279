"""A country is taken out of the registry while letters wait for it, and comes back with another machine's keys.

Source: R39; wire 1 (re-seal), 6; domain 11, scenario 9.
"""

import hashlib

import msgspec
import pytest

from node.protocol.letters.kinds import LETTER
from node.service.delivery.readmitted import BACK, confirm
from node.service.delivery.recipients import seal_to
from node.service.network.disowned import LOST
from node.service.network.prekeys import accept_fetched, signed_bundle
from node.service.upkeep.setup import load_prekeys
from tests.lost_node import LostNode
from tests.world import DAY_S, World


@pytest.fixture
async def lost(world: World) -> LostNode:
    play = LostNode(world)
    await play.looks()
    return play


async def held(lost: LostNode, threads: list[str]) -> list[str | None]:
    return [(await lost.xd.view(thread)).letters[-1].held for thread in threads]


async def test_r39_sender_what_was_sealed_to_a_revoked_key_goes_once_to_the_new_one_when_a_person_says_so(
    lost: LostNode,
):
    """Scenario 9 whole: three letters sealed and not posted, the keys revoked, 72 hours, a word for each of them."""
    threads = await lost.offers(3)
    tried = lost.sealed_so_far()
    sealed = lost.xd.node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))
    await lost.removed()
    left = lost.xd.node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))
    waits = await held(lost, threads)
    await lost.days(2)
    assert lost.sealed_so_far() == tried  # nothing leaves (R39)

    await lost.admitted_again()
    await lost.days(2)
    in_quarantine = await held(lost, threads)
    await lost.days(2)
    asked = await held(lost, threads)
    assert not any(lost.known_at_xa(thread) for thread in threads)
    for thread in threads:
        await confirm(lost.xd.node, lost.xd.caseworker, (await lost.xd.view(thread)).letters[0].letter_id)
    await lost.days(1)

    assert (len(sealed), left, waits) == (3, [], ["R39"] * 3)
    assert lost.tasks("country_lost_keys") == 1
    assert (in_quarantine, asked) == (["R39"] * 3, [BACK] * 3)
    for thread in threads:
        assert [one.received_at is not None for one in (await lost.xd.view(thread)).letters] == [True]
        assert len((await lost.xa.view(thread)).letters) == 1
    again = [one for who, _, all_ in lost.world.posted if who == "XD" for one in all_]
    assert sum(hashlib.sha256(one).digest() in tried for one in again) == len(tried)  # as often as before the removal
    assert (lost.tasks("letter_waits_for_word"), lost.tasks("channel_chain_broken")) == (0, 0)


async def test_what_the_lost_node_had_received_is_not_sent_to_the_node_after_it(lost: LostNode):
    """It asks for every number that it never saw; XD says that they will not come, and re-seals no name."""
    earlier = (await lost.xd.offer("XA")).thread
    await lost.world.settle()
    await lost.removed()
    await lost.admitted_again()
    await lost.days(4)
    new = (await lost.xd.offer("XA")).thread
    await lost.days(3)  # it asks for what is missing, and is told

    assert (await lost.xa.view(new)).state == "offered"
    assert not lost.known_at_xa(earlier)
    assert lost.xa.node.store.read_sync(lambda reader: reader.channels.gaps()) == []


async def test_r39_sender_the_old_keys_word_counts_no_more_whatever_it_offers(lost: LostNode):
    """The thief signs prekeys of his own with the stolen key, before the removal and after the return."""
    thief = lost.xa.opened
    prekeys = load_prekeys(thief)[:9]
    early, late = (signed_bundle(lost.xa.node, prekeys, serial) for serial in (2**40, 2**50))
    assert await accept_fetched(lost.xd.node, "XA", early)
    threads = await lost.offers(1)
    await lost.removed()
    assert not await accept_fetched(lost.xd.node, "XA", late)

    await lost.admitted_again()
    assert not await accept_fetched(lost.xd.node, "XA", late)
    await lost.days(4)
    await confirm(lost.xd.node, lost.xd.caseworker, (await lost.xd.view(threads[0])).letters[0].letter_id)
    await lost.world.settle()

    assert (await lost.xa.view(threads[0])).state == "offered"  # the honest node reads it


async def test_r39_sender_a_restart_between_removal_and_return_forgets_nothing(lost: LostNode):
    """XD was off when XA was taken out, and off again when it came back."""
    (thread,) = await lost.offers(1)
    await lost.restart_xd()
    await lost.removed()
    await lost.restart_xd()
    await lost.admitted_again()
    await lost.days(4)

    assert await held(lost, [thread]) == [BACK]
    await confirm(lost.xd.node, lost.xd.caseworker, (await lost.xd.view(thread)).letters[0].letter_id)
    await lost.world.settle()
    assert (await lost.xa.view(thread)).state == "offered"


async def test_r39_sender_a_record_that_revokes_the_key_is_enough_to_hold_what_was_sealed(lost: LostNode):
    """XD never saw the removal: it looks again only when XA is back with its new record."""
    (thread,) = await lost.offers(1)
    tried = lost.sealed_so_far()
    looks, lost.looks = lost.looks, nothing  # type: ignore[method-assign]
    await lost.removed()
    lost.looks = looks  # type: ignore[method-assign]
    await lost.admitted_again()
    await lost.days(4)

    assert await held(lost, [thread]) == [BACK]
    assert lost.sealed_so_far() == tried
    assert lost.xd.node.store.read_sync(lambda reader: reader.meta.get(LOST + "XA")) is not None


async def test_r39_sender_a_stop_that_was_sealed_to_the_old_key_goes_by_itself_to_the_new_one(lost: LostNode):
    """H22: what protects her asks nobody; it waits only as long as the country is out."""
    thread = (await lost.xd.offer("XA")).thread
    await lost.world.settle()
    lost.world.fault = lambda sender, recipient, envelopes: "lost"
    await lost.xd.stop(thread)
    await lost.world.later(DAY_S)
    await lost.removed()
    await lost.admitted_again()
    await lost.days(4)

    stop = (await lost.xd.view(thread)).letters[-1]
    assert (stop.kind, stop.held, stop.received_at is not None) == ("referral.ended", None, True)
    assert lost.tasks("letter_waits_for_word") == 0


async def test_r39_sender_nothing_is_sealed_under_a_key_that_the_newest_record_revokes(world: World):
    """Also in the moment between a new view and what follows from it."""
    xd = world["XD"]
    await xd.offer("XA")
    await world.settle()
    before = seal_to(xd.node, "XA", "referral.offer", LETTER, False)
    country = xd.node.view.countries["XA"]
    keys = tuple(msgspec.structs.replace(key, record_status="revoked") for key in country.message_keys)
    disowned = {**xd.node.view.countries, "XA": msgspec.structs.replace(country, message_keys=keys)}
    xd.node.view = msgspec.structs.replace(xd.node.view, countries=disowned)

    assert before is not None
    assert seal_to(xd.node, "XA", "referral.offer", LETTER, False) is None


async def nothing() -> None:
    return None
