"""Attack 54: an office block that was taken from another country's letter opens nowhere, and people are told."""

from pathlib import Path

import pytest

from node.service.cases.identity import ForeignBlock
from node.service.threads.reading import open_identity
from tests.attack.forged_posts import alarms, answer, forged, payload_of, post
from tests.unit.service.rights_support import disclosed
from tests.world import World, make_world


async def disclosed_by(world: World, sender: str) -> None:
    """`sender` disclosed a name to XA."""
    await disclosed(world, sender, names={"given_name": f"Zoryana of {sender}"})


async def test_a_block_of_another_countrys_letter_shows_nothing_and_is_an_alarm(tmp_path: Path) -> None:
    """Wire 8: sender, recipient, thread, letter id and office key are bound into the block."""
    world = make_world(tmp_path, "XD", "XA", "XT")
    await disclosed_by(world, "XD")
    stolen = payload_of(world, world.posted[-1][2][-1], "XA")["sealed_identity"]
    await disclosed_by(world, "XT")
    letter = payload_of(world, world.posted[-1][2][-1], "XA")
    again = {**letter, "letter_id": "0f" * 16, "n": letter["n"] + 1, "sealed_identity": stolen}
    sent = forged(world, "XT", "XA", again)

    got = answer(world, "XT", "XA", sent, await post(world, "XA", sent.envelope))
    with pytest.raises(ForeignBlock) as refused:
        await open_identity(world["XA"].node, world["XA"].coordinator, "0f" * 16, "give_service")

    assert getattr(got, "status", None) == 1  # the node cannot know: only the office opens blocks
    assert refused.value.peer == "XT"
    assert "Zoryana" not in str(refused.value)
    assert alarms(world, "XA") == ["foreign_block"]
    tasks = world["XA"].node.store.read_sync(lambda reader: [(task.code, task.peer) for task in reader.tasks.open()])
    assert ("foreign_block", "XT") in tasks
    await world.close()


async def test_the_block_of_the_letter_itself_opens(tmp_path: Path) -> None:
    """Without this, the refusal above could have another cause."""
    world = make_world(tmp_path, "XD", "XA")
    await disclosed_by(world, "XD")
    letter = payload_of(world, world.posted[-1][2][-1], "XA")

    persons = await open_identity(world["XA"].node, world["XA"].coordinator, letter["letter_id"], "give_service")

    assert list(persons.values()) == [{"given_name": "Zoryana of XD"}]
    await world.close()
