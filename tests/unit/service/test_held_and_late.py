"""Letters that wait: for their sender's standing, for their turn, for a key; and those that can never be delivered.

Source: wire 1, 3 row 5, 7; R37, R39; pitfalls P14, P30.
"""

import msgspec
import pytest

from node.protocol.letters.decode import AnyControl, AnyLetter, decode
from node.protocol.letters.strict import Unsupported
from node.service.context import Node
from node.service.delivery import judge
from node.service.delivery.deliver import IDLE_S, agenda
from node.service.delivery.release import release_due
from node.service.delivery.take import take_held
from node.service.threads import reading
from node.service.threads.book import Book
from node.service.upkeep import sweeps
from node.service.upkeep.setup import refresh_prekeys
from node.store.outbox import Waiting
from node.store.work import Reader, Work
from registry.trust import View
from tests.world import DAY_S, World


def with_sender(world: World, at: str, sender: str, **changes: object) -> View:
    """The view of a node in which a country's message keys, or the country itself, stand otherwise."""
    view = world[at].node.view
    country = view.countries[sender]
    if "record_status" in changes:
        keys = tuple(msgspec.structs.replace(key, **changes) for key in country.message_keys)
        country = msgspec.structs.replace(country, message_keys=keys)
    else:
        country = msgspec.structs.replace(country, **changes)
    return msgspec.structs.replace(view, countries={**view.countries, sender: country})


async def taken(world: World) -> int:
    """What XA takes up again of XD's letters."""
    node = world["XA"].node
    return await node.store.write(lambda work: take_held(node, work, "XD", node.now()))


def thread_known(world: World, thread: str) -> bool:
    return world["XA"].node.store.read_sync(lambda reader: reader.threads.find(thread)) is not None


async def test_r39_a_letter_of_a_revoked_key_stays_without_effect_when_its_country_is_heard_again(world: World) -> None:
    """Wire 3 row 5: revoked means nothing newly received has effect, whatever the country stands for later."""
    xa = world["XA"].node
    honest = xa.view
    xa.view = with_sender(world, "XA", "XD", suspended_until=world.clock.now() + DAY_S)
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    xa.view = honest
    xa.view = with_sender(world, "XA", "XD", record_status="revoked")

    assert await taken(world) == 0
    assert not thread_known(world, thread)
    xa.view = honest
    assert await taken(world) == 1
    assert thread_known(world, thread)


async def test_a_letter_taken_up_late_is_kept_as_it_came(world: World) -> None:
    """Wire 2: the payload must go on matching the commitment of its statement, byte for byte."""
    xa = world["XA"].node
    honest = xa.view
    xa.view = with_sender(world, "XA", "XD", suspended_until=world.clock.now() + DAY_S)
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()

    def payload(reader: Reader) -> bytes:
        (row,) = reader.letters.of_thread("XD", thread)
        return Book(xa, reader).payload(row)

    before = xa.store.read_sync(payload)
    xa.view = honest
    await taken(world)

    assert xa.store.read_sync(payload) == before


