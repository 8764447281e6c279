"""A country that skips the gates of a return, with its real keys: the other node refuses, and its receipt says why.

XD forges every letter; XA, the country of origin, is an honest node whose people have answered the request.
"""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from node.crypto.receipts import Hint
from node.protocol.letters.codes import MALFORMED, REFUSED, STORED
from tests.attack.forged_posts import answer, forged, post
from tests.letters_return import RETURN_BODIES
from tests.rules.world import DAY
from tests.vectors.make_returns import body, letter, stopped
from tests.world import World, make_world

RESPONSE = RETURN_BODIES["return.request_response"]


class Dishonest:
    """XD's side of a thread with XA, without any gate of its own."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.n, self.seen = world, name, 0, 0
        self.thread = letter(name, "return.request", {})["thread"]

    async def sends(self, kind: str, **changes: Any) -> tuple[int, int]:
        """Status and reason of the signed receipt for this letter."""
        self.n += 1
        said = {} if kind in ("transit.cancel", "transit.stop") else body(kind, self.name, **changes)
        made = letter(self.name, kind, said, n=self.n, seen=self.seen)
        return await self.posts(self.dated(made))

    def dated(self, made: dict[str, Any]) -> dict[str, Any]:
        now = self.world.clock.now()
        return made | {"written_at": now, "thread_ends": now + 60 * DAY, "retention_until": now + 365 * DAY}

    async def posts(self, made: dict[str, Any]) -> tuple[int, int]:
        sent = forged(self.world, "XD", "XA", made)
        read = answer(self.world, "XD", "XA", sent, await post(self.world, "XA", sent.envelope))
        assert not isinstance(read, Hint)
        return read.status, read.reason

    async def hears(self, kind: str, **changes: Any) -> None:
        """A letter that XA's people write and release; XD reads it, and its honest node never learns of the thread."""
        self.world.fault = lambda sender, recipient, envelopes: "lost" if recipient == "XD" else None
        await self.world["XA"].act(self.thread, kind, body(kind, self.name, **changes))
        self.seen += 1
        await self.world["XA"].deliver("XD")

    async def state(self) -> str:
        return (await self.world["XA"].view(self.thread)).state


@pytest.fixture
async def world(tmp_path: Path):
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def test_a_plan_that_skips_both_assessments_is_refused_with_the_rule(world: World) -> None:
    """R08: receipt `refused`, reason 8; the state stays, and people of XA see that something was refused."""
    thread = Dishonest(world, "skips risk")
    assert await thread.sends("return.request") == (STORED, 0)
    await thread.hears("return.request_response")

    assert await thread.sends("return.travel_plan") == (REFUSED, 8)

    assert await thread.state() == "assessing"
    tasks = world["XA"].node.store.read_sync(lambda reader: [one.code for one in reader.tasks.open()])
    assert "incoming_refused" in tasks


async def test_a_request_about_somebody_detained_is_refused_and_not_kept(world: World) -> None:
    """R17: reason 17; nothing has begun, and no letter is kept."""
    thread = Dishonest(world, "detained")

    assert await thread.sends("return.request", at_liberty=False) == (REFUSED, 17)

    assert await thread.state() == "none"
    assert _count(world, "letter") == 0


async def test_a_departure_without_a_plan_or_a_question_is_refused(world: World) -> None:
    """R22: nobody is said to travel by a plan that the origin never saw."""
    thread = Dishonest(world, "no plan")
    await thread.sends("return.request")
    await thread.hears("return.request_response")

    assert (await thread.sends("return.departure"))[0] == REFUSED
    assert await thread.sends("return.arrival") == (REFUSED, 201)
    assert await thread.state() == "assessing"


async def test_an_end_of_a_transit_that_says_why_is_malformed_and_a_bare_one_counts(world: World) -> None:
    """H01, H04: there is no field, no urgency and no basis by which a cancellation could tell its cause."""
    thread = Dishonest(world, "cancelled")
    assert await thread.sends("transit.request") == (STORED, 0)
    thread.n += 1
    made = thread.dated(letter(thread.name, "transit.cancel", {}, n=thread.n))

    assert await thread.posts(made | {"urgency": "life_threat"}) == (MALFORMED, 0)
    assert await thread.posts(made | {"body": {"reason": "asylum"}}) == (MALFORMED, 0)
    assert await thread.posts(made | {"letter_id": "c1" * 16}) == (STORED, 0)

    assert await thread.state() == "cancelled"


async def test_a_stop_of_a_return_nobody_knows_ends_a_thread_of_no_matter(world: World) -> None:
    """H01: stored like every stop; whether it was a return or a transit is not said."""
    thread = Dishonest(world, "unknown")

    assert await thread.posts(thread.dated(stopped(thread.name))) == (STORED, 0)

    assert await thread.state() == "ended"


async def test_names_in_the_first_letters_are_refused(world: World) -> None:
    """R03: a return and a transit begin without a name."""
    for kind in ("return.request", "transit.request"):
        thread = Dishonest(world, f"names in {kind}")
        made = thread.dated(letter(thread.name, kind, body(kind, thread.name)))
        token = made["consent"][0]["token"]
        named = made | {"disclosed": [{"person": token, "field": "given_name", "level": "L3"}]}

        assert (await thread.posts(named))[0] == REFUSED
        assert await thread.state() == "none"
    assert _count(world, "letter") == 0


def _count(world: World, table: str) -> int:
    def find(reader: Any) -> int:
        connection: sqlite3.Connection = reader.connection
        found: int = connection.execute(f"select count(*) from {table}").fetchone()[0]
        return found

    return world["XA"].node.store.read_sync(find)
