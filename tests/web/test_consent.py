"""Consent at disclosure: preset to what is needed, all else off, for one office; taken back, and seconded."""

from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_changes import case_of
from tests.web.test_danger import colleague
from tests.web.test_referral import accepted, filled, started
from tests.web.test_returns import TALK, agrees


async def taken(desks: dict[str, Desk], browsers: dict[str, Browser]) -> tuple[str, str]:
    """A referral that XA has accepted, asking for her given name; the paths of the case and of the thread."""
    xd = browsers["XD"]
    tasks = await started(xd)
    sent = await xd.send(await filled(xd, tasks), f"{tasks}/check")
    thread = sent.url.path
    await desks["XD"].world.settle()
    await accepted(browsers["XA"], thread.rpartition("/")[2])
    await desks["XD"].world.settle()
    desks["XD"].clock.step(60)
    return tasks.removesuffix("/referral"), thread


async def test_the_grid_is_preset_to_what_was_asked_for_and_nothing_else(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """Practice, the desk: the grid only at disclosure, preset to `data_needed`, all else off."""
    case, thread = await taken(desks, browsers)

    page = await browsers["XD"].open(f"{case}/consent?thread={thread.rpartition('/')[2]}")

    assert page.form(f"{case}/consent")["categories"] == ["needs", "identity"]
    assert "haven-of-xa" in page.said


async def test_names_are_disclosed_from_the_thread_once_she_allows_them(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R04: what was asked for and she allows is ticked, and nothing else; the name travels sealed."""
    xd, xa = browsers["XD"], browsers["XA"]
    case, thread = await taken(desks, browsers)
    path = f"{thread}/do/referral.disclose"
    page = await xd.open(path)
    assert page.form(path).get("_disclose") == [] and "her consent does not cover it" in page.said
    grid = await xd.open(f"{case}/consent?thread={thread.rpartition('/')[2]}")
    done = await xd.send(grid, f"{case}/consent", **TALK)
    assert "It counts now" in done.said, done.said

    page = await xd.open(path)
    assert [one.rpartition(".")[2] for one in page.form(path)["_disclose"]] == ["given_name"]
    check = await xd.send(page, path, complete="yes")
    assert "sealed to people there" in check.said, check.said
    sent = await xd.send(check, path, _step="send")
    assert "It is on its way" in sent.said, sent.said

    await desks["XD"].world.settle()
    there = await xa.open(thread)
    letter = [str(form["action"]) for form in there.forms if str(form["action"]).startswith("/desk/letter/")][-1]
    page = await xa.send(there, letter)
    assert "Зоряна" not in page.text
    page = await xa.send(page, f"{letter}/identity", reason="prepare_reception")
    assert "Зоряна" in page.said


async def test_consent_is_taken_back_with_one_button_and_the_other_country_hears_of_it(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R20, R21: at every point, no reason, at once."""
    case, thread = await taken(desks, browsers)
    xd = browsers["XD"]
    record = next(link for link in (await xd.open(case)).links if "/consents/" in link)
    page = await xd.open(record)

    page = await xd.send(page, f"{record}/withdraw")

    assert "Taken back" in page.said and f"{record}/withdraw" not in page.text
    await desks["XD"].world.settle()
    assert "She took her consent back" in (await browsers["XA"].open(thread)).said


async def test_a_no_is_not_recorded_and_an_office_has_to_be_named(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/consent?peer=XA")

    no = await xd.send(page, f"{case}/consent", **{**TALK, "agrees": "no"})

    assert no.status == 422 and "helped here all the same" in no.said
    assert "Nothing recorded" in (await xd.open(case)).said
    nobody = await xd.send(page, f"{case}/consent", holder="0" * 64, purposes="enquiry", **TALK)
    assert nobody.status == 422 and "Ask her which office" in nobody.said


async def test_a_provisional_basis_counts_once_a_second_person_stands_behind_it(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H10: for a child without a guardian; child protection and a second person."""
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/change/doubt_age")
    await xd.send(page, f"{case}/change/doubt_age")
    page = await xd.open(f"{case}/consent?peer=XA")
    page = await xd.send(
        page, f"{case}/consent", purposes="enquiry", basis="provisional", given_by="child_protection", **TALK
    )
    record = page.url.path
    assert "needs a second person" in page.said, page.said
    bea = await colleague(desks["XD"])

    page = await bea.send(await bea.open(record), f"{record}/second")

    assert "It counts now" in page.said, page.said


async def test_only_what_a_record_allows_can_be_taken_back_in_part(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await agrees(xd, case, ["enquiry", "referral"])
    record = page.url.path
    offered = {here["value"] for _, here in page.tags if here.get("name") == "purposes"}
    assert offered == {"enquiry", "referral"}

    page = await xd.post(
        f"{record}/withdraw", [("_csrf", page.forms[-1]["fields"]["_csrf"][0]), ("purposes", "referral")]
    )

    assert "Taken back" in page.said and "She takes it back" in page.said
