"""However much waits for others, nobody's own is pushed out of sight: lists are read from a person's own cases."""

from node.service.actor import Actor
from node.service.cases import cases
from node.service.cases.requests import Detained, DetentionEnded
from node.service.threads import desk
from node.store.letters import LetterRow
from node.store.work import Work
from tests.world import DAY_S, NOW, World, make_world

MANY = 1_100  # more than any list holds


def crowd(work: Work) -> None:
    """Deadlines and tasks of other people's cases, all of them older and sooner."""
    for at in range(MANY):
        work.deadlines.start("XA", f"{at:032x}", f"{at:032x}", "reply", NOW - DAY_S + at % 60)
        work.tasks.add("letter_refused", NOW - DAY_S, case_id=f"{at:032x}", thread_id=f"{at:032x}")


async def with_a_crowd(world: World) -> tuple[str, Actor]:
    """A case of a caseworker's with an offer that waits for an answer, behind a crowd of others."""
    xd = world["XD"]
    worker = xd.caseworker
    case = await xd.new_case()
    await xd.consent(case, "XA")
    await xd.offer("XA", case)
    await world.settle()
    await xd.node.store.write(crowd)
    return case, worker


async def test_a_caseworker_sees_what_is_owed_to_them_behind_a_crowd(tmp_path):
    world = make_world(tmp_path, "XD", "XA")
    case, worker = await with_a_crowd(world)

    seen = await desk.inbox(world["XD"].node, worker, limit=5)

    assert {one.case for one in seen.due} == {case}
    assert [one.case for one in await desk.list_threads(world["XD"].node, worker)] == [case]
    assert [one.case for one in (await cases.list_cases(world["XD"].node, worker)).cases] == [case]
    await world.close()


async def test_a_change_that_waits_for_a_second_person_is_seen_behind_a_crowd(tmp_path):
    """R24: nobody confirms what nobody is shown."""
    world = make_world(tmp_path, "XD", "XA")
    case, worker = await with_a_crowd(world)
    node = world["XD"].node
    await cases.change_case(node, worker, case, Detained())
    await cases.change_case(node, worker, case, DetentionEnded())

    shown = await cases.view_case(node, world["XD"].coordinator, case)

    assert len(shown.waits_for_second) == 1
    await world.close()


async def test_an_operator_sees_what_belongs_to_no_case_behind_a_crowd(tmp_path):
    world = make_world(tmp_path, "XD", "XA")
    await with_a_crowd(world)
    node = world["XD"].node
    await node.store.write(lambda work: work.tasks.add("drill_due", NOW))

    tasks = await desk.list_tasks(node, Actor("operator-1", "operator", "haven"))

    assert "drill_due" in [one.code for one in tasks] and all(one.case is None for one in tasks)
    await world.close()


async def test_a_held_letter_of_ones_own_case_is_seen_behind_a_crowd(tmp_path):
    """Held letters were read all, for every look at a desk: at a million cases a thousand of them."""
    world = make_world(tmp_path, "XD", "XA")
    case, worker = await with_a_crowd(world)
    node = world["XD"].node
    held = node.seals.cover("R16")

    (own,) = node.store.read_sync(lambda reader: reader.threads.of_case(case))

    def put(work: Work) -> None:
        for at in range(12):
            one = f"{at:032x}"
            thread, of = (own.thread_id, case) if at == 11 else (None, None) if at == 10 else (one, one)
            work.letters.put(LetterRow("XA", "in", one, thread, of, None, b"", NOW + at, held_code=held))

    await node.store.write(put)

    mine = await desk.inbox(node, worker, limit=5)
    all_ = await desk.inbox(node, world["XD"].coordinator)

    assert [(one.case, one.why) for one in mine.held] == [(case, "R16")]
    assert {one.case for one in all_.held} == {case, None}
    await world.close()
