"""The ladders of alarms: who is called, how long after it was raised, and which task it makes; rows, and nothing else.

Clock hours, at any time of day (H22). The last row of a ladder repeats until a person has it: no alarm ever ends by
itself (R32). `pages` are positions of the roster; a call never says what it is about. Source: domain 5.10; practice
H06, H14, H21, H32; wire, the desk.
"""

from dataclasses import dataclass
from typing import Final, Literal

from node.protocol.threads.deadlines import DAY, HOUR

Position = Literal["first", "back_up"]
LadderName = Literal["call", "answer", "second", "review", "inform", "plan", "look", "owner"]
FIRST: Final[tuple[Position, ...]] = ("first",)
EVERYBODY: Final[tuple[Position, ...]] = ("first", "back_up")
NOBODY: Final[tuple[Position, ...]] = ()
PAGE_GAP_S: Final = 300  # a flood of alarms is one call in five minutes, with a count


@dataclass(frozen=True, slots=True)
class Step:
    """One step: so long after the alarm was raised these positions are called and this task is made."""

    after_s: int
    pages: tuple[Position, ...]
    task: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps in order; the last is repeated every `again_s`. `due_s`: by when a person should have it."""

    due_s: int
    steps: tuple[Step, ...]
    again_s: int
    rules: tuple[str, ...]

    def step(self, number: int) -> Step:
        """The step of this number; the last one from there on."""
        return self.steps[min(number, len(self.steps) - 1)]

    def after(self, number: int, raised_at: int, now: int) -> int:
        """When the step after this one is taken (UTC seconds)."""
        if number + 1 < len(self.steps):
            return max(now, raised_at + self.steps[number + 1].after_s)
        return now + self.again_s


# fmt: off
LADDERS: Final[dict[LadderName, Ladder]] = {
    # a danger that was told to us and that nobody here has taken up yet
    "call":   Ladder(HOUR, (Step(0, FIRST, ""), Step(HOUR, EVERYBODY, "backup"), Step(2 * HOUR, EVERYBODY, "coordinator")), 4 * HOUR, ("R02", "H21")),  # noqa: E501
    # our own alert, of which nobody over there has said that they act: phone them
    "answer": Ladder(HOUR, (Step(HOUR, FIRST, ""), Step(2 * HOUR, EVERYBODY, "backup"), Step(4 * HOUR, EVERYBODY, "coordinator")), 4 * HOUR, ("R02", "H21")),  # noqa: E501
    # a letter about danger that waits for a second person here
    "second": Ladder(HOUR, (Step(0, FIRST, ""), Step(HOUR // 2, EVERYBODY, "backup"), Step(HOUR, EVERYBODY, "coordinator")), HOUR, ("R02",)),  # noqa: E501
    # the second look at a letter that went without consent (R02)
    "review": Ladder(DAY, (Step(0, NOBODY, ""), Step(DAY, EVERYBODY, "overdue"), Step(2 * DAY, EVERYBODY, "coordinator")), DAY, ("R02",)),  # noqa: E501
    # she was not told yet because it raised the risk: look again
    "inform": Ladder(7 * DAY, (Step(7 * DAY, NOBODY, ""),), 7 * DAY, ("R02",)),
    # people on the way to or through a country that is out of the network (H32)
    "plan":   Ladder(4 * HOUR, (Step(0, FIRST, ""), Step(4 * HOUR, EVERYBODY, "backup"), Step(12 * HOUR, EVERYBODY, "coordinator")), 12 * HOUR, ("H32",)),  # noqa: E501
    # a letter about an arrival that tells of danger (H19)
    "look":    Ladder(HOUR, (Step(0, FIRST, ""), Step(HOUR, EVERYBODY, "backup"), Step(2 * HOUR, EVERYBODY, "coordinator")), 4 * HOUR, ("H19",)),  # noqa: E501
    # somebody is detained: her release is asked for within 24 hours (R17, H25)
    "owner": Ladder(DAY, (Step(0, FIRST, ""), Step(DAY, EVERYBODY, "backup"), Step(2 * DAY, EVERYBODY, "coordinator")), DAY, ("R17", "H25")),  # noqa: E501
}
# fmt: on
STILL_OPEN_S: Final = DAY  # once a person has it: ask every day whether it is over
