"""What people do in a voluntary return, step by step, at the public API: shared by the golden scenarios about returns.

Two people of the country she leaves (one plans, one approves), one of every other country. All are invented.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from node.demo.network import TOGETHER_S, Network
from node.demo.person import Desk
from node.demo.played import DAY_S
from node.demo.return_bodies import CAN_ASSIST, HER_RISK, PASSING, PROCEED, WISH

HOUR_S: Final = 3600
A_MOMENT_S: Final = 240
ORIGIN, PASSAGE = "XA", "XT"
PURPOSES: Final = [
    *("enquiry", "risk_assessment", "identity_verification", "travel", "reintegration", "followup"),
]
CATEGORIES: Final = [
    "needs",
    "plan",
    "health",
    "risk",
    "identity",
    "nationality",
    "documents",
    "contact",
    "arrangements",
]
JOURNEY_FIELDS: Final = ["given_name", "legs", "meeting_point", "code_word", "safe_contact"]
NAMES: Final = {
    "given_name": "Zoryana",
    "legs": "an invented bus, then an invented train",
    "meeting_point": "by the invented clock",
    "code_word": "linden",
    "safe_contact": "through the advocate",
}
REQUEST: Final = {
    "wish": "written",
    "alternatives_explained": True,
    "spoken_to_alone": True,
    "advocate": "independent_advocate",
    "at_liberty": True,
    "region": None,
    "medical": "none",
    "reasons": ["family"],
    "earliest_date": None,
}
WELL: Final = {"housing": "good", "income": "some_difficulty", "health": "good", "education": "not_needed",
               "legal": "good", "social": "good"}  # fmt: skip


@dataclass
class Story:
    """One return under way: who acts where, her case and plan, the threads, and the window of her arrival."""

    network: Network
    home: Desk  # coordinator of the country she leaves
    planner: Desk  # caseworker there
    origin: Desk
    passage: Desk
    case: str = ""
    person: str = ""
    plan: str = ""
    thread: str = ""
    transit: str = ""
    window: tuple[int, int] = (0, 0)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def now(self) -> int:
        return self.network.clock.now()

    async def later(self, seconds: int, slack_s: int = TOGETHER_S) -> None:
        """Let time pass for every node, until each has seen a registry of that day."""
        await self.network.pass_time(seconds, slack_s)
        desks = (self.home, self.origin, self.passage)
        await asyncio.gather(*(seen_lately(desk) for desk in desks))

    async def change(self, word: str, **facts: Any) -> Any:
        """One change of her case, by the planner."""
        return await self.planner.api.post(f"cases/{self.case}/changes", {"change": word, **facts})

    async def two_change(self, word: str, **facts: Any) -> None:
        """A change that takes two people: the planner asks, the coordinator confirms."""
        asked = await self.change(word, **facts)
        await self.home.api.post(f"cases/{self.case}/changes/{asked['pending']}/approve", {})

    async def plan_view(self) -> Any:
        """The plan with its gates."""
        return next(one for one in await self.home.api.get(f"cases/{self.case}/returns") if one["plan"] == self.plan)

    async def shut(self) -> list[str]:
        """The gates that are shut now."""
        return [one["gate"] for one in (await self.plan_view())["gates"] if not one["is_open"]]


async def seen_lately(desk: Desk) -> None:
    """Wait until this country has a registry of today or yesterday."""

    async def look() -> bool | None:
        return True if (await desk.api.get("registry"))["age_s"] < 2 * DAY_S else None

    await desk.until(f"a fresh registry at {desk.code}", look)


async def at_their_desks(network: Network, stack: AsyncExitStack) -> Story:
    """Everybody signed in, before anything."""
    home, planner, origin, passage = [
        Desk(code, await stack.enter_async_context(network.client(code, login)))
        for code, login in (
            ("XD", "coordinator"),
            ("XD", "caseworker"),
            (ORIGIN, "coordinator"),
            (PASSAGE, "coordinator"),
        )
    ]
    return Story(network, home, planner, origin, passage)


async def begin(network: Network, stack: AsyncExitStack, **person: Any) -> Story:
    """Everybody at their desks, a new case, and a plan that nothing was done for yet."""
    story = await at_their_desks(network, stack)
    story.case, story.person = await story.home.new_case(NAMES, **person)
    await story.change("begin_return", country=ORIGIN, persons=[story.person])
    story.plan = (await story.home.api.get(f"cases/{story.case}/returns"))[0]["plan"]
    return story


async def prepare(story: Story, overall: str = "acceptable_with_measures", *, rests_s: int = -DAY_S) -> None:
    """What her country of stay does before it asks anybody: her wish, her rest, her lawyer, the risk, her consent."""
    about = {"plan_id": story.plan, "person_id": story.person}
    await story.change("record_wish", **about, **WISH)
    await story.change("set_recovery", **about, until=story.now + rests_s)
    await story.change(
        "record_proceedings", **about, advised_by_lawyer=True, compensation_checked=True, heard="arranged"
    )
    await story.change("assess_risk", **about, **HER_RISK, overall=overall)
    await consent(story, ORIGIN, PURPOSES)


async def consent(story: Story, country: str, purposes: list[str]) -> str:
    """She agrees, for these purposes, to one country."""
    return await story.planner.consent(story.case, story.person, [country], purposes=purposes, categories=CATEGORIES)


async def until_agreed(story: Story) -> None:
    """From the request to where only the journey is to be planned; the country on the way is asked too."""
    await ask(story)
    await assess(story)
    await settle(story)
    await passage_asked(story)


async def ask(story: Story, *consents: str) -> None:
    """The request, without a name, and a yes; it rests on these consents, or on her newest."""
    await request(story, *consents)
    letters = await story.origin.open_all(story.thread)
    story.tokens = {"her": letters[0]["consent"][0]["token"]}
    await story.origin.act(story.thread, "return.request_response", CAN_ASSIST)
    await story.home.sees(story.thread, "assessing")


async def request(story: Story, *consents: str) -> None:
    """The request alone; the origin has it, and has not answered."""
    body = {**REQUEST, "wish_date": day(story.now)}
    opened = await story.planner.api.post(
        f"cases/{story.case}/threads",
        {"peer": ORIGIN, "kind": "return.request", "body": body, "consents": list(consents)},
    )
    story.thread = opened["thread"]
    await story.origin.sees(story.thread, "requested")


async def assess(story: Story, ours: str = "acceptable_with_measures", theirs: str = "acceptable") -> None:
    """Both countries say what they think of the risk."""
    domains = {"domains": ["retaliation", "housing"], "region": None}
    await story.planner.act(story.thread, "return.risk_request", domains)
    await arrives(story.origin, story.thread, "return.risk_request")
    await story.origin.act(story.thread, "return.risk_result", _result(story, theirs, "social_worker"))
    await arrives(story.home, story.thread, "return.risk_result")
    await story.planner.act(story.thread, "return.risk_result", _result(story, ours, "caseworker"))
    await arrives(story.origin, story.thread, "return.risk_result")


async def settle(story: Story) -> None:
    """Both decide to proceed, a document is issued, she agrees to the plan, and what waits for her is agreed."""
    await story.planner.act(story.thread, "return.decision", PROCEED)
    await arrives(story.origin, story.thread, "return.decision")
    await story.origin.act(story.thread, "return.decision", PROCEED)
    document = {
        "type": "emergency_travel_document",
        "status": "issued",
        "valid_from_date": [day(story.now)],
        "valid_to_date": [day(story.now + 60 * DAY_S)],
        "single_use": True,
    }
    await story.origin.act(story.thread, "return.traveldoc_status", document)
    await arrives(story.home, story.thread, "return.traveldoc_status")
    await story.later(A_MOMENT_S, A_MOMENT_S)
    await consent(story, ORIGIN, PURPOSES)  # asked again, now that she knows the results
    await asserted(story, "plan")
    await arrives(story.origin, story.thread, "consent.assertion")
    item = {"type": "SocialCare", "start_date": day(story.now + 10 * DAY_S), "organisation_type": "civil_society",
            "duration_days": 180, "funded": True}  # fmt: skip
    support = {"items": [item], "review_date": day(story.now + 40 * DAY_S), "agreed_by_her": True}
    await story.origin.act(story.thread, "return.reintegration_plan", support)
    await arrives(story.home, story.thread, "return.reintegration_plan")


async def passage_asked(story: Story) -> None:
    """A country on the way is asked to help, and agrees; it learns nothing of the plan."""
    await consent(story, PASSAGE, ["transit"])
    start = story.now + 2 * DAY_S
    body = {**PASSING, "window_starts_at": start, "window_ends": start + 4 * HOUR_S}
    opened = await story.planner.api.post(
        f"cases/{story.case}/threads", {"peer": PASSAGE, "kind": "transit.request", "body": body}
    )
    story.transit = opened["thread"]
    await story.passage.sees(story.transit, "requested")
    yes = {"can_assist": True, "contact_role": ["duty-desk"], "assistance": ["met_at_transfer"]}
    await story.passage.act(story.transit, "transit.ack", yes)
    await story.home.sees(story.transit, "expected")


async def plan_journey(story: Story) -> None:
    """The planner writes the journey, the coordinator approves it, the planner sends it with places sealed."""
    starts = story.now + 2 * DAY_S + 8 * HOUR_S
    story.window = (starts, starts + 4 * HOUR_S)
    await story.change(
        "plan_journey", plan_id=story.plan, window_starts_at=starts, window_ends=story.window[1], through=[PASSAGE]
    )
    await story.home.api.post(f"cases/{story.case}/returns/{story.plan}/approve", {})
    await send_plan(story)
    await story.origin.sees(story.thread, "planned")


async def send_plan(story: Story) -> None:
    """The plan itself: windows and roles in the letter, everything else sealed to the office there."""
    starts, ends = story.window
    body = {
        "departure_starts_at": starts - 10 * HOUR_S,
        "departure_ends": starts - 6 * HOUR_S,
        "arrival_starts_at": starts,
        "arrival_ends": ends,
        "overdue_after_hours": 4,
        "modes": ["rail"],
        "interpreters": [],
        "escorts": [],
        "costs": [],
        "medical": "none",
        "met_by": "receiving_organisation",
        "with_transit": True,
        "child_care": [],
        "best_interests_date": [],
        "safeguards_met": True,
    }
    wanted = [{"person_id": story.person, "fields": JOURNEY_FIELDS}]
    await story.planner.act(story.thread, "return.travel_plan", body, disclose=wanted)


async def depart(story: Story) -> None:
    """The day: one question, a tick, and she leaves; both countries hear of it."""
    await story.later(story.window[0] - 8 * HOUR_S - story.now)
    await story.change("ask_on_the_day", plan_id=story.plan, person_id=story.person, still_wishes=True)
    await asserted(story, "departure")
    await story.planner.act(
        story.thread, "return.departure", {"outcome": "departed", "noted_at": story.now, "reason": []}
    )
    await story.origin.sees(story.thread, "travelling")
    if story.transit:
        await story.planner.act(story.transit, "transit.departure", {"departed": True, "noted_at": story.now})
        await story.passage.sees(story.transit, "on_the_way")


async def passes(story: Story) -> None:
    """The country on the way has seen her pass."""
    passed = {"passed": True, "noted_at": story.now, "condition": "well"}
    await story.passage.act(story.transit, "transit.confirm", passed)
    await story.home.sees(story.transit, "passed")


async def gets_home(story: Story) -> None:
    """Hours later she is there, and says so to both countries."""
    await story.later(9 * HOUR_S)
    await arrived(story, confirmed=True)
    await heard_at_home(story)


async def asserted(story: Story, about: str) -> None:
    """She was asked, and agreed."""
    await story.planner.act(
        story.thread,
        "consent.assertion",
        {"about": about, "asked_at": story.now, "results_shown": True, "spoken_to_alone": True},
    )


async def arrived(story: Story, *, confirmed: bool, condition: str = "well") -> None:
    """The origin tells her arrival, and perhaps that she confirmed it there; the alarm at home stands."""
    how = ["code_word"] if confirmed else []
    await story.origin.act(story.thread, "return.arrival", _arrival(story, how, condition))
    await story.home.sees(story.thread, "arrived")


async def heard_at_home(story: Story) -> None:
    """Home calls a number of her file and hears her: that ends its alarm, and the origin is told."""
    heard = {"thread": story.thread, "how": "call", "independent": True, "everybody_is_there": True}
    await story.change("heard_from_her", **heard)
    await story.planner.act(story.thread, "return.arrival", _arrival(story, ["call"], "well"))
    await arrives(story.origin, story.thread, "return.arrival")


async def asked_how_she_is(story: Story, at: str, *, wants_contact: bool) -> None:
    """One follow-up, in codes."""
    await may_hear(story)
    body = {**WELL, "at": at, "safe": "yes", "re_trafficking": "no_sign", "wants_contact": wants_contact}
    await story.origin.act(story.thread, "return.followup", body)
    await arrives(story.home, story.thread, "return.followup")


async def may_hear(story: Story) -> None:
    """Where she is now she agrees that the country she left hears how she is."""
    case = (await story.origin.view(story.thread))["case"]
    (person,) = (await story.origin.api.get(f"cases/{case}"))["persons"]
    asked = {"purposes": ["followup"], "levels": ["L1"], "categories": ["needs"]}
    await story.origin.consent(case, person["person_id"], [story.home.code], **asked)


async def arrives(desk: Desk, thread: str, kind: str) -> None:
    """Wait until as many letters of this kind as were sent are here and count; a caseworker opens them."""

    async def look() -> bool | None:
        letters = (await desk.view(thread))["letters"]
        here = [one for one in letters if one["direction"] == "in" and one["kind"] == kind]
        return True if here and here[-1]["opened_at"] is None else None

    await desk.until(f"{kind} at {desk.code}", look)
    await desk.open_all(thread)


def _arrival(story: Story, how: list[str], condition: str) -> dict[str, Any]:
    return {
        "arrived": True,
        "noted_at": story.now,
        "met_by": "receiving_organisation",
        "condition": condition,
        "urgent_needs": [],
        "confirmed_by_her": bool(how),
        "confirmed_how": how,
    }


def _result(story: Story, overall: str, assessor: str) -> dict[str, Any]:
    row = {
        "person": story.tokens["her"],
        "domain": "retaliation",
        "colour": "red" if overall == "unacceptable" else "amber",
        "says": "likely" if overall == "unacceptable" else "possible_not_recent",
        "measure": "other_region",
        "sources": ["social_service"],
        "likelihood": [],
        "severity": [],
    }
    return {
        "rows": [row],
        "overall": overall,
        "assessor": assessor,
        "assessed_date": day(story.now),
        "independent": False,
    }


def day(at: int) -> str:
    """The day of a moment, as letters say it."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()
