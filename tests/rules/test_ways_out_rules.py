"""H15: every way out is a gate: what leaves on paper, as a file or by hand names its country and meets the same rules.

By tables first, then on real nodes through the functions that people's screens and commands call.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from node.api.routes import ROUTES
from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Distrust, Lift, Person
from node.protocol.gate.facts import RecipientFacts
from node.protocol.gate.ways_out import CARRIED, Leaving, What, may_leave
from node.protocol.letters.codes import LEVELS
from node.service.evidence.export import export
from node.service.evidence.silence import export_silence
from node.service.rights.cards import TakePaper, take_paper
from node.service.rights.sheet import sheet
from node.service.threads.book import Book
from node.service.way_out import WhereTo
from tests.rules.world import CHILD, DAY, HER, NOW, case, record, tie, with_
from tests.world import Country, World, make_world

CLAIM = with_(HER, protection="sought", ties=(tie("XB", "yes"),))
XB = RecipientFacts(country="XB", status="active")
EVERYTHING: tuple[What, ...] = get_args(What)


def leaving(what: What, **facts: Any) -> Leaving:
    given: dict[str, Any] = {"what": what, "to": "XB", "persons": ("p1",), "tells_since": NOW - DAY}
    levels = {"levels": ("L1", "L3"), "purpose": "referral"} if what == "file" else {}
    return Leaving(**{**given, **levels, **facts})


def named(what: What, of: Any = None, consents: Any = None, recipient: RecipientFacts = XB, **facts: Any) -> list[str]:
    """The rules that hold this kind of thing back."""
    agreed = (record(recipients=(with_(record().recipients[0], country="XB"),)),) if consents is None else consents
    world = facts.pop("restored", "no")
    found = may_leave(case() if of is None else of, agreed, leaving(what, **facts), recipient, "XD", NOW, world)
    assert all(one.sentence and one.next_step for one in found)
    return [one.rule for one in found]


@pytest.mark.parametrize("what", EVERYTHING)
def test_h15_sender_what_nothing_forbids_may_leave_by_every_way(what: What):
    """The base of every test here."""
    assert named(what) == []
    assert set(CARRIED) == set(EVERYTHING)


@pytest.mark.parametrize("what", EVERYTHING)
def test_h15_sender_a_country_she_fears_gets_nothing_by_any_way(what: What):
    """R10, H05, H03: asylum, a country she named, a lift that is for what begins after it, an unknown origin."""
    feared = case(with_(HER, ties=(tie("XB", "yes", "other"),)))
    lift = Lift(country="XB", by=("ana", "ben"), effective_at=NOW - 2 * DAY)

    assert named(what, case(CLAIM))[0] == "R10"
    assert named(what, feared)[0] == "R10"
    assert named(what, case(with_(HER, blocked_countries=("XB",)))) == ["H05"]
    assert named(what, case(with_(HER, protection="sought", ties=()))) == ["R10"]
    assert named(what, case(first_intake=None)) == ["H05"]
    lifted = case(with_(CLAIM, lifts=(lift,)))
    assert named(what, lifted, tells_since=NOW - 3 * DAY) == ["H03"]
    assert named(what, lifted) == []


@pytest.mark.parametrize("what", EVERYTHING)
def test_h15_sender_one_of_a_family_closes_it_for_what_tells_of_all(what: What):
    """H26: a child's block holds what is about mother and child."""
    blocked = with_(CHILD, blocked_countries=("XB",))
    asked = named(what, case(HER, blocked), consents=(record(), record(CHILD)), persons=("p1", "p2"))

    assert asked[0] == "H05"


@pytest.mark.parametrize("what", EVERYTHING)
def test_h15_sender_distrust_suspension_and_a_restore_hold_every_way(what: What):
    """H14: it sees nothing; R39; H08."""
    doubt = case(distrust=(Distrust(target="country", value="XB", by=("ana", "ben")),))

    assert named(what, doubt) == ["H14"]
    assert named(what, recipient=with_(XB, distrusted_by=("ana", "ben"))) == ["H14"]
    assert named(what, recipient=with_(XB, status="suspended")) == ["R39"]
    assert named(what, restored="unanswered") == ["H08"]
    assert named(what, to="XD", restored="unanswered") == ["H08"]


@pytest.mark.parametrize("what", ["card", "sheet", "journey_card", "consent_page", "file"])
def test_h15_sender_under_pressure_nothing_of_hers_goes_not_even_here(what: What):
    """H17: whoever presses her would find it, or made her agree; the screen does not say why."""
    pressed = case(with_(HER, coercion_suspected=True))
    (objection,) = may_leave(pressed, (), leaving(what, to="XD"), XB, "XD", NOW)

    assert (objection.rule, objection.discreet, objection.sentence) == ("H17", True, "this waits")


def test_h15_sender_a_file_rests_on_consent_for_the_country_the_levels_and_the_purpose():
    """R01: paper and PDF are no way round the grid of consent."""
    to_xb = with_(record().recipients[0], country="XB")
    agreed = record(recipients=(to_xb,))

    assert named("file", consents=()) == ["R01"]
    assert named("file", consents=(record(),)) == ["R01"]  # for XA
    assert named("file", consents=(agreed,), levels=("L1", "L4")) == ["R01"]
    assert named("file", consents=(agreed,), purpose="travel") == ["R01"]
    assert named("file", consents=(with_(agreed, withdrawn_at=NOW - 1),)) == ["R01"]
    assert named("file", consents=(with_(agreed, valid_until=NOW - 1),)) == ["R01"]
    assert named("file", consents=(agreed,)) == []


