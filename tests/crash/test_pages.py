"""A node killed between calling whoever is on call and noting it calls again, and not for ever. Source: R32; H21."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.crash.support import CrashNetwork, query

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CrashNetwork]:
    """One node whose pager writes a line into a file."""
    made = CrashNetwork(tmp_path_factory.mktemp("pages"))
    try:
        await made.start(("XD",))
        script = made.folder / "pager"
        script.write_text(f'#!/bin/sh\necho "$1 $2" >> {made.folder / "rang"}\n')
        script.chmod(0o700)
        await made.end("XD")
        with made.config("XD").open("a") as config:
            config.write(f'\n[alarm]\ncommand = ["{script}"]\n')
        await made.restart("XD")
        yield made
    finally:
        await made.stop()


def rang(network: CrashNetwork) -> int:
    path: Path = network.folder / "rang"
    return len(path.read_text().splitlines()) if path.exists() else 0


async def test_r32_sender_a_node_killed_after_the_pager_rang_rings_once_more_and_then_is_quiet(
    network: CrashNetwork,
) -> None:
    """Nothing was noted, so somebody is called twice rather than never; a third time would be noise."""
    network.arm("XD", "after page")
    async with network.client("XD", "coordinator") as ana:
        case = await ana.post("cases", {"persons": [{"age_band": "25-34"}]})
        await ana.post(f"cases/{case['case']}/changes", {"change": "detained"})
        await network.died("XD")
    assert (rang(network), waiting(network)) == (1, 1)

    await network.restart("XD")
    await network.until("the call to be noted", lambda: asyncio.to_thread(lambda: waiting(network) == 0))
    await network.end("XD")
    await network.restart("XD")  # what was noted is called for no more

    assert (rang(network), waiting(network)) == (2, 0)


def waiting(network: CrashNetwork) -> int:
    ((count,),) = query(network.database("XD"), "select count(*) from page where sent_at is null")
    return int(count)
