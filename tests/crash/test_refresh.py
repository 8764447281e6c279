"""Attack 51, for the registry: kill -9 at every durable step of a refresh. No version is lost, none is half there."""

from typing import Any

import pytest

from tests.crash.story import Story
from tests.crash.support import CrashNetwork

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

STEPS = (
    "before registry",  # every file verified, the new copy not yet made current
    "before link",  # the new copy is there, the old one is still current
    "after registry",  # the new copy is current, the database knows nothing of it
    "before _archive",
    "after _archive",
    "after _follow",
)


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_during_a_refresh_loses_no_version_of_the_registry(network: CrashNetwork, step: str) -> None:
    """Issue 2: every verified version is archived; evidence years later needs each of them."""
    network.arm("XA", step)
    code = network.admit_another()
    await network.died("XA")
    await network.restart("XA")

    async with network.client("XA", "coordinator") as api:

        async def known() -> Any:
            return next((one for one in (await api.get("registry"))["countries"] if one["country"] == code), None)

        assert (await network.until(f"XA to know {code}", known))["status"] == "active"
    assert network.published() <= network.archived("XA")


async def test_a_referral_goes_its_way_after_all_of_that(network: CrashNetwork) -> None:
    """Nothing that a killed refresh leaves stands in the way of a letter or of its evidence."""
    end = await Story(network).run()

    assert end["XA"]["state"] == end["XD"]["state"] == "disclosed"
    assert not end["XA"]["proved"].faults
    assert end["XA"]["proved"].receipts == len(end["XA"]["letters"])
    await network.agreed()