@pytest.mark.parametrize("what", ["card", "consent_page", "release_paper", "evidence", "silence"])
def test_h15_sender_nothing_of_hers_is_put_into_what_carries_nothing(what: What):
    """The data levels: a proof or a card with a name inside is not one."""
    assert [named(what, levels=(level,)) for level in LEVELS] == [["R01"]] * len(LEVELS)


@pytest.mark.parametrize("what", EVERYTHING)
def test_h15_sender_what_stays_here_is_not_held_by_what_other_countries_are(what: What):
    """In her own country of stay a claim of asylum is no reason to hide her own papers from her."""
    assert named(what, case(CLAIM), to="XD", consents=()) == []


def test_h15_sender_every_route_that_lets_something_out_asks_where_to():
    """A new export without the question fails here: what is written for others is listed, with how it asks."""
    asks = {f"{one.method} {one.path}" for one in ROUTES if one.query is WhereTo}

    assert asks == {
        "GET /cases/{case}/sheet",
        "GET /threads/{thread}/evidence",
        "GET /letters/{letter}/silence",
    }
    assert "to" in {field.name for field in msgspec.structs.fields(TakePaper)}


# --- on real nodes


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    made = make_world(tmp_path, "XD", "XA")
    yield made
    await made.close()


async def offered(xd: Country) -> tuple[str, str, str]:
    """A case with an offer to XA that is answered by nobody: case, thread, letter."""
    case_id = await xd.new_case()
    await xd.consent(case_id, "XA")
    sent = await xd.offer("XA", case_id)
    await xd.world.settle()
    assert sent.letter_id is not None
    return case_id, sent.thread, sent.letter_id


async def claims(xd: Country, case_id: str) -> None:
    """She asks for asylum, and comes from XB."""

    def change(work: Any) -> None:
        book = Book(xd.node, work)
        opened = book.case(case_id)
        her: Person = opened.case.persons[0]
        persons = (with_(her, protection="sought", ties=(tie("XB", "yes"),)),)
        book.put_case(opened, with_(opened.case, persons=persons), xd.node.now())

    await xd.node.store.write(change)


def ways_out(xd: Country) -> list[tuple[str, str]]:
    """What the audit says of ways out, oldest first: which, and under which rule to which country."""
    lines = xd.node.store.read_sync(lambda reader: reader.audit.lines(limit=1000))
    return [(one.outcome, xd.node.seals.uncover(one.rule)) for one in reversed(lines) if one.act == "way_out"]


async def test_h15_sender_every_way_that_exists_stops_at_the_gate_and_says_so(world: World):
    """H15, R36: sheet, card, evidence and evidence of silence to a country she fears; each refusal is in the audit."""
    xd = world["XD"]
    case_id, thread, letter = await offered(xd)
    await claims(xd, case_id)
    world.clock.step(30 * 86_400)
    card = TakePaper(person_id="p1", wanted="card", code_word="blue kettle", to="XB")
    paper = TakePaper(person_id="p1", wanted="sheet", safe_to_carry=True, asked_alone=True, to="XB")
    tries: list[Any] = [
        lambda: export(xd.node, xd.coordinator, thread, "XB"),
        lambda: export_silence(xd.node, xd.coordinator, letter, "XB"),
        lambda: take_paper(xd.node, xd.caseworker, case_id, card),
        lambda: take_paper(xd.node, xd.caseworker, case_id, paper),
    ]

    for leave in tries:
        with pytest.raises(NotAllowed, match="nothing about her goes to this country") as error:
            await leave()
        assert error.value.rule == "R10"
        assert "only she opens it" in str(error.value.for_user)
    assert ways_out(xd) == [(what, "R10 XB") for what in ("evidence", "silence", "card", "sheet")]
    assert await export(xd.node, xd.coordinator, thread, "XD")
    assert (await sheet(xd.node, xd.caseworker, case_id, "XD")).case == case_id
    assert ways_out(xd)[-2:] == [("evidence", "H15 XD"), ("sheet", "H15 XD")]


async def test_h15_sender_her_sheet_goes_abroad_only_as_she_decided(world: World):
    """H18: into the country that she named, and not after she decided otherwise."""
    xd = world["XD"]
    case_id, _, _ = await offered(xd)
    paper = TakePaper(person_id="p1", wanted="sheet", safe_to_carry=True, asked_alone=True, to="XA")

    with pytest.raises(NotAllowed, match="nobody recorded that she takes her sheet"):
        await sheet(xd.node, xd.caseworker, case_id, "XA")
    await take_paper(xd.node, xd.caseworker, case_id, paper)
    assert (await sheet(xd.node, xd.caseworker, case_id, "XA")).case == case_id
    with pytest.raises(NotAllowed, match="nobody recorded"):
        await sheet(xd.node, xd.caseworker, case_id, "XB")
    await take_paper(xd.node, xd.caseworker, case_id, TakePaper(person_id="p1"))
    with pytest.raises(NotAllowed, match="nobody recorded"):
        await sheet(xd.node, xd.caseworker, case_id, "XA")


async def test_h15_sender_a_paper_without_a_country_is_not_made(world: World):
    """H15: it asks for the recipient country; what is kept here needs none."""
    xd = world["XD"]
    case_id, _, _ = await offered(xd)

    with pytest.raises(BadInput, match="name the country"):
        await take_paper(xd.node, xd.caseworker, case_id, TakePaper(person_id="p1", wanted="card", code_word="kettle"))
    assert (await take_paper(xd.node, xd.caseworker, case_id, TakePaper(person_id="p1"))).taken == "kept_here"
