"""Attack 51 with several letters in one request: a kill takes all of them or none, and each has one effect."""

from contextlib import suppress

import pytest

from node.demo.person import Desk
from node.errors import Unavailable
from tests.crash.support import CODES, CrashNetwork, faults, query

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MANY = 5
TEN_MINUTES_S = 600
TOGETHER = "select count(*) from ledger where class=1"


@pytest.mark.parametrize(
    ("code", "step", "taken"),
    [
        ("XA", "before receive", 0),
        ("XA", "after receive", MANY),
        ("XD", "before post", 0),
        ("XD", "before record_answers", MANY),
    ],
)
async def test_letters_that_travel_together_arrive_once_each(
    network: CrashNetwork, code: str, step: str, taken: int
) -> None:
    """P9: their receipts are one tree and one transaction, so no kill can take them apart."""
    before = query(network.database("XA"), TOGETHER)[0][0]
    await network.end("XA")
    async with network.client("XD", "coordinator") as api:
        desk = Desk("XD", api)
        cases = [await desk.new_case({"given_name": "Milena"}) for _ in range(MANY)]
        for case, person in cases:
            await desk.consent(case, person, ["XA"])
        threads = [await desk.offer(case, "XA") for case, _ in cases]
    await network.end("XD")
    network.move_clock(TEN_MINUTES_S)  # whatever pause XD gave XA is over: its next start posts all of them at once
    network.arm(code, step)
    await network.restart("XA")
    with suppress(Unavailable):  # XD may be dead before it is ready
        await network.restart("XD")
    await network.died(code)
    assert query(network.database("XA"), TOGETHER)[0][0] - before == taken
    await network.restart(code)
    await network.settled()

    received = query(network.database("XA"), "select thread_id from thread where peer='XD'")
    assert sorted(one for (one,) in received if one in threads) == sorted(threads)
    assert query(network.database("XA"), TOGETHER)[0][0] == before + MANY
    assert faults({one: network.database(one) for one in CODES}) == []
