"""Golden scenarios 10, 11 and 12: nobody at the station, family that is not asked, an identity that stays unverified.

Through the nodes' public HTTP interfaces only; all people are invented. Source: domain 11.
"""

import secrets
from contextlib import AsyncExitStack
from typing import Any, Final

from node.demo import return_story as do
from node.demo.client import ApiClient
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import DAY_S, Played, end, options
from node.demo.return_story import HOUR_S, ORIGIN, Story
from node.demo.returns import refused, time_passes

FAMILY_MAY_BE_INVOLVED: Final = "family may be involved and is not contacted"
LADDER: Final = ("caseworker", "backup", "coordinator", "figures")
PENDING_DAYS: Final = (15, 15, 15)  # 45 in all


async def nobody_at_the_station(network: Network, stack: AsyncExitStack) -> Played:
    """10: she does not arrive: both focal points are alarmed, an alert goes by two people, and she is found."""
    story = await do.begin(network, stack)
    await do.prepare(story)
    await do.until_agreed(story)
    await do.plan_journey(story)
    await do.depart(story)
    await story.later(story.window[1] + 4 * HOUR_S + 9 * HOUR_S - story.now)  # night or not, it has rung
    alarms = [await desk.until(f"the alarm at {desk.code}", _alarm(desk, story.thread))
              for desk in (story.home, story.origin)]  # fmt: skip
    waved = [await refused(_wave_away(desk, story.thread)) for desk in (story.home, story.origin)]
    for asked in ("her_safe_contact", "escort", "transit"):
        await story.change("alarm_step", thread=story.thread, asked=asked, answer="no_answer")
    alone, alert, own_look = await _alert(story)
    await do.arrived(story, confirmed=True, condition="needs_care")
    still = await story.home.until("the alarm at home", _alarm(story.home, story.thread))  # they say so, she has not
    await do.heard_at_home(story)
    for desk in (story.home, story.origin):
        await desk.until(f"no alarm at {desk.code}", _no_alarm(desk, story.thread))
    await story.change("found_again", person_id=story.person)
    stood_down = await story.home.api.post(f"alerts/{alert}/stand-down", {"reason": "found_safe"})
    await do.arrives(story.origin, story.thread, "safety.stand_down")
    played = Played(
        told={
            "says": [one["says"] for one in alarms],
            "asked_first": alarms[0]["ask_next"],
            "waved": waved,
            "alert_by_one_person": alone,
            "second_look_by_either": own_look,
            "their_word_alone": still["says"],
            "stood_down": stood_down["told"],
        }
    )
    played.agreed = all(waved) and alarms[0]["ask_next"] == "her_safe_contact"
    played.agreed &= alone == "waits for a second person" and stood_down["told"] and bool(still)
    played.agreed &= all(own_look)
    return await end(played, {story.thread: (story.home, story.origin)}, "arrived")


async def family_is_not_asked(network: Network, stack: AsyncExitStack) -> Played:
    """11: the trafficker's relative is named as family: whoever asks, no letter seeks the family."""
    story = await do.begin(network, stack)
    await do.prepare(story)
    await do.consent(story, ORIGIN, [*do.PURPOSES, "family_tracing"])  # so that nothing else stands in the way
    await do.ask(story)
    before = await options(story.home, story.thread)
    await story.change("suspect_family", person_id=story.person, who="other_relative")
    body = {"steps": ["find"], "told": "nothing_about_trafficking", "best_interests_date": []}
    said = await refused(story.planner.act(story.thread, "return.family_request", body))
    letters = [one["kind"] for one in (await story.home.view(story.thread))["letters"]]
    played = Played(told={"refused": said, "kinds": letters})
    played.agreed = said == FAMILY_MAY_BE_INVOLVED and "return.family_request" in before - {*letters}
    return await end(played, {story.thread: (story.home, story.origin)}, "assessing")