async def test_r39_control_letters_of_a_suspended_country_take_effect_later_too(world: World) -> None:
    """Wire 3 row 5: stored and held like any other; lost, a `letter.opened` would be missed for ever."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    honest = xd.node.view
    xd.node.view = with_sender(world, "XD", "XA", suspended_until=world.clock.now() + DAY_S)
    (offer,) = xa.node.store.read_sync(lambda reader: reader.letters.of_thread("XD", thread))
    await reading.open_letter(xa.node, xa.caseworker, offer.letter_id)
    await world.settle()
    unread = (await xd.view(thread)).letters[0].opened_at
    states = xa.letters_to("XD")
    xd.node.view = honest
    await xd.node.store.write(lambda work: take_held(xd.node, work, "XA", xd.node.now()))

    assert (unread, states) == (None, {"receipted": 2}), "the greeting and the `letter.opened`"
    assert (await xd.view(thread)).letters[0].opened_at is not None


SECOND = "0e" * 16


def suspect(node: Node, work: Work, case_id: str) -> None:
    """Somebody may force her: from here on the gate holds what rests on her word."""
    book = Book(node, work)
    found = book.case(case_id)
    persons = tuple(msgspec.structs.replace(one, coercion_suspected=True) for one in found.case.persons)
    book.put_case(found, msgspec.structs.replace(found.case, persons=persons), node.now())


def queue_once_more(node: Node, work: Work, first: Waiting, letter_id: str) -> None:
    """The same letter once more under another id, queued behind the first."""
    found = Book(node, work).file(first.peer, first.thread_id or "")
    assert found is not None
    plain = node.seals.open(found.dek, "outbox", first.letter_id, first.sealed)
    sealed = node.seals.seal(found.dek, "outbox", letter_id, plain)
    work.connection.execute(
        "insert into outbox (letter_id, peer, thread_id, case_id, class, urgency, state, sealed, queued_at, due_at)"
        " select ?, peer, thread_id, case_id, class, urgency, 'queued', ?, queued_at, ? from outbox where letter_id=?",
        (letter_id, sealed, node.now(), first.letter_id),
    )


async def test_a_letter_behind_a_held_one_waits_without_keeping_the_worker_busy(world: World) -> None:
    """Wire 7: queue order within a thread; others do not wait, and nobody spins meanwhile."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    await xa.act(thread, "referral.info_request", {"questions": [{"question": "room", "why": "choose_service"}]})
    await world.settle()
    answers = {"answers": [{"question": "room", "answer": ["single"], "declined": False}]}
    await xd.act(thread, "referral.info", answers)
    await xd.node.store.write(lambda work: suspect(xd.node, work, case))
    assert await release_due(xd.node, "XA") == []
    waiting = xd.node.store.read_sync(lambda reader: reader.outbox.of_thread("XA", thread))
    codes = [xd.node.seals.uncover(one.held_code or "") for one in waiting]
    assert [(one.state, code) for one, code in zip(waiting, codes, strict=True)] == [
        ("receipted", ""),
        ("held", "waits"),
    ]

    # a second one behind it, as if it had been decided just before the suspicion
    await xd.node.store.write(lambda work: queue_once_more(xd.node, work, waiting[1], SECOND))
    assert await release_due(xd.node, "XA") == []
    second = xd.node.store.read_sync(lambda reader: reader.outbox.get(SECOND))

    assert second is not None
    assert (second.state, second.held_code) == ("held", "turn")
    assert agenda(xd.node, "XA").again_s == IDLE_S
    other = (await xd.offer("XA")).thread
    await world.settle()
    assert (await xa.view(other)).state == "offered"


async def test_r37_a_letter_the_peer_cannot_read_is_parked_undone_and_its_number_void(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wire 3 row 11: nothing of it was kept there, not even its number; the thread goes on without it at both sides."""
    xd, xa = world["XD"], world["XA"]
    thread = (await xd.offer("XA")).thread
    await world.settle()
    understood = decode

    def older(payload: bytes, letter_class: int) -> AnyLetter | AnyControl | None:
        """A node of an older version, which has no such kind."""
        letter = understood(payload, letter_class)
        if letter is not None and letter.kind == "referral.info_request":
            raise Unsupported("kind is not known here")
        return letter

    monkeypatch.setattr(judge, "decode", older)
    question = {"questions": [{"question": "room", "why": "choose_service"}]}
    await xa.act(thread, "referral.info_request", question)
    await world.settle()
    parked = [one for one in (await xa.view(thread)).letters if one.state == "parked"]
    other = [{"country": "XT", "services": ["safe-place"]}]
    await xa.act(thread, "referral.decline", {"reason": "no_capacity", "alternatives": other, "retry_after": []})
    await world.settle()

    assert [one.kind for one in parked] == ["referral.info_request"]
    tasks = {task.code: task.case_id for task in xa.node.store.read_sync(lambda reader: reader.tasks.open())}
    assert tasks["letter_unsupported"] is not None
    assert (await xa.view(thread)).state == (await xd.view(thread)).state == "declined"


async def test_erased_prekeys_are_gone_from_memory_too(world: World) -> None:
    """Wire 6: the seed is erased at not_after + max_life + 2 days; a running node must not go on opening with it."""
    xa = world["XA"]
    before = set(xa.node.keys.kem)
    for _ in range(5):
        world.clock.step(10 * DAY_S)
        world.registry.clock.step(world.clock.now() - world.registry.clock.now())
        world.registry.publisher.refresh()
        world.refresh()
        await sweeps.keys(xa.opened)

    names = {row.name for row in xa.opened.keyring.all("prekey.")}
    assert len(xa.node.keys.kem) == len(names) + 1
    assert before - set(xa.node.keys.kem)
    refresh_prekeys(xa.opened)
    assert len(xa.node.keys.kem) == len(names) + 1
