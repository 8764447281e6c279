"""She takes her consent back while she is on the road: what looks out for her goes on until she is there. H02, R20."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import msgspec

from node.protocol.gate.gate import Gate
from node.protocol.rules import Objection
from node.service.threads import opening
from node.service.threads.commands import OpenThread
from node.service.threads.ending import end_by_gate
from tests.letters_return import RETURN_BODIES
from tests.rules.return_world import her_return, plan
from tests.world import DAY_S, World

ASKED = ("window_starts_at", "window_ends", "modes", "assistance", "interpreters", "escorts", "costs", "medical")


async def passing(world: World) -> tuple[str, str, str]:
    """(case, consent, thread): XA expects somebody who passes through, and she has set out."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case(returns=(plan(her_return(departure_asked_at=world.clock.now()), journey=None),))
    consent = await xd.consent(case, "XA", purposes=("enquiry", "transit"))
    asked = {key: RETURN_BODIES["transit.request"][key] for key in ASKED}
    now = world.clock.now()
    asked |= {"window_starts_at": now, "window_ends": now + DAY_S, "interpreters": [], "escorts": [], "costs": []}
    command = OpenThread(peer="XA", kind="transit.request", body=msgspec.Raw(msgspec.json.encode(asked)))
    thread = (await opening.open_thread(xd.node, xd.caseworker, case, command)).thread
    await world.settle()
    await xa.act(thread, "transit.ack", RETURN_BODIES["transit.ack"])
    await world.settle()
    await xd.act(thread, "transit.departure", {"departed": True, "noted_at": now})
    await world.settle()
    return case, consent, thread


async def state(world: World, code: str, thread: str) -> str:
    return (await world[code].view(thread)).state


async def test_h02_the_stop_waits_until_she_has_passed_and_her_passage_is_told(world: World):
    """H02: arrival and transit confirmation rest on no consent; a stop in between would end the look-out for her."""
    case, consent, thread = await passing(world)

    await world["XD"].withdraw(case, consent)
    await world.days(2)

    assert [await state(world, code, thread) for code in ("XD", "XA")] == ["on_the_way", "on_the_way"]
    said: dict[str, Any] = {"passed": True, "noted_at": world.clock.now(), "condition": "well"}
    await world["XA"].act(thread, "transit.confirm", said)
    await world.settle()
    assert [await state(world, code, thread) for code in ("XD", "XA")] == ["passed", "passed"]


async def test_h02_what_the_gate_holds_back_ends_the_look_out_for_her_only_where_asylum_says_so(world: World):
    """H02: R10 goes before everything; a withdrawal stops what rests on it and nothing that watches over her way."""
    _, _, thread = await passing(world)
    node = world["XD"].node
    letter: Any = SimpleNamespace(peer="XA", thread_id=thread)

    for rule, expected in (("R20", "on_the_way"), ("R10", "ended")):
        held = partial(end_by_gate, node, waiting=letter, gate=_ending(rule), now=node.now())
        await node.store.write(lambda work, held=held: held(work=work))  # type: ignore[misc]
        await world.days(1)
        assert await state(world, "XD", thread) == expected


def _ending(rule: str) -> Gate:
    return Gate((Objection(rule, "nothing of it goes", "help continues", ends_thread=True),))
