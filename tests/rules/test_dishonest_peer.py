"""A rule broken by a dishonest peer: each is driven by a signed letter that skips it, to a real node that must see it.

XD has its own keys and no gate; XA is honest. `SEEN` are the rules of which a receiver can see anything; for the others
`rules` says why there is nothing to see, and a test holds the two together.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from node.protocol.letters.codes import MALFORMED
from node.protocol.rules import BY_ID
from tests.attack.forged_posts import rows
from tests.dishonest import Dishonest
from tests.rules.broken_letters import ONE_LETTER, asks
from tests.rules.broken_threads import SEVERAL as THREADS
from tests.rules.broken_threads import held
from tests.rules.broken_ways import ALONE, ON_A_THREAD, Begin
from tests.rules.broken_words import REMEMBERED
from tests.world import World, make_world

NOTHING_TO_SEE: Final = "nothing to see: "
SEVERAL: Final = THREADS | REMEMBERED
SEEN: Final = {*ONE_LETTER, *SEVERAL}

# Out of place, malformed, unsupported, without standing, or not refused at all.
NOT_NAMED: Final = {"H02", "R21", "R31", "R32", "R36", "R37", "R38", "R39"}


def named(world: World) -> set[str]:
    """The rules by which an honest country refused or holds something."""
    read = [world[code].node.store.read_sync(lambda reader: reader.audit.lines(limit=1000)) for code in ("XD", "XA")]
    return {line.rule for lines in read for line in lines if line.outcome == "refused"} | set(held(world))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


@pytest.mark.parametrize("rule", ONE_LETTER)
async def test_a_letter_that_skips_a_rule_is_refused_where_it_arrives(world: World, rule: str) -> None:
    """Wire 3, rows 11 and 13: the receipt names the rule, nothing begins, no letter is kept."""
    kind, frame, said, receipt = ONE_LETTER[rule]
    liar = Dishonest(world, f"skips {rule}")
    if kind.startswith("safety."):
        said = {"who": [liar.token], **said}

    assert await liar.sends(kind, frame(liar), **said) == receipt

    assert rows(world, "XA", "letter") == 0


@pytest.mark.parametrize("rule", ONE_LETTER)
async def test_the_same_letter_with_the_rule_kept_is_not_refused_by_it(world: World, rule: str) -> None:
    """What is refused above is refused for that rule alone: the good letter beside it gets no such reason."""
    kind, _, _, (_, reason) = ONE_LETTER[rule]
    liar = Dishonest(world, f"keeps {rule}")
    frame: dict[str, Any] = {}
    said: dict[str, Any] = {}
    if kind.startswith("safety."):
        frame = {"lawful_basis": "vital_interests", "urgency": "urgent"}
        said = {"who": [liar.token]}
    if kind == "info.request":
        office = world["XA"].office.office_kid.hex()
        frame |= asks("given_name")(liar) | {"consent": [liar.consent(holder=office)]}
    if kind == "transit.stop":
        frame |= {"sender_role": "responder"}

    status, given = await liar.sends(kind, frame, **said)

    assert status != MALFORMED
    assert given == 0 or given > 200 or given != reason


@pytest.mark.parametrize("rule", SEVERAL)
async def test_a_thread_that_skips_a_rule_is_refused_or_held_where_it_arrives(world: World, rule: str) -> None:
    """The same where the rule needs a thread, a case or a standing before it can be broken; the audit names it."""
    await SEVERAL[rule](world)

    assert (rule in named(world)) != (rule in NOT_NAMED)


async def test_every_other_way_to_skip_a_rule_in_one_letter_is_refused_with_its_rule(world: World) -> None:
    """The same rule broken in another place, each on a thread of its own."""
    got = {}
    for way in ALONE:
        liar = Dishonest(world, f"{way.rule} {way.how}")
        got[way.rule, way.how] = await liar.sends(way.kind, way.frame(liar), **way.said(liar))

    assert got == {(way.rule, way.how): way.receipt for way in ALONE}
    assert rows(world, "XA", "letter") == 0


@pytest.mark.parametrize("begin", ON_A_THREAD, ids=lambda begin: begin.__name__)
async def test_every_other_way_to_skip_a_rule_on_a_thread_is_refused_with_its_rule(world: World, begin: Begin) -> None:
    """The same rule broken later, on a thread that began well; the thread stays where it was."""
    liar = await begin(world, begin.__name__)
    state, got = await liar.state(), {}
    for way in ON_A_THREAD[begin]:
        got[way.rule, way.how] = await liar.sends(way.kind, way.frame(liar), **way.said(liar))
        liar.n -= got[way.rule, way.how][0] == MALFORMED  # such a letter uses up no number

    assert got == {(way.rule, way.how): way.receipt for way in ON_A_THREAD[begin]}
    assert await liar.state() == state


@pytest.mark.parametrize("rule", sorted(BY_ID))
def test_every_rule_is_driven_by_a_dishonest_peer_or_there_is_nothing_to_see(rule: str) -> None:
    """The issue: a test drives each rule with a peer that skips it; where none can be seen the row says why."""
    row = BY_ID[rule]

    assert (rule in SEEN) != row.receiver.startswith(NOTHING_TO_SEE), rule
    assert rule in SEEN or "receiver" not in row.enforced_at, rule
