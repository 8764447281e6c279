"""R27 on real nodes: whatever is known here, and whenever people decided, the other country sees one and the same."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.errors import BadInput, NotAllowed
from node.service.cases.cases import change_case
from node.service.cases.requests import SetProtection, SetTie
from node.service.information import answers
from node.service.information.answers import Confirm, FoundNothing, NeedMore, NotConfirmed
from node.service.threads import opening, reading
from node.service.threads.acts import stop_thread
from node.service.threads.book import Book
from node.service.threads.commands import OpenThread
from tests.unit.service.information_support import answer, ask, case_of_hers, file_of, sent_by
from tests.unit.service.rights_support import tasks
from tests.world import DAY_S, HER, World, make_world

PAIRS = 100
CAUSES = ("not_known", "not_found", "cannot_disclose", "nobody_looked")
HOUR = 3600


@pytest.fixture
async def world(tmp_path: Path) -> Any:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def known_at_xa(world: World, *, afraid: bool) -> str:
    """She is known at XA; there she asked for protection from XD, or agreed that XD may hear."""
    case = await case_of_hers(world, "XA", "XD")
    if afraid:
        xa = world["XA"]
        tie = SetTie(person_id=HER, country="XD", kind="nationality", feared="yes")
        for change in (tie, SetProtection(person_id=HER, protection="sought")):
            await change_case(xa.node, xa.coordinator, case, change)
    return case


async def to_days(world: World, days: int) -> None:
    """Days pass; every six hours the sweeps run, as they do all the time."""
    for _ in range(4 * days):
        world.clock.step(6 * HOUR)
        if world.clock.now() % DAY_S < 6 * HOUR:
            world.registry.clock.step(DAY_S)
            world.registry.publisher.refresh()
            world.refresh()
        await world.sweep()
        await world.settle()


async def decide(world: World, thread: str, cause: str, hers: str) -> None:
    """What XA's people do with a question; the cause stays in their file."""
    if cause == "nobody_looked":
        return
    if cause == "cannot_disclose":  # they would like to confirm, and may not
        with pytest.raises(NotAllowed) as no:
            await answer(world, thread, Confirm(case=hers))
        assert no.value.rule == "R10"
    await answer(world, thread, FoundNothing(found=cause))  # type: ignore[arg-type]


async def test_four_hundred_questions_get_answers_that_tell_no_cause_apart(world: World) -> None:
    """R27: kind, body, size, moment, number of letters and of control letters are distributed alike for every cause."""
    draw = random.Random(27)
    hers = await known_at_xa(world, afraid=True)
    asked: dict[str, str] = {}
    for _ in range(PAIRS):
        for cause in CAUSES:
            asked[(await ask(world, await case_of_hers(world))).thread] = cause
    await world.settle()
    waiting = sorted(asked, key=lambda _: draw.random())
    for day in range(10):  # people decide on any day, in any order
        while waiting and len(waiting) > len(asked) * (9 - day) / 10:
            thread = waiting.pop()
            await decide(world, thread, asked[thread], hers)
        await to_days(world, 1)
    await to_days(world, 6)

    sizes = {len(one) for sender, _, envelopes in world.posted if sender == "XA" for one in envelopes}
    letters = sent_by(world, "XA", "XD")
    seen: dict[str, Counter[str]] = {cause: Counter() for cause in CAUSES}
    for thread, cause in asked.items():
        mine = [one for one in letters if one.get("thread") == thread]
        seen[cause][repr([_as_seen(one) for one in mine])] += 1
    about_letters = [one for one in letters if one["kind"] in ("letter.opened", "letter.refused")]

    assert sizes == {16_384}
    assert about_letters == []
    assert len({repr(one) for one in seen.values()}) == 1, seen
    assert list(seen["not_found"].values()) == [PAIRS]  # one answer, one moment
    assert all(one["body"]["answer"] == "no_information_to_share" for one in letters if one["kind"] == "info.response")
    views = [await world["XD"].view(thread) for thread in list(asked)[:8]]
    assert {(view.state, tuple(letter.effect for letter in view.letters)) for view in views} == {
        ("answered", ("applied", "applied"))
    }


def _as_seen(letter: dict[str, Any]) -> dict[str, Any]:
    """A letter without the random ids that name it."""
    return {name: value for name, value in letter.items() if name not in ("letter_id", "thread", "in_reply_to")}


