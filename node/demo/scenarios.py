"""Golden scenarios 1, 2 and 3, played through the public HTTP interfaces of real nodes. Source: domain 11.

All people are invented. A scenario is ok only if the countries agree and every receipt verifies offline.
"""

import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from node.demo.network import Network
from node.demo.person import Desk
from node.errors import OpenTRMError
from node.service.evidence.files import verify

DAY_S = 86_400
Result = dict[str, Any]

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
JOURNEY = {"modes": ["rail"], "accompaniment": "social", "met_by": "focal_point"}
AS_PLANNED = {"status": "as_planned", "services_started": [], "services_stopped": [], "plan_review_date": []}
COMPLETED = {"outcome": "services_started", "services": ["safe-place"], "followup_wanted": False, "satisfaction": []}


@dataclass
class Played:
    """What a scenario leaves: end states by country and thread, and the threads whose evidence is checked."""

    nodes: dict[str, Any] = field(default_factory=dict)
    threads: list[tuple[Desk, str]] = field(default_factory=list)
    agreed: bool = True
    told: dict[str, Any] = field(default_factory=dict)


async def play(network: Network) -> Result:
    """Play all three; the one JSON object that `make demo ONCE=1` prints."""
    results = {
        number: await _timed(network, scenario)
        for number, scenario in (("1", all_the_way), ("2", two_decline), ("3", consent_withdrawn))
    }
    return {"scenarios": results, "ok": all(result["ok"] for result in results.values())}


async def all_the_way(network: Network, stack: AsyncExitStack) -> Played:
    """1: offer, question and answer, acceptance, disclosure, arrival, completion."""
    xd, xa = await _desks(network, stack, "XD", "XA")
    case, person = await xd.new_case({"given_name": "Zoryana", "safe_contact": "through the shelter desk"})
    await xd.consent(case, person, ["XA"])
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await xa.open_all(thread)
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await xd.sees(thread, "info_requested")
    await xd.act(thread, "referral.info", {"answers": [{"question": "room", "answer": ["single"], "declined": False}]})
    await xa.sees(thread, "offered")
    await _accept(xa, thread, ["given_name", "safe_contact"])
    await xd.sees(thread, "accepted")
    await xd.act(
        thread,
        "referral.disclose",
        {"complete": True},
        disclose=[{"person_id": person, "fields": ["given_name", "safe_contact"]}],
    )
    await xa.sees(thread, "disclosed")
    names = await _names(xa, thread)
    await _arrived(xa, network, thread)
    await xd.sees(thread, "in_progress")
    await xa.act(thread, "referral.complete", COMPLETED)
    played = Played(told={"name_read_at_xa": names == {"Zoryana"}}, agreed=names == {"Zoryana"})
    return await _end(played, {thread: (xd, xa)}, "completed")


async def two_decline(network: Network, stack: AsyncExitStack) -> Played:
    """2: XD asks; XT has no capacity, XB does not serve the age group, XA accepts; the decliners learn no identity."""
    await network.join("XB")
    xd, xt, xb, xa = await _desks(network, stack, "XD", "XT", "XB", "XA")
    case, person = await xd.new_case({"given_name": "Milena"})
    await xd.consent(case, person, ["XT", "XB", "XA"])
    declined: dict[str, tuple[Desk, Desk]] = {}
    for other, reason in ((xt, "no_capacity"), (xb, "age_group_not_served")):
        thread = await xd.offer(case, other.code)
        await other.sees(thread, "offered")
        alternatives = [{"country": "XA", "services": ["safe-place"]}]
        await other.act(thread, "referral.decline", {"reason": reason, "alternatives": alternatives, "retry_after": []})
        await xd.sees(thread, "declined")
        declined[thread] = (xd, other)
    played = await _end(Played(), declined, "declined")
    held = [other.code for thread, (_, other) in declined.items() if await _holds_identity(other, thread)]
    played.told["decliners_hold_identity"] = held
    played.agreed &= not held
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await _accept(xa, thread, ["given_name"])
    await xd.sees(thread, "accepted")
    return await _end(played, {thread: (xd, xa)}, "accepted")


async def consent_withdrawn(network: Network, stack: AsyncExitStack) -> Played:
    """3: she takes her consent back after disclosure: four items erased, one kept on a legal ground; help goes on."""
    xd, xa = await _desks(network, stack, "XD", "XA")
    case, person = await xd.new_case({"given_name": "Oksana", "safe_contact": "through the advocate"})
    consent = await xd.consent(case, person, ["XA"])
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await _accept(xa, thread, ["given_name", "safe_contact"])
    await xd.sees(thread, "accepted")
    for field_name in ("given_name", "safe_contact"):
        wanted = [{"person_id": person, "fields": [field_name]}]
        await xd.act(thread, "referral.disclose", {"complete": field_name == "safe_contact"}, disclose=wanted)
    await xa.sees(thread, "disclosed")
    window = network.clock.now() + 2 * DAY_S
    arrange = {"window_starts_at": window, "window_ends": window + DAY_S, **JOURNEY}
    await xd.act(thread, "referral.arrange", arrange)
    await xd.act(thread, "referral.update", AS_PLANNED)
    await xd.all_received(thread)
    halted = await _options(xd, thread)
    await xd.api.post(f"cases/{case}/consents/{consent}/withdraw", {})
    asked = await xa.until("the withdrawal at XA", lambda: _received(xa, thread, "consent.withdrawal"))
    halted -= await _options(xd, thread)
    confirmed = await _erase(xa, thread, asked, network.clock.now() + 365 * DAY_S)
    await xd.until("the confirmation at XD", lambda: _received(xd, thread, "erasure.confirm"))
    network.move_clock(DAY_S)  # the one stop leaves at the next daily slot; a day later every sign-in has ended
    for desk in (xd, xa):
        await desk.api.sign_in()
    still_open = (await xd.api.get(f"cases/{case}"))["case"] == case
    played = Played(
        told={
            "erased": confirmed[0],
            "kept_legal_ground": confirmed[1],
            "halted": sorted(halted),
            "case_stays": still_open,
        }
    )
    played.agreed = confirmed == (4, 1) and still_open
    return await _end(played, {thread: (xd, xa)}, "ended")


