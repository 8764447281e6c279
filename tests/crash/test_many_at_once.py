"""Attack 51 with several letters waiting for one peer: a kill in their midst loses and doubles none of them."""

from contextlib import suppress

import pytest

from node.demo.person import Desk
from node.errors import Unavailable
from tests.crash.support import CrashNetwork, query

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MANY = 5
TEN_MINUTES_S = 600
UNTOLD = ("before receive", "before post")  # steps at which nothing has arrived yet
ARRIVED = "select count(*) from ledger where class=1"


@pytest.mark.parametrize(
    ("code", "step"),
    [("XA", "before receive"), ("XA", "after receive"), ("XD", "before post"), ("XD", "before record_answers")],
)
async def test_letters_that_travel_together_arrive_once_each(network: CrashNetwork, code: str, step: str) -> None:
    """P9: whatever a kill interrupts, each letter of a request has one effect and one receipt."""
    before = query(network.database("XA"), ARRIVED)[0][0]
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
    if step in UNTOLD:
        assert query(network.database("XA"), ARRIVED)[0][0] == before
    await network.restart(code)
    await network.settled()

    received = query(network.database("XA"), "select thread_id from thread where peer='XD'")
    assert sorted(one for (one,) in received if one in threads) == sorted(threads)
    assert query(network.database("XA"), ARRIVED)[0][0] == before + MANY
    await network.agreed()
