"""Attack 57, widely: whatever we know of her, every letter about her is answered with the same work.

Each row of `unseen.KNOWN` is compared with the one beside it on every kind of letter that the other country can send:
statements of the database, rows it has more in every table and index, records of the journal. Times are measured in
`make bench`.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from node.service.cases.cases import change_case
from node.service.cases.family_found import family_found
from node.service.cases.requests_people import SuspectFamily
from node.service.cases.return_requests import EndReturn
from node.service.context import Distrusted, Node
from node.service.returns.transits import transit_stopped
from node.service.threads.book import Book, OpenFile
from node.store import connect, db
from node.store.on_call import OnCallRow
from node.store.work import Work
from tests.attack.pairs import Stage, stage_of
from tests.attack.provoking import Poked, refer
from tests.attack.return_pairs import CATEGORIES, opened
from tests.attack.same_answer import A_VALUE
from tests.attack.unseen import (
    FEARED,
    KNOWN,
    STOPPED,
    Seen,
    State,
    Took,
    in_turn,
    referrals,
    returns,
    send_many,
    send_one,
)
from tests.rules.return_world import PLAN, her_return, plan
from tests.rules.world import body, letter
from tests.world import HER, NOW, Country, make_world

Threads = dict[str, list[Any]]
ON_A_REFERRAL: Final = (
    "referral.update", "access.request", "erasure.request", "safety.alert", "safety.update", "safety.acknowledged",
    "safety.stand_down", "safety.medical", "rectification", "breach.notice", "consent.withdrawal", "+complaint.open",
    "+referral.offer", "+safety.alert", "+ident.support_request", "referral.info_request", "referral.handback",
    "referral.complete", "erasure.confirm", "access.response", "referral.ended", "access.request", "+complaint.open",
    "safety.alert",
)  # fmt: skip
ON_A_RETURN: Final = (
    "return.update", "return.risk_result", "return.family_result", "return.reintegration_plan", "access.request",
    "safety.alert", "+complaint.open", "return.decision", "return.traveldoc_status", "return.stopped", "return.update",
)  # fmt: skip
SCENES: Final[dict[str, tuple[Callable[[Stage], Awaitable[Threads]], tuple[str, ...]]]] = {
    "a referral of ours": (partial(referrals, role="opener", many=1), ON_A_REFERRAL),
    "a referral of theirs": (partial(referrals, role="responder", many=1), ON_A_REFERRAL),
    "a return that is assessed": (partial(returns, name="assessing", many=1), ON_A_RETURN),
    "a return that is planned": (partial(returns, name="plan", many=1), ON_A_RETURN),
}
BATCH, PLACE = 64, 20
FOR_THE_NODE: Final = ("referral.update", "safety.alert", "+safety.alert", "+complaint.open")


async def distrusted_by_all(node: Node) -> None:
    node.distrusted = Distrusted({"XA": ("ana", "ben")})


async def on_call(node: Node) -> None:
    row = OnCallRow("ana", "first", True, b"where she is reached", node.now())
    await node.store.write(lambda work: work.on_call.put(row))
    node.page_by = ("mail", "command")


OF_THE_NODE: Final = {"distrusted by all": distrusted_by_all, "somebody is on call and is called": on_call}
THEIR_STOPS: Final = frozenset({"referral.ended", "return.stopped"})
AWAITED: Final = frozenset({"index deadline_due", "index deadline_open"})


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """What the database is asked; the journal is watched once there is a world."""
    made, open_writer = Seen(), connect.open_writer

    def traced(*args: Any, **named: Any) -> sqlite3.Connection:
        connection = open_writer(*args, **named)
        connection.set_trace_callback(lambda statement: made.asked.append(A_VALUE.sub("?", statement)))
        return connection

    monkeypatch.setattr(db, "open_writer", traced)
    return made


@pytest.fixture
async def stage(tmp_path: Path, seen: Seen) -> AsyncIterator[Stage]:
    world = make_world(tmp_path, "XD", "XT", "XA")
    seen.watch(world)
    yield stage_of(world, 57)
    await world.close()


@pytest.mark.parametrize("scene", SCENES)
async def test_attack_57_every_letter_is_answered_with_the_same_work_whatever_is_known_of_her(
    stage: Stage, seen: Seen, scene: str
) -> None:
    """Attack 57; wire 3 row 14: for a row and the one beside it the same answer, statements and records."""
    make, letters = SCENES[scene]
    threads = await make(stage)
    answers, different = set(), []

    for kind in letters:
        took = await in_turn(stage, threads, kind, seen)
        answers |= {one.said for ones in took.values() for one in ones}
        different += [
            (kind, state.name, state.beside, *apart(took[state.name][0], took[state.beside][0]))
            for state in KNOWN
            if not alike(kind, state, took[state.name][0], took[state.beside][0])
        ]

    assert different == []
    assert {(1, 0, 4096)} < answers


def alike(kind: str, state: State, one: Took, other: Took) -> bool:
    """Whether two answers took the same. A stop that waits for its slot is another matter than none, whatever its cause
    (docs/threat-model.md, after a stop): theirs cancels ours, and what we waited for is waited for no more.
    """
    if state.name != STOPPED:
        return one == other
    rows = [{row for row in took.written if row[0] not in AWAITED} for took in (one, other)]
    same = (one.said, one.asked, one.journal) == (other.said, other.asked, other.journal) and rows[0] == rows[1]
    return same or kind in THEIR_STOPS


def apart(one: Took, other: Took) -> tuple[object, ...]:
    """In what two answers differ, for who reads the failure."""
    more = [statement for statement in one.asked if one.asked.count(statement) > other.asked.count(statement)]
    less = [statement for statement in other.asked if other.asked.count(statement) > one.asked.count(statement)]
    return one.said, other.said, one.journal - other.journal, one.written, other.written, more, less


@pytest.mark.parametrize("name", OF_THE_NODE)
async def test_attack_57_what_holds_for_the_whole_node_changes_no_answer(stage: Stage, seen: Seen, name: str) -> None:
    """Attack 57, H14, H21: whom two people distrust, and whether anybody is on call, called, and by what."""
    runs = [Poked(number, "", "responder", 2) for number in range(3)]
    await refer(stage, runs)
    lead, before, after = runs
    await send_one(stage, lead, "referral.update", seen)
    took = [await send_one(stage, before, kind, seen) for kind in FOR_THE_NODE]

    await OF_THE_NODE[name](stage.world["XD"].node)

    assert [await send_one(stage, after, kind, seen) for kind in FOR_THE_NODE] == took


async def test_attack_57_of_a_batch_no_receipt_tells_which_letter_is_about_somebody_protected(
    stage: Stage, seen: Seen
) -> None:
    """Attack 57; wire 4: the receipts of a request stand in its order, of one time and one chain, and all come at once;
    with her letter among them the request takes what it takes without.
    """
    runs = [Poked(number, "", "responder", 2) for number in range(BATCH + 1)]
    await refer(stage, runs)
    (*plain, hers) = runs
    await FEARED(stage.world, hers)
    await send_many(stage, plain, seen)

    without = await send_many(stage, plain, seen)
    among = await send_many(stage, [*plain[:PLACE], hers, *plain[PLACE + 1 :]], seen)

    assert len(without.said) == BATCH
    assert among == without


@pytest.mark.parametrize("suspected", [False, True])
async def test_attack_57_that_a_family_is_involved_is_noted_once_whether_or_not_people_here_thought_so(
    stage: Stage, seen: Seen, suspected: bool
) -> None:
    """Attack 57, R15: a record of the journal waits for two disks, some milliseconds of the answer."""
    xd = stage.world["XD"]
    thread = (await xd.offer("XA")).thread
    if suspected:
        row = xd.node.store.read_sync(lambda reader: reader.threads.find(thread))
        assert row is not None
        await change_case(xd.node, xd.coordinator, row.case_id, SuspectFamily(person_id=HER))
    result = letter(
        "return.family_result", sender_role="responder", body=body("return.family_result", involvement="indicated")
    )
    before = seen.counted(stage.world)
    seen.forget()

    await xd.node.store.write(lambda work: family_found(xd.node, work, of_thread(xd, work, thread), result, NOW))

    after = seen.counted(stage.world)
    assert len(seen.noted) == 1
    assert {name: after[name] - before[name] for name in ("table task", "index task_case")} == {
        "table task": 1, "index task_case": 1,
    }  # fmt: skip


@pytest.mark.parametrize("ended", [False, True])
async def test_attack_57_that_a_country_on_the_way_stopped_her_is_noted_once_whether_or_not_her_plan_goes_on(
    stage: Stage, seen: Seen, ended: bool
) -> None:
    """Attack 57, H04: so that country does not learn before the slot that she stays."""
    xd = stage.world["XD"]
    case = await xd.new_case(returns=(plan(her_return()),))
    await xd.consent(case, "XT", purposes=("transit",), categories=CATEGORIES)
    passage = await opened(xd, case, "XT", "transit.request")
    if ended:
        await change_case(xd.node, xd.coordinator, case, EndReturn(plan_id=PLAN))
    seen.forget()

    await xd.node.store.write(
        lambda work: transit_stopped(xd.node, work, of_thread(xd, work, passage, "XT"), xd.node.now())
    )

    assert len(seen.noted) == 1


def of_thread(country: Country, work: Work, thread: str, peer: str = "XA") -> OpenFile:
    found = Book(country.node, work).file(peer, thread)
    assert found is not None
    return found
