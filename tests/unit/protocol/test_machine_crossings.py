"""Letters that met on the way: every pair that can has a row, and both nodes end as the row says."""

from itertools import product

import pytest

from node.protocol.crossings import REFERRAL_CROSSINGS
from node.protocol.letters.codes import Role
from node.protocol.matter import Crossing
from node.protocol.referral import REFERRAL, RULES
from node.protocol.threads.machine import state
from tests.simulation.two_sides import BEGINNINGS, World, what_became

TAIL = 3  # acts of one side that the other has not seen; more repeat states already met


def tails(state_now: str, side: Role, length: int = TAIL) -> list[list[str]]:
    """What one side can send one after the other from a state, without hearing anything."""
    found: list[list[str]] = [[]]
    if length:
        for rule in RULES:
            if (rule.state, rule.side) == (state_now, side):
                found += [[rule.kind, *rest] for rest in tails(rule.gives, side, length - 1)]
    return found


def meetings(opener: list[str], responder: list[str]) -> set[tuple[str, str]]:
    """The pairs that stand at the head of both sequences while the table puts them into one order."""
    met = set()
    ours, theirs = list(opener), list(responder)
    while ours and theirs:
        pair = ours[0], theirs[0]
        met.add(pair)
        (theirs if REFERRAL.first_of.get(pair) == "responder" else ours).pop(0)
    return met


def test_every_pair_of_acts_that_can_meet_has_a_row_and_no_row_is_idle() -> None:
    """Wire 7: the crossings table is complete, from every state and for several letters of each side on the way."""
    met: set[tuple[str, str]] = set()
    for here in {rule.state for rule in RULES}:
        for pair in product(tails(here, "opener"), tails(here, "responder")):
            met |= meetings(*pair)

    assert met == set(REFERRAL.first_of)
    assert len(REFERRAL_CROSSINGS) == len(REFERRAL.first_of)


def crossed(row: Crossing, number: int) -> tuple[World, dict[str, str]]:
    """Both acts are sent before either arrives; then everything is delivered."""
    for beginning in BEGINNINGS:
        world = World()
        world.play_through(beginning)
        if row.opener in world.options("opener") and row.responder in world.options("responder"):
            world.act("opener", row.opener, number)
            world.act("responder", row.responder, number)
            assert world.release("opener")
            assert world.release("responder")
            world.settle()
            return world, what_became(world)
    raise AssertionError(f"no beginning where {row.opener} and {row.responder} are both possible")


@pytest.mark.parametrize("row", REFERRAL_CROSSINGS, ids=lambda r: f"{r.opener}-{r.responder}")
def test_both_nodes_see_what_the_row_says(row: Crossing) -> None:
    """Wire 7: where the row says that both count, both do; otherwise the protective one does."""
    if row.opener == "referral.info" or row.responder == "referral.arrange" or "organisation" not in row.then:
        world, effects = crossed(row, 1)
    else:
        world, effects = crossed(row, 3)  # a change of date only

    assert effects[row.first] == "applied"
    a = world.sides["opener"].thread
    assert a is not None
    no_effect = "no effect" in row.then and "organisation" not in row.then
    assert effects == {"opener": "crossed" if no_effect else "applied", "responder": "applied"}
    if row.then.split(";")[0] in REFERRAL.words:
        assert state(a, world.now) == row.then.split(";")[0]


def test_a_disclosure_that_met_another_organisation_has_no_effect() -> None:
    """Practice, change: nothing further is disclosed before a new consent, whichever letter arrived first."""
    row = next(r for r in REFERRAL_CROSSINGS if (r.opener, r.responder) == ("referral.disclose", "referral.change"))

    world, effects = crossed(row, 1)  # the acceptance named org-1, the change number 1 names org-0

    assert effects == {"opener": "crossed", "responder": "applied"}
    for side in world.sides.values():
        assert side.thread is not None
        assert state(side.thread, world.now) == "accepted"
        assert side.thread.shared.organisation == "org-0"
