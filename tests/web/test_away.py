"""What the page of a matter says while a letter of ours waits: of a country that is away, or out of the network."""

import msgspec
import pytest

from node.service.delivery.gating import LOOK_AGAIN_S
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser
from tests.web.test_consent import taken
from tests.web.test_referral import filled, started
from tests.world import DAY_S, no_fault


async def offered(desks: dict[str, Desk], browsers: dict[str, Browser]) -> str:
    """An offer from XD that was signed and posted; the path of its thread."""
    xd = browsers["XD"]
    tasks = await started(xd)
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    await desks["XD"].world.settle()
    return str(sent.url.path)


@pytest.mark.parametrize("has_keys", [True, False])
async def test_a_letter_to_a_country_that_is_away_is_queued_with_the_next_try_and_a_number(
    desks: dict[str, Desk], browsers: dict[str, Browser], has_keys: bool
):
    """Interface 4.1: when it is tried again and whom to phone, whether or not the two have written before."""
    world = desks["XD"].world
    bundle = world["XA"].node.prekey_bundle
    world.fault = lambda *_: "lost"
    if not has_keys:
        world["XA"].node.prekey_bundle = b""
    thread = await offered(desks, browsers)

    page = await browsers["XD"].open(f"{thread}?sent=1")

    assert "Saved and queued. Arvenia does not answer now" in page.said and "If it is urgent, phone them." in page.said
    assert "Next try:" in page.said and "desk@office.example" in page.said, page.said
    assert "It is on its way" not in page.said
    world.fault, world["XA"].node.prekey_bundle = no_fault, bundle
    await world.later(LOOK_AGAIN_S)
    browser = browsers["XD"]
    assert (await browser.sign_in("ana", PASSWORD)).status == 200
    page = await browser.open(thread)
    assert "received" in page.said and "Saved and queued" not in page.said


async def test_nobody_is_told_to_phone_a_country_that_is_away_and_that_she_fears(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R10, H04: no number stands there, and no word to look one up either."""
    world, xd = desks["XD"].world, desks["XD"]
    case, thread = await taken(desks, browsers)
    world.fault = lambda *_: "lost"
    name = case.rpartition("/")[2]
    person = (await xd.get("ana", f"/cases/{name}")).json["persons"][0]["person_id"]
    fear = {"change": "set_tie", "country": "XA", "kind": "nationality", "feared": "yes", "person_id": person}
    await xd.done("ana", f"/cases/{name}/changes", fear)
    await world.later(LOOK_AGAIN_S + 3 * DAY_S)
    assert (await browsers["XD"].sign_in("ana", PASSWORD)).status == 200

    page = await browsers["XD"].open(thread)

    assert "does not answer now" in page.said, page.said
    assert "phone them" not in page.said
    assert page.said.count("desk@office.example") == 1  # at the foot of each page: our own office


async def test_a_letter_to_a_suspended_country_says_that_nothing_leaves(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R39: the keys may be in wrong hands; the letter is kept here, and a person is told whom to ask."""
    world = desks["XD"].world
    _, thread = await taken(desks, browsers)
    node = world["XD"].node
    out = msgspec.structs.replace(node.view.countries["XA"], suspended_until=world.clock.now() + DAY_S)
    node.view = msgspec.structs.replace(node.view, countries={**node.view.countries, "XA": out})

    quiet = await browsers["XD"].open(thread)  # nothing of ours waits
    check = await filled(browsers["XD"], await started(browsers["XD"]))
    waiting = await browsers["XD"].open(await offered(desks, browsers))

    assert "not active" not in quiet.said
    assert "Arvenia is out of the network now" in check.said and "Sign and send to Arvenia" in check.text
    assert "Arvenia is not active in the list of countries" in waiting.said
    assert "desk@office.example" in waiting.said and "Next try" not in waiting.said


async def test_keys_that_changed_are_said_on_every_page_that_would_write_there(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Interface 4.1: blocked until they are confirmed, and whom to ask; not the words for keys in wrong hands."""
    world, xd = desks["XD"].world, browsers["XD"]
    node = world["XD"].node
    waits = msgspec.structs.replace(node.view.countries["XA"], quarantined_until=world.clock.now() + 3 * DAY_S)
    node.view = msgspec.structs.replace(node.view, countries={**node.view.countries, "XA": waits})

    country = await xd.open("/desk/countries/XA")
    check = await filled(xd, await started(xd))
    waiting = await xd.open(await offered(desks, browsers))

    for page in (country, check, waiting):
        assert "The keys of Arvenia changed, or are new, and nobody has confirmed them" in page.said, page.said
        assert "Ask your operator." in page.said and "wrong hands" not in page.said
    assert "If it is urgent, phone them." in waiting.said and "It is on its way" not in waiting.said


async def test_a_letter_on_an_old_list_of_countries_is_not_said_to_be_on_its_way(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Registry 4.6; issue 4: nothing called sent that was not received."""
    node = desks["XD"].staff.node
    node.view = msgspec.structs.replace(node.view, verified_at=node.now() - 15 * DAY_S)
    thread = await offered(desks, browsers)

    page = await browsers["XD"].open(f"{thread}?sent=1")

    assert "The list of countries is too old: nothing leaves before it is renewed" in page.said, page.said
    assert "It is on its way" not in page.said and "waits here" in page.said


async def test_what_rests_on_a_consent_taken_back_is_preset_letter_by_letter(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R20: before a name was ever sent, the offer itself is what has to go; nobody copies a reference."""
    case, thread = await taken(desks, browsers)
    xd, xa = browsers["XD"], browsers["XA"]
    record = next(link for link in (await xd.open(case)).links if "/consents/" in link)
    await xd.send(await xd.open(record), f"{record}/withdraw")
    await desks["XD"].world.settle()
    path = f"{thread}/do/erasure.confirm"
    assert path in (await xa.open(thread)).links

    page = await xa.open(path)
    preset = page.form(path)
    check = await xa.send(page, path, fields={"items.0.result": "erased"})
    sent = await xa.send(check, path, _step="send")

    assert preset["items.0.levels"] == ["L1"] and len(preset["token"]) == 1
    assert "The person herself" in page.said and "items.1.letter_id" not in preset
    assert "It is on its way" in sent.said, sent.said
    assert "erased" in sent.said
