"""What another country found about the family counts here at once: R15."""

from pathlib import Path

import pytest

from node.service.cases.family_found import family_found
from node.service.threads.book import Book
from node.store.work import Work
from tests.rules.world import body, letter
from tests.world import World, make_world


async def hear(world: World, involvement: str) -> tuple[list[str], list[str]]:
    """XD hears what XA found; the suspicions of its case then, and the tasks."""
    node = world["XD"].node
    thread = (await world["XD"].offer("XA")).thread
    said = body("return.family_result", involvement=involvement)
    result = letter("return.family_result", sender_role="responder", body=said)

    def take(work: Work) -> None:
        row = work.threads.get("XA", thread)
        assert row is not None
        family_found(node, work, Book(node, work).open_file(row), result, node.now())
        family_found(node, work, Book(node, work).open_file(row), result, node.now())

    await node.store.write(take)
    row = node.store.read_sync(lambda reader: reader.threads.get("XA", thread))
    assert row is not None
    case = node.store.read_sync(lambda reader: Book(node, reader).case(row.case_id).case)
    tasks = node.store.read_sync(lambda reader: [node.seals.uncover(one.code) for one in reader.tasks.open()])
    return [one.by for person in case.persons for one in person.family.suspicions], tasks


@pytest.mark.parametrize(("involvement", "flagged"), [("indicated", ["node"]), ("none_seen", []), ("unknown", [])])
async def test_a_sign_of_involvement_flags_the_family_of_everybody_on_the_thread_once(
    tmp_path: Path, involvement: str, flagged: list[str]
) -> None:
    """R15: the machine may protect; that nothing was seen clears nobody."""
    world = make_world(tmp_path, "XD", "XA")

    suspected, tasks = await hear(world, involvement)

    assert suspected == flagged
    assert ("plan_without_family" in tasks) == bool(flagged)
    await world.close()
