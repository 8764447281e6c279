"""Routes: figures of timeliness and statistics of finished years; nothing here shows fewer than 11 people."""

from node.api.call import Call, Route, number
from node.api.roles import EVERY_ROLE
from node.service.statistics import figures, yearly
from node.service.statistics.figures import Figures
from node.service.statistics.yearly import YearStatistics


async def _year(c: Call) -> YearStatistics:
    return await yearly.year_statistics(c.node, number(c, "year"))


FIGURES: tuple[Route, ...] = (
    Route(
        "GET",
        "/figures",
        EVERY_ROLE,
        "How soon countries answer, by kind of letter; identity verifications that wait",
        lambda c: figures.published_figures(c.node),
        answers=Figures,
    ),
    Route(
        "GET",
        "/statistics",
        EVERY_ROLE,
        "The years of which there are statistics",
        lambda c: yearly.list_years(c.node),
        answers=list[int],
    ),
    Route(
        "GET",
        "/statistics/{year}",
        EVERY_ROLE,
        "People of a finished year in tables; small numbers, and what would tell them, are hidden",
        _year,
        answers=YearStatistics,
    ),
)
