"""Alerts between real nodes in memory: the hour, the back-up, the second look, the end. Domain 5.10; R02, H21."""

import pytest

from node.errors import Conflict, NotAllowed, NotFound
from node.protocol.ladders import PAGE_GAP_S
from node.service.actor import Actor
from node.service.safety import alarms, alerts, following, listing
from node.service.safety.requests import Acknowledge, RaiseAlert, Review, SendMedical, StandDown, UpdateAlert
from node.service.threads.reading import open_identity, open_letter
from tests.world import DAY_S, HER, NOW, Country, World, make_world

HOUR = 3600
BEN = Actor("caseworker-2", "coordinator", "focal-point")


@pytest.fixture
async def world(tmp_path):
    made = make_world(tmp_path, "XD", "XA")
    for country in made.countries.values():
        country.node.page_by = ("mail", "command")
    yield made
    await made.close()


def danger(peer: str = "XA", **facts) -> RaiseAlert:
    given = {
        "peer": peer,
        "dangers": ("traffickers_near",),
        "until": NOW + DAY_S,
        "justification": "cannot_be_reached",
        "safe_contact": "the blue kiosk",
        **facts,
    }
    return RaiseAlert(**given)


async def alert(country: Country, case_id: str, **facts) -> str:
    done = await alerts.raise_alert(country.node, country.caseworker, case_id, danger(**facts))
    assert done.letter_id is not None
    return done.letter_id


async def climb(world: World, seconds: int = 0) -> None:
    """Let time pass, deliver, and take every step that is due."""
    await world.later(seconds)
    for country in world.countries.values():
        await alarms.climb(country.node)


def pages(country: Country) -> list[tuple[str, str, int]]:
    def read(reader):
        return [(page.channel, page.position, page.count) for page in reader.pages.due(country.node.now(), 100)]

    return country.node.store.read_sync(read)


def made_all(country: Country) -> None:
    """The pager made every call that waits."""
    now = country.node.now()

    def make(work):
        for page in work.pages.due(now + 10 * DAY_S, 100):
            work.pages.sent(page.id, page.count, now)

    country.node.store.write_sync(make)


def tasks(country: Country) -> list[str]:
    return [task.code for task in country.node.store.read_sync(lambda reader: reader.tasks.open())]


async def test_an_alert_calls_people_there_at_once_and_a_person_takes_it_up(world):
    """Domain 5.10, H21: one call for who is on call, none after somebody has it; the sender hears who acts."""
    case_id = await world["XD"].new_case()
    letter = await alert(world["XD"], case_id)
    await climb(world)

    assert pages(world["XA"]) == [("mail", "first", 1), ("command", "first", 1)]
    assert tasks(world["XA"]) == ["danger_now"]
    [seen] = await listing.open_alerts(world["XA"].node, world["XA"].coordinator)
    assert (seen.alert, seen.peer, seen.mine) == (letter, "XD", False)
    assert seen.danger is not None
    assert seen.danger.dangers == ("traffickers_near",)

    told = await following.acknowledge(world["XA"].node, world["XA"].coordinator, letter, Acknowledge(action="acting"))
    await climb(world, 3 * HOUR)

    assert told.told
    assert [page for page in pages(world["XA"]) if page[1] == "back_up"] == []
    assert "danger_acknowledged" in tasks(world["XD"])
    assert (await world["XD"].view(seen.thread)).state == (await world["XA"].view(seen.thread)).state == "acknowledged"


async def test_after_an_hour_the_back_up_is_called_then_the_coordinator_and_it_never_ends_by_itself(world):
    """H21, H22: clock hours, at night too; both countries call their own people until somebody has it."""
    await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    made_all(world["XA"])
    await climb(world, HOUR)
    assert ("mail", "back_up", 1) in pages(world["XA"])
    assert "danger_now_backup" in tasks(world["XA"])
    assert pages(world["XD"]) == [("mail", "first", 1), ("command", "first", 1)]  # ours: nobody there answered
    assert "danger_not_answered" in tasks(world["XD"])

    for _ in range(4):
        made_all(world["XA"])
        await climb(world, 4 * HOUR)
        assert ("mail", "first", 1) in pages(world["XA"])
    assert "danger_now_coordinator" in tasks(world["XA"])


