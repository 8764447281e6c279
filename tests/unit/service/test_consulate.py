"""She has her consulate asked who she is, for that alone; her return goes on beside it. Source: R11; domain 5.7."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

from node.demo import return_story as do
from node.demo.network import Network
from tests.played_in_memory import in_memory

ASKS: dict[str, Any] = {"route": "consular", "counsel_heard": True}


async def test_r11_sender_a_consulate_that_she_wants_asked_ends_nothing_else_of_her_return(tmp_path: Path) -> None:
    """R11: that record carries one purpose; what the others allow is allowed as before."""
    async with in_memory(tmp_path, "XD", "XT", "XA") as network, AsyncExitStack() as stack:
        story = await do.begin(cast(Network, network), stack)
        await do.prepare(story)
        await do.ask(story)
        await story.two_change(
            "lawyer_looked", person_id=story.person, looked_on=do.day(story.now - 86_400), stateless="no",
            asylum_advised=True, lawyer_independent=True,
        )  # fmt: skip
        there = (await story.home.api.get(f"registry/{do.ORIGIN}"))["offices"][0]["holder"]
        named = {"country": do.ORIGIN, "organisation_type": "embassy", "holder": there}
        await story.planner.consent(
            story.case, story.person, [do.ORIGIN], purposes=["identity_verification"], categories=do.CATEGORIES,
            recipients=[named],
        )  # fmt: skip
        wanted = [{"person_id": story.person, "fields": ["given_name"]}]
        await story.planner.act(story.thread, "return.identity_request", ASKS, disclose=wanted)
        await do.arrives(story.origin, story.thread, "return.identity_request")

        await do.assess(story)

        kinds = [one["kind"] for one in (await story.origin.view(story.thread))["letters"]]
        assert {"return.identity_request", "return.risk_request", "return.risk_result"} <= {*kinds}
