"""The health page and the queues: each line in words, and for each red one the remedy; nothing of any case."""

from dataclasses import replace

import pytest

from node.service.context import DAY_S
from node.service.upkeep.overview import JobFact, Machine, Overview, PeerFact
from node.web import health_lines, health_rows
from tests.api.conftest import PASSWORD, Desk
from tests.web.browser import Browser, Page
from tests.web.test_referral import filled, started

NOW = 1_800_000_000
WELL = Overview(
    now=NOW, problem=None, registry="fresh", registry_at=NOW - 60, peers=[], record_ends_at=NOW + 300 * DAY_S,
    role_ends_at=NOW + 300 * DAY_S, prekeys_end_at=NOW + 60 * DAY_S, backup_at=NOW - 3600,
    keys_copied_at=NOW - DAY_S, restore_tried_at=NOW - DAY_S,
    wrong_passwords=0, locked_sign_ins=0, waits_for_office_key=False, open_tasks=0,
)  # fmt: skip
GOOD_MACHINE = Machine(free_mb=90_000, min_free_mb=500, calls_by=("mail",))
PEER = PeerFact(
    peer="XA",
    standing="active",
    last_contact_at=NOW - 60,
    oldest_at=None,
    tries=0,
    next_try_at=0,
    error=None,
    paused=None,
)


async def at_work(desk: Desk, login: str, role: str) -> Browser:
    """Somebody of another role in front of the desk of a country."""
    await desk.add(login, role)
    browser = Browser(desk.client)
    assert (await browser.sign_in(login, PASSWORD)).status == 200
    return browser


async def under_way(desk: Desk, browser: Browser) -> str:
    """A referral that left the desk and lies in the queue, because nothing is delivered in between; its case."""
    tasks = await started(browser)
    await browser.send(await filled(browser, tasks), f"{tasks}/check")
    return tasks.split("/")[3]


def red(overview: Overview = WELL, machine: Machine = GOOD_MACHINE) -> dict[str, str]:
    return {one.name: one.level for one in health_lines.lines(overview, machine) if one.level != "ok"}


def changed(**facts: object) -> Overview:
    return Overview(**{name: getattr(WELL, name) for name in WELL.__struct_fields__} | facts)


def test_a_node_that_is_well_has_no_line_that_asks_for_anything():
    assert red() == {}


@pytest.mark.parametrize(
    ("facts", "line", "level"),
    [
        ({"problem": "disk is full"}, "Database", "wrong"),
        ({"registry": "stale"}, "Registry", "warning"),
        ({"registry": "queue_only"}, "Registry", "wrong"),
        ({"registry_at": 0}, "Registry", "wrong"),
        ({"registry_lies": 1}, "What mirrors of the registry serve", "wrong"),
        ({"registry_at": NOW + 3600}, "Clock", "wrong"),
        ({"record_ends_at": NOW}, "Our record in the registry", "wrong"),
        ({"role_ends_at": NOW + 9 * DAY_S}, "The role that signs our record", "warning"),
        ({"prekeys_end_at": None}, "Keys that others seal to", "warning"),
        ({"backup_at": None}, "Backup", "wrong"),
        ({"backup_at": NOW - 3 * DAY_S}, "Backup", "warning"),
        ({"keys_copied_at": None}, "Copy of the keys", "wrong"),
        ({"keys_copied_at": NOW - 12 * DAY_S}, "Copy of the keys", "warning"),
        ({"keys_copied_at": NOW - 31 * DAY_S}, "Copy of the keys", "wrong"),  # it had to be destroyed: there is none
        ({"restore_tried_at": None}, "Restore that was tried", "wrong"),
        ({"restore_tried_at": NOW - 41 * DAY_S}, "Restore that was tried", "warning"),
        ({"restore_tried_at": NOW - 101 * DAY_S}, "Restore that was tried", "wrong"),
        ({"wrong_passwords": 50}, "Sign-ins", "warning"),
        ({"locked_sign_ins": 1}, "Sign-ins", "warning"),
        ({"waits_for_office_key": True}, "Office key", "warning"),
    ],
)
def test_what_is_not_well_is_a_line_of_its_own(facts: dict[str, object], line: str, level: str):
    assert red(changed(**facts)) == {line: level}


