"""The last look before bytes leave: what became true after a letter was decided, or after its turn came in a batch.

The adversary is time: a claim, a key that is gone, a clock. Source: wire 1 (release, re-seal), 3, 8; H01, R10.
"""

import msgspec

from node.protocol.cases.case import Person, Tie
from node.protocol.cases.changes import set_protection, set_tie
from node.service.context import Node
from node.service.delivery.gating import LOOK_AGAIN_S
from node.service.delivery.release import release_due
from node.service.threads.book import Book
from node.store.work import Work
from tests.unit.service.office_support import accepted, send_names
from tests.unit.service.rights_support import tasks
from tests.unit.service.test_clock_set_back import own_clock
from tests.world import DAY_S, HER, World, no_fault

SISTER = "p2"
ADULT = Person(person_id=HER, role="person", age_band="25-34", gender="woman", languages=("uk",))
TWO = (ADULT, msgspec.structs.replace(ADULT, person_id=SISTER))


def claims(node: Node, work: Work, case_id: str) -> None:
    """She asks for protection from XA, and only the gate has seen it so far."""
    book, now = Book(node, work), node.now()
    found = book.case(case_id)
    tied = set_tie(found.case, HER, Tie("XA", "nationality", "not_asked"), ("caseworker-1",), now).case
    book.put_case(found, set_protection(tied, HER, "sought", "caseworker-1", now).case, now)


async def test_h01_sender_a_letter_whose_matter_is_ended_by_a_later_one_of_its_batch_never_leaves(world: World) -> None:
    """Wire 1: nothing about her sister alone is forbidden, and her letter has its turn first; then the gate meets one
    about both, and all contact about both ends. Neither offer may be among the bytes, and no stop tells of them.
    """
    xd = world["XD"]
    await xd.offer("XA")
    await world.settle()  # it has the keys of XA
    case = await xd.new_case(persons=TWO)
    for person in (HER, SISTER):
        await xd.consent(case, "XA", person=person)
    alone = (await xd.offer("XA", case, persons=(SISTER,))).thread
    both = (await xd.offer("XA", case, persons=(HER, SISTER))).thread
    await xd.node.store.write(lambda work: claims(xd.node, work, case))

    left = await release_due(xd.node, "XA")
    await world.days(2)

    assert left == []
    xa = world["XA"].node.store
    assert xa.read_sync(lambda reader: reader.threads.find(alone)) is None
    assert xa.read_sync(lambda reader: reader.threads.find(both)) is None
    assert set(xd.letters_to("XA")) <= {"cancelled", "given_up", "receipted"}


async def test_h13_sender_names_are_not_sealed_again_for_an_office_that_the_record_no_longer_lists(
    world: World,
) -> None:
    """Wire 8: the block is copied byte for byte, so it opens with that key only, which somebody else may know."""
    xd = world["XD"]
    thread = await accepted(world)
    world.fault = lambda *_: "lost"
    await send_names(world, thread)
    await world.settle()
    listed = xd.node.view
    record = listed.countries["XA"]
    gone = msgspec.structs.replace(record, office_keys=())
    xd.node.view = msgspec.structs.replace(listed, countries={**listed.countries, "XA": gone})
    (letter,) = {row.letter_id for row in xd.node.store.read_sync(lambda reader: reader.outbox.on_the_way("XA"))}
    await xd.node.store.write(lambda work: work.outbox.requeue(letter, xd.node.now()))
    world.fault, posted = no_fault, len(world.posted)
    await world.later(LOOK_AGAIN_S)

    assert [(one.state, one.held) for one in (await xd.view(thread)).letters][-1] == ("held", "office_key_gone")
    assert {who for who, _, _ in world.posted[posted:]} <= {"XA"}
    assert "reseal_waits" in tasks(world, "XD")
    xd.node.view = listed
    await world.later(LOOK_AGAIN_S)
    assert [one.state for one in (await xd.view(thread)).letters][-1] == "receipted"


async def test_what_a_peer_says_came_too_late_goes_again_in_a_new_envelope(world: World) -> None:
    """Wire 1, wire 3 row 9: `expired` ends an envelope and never a letter; the clock that sealed it was behind."""
    xd = world["XD"]
    world.passes(20 * DAY_S)
    own_clock(world, -15 * DAY_S)
    thread = (await xd.offer("XA")).thread
    await xd.deliver("XA")
    states = [one.state for one in (await xd.view(thread)).letters]
    own_clock(world, 0)
    await world.settle()

    assert states == ["held"]  # with a pause: it may be their clock that is wrong
    assert [one.state for one in (await xd.view(thread)).letters] == ["receipted"]
    assert (await world["XA"].view(thread)).state == "offered"
