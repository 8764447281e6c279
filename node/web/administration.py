"""What the pages of operators are handed by whoever put the node together: the machine, and its configuration.

Nothing of it is read here; `serves_operators` says whether this listener has the pages of administration at all.
"""

from collections.abc import Callable
from dataclasses import dataclass

from node.service.upkeep.overview import Machine


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the configuration and where it was set; a secret is never one, only the name of its file."""

    key: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Administration:
    """What a desk knows of the machine it runs on; a desk without one serves operators and knows nothing of it."""

    machine: Callable[[], Machine] = Machine
    settings: Callable[[], list[Setting]] = list
    serves_operators: bool = True
