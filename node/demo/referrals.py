"""Golden scenarios 1, 2 and 3: a referral all the way, two countries that decline, consent taken back.

Through the nodes' public HTTP interfaces only; all people are invented. Source: domain 11.
"""

from contextlib import AsyncExitStack
from typing import Any

from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import (
    AS_PLANNED,
    COMPLETED,
    DAY_S,
    JOURNEY,
    Played,
    accept,
    arrive,
    desks_of,
    end,
    holds_identity,
    options,
    read_at,
    reads,
    received,
)


async def all_the_way(network: Network, stack: AsyncExitStack) -> Played:
    """1: offer near her sister, question and answer, acceptance, disclosure at two levels, arrival, completion."""
    xd, xa = await desks_of(network, stack, "XD", "XA")
    her = {"given_name": "Zoryana", "safe_contact": "through the shelter desk", "health_needs": "an invented allergy"}
    case, person = await xd.new_case(her)
    await xd.consent(case, person, ["XA"])
    thread = await xd.offer(case, "XA", region="XA-S")  # where her sister lives, and no nearer
    await xa.sees(thread, "offered")
    await xa.open_all(thread)
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await xd.sees(thread, "info_requested")
    await xd.act(thread, "referral.info", {"answers": [{"question": "room", "answer": ["single"], "declined": False}]})
    await xa.sees(thread, "offered")
    await accept(xa, thread, [*her])
    await xd.sees(thread, "accepted")
    wanted = [{"person_id": person, "fields": [*her]}]
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose=wanted)
    await xa.sees(thread, "disclosed")
    read = await read_at(xa, thread)
    await arrive(xa, network, thread)
    await xd.sees(thread, "in_progress")
    await xa.act(thread, "referral.complete", COMPLETED)
    outcome = (await reads(xd, thread, "referral.complete"))["outcome"]
    played = Played(told={"what_she_allowed_read_at_xa": read == her, "outcome_read_at_xd": outcome})
    played.agreed = read == her and outcome == "services_started"
    return await end(played, {thread: (xd, xa)}, "completed")


async def two_decline(network: Network, stack: AsyncExitStack) -> Played:
    """2: XD asks; XT has no capacity, XB does not serve the age group, XA accepts; the decliners learn no identity."""
    await network.join("XB")
    xd, xt, xb, xa = await desks_of(network, stack, "XD", "XT", "XB", "XA")
    case, person = await xd.new_case({"given_name": "Milena"})
    await xd.consent(case, person, ["XT", "XB", "XA"])
    declined: dict[str, tuple[Desk, Desk]] = {}
    why: list[list[str]] = []
    for other, reason in ((xt, "no_capacity"), (xb, "age_group_not_served")):
        thread = await xd.offer(case, other.code)
        await other.sees(thread, "offered")
        alternatives = [{"country": "XA", "services": ["safe-place"]}]
        await other.act(thread, "referral.decline", {"reason": reason, "alternatives": alternatives, "retry_after": []})
        await xd.sees(thread, "declined")
        said = await reads(xd, thread, "referral.decline")
        why.append([said["reason"], *(one["country"] for one in said["alternatives"])])
        declined[thread] = (xd, other)
    played = await end(Played(), declined, "declined")
    held = [other.code for thread, (_, other) in declined.items() if await holds_identity(other, thread)]
    played.told |= {"decliners_hold_identity": held, "declines_read_at_xd": why}
    played.agreed &= not held and why == [["no_capacity", "XA"], ["age_group_not_served", "XA"]]
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await accept(xa, thread, ["given_name"])
    await xd.sees(thread, "accepted")
    return await end(played, {thread: (xd, xa)}, "accepted")


async def consent_withdrawn(network: Network, stack: AsyncExitStack) -> Played:
    """3: she takes her consent back after disclosure: four items erased, one kept on a legal ground; help goes on."""
    xd, xa = await desks_of(network, stack, "XD", "XA")
    case, person = await xd.new_case({"given_name": "Oksana", "safe_contact": "through the advocate"})
    consent = await xd.consent(case, person, ["XA"])
    thread = await xd.offer(case, "XA")
    await xa.sees(thread, "offered")
    await accept(xa, thread, ["given_name", "safe_contact"])
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
    halted = await options(xd, thread)
    await xd.api.post(f"cases/{case}/consents/{consent}/withdraw", {})
    asked = await xa.until("the withdrawal at XA", lambda: received(xa, thread, "consent.withdrawal"))
    halted -= await options(xd, thread)
    confirmed = await _erase(xa, thread, asked, network.clock.now() + 365 * DAY_S)
    results = [one["result"] for one in (await reads(xd, thread, "erasure.confirm"))["items"]]
    told_at_xd = (results.count("erased"), results.count("kept"))
    await network.pass_time(DAY_S, slack_s=2 * DAY_S)  # the one stop leaves at the next daily slot
    still_open = (await xd.api.get(f"cases/{case}"))["case"] == case
    played = Played(
        told={
            "erased": confirmed[0],
            "kept_legal_ground": confirmed[1],
            "halted": sorted(halted),
            "case_stays": still_open,
        }
    )
    played.agreed = confirmed == told_at_xd == (4, 1) and still_open and "referral.disclose" in halted
    return await end(played, {thread: (xd, xa)}, "ended")


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