async def test_a_person_known_and_willing_is_confirmed_at_once(world: World) -> None:
    """5.8: a better answer is a person's, rests on her case and her consent here, and does not wait for the slot."""
    case = await known_at_xa(world, afraid=False)
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()

    await answer(world, thread, Confirm(case=case))
    await world.settle()

    (sent,) = [one for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert sent["body"] == {"answer": "confirmed", "findings": [], "missing": []}
    assert file_of(world, "XA", thread).rests_on == case
    await to_days(world, 16)
    assert [one["kind"] for one in sent_by(world, "XA", "XD")].count("info.response") == 1


async def test_a_confirmation_that_waits_when_she_asks_for_protection_never_leaves(world: World) -> None:
    """R10, R27: the gate looks at her case again at release; the neutral answer leaves at its time instead."""
    case = await known_at_xa(world, afraid=False)
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()
    await answer(world, thread, Confirm(case=case))
    xa = world["XA"]
    tie = SetTie(person_id=HER, country="XD", kind="nationality", feared="yes")
    for change in (tie, SetProtection(person_id=HER, protection="sought")):
        await change_case(xa.node, xa.coordinator, case, change)

    await to_days(world, 16)

    answers = [one["body"]["answer"] for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert answers == ["no_information_to_share"]


@pytest.mark.parametrize("afraid", [True, False])
async def test_a_confirmation_from_no_case_waits_when_one_with_a_name_like_hers_is_closed_meanwhile(
    world: World, afraid: bool
) -> None:
    """R10, R27: who was looked at while people decided is looked at again when it leaves; it may be the same woman."""
    like_hers = await known_at_xa(world, afraid=False)
    asked = await ask(world, await case_of_hers(world), "nationality", purpose="identity_nationality")
    await world.settle()
    xa = world["XA"]
    await answers.answer(xa.node, xa.caseworker, asked.thread, Confirm(), (like_hers,))
    if afraid:
        tie = SetTie(person_id=HER, country="XD", kind="nationality", feared="yes")
        for change in (tie, SetProtection(person_id=HER, protection="sought")):
            await change_case(xa.node, xa.coordinator, like_hers, change)

    await world.settle()

    said = [one["body"]["answer"] for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert said == ([] if afraid else ["confirmed"])


@pytest.mark.parametrize("purpose", ["identity_nationality", "prior_identification_as_victim"])
async def test_r10_sender_who_asked_for_protection_is_confirmed_to_nobody_she_fears_whatever_was_asked(
    world: World, purpose: str
) -> None:
    """R10, R27: that her papers are ours would tell that country as much as that we know her."""
    hers = await known_at_xa(world, afraid=True)
    thread = (await ask(world, await case_of_hers(world), purpose=purpose)).thread
    await world.settle()

    with pytest.raises(NotAllowed) as no:
        await answer(world, thread, Confirm(case=hers))

    assert no.value.rule == "R10"


async def test_once_she_took_her_consent_back_only_the_neutral_answer_leaves(world: World) -> None:
    """R20: her consent to the question ends at both sides; what was found stays here."""
    hers = await known_at_xa(world, afraid=False)
    case = await case_of_hers(world)
    thread = (await ask(world, case)).thread
    await world.settle()
    xd = world["XD"]
    (record,) = xd.node.store.read_sync(lambda r: Book(xd.node, r).consents(Book(xd.node, r).case(case)))
    await xd.withdraw(case, record.consent_id)
    await world.settle()

    with pytest.raises(NotAllowed) as no:
        await answer(world, thread, Confirm(case=hers))
    assert no.value.rule == "R20"


async def test_without_her_consent_here_only_the_neutral_answer_is_possible(world: World) -> None:
    """H09, 5.8: consent at the answering country too, if data is held there."""
    case = await case_of_hers(world, "XA", "XD", purposes=("referral",))
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()

    for command, rule in ((Confirm(case=case), "R01"), (NotConfirmed(), "R27"), (NeedMore(missing=("photo",)), "R27")):
        with pytest.raises(NotAllowed) as no:
            await answer(world, thread, command)
        assert no.value.rule == rule
    with pytest.raises(BadInput):
        await answer(world, thread, Confirm())


async def test_no_other_door_lets_an_answer_or_a_stop_out_before_its_time(world: World) -> None:
    """R27: the general route for acts has no such answer, and the country that was asked does not stop the thread."""
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()
    xa = world["XA"]
    neutral = {"answer": "no_information_to_share", "findings": [], "missing": []}

    with pytest.raises(BadInput, match="route of its own"):
        await xa.act(thread, "info.response", neutral)
    with pytest.raises(NotAllowed, match="a stop would tell more"):
        await stop_thread(xa.node, xa.coordinator, thread)

    options = {option.kind: option.allowed for option in (await xa.view(thread)).options}
    assert options["referral.ended"] is False
    await world["XD"].stop(thread)  # whoever asked may end it
    await to_days(world, 2)
    assert (await xa.view(thread)).state == "ended"


async def test_after_the_answer_more_may_be_asked_and_a_better_answer_may_follow(world: World) -> None:
    """5.8: the neutral answer closes nothing."""
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()
    await to_days(world, 15)
    case = await known_at_xa(world, afraid=False)

    await answer(world, thread, Confirm(case=case))
    await world.settle()

    answers = [one["body"]["answer"] for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert answers == ["no_information_to_share", "confirmed"]
    tasks = world["XA"].node.store.read_sync(lambda reader: [task.code for task in reader.tasks.open()])
    assert "information_nobody_looked" in tasks


async def test_the_same_question_is_asked_again_with_a_fact_more(world: World) -> None:
    """5.8, `need_more`: on the same thread, and its answer has a time of its own."""
    case = await case_of_hers(world)
    thread = (await ask(world, case, "family_name", purpose="identity_nationality")).thread
    await world.settle()
    await answer(world, thread, NeedMore(missing=("birth_date",)))
    await world.settle()
    xd = world["XD"]
    body = {
        "purpose": "identity_nationality", "why": "documents_for_her", "topics": [], "counsel_heard": True,
        "consular": False,
    }  # fmt: skip

    await xd.act(thread, "info.request", body, disclose={HER: ["family_name", "birth_date"]})
    await world.settle()
    assert (await world["XA"].view(thread)).state == "asked"
    await answer(world, thread, FoundNothing(found="not_found"))
    await to_days(world, 15)

    answers = [one["body"]["answer"] for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert answers == ["need_more", "no_information_to_share"]


async def test_support_with_identification_is_asked_and_answered_without_any_identity(world: World) -> None:
    """5.8, CETS 197 art 10(1): a language, a kind of exploitation; nothing about her in either letter."""
    xd, xa = world["XD"], world["XA"]
    case = await case_of_hers(world)
    body = {"asks": ["interpreter"], "why": "first_interview", "exploitation": ["labour"], "topics": []}
    command = OpenThread(peer="XA", kind="ident.support_request", body=msgspec.Raw(msgspec.json.encode(body)))

    thread = (await opening.open_thread(xd.node, xd.caseworker, case, command)).thread
    await world.settle()
    offer = {"ask": "interpreter", "available": "yes", "service": ["interpreter-1"]}
    await xa.act(thread, "ident.support_response", {"offers": [offer], "available_from": [], "findings": []})
    await world.settle()

    (asked,) = [one for one in sent_by(world, "XD", "XA") if one["kind"] == "ident.support_request"]
    assert (asked["disclosed"], asked["sealed_identity"], asked["body"]["languages"]) == ([], None, ["uk"])
    assert (await xd.view(thread)).state == "answered"
    assert "new_identification" in tasks(world, "XA")


async def test_an_urgent_question_is_answered_within_its_hours(world: World) -> None:
    """5.8: 48 hours; the slot is the last one before."""
    asked_at = world.clock.now()
    thread = (await ask(world, await case_of_hers(world), urgency="urgent")).thread
    await world.settle()
    await answer(world, thread, FoundNothing(found="not_found"))

    await to_days(world, 3)

    (sent,) = [one for one in sent_by(world, "XA", "XD") if one["kind"] == "info.response"]
    assert asked_at + DAY_S - 6 * HOUR <= sent["written_at"] <= asked_at + 2 * DAY_S


async def test_opening_a_question_is_told_whatever_is_found(world: World) -> None:
    """Wire 7: `letter.opened` follows the opening, which comes before anybody knows anything."""
    thread = (await ask(world, await case_of_hers(world))).thread
    await world.settle()
    xa = world["XA"]
    (question,) = (await xa.view(thread)).letters

    await reading.open_letter(xa.node, xa.caseworker, question.letter_id)
    await world.settle()

    assert [one["kind"] for one in sent_by(world, "XA", "XD")] == ["channel.hello", "letter.opened"]
