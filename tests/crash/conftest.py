"""The two nodes that most crash tests share: starting them takes longer than killing them."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.crash.support import CODES, CrashNetwork


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def network(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[CrashNetwork]:
    """A registry and the nodes XD and XA, running; every process is ended afterwards."""
    made = CrashNetwork(tmp_path_factory.mktemp("crash"))
    try:
        await made.start(CODES)
        yield made
    finally:
        await made.stop()
