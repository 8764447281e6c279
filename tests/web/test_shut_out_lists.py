"""Lists of matters, and giving cases, where somebody may not see a case: judged by the service, whatever page asks.

Source: R24; practice H14; interface C2, C3, C9.
"""

import pytest

from node.errors import BadInput, WrongRole
from node.protocol.gate.facts import ActorRole
from node.service.actor import Actor
from node.service.cases.assigning import AT_ONCE, assign_cases
from node.service.threads.board import board
from node.service.threads.going_on import Sort, list_matters
from node.service.threads.narrow import Narrow
from tests.api.conftest import Desk
from tests.web.test_inbox import cases, matter, owners, xd

__all__ = ["cases", "xd"]


def shut_out(desk: Desk, case_id: str, role: ActorRole = "coordinator") -> Actor:
    """Somebody whose organisation two people keep from this case."""
    return Actor(desk.users["bea"], role, "haven", None, frozenset({case_id}))


@pytest.mark.parametrize("role", ["coordinator", "caseworker"])
async def test_h14_receiver_no_list_shows_a_case_to_whom_it_is_shut(xd: Desk, role: ActorRole) -> None:
    """H14: the plain columns know nothing of it; each row is judged once more."""
    node, shut, other = xd.staff.node, matter(xd, None), matter(xd, None)
    actor = shut_out(xd, shut, role)

    listed = [{one.case for one in (await list_matters(node, actor, Narrow(), sort)).lines} for sort in ("due", "new")]
    lanes = {one.due.case for one in await board(node, actor, 50)}

    assert listed == [{other}, {other}] and lanes == {other}


@pytest.mark.parametrize("sort", ["due", "new"])
async def test_h14_receiver_no_place_in_a_list_is_of_a_case_that_is_shut(
    xd: Desk, sort: Sort, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    """H14: where a page ends names a matter and a time, and that there is one more page says so of a matter too."""
    node, shut, first = xd.staff.node, matter(xd, None, due_s=7000), matter(xd, None, due_s=7100)
    last = matter(xd, None, due_s=6900)
    actor = Actor(xd.users["bea"], "coordinator", "haven", None, frozenset({shut, last if sort == "due" else first}))
    seen = first if sort == "due" else last

    whole = await list_matters(node, actor, Narrow(), sort, limit=1)
    monkeypatch.setattr("node.service.threads.going_on.LOOKED", 1)
    short = await list_matters(node, actor, Narrow(), sort)

    assert [one.case for one in whole.lines] == [one.case for one in short.lines] == [seen]
    assert (whole.after, short.after, short.stopped) == (None, None, False)


async def test_h14_sender_whoever_is_kept_from_a_case_gives_it_to_nobody(xd: Desk, cases: dict[str, str]) -> None:
    """H14: to them it is a case that is not here."""
    node, before = xd.staff.node, owners(xd, cases)
    actor = shut_out(xd, cases["plain"])

    assert await assign_cases(node, actor, [cases["plain"]], None) == {cases["plain"]: "unknown"}
    assert owners(xd, cases) == before


async def test_r24_sender_nobody_but_a_coordinator_gives_cases_and_not_all_at_once(
    xd: Desk, cases: dict[str, str]
) -> None:  # fmt: skip
    """R24: the service says so too, not the page alone; and one request does not take the writer for long."""
    node, before = xd.staff.node, owners(xd, cases)
    bea, ana = Actor(xd.users["bea"], "caseworker", "haven"), Actor(xd.users["ana"], "coordinator", "focal-point")

    with pytest.raises(WrongRole):
        await assign_cases(node, bea, [cases["nobody"]], bea.user_id)
    with pytest.raises(BadInput):
        await assign_cases(node, ana, [cases["nobody"], *("0" * 32 for _ in range(AT_ONCE))], None)

    assert owners(xd, cases) == before