async def test_opening_the_alert_there_is_an_acknowledgement_here(world):
    """Wire 7: `letter.opened` is the ack; the second look is still open."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    await open_letter(world["XA"].node, world["XA"].coordinator, letter)
    await climb(world, 2 * HOUR)

    assert pages(world["XD"]) == []
    rows = {row.ladder: row.acknowledged_at for row in world["XD"].node.store.read_sync(lambda r: r.alarms.open())}
    assert rows["answer"] is not None
    assert rows["review"] is None


async def test_the_ladder_goes_on_where_it_stood_after_a_restart(world):
    """A node that is killed calls nobody twice for one step, and forgets no step."""
    await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    made_all(world["XA"])
    again = await world.restart("XA")
    again.node.page_by = ("mail",)
    await climb(world, 60)
    assert pages(again) == []

    await climb(world, HOUR)

    assert ("mail", "back_up", 1) in pages(again)


async def test_a_flood_is_kept_and_counted_and_calls_people_once(world):
    """Misuse: alerts on threads of their own, several on one: one call with a count, none lost."""
    for _ in range(6):
        await alert(world["XD"], await world["XD"].new_case())
    one = await world["XD"].new_case()
    for _ in range(5):
        await alert(world["XD"], one)
    await climb(world)
    first = pages(world["XA"])
    made_all(world["XA"])
    await alert(world["XD"], await world["XD"].new_case())
    await climb(world, 1)

    assert first == [("mail", "first", 11), ("command", "first", 11)]
    assert pages(world["XA"]) == []  # called a moment ago
    figures = await listing.figures(world["XA"].node, world["XA"].coordinator)
    assert [(c.country, c.received) for c in figures.countries] == [("XD", 12)]
    assert tasks(world["XA"]).count("danger_now") == 7

    await climb(world, PAGE_GAP_S)

    assert pages(world["XA"]) == [("mail", "first", 1), ("command", "first", 1)]
    assert tasks(world["XA"]).count("danger_now") == 8


async def test_a_second_alert_on_a_thread_joins_its_ladder(world):
    """One call for a thread and step."""
    case_id = await world["XD"].new_case()
    await alert(world["XD"], case_id)
    await climb(world)
    made_all(world["XA"])
    await alert(world["XD"], case_id)
    await climb(world, PAGE_GAP_S)

    assert pages(world["XA"]) == []


async def test_an_alert_rides_on_the_thread_that_tells_of_her(world):
    """Both sides know there whom the token means; the thread's own state does not change."""
    done = await world["XD"].offer("XA")
    await world.settle()
    case_id = (await world["XD"].view(done.thread)).case
    letter = await alert(world["XD"], case_id)
    await climb(world)

    here, there = await world["XD"].view(done.thread), await world["XA"].view(done.thread)
    assert here.state == there.state == "offered"
    assert here.thread_ends == there.thread_ends
    assert letter in [one.letter_id for one in there.letters]
    assert [one.thread for one in await listing.open_alerts(world["XA"].node, world["XA"].coordinator)] == [done.thread]


async def test_an_alert_after_the_stop_still_counts(world):
    """Wire 7: safety is not refused after a stop."""
    done = await world["XD"].offer("XA")
    await world.settle()
    await world["XA"].stop(done.thread)
    await world.later(DAY_S)
    case_id = (await world["XD"].view(done.thread)).case

    await alert(world["XD"], case_id)
    await climb(world)

    assert "danger_now" in tasks(world["XA"])


async def test_the_receiving_country_may_alert_on_the_same_thread(world):
    """Any country to the one where the danger is."""
    done = await world["XD"].offer("XA")
    await world.settle()
    case_id = (await world["XA"].view(done.thread)).case

    await alert(world["XA"], case_id, peer="XD")
    await climb(world)

    assert "danger_now" in tasks(world["XD"])
    [seen] = await listing.open_alerts(world["XD"].node, world["XD"].coordinator)
    assert seen.thread == done.thread


async def test_the_second_look_is_by_another_person_and_escalates_after_24_hours(world):
    """R02: review within 24 hours; whoever sent it cannot be the one; unfounded ones are counted."""
    node, sender = world["XD"].node, world["XD"].caseworker
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    assert "second_look_needed" in tasks(world["XD"])
    with pytest.raises(NotAllowed):
        await following.review(node, sender, letter, Review(outcome="justified", informed="informed"))
    await climb(world, DAY_S)
    assert "second_look_needed_overdue" in tasks(world["XD"])

    await following.review(node, BEN, letter, Review(outcome="not_justified", informed="raises_risk"))

    assert "stand_down_unfounded_alert" in tasks(world["XD"])
    figures = await listing.figures(node, world["XD"].coordinator)
    assert [(c.country, c.sent, c.not_justified) for c in figures.countries] == [("XA", 1, 1)]
    with pytest.raises(NotFound):
        await following.review(node, BEN, letter, Review(outcome="justified", informed="informed"))
    await climb(world, 8 * DAY_S)
    assert "tell_her_of_the_alert" in tasks(world["XD"])
    await following.informed(node, BEN, letter)


