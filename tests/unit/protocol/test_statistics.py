"""R35: what is shown never tells a number from 1 to 10, alone or by adding and subtracting what stands beside it."""

import itertools
from fractions import Fraction

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.protocol.letters.bodies import OfferBody
from node.protocol.statistics.figures import Answered, figures, pending
from node.protocol.statistics.people import Counted, counted, year_of
from node.protocol.statistics.suppression import K, Shown, Table, suppress
from tests.letters_support import BODIES, NOW

DAY = 86_400


def table(*counts: tuple[int, ...]) -> Table:
    rows = tuple(f"r{place}" for place in range(len(counts)))
    columns = tuple(f"c{place}" for place in range(len(counts[0])))
    return Table(name="invented", rows=rows, columns=columns, counts=counts)


def test_a_cell_of_four_people_is_hidden_and_so_is_what_would_tell_it():
    """Golden scenario 14: suppressed, and complementary suppression applied."""
    shown = suppress(table((4, 30, 25), (40, 50, 60), (70, 12, 33)))

    assert shown.cells[0][0] is None
    assert shown.total == 324 and None not in shown.row_totals
    assert sum(cell is None for cell in shown.cells[0]) >= 2
    assert sum(row[0] is None for row in shown.cells) >= 2


def test_two_small_cells_that_together_are_fewer_than_eleven_are_not_told_by_their_sum():
    """4 and 3 hidden beside a total of 57 would tell seven people."""
    shown = suppress(table((4, 3, 50), (40, 50, 60)))

    hidden = [place for place, cell in enumerate(shown.cells[0]) if cell is None]
    assert shown.row_totals[0] is None or sum((4, 3, 50)[place] for place in hidden) >= K


def test_nobody_is_shown_as_zero_and_everything_large_stays():
    assert suppress(table((0, 20), (30, 11))).cells == ((0, 20), (30, 11))


def test_a_table_of_few_people_shows_none_of_them():
    shown = suppress(table((1, 0), (2, 3)))

    assert shown.total is None
    assert all(cell in (None, 0) for row in shown.cells for cell in row)


tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 14), st.integers(0, 80)), min_size=width, max_size=width).map(tuple),
        min_size=1,
        max_size=5,
    )
)


@settings(max_examples=120, deadline=None)
@given(tables)
@example([(0, 0, 5, 0), (0, 1, 0, 10), (0, 1, 6, 0)])  # no line tells the 1, all together did
def test_a10_no_hidden_number_follows_from_what_is_shown(counts):
    """Attack: whoever solves all sums of the table at once finds no number from 1 to 10."""
    shown = suppress(table(*counts))

    found = solved(shown)

    grid = [[*row, sum(row)] for row in counts]
    grid.append([sum(row[column] for row in grid) for column in range(len(counts[0]) + 1)])
    for (row, column), number in found.items():
        assert number == grid[row][column]
        assert not 0 < number < K
    for line in lines(shown):
        small_sum(grid, shown, line)


def small_sum(grid: list[list[int]], shown: Shown, line: list[tuple[int, int]]) -> None:
    """What is hidden on a line with a shown sum is together nobody, or at least eleven."""
    *cells, total = line
    if seen(shown, *total) is not None:
        together = sum(grid[row][column] for row, column in cells if seen(shown, row, column) is None)
        assert together == 0 or together >= K


def seen(shown: Shown, row: int, column: int) -> int | None:
    """A cell or a total by its place in the table with totals."""
    height, width = len(shown.rows), len(shown.columns)
    if row == height:
        return shown.total if column == width else shown.column_totals[column]
    return shown.row_totals[row] if column == width else shown.cells[row][column]


def lines(shown: Shown) -> list[list[tuple[int, int]]]:
    height, width = len(shown.rows), len(shown.columns)
    across = [[(row, column) for column in range(width + 1)] for row in range(height + 1)]
    return across + [[(row, column) for row in range(height + 1)] for column in range(width + 1)]


