"""Attack 51, for what happens seldom on the way of a letter: a peer that is away, a key that is not known yet, an
envelope that would expire, a key that was lost, a letter that was given up. Kill -9 at each step; it arrives once.

Source: wire 1, 3, 4; delivery; P9.
"""

import asyncio
import sqlite3
from contextlib import closing, suppress

import pytest
import pytest_asyncio

from node.demo.person import Desk
from node.errors import Unavailable
from node.service.upkeep.restore import FIRST_PREKEY
from tests.crash.support import CODES, DAY_S, CrashNetwork, faults, query, waits_in

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

TEN_MINUTES_S = 600
ARRIVED = "select count(*) from ledger where sender='XD' and class=1 and letter_id=?"


async def offered(network: CrashNetwork, code: str = "XD") -> tuple[str, str]:
    """(thread, letter) of one more person offered to XA by `code`."""
    async with network.client(code, "coordinator") as api:
        desk = Desk(code, api)
        case, person = await desk.new_case({"given_name": "Milena"})
        await desk.consent(case, person, ["XA"])
        thread = await desk.offer(case, "XA")
    return thread, query(network.database(code), "select letter_id from outbox where thread_id=?", thread)[0][0]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def acquainted(network: CrashNetwork) -> None:
    """XD knows what to seal to."""
    await offered(network)
    await network.settled()


async def in_vain(network: CrashNetwork) -> tuple[str, str]:
    """The same while XA is away: released, posted once, and waiting."""
    await network.end("XA")
    thread, letter = await offered(network)
    tried = "select 1 from envelope where letter_id=? and tries>0"

    async def failed() -> bool:
        return bool(query(network.database("XD"), tried, letter))

    await network.until("the first try to be noted", failed)
    return thread, letter


async def starts_and_dies(network: CrashNetwork, code: str, step: str) -> None:
    """Start a node that reaches its step on its way up, or soon after; then start it again."""
    network.arm(code, step)
    with suppress(Unavailable):  # it may be dead before it is ready
        await network.restart(code)
    await network.died(code)
    await network.restart(code)


async def believes_the_clock(network: CrashNetwork, code: str) -> None:
    """Wait until a registry is verified whose time is the present one."""
    async with network.client(code, "coordinator") as api:

        async def fresh() -> bool:
            return network.clock.now() - int((await api.get("health"))["registry_verified_at"]) < DAY_S

        await network.until(f"{code} to refresh its registry", fresh)


async def everything_arrives(network: CrashNetwork) -> None:
    """Whatever pause XD gave XA is over, and no gap is left in the end."""
    network.move_clock(DAY_S // 4)
    await network.end("XD")
    await network.restart("XD")

    async def nothing_waits() -> bool:
        network.nudge(60)
        return not any(waits_in(network.database(code)) for code in CODES)

    async def nothing_is_wrong() -> bool:
        network.nudge(60)
        return faults({code: network.database(code) for code in CODES}) == []

    await network.until("the post to come to rest", nothing_waits)
    await network.until("both sides to agree", nothing_is_wrong)


def arrived(network: CrashNetwork, letter: str) -> int:
    """How often XA gave a receipt that is no repetition for this letter."""
    return int(query(network.database("XA"), f"{ARRIVED} and status=1", letter)[0][0])


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_while_a_failed_post_is_noted_posts_it_again(network: CrashNetwork, when: str) -> None:
    """P10: whether the failure was noted or not, the same bytes go again and arrive once."""
    await network.end("XA")
    network.arm("XD", f"{when} record_failure")
    thread, letter = await offered(network)
    await network.died("XD")
    assert query(network.database("XD"), "select tries from envelope where letter_id=?", letter) == [
        (int(when == "after"),)
    ]
    await asyncio.gather(network.restart("XD"), network.restart("XA"))
    await everything_arrives(network)

    assert arrived(network, letter) == 1
    assert query(network.database("XA"), "select count(*) from thread where thread_id=?", thread) == [(1,)]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["reseal", "believed_again"])
async def test_a_kill_while_letters_that_would_expire_are_released_again_loses_none(
    network: CrashNetwork, when: str, step: str
) -> None:
    """Wire 1: two days before it expires, by the hourly sweep; or after a long sleep, once a registry is verified."""
    _, letter = await in_vain(network)
    if step == "reseal":
        for days in (6, 5):
            network.move_clock(days * DAY_S)
            await believes_the_clock(network, "XD")
        network.arm("XD", f"{when} reseal")
        network.move_clock(DAY_S)
        await network.died("XD")
        await network.restart("XD")
    else:
        await network.end("XD")
        network.move_clock(13 * DAY_S)
        await starts_and_dies(network, "XD", f"{when} believed_again")
    await network.restart("XA")
    await everything_arrives(network)

    assert arrived(network, letter) == 1
    assert query(network.database("XD"), "select count(*) from envelope where letter_id=?", letter)[0][0] > 1


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_while_new_prekeys_are_taken_seals_again_what_a_lost_key_would_have_opened(
    network: CrashNetwork, when: str
) -> None:
    """Wire 1: the newer bundle and the wish to release again are one transaction."""
    _, letter = await in_vain(network)
    await loses_its_prekeys(network)
    await network.restart("XA")
    await network.end("XD")
    await starts_and_dies(network, "XD", f"{when} accept_bundle")
    await everything_arrives(network)

    assert arrived(network, letter) == 1
    assert query(network.database("XD"), "select count(*) from envelope where letter_id=?", letter)[0][0] == 2


async def loses_its_prekeys(network: CrashNetwork) -> None:
    """XA, which is not running, is as after a restore: no backup holds prekeys; the next have higher numbers."""
    with closing(sqlite3.connect(network.data("XA") / "keys.db", isolation_level=None)) as keys:
        keys.execute("delete from secret where name like 'prekey.%'")
    with closing(sqlite3.connect(network.database("XA"), isolation_level=None)) as rows:
        (serial,) = rows.execute("select serial from prekey_bundle where peer='XA'").fetchone()
        rows.execute("insert or replace into meta values (?,?)", (FIRST_PREKEY, serial + 100))


@pytest.mark.parametrize(
    ("code", "step"),
    [
        ("XD", "before gaps"),
        ("XD", "after gaps"),
        ("XD", "before release_due"),
        ("XD", "after release_due"),
        ("XA", "before receive"),
        ("XA", "after receive"),
    ],
)
async def test_a_kill_while_what_was_given_up_is_named_leaves_no_gap(
    network: CrashNetwork, code: str, step: str
) -> None:
    """Wire 1, 4: `channel.closed` names the statement that never comes, whoever dies on the way of it."""
    thread, letter = await in_vain(network)
    async with network.client("XD", "coordinator") as api:
        await api.post(f"threads/{thread}/stop", {})
    assert query(network.database("XD"), "select state from envelope where letter_id=?", letter) == [("given_up",)]
    network.arm(code, step)
    if code == "XD":
        network.move_clock(DAY_S)
        await network.died("XD")
        await network.restart("XD")
        await network.restart("XA")
    else:
        with suppress(Unavailable):
            await network.restart("XA")
        network.move_clock(DAY_S)
        await network.died("XA")
        await network.restart("XA")
    await everything_arrives(network)

    assert arrived(network, letter) == 0
    assert query(network.database("XD"), "select closed_sent from envelope where letter_id=?", letter) == [(1,)]
