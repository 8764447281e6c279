"""R33 on real nodes: the right value replaces the wrong one wherever it went, also after a stop."""

import json

import pytest

from node.errors import BadInput, NotAllowed
from node.service.rights.corrections import Correct, correct
from node.service.threads import reading
from node.service.threads.commands import FieldsOf
from tests.attack.forged_posts import answer, forged, payload_of, post
from tests.unit.service.rights_support import deadlines, disclosed, letter_of, tasks
from tests.world import HER, World


async def corrected(world: World, thread: str, case: str, *fields: str) -> str:
    """XD writes the right value in its case and sends it; the id of the correction."""
    xd = world["XD"]
    await xd.write_identity(case, {HER: {"given_name": "Zoryana"}})
    wrong = await letter_of(world, "XD", thread, "referral.disclose", "out")
    command = Correct(letter=wrong, persons=(FieldsOf(person_id=HER, fields=fields or ("given_name",)),))
    done = await correct(xd.node, xd.caseworker, thread, command)
    await world.settle()
    assert done.letter_id is not None
    return done.letter_id


async def test_a_corrected_name_is_shown_where_the_wrong_one_stood(world: World) -> None:
    """GDPR 16, 19: at the other side the old block is opened with the new one over it; the rest of it stays."""
    thread, case = await disclosed(world)

    letter = await corrected(world, thread, case)
    xa = world["XA"]
    old = await letter_of(world, "XA", thread, "referral.disclose")
    shown = await reading.open_identity(xa.node, xa.caseworker, old, "prepare_reception")

    (fields,) = shown.values()
    assert fields == {"given_name": "Zoryana", "safe_contact": "signal: invented"}
    view = await xa.view(thread)
    assert [one.corrected_by for one in view.letters if one.letter_id == old] == [(letter,)]
    assert deadlines(world, "XA", thread)["rectify"] == "met"
    assert "rectification_received" in tasks(world, "XA")


async def test_a_correction_is_opened_with_what_it_put_right_and_no_more(world: World) -> None:
    """C6: what was beside what is now, field by field; a second correction stands on the first."""
    thread, case = await disclosed(world)
    xa = world["XA"]
    first = await corrected(world, thread, case)
    opened = await reading.open_sealed(xa.node, xa.caseworker, first, "give_service")
    await world["XD"].write_identity(case, {HER: {"given_name": "Zoya"}})
    wrong = await letter_of(world, "XD", thread, "referral.disclose", "out")
    command = Correct(letter=wrong, persons=(FieldsOf(person_id=HER, fields=("given_name",)),))
    again = await correct(world["XD"].node, world["XD"].caseworker, thread, command)
    await world.settle()
    later = await reading.open_sealed(xa.node, xa.caseworker, str(again.letter_id), "give_service")

    ((token, now),) = opened.persons.items()
    assert now == {"given_name": "Zoryana"} and opened.before == {token: {"given_name": "Zoryna"}}
    assert (later.persons, later.before) == ({token: {"given_name": "Zoya"}}, {token: {"given_name": "Zoryana"}})


async def test_what_was_erased_is_not_shown_again_beside_its_correction(world: World) -> None:
    """C6, R25: the letter that was wrong is gone here, and so is what it said."""
    thread, case = await disclosed(world)
    xa = world["XA"]
    first = await corrected(world, thread, case)
    old = await letter_of(world, "XA", thread, "referral.disclose")
    xa.node.store.write_sync(lambda work: work.letters.erase("XD", "in", old))
    opened = await reading.open_sealed(xa.node, xa.caseworker, first, "give_service")

    assert opened.before == {} and [*opened.persons.values()] == [{"given_name": "Zoryana"}]


async def test_a_correction_counts_after_the_thread_was_stopped(world: World) -> None:
    """Wire 7: rectification is among what is not refused after a stop, and a stop does not end its deadline."""
    thread, case = await disclosed(world)
    await world["XD"].stop(thread)
    await world.later(2 * 86_400)

    await corrected(world, thread, case)

    assert (await world["XA"].view(thread)).state == "ended"
    assert deadlines(world, "XA", thread)["rectify"] == "open"


async def test_nothing_new_travels_as_a_correction(world: World) -> None:
    """R04: only fields that the letter carried, of persons of the thread; another field needs her consent."""
    thread, case = await disclosed(world)
    await world["XD"].write_identity(case, {HER: {"birth_date": "1994-05-06"}})

    with pytest.raises(NotAllowed, match="did not carry"):
        await corrected(world, thread, case, "birth_date")
    with pytest.raises(BadInput, match="route of its own"):
        await world["XD"].act(thread, "rectification", {"supersedes": "00" * 16}, disclose={HER: ["given_name"]})


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda one: one["body"].update(supersedes="00" * 16), 207),
        (lambda one: one["disclosed"].append({**one["disclosed"][0], "field": "birth_date"}), 204),
        (lambda one: one.update(disclosed=[]), 33),
        (lambda one: one.update(sealed_identity=None), 113),
    ],
)
async def test_a_dishonest_correction_is_refused(world: World, spoil: object, reason: int) -> None:
    """A peer that corrects what it never sent, adds a field, names none, or leaves it unsealed."""
    thread, case = await disclosed(world)
    world.fault = lambda sender, *_: "lost" if sender == "XD" else None
    await corrected(world, thread, case)
    payload = payload_of(world, world.posted[-1][2][-1], "XA")
    letter = json.loads(json.dumps(payload)) | {"letter_id": "77" * 16}
    spoil(letter)  # type: ignore[operator]

    one = forged(world, "XD", "XA", letter)
    receipt = answer(world, "XD", "XA", one, await post(world, "XA", one.envelope))

    assert (receipt.status, receipt.reason) == (3, reason)  # type: ignore[union-attr]


@pytest.mark.parametrize(("result", "theirs"), [("restricted", {"given_name": "Zoryana"}), ("erased", {})])
async def test_a_correction_that_is_shut_or_gone_does_not_bring_the_wrong_name_back(
    world: World, result: str, theirs: dict[str, str]
) -> None:
    """GDPR 18, R33: a caseworker sees neither value where both stood, a coordinator the right one while kept."""
    thread, case = await disclosed(world)
    xd, xa = world["XD"], world["XA"]
    letter = await corrected(world, thread, case)
    token, item = xd.tokens(thread)[HER], {"letter_id": letter, "levels": ["L3"]}
    asked = await xd.act(thread, "erasure.request", {"token": token, "items": [item]})
    await world.settle()
    told = {"token": token, "items": [{**item, "kept": [], "result": result}], "onward": []}
    await xa.act(thread, "erasure.confirm", told, in_reply_to=asked.letter_id)
    await world.settle()
    old = await letter_of(world, "XA", thread, "referral.disclose")

    (hers,) = (await reading.open_identity(xa.node, xa.caseworker, old, "give_service")).values()
    (seen,) = (await reading.open_identity(xa.node, xa.coordinator, old, "give_service")).values()

    assert "given_name" not in hers
    assert {name: value for name, value in seen.items() if name == "given_name"} == theirs
