"""What somebody works out who solves all sums of a table at once: by elimination, with exact fractions. Pure; R35."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

Place = tuple[int, int]


def determined(
    grid: Sequence[Sequence[int]], hidden: Iterable[Place], lines: Iterable[tuple[list[Place], Place]]
) -> set[Place]:
    """The hidden places whose number follows from what is shown; `lines` are cells and the place of their sum."""
    unknown = {place: number for number, place in enumerate(sorted(hidden))}
    rows = [_equation(grid, unknown, cells, total) for cells, total in lines]
    return {place for place, number in unknown.items() if _is_alone(_reduced(rows, len(unknown)), number)}


def _equation(
    grid: Sequence[Sequence[int]], unknown: dict[Place, int], cells: list[Place], total: Place
) -> list[Fraction]:
    """The sum of the cells less their total is nothing: what each hidden place counts for in that."""
    row = [Fraction(0)] * len(unknown)
    for place, sign in [*((cell, 1) for cell in cells), (total, -1)]:
        if place in unknown:
            row[unknown[place]] += sign
    return row


def _is_alone(rows: list[list[Fraction]], number: int) -> bool:
    return any(row[number] != 0 and not any(value for at, value in enumerate(row) if at != number) for row in rows)


def _reduced(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """Gauss and Jordan: every pivot is the only one in its column."""
    done: list[list[Fraction]] = []
    left = list(rows)
    for column in range(width):
        pivot = next((row for row in left if row[column] != 0), None)
        if pivot is None:
            continue
        left.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        left = [_less(row, pivot, column) for row in left]
        done = [_less(row, pivot, column) for row in done] + [pivot]
    return done


def _less(row: list[Fraction], pivot: list[Fraction], column: int) -> list[Fraction]:
    return [a - row[column] * b for a, b in zip(row, pivot, strict=True)]
