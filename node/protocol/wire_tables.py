"""The rows of the machine as docs/protocol.md has them: who may send what in which state, crossings, reply times.

The same tables as HANDBOOK.md's, which is for people; here one line for each state, so that the page can stand alone.
"""

from collections.abc import Iterable, Iterator

from node.protocol.letters.codes import Role
from node.protocol.matter import Matter, Rule
from node.protocol.matters import MATTERS
from node.protocol.threads.deadlines import REPLIES


def acts() -> Iterator[str]:
    """Lines: for each matter its opening, stop and ends, and for each state what either side may send."""
    for matter in MATTERS.values():
        opening, ends = _names(sorted(matter.opening)), ", ".join(sorted(matter.ends))
        yield f"**{matter.name}**: opened by {opening}, stopped by `{matter.stop}`; over in {ends}."
        yield ""
        if matter.unordered is None:
            yield from _table(("in state", "the opener may send", "the responder may send"), _states(matter))
        else:
            yield "Its letters take effect on arrival; the state is read from the set of them (section 11, *Safety*)."
            yield ""


def crossings() -> Iterator[str]:
    """Lines: the pairs of which the responder's letter comes first; of every other pair the opener's does."""
    for matter in MATTERS.values():
        pairs: dict[str, list[str]] = {}
        for row in matter.crossings:
            if row.first == "responder":
                pairs.setdefault(row.opener, []).append(row.responder)
        yield from (f"- `{opener}`: after {_names(responder)}" for opener, responder in pairs.items())
    yield ""


def times() -> Iterator[str]:
    """Lines of a table: within what time each letter is to be answered, for each urgency."""
    yield from _table(
        ("the answer to", "routine", "priority", "urgent", "life_threat"),
        ((f"`{r.kind}`", r.routine.said(), r.priority.said(), r.urgent.said(), r.life_threat.said())
         for r in REPLIES.values()),
    )  # fmt: skip


def _states(matter: Matter) -> Iterator[tuple[str, ...]]:
    for state in dict.fromkeys(rule.state for rule in matter.rules):
        yield state, _acts(matter, state, "opener"), _acts(matter, state, "responder")


def _acts(matter: Matter, state: str, side: Role) -> str:
    return "; ".join(_act(rule) for rule in matter.rules if (rule.state, rule.side) == (state, side)) or "-"


def _act(rule: Rule) -> str:
    case = f" {rule.case}" if rule.case else ""
    guarded = "*" if rule.guards else ""
    return f"`{rule.kind}`{guarded}{case} → {rule.gives}"


def _names(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""
