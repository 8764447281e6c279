"""Threads, cases and standings in which a peer breaks a rule, and what the honest country answers or holds.

Each function is named after its rule and plays it to the end on real nodes; `test_dishonest_peer` runs them all.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from node.protocol.cases.changes import distrust, set_protection, set_tie
from node.protocol.letters.codes import MALFORMED, REFUSED, STORED, UNSUPPORTED
from node.service.rights.access import AnswerAccess, answer
from node.service.threads.book import Book
from tests.attack.forged_posts import rows
from tests.dishonest import Dishonest
from tests.rules.broken_letters import asks
from tests.rules.world import tie, with_
from tests.unit.service.information_support import ask, case_of_hers
from tests.world import DAY_S, World

Scenario = Callable[[World], Awaitable[None]]
OUT_OF_PLACE: Final = 201


async def r08(world: World) -> None:
    """A plan before both assessments."""
    liar = await assessing(world, "R08")
    assert await liar.sends("return.travel_plan") == (REFUSED, 8)
    assert await liar.state() == "assessing"


async def r09(world: World) -> None:
    """A plan whose sender does not even vouch for its own gates."""
    liar = await prepared(world, "R09")
    assert await liar.sends("return.travel_plan", safeguards_met=False) == (REFUSED, 9)
    assert await liar.state() == "assessing"


async def r10(world: World) -> None:
    """Here she fears the country that writes: its letter is stored like any other, and held; nobody answers it."""
    liar = await accepted(world, "R10")
    await case_of(world, liar, lambda case, her: set_tie(
        set_protection(case, her, "sought", "ana", world.clock.now()).case, her, tie("XD", "yes"), ("ana", "ben"),
        world.clock.now()))  # fmt: skip
    assert await liar.sends("referral.update", {"consent": [liar.consent()]}) == (STORED, 0)
    assert held(world) == ["R10"]
    await draws_no_answer(world, liar)


async def draws_no_answer(world: World, liar: Dishonest) -> None:
    """It asks for what must be answered within days: that this is not answered shows no more than a slow desk does."""
    xa, item = world["XA"], {"letter_id": liar.id_of("letter 1"), "levels": ["L1"]}
    left = rows(world, "XA", "outbox")
    assert await liar.sends("access.request", token=liar.token) == (STORED, 0)
    read = await answer(xa.node, xa.coordinator, liar.thread, AnswerAccess(request=liar.last))
    assert await liar.sends("erasure.request", token=liar.token, items=[item]) == (STORED, 0)
    erased = {"token": liar.token, "items": [item | {"result": "erased", "kept": []}], "onward": []}
    gone = await xa.act(liar.thread, "erasure.confirm", erased)
    assert [one.letter_id for one in (read, gone)] == [None, None]
    assert rows(world, "XA", "outbox") == left


async def r15(world: World) -> None:
    """Family is asked for under a mark that forbids it."""
    liar = await assessing(world, "R15")
    marked = {"handling": [*liar.letter("return.family_request")["handling"], "no_contact_family"]}
    assert await liar.sends("return.family_request", marked) == (REFUSED, 15)
    # our own people found that family may be involved: nothing of it is done any more, whatever the step is called
    found = await assessing(world, "R15 found")
    assert await found.sends("return.family_request", steps=["find"]) == (STORED, 0)
    await found.hears("return.family_result", involvement="indicated")
    for steps in (["find"], ["assess"], ["find", "assess"], ["contact"]):
        assert await found.sends("return.family_request", steps=steps) == (REFUSED, 15)
    # a question to look for them goes no way round it
    asking = Dishonest(world, "R15 asked")
    purpose = asks("given_name")(asking) | {"consent": [asking.consent(holder=asking.sealed()["office_kid"])]}
    assert await asking.sends("info.request", marked | purpose, purpose="family_tracing") == (REFUSED, 15)
    assert await asking.sends("info.request", purpose, purpose="family_tracing") == (STORED, 0)


async def r16(world: World) -> None:
    """Family would hear of trafficking without her word."""
    liar = await assessing(world, "R16")
    assert await liar.sends("return.family_request", told="what_she_agreed") == (REFUSED, 16)


async def r20(world: World) -> None:
    """She took her consent back, and the next letter rests on it all the same."""
    liar = await assessing(world, "R20")
    assert await liar.sends("consent.withdrawal", token=liar.token, purposes=["risk_assessment"]) == (STORED, 0)
    assert await liar.sends("return.risk_request") == (REFUSED, 20)


async def r21(world: World) -> None:
    """A withdrawal that would end her help: it stops what rests on consent, and the thread stays where it was."""
    liar = await accepted(world, "R21")
    assert await liar.sends("consent.withdrawal", token=liar.token, purposes=["enquiry"]) == (STORED, 0)
    assert await liar.state() == "accepted"
    assert await liar.sends("referral.ended", {"n": 9, "body": None}) == (STORED, 0)  # a stop closes no case either
    case = await case_of(world, liar)
    assert case.retention.closed_at is None


async def r26(world: World) -> None:
    """Two persons under one token: somebody could be followed through them."""
    liar = Dishonest(world, "R26")
    twice = {"consent": [liar.consent(), liar.consent()]}
    assert await liar.sends("referral.offer", twice, dependants=["50+"]) == (REFUSED, 26)


async def r28(world: World) -> None:
    """A first letter without the mark that forbids passing on."""
    liar = Dishonest(world, "R28")
    marks = [one for one in liar.letter("referral.offer")["handling"] if one != "no_onward"]
    assert await liar.sends("referral.offer", {"handling": marks}) == (REFUSED, 28)


async def r31(world: World) -> None:
    """A letter after the stop."""
    liar = await assessing(world, "R31")
    assert await liar.sends("return.stopped") == (STORED, 0)
    assert await liar.sends("return.risk_request") == (REFUSED, OUT_OF_PLACE)
    assert await liar.state() == "ended"


async def r32(world: World) -> None:
    """A first window of arrival so late that nobody would miss her; the last day that is allowed is taken."""
    liar = await disclosed(world, "R32")
    assert await liar.sends("referral.arrange", **arriving(world, 90 * DAY_S + 1)) == (REFUSED, OUT_OF_PLACE)
    assert await liar.sends("referral.arrange", **arriving(world, 90 * DAY_S)) == (STORED, 0)
    await lost_on_the_way(world)


async def lost_on_the_way(world: World) -> None:
    """She did not arrive and people are called; whom that suits says that it is over, naming the departure."""
    liar = await travelling(world, "R32 again")
    departure = liar.last
    await world.days(2)
    calls = called(world)
    assert len(calls) == 1
    urgent = {"lawful_basis": "vital_interests", "urgency": "urgent"}
    for kind in ("safety.acknowledged", "safety.stand_down"):
        for named in (departure, *calls):
            assert await liar.sends(kind, urgent, alert=named) == (STORED, 0)
    assert called(world) == calls


async def r33(world: World) -> None:
    """A correction that corrects nothing."""
    liar = Dishonest(world, "R33")
    assert await liar.sends("referral.offer") == (STORED, 0)
    assert await liar.sends("rectification", supersedes=liar.last) == (REFUSED, 33)


async def r36(world: World) -> None:
    """A refused letter leaves a line of its own in the chained audit: its id, the rule, and nothing it says.

    Also where the thread never began, of which nothing else is kept.
    """
    liar = Dishonest(world, "R36")
    assert await liar.sends("return.request", at_liberty=False) == (REFUSED, 17)
    begun = await assessing(world, "R36 again")
    assert await begun.sends("return.travel_plan") == (REFUSED, 8)
    for letter_id, rule in ((liar.last, "R17"), (begun.last, "R08")):
        (line,) = lines_of(world, letter_id)
        assert (line.actor, line.act, line.rule, line.outcome) == ("node", "letter_refused", rule, "refused")
    assert world["XA"].node.store.read_sync(lambda reader: reader.audit.verify()) is None


async def r37(world: World) -> None:
    """A kind and a field that nobody knows: unsupported, malformed, and nothing is kept."""
    liar = Dishonest(world, "R37")
    good = liar.letter("referral.offer")
    assert await liar.posts(good | {"kind": "referral.summon"}) == (UNSUPPORTED, 0)
    assert await liar.posts(good | {"police_file": "17"}) == (MALFORMED, 0)
    assert rows(world, "XA", "letter") == rows(world, "XA", "thread") == 0


async def r38(world: World) -> None:
    """A name where no name may stand is in no audit line, no task and no alarm of the country that refused it."""
    liar = Dishonest(world, "R38")
    assert await liar.sends("referral.offer", name="Zoryana") == (MALFORMED, 0)
    node = world["XA"].node
    told = node.store.read_sync(lambda reader: [*reader.audit.lines(limit=100), *reader.tasks.open()])
    assert "Zoryana" not in repr(told)
    assert b"Zoryana" not in (world.tmp / "XA" / "node.db").read_bytes()


async def r39(world: World) -> None:
    """A suspended country writes: stored, receipted, and without effect until it has standing again."""
    node = world["XA"].node
    suspended = with_(node.view.countries["XD"], suspended_until=world.clock.now() + 10**6)
    node.view = with_(node.view, countries={**node.view.countries, "XD": suspended})
    liar = Dishonest(world, "R39")
    assert await liar.sends("referral.offer") == (STORED, 0)
    assert liar.tasks() == ["letter_without_standing"]
    assert rows(world, "XA", "thread") == 0


async def h02(world: World) -> None:
    """What protects passes where consent was taken back and the thread was stopped; what rests on consent does not."""
    liar = await assessing(world, "H02")
    urgent = {"lawful_basis": "vital_interests", "urgency": "life_threat"}
    assert await liar.sends("consent.withdrawal", token=liar.token) == (STORED, 0)
    assert await liar.sends("return.stopped") == (STORED, 0)
    assert await liar.sends("safety.alert", urgent, who=[liar.token]) == (STORED, 0)
    assert await liar.sends("return.update") == (REFUSED, OUT_OF_PLACE)


async def h14(world: World) -> None:
    """Two people here distrust the country: it gets no name, and what it sends waits for the coordinator."""
    liar = await accepted(world, "H14")
    await case_of(world, liar, lambda case, her: distrust(case, "country", "XD", ("ana", "ben"), world.clock.now()))
    assert await liar.sends("referral.update", {"consent": [liar.consent()]}) == (STORED, 0)
    assert held(world) == ["H14"]


async def h31(world: World) -> None:
    """Her country is asked who she is, and no lawyer looked; the same request that says that one did is taken."""
    liar = await assessing(world, "H31")
    assert await liar.sends("return.identity_request", counsel_heard=False) == (REFUSED, 131)
    assert await liar.sends("return.identity_request") == (STORED, 0)


async def h19(world: World) -> None:
    """The country she left tells an arrival that it did not hear from her."""
    liar = await travelling(world, "H19")
    assert await liar.sends("return.arrival", confirmed_by_her=False, confirmed_how=[]) == (REFUSED, 119)
    assert await liar.state() == "travelling"


async def h20(world: World) -> None:
    """A name rides along with what a doctor needs."""
    liar = Dishonest(world, "H20")
    assert await liar.sends("referral.offer") == (STORED, 0)
    frame: dict[str, Any] = {"lawful_basis": "vital_interests", "urgency": "urgent", **asks("given_name")(liar)}
    assert await liar.sends("safety.medical", frame, who=liar.token) == (REFUSED, 120)


async def h23(world: World) -> None:
    """An assessor of its own choice, before the origin had its time."""
    liar = await assessing(world, "H23")
    alone: dict[str, Any] = {"assessor": "independent_assessor", "independent": True}
    assert await liar.sends("return.risk_result", **alone) == (REFUSED, 123)


async def h17(world: World) -> None:
    """Her wish, and later her yes, said with somebody beside her whom she may fear."""
    assert await Dishonest(world, "H17").sends("return.request", spoken_to_alone=False) == (REFUSED, 117)
    liar = await assessing(world, "H17 again")
    assert await liar.sends("return.risk_result") == (STORED, 0)
    await liar.hears("return.risk_result")
    now = world.clock.now()
    assert await liar.sends("consent.assertion", asked_at=now, spoken_to_alone=False) == (REFUSED, 117)


async def h25(world: World) -> None:
    """She was detained on the way, is brought back, and agrees to another plan on the next day."""
    liar = await travelling(world, "H25")
    await liar.hears("return.arrival", **detained(world))
    for kind in ("return.traveldoc_status", "return.decision"):  # what would bring her over that border all the same
        assert await liar.sends(kind) == (REFUSED, 125)
    assert await liar.sends("return.failed", cause="changed_mind") == (STORED, 0)
    assert await liar.sends("return.take_back") == (STORED, 0)
    assert await liar.sends("return.risk_request") == (REFUSED, 125)
    world.clock.step(DAY_S)
    assert await liar.sends("consent.assertion", asked_at=world.clock.now()) == (REFUSED, 125)
    assert await liar.sends("return.travel_plan", **window(world.clock.now())) == (REFUSED, 22)
    world.clock.step(DAY_S)
    assert await liar.sends("consent.assertion", asked_at=world.clock.now()) == (STORED, 0)
    assert await liar.sends("return.decision") == (STORED, 0)  # asked since her release: it goes on


async def r27(world: World) -> None:
    """Asked whether she was identified before, it answers in a way that tells whether she is known."""
    asked = await ask(world, await case_of_hers(world))
    await world.settle()
    liar = Dishonest(world, "R27", sender="XA", recipient="XD")
    liar.thread, liar.seen = asked.thread, 1
    frame: dict[str, Any] = {
        "sender_role": "responder",
        "consent": [],
        "lawful_basis": "public_task",
        "in_reply_to": asked.letter_id,
    }
    assert await liar.sends("info.response", frame, answer="not_confirmed", missing=[]) == (REFUSED, 27)
    assert await liar.state() == "asked"


SEVERAL: Final[dict[str, Scenario]] = {
    name.upper(): made for name, made in list(globals().items()) if len(name) == 3 and name[1:].isdigit()
}


# --- what they share
async def assessing(world: World, name: str) -> Dishonest:
    """A return that XA agreed to look at."""
    liar = Dishonest(world, name)
    assert await liar.sends("return.request") == (STORED, 0)
    await liar.hears("return.request_response")
    return liar


async def prepared(world: World, name: str) -> Dishonest:
    """A return for which everything was said on both sides; only the plan is missing."""
    liar = await assessing(world, name)
    assert await liar.sends("return.risk_request") == (STORED, 0)
    await liar.hears("return.risk_result")
    assert await liar.sends("return.risk_result") == (STORED, 0)
    for kind in ("return.traveldoc_status", "return.reintegration_plan"):
        await liar.hears(kind)
    assert await liar.sends("return.decision") == (STORED, 0)
    await liar.hears("return.decision")
    assert await liar.sends("consent.assertion", asked_at=world.clock.now()) == (STORED, 0)
    return liar


async def travelling(world: World, name: str) -> Dishonest:
    """A return on the way."""
    liar, now = await prepared(world, name), world.clock.now()
    assert await liar.sends("return.travel_plan", **window(now)) == (STORED, 0)
    assert await liar.sends("consent.assertion", about="departure", asked_at=now) == (STORED, 0)
    assert await liar.sends("return.departure", noted_at=now) == (STORED, 0)
    return liar


async def accepted(world: World, name: str) -> Dishonest:
    """An offer that XA accepted."""
    liar = Dishonest(world, name)
    assert await liar.sends("referral.offer") == (STORED, 0)
    await liar.hears("referral.accept", data_needed=[])
    return liar


async def disclosed(world: World, name: str) -> Dishonest:
    """An accepted offer of which all that was asked for is disclosed: her arrival may be arranged."""
    liar = await accepted(world, name)
    asked = {"consent": [liar.consent()], "lawful_basis": "explicit_consent"}
    assert await liar.sends("referral.disclose", asked, complete=True) == (STORED, 0)
    return liar


def arriving(world: World, ends_in_s: int) -> dict[str, Any]:
    """A window of arrival that begins now and ends in so many seconds."""
    now = world.clock.now()
    return {"window_starts_at": now, "window_ends": now + ends_in_s}


async def case_of(world: World, liar: Dishonest, change: Any = None) -> Any:
    """The case that XA keeps for the liar's thread, changed where a change is given."""
    node = world["XA"].node

    def go(work: Any) -> Any:
        book = Book(node, work)
        found = book.case(work.threads.find(liar.thread).case_id)
        if change is None:
            return found.case
        changed = change(found.case, found.case.persons[0].person_id).case
        return book.put_case(found, changed, node.now()).case

    return await node.store.write(go)


