"""A letter that the other country refuses: undone, and people on both sides see that it was and by which rule.

Source: issue 2, bad input; wire 7.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.decode import AnyLetter
from node.protocol.rule import Objection
from node.service.context import Node
from node.service.delivery import take
from tests.unit.service.rights_support import tasks
from tests.unit.test_spine import ACCEPT
from tests.world import HER, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_a_refused_letter_is_undone_and_both_sides_see_it_with_its_rule(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """XD finds a fault in an acceptance that XA did not see: both stand where they stood, and XA may answer again."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    real = take._shown

    def stricter(node: Node, letter: AnyLetter, known: ThreadFacts) -> Objection | None:
        fault = Objection("R05", "an invented fault", "nothing", reason=5)
        return fault if letter.kind == "referral.accept" else real(node, letter, known)

    monkeypatch.setattr(take, "_shown", stricter)

    accepted = await xa.act(
        thread, "referral.accept", {**ACCEPT, "persons": [xd.tokens(thread)[HER]], "data_needed": []}
    )
    await world.settle()

    assert [(await one.view(thread)).state for one in (xd, xa)] == ["offered", "offered"]
    sent = next(one for one in (await xa.view(thread)).letters if one.letter_id == accepted.letter_id)
    assert (sent.state, sent.reason) == ("refused", 5)
    assert "letter_refused" in tasks(world, "XA") and "incoming_refused" in tasks(world, "XD")
    noted = {code: rules_of(world, code, accepted.letter_id) for code in ("XD", "XA")}
    assert noted == {"XD": [("letter_refused", "R05")], "XA": [("refused_by_peer", "R05")]}
    await xa.act(thread, "referral.decline", {"reason": "no_capacity", "alternatives": [], "retry_after": []})
    await world.settle()
    assert [(await one.view(thread)).state for one in (xd, xa)] == ["declined", "declined"]


def rules_of(world: World, code: str, letter_id: str | None) -> list[tuple[str, str]]:
    """What the audit of a country says of a letter that was refused."""
    lines = world[code].node.store.read_sync(lambda reader: reader.audit.lines(limit=10_000))
    return [(one.act, one.rule) for one in lines if one.ref == letter_id and "refused" in one.act]
