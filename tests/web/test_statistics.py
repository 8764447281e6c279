"""The page of statistics and its download: what R35 hides is hidden in both, and is called so."""

import csv
import io

import msgspec
import pytest

from node.protocol.letters.codes import AgeBand
from node.protocol.statistics.people import Counted, year_of
from tests.api.conftest import Desk
from tests.web.browser import Browser
from tests.web.test_operator import at_work

PATH = "/desk/admin/statistics"


def people(count: int, age_band: AgeBand, direction: str = "sent") -> list[Counted]:
    return [
        Counted(who=f"{age_band}.{place}", matter="referral", direction=direction, age_band=age_band, gender="woman")
        for place in range(count)
    ]


async def counted(desk: Desk, year: int, crowd: list[Counted]) -> None:
    """A year as `make_year` keeps it."""
    made = msgspec.json.encode(year_of(year, crowd, desk.clock.now()))
    await desk.staff.node.store.write(lambda work: work.meta.put(f"statistics.{year}", made))


@pytest.fixture
async def years(desk: Desk) -> None:
    """In one year 15 people of an age and 4 of another, in the next 20 and nobody."""
    await counted(desk, 2024, people(15, "25-34") + people(4, "18-24"))
    await counted(desk, 2025, people(20, "25-34"))


async def test_a_new_node_says_that_nothing_can_be_shown_yet(ana: Browser):
    page = await ana.open(PATH)

    assert page.status == 200
    assert "Not enough matters to show without risk to people" in page.said and "No year is counted yet." in page.said
    assert "A number from 1 to 10 never stands here" in page.said and "Asylum is in no table" in page.said


async def test_r35_four_people_are_hidden_on_the_page_and_in_the_download(ana: Browser, years: None):
    """R35: neither the four nor the fifteen beside them, which a total would tell."""
    page = await ana.open(PATH + "?year=2024")
    rows = await downloaded(ana, "2024")

    assert "hidden" in page.said and "numbers are hidden here" in page.said
    ages = {(row["row"], row["column"]): row["people"] for row in rows if row["table"] == "age_by_gender"}
    assert ages["18-24", "woman"] == "hidden" and ages["0-5", "woman"] == "0"
    shown = [int(one) for one in ages.values() if one != "hidden"]
    assert 4 not in shown and not any(0 < one < 11 for one in shown)
    assert not ({"15", "19"} <= {*ages.values()})


async def test_the_newest_year_is_shown_first_and_its_download_says_each_code_in_the_readers_words(
    ana: Browser, years: None
):
    page = await ana.open(PATH)
    assert "0 numbers are hidden here." in page.said and "People by age and gender" in page.said

    ana.language = "uk"
    rows = await downloaded(ana, "2025")

    everybody = next(row for row in rows if row["row"] == row["column"] == "total")
    assert everybody["people"] == "20" and everybody["row_in_words"] != "total"
    assert {row["table"] for row in rows} == {"age_by_gender", "matter_by_direction"}


async def test_a_year_that_was_not_counted_has_no_download_and_a_caseworker_no_page(desk: Desk, ana: Browser):
    page = await ana.open(PATH)
    assert (await ana.post(PATH, [("_csrf", csrf_of(page)), ("what", "2031")])).status == 404
    bea = await at_work(desk, "bea", "caseworker")
    assert (await bea.open(PATH)).status == 403


async def test_figures_are_downloaded_as_they_are_shown(ana: Browser):
    """Empty here; what stands in them is tested where they are made."""
    page = await ana.open(PATH)
    answer = await ana.post(PATH, [("_csrf", csrf_of(page)), ("what", "figures")])

    assert answer.headers["Content-Disposition"] == 'attachment; filename="figures.csv"'
    assert (
        answer.text.lstrip("\ufeff").strip() == "kind,in_words,answered_by,at_least_threads,median_days,in_time_tenths"
    )


async def downloaded(browser: Browser, year: str) -> list[dict[str, str]]:
    """The rows of a year's download."""
    page = await browser.open(f"{PATH}?year={year}")
    answer = await browser.post(PATH, [("_csrf", csrf_of(page)), ("what", year)])
    assert answer.status == 200 and answer.headers["Cache-Control"] == "no-store"
    return list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))


def csrf_of(page: object) -> str:
    forms = getattr(page, "forms", [])
    return str(next(one["fields"]["_csrf"][0] for one in forms if one["action"] == "/desk/lock"))
