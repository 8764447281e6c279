"""R04, domain 5.2: a report (L4) is for the focal point's eyes only: refused without the mark, opened by few.

And H19: danger that is told in a referral's arrival calls people, as in a return's.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.errors import NotAllowed
from node.protocol.gate.desk import may_open_report
from node.protocol.letters.codes import REFUSED, STORED
from node.service.threads.reading import open_identity
from tests.attack.forged_posts import rows
from tests.dishonest import CATEGORIES, Dishonest
from tests.rules.world import disclosure, item, letter, with_
from tests.unit.service.rights_support import disclosed, letter_of
from tests.unit.test_spine import ACCEPT
from tests.world import HER, World, make_world

LEVELS = ("L1", "L2", "L3", "L4")
MARK = "eyes_focal_point_only"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_r04_receiver_a_report_without_the_mark_is_refused(world: World) -> None:
    """R04: a peer that skips the mark is refused for that alone; with it, the same letter is taken."""
    liar = Dishonest(world, "no mark")
    allows = {"levels": list(LEVELS), "categories": [*CATEGORIES, "narrative"]}
    assert await liar.sends("referral.offer", {"consent": [liar.consent(**allows)]}) == (STORED, 0)
    report = liar.item("narrative", "L4")
    await liar.hears("referral.accept", data_needed=[report])
    inside: dict[str, Any] = {
        "consent": [liar.consent(**allows, holder=world["XA"].office.office_kid.hex())],
        "disclosed": [report],
        "sealed_identity": liar.sealed(),
    }
    kept = rows(world, "XA", "letter")

    assert await liar.sends("referral.disclose", inside) == (REFUSED, 4)

    assert rows(world, "XA", "letter") == kept
    marked = inside | {"handling": [*liar.letter("referral.disclose")["handling"], MARK]}
    assert await liar.sends("referral.disclose", marked) == (STORED, 0)


async def test_r04_receiver_only_the_owner_or_a_coordinator_opens_a_report(world: World) -> None:
    """R04: a caseworker who does not own the case reads no report; once it is hers, she does."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"given_name": "Zoryna", "narrative": "an invented account"}})
    await xd.consent(case, "XA", levels=LEVELS, categories=(*CATEGORIES, "narrative"))
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    token = xd.tokens(thread)[HER]
    needed = [{"person": token, "field": "narrative", "level": "L4"}]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": needed})
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["narrative"]})
    await world.settle()
    report = await letter_of(world, "XA", thread, "referral.disclose")

    with pytest.raises(NotAllowed) as refused:
        await open_identity(xa.node, xa.caseworker, report, "give_service")

    assert refused.value.rule == "R04"
    assert "invented account" not in str(refused.value)
    assert await open_identity(xa.node, xa.coordinator, report, "give_service")
    await take(world, thread)
    assert await open_identity(xa.node, xa.caseworker, report, "give_service") == {
        token: {"narrative": "an invented account"}
    }


async def take(world: World, thread: str) -> None:
    """XA's caseworker takes the case of this thread."""
    xa = world["XA"]
    row = xa.node.store.read_sync(lambda reader: reader.threads.find(thread))
    assert row is not None

    def own(work: Any) -> None:
        work.cases.put(msgspec.structs.replace(work.cases.get(row.case_id), owner=xa.caseworker.user_id))

    await xa.node.store.write(own)


def test_r04_receiver_a_report_that_is_sealed_and_not_named_is_not_opened_either() -> None:
    """R04: the mark, what the letter names and what was inside each count; a name alone is for the whole desk."""
    plain = disclosure(item("given_name", "L3"))

    assert may_open_report(plain, ["given_name"], leads=False) is None
    for found in (
        may_open_report(plain, ["given_name", "narrative"], leads=False),
        may_open_report(with_(plain, handling=(*plain.handling, MARK)), [], leads=False),
        may_open_report(disclosure(item("narrative", "L4")), [], leads=False),
    ):
        assert found is not None
        assert found.rule == "R04"
    assert may_open_report(plain, ["narrative"], leads=True) is None


def test_r04_receiver_whoever_is_on_call_reads_the_medical_facts_of_a_danger() -> None:
    """H02, H20: a danger is not held up by who owns the case."""
    danger = with_(letter("safety.medical"), handling=(*letter("safety.medical").handling, MARK))

    assert may_open_report(danger, ["allergies"], leads=False) is None


@pytest.mark.parametrize(
    "said",
    [{"wellbeing": "detained"}, {"wellbeing": "taken_by_unknown"}, {"wellbeing": "needs_hospital"},
     {"arrived": False, "wellbeing": "not_known", "confirmed_by_her": False}],
    ids=str,
)  # fmt: skip
async def test_h19_receiver_an_arrival_of_a_referral_that_tells_of_danger_calls_people(
    world: World, said: dict[str, Any]
) -> None:
    """H19: people on call are called when the letter comes, and a task asks on, until somebody looked."""
    thread = await told_arrival(world, **said)
    xd = world["XD"].node

    (called,) = xd.store.read_sync(lambda reader: reader.alarms.open())
    assert (called.ladder, called.thread_id) == ("look", thread)
    await world.later(60)
    await world.sweep()
    (task,) = [one for one in open_tasks(world) if one[0] == "arrival_needs_you_caseworker"]
    await xd.store.write(lambda work: work.tasks.done(task[1], "caseworker-1", xd.now()))
    await world.later(3700)
    await world.sweep()
    assert xd.store.read_sync(lambda reader: reader.alarms.open()) == []
    assert "arrival_needs_you_backup" not in [code for code, _ in open_tasks(world)]


async def test_h19_receiver_an_arrival_of_a_referral_without_danger_calls_nobody(world: World) -> None:
    """H19: she is well, or needs care that waits for the morning."""
    await told_arrival(world, wellbeing="needs_care")
    await world.later(60)
    await world.sweep()

    assert world["XD"].node.store.read_sync(lambda reader: reader.alarms.open()) == []
    assert not [code for code, _ in open_tasks(world) if code.startswith("arrival_needs_you")]


def open_tasks(world: World) -> list[tuple[str, int]]:
    """Code and id of what waits for people at XD."""
    node = world["XD"].node
    rows = node.store.read_sync(lambda reader: reader.tasks.open())
    return [(node.seals.uncover(one.code), one.id) for one in rows]


async def told_arrival(world: World, **said: Any) -> str:
    """XA tells how she arrived; the thread."""
    thread, _ = await disclosed(world)
    told = {"arrived": True, "noted_at": world.clock.now(), "wellbeing": "well", "confirmed_by_her": True}
    await world["XA"].act(thread, "referral.arrived", {**told, **said})
    await world.settle()
    return thread
