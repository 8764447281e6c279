"""Attack 51, for the one stop: kill -9 where it is decided, where it leaves at its slot, and where it arrives.

Whatever ended the contact (people here, asylum, a consent taken back), it ends as when nobody is killed. Source: H01.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.crash.story import Kill, Story
from tests.crash.support import CODES, DAY_S, CrashNetwork, waits_in

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

KILLS = {
    "illness": (
        Kill("end", "XD", "before stop_thread"),
        Kill("end", "XD", "after stop_thread"),
        # it leaves at the daily slot, like every other
        Kill("slot", "XD", "before release_due"),
        Kill("slot", "XD", "after release_due"),
        Kill("slot", "XA", "before receive"),
        Kill("slot", "XA", "after receive"),
    ),
    "asylum": (Kill("end", "XD", "before change_case"), Kill("end", "XD", "after change_case")),
    # the withdrawal goes before it; the stop is queued at the slot, by the sweep
    "withdrawal": (Kill("slot", "XD", "before overdue"), Kill("slot", "XD", "after overdue")),
}


class Ending(Story):
    """She is offered, and the contact ends for one cause or another."""

    def __init__(self, network: CrashNetwork, cause: str, kill: Kill | None = None) -> None:
        super().__init__(network, kill)
        self.cause = cause

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        return self.offer, self.open, self.end, self.slot

    async def rest(self) -> None:
        """Wait until nothing waits but what leaves at the slot."""

        async def waits_for_the_slot() -> bool:
            now = self.network.clock.now()
            rows = [row for code in CODES for row in waits_in(self.network.database(code))]
            return all(state == "queued" and due.startswith("due ") and int(due[4:]) > now for _, state, due in rows)

        await self.network.until("the post to be at rest", waits_for_the_slot)

    async def end(self) -> None:
        """XD's people end it; nothing is heard of it before the slot but a consent taken back."""
        if self.cause == "illness":
            await self._part("end", lambda: self.xd.api.post(f"threads/{self.thread}/stop", {}), self._ends)
        elif self.cause == "asylum":
            await self._change({"change": "set_tie", "person_id": self.person, "country": "XA", "kind": "nationality"})
            seeks = {"change": "set_protection", "person_id": self.person, "protection": "sought"}
            await self._part("end", lambda: self._change(seeks), self._ends)
        else:
            await self.xd.api.post(f"cases/{self.case}/consents/{self.consent}/withdraw", {})

    async def slot(self) -> None:
        """A day passes, and with it the slot."""

        async def day() -> None:
            self.network.move_clock(DAY_S)

        async def passed() -> bool:
            return True

        await self._part("slot", day, passed)
        for desk in (self.xd, self.xa):
            await desk.api.sign_in()
        await self.xa.sees(self.thread, "ended")

    async def _change(self, change: dict[str, Any]) -> None:
        await self.xd.api.post(f"cases/{self.case}/changes", change)

    async def _ends(self) -> bool:
        return await self._wrote(self.xd, "referral.ended")


@pytest.mark.parametrize("cause", KILLS)
async def test_a_kill_at_any_step_of_a_stop_ends_as_if_nobody_had_been_killed(
    network: CrashNetwork, cause: str
) -> None:
    """Attack 51, H01: one stop arrives, once, and nothing else tells of its cause."""
    undisturbed = await Ending(network, cause).run()
    assert undisturbed["XA"]["state"] == "ended"
    await network.agreed()

    for kill in KILLS[cause]:
        end = await Ending(network, cause, kill).run()

        assert end == undisturbed, kill
        await network.agreed()
