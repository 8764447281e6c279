"""The timeline of a matter says of each letter what the letter says, and opens none that has nothing sealed inside."""

from pathlib import Path

import pytest

from node.service.threads.book import Book
from node.service.threads.keeping import decode_kept
from node.store.letters import LetterRow
from node.store.work import Reader
from tests.bench.network import ACCEPT
from tests.unit.service.test_withdrawals import disclosed
from tests.world import DAY_S, World, make_world


def what_letters_say(world: World, code: str, thread: str) -> dict[str, tuple[str, bool]]:
    """Kind and whether an identity block is inside, from every letter itself."""
    node, peer = world[code].node, "XA" if code == "XD" else "XD"

    def read(reader: Reader) -> dict[str, tuple[str, bool]]:
        rows = reader.letters.of_thread(peer, thread)
        letters = [(row.letter_id, decode_kept(Book(node, reader).payload(row))) for row in rows]
        return {letter_id: (letter.kind, letter.sealed_identity is not None) for letter_id, letter in letters}

    return node.store.read_sync(read)


async def test_a_matter_tells_each_letter_without_opening_those_that_seal_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Issue 4, numbers: a matter of 200 letters opened each of them, to say of one that a name is inside."""
    world = make_world(tmp_path, "XD", "XA")
    _, _, thread = await disclosed(world)
    said = {code: what_letters_say(world, code, thread) for code in ("XD", "XA")}
    opened = []
    payload = Book.payload

    def counted(book: Book, row: LetterRow) -> bytes:
        opened.append(row.letter_id)
        return payload(book, row)

    monkeypatch.setattr(Book, "payload", counted)
    for code in ("XD", "XA"):
        shown = {one.letter_id: (one.kind, one.has_identity) for one in (await world[code].view(thread)).letters}
        assert shown == said[code]
    sealed = [letter_id for told in said.values() for letter_id, (_, inside) in told.items() if inside]
    assert len(sealed) == 2 and sorted(opened) == sorted(sealed)
    await world.close()


async def test_a_letter_was_received_when_its_first_receipt_came(tmp_path: Path):
    """Read at once for a whole matter; one that is queued was not received."""
    world = make_world(tmp_path, "XD", "XA")
    xd = world["XD"]
    thread = (await xd.offer("XA")).thread
    world.clock.step(60)
    await world.settle()
    came = world.clock.now()
    world.clock.step(DAY_S)
    token = next(iter(xd.tokens(thread).values()))
    await world["XA"].act(thread, "referral.accept", {**ACCEPT, "persons": [token]})

    assert [one.received_at for one in (await xd.view(thread)).letters] == [came]
    assert [one.received_at for one in (await world["XA"].view(thread)).letters] == [came, None]
    await world.close()
