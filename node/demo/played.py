"""What a golden scenario is made of: desks of several countries, what they do alike, and what must be so at the end."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from node.demo.network import NAMES, Network
from node.demo.person import Desk
from node.service.directory.called import as_code

DAY_S = 86_400

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
SOCIAL_WORKER = {"role": "social_worker", "gender": "woman", "from_leg": "departure", "to_leg": "reception",
                 "hand_over": "signed_by_both_and_her", "substitute": []}  # fmt: skip
INTERPRETER = {"language": "uk", "dialect": [], "gender": "woman", "mode": "on_site", "payer": "responder",
               "comes_from": "civil_society", "independent": True}  # fmt: skip
TICKET = {"item": "transport", "payer": "opener", "ceiling": [{"minor_units": 8900, "currency": "EUR"}], "agreed": True}
JOURNEY = {"modes": ["rail"], "met_by": "focal_point", "interpreters": [INTERPRETER], "escorts": [SOCIAL_WORKER],
           "costs": [TICKET]}  # fmt: skip
LEVELS = {"health_needs": "L2"}
AS_PLANNED = {"status": "as_planned", "services_started": [], "services_stopped": [], "plan_review_date": []}
COMPLETED = {"outcome": "services_started", "services": ["safe-place"], "followup_wanted": False, "satisfaction": []}


@dataclass
class Played:
    """What a scenario leaves: end states by country and thread, the threads whose evidence is still to be checked, and
    how much was checked already.
    """

    nodes: dict[str, Any] = field(default_factory=dict)
    threads: list[tuple[Desk, str]] = field(default_factory=list)
    agreed: bool = True
    told: dict[str, Any] = field(default_factory=dict)
    letters: int = 0
    receipts: int = 0


async def end(played: Played, threads: dict[str, tuple[Desk, Desk]], state: str) -> Played:
    """Wait until both countries see the end state and every letter is received; note what each of them sees."""
    for thread, desks in threads.items():
        for desk in desks:
            await desk.sees(thread, state)
            view = await desk.all_received(thread)
            played.nodes.setdefault(desk.code, []).append({"peer": view["peer"], "state": view["state"]})
            played.agreed &= view["state"] == state
            played.threads.append((desk, thread))
    return played


async def check_evidence(network: Network, played: Played) -> None:
    """Verify each country's evidence offline against the pinned root alone, and count letters and receipts."""
    for desk, thread in played.threads:
        data = await desk.api.get_bytes(f"threads/{thread}/evidence?to={desk.code}")
        letters, receipts = await network.verified(data)
        played.letters += letters
        played.receipts += receipts
    played.threads.clear()


async def desks_of(network: Network, stack: AsyncExitStack, *codes: str) -> list[Desk]:
    """The coordinators of these countries, signed in until the scenario ends."""
    clients = [await stack.enter_async_context(network.client(code, "coordinator")) for code in codes]
    return [Desk(code, client) for code, client in zip(codes, clients, strict=True)]


async def accept(desk: Desk, thread: str, fields: list[str], *, narrative: bool = False) -> None:
    """Accept everybody who was offered; names only those fields that the place needs."""
    (offer, *_) = await desk.open_all(thread)
    tokens = [entry["token"] for entry in offer["consent"]]
    needed = [{"person": tokens[0], "field": name, "level": LEVELS.get(name, "L3")} for name in fields]
    needed += [{"person": tokens[0], "field": "narrative", "level": "L4"}] if narrative else []
    place = {"id": as_code(f"Haven {NAMES[desk.code]}"), "type": "civil_society"}
    body = {
        **ACCEPTANCE,
        "organisation": place,
        "persons": tokens,
        "data_needed": needed,
        "start_not_before": "2026-12-01",
    }
    await desk.act(thread, "referral.accept", body)


async def read_at(desk: Desk, thread: str) -> dict[str, str]:
    """Open the identity of the disclosure about one person, with a reason, as somebody with the office key may."""
    letter = await received(desk, thread, "referral.disclose")
    assert letter is not None
    opened = await desk.api.post(f"letters/{letter['letter_id']}/identity", {"reason": "prepare_reception"})
    (her,) = opened["persons"].values()
    return dict(her)


async def arrive(desk: Desk, network: Network, thread: str) -> None:
    """She is there, and says so herself."""
    body = {"arrived": True, "noted_at": network.clock.now(), "wellbeing": "well", "confirmed_by_her": True}
    await desk.act(thread, "referral.arrived", body)


async def holds_identity(desk: Desk, thread: str) -> bool:
    """Whether anything with a name in it lies at this country."""
    return any(one["has_identity"] for one in (await desk.view(thread))["letters"])


async def received(desk: Desk, thread: str, kind: str) -> dict[str, Any] | None:
    """A letter of this kind that came in, or None."""
    letters = (await desk.view(thread))["letters"]
    return next((one for one in letters if one["direction"] == "in" and one["kind"] == kind), None)


async def reads(desk: Desk, thread: str, kind: str) -> Any:
    """What a received letter of this kind says to people."""
    letter = await desk.until(f"{kind} at {desk.code}", lambda: received(desk, thread, kind))
    return (await desk.api.post(f"letters/{letter['letter_id']}/open", {}))["body"]


async def options(desk: Desk, thread: str) -> set[str]:
    """The acts that this country may do now."""
    return {one["kind"] for one in (await desk.view(thread))["options"] if one["allowed"]}
