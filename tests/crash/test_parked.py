"""Attack 51, for a letter of a country that is not known yet: kill -9 where it is judged at last. Source: wire 3."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from node.errors import Unavailable
from tests.crash.support import CrashNetwork, query, waits_in
from tests.crash.test_delivery_kills import TEN_MINUTES_S, offered

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@contextmanager
def without_mirror(network: CrashNetwork, code: str) -> Iterator[None]:
    """The node of `code` is configured with a mirror that is nowhere."""
    config = network.config(code)
    text = config.read_text()
    assert network.registry_url in text
    config.write_text(text.replace(network.registry_url, "http://127.0.0.1:9"))
    try:
        yield
    finally:
        config.write_text(text)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_kill_while_parked_letters_are_judged_judges_each_of_them_once(
    network: CrashNetwork, when: str
) -> None:
    """Its bytes and what they become are one transaction: parked, or a letter with a receipt."""
    await network.end("XA")
    with without_mirror(network, "XA"):
        await network.restart("XA")
        newcomer = await network.join_another()
        thread, _ = await offered(network, newcomer)

        async def parked() -> bool:
            return query(network.database("XA"), "select count(*) from parked") == [(1,)]

        await network.until("XA to park what it cannot judge yet", parked)
        await network.end("XA")
    network.arm("XA", f"{when} judge_parked")
    with suppress(Unavailable):  # it may be dead before it is ready
        await network.restart("XA")
    await network.died("XA")
    assert query(network.database("XA"), "select count(*) from parked") == [(int(when == "before"),)]
    await network.restart("XA")

    async def at_rest() -> bool:
        network.nudge(TEN_MINUTES_S)
        return not waits_in(network.database(newcomer))

    await network.until("the newcomer to have its receipt", at_rest)
    assert query(network.database("XA"), "select count(*) from thread where thread_id=?", thread) == [(1,)]
    assert query(network.database("XA"), "select count(*) from ledger where sender=? and class=1", newcomer) == [(1,)]
    assert query(network.database("XA"), "select count(*) from parked") == [(0,)]
    await network.agreed()
