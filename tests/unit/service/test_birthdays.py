"""The hourly look at who comes of age: it needs nobody signed in, and leaves nothing readable on the disk."""

from pathlib import Path

from node.protocol.cases.case import Person
from node.protocol.cases.life_events import LifeRecords, Majority
from node.service.threads.book import Book
from node.service.upkeep import birthdays
from tests.rules.world import GUARDIAN
from tests.world import DAY_S, HER, NOW, make_world


def minor(person_id: str = HER, majority_at: int | None = NOW + DAY_S) -> Person:
    """A child with a guardian, whose birthday two people confirmed."""
    life = LifeRecords(majority=Majority(by=("ana", "ben"), warned_at=NOW))
    return Person(
        person_id=person_id, role="person", age_band="16-17", guardian=GUARDIAN, majority_at=majority_at, life=life
    )


async def test_on_the_day_she_is_an_adult_and_somebody_is_asked_to_ask_her(tmp_path: Path) -> None:
    """H27: without a sign-in, once, for every case however many."""
    world = make_world(tmp_path, "XD")
    node = world["XD"].node
    cases = [await world["XD"].new_case(persons=(minor(),)) for _ in range(3)]
    cases.append(await world["XD"].new_case(persons=(minor(majority_at=None),)))

    assert await birthdays.coming_of_age(node) == 0
    world.clock.step(DAY_S)
    assert await birthdays.coming_of_age(node) == 3
    assert await birthdays.coming_of_age(node) == 0

    bands = node.store.read_sync(lambda reader: [Book(node, reader).case(c).case.persons[0].age_band for c in cases])
    tasks = node.store.read_sync(lambda reader: reader.tasks.open())
    assert bands == ["18-24", "18-24", "18-24", "16-17"]
    assert {node.seals.uncover(task.code) for task in tasks} == {"majority_ask_her"}
    plain = node.store.read_sync(lambda reader: reader.connection.execute("select code from task").fetchall())
    assert not [code for (code,) in plain if "majority" in code]
    await world.close()


async def test_a_clock_nobody_believes_makes_nobody_an_adult(tmp_path: Path) -> None:
    """H22, H27: a wrong clock hands no child's consent over."""
    world = make_world(tmp_path, "XD")
    case_id = await world["XD"].new_case(persons=(minor(),))
    world.clock.step(30 * DAY_S)

    assert await birthdays.coming_of_age(world["XD"].node) == 0

    node = world["XD"].node
    person = node.store.read_sync(lambda reader: Book(node, reader).case(case_id).case.persons[0])
    assert person.treated_as_child
    await world.close()
