"""Acts of one commit beside one that is refused after it wrote: it leaves nothing, they are stored once (P26, R36)."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from node.errors import BadInput
from node.service.threads import acts
from tests.unit.service.rights_support import accepted
from tests.unit.test_worker import UPDATE
from tests.world import HER, World, make_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_letters_beside_a_refused_disclosure_are_queued_once_and_arrive_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her name is opened and noted before it turns out that a field is empty; the others run again, and go."""
    xd, runs = world["XD"], list[str]()
    threads = [(await accepted(world))[0] for _ in range(3)]
    before = [len((await world["XA"].view(one)).letters) for one in threads]
    really = acts._act

    def counted(*given: Any) -> Any:
        runs.append(given[4].kind)
        return really(*given)

    monkeypatch.setattr(acts, "_act", counted)
    begins = threading.Event()
    held = xd.node.store.write(lambda work: begins.wait(10))
    asked = [
        asyncio.ensure_future(xd.act(threads[0], "referral.update", UPDATE)),
        asyncio.ensure_future(xd.act(threads[1], "referral.update", UPDATE)),
        asyncio.ensure_future(
            xd.act(threads[0], "referral.disclose", {"complete": True}, disclose={HER: ["family_name"]})
        ),
        asyncio.ensure_future(xd.act(threads[2], "referral.update", UPDATE)),
        asyncio.ensure_future(xd.act(threads[0], "referral.update", UPDATE)),
    ]
    await asyncio.sleep(0)
    noted, commits = _identity_opened(world), xd.node.store.commits
    begins.set()
    await held
    done = await asyncio.gather(*asked, return_exceptions=True)

    assert xd.node.store.commits == commits + 1, "they were one transaction"
    assert isinstance(done[2], BadInput)
    assert runs.count("referral.update") > 4, "what was undone with the refused one was run again"
    assert _identity_opened(world) == noted, "nothing of the refused one is noted as done"
    await world.settle()
    after = [len((await world["XA"].view(one)).letters) for one in threads]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 1, 1]
    assert xd.node.store.read_sync(lambda reader: reader.audit.verify()) is None
    assert world["XA"].node.store.read_sync(lambda reader: reader.audit.verify()) is None


def _identity_opened(world: World) -> int:
    lines = world["XD"].node.store.read_sync(lambda reader: reader.audit.lines(limit=1000))
    return sum(line.act == "identity_opened" for line in lines)
