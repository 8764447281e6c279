"""A channel epoch says why it began in its first control letter to each peer. Source: wire 1 (channel epoch), 7."""

from pathlib import Path
from typing import Any

import pytest

from node.protocol.letters.control import HelloBody
from node.protocol.letters.decode import AnyControl
from node.service.actor import Actor
from node.service.context import Node
from node.service.delivery import control, judge
from node.service.threads.reading import open_letter
from node.service.upkeep.restore import put_back
from node.store.folder import DataFolder
from node.store.work import Work
from tests.world import DAY_S, World

Heard = list[tuple[str, str, str | None]]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """(who, kind, why) of every control letter that was taken in, in the order in which it was."""
    taken: Heard = []
    take = control.take_control

    def noted(node: Node, work: Work, peer: str, letter: AnyControl, *rest: Any) -> int:
        taken.append((peer, letter.kind, letter.body.reason if isinstance(letter.body, HelloBody) else None))
        return take(node, work, peer, letter, *rest)

    monkeypatch.setattr(judge, "take_control", noted)
    return taken


async def test_the_first_control_letter_to_a_peer_says_that_the_epoch_began_with_the_node(
    world: World, heard: Heard
) -> None:
    """Wire 1: a new epoch says why; once to each peer, before whatever else there is to say."""
    for _ in range(2):
        thread = (await world["XD"].offer("XA")).thread
        await world.settle()
        await opens(world, "XA", thread)
        await world.settle()

    assert [one for one in heard if one[0] == "XA"] == [
        ("XA", "channel.hello", "init"),
        ("XA", "letter.opened", None),
        ("XA", "letter.opened", None),
    ]


async def test_a_restart_greets_nobody_again(world: World, heard: Heard) -> None:
    """The epoch is the same one: nothing began."""
    await world.days(1)
    await world.restart("XA")
    heard.clear()

    await world.days(1)

    assert not [one for one in heard if one[1] == "channel.hello"]


async def test_after_a_restore_also_a_peer_that_the_backup_did_not_know_is_told_of_it(
    world: World, heard: Heard
) -> None:
    """Wire 7: it releases again all it sent, because the first word to it says `restore` and names nothing received."""
    copy = world.tmp / "before.backup"
    world["XA"].node.store.backup(copy)
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    await opens(world, "XA", thread)
    await world.settle()
    heard.clear()

    await restore(world, "XA", copy)
    await world.later(DAY_S)
    other = (await world["XD"].offer("XA")).thread
    await world.settle()
    await opens(world, "XA", other)
    await world.days(1)

    assert next(one for one in heard if one[0] == "XA") == ("XA", "channel.hello", "restore")
    assert (await world["XA"].view(thread)).state == "offered"


async def opens(world: World, code: str, thread: str) -> None:
    """A person of the country opens every letter of the thread."""
    someone: Actor = world[code].coordinator
    for letter in (await world[code].view(thread)).letters:
        await open_letter(world[code].node, someone, letter.letter_id)


async def restore(world: World, code: str, copy: Path) -> None:
    """Bring a node back from a copy of its database."""
    await world[code].close()
    put_back(DataFolder(world.tmp / code), copy)
    await world.restart(code)
