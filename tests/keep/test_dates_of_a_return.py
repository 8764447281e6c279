"""The file of a return in the country she came home to, dated as a node dates it. Source: H34, H19, R25."""

import msgspec

from node.protocol.retention import months_later
from node.protocol.threads.return_facts import ReturnFacts
from node.service.keep.dates import date_case
from node.service.threads.book import Book
from node.store.work import Work
from tests.keep.test_last_byte import case_at
from tests.world import DAY_S, World


async def due_where_a_letter_of_abroad_began_it(world: World, way: ReturnFacts) -> tuple[int | None, int | None, int]:
    """(when the case goes, the sender's word, when its thread ended) at the receiver, with these facts of a return."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xd.stop(thread)
    await world.later(DAY_S)

    def write(work: Work) -> tuple[int | None, int | None, int]:
        book, here = Book(xa.node, work), case_at(xa)
        found = book.file("XD", thread)
        assert found is not None
        shared = msgspec.structs.replace(found.file.thread.shared, way=way)
        told = msgspec.structs.replace(found.file.thread, shared=shared)
        book.put_file(found, msgspec.structs.replace(found.file, thread=told), xa.node.now())
        work.connection.execute("update letter set retention_until=?", (xa.node.now() + 30 * DAY_S,))
        date_case(xa.node, work, book.case(here))
        ended = work.threads.find(thread)
        assert ended is not None and ended.ended_at is not None
        return work.dates.of_case(here), work.dates.sender_word("XD", thread), ended.ended_at

    return xa.node.store.write_sync(write)


async def test_h34_once_she_confirmed_that_she_is_home_our_own_file_rests_on_its_own_basis(world: World) -> None:
    """H34: a year after the end of the return, and not when the other country's word is over."""
    due, word, ended = await due_where_a_letter_of_abroad_began_it(world, ReturnFacts(confirmed_by_her=True))

    assert due == months_later(ended, 12) and word is not None and due > word


async def test_h34_a_return_that_never_brought_her_home_goes_with_the_senders_word(world: World) -> None:
    """R25: what only came from abroad, and led to nothing here."""
    due, word, _ = await due_where_a_letter_of_abroad_began_it(world, ReturnFacts(departed_at=1))

    assert due == word
