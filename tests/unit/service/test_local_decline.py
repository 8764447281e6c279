"""Why a country declines may stay with its own people: `already_assisting_exploiter`. Practice, acts to add."""

from typing import Any

import msgspec
import pytest

from node.errors import BadInput
from tests.attack.forged_posts import payload_of
from tests.world import World, make_world

LOCAL = "already_assisting_exploiter"
DECLINE: dict[str, Any] = {"reason": "conflict_of_interest", "alternatives": [], "retry_after": []}


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def declined(world: World, **facts: Any) -> tuple[str, dict[str, Any], int]:
    """(thread, the letter as XD reads it, bytes of its envelope) of a decline of XA."""
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()
    before = len(world.posted)
    await world["XA"].act(thread, "referral.decline", DECLINE, **facts)
    await world.settle()
    sent = [one for sender, _, batch in world.posted[before:] if sender == "XA" for one in batch]
    letters = [(payload_of(world, one, "XD"), len(one)) for one in sent]
    ((letter, size),) = [one for one in letters if one[0]["kind"] == "referral.decline"]
    return thread, letter, size


async def test_the_letter_is_of_the_same_shape_as_any_other_conflict_of_interest(world: World) -> None:
    """Practice: on the wire `conflict_of_interest`; nothing but ids and times tells one from another."""
    thread, quiet, quiet_size = await declined(world, local_reason=LOCAL)
    other, plain, plain_size = await declined(world)

    own = {"letter_id", "thread", "written_at", "thread_ends", "retention_until", "in_reply_to"}
    assert {k: v for k, v in quiet.items() if k not in own} == {k: v for k, v in plain.items() if k not in own}
    assert list(quiet) == list(plain)
    assert len(msgspec.json.encode(quiet)) == len(msgspec.json.encode(plain))
    assert quiet_size == plain_size
    assert LOCAL not in repr(quiet)

    assert (await world["XA"].view(thread)).local_reason == LOCAL
    assert (await world["XA"].view(other)).local_reason == ""
    assert (await world["XD"].view(thread)).local_reason == ""
    assert (await world["XD"].view(thread)).state == "declined"


async def test_the_note_stands_nowhere_in_the_clear(world: World, tmp_path: Any) -> None:
    """Sealed with the thread: no file of either node holds the word, its journal included."""
    await declined(world, local_reason=LOCAL)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if LOCAL.encode() in path.read_bytes()] == []


async def test_the_note_goes_with_no_other_reason_and_no_other_act(world: World) -> None:
    """Any other reason of the wire would say something else than what is meant; nothing is stored."""
    thread = (await world["XD"].offer("XA")).thread
    await world.settle()

    with pytest.raises(BadInput):
        await world["XA"].act(thread, "referral.decline", DECLINE | {"reason": "no_capacity"}, local_reason=LOCAL)
    with pytest.raises(BadInput):
        questions = {"questions": [{"question": "room", "why": "choose_service"}]}
        await world["XA"].act(thread, "referral.info_request", questions, local_reason=LOCAL)

    assert (await world["XA"].view(thread)).local_reason == ""
    assert (await world["XA"].view(thread)).state == "offered"