@pytest.mark.parametrize(
    ("facts", "line", "level"),
    [
        ({"free_mb": 10}, "Disk", "wrong"),
        ({"free_mb": 700}, "Disk", "warning"),
        ({"moved_clock": True}, "Clock", "warning"),
        ({"calls_by": ()}, "Calling people about danger", "wrong"),
        ({"holidays_left": 3}, "Public holidays", "warning"),
        ({"certificate_ends_at": NOW + 5 * DAY_S}, "Certificate of this node", "warning"),
        ({"certificate_ends_at": NOW - 1}, "Certificate of this node", "wrong"),
    ],
)
def test_so_is_what_the_machine_lacks(facts: dict[str, object], line: str, level: str):
    assert red(machine=replace(GOOD_MACHINE, **facts)) == {line: level}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"standing": "suspended"}, "warning"),
        ({"oldest_at": NOW - 2 * DAY_S}, "wrong"),
        ({"oldest_at": NOW - 60, "tries": 3}, "warning"),
        ({"last_contact_at": None}, "ok"),
        ({"last_contact_at": NOW - 30 * DAY_S}, "warning"),
    ],
)
def test_a_country_is_judged_by_what_waits_for_it_and_how_long_it_was_silent(facts: dict[str, object], level: str):
    peer = PeerFact(**{name: getattr(PEER, name) for name in PEER.__struct_fields__} | facts)
    assert health_rows.of_peer(WELL, peer).level == level


@pytest.mark.parametrize(("late", "failures", "level"), [(False, 0, "ok"), (False, 2, "warning"), (True, 0, "wrong")])
def test_a_job_that_is_late_or_fails_says_so(late: bool, failures: int, level: str):
    assert health_rows.of_job(JobFact("keys", 3600, 5, 60, failures, late)).level == level


def test_every_line_that_is_not_well_says_what_to_do():
    worst = changed(
        problem="disk is full", registry="queue_only", record_ends_at=NOW, role_ends_at=NOW, prekeys_end_at=NOW,
        backup_at=None, keys_copied_at=None, restore_tried_at=None, wrong_passwords=99, waits_for_office_key=True,
    )  # fmt: skip
    found = health_lines.lines(worst, Machine(free_mb=1, min_free_mb=500, moved_clock=True, holidays_left=0))
    assert len([one for one in found if one.level != "ok"]) == len(found) == 14
    assert [one.name for one in found if not one.fix] == []
    assert [one.name for one in found if one.level == "wrong" and not one.command] == []


async def test_an_operator_reads_the_health_of_the_node_and_no_case(
    desks: dict[str, Desk], browsers: dict[str, Browser]
):
    """O3: no content; the colour of a line is said in a word too."""
    desk = desks["XD"]
    case = await under_way(desk, browsers["XD"])
    olaf = await at_work(desk, "olaf", "operator")

    page = await olaf.open("/desk/admin")

    assert page.url.path == "/desk/admin/health" and page.status == 200
    for said in ("No backup was ever made.", "What to do:", "trm-node backup", "Wrong", "Well"):
        assert said in page.said, said
    assert case not in page.text and case[:8] not in page.text and "/desk/case" not in page.text


async def test_wrong_passwords_of_a_day_are_counted_and_older_ones_not(desks: dict[str, Desk]):
    desk = desks["XD"]
    olaf = await at_work(desk, "olaf", "operator")
    for _ in range(2):
        assert (await desk.sign_in("ana", "a long wrong password")).status == 401
    assert "Wrong passwords in a day: 2" in said(await olaf.open("/desk/admin/health"))

    desk.clock.step(2 * DAY_S)
    assert (await olaf.sign_in("olaf", PASSWORD)).status == 200
    assert "Wrong passwords in a day: 0" in said(await olaf.open("/desk/admin/health"))


def said(page: Page) -> str:
    return page.said.replace(" .", ".")
