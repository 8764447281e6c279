"""Letters of a return or transit that met on the way: every pair that can has a row, and both nodes end as it says."""

from collections.abc import Iterator

import pytest

from node.protocol.letters.codes import Role
from node.protocol.matter import Crossing, Matter, Rule
from node.protocol.threads.machine import state
from node.protocol.threads.outcome import ActNotAllowed
from node.protocol.transit import TRANSIT
from node.protocol.voluntary_return import RETURN
from tests.simulation.returns import BEGINNINGS, Step
from tests.simulation.two_sides import World, what_became

NOW = 1_795_000_000
BOTH = (RETURN, TRANSIT)
ROWS = [(matter, row) for matter in BOTH for row in matter.crossings]
TAIL = 5  # acts of one side that the other has not seen; longer ones meet nothing more
NUMBERS = (1, 4)  # a good answer and a bad one


def may(matter: Matter, here: str, side: Role) -> list[Rule]:
    return [rule for rule in matter.rules if (rule.state, rule.side) == (here, side)]


def meetings(matter: Matter) -> set[tuple[str, str]]:
    """The pairs that stand at the head of both sequences while the table puts them into one order, from any state.

    A sequence is what one side sends from a state without hearing anything: its next rule, and how many may follow.
    """
    met: set[tuple[str, str]] = set()
    seen: set[tuple[int, int, int, int]] = set()
    waiting = [
        (ours, TAIL - 1, theirs, TAIL - 1)
        for here in {rule.state for rule in matter.rules}
        for ours in may(matter, here, "opener")
        for theirs in may(matter, here, "responder")
    ]
    while waiting:
        ours, our_left, theirs, their_left = heads = waiting.pop()
        key = (id(ours), our_left, id(theirs), their_left)
        if key in seen:
            continue
        seen.add(key)
        pair = ours.kind, theirs.kind
        met.add(pair)
        if matter.first_of.get(pair) == "responder":
            following = may(matter, theirs.gives, "responder") if their_left else []
            waiting += [(*heads[:2], rule, their_left - 1) for rule in following]
        else:
            following = may(matter, ours.gives, "opener") if our_left else []
            waiting += [(rule, our_left - 1, *heads[2:]) for rule in following]
    return met


@pytest.mark.parametrize("matter", BOTH, ids=lambda one: one.name)
def test_every_pair_of_acts_that_can_meet_has_a_row_and_no_row_is_idle(matter: Matter) -> None:
    """Wire 7: the crossings table is complete, from every state and for several letters of each side on the way."""
    assert meetings(matter) == set(matter.first_of)
    assert len(matter.crossings) == len(matter.first_of)


def crossed(matter: Matter, row: Crossing) -> Iterator[tuple[World, tuple[int, int]]]:
    """Both acts are sent before either arrives, from every beginning and with every answer that is allowed there."""
    for name, way in BEGINNINGS:
        if name != matter.name:
            continue
        for ours in NUMBERS:
            for theirs in NUMBERS:
                world = World(now=NOW, matter=name)
                world.play_through(way)
                steps: tuple[Step, Step] = (("opener", row.opener, ours), ("responder", row.responder, theirs))
                if all(kind in world.options(side) and _acts(world, side, kind, n) for side, kind, n in steps):
                    assert world.release("opener")
                    assert world.release("responder")
                    world.settle()
                    yield world, (ours, theirs)


def _acts(world: World, side: Role, kind: str, number: int) -> bool:
    try:
        world.act(side, kind, number)
    except ActNotAllowed:
        return False
    return True


@pytest.mark.parametrize(("matter", "row"), ROWS, ids=lambda one: getattr(one, "name", None) or _id(one))
def test_both_nodes_see_what_the_row_says(matter: Matter, row: Crossing) -> None:
    """Wire 7: the first always counts; where the row says no more than that both count, both always do."""
    for world, numbers in crossed(matter, row):
        effects = what_became(world)

        assert effects[row.first] == "applied", numbers
        if row.then.endswith("both count") or row.then.startswith("both count:"):
            assert set(effects.values()) == {"applied"}, numbers


def _id(row: object) -> str:
    assert isinstance(row, Crossing)
    return f"{row.opener}-{row.responder}"


def outcomes(matter: Matter, opener: str, responder: str, ours: int, theirs: int) -> set[tuple[str, str, str]]:
    """State, and what became of both letters, over all beginnings."""
    row = next(one for one in matter.crossings if (one.opener, one.responder) == (opener, responder))
    found = set()
    for world, numbers in crossed(matter, row):
        if numbers == (ours, theirs):
            thread = world.sides["opener"].thread
            assert thread is not None
            effects = what_became(world)
            found.add((state(thread, world.now), effects["opener"], effects["responder"]))
    return found


def test_a_plan_that_met_a_bad_result_has_no_effect() -> None:
    """R08, R31: the protective act goes first, whichever letter arrived first."""
    for kind in ("return.risk_result", "return.decision", "return.traveldoc_status"):
        met = outcomes(RETURN, "return.travel_plan", kind, 1, 4)
        assert met == {("assessing", "crossed", "applied")}, kind


def test_a_departure_that_met_a_bad_result_counts_because_she_has_left() -> None:
    """H02: no table undoes what has happened; both sides' people see the result while she is on the road."""
    met = outcomes(RETURN, "return.departure", "return.risk_result", 1, 4)

    assert met == {("travelling", "applied", "applied")}


def test_an_arrival_that_met_a_failure_stands_and_a_way_back_that_met_an_arrival_does_not() -> None:
    """H07, H19: where she is, is a fact; people ask her."""
    assert outcomes(RETURN, "return.failed", "return.arrival", 1, 1) == {("arrived", "applied", "applied")}
    assert outcomes(RETURN, "return.arrival", "return.failed", 1, 1) == {("arrived", "applied", "applied")}
    assert outcomes(RETURN, "return.take_back", "return.arrival", 1, 1) == {("arrived", "crossed", "applied")}


def test_what_was_arranged_is_not_opened_where_the_transit_country_stopped_the_way() -> None:
    """H04: the stop goes before the arrangement; a departure that has happened counts beside it."""
    assert outcomes(TRANSIT, "transit.arrange", "transit.stop", 1, 1) == {("halted", "crossed", "applied")}
    assert outcomes(TRANSIT, "transit.departure", "transit.stop", 1, 1) == {("halted", "applied", "applied")}