async def test_an_update_that_grows_worse_calls_people_again(world):
    """Domain 5.10: safety.update."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    await following.acknowledge(world["XA"].node, world["XA"].coordinator, letter, Acknowledge(action="acting"))
    made_all(world["XA"])

    await following.update(world["XD"].node, world["XD"].coordinator, letter, UpdateAlert(status="danger_grows"))
    await climb(world, PAGE_GAP_S)

    assert ("mail", "first", 1) in pages(world["XA"])


async def test_a_danger_that_grows_again_is_told_again_within_a_minute(world):
    """Only the last word about an alert is not said twice: what changed since is news."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    xd = world["XD"]
    for status in ("danger_grows", "danger_lessens", "danger_grows"):
        assert (await following.update(xd.node, xd.coordinator, letter, UpdateAlert(status=status))).told

    with pytest.raises(Conflict):
        await following.update(xd.node, xd.coordinator, letter, UpdateAlert(status="danger_grows"))


async def test_a_stand_down_ends_it_on_both_sides(world):
    """Scenario 10: found; nobody is called or asked any more, but the second look stays open."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)

    await following.stand_down(world["XD"].node, world["XD"].coordinator, letter, StandDown(reason="found_safe"))
    await climb(world)

    assert await listing.open_alerts(world["XA"].node, world["XA"].coordinator) == []
    assert [one.ladder for one in await listing.open_alerts(world["XD"].node, world["XD"].coordinator)] == ["review"]
    thread = (await listing.open_alerts(world["XD"].node, world["XD"].coordinator))[0].thread
    assert (await world["XD"].view(thread)).state == (await world["XA"].view(thread)).state == "stood_down"


async def test_a_country_that_cannot_act_leaves_it_with_us(world):
    """`cannot_act` is no acknowledgement: our people telephone."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    await following.acknowledge(world["XA"].node, world["XA"].coordinator, letter, Acknowledge(action="cannot_act"))
    await climb(world, 1)

    assert "danger_they_cannot_act" in tasks(world["XD"])
    assert pages(world["XD"]) == [("mail", "first", 1), ("command", "first", 1)]


async def test_medical_facts_ride_sealed_and_are_opened_with_a_reason(world):
    """H20: the four facts, to the country that treats her, with the hour and the second look."""
    done = await world["XD"].offer("XA")
    await world.settle()
    command = SendMedical(thread=done.thread, person_id=HER, unable="unconscious", allergies="penicillin")

    sent = await alerts.send_medical(world["XD"].node, world["XD"].caseworker, command)
    await climb(world)
    assert sent.letter_id is not None
    persons = await open_identity(world["XA"].node, world["XA"].coordinator, sent.letter_id, "keep_safe")
    assert list(persons.values()) == [{"allergies": "penicillin"}]
    assert "danger_now" in tasks(world["XA"])
    assert "second_look_needed" in tasks(world["XD"])


async def test_the_contact_is_sealed_and_its_words_are_nowhere_else(world):
    """R38: neither in a task, an alarm nor a figure."""
    letter = await alert(world["XD"], await world["XD"].new_case())
    await climb(world)
    persons = await open_identity(world["XA"].node, world["XA"].coordinator, letter, "keep_safe")

    assert list(persons.values()) == [{"safe_contact": "the blue kiosk"}]
    for country in world.countries.values():
        assert b"blue kiosk" not in (world.tmp / country.code / "node.db").read_bytes()
        assert b"blue kiosk" not in (world.tmp / country.code / "node.db-wal").read_bytes()


async def test_before_sending_one_reads_how_they_are_reached(world):
    """H21: the number and the local time are there before anything is sent."""
    done = await alerts.raise_alert(world["XD"].node, world["XD"].caseworker, await world["XD"].new_case(), danger())

    assert done.phone.country == "XA"
    assert "Phone: " in done.phone.says
    assert done.phone.contact
