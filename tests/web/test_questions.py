"""Questions, complaints and medical facts from one browser to another: each opened, answered and read in words."""

import pytest

from node.service.cases.cases import change_case, view_case
from node.service.cases.requests import BlockCountries
from tests.api.conftest import Desk
from tests.web.browser import Browser, Page
from tests.web.test_consent import taken
from tests.web.test_danger import FOUR, colleague
from tests.web.test_referral import started
from tests.web.test_returns import agrees


async def opened(xd: Browser, path: str, **typed: object) -> Page:
    """Check a matter and send it; the page of its thread."""
    check = await xd.send(await xd.open(f"{path}?peer=XA"), path, **typed)
    assert "will leave this country" in check.said, check.said
    return await xd.send(check, path, _step="send")


@pytest.fixture
async def ready(browsers: dict[str, Browser]) -> str:
    """A case of XD whose person agreed to a question; its path."""
    case = (await started(browsers["XD"])).removesuffix("/referral")
    page = await browsers["XD"].open(f"{case}/referral/kept-from")
    await browsers["XD"].send(page, f"{case}/referral/kept-from", named="no")
    await agrees(browsers["XD"], case, ["enquiry"])
    return case


async def test_what_was_found_stays_here_and_one_word_leaves_at_its_time(
    ready: str, desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R27: the page says so, and nothing is queued at once."""
    xd, xa = browsers["XD"], browsers["XA"]
    sent = await opened(
        xd, f"{ready}/open/info.request", purpose="service_availability", why="plan_stay", topics="legal_aid",
        counsel_heard="no", consular="no",
    )  # fmt: skip
    await desks["XD"].world.settle()
    thread = sent.url.path
    assert f"{thread}/answer" in (await xa.open(thread)).links
    page = await xa.open(f"{thread}/answer")

    page = await xa.send(page, f"{thread}/answer", answer="no_information_to_share", found="not_known")

    assert page.url.path == thread and "Nothing goes to the other country now" in page.said, page.said


async def test_a_question_about_a_country_is_answered_topic_by_topic(
    ready: str, desks: dict[str, Desk], browsers: dict[str, Browser]
):
    xd, xa = browsers["XD"], browsers["XA"]
    sent = await opened(
        xd, f"{ready}/open/info.request", purpose="service_availability", why="plan_stay", topics="legal_aid",
        counsel_heard="no", consular="no",
    )  # fmt: skip
    await desks["XD"].world.settle()
    path = f"{sent.url.path}/answer"
    page = await xa.open(path)

    page = await xa.send(
        page, path, fields={"answer": "confirmed", "findings.0.topic": "legal_aid", "findings.0.found": "yes"}
    )

    assert "It is on its way" in page.said, page.said


async def test_a_complaint_names_its_matter_and_is_answered_by_somebody_who_did_not_decide(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R33: whoever decided does not answer; the page passes on what the use case says."""
    xd = browsers["XD"]
    case, thread = await taken(desks, browsers)
    sent = await opened(
        xd, f"{case}/open/complaint.open", about="delay", asks="answer", _relates_to=thread.rpartition("/")[2]
    )
    await desks["XD"].world.settle()
    path = f"{sent.url.path}/complaint"
    body = {"outcome": "not_upheld", "body": "board-of-xa", "body_kind": "ombudsperson"}
    body |= {"measures": "decision_stands", "next_routes": "court"}
    judge = await colleague(desks["XA"])

    page = await judge.send(await judge.open(path), path, fields=body)

    assert "It is on its way" in page.said, page.said


async def test_four_medical_facts_go_to_the_country_that_treats_her(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """H20: sealed; the number stands there, and the second look is open at once."""
    xd = browsers["XD"]
    _, thread = await taken(desks, browsers)
    path = f"{thread}/medical"
    page = await xd.open(path)

    page = await xd.send(page, path, unable="unconscious", allergies="penicillin, invented")

    assert "It is on its way" in page.said and "The second look within 24 hours" in page.said, page.said
    assert "penicillin" not in page.text


async def test_r10_sender_no_number_stands_on_a_page_about_a_danger_to_whom_she_fears(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """R10, H15: not where medical facts would be sent, not where an alert is chosen, nor where it was just refused."""
    xd, node = browsers["XD"], desks["XD"].staff.node
    case, thread = await taken(desks, browsers)
    number = "Their time now"  # stands beside every number of another country, and here there is one
    name, medical, danger = case.rpartition("/")[2], f"{thread}/medical", "/desk/danger"
    assert number in (await xd.open(medical)).said
    assert number in (await xd.open(f"{danger}?case={name}")).said

    boss = desks["XD"].world["XD"].coordinator
    her = (await view_case(node, boss, name)).persons[0].person_id
    await change_case(node, boss, name, BlockCountries(person_id=her, countries=("XA",)))

    assert number not in (await xd.open(medical)).said
    page = await xd.open(f"{danger}?case={name}")
    assert number not in page.said
    refused = await xd.send(page, danger, case=name, **FOUR)
    assert refused.status == 422
    assert number not in refused.said