def held(world: World) -> list[str]:
    """Under which rules letters wait on the desk of XA, the first question left aside."""
    node = world["XA"].node
    query = "select held_code from letter where held_code is not null"
    found = node.store.read_sync(lambda reader: reader.connection.execute(query).fetchall())
    return [code for (one,) in found if (code := node.seals.uncover(one)) != "H05"]


def called(world: World) -> list[str]:
    """What people of XA are being called about, and nobody took up or ended."""
    found = world["XA"].node.store.read_sync(lambda reader: reader.alarms.open())
    return [row.ref for row in found if row.ladder == "call" and row.acknowledged_at is None]


def lines_of(world: World, letter_id: str) -> list[Any]:
    """The audit of XA about one letter."""
    return world["XA"].node.store.read_sync(lambda reader: reader.audit.lines(ref=letter_id))


def detained(world: World) -> dict[str, Any]:
    """What the origin says of somebody who is held at its border."""
    return {"arrived": False, "condition": "detained", "noted_at": world.clock.now(), "confirmed_by_her": False,
            "confirmed_how": []}  # fmt: skip


def window(now: int) -> dict[str, Any]:
    """Times of a plan that begins now."""
    return {"departure_starts_at": now, "departure_ends": now + 3600, "arrival_starts_at": now + 7200,
            "arrival_ends": now + 10_800}  # fmt: skip
