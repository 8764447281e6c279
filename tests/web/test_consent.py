"""Consent at disclosure: preset to what is needed, all else off, for one office; taken back, and seconded."""

from typing import Any

import msgspec

from node.service.cases.consents import list_consents
from tests.api.conftest import PASSWORD, Desk
from tests.keeping import files_of
from tests.web.browser import Browser
from tests.web.conftest import open_desk
from tests.web.test_changes import case_of
from tests.web.test_danger import colleague
from tests.web.test_referral import accepted, filled, started
from tests.web.test_returns import TALK, agrees, allows
from tests.world import make_world


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


async def test_what_was_asked_for_stands_first_and_nothing_is_ticked(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """C5; practice, the desk: the grid only at disclosure, what is needed first, and no yes that she did not say."""
    case, thread = await taken(desks, browsers)

    page = await browsers["XD"].open(f"{case}/consent?thread={thread.rpartition('/')[2]}")

    form = page.form(f"{case}/consent")
    grids = [name for name in form if name.startswith("categories.")]
    assert grids and all(form[name] == [] for name in grids)
    assert form.get("agrees", []) == []
    first = next(here["value"] for _, here in page.tags if here.get("name") == grids[0])
    assert first in ("needs", "identity") and "(asked for)" in page.said
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
    allowed = allows(grid, f"{case}/consent", "needs", "identity")
    done = await xd.send(grid, f"{case}/consent", **allowed, **TALK)
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


async def test_a_no_is_one_answer_and_is_not_recorded(browsers: dict[str, Browser]):
    """C5: a no as easy as a yes: nothing else has to be filled in, and it is no mistake."""
    xd = browsers["XD"]
    case = await case_of(xd)
    page = await xd.open(f"{case}/consent?peer=XA")

    no = await xd.send(page, f"{case}/consent", agrees="no")

    assert no.status == 200 and "helped here all the same" in no.said
    assert "Nothing recorded" in (await xd.open(case)).said
    nothing = await xd.send(page, f"{case}/consent", **TALK)
    assert nothing.status == 422 and "Tick what she allows, or choose no" in nothing.said
    stranger = {"categories." + "0" * 64: ["needs"], "purposes.XA": ["enquiry"]}
    nobody = await xd.send(page, f"{case}/consent", **stranger, **TALK)
    assert nobody.status == 422 and "Tick what she allows" in nobody.said


async def test_each_office_is_asked_about_by_itself_and_has_a_record_of_its_own(tmp_path: Any, aiohttp_client: Any):
    """C5: recipient by category: what one office may know says nothing of the other."""
    world = make_world(tmp_path, "XD", "XA", "XT")
    xd = Browser((await open_desk(world, "XD", aiohttp_client)).client)
    await xd.sign_in("ana", PASSWORD)
    case = await case_of(xd)
    page = await xd.open(f"{case}/consent?peer=XA&also=XT")
    first, *_, second = [name for name in page.form(f"{case}/consent") if name.startswith("categories.")]
    assert first != second

    done = await xd.send(
        page, f"{case}/consent", **{first: ["needs", "identity"], second: ["needs"]},
        **{"purposes.XA": ["enquiry", "referral"], "purposes.XT": ["transit"]}, **TALK,
    )  # fmt: skip

    assert "Each office has a record of its own" in done.said, done.said
    node = world["XD"].node
    records = await list_consents(node, world["XD"].coordinator, case.rpartition("/")[2])
    assert {one.recipients[0].country: (one.categories, one.purposes) for one in records} == {
        "XA": (("needs", "identity"), ("enquiry", "referral")), "XT": (("needs",), ("transit",)),
    }  # fmt: skip
    assert all(one.counts and len(one.recipients) == 1 for one in records)
    await world.close()


async def test_the_page_of_a_consent_names_the_office_as_she_was_told(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H13: a key that went into other hands since does not make another office hers."""
    case, _ = await taken(desks, browsers)
    xd, node = browsers["XD"], desks["XD"].world["XD"].node
    record = next(link for link in (await xd.open(case)).links if "/consents/" in link)
    country = node.view.countries["XA"]
    keys = tuple(msgspec.structs.replace(key, holder="Others XA") for key in country.office_keys)
    countries = {**node.view.countries, "XA": msgspec.structs.replace(country, office_keys=keys)}
    node.view = msgspec.structs.replace(node.view, countries=countries)

    page = await xd.open(record)

    assert "Haven XA" in page.said and "Others XA" not in page.said


async def test_what_is_spoken_has_a_witness_who_is_sealed_and_read_with_a_reason(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """C5, H17, R24: the witness and the interpreter are kept by name, and no draft, no log and no letter has them."""
    xd = browsers["XD"]
    case = await case_of(xd)
    path = f"{case}/consent"
    page = await xd.open(f"{path}?peer=XA")
    said = {**TALK, **allows(page, path, "needs"), "purposes.XA": ["enquiry"], "method": "spoken_witnessed",
            "interpreter_name": "Ilse-of-the-mark", "interpreter_language": "uk"}  # fmt: skip

    alone = await xd.send(page, path, **said)
    assert alone.status == 422 and "Write down who heard it" in alone.said
    assert "Ilse-of-the-mark" in alone.text and "Ilse-of-the-mark" not in (await xd.open(f"{path}?peer=XA")).text
    done = await xd.send(alone, path, witness_name="Wim-of-the-mark", witness_role="lawyer")

    assert "It counts now" in done.said and "of-the-mark" not in done.text
    opened = await xd.send(done, f"{done.url.path}/talk", reason="give_service")
    assert "Ilse-of-the-mark" in opened.said and "Wim-of-the-mark" in opened.said
    refused = await xd.send(done, f"{done.url.path}/talk")
    assert refused.status == 409 and "of-the-mark" not in refused.text
    assert b"of-the-mark" not in files_of(desks["XD"].world.tmp / "XD", "node.db", "keys.db")
    assert "Who interpreted or witnessed was read" in (await xd.open(f"{case}/looks")).said


async def test_a_thumbprint_on_paper_asks_for_its_scan(browsers: dict[str, Browser]):
    """C5: who does not write gives her thumb; the paper is scanned and kept like any other."""
    xd = browsers["XD"]
    case = await case_of(xd)
    path = f"{case}/consent"
    page = await xd.open(f"{path}?peer=XA")

    done = await xd.send(
        page, path, **{**TALK, "method": "thumbprint"}, **allows(page, path, "needs"), **{"purposes.XA": ["enquiry"]}
    )

    assert "It counts now" in done.said and "attach a scan below" in done.said


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
        page, f"{case}/consent", basis="provisional", given_by="child_protection",
        **{"purposes.XA": ["enquiry"]}, **allows(page, f"{case}/consent", "needs"), **TALK,
    )  # fmt: skip
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

    assert "Taken back" in page.said and "She takes this back" in page.said
