"""What is typed into a long form is there again after a lock or a lost connection, until it is recorded."""

from node.web.kept import KEPT
from node.web.pages import PAGES
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_consent import taken
from tests.web.test_operator import at_work
from tests.web.test_referral import AGREED, started
from tests.web.test_returns import WISH, begun


async def type_in(browser: Browser, page: Page, action: str, **typed: str | list[str]) -> None:
    """What the script of the page does a second after the last key."""
    assert any(here.get("action") == action and "data-autosave" in here for tag, here in page.tags if tag == "form")
    kept = await browser.send(page, action, _stay="1", **typed)
    assert kept.status == 204, kept.said


async def test_her_consent_half_ticked_is_there_again_and_gone_once_recorded(desk: Desk, ana: Browser):
    """Issue 4: a lost connection or a killed server loses at most the last field; a lock returns to the same one."""
    tasks = await started(ana)
    where = await ana.open(f"{tasks}/where")
    await ana.send(where, f"{tasks}/where", needs=["shelter"], urgency="routine", peer="FR")
    path = f"{tasks}/consent"
    half: dict[str, str | list[str]] = {"read_aloud": list("1234"), "agrees": "yes", "interpreter": "independent"}
    await type_in(ana, await ana.open(path), path, **half)

    other = Browser(desk.client)
    await other.sign_in("ana", PASSWORD)
    again = await other.open(path)

    fields = again.form(path)
    assert (fields["read_aloud"], fields["agrees"], fields["interpreter"]) == (list("1234"), ["yes"], ["independent"])
    in_french = await other.open(f"{path}?in=fr")
    assert in_french.form(path)["read_aloud"] == [] and in_french.form(path)["agrees"] == ["yes"]
    await other.send(again, path, **AGREED)
    assert (await ana.open(path)).form(path)["agrees"] == []


async def test_what_was_refused_keeps_what_was_typed_and_so_does_who_must_never_hear(ana: Browser):
    """Errors beside the field, what was typed kept: also on the page of the countries she fears."""
    path = f"{await started(ana)}/kept-from"

    refused = await ana.send(await ana.open(path), path, named="yes")

    assert refused.status == 422 and refused.form(path)["named"] == ["yes"]
    assert (await ana.open(path)).form(path)["named"] == ["yes"]


async def test_none_named_beside_a_ticked_country_is_asked_again_and_what_is_recorded_is_in_sight(
    browsers: dict[str, Browser],
):
    """H05: a country she fears is never dropped because another answer was chosen beside it."""
    ana = browsers["XD"]
    path = f"{await started(ana)}/kept-from"

    both = await ana.send(await ana.open(path), path, named="no", blocked=["XA"])

    assert both.status == 422 and "You chose that she named none, and ticked countries." in both.said
    assert both.form(path)["blocked"] == ["XA"]
    assert (await ana.send(both, path, named="yes")).status == 200
    again = await ana.open(path)
    assert "Recorded: These countries must never hear of her: Arvenia" in again.said
    assert "XA" not in [here.get("value") for _, here in again.tags if here.get("name") == "blocked"]


async def test_a_change_is_kept_by_its_page_and_a_link_wins_over_it(browsers: dict[str, Browser]):
    xd = browsers["XD"]
    case, plan = await begun(xd)
    path = f"{case}/change/record_wish"
    await type_in(xd, await xd.open(path), path, **WISH)
    desk = await xd.open("/desk/")
    assert desk.links.count(path) == 1 and "Record her wish to return saved" in desk.said  # found again under Drafts

    page = await xd.open(f"{path}?plan_id={plan.rpartition('/')[2]}")

    assert page.form(path)["plan_id"] == [plan.rpartition("/")[2]] and page.form(path)["advocate"] == ["lawyer"]
    await xd.send(page, path)
    assert path not in (await xd.open("/desk/")).links


async def test_an_empty_press_leaves_no_draft(ana: Browser):
    """A desk full of drafts in which nothing was typed hides the one that was called away from."""
    case = (await started(ana)).removesuffix("/referral")
    path = f"{case}/change/record_guardian"

    refused = await ana.send(await ana.open(path), path)

    assert refused.status == 422
    assert path not in (await ana.open("/desk/")).links


async def test_consent_kept_for_one_country_is_not_shown_for_another(
    browsers: dict[str, Browser], desks: dict[str, Desk]
):
    case, thread = await taken(desks, browsers)
    xd, path = browsers["XD"], f"{case}/consent"
    about = f"{path}?thread={thread.rpartition('/')[2]}"
    await type_in(xd, await xd.open(about), path, agrees="yes", method="sign")

    assert (await xd.open(about)).form(path)["method"] == ["sign"]
    assert (await xd.open(f"{path}?peer=FR")).form(path).get("method", []) == []


async def test_what_is_kept_is_for_those_who_work_on_the_case(desk: Desk):
    """R24: neither read nor written by anybody else."""
    cara, bea = await at_work(desk, "cara", "caseworker"), await at_work(desk, "bea", "caseworker")
    case = (await started(cara)).removesuffix("/referral")
    page = await cara.open(f"{case}/change/disappeared")
    await type_in(cara, page, f"{case}/change/disappeared")

    stolen = page.form(f"{case}/change/disappeared") | {"_stay": ["1"]}
    proof = (await bea.open("/desk/me")).form("/desk/me/recovery")["_csrf"]
    body = [(name, value) for name, values in (stolen | {"_csrf": proof}).items() for value in values]

    assert (await bea.open(f"{case}/change/disappeared")).status == 404
    assert (await bea.post(f"{case}/change/disappeared", body)).status == 404


async def test_nobody_sees_ticks_of_a_colleague_as_their_own(desk: Desk, ana: Browser):
    """R11: who records that she agreed ticked it; two who have the same form open do not write over each other."""
    bea = await at_work(desk, "bea", "coordinator")
    path = f"{(await started(bea)).removesuffix('/referral')}/change/disappeared"
    hers = await bea.open(path)
    first, second = [str(here["value"]) for _, here in hers.tags if here.get("name") == "what"][:2]
    await type_in(bea, hers, path, what=[first])

    his = await ana.open(path)
    assert his.form(path)["what"] == [] and path not in (await ana.open("/desk/")).links
    await type_in(ana, his, path, what=[second])

    assert (await bea.open(path)).form(path)["what"] == [first]
    assert path in (await bea.open("/desk/")).links


async def test_names_are_sealed_as_they_are_typed(ana: Browser):
    """They go where names go, never into a draft."""
    path = f"{await started(ana)}/names"
    await type_in(ana, await ana.open(path), path, given_name="Зоряна")

    assert "Зоряна" not in (await ana.open(path)).text
    case = path.removesuffix("/referral/names")
    opened = await ana.send(await ana.open(case), f"{case}/names", reason="give_service")
    assert "Зоряна" in opened.said


def test_every_form_that_is_kept_is_a_page_that_is_read_and_written():
    known = {(one.method, one.path) for one in PAGES}

    assert {(method, path) for path in KEPT for method in ("GET", "POST")} <= known
