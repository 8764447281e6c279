"""Statistics that never show fewer than 11 people, nor let anybody work them out from what is shown (R35).

A table with its totals is a set of sums. A cell from 1 to 10 is hidden, and so is as much beside it as is needed: no
line of the table then tells a hidden cell, nor that several hidden ones together are fewer than 11. Zero is shown: it
is nobody. Pure. Source: R35 (CTDC, k = 11); golden scenario 14.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from node.protocol.statistics.solving import determined

K: Final = 11

Place = tuple[int, int]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of people by two facts that exclude each other's values: every person is in one cell."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A table as it may be seen: null is a number that is not shown, which may be any."""

    name: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_totals: tuple[int | None, ...]
    column_totals: tuple[int | None, ...]
    total: int | None


def suppress(table: Table, k: int = K) -> Shown:
    """The table with everything hidden that would show, or let anybody work out, from 1 to k - 1 people (R35)."""
    grid = _with_totals(table)
    height, width = len(table.rows), len(table.columns)
    hidden = {place for place, count in _places(grid) if 0 < count < k}
    while _hide_more(grid, hidden, height, width, k) or _hide_solved(grid, hidden, height, width, k):
        pass

    def seen(row: int, column: int) -> int | None:
        return None if (row, column) in hidden else grid[row][column]

    return Shown(
        name=table.name,
        rows=table.rows,
        columns=table.columns,
        cells=tuple(tuple(seen(row, column) for column in range(width)) for row in range(height)),
        row_totals=tuple(seen(row, width) for row in range(height)),
        column_totals=tuple(seen(height, column) for column in range(width)),
        total=seen(height, width),
    )


def small(count: int, k: int = K) -> int | None:
    """A single count as it may be seen: null for 1 to k - 1."""
    return None if 0 < count < k else count


def _with_totals(table: Table) -> list[list[int]]:
    grid = [[*row, sum(row)] for row in table.counts]
    grid.append([sum(row[column] for row in grid) for column in range(len(table.columns) + 1)])
    return grid


def _places(grid: list[list[int]]) -> Iterator[tuple[Place, int]]:
    for row, counts in enumerate(grid):
        for column, count in enumerate(counts):
            yield (row, column), count


def _lines(height: int, width: int) -> Iterator[tuple[list[Place], Place]]:
    """Every line of the table: the cells that are added up, and the place of their sum."""
    for row in range(height + 1):
        yield [(row, column) for column in range(width)], (row, width)
    for column in range(width + 1):
        yield [(row, column) for row in range(height)], (height, column)


def _hide_more(grid: list[list[int]], hidden: set[Place], height: int, width: int, k: int) -> bool:
    """Hide one more place on the first line that tells too much; False when none does."""
    for cells, total in _lines(height, width):
        inner = [place for place in cells if place in hidden]
        told = total not in hidden and sum(grid[row][column] for row, column in inner) < k
        alone = len(inner) + (total in hidden) == 1
        if (inner or total in hidden) and (told or alone):
            hidden.add(_next(grid, hidden, cells, total))
            return True
    return False


def _hide_solved(grid: list[list[int]], hidden: set[Place], height: int, width: int, k: int) -> bool:
    """Hide one more place beside a number that no line tells by itself, but all of them together; False if none is."""
    lines = list(_lines(height, width))
    told = sorted(place for place in determined(grid, hidden, lines) if 0 < grid[place[0]][place[1]] < k)
    for place in told:
        for cells, total in lines:
            if place in (*cells, total) and any(other not in hidden for other in (*cells, total)):
                hidden.add(_next(grid, hidden, cells, total))
                return True
    return False


def _next(grid: list[list[int]], hidden: set[Place], cells: list[Place], total: Place) -> Place:
    """The smallest count on the line that is somebody; else the sum; else a zero, so that a line always closes."""
    left = [place for place in (*cells, total) if place not in hidden]
    return min(left, key=lambda place: (grid[place[0]][place[1]] == 0, place == total, grid[place[0]][place[1]], place))
