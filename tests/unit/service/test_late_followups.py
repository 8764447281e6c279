"""A return of three years: what is told late is neither refused nor due to be erased when it comes. R25; ODIHR P7."""

from pathlib import Path

import msgspec
import pytest

from node.protocol.letters.decode import decode_again
from node.protocol.letters.frame import Letter
from node.service.threads.book import Book
from node.service.threads.times import times_of
from tests.dishonest import Dishonest
from tests.world import DAY_S, make_world


@pytest.mark.parametrize("years", [2, 3])
async def test_what_is_told_after_years_is_kept_as_long_as_its_thread_lives(tmp_path: Path, years: int) -> None:
    """R25: the opening letter promised two years; a follow-up after them is kept until its thread may end."""
    world = make_world(tmp_path, "XD", "XA")
    try:
        opened = await world["XD"].offer("XA")
        await world.settle()
        node = world["XD"].node
        row = node.store.read_sync(lambda reader: reader.threads.find(opened.thread))
        assert row is not None
        file = node.store.read_sync(lambda reader: Book(node, reader).open_file(row).file)
        now = world.clock.now() + years * 366 * DAY_S
        told = Dishonest(world).letter("return.followup") | {"retention_until": file.retention_until}
        letter = decode_again(msgspec.json.encode(told))
        assert isinstance(letter, Letter)

        times = times_of(node, "XA", letter, file, now)

        assert times["thread_ends"] == now + 400 * DAY_S
        assert times["retention_until"] == times["thread_ends"] > file.retention_until
    finally:
        await world.close()


async def test_a_short_thread_keeps_the_word_of_its_first_letter(tmp_path: Path) -> None:
    """R25: nothing is kept longer than was promised where the thread is over before."""
    world = make_world(tmp_path, "XD", "XA")
    try:
        opened = await world["XD"].offer("XA")
        await world.settle()
        node = world["XA"].node
        row = node.store.read_sync(lambda reader: reader.threads.find(opened.thread))
        assert row is not None
        file = node.store.read_sync(lambda reader: Book(node, reader).open_file(row).file)

        assert file.retention_until == world.clock.now() + 2 * 365 * DAY_S
    finally:
        await world.close()
