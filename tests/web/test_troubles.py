"""A11: every page of an error names one next step and whom to phone, and shows nothing of what was asked for."""

import msgspec
import pytest

from node.errors import OpenTRMError
from node.service.seals import Erased
from node.web import app
from node.web.pages import desk as desk_page
from node.web.troubles import ERASED, FAILED, SAYS
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.world import DAY_S

ROWS = [(kind, status, step) for kind, status, _, step in SAYS]
SECRET = "amber"  # what an error may say to a log, and no page


def helps(page: Page, step: str, contact: str) -> None:
    assert step in page.said
    assert "/desk/" in page.links
    assert "Help: phone" in page.said and contact in page.said
    assert "Traceback" not in page.text and SECRET not in page.said


def contact_of(desk: Desk) -> str:
    """The public contact of this country's office."""
    return desk.staff.node.view.countries["XD"].record.authority.contact


@pytest.mark.parametrize(("kind", "status", "step"), ROWS, ids=[kind.__name__ for kind, *_ in ROWS])
async def test_every_error_names_one_next_step_and_whom_to_phone(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch, kind: type[OpenTRMError], status: int, step: str
):
    async def fails(*_: object) -> object:
        raise kind(SECRET)

    monkeypatch.setattr(desk_page, "inbox", fails)
    page = await ana.open("/desk/")

    assert page.status == status
    helps(page, step, contact_of(desk))


@pytest.mark.parametrize(
    ("error", "row"), [(Erased(SECRET), ERASED), (RuntimeError(SECRET), FAILED)], ids=["erased", "a fault of ours"]
)
async def test_what_was_erased_and_a_fault_of_ours_too(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, row: tuple[int, str, str]
):
    async def fails(*_: object) -> object:
        raise error

    monkeypatch.setattr(desk_page, "inbox", fails)
    page = await ana.open("/desk/")

    assert page.status == row[0]
    helps(page, row[2], contact_of(desk))


async def test_where_nobody_can_be_recognised_the_page_comes_all_the_same(
    desk: Desk, ana: Browser, monkeypatch: pytest.MonkeyPatch
):
    """The page of an error asks who is signed in; what failed for the page may fail for that too, and none escapes."""

    async def fails(*_: object) -> object:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(app, "who", fails)
    page = await ana.open("/desk/")

    assert page.status == FAILED[0] and FAILED[2] in page.said
    assert "Traceback" not in page.text and SECRET not in page.said


async def test_real_ones_as_people_meet_them(desk: Desk, ana: Browser):
    """A wrong address, a reference of nothing, a form from elsewhere, no sign-in."""
    nothing = await ana.open("/desk/nowhere")
    unknown = await ana.open("/desk/case/" + "0" * 32)
    foreign = await ana.post("/desk/start", [("age_band", "25-34")])
    stranger = await Browser(desk.client).open("/desk/cases")

    assert [page.status for page in (nothing, unknown)] == [404, 404] and foreign.status in (403, 409)
    for page in (nothing, unknown, foreign):
        assert contact_of(desk) in page.said and "/desk/" in page.links
    assert all("Danger now" in page.said and "Lock" in page.said for page in (nothing, unknown, foreign))
    assert "Danger now" not in stranger.said
    assert stranger.url.path == "/desk/sign-in" and contact_of(desk) in stranger.said


@pytest.mark.parametrize(
    ("days", "says"),
    [(0, ""), (3, "not renewed for two days"), (8, "two people decide whether"), (15, "letters wait here until")],
)
async def test_an_old_list_of_countries_is_said_on_every_page(desk: Desk, ana: Browser, days: int, says: str):
    """Registry 4.6: what still leaves, and whom to tell, before anybody writes a letter that has to wait."""
    node = desk.staff.node
    node.view = msgspec.structs.replace(node.view, verified_at=node.now() - days * DAY_S)

    pages = [await ana.open(path) for path in ("/desk/", "/desk/start", "/desk/admin/queues")]

    assert all((says in page.said) if says else ("list of countries" not in page.said) for page in pages)


async def test_a_clock_that_is_behind_is_said_on_every_page_and_only_while_it_is(desk: Desk, ana: Browser):
    """Interface 4.3, clock off: by the maintainers' signed time; little leaves, and whom to tell."""
    node = desk.staff.node
    well = node.view
    node.view = msgspec.structs.replace(well, verified_at=node.now() + 3600)

    pages = [await ana.open(path) for path in ("/desk/", "/desk/start", "/desk/admin/queues")]
    node.view = well
    after = await ana.open("/desk/")

    says = "The clock of this node contradicts the list of countries"
    assert all(says in page.said and "Tell your operator." in page.said for page in pages)
    assert says not in after.said


async def test_a_node_that_only_reads_says_so_on_every_page_and_still_shows_them(desk: Desk, ana: Browser):
    """Interface 4.3: a banner, reads only; what is posted is answered with what to do, not with a fault."""
    start = await ana.open("/desk/start")
    writer = desk.staff.node.store._writer
    assert writer is not None
    writer.problem = "disk is full"

    desk_page, posted = await ana.open("/desk/"), await ana.send(start, "/desk/start", age_band="25-34")

    assert desk_page.status == 200 and "This node only reads for now" in desk_page.said
    assert posted.status == 503 and "what you just typed is not kept" in posted.said
    writer.problem = None
    assert "only reads" not in (await ana.open("/desk/")).said


async def test_names_that_are_shut_lead_to_the_password_and_back(desk: Desk, ana: Browser):
    """Issue 4, office vault locked: one next step, on the page that offers names and on one that was open before."""
    case = f"/desk/case/{(await desk.case('ana'))['case']}"
    before = await ana.open(case)
    hidden = await ana.send(before, "/desk/with-her")
    await ana.send(hidden, "/desk/locked/show")
    before = await ana.open(case)
    before.forms.append({"action": f"{case}/names", "fields": before.form("/desk/lock") | {"to": []}, "buttons": []})
    refused = await ana.send(before, f"{case}/names", reason="give_service")
    after = await ana.open(case)

    assert refused.status == 409 and "Names are shut" in refused.said
    assert "only after you have typed your password" in refused.said and "Put right what is named" not in refused.said
    for page in (refused, after):
        assert any(link.startswith("/desk/names-shut?to=") for link in page.links)
    assert f"{case}/names" not in [form["action"] for form in after.forms]
