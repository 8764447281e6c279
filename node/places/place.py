"""What a row is: who enforces a rule where a letter is written, where it arrives, or on both sides."""

from dataclasses import dataclass
from itertools import chain


@dataclass(frozen=True, slots=True)
class Places:
    """Modules with their functions, as `module: name name`; a module is below `node` unless it begins with `registry`.

    `both` run on either side: before a letter leaves and again when it has arrived.
    """

    sender: tuple[str, ...] = ()
    receiver: tuple[str, ...] = ()
    both: tuple[str, ...] = ()

    @property
    def at_sender(self) -> list[str]:
        """`module:name` of all that runs before a letter leaves, in order."""
        return _named(self.sender, self.both)

    @property
    def at_receiver(self) -> list[str]:
        """`module:name` of all that runs when a letter has arrived, in order."""
        return _named(self.receiver, self.both)


def _named(*rows: tuple[str, ...]) -> list[str]:
    found = set[str]()
    for row in chain.from_iterable(rows):
        module, _, names = row.partition(": ")
        whole = module if module.startswith("registry") else f"node.{module}"
        found |= {f"{whole}:{name}" for name in names.split()}
    return sorted(found)
