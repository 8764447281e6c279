"""One referral between two countries, told at their public interfaces, with at most one kill in the middle of it.

Whoever is cut off does what a person would do: signs in again, looks whether it happened, and does it once more if not.
"""

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp

from node.demo.person import Desk
from node.errors import Unavailable
from node.service.evidence.files import verify
from tests.crash.support import CODES, DAY_S, CrashNetwork, traces

Done = Callable[[], Awaitable[bool]]
ACCEPTANCE = {
    "organisation": {"id": "haven", "type": "civil_society"},
    "contact_role": "duty-desk",
    "services": ["safe-place"],
    "needs": ["shelter", "health"],
    "partial": False,
    "conditions": [],
    "retention_days": 365,
    "meeting_modes": ["met_on_arrival"],
}
SEEN = ("direction", "kind", "n", "state", "effect", "held", "has_identity", "erased")


@dataclass(frozen=True)
class Kill:
    """Which node dies at which step, in which part of the story; `then` are further kills in the same part."""

    part: str
    code: str
    step: str
    then: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.part}: {self.code} {self.step}".replace(" ", "_") + "".join(f"_then_{c}" for c, _ in self.then)


class Story:
    """Offer, acceptance, disclosure, withdrawal, erasure; `end` tells how both sides stand afterwards."""

    def __init__(self, network: CrashNetwork, kill: Kill | None = None) -> None:
        self.network, self.kill = network, kill
        self.case = self.person = self.consent = self.thread = ""

    async def run(self) -> dict[str, Any]:
        """Tell it from beginning to end; how both sides stand when all letters are received."""
        async with AsyncExitStack() as stack:
            self.xd, self.xa = [
                Desk(code, await stack.enter_async_context(self.network.client(code, "coordinator"))) for code in CODES
            ]
            self.case, self.person = await self.xd.new_case({"given_name": "Zoryana"})
            self.consent = await self.xd.consent(self.case, self.person, ["XA"])
            for part in self.parts():
                await part()
                # The next part begins when every letter has its receipt, so that two runs can be compared.
                await self.rest()
            return {desk.code: await self.seen(desk) for desk in (self.xd, self.xa)}

    def parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        """What happens, in order."""
        return self.offer, self.open, self.accept, self.disclose, self.withdraw, self.erase

    async def rest(self) -> None:
        """Wait until the post is at rest."""
        await self.network.settled()

    async def offer(self) -> None:
        """XD offers her to XA."""
        await self._part("offer", lambda: self.xd.offer(self.case, "XA"), self._offered)
        await self._offered()
        await self.xa.sees(self.thread, "offered")

    async def open(self) -> None:
        """A person at XA opens the offer, which XD is told."""
        await self._part("open", lambda: self.xa.open_all(self.thread), self._opened)

    async def accept(self) -> None:
        """XA accepts her and asks for one name."""
        (offer, *_) = await self.xa.open_all(self.thread)
        tokens = [entry["token"] for entry in offer["consent"]]
        needed = [{"person": tokens[0], "field": "given_name", "level": "L3"}]
        body = {**ACCEPTANCE, "persons": tokens, "data_needed": needed, "start_not_before": "2026-12-01"}
        await self._act("accept", self.xa, "referral.accept", body)
        await self.xd.sees(self.thread, "accepted")

    async def disclose(self) -> None:
        """XD tells it, sealed to the office."""
        wanted = [{"person_id": self.person, "fields": ["given_name"]}]
        await self._act("disclose", self.xd, "referral.disclose", {"complete": True}, disclose=wanted)
        await self.xa.sees(self.thread, "disclosed")

    async def withdraw(self) -> None:
        """She takes her consent back."""
        path = f"cases/{self.case}/consents/{self.consent}/withdraw"
        kind = "consent.withdrawal"
        await self._part("withdraw", lambda: self.xd.api.post(path, {}), lambda: self._wrote(self.xd, kind))
        await self.xa.until("the withdrawal", lambda: self._letter(self.xa, "in", kind))

    async def erase(self) -> None:
        """XA erases all but one letter and says so."""
        asked = await self._letter(self.xa, "in", "consent.withdrawal")
        assert asked is not None
        token = (await self.xa.api.post(f"letters/{asked['letter_id']}/open", {}))["body"]["token"]
        items: list[dict[str, Any]] = [
            {"letter_id": one["letter_id"], "levels": ["L1", "L2", "L3", "L4"], "result": "erased", "kept": []}
            for one in (await self.xa.view(self.thread))["letters"]
            if one["direction"] == "in" and one["kind"] != "consent.withdrawal"
        ]
        kept = [{"legal_ground": "legal_obligation", "until": self.network.clock.now() + 365 * DAY_S}]
        items[0] |= {"result": "kept", "kept": kept}
        body = {"token": token, "items": items, "onward": []}
        await self._act("erase", self.xa, "erasure.confirm", body, in_reply_to=asked["letter_id"])
        await self.xd.until("the confirmation", lambda: self._letter(self.xd, "in", "erasure.confirm"))

    async def seen(self, desk: Desk) -> dict[str, Any]:
        """How a country stands: what its people see, and every trace in its database."""
        view = await desk.view(self.thread)
        letters = [
            {name: one[name] for name in SEEN}
            | {"received": one["received_at"] is not None, "opened": one["opened_at"] is not None}
            for one in view["letters"]
        ]
        may = sorted(one["kind"] for one in view["options"] if one["allowed"])
        traced = traces(self.network.database(desk.code), self.thread)
        proved = verify(
            await desk.api.get_bytes(f"threads/{self.thread}/evidence?to={desk.code}"), self.network.root_bytes
        )
        return {"state": view["state"], "letters": sorted(letters, key=str), "may": may, "proved": proved, **traced}

    async def _act(self, part: str, desk: Desk, kind: str, body: Any, **more: Any) -> None:
        await self._part(part, lambda: desk.act(self.thread, kind, body, **more), lambda: self._wrote(desk, kind))

    async def _part(self, name: str, do: Callable[[], Awaitable[Any]], done: Done) -> None:
        """Do it; if this is the part with a kill, the node dies and comes again, and it is done all the same."""
        if self.kill is None or self.kill.part != name:
            await do()
            return
        self.network.arm(self.kill.code, self.kill.step)
        with suppress(aiohttp.ClientError, Unavailable):  # it may die under our hands: see below
            await do()
        await self._killed(self.kill.code)
        if not await done():
            await do()

    async def _killed(self, code: str) -> None:
        assert self.kill is not None
        await self.network.died(code)
        for other, step in self.kill.then:
            self.network.arm(other, step)
        await self.network.restart(code)
        for other, _ in self.kill.then:
            await self.network.died(other)
            await self.network.restart(other)
        for desk in (self.xd, self.xa):
            await desk.api.sign_in()

    async def _offered(self) -> bool:
        threads = (await self.xd.api.get(f"cases/{self.case}"))["threads"]
        assert len(threads) < 2, "she was offered twice"
        self.thread = threads[0]["thread"] if threads else ""
        return bool(threads)

    async def _opened(self) -> bool:
        return all(one["opened_at"] is not None for one in (await self.xa.view(self.thread))["letters"])

    async def _wrote(self, desk: Desk, kind: str) -> bool:
        return await self._letter(desk, "out", kind) is not None

    async def _letter(self, desk: Desk, direction: str, kind: str) -> dict[str, Any] | None:
        letters = (await desk.view(self.thread))["letters"]
        return next((one for one in letters if one["direction"] == direction and one["kind"] == kind), None)