async def _erase(xa: Desk, thread: str, asked: dict[str, Any], until: int) -> tuple[int, int]:
    """XA erases all that came but one letter that the law makes it keep, and confirms item by item."""
    received = [
        one
        for one in (await xa.view(thread))["letters"]
        if one["direction"] == "in" and one["kind"] != "consent.withdrawal"
    ]
    token = (await xa.api.post(f"letters/{asked['letter_id']}/open", {}))["body"]["token"]
    items: list[dict[str, Any]] = [
        {"letter_id": one["letter_id"], "levels": ["L1", "L2", "L3", "L4"], "result": "erased", "kept": []}
        for one in received
    ]
    items[0] |= {"result": "kept", "kept": [{"legal_ground": "legal_obligation", "until": until}]}
    body = {"token": token, "items": items, "onward": []}
    await xa.act(thread, "erasure.confirm", body, in_reply_to=asked["letter_id"])
    gone = [one["letter_id"] for one in (await xa.view(thread))["letters"] if one["erased"]]
    return len(gone), len(items) - len(gone)


async def _accept(desk: Desk, thread: str, fields: list[str]) -> None:
    """Accept everybody who was offered; names only those fields that the place needs."""
    (offer, *_) = await desk.open_all(thread)
    tokens = [entry["token"] for entry in offer["consent"]]
    needed = [{"person": tokens[0], "field": name, "level": "L3"} for name in fields]
    body = {**ACCEPTANCE, "persons": tokens, "data_needed": needed, "start_not_before": "2026-12-01"}
    await desk.act(thread, "referral.accept", body)


async def _names(desk: Desk, thread: str) -> set[str]:
    """Open the identity of the disclosure, with a reason, as a person with the office key may."""
    letter = await _received(desk, thread, "referral.disclose")
    assert letter is not None
    opened = await desk.api.post(f"letters/{letter['letter_id']}/identity", {"reason": "prepare_reception"})
    return {fields["given_name"] for fields in opened["persons"].values()}


async def _arrived(desk: Desk, network: Network, thread: str) -> None:
    body = {"arrived": True, "noted_at": network.clock.now(), "wellbeing": "well", "confirmed_by_her": True}
    await desk.act(thread, "referral.arrived", body)


async def _holds_identity(desk: Desk, thread: str) -> bool:
    return any(one["has_identity"] for one in (await desk.view(thread))["letters"])


async def _received(desk: Desk, thread: str, kind: str) -> dict[str, Any] | None:
    letters = (await desk.view(thread))["letters"]
    return next((one for one in letters if one["direction"] == "in" and one["kind"] == kind), None)


async def _options(desk: Desk, thread: str) -> set[str]:
    return {one["kind"] for one in (await desk.view(thread))["options"] if one["allowed"]}


async def _end(played: Played, threads: dict[str, tuple[Desk, Desk]], state: str) -> Played:
    """Wait until both countries see the end state and every letter is received; note what each of them sees."""
    for thread, desks in threads.items():
        for desk in desks:
            await desk.sees(thread, state)
            view = await desk.all_received(thread)
            played.nodes.setdefault(desk.code, []).append({"peer": view["peer"], "state": view["state"]})
            played.agreed &= view["state"] == state
            played.threads.append((desk, thread))
    return played


async def _desks(network: Network, stack: AsyncExitStack, *codes: str) -> list[Desk]:
    clients = [await stack.enter_async_context(network.client(code, "coordinator")) for code in codes]
    return [Desk(code, client) for code, client in zip(codes, clients, strict=True)]


async def _timed(network: Network, scenario: Callable[[Network, AsyncExitStack], Awaitable[Played]]) -> Result:
    """Play one scenario; what goes wrong is its `error`, and it is not ok."""
    began = time.monotonic()
    try:
        async with AsyncExitStack() as stack:
            played = await scenario(network, stack)
            letters, receipts = await _evidence(network, played)
    except OpenTRMError as error:
        return {"ok": False, "error": error.message, "seconds": round(time.monotonic() - began, 1)}
    return {
        "ok": played.agreed and letters == receipts > 0,
        "nodes": played.nodes,
        "letters": letters,
        "receipts": receipts,
        **played.told,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _evidence(network: Network, played: Played) -> tuple[int, int]:
    """Each country's evidence, verified offline against the pinned root alone: (letters, receipts that verify)."""
    letters = receipts = 0
    for desk, thread in played.threads:
        report = verify(await desk.api.get_bytes(f"threads/{thread}/evidence"), network.root_bytes)
        letters += report.letters
        receipts += report.receipts
        if report.faults:
            raise OpenTRMError(f"evidence of {desk.code} does not verify: {report.faults[0]}")
    return letters, receipts
