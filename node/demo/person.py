"""One country's caseworker and coordinator in a golden scenario, at the node's public API only."""

import asyncio
from typing import Any

from node.demo.client import ApiClient
from node.errors import NotFound, Unavailable

POLL_FIRST_S, POLL_AT_MOST_S = 0.01, 0.2  # tight at first; whoever waits long asks less often
WAIT_S = 25.0
_TOLD = ("direction", "kind", "state", "effect", "held")  # of a letter

CONSENT = {
    "given_by": "self",
    "capacity": "adult",
    "purposes": ["enquiry", "referral"],
    "levels": ["L1", "L2", "L3"],
    "categories": ["needs", "plan", "health", "identity", "contact", "arrangements"],
    "language": "uk",
    "interpreter": "independent",
    "info_sheet_version": "1",
    "method": "written",
    "understood_check": True,
    "alternatives_explained": True,
    "no_pressure_declared": True,
    "present": ["caseworker", "interpreter"],
    "spoken_to_alone": True,
}


class Desk:
    """A signed-in person of one country; waits are for the other country's post, never for a fixed time."""

    def __init__(self, code: str, api: ApiClient) -> None:
        self.code, self.api = code, api

    async def new_case(self, identity: dict[str, str], **person_facts: Any) -> tuple[str, str]:
        """An adult after the first intake, her name written; (case, person). Facts of hers may be otherwise."""
        case, (person,) = await self.new_family([(identity, person_facts)])
        return case, person

    async def new_family(self, people: list[tuple[dict[str, str], dict[str, Any]]]) -> tuple[str, list[str]]:
        """She and her dependants after the first intake: each with a name and facts; (case, persons)."""
        usual = {"age_band": "25-34", "gender": "woman", "languages": ["uk"]}
        made = await self.api.post("cases", {"persons": [{**usual, **facts} for _, facts in people]})
        case, persons = made["case"], [str(one["person_id"]) for one in made["persons"]]
        none: dict[str, list[str]] = {person: [] for person in persons}
        await self.api.post(f"cases/{case}/changes", {"change": "first_intake", "blocked": none})
        names = {person: identity for person, (identity, _) in zip(persons, people, strict=True)}
        await self.api.put(f"cases/{case}/identity", {"persons": names})
        return case, persons

    async def consent(self, case: str, person: str, peers: list[str], **facts: Any) -> str:
        """Her consent towards these countries, each with the office she chose there."""
        to = [await self._recipient(peer) for peer in peers]
        body = {**CONSENT, "person_id": person, "recipients": to, **facts}
        made = await self.api.post(f"cases/{case}/consents", body)
        return str(made["consent"])

    async def offer(self, case: str, peer: str, **facts: Any) -> str:
        """Offer everybody of the case to a country; the thread."""
        body = {"peer": peer, "needs": ["shelter", "health"], **facts}
        return str((await self.api.post(f"cases/{case}/referrals", body))["thread"])

    async def act(self, thread: str, kind: str, body: Any, **more: Any) -> None:
        """One act on the thread."""
        await self.api.post(f"threads/{thread}/acts", {"kind": kind, "body": body, **more})

    async def open_all(self, thread: str) -> list[dict[str, Any]]:
        """Open every received letter, as a caseworker does."""
        received = [one for one in (await self.view(thread))["letters"] if one["direction"] == "in"]
        return [await self.api.post(f"letters/{one['letter_id']}/open", {}) for one in received]

    async def view(self, thread: str) -> dict[str, Any]:
        """The thread as this country sees it."""
        seen: dict[str, Any] = await self.api.get(f"threads/{thread}")
        return seen

    async def sees(self, thread: str, state: str) -> dict[str, Any]:
        """Wait until this country sees the state; Unavailable when it does not come."""
        try:
            return dict(await self.until(f"{self.code} to see {state}", lambda: self._in_state(thread, state)))
        except Unavailable as error:
            raise Unavailable(f"{error.message}; {await self._seen(thread)}") from None

    async def all_received(self, thread: str) -> dict[str, Any]:
        """Wait until every letter of this country has its signed receipt."""
        return dict(await self.until(f"receipts of {self.code}", lambda: self._receipted(thread)))

    async def until(self, what: str, look: Any) -> Any:
        """Ask again until `look` finds something; Unavailable after WAIT_S seconds."""
        loop = asyncio.get_running_loop()
        end, pause_s = loop.time() + WAIT_S, POLL_FIRST_S
        while loop.time() < end:
            found = await look()
            if found is not None:
                return found
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 1.5, POLL_AT_MOST_S)
        raise Unavailable(f"waited {WAIT_S:.0f} s in vain for {what}")

    async def _recipient(self, peer: str) -> dict[str, str]:
        country = await self.until(f"{self.code} to know {peer}", lambda: self._known(peer))
        office = country["offices"][0]
        return {"country": peer, "organisation_type": "civil_society", "holder": office["holder"]}

    async def _known(self, peer: str) -> dict[str, Any] | None:
        countries = (await self.api.get("registry"))["countries"]
        return next((one for one in countries if one["country"] == peer and one["status"] == "active"), None)

    async def _seen(self, thread: str) -> str:
        """What this country sees instead, in states and kinds."""
        try:
            view = await self.view(thread)
        except NotFound:
            return "it knows of no such thread"
        letters = ", ".join(" ".join(filter(None, map(one.get, _TOLD))) for one in view["letters"])
        return f"it sees {view['state']}: {letters}"

    async def _in_state(self, thread: str, state: str) -> dict[str, Any] | None:
        try:
            view = await self.view(thread)
        except NotFound:  # the offer is still on its way
            return None
        return view if view["state"] == state else None

    async def _receipted(self, thread: str) -> dict[str, Any] | None:
        view = await self.view(thread)
        out = [one for one in view["letters"] if one["direction"] == "out"]
        return view if all(one["received_at"] is not None for one in out) else None
