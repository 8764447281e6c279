"""Statistics: how soon answers come and the people of a finished year; what is hidden stays hidden in a download too.

Source: interface 4.2; R35.
"""

from collections.abc import Iterator
from typing import Final

from aiohttp import web

from node.service.statistics.figures import Figures, published_figures
from node.service.statistics.yearly import Shown, YearStatistics, list_years, year_statistics
from node.web.csv_table import as_table
from node.web.pages.roles import OVERSEE
from node.web.visit import Page, Visit

HIDDEN: Final = "hidden"
TOTAL: Final = "total"
FIELDS: Final = {"age_by_gender": ("age_band", "gender"), "matter_by_direction": ("matter", "direction")}
FIGURES_HEAD: Final = ("kind", "in_words", "answered_by", "at_least_threads", "median_days", "in_time_tenths")
YEAR_HEAD: Final = ("table", "row", "row_in_words", "column", "column_in_words", "people")


async def _statistics(v: Visit) -> web.Response:
    years = await list_years(v.node)
    wanted = v.query.get("year", "")
    year = next((one for one in years if str(one) == wanted), years[0] if years else None)
    people = None if year is None else await year_statistics(v.node, year)
    hidden = sum(_hidden(table) for table in people.tables) if people else 0
    return v.show(
        "statistics.html", found=await published_figures(v.node), years=years, people=people, hidden=hidden,
        fields=FIELDS,
    )  # fmt: skip


async def _download(v: Visit) -> web.Response:
    """The same numbers as a table for another program; what is not shown is the word `hidden`, never a blank or 0."""
    what = v.typed("what")
    if what == "figures":
        return as_table(v, what, FIGURES_HEAD, _rows_of_figures(v, await published_figures(v.node)))
    people = await year_statistics(v.node, int(what) if what.isascii() and what.isdigit() and len(what) < 5 else 0)
    return as_table(v, f"people-{people.year}", YEAR_HEAD, _rows_of_year(v, people))


def _hidden(table: Shown) -> int:
    every = (*table.row_totals, *table.column_totals, table.total, *(cell for row in table.cells for cell in row))
    return sum(one is None for one in every)


def _rows_of_figures(v: Visit, found: Figures) -> Iterator[tuple[object, ...]]:
    for one in found.figures:
        said = v.word(one.kind)
        yield one.kind, said, one.by, one.at_least, one.median_days, one.in_time_tenths


def _rows_of_year(v: Visit, found: YearStatistics) -> Iterator[tuple[object, ...]]:
    for table in found.tables:
        fields = FIELDS[table.name]
        columns = (*table.columns, TOTAL)
        rows = (*zip(table.rows, table.cells, table.row_totals, strict=True), (TOTAL, table.column_totals, table.total))
        for row, cells, total in rows:
            for column, people in zip(columns, (*cells, total), strict=True):
                said = (v.word(row, fields[0]), column, v.word(column, fields[1]))
                yield table.name, row, *said, HIDDEN if people is None else people


STATISTICS: tuple[Page, ...] = (
    Page("GET", "/admin/statistics", OVERSEE, _statistics),
    Page("POST", "/admin/statistics", OVERSEE, _download),
)
