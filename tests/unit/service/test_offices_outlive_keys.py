"""An office abroad changes its key: what she allowed and what two people distrust is the office. H13, H14."""

from collections.abc import Awaitable, Callable

import msgspec
import pytest

from node.demo.person import CONSENT
from node.errors import NotAllowed
from node.service.cases.consents import NewConsent, record_consent
from node.service.network.offices import load_offices
from node.service.network.registry import RegistryKeeper
from node.service.safety.distrusting import Distrust, decide_distrust, propose_distrust
from node.service.upkeep.own_record import write_wanted
from node.store.known_offices import KnownOffice
from tests.unit.service.office_support import Office, accepted, office_of, publish, send_names
from tests.unit.service.rights_support import NAMES, letter_of
from tests.world import HER, World, no_fault


@pytest.fixture
async def office(world: World) -> Office:
    return await office_of(world)


@pytest.fixture
async def follows(world: World) -> Callable[[], Awaitable[None]]:
    """XD reads the registry as a running node does, and has read the record before."""
    keeper = RegistryKeeper(world["XD"].node, world["XD"].client, [])
    await keeper.refresh()
    return keeper.refresh


async def changed(world: World, office: Office, follows: Callable[[], Awaitable[None]]) -> None:
    """The key before is listed no more; XD has read that."""
    await office.change("stolen")
    write_wanted(world["XA"].opened)
    publish(world)
    await follows()


async def test_h13_sender_her_consent_names_an_office_whose_key_may_change(
    world: World, office: Office, follows: Callable[[], Awaitable[None]]
):
    """H13: she is not asked again because somebody left over there; also after a restart."""
    thread = await accepted(world)
    await changed(world, office, follows)
    await world.restart("XD")
    await send_names(world, thread)
    await world.settle()

    assert list((await office.read(thread)).values()) == [NAMES]
    sent = await letter_of(world, "XA", thread, "referral.disclose")
    assert set(world["XD"].letters_to("XA")) == {"receipted"} and sent


async def test_h13_sender_what_was_sealed_to_the_key_before_waits_for_a_person(
    world: World, office: Office, follows: Callable[[], Awaitable[None]]
):
    """Wire 8: where the record no longer lists that key, the letter waits with its sender."""
    thread = await accepted(world)
    world.fault = lambda sender, recipient, envelopes: "lost"
    await send_names(world, thread)
    await changed(world, office, follows)
    world.fault = no_fault
    await world.settle()

    assert (await world["XD"].view(thread)).letters[-1].received_at is None
    assert not [one for one in (await world["XA"].view(thread)).letters if one.kind == "referral.disclose"]


async def test_h13_sender_an_office_that_gained_police_powers_is_another_one(
    world: World, office: Office, follows: Callable[[], Awaitable[None]]
):
    """H13, R19: she named an office without them."""
    thread = await accepted(world)
    view, code = world["XD"].node.view, "XA"
    await changed(world, office, follows)
    country = world["XD"].node.view.countries[code]
    armed = tuple(msgspec.structs.replace(key, police_powers=True, kind="state") for key in country.office_keys)
    countries = {**view.countries, code: msgspec.structs.replace(country, office_keys=armed)}
    world["XD"].node.view = msgspec.structs.replace(world["XD"].node.view, countries=countries)

    with pytest.raises(NotAllowed, match="ask her about the office there"):
        await send_names(world, thread)


async def test_h13_sender_an_office_key_in_other_hands_waits_until_she_is_asked_about_them(
    world: World, office: Office, follows: Callable[[], Awaitable[None]]
):
    """H13: consent names the holder; that the key stayed the same makes another organisation no choice of hers."""
    thread, xd = await accepted(world), world["XD"]
    view = xd.node.view
    country = view.countries["XA"]
    handed = tuple(msgspec.structs.replace(key, holder="others-xa") for key in country.office_keys)
    countries = {**view.countries, "XA": msgspec.structs.replace(country, office_keys=handed)}
    xd.node.view = msgspec.structs.replace(view, countries=countries)

    with pytest.raises(NotAllowed, match="not whose it was") as error:
        await send_names(world, thread)
    assert error.value.rule == "H13"
    case, there = (await xd.view(thread)).case, {"country": "XA", "organisation_type": "civil_society"}
    named = {**there, "organisation": world["XA"].haven["id"], "holder": xd_knows(world)}
    anew = msgspec.convert({**CONSENT, "person_id": "0" * 16, "recipients": [named]}, NewConsent)
    anew = msgspec.structs.replace(anew, person_id=HER)  # as this world calls her
    recorded = await record_consent(xd.node, xd.caseworker, case, anew)
    assert [one.holder for one in recorded.recipients[0].offices] == ["others-xa", "Haven XA"]
    await send_names(world, thread)
    await world.settle()
    assert await letter_of(world, "XA", thread, "referral.disclose")


async def test_h14_sender_a_distrusted_office_stays_so_under_its_next_key(
    world: World, office: Office, follows: Callable[[], Awaitable[None]]
):
    """H14: two people distrusted whoever holds the key; a new key changes nothing of that."""
    thread, xd = await accepted(world), world["XD"]
    wish = await propose_distrust(xd.node, xd.caseworker, Distrust(target="holder", value=xd_knows(world)))
    await decide_distrust(xd.node, xd.coordinator, wish.id, True)
    await changed(world, office, follows)

    with pytest.raises(NotAllowed) as error:
        await send_names(world, thread)
    assert error.value.rule == "H14"


async def test_h14_sender_no_other_country_takes_the_memory_of_an_office_by_listing_its_key_first(
    world: World, office: Office
):
    """H13, H14: what each country said of a key is kept beside what any other said, and every word of it."""
    node, kid = world["XD"].node, "a1" * 32
    said = [
        KnownOffice(kid, "XB", "borrowed", "state", True),
        KnownOffice(kid, "XA", "haven", "civil_society", False),
        KnownOffice(kid, "XA", "others", "civil_society", False),
    ]

    noted = node.store.write_sync(lambda work: [work.known_offices.note(one) for one in (*said, *said)])
    load_offices(node)

    assert noted == [True] * 3 + [False] * 3
    assert {one.holder for one in node.known_offices["XA"] if one.kid == kid} == {"haven", "others"}


def xd_knows(world: World) -> str:
    """The id of XA's office key as the registry lists it."""
    return world["XD"].node.view.countries["XA"].office_keys[0].office_kid.hex()