def solved(shown: Shown) -> dict[tuple[int, int], int]:
    """Every hidden number that the sums determine, by elimination with exact fractions."""
    places = [
        p
        for p in itertools.product(range(len(shown.rows) + 1), range(len(shown.columns) + 1))
        if seen(shown, *p) is None
    ]
    index = {place: number for number, place in enumerate(places)}
    rows = []
    for *cells, total in lines(shown):
        row = [Fraction(0)] * (len(places) + 1)
        for place, sign in [*((cell, 1) for cell in cells), (total, -1)]:
            if place in index:
                row[index[place]] += sign
            else:
                row[-1] -= sign * (seen(shown, *place) or 0)
        rows.append(row)
    pivots = reduced(rows, len(places))
    return {
        places[column]: int(row[-1])
        for column, row in pivots.items()
        if all(value == 0 for place, value in enumerate(row[:-1]) if place != column)
    }


def reduced(rows: list[list[Fraction]], width: int) -> dict[int, list[Fraction]]:
    """Gauss and Jordan: for each column with a pivot its row."""
    pivots: dict[int, list[Fraction]] = {}
    left = list(rows)
    for column in range(width):
        pivot = next((row for row in left if row[column] != 0), None)
        if pivot is None:
            continue
        left.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        left = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in left]
        pivots = {
            known: [a - row[column] * b for a, b in zip(row, pivot, strict=True)] for known, row in pivots.items()
        }
        pivots[column] = pivot
    return pivots


def test_the_solver_of_the_attack_finds_what_a_careless_table_tells():
    """The attack itself works: one hidden cell beside its total is found."""
    careless = Shown(
        name="x", rows=("a",), columns=("b", "c"), cells=((None, 20),), row_totals=(24,), column_totals=(None, 20),
        total=24,
    )  # fmt: skip

    assert solved(careless)[0, 0] == 4


def test_a_person_of_several_threads_is_counted_once():
    """R35 counts people: four offers for one woman with a child are two people."""
    body = msgspec.convert(BODIES["referral.offer"], OfferBody)
    people = [one for _ in range(4) for one in counted("case", "referral", "sent", body)]

    year = year_of(2026, people, NOW)

    assert [one.total for one in year.tables] == [None, None]
    assert len({one.who for one in people}) == 2


def test_no_two_tables_of_a_year_share_a_fact():
    """Else one would tell what the other hides."""
    people = [
        Counted(who=str(place), matter=("referral", "return")[place % 2], direction=("sent", "received")[place % 3 > 0],
                age_band="25-34", gender=("woman", "man")[place % 7 > 4])
        for place in range(200)
    ]  # fmt: skip
    facts = [(*one.rows, *one.columns) for one in year_of(2026, people, NOW).tables]

    assert len({fact for one in facts for fact in one}) == sum(map(len, facts))
    assert b"2026-" not in msgspec.json.encode(year_of(2026, people, NOW))


def answer(thread: int, took_days: float | None, *, by: str = "XA", kind: str = "referral.offer") -> Answered:
    took = None if took_days is None else int(took_days * DAY)
    return Answered(str(thread), kind, by, NOW - 200 * DAY, NOW - 195 * DAY, took)


def test_a_figure_is_a_median_over_eleven_threads_and_never_over_ten():
    """R35 and practice: medians, not single late cases."""
    assert figures([answer(place, 2) for place in range(10)], "XD", NOW) == []

    by_xa, others = figures([answer(place, 2 if place < 9 else 8) for place in range(11)], "XD", NOW)

    assert (by_xa.by, others.by) == ("XA", "others")
    assert (by_xa.median_days, by_xa.in_time_tenths, by_xa.at_least) == (2, 8, 11)


def test_many_letters_about_few_people_are_no_figure():
    assert figures([answer(place % 3, 2) for place in range(50)], "XD", NOW) == []


def test_silence_makes_a_figure_worse():
    """Domain 5.13: +10 working days is shown in the published figures."""
    in_time = [answer(place, 2) for place in range(11)]

    (before, _), (after, _) = (figures(all_of, "XD", NOW) for all_of in (in_time, [*in_time, *silent()]))

    assert before.in_time_tenths == 10 and after.in_time_tenths < 6
    assert after.median_days > before.median_days


def silent() -> list[Answered]:
    return [answer(100 + place, None) for place in range(11)]


@pytest.mark.parametrize(("open_ones", "shown"), [(0, 0), (1, None), (10, None), (11, 11)])
def test_an_identity_verification_that_waits_shows_in_the_figure(open_ones, shown):
    """Golden scenario 12: pending 45 days; from 1 to 10 it changes from 0 to 'a few'."""
    waiting = [(str(place), NOW - 45 * DAY) for place in range(open_ones)]

    assert [one.count for one in pending(waiting, NOW)] == [shown, 0, 0]
