"""A dishonest country posts two letters the wrong way round, so that the second is judged before what binds it came.

Source: wire 7 (a letter is judged when its turn has come); H26.
"""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.protocol.threads.thread import Entry
from node.service.threads.book import Book
from node.store.work import Reader
from tests.attack.forged_posts import answer, forged, post
from tests.letters_return import RETURN_BODIES
from tests.vectors_support import OWN, load_all
from tests.world import World, make_world

VECTOR = load_all(OWN)["own-bad-thread-somebody-left-out-ahead-of-her-entry"]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def come(world: World, place: int) -> int:
    """The letter of the vector at this place comes from XD; the status of its receipt."""
    sent = forged(world, "XD", "XA", VECTOR["letters"][place]["payload"].encode())
    return int(answer(world, "XD", "XA", sent, await post(world, "XA", sent.envelope)).status)  # type: ignore[union-attr]


async def test_h26_receiver_what_waited_is_judged_by_what_came_before_it_in_number(world: World) -> None:
    """H26: whoever was stated by the letter before is not left out by the letter that waited for it."""
    assert await come(world, 0) == 1
    thread = json.loads(VECTOR["letters"][0]["payload"])["thread"]
    await world["XA"].act(thread, "return.request_response", RETURN_BODIES["return.request_response"])
    world.fault = lambda *_: "lost"  # XD knows nothing of its own: whatever left is on its way
    await world.settle()

    assert [await come(world, place) for place in (2, 3)] == [1, 1]

    def entries(reader: Reader) -> list[Entry]:
        row = reader.threads.find(thread)
        assert row is not None
        return list(Book(world["XA"].node, reader).open_file(row).file.thread.entries)

    told = {
        one.n: (one.status, one.reason) for one in world["XA"].node.store.read_sync(entries) if one.side == "opener"
    }
    assert told == {1: ("applied", 0), 2: ("applied", 0), 3: ("refused", 126)}