async def identity_stays_open(network: Network, stack: AsyncExitStack) -> Played:
    """12: 45 days without an answer who she is: the whole ladder is climbed, and the published figure changes."""
    story = await do.begin(network, stack)
    await do.prepare(story)
    await do.ask(story)
    await story.two_change(
        "lawyer_looked", person_id=story.person, looked_on=do.day(story.now - DAY_S), stateless="no",
        asylum_advised=True, lawyer_independent=True,
    )  # fmt: skip
    wanted = [{"person_id": story.person, "fields": ["given_name"]}]
    asks = {"route": "focal_point", "counsel_heard": True}
    await story.planner.act(story.thread, "return.identity_request", asks, disclose=wanted)
    await do.arrives(story.origin, story.thread, "return.identity_request")
    before = await _pending(story.home)
    for days in PENDING_DAYS:
        await time_passes(story, days * DAY_S, slack_s=3 * DAY_S)
    heard = await story.home.until("the whole ladder", lambda: _ladder(story.home, story.thread))
    after = await _pending(story.home)
    played = Played(told={"heard": heard, "published_before": before, "published_after": after})
    played.agreed = before == 0 and after is None
    return await end(played, {story.thread: (story.home, story.origin)}, "assessing")


async def _alert(story: Story) -> tuple[str, str, list[str]]:
    """The alert to the origin: asked for by one, sent by two, taken up there, looked at again by a third within a day.

    Besides: what each of the two was told who would have taken that second look themselves (R02).
    """
    await story.two_change("disappeared", person_id=story.person, what="feared_taken")
    danger = {
        "peer": ORIGIN,
        "dangers": ["feared_taken"],
        "until": story.now + 2 * DAY_S,
        "justification": "cannot_be_reached",
        "setting": "on_the_way",
        "do_not_contact": ["police", "family", "employer"],
    }
    asked = await story.planner.api.post(f"cases/{story.case}/alerts", danger)
    alone = "waits for a second person" if asked["letter_id"] is None else "left at once"
    sent = await story.home.api.post(f"alerts/waiting/{asked['pending']}/confirm", {})
    alert = sent["letter_id"]
    await do.arrives(story.origin, story.thread, "safety.alert")
    await story.origin.api.post(f"alerts/{alert}/acknowledge", {"action": "acting"})
    await do.arrives(story.home, story.thread, "safety.acknowledged")
    look = {"outcome": "justified", "informed": "not_reachable"}
    own_look = [await refused(desk.api.post(f"alerts/{alert}/review", look)) for desk in (story.planner, story.home)]
    async with await _colleague(story) as colleague:
        await colleague.post(f"alerts/{alert}/review", look)
    return alone, alert, own_look


async def _colleague(story: Story) -> ApiClient:
    """A second coordinator of the country she leaves, made by the first."""
    person = {"login": "deputy", "password": secrets.token_hex(16), "role": "coordinator"}
    await story.home.api.post("users", {**person, "organisation": "focal-point"})
    return story.home.api.beside(person["login"], person["password"])


async def _pending(desk: Desk) -> int | None:
    """The published number of identity verifications that wait for more than 30 days; null from 1 to 10."""
    shown = (await desk.api.get("figures"))["identity_pending"]
    count: int | None = next(one["count"] for one in shown if one["more_than_days"] == 30)
    return count


async def _ladder(desk: Desk, thread: str) -> list[str] | None:
    """Who has heard of the answer that does not come, once all have."""
    codes = {one["code"] for one in await desk.api.get("tasks") if one["thread"] == thread}
    heard = [who for who in LADDER if f"overdue_reply_{who}" in codes]
    return heard if len(heard) == len(LADDER) else None


def _alarm(desk: Desk, thread: str) -> Any:
    async def look() -> Any:
        return next((one for one in await desk.api.get("alarms") if one["thread"] == thread), None)

    return look


def _no_alarm(desk: Desk, thread: str) -> Any:
    async def look() -> Any:
        return None if any(one["thread"] == thread for one in await desk.api.get("alarms")) else True

    return look


async def _wave_away(desk: Desk, thread: str) -> None:
    task = next(
        one for one in await desk.api.get("tasks") if one["thread"] == thread and one["code"] == "arrival_overdue"
    )
    await desk.api.post(f"tasks/{task['id']}/done", {})
