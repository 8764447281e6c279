"""What a line of the bench promises: its figure, its goal, and whether that is met; one missed is exit code 1."""

from collections.abc import Iterable, Sequence


def judged(line: dict[str, object], figure: float, goal: float) -> dict[str, object]:
    """The line with its goal and `ok`: the figure is at most the goal, both in the unit that the line's keys say."""
    return line | {"goal": goal, "ok": figure <= goal}


def missed(lines: Iterable[dict[str, object]]) -> bool:
    """Whether a line says that its goal was missed; a line without a verdict promises nothing."""
    return any(not line.get("ok", True) for line in lines)


def added_to_slowest(during: Sequence[float], alone: Sequence[float]) -> float:
    """By how much the slowest of one sample is above the slowest of another of the same size.

    Of two samples that differ in size the larger one has the slower slowest by chance alone.
    """
    if len(during) != len(alone):
        raise ValueError(
            f"samples of {len(during)} and {len(alone)}; their slowest can be compared only at equal sizes"
        )
    return max(during) - max(alone)
