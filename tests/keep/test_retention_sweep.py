"""The sweep: what is due goes, what is held stays, a certificate tells how much, and a wrong clock erases nothing."""

import hashlib
from typing import Any

import msgspec
import pytest

from node.crypto.errors import BadSignature
from node.crypto.suite import VerifyingKey
from node.crypto.text import from_base64url
from node.errors import BadInput, NotAllowed, WrongRole
from node.service.actor import Actor
from node.service.cases.cases import change_case, view_case
from node.service.cases.confirming import decide_change
from node.service.cases.keep_requests import CloseCase, HoldForLaw, KeepAtHerRequest, LiftLegalHold
from node.service.keep import sweep as sweeping
from node.service.keep.sweep import certificates, falls_due, sweep, verify_certificate
from node.service.seals import Erased
from node.service.upkeep import sweeps
from node.store.letters import LetterRow
from tests.keep.test_last_byte import case_at, opens_anything, told
from tests.keeping import second
from tests.unit.test_spine import ACCEPT
from tests.world import DAY_S, HER, Country, World

YEAR_S = 366 * DAY_S
OPERATOR = Actor("operator-1", "operator")


def years_pass(world: World, seconds: int = YEAR_S) -> None:
    """Time passes, and the registry with it: the clock can be believed."""
    world.clock.step(seconds)
    world.registry.clock.step(seconds)
    for country in world.countries.values():
        country.node.view = msgspec.structs.replace(country.node.view, verified_at=world.clock.now())


def kept(country: Country) -> tuple[int, int]:
    """(payloads, case files) that still hold something."""

    def count(reader: object) -> tuple[int, int]:
        c = reader.connection  # type: ignore[attr-defined]
        (letters,) = c.execute("select count(*) from letter where sealed is not null").fetchone()
        (cases,) = c.execute("select count(*) from case_file where dek is not null").fetchone()
        return letters, cases

    return country.node.store.read_sync(count)


async def test_what_arrived_is_erased_a_year_after_its_thread_ended(world: World) -> None:
    """R25: payload, case, and what older copies open with; the thread ended by a stop."""
    await told(world)
    xa, backup = world["XA"], world.tmp / "old.db"
    case = case_at(xa)
    xa.node.store.backup(backup)
    assert await sweep(xa.node) is None
    years_pass(world)

    done = await sweep(xa.node)

    assert kept(xa) == (0, 0)
    assert done is not None and (done.cases, done.payloads) == (1, 4)
    assert not opens_anything(xa, backup, case)


async def test_the_accepting_country_keeps_what_it_received_no_longer_than_it_promised_her(world: World) -> None:
    """R25: `retention_days` of the acceptance, from the end of the thread; whoever wrote keeps its own file."""
    await told(world, retention_days=30)
    await sweep(world["XA"].node)
    years_pass(world, 29 * DAY_S - 1)
    for country in (world["XA"], world["XD"]):
        await sweep(country.node)
    before, ours = kept(world["XA"]), kept(world["XD"])
    years_pass(world, DAY_S + 1)

    for country in (world["XA"], world["XD"]):
        await sweep(country.node)

    assert before == (4, 1) and kept(world["XA"]) == (0, 0)
    assert ours == kept(world["XD"]) and ours[1] == 1


async def test_once_she_arrived_only_what_was_received_goes_with_the_promise(world: World) -> None:
    """R25, H34: our own file of whoever lives here rests on its own basis."""
    thread = await arrived(world, retention_days=30)
    years_pass(world, 31 * DAY_S)

    await sweep(world["XA"].node)

    gone = world["XA"].node.store.read_sync(
        lambda reader: reader.connection.execute(
            "select direction, sum(sealed is not null) from letter where thread_id=? group by direction", (thread,)
        ).fetchall()
    )
    assert {tuple(row) for row in gone} == {("in", 0), ("out", 3)}
    assert kept(world["XA"])[1] == 1


async def arrived(world: World, **promised: Any) -> str:
    """The thread of a referral that ended well: she arrived, and the services began."""
    xd, xa = world["XD"], world["XA"]
    case = await xd.new_case()
    await xd.write_identity(case, {HER: {"support_plan": "an invented plan"}})
    await xd.consent(case, "XA")
    thread = (await xd.offer("XA", case)).thread
    await world.settle()
    token = xd.tokens(thread)[HER]
    needed = [{"person": token, "field": "support_plan", "level": "L2"}]
    await xa.act(thread, "referral.accept", {**ACCEPT, "persons": [token], "data_needed": needed, **promised})
    await world.settle()
    await xd.act(thread, "referral.disclose", {"complete": True}, disclose={HER: ["support_plan"]})
    await world.settle()
    noted = {"arrived": True, "noted_at": world.clock.now(), "wellbeing": "well", "confirmed_by_her": True}
    await xa.act(thread, "referral.arrived", noted)
    done = {"outcome": "services_started", "services": ["safe-place"], "followup_wanted": False, "satisfaction": []}
    await world.settle()
    await xa.act(thread, "referral.complete", done)
    await world.settle()
    await world.later(DAY_S)
    return thread


async def test_the_senders_word_is_the_longest(world: World) -> None:
    """R25: an open thread ends nothing; a payload goes when its sender's word is over."""
    xd = world["XD"]
    await xd.offer("XA")
    await world.settle()
    word, dated = world["XA"].node.store.read_sync(
        lambda reader: reader.connection.execute("select retention_until, erase_at from letter").fetchone()
    )
    years_pass(world, word - world.clock.now() - 1)
    world["XA"].node.store.write_sync(  # as if the thread had gone on until now
        lambda work: work.connection.execute("update thread set changed_at=?, ended_at=null", (world.clock.now(),))
    )
    await sweep(world["XA"].node)
    before = kept(world["XA"])[0]
    years_pass(world, 2)
    await sweep(world["XA"].node)

    assert word == dated
    assert (before, kept(world["XA"])[0]) == (1, 0)


async def test_nothing_is_erased_while_the_clock_cannot_be_believed(world: World) -> None:
    """Wire 6: the clock is more than seven days past the newest verified time."""
    await told(world)
    xa = world["XA"]
    before = kept(xa)
    world.clock.step(YEAR_S)

    await sweeps.retention(xa.node)

    assert kept(xa) == before


async def held(country: Country, case: str, until: int) -> None:
    ask = HoldForLaw(ground="civil_claim", until=until)
    asked = await change_case(country.node, country.caseworker, case, ask)
    assert asked.pending is not None and not asked.done
    await decide_change(country.node, second(country), case, asked.pending, approve=True)


async def test_a_legal_hold_stays_until_its_end_and_is_shown(world: World) -> None:
    """R25: two people, a ground, an end; the sweep goes round it, and after it nothing keeps the case."""
    await told(world)
    xa = world["XA"]
    case = case_at(xa)
    await held(xa, case, world.clock.now() + 2 * YEAR_S)
    before = kept(xa)
    years_pass(world)
    await sweep(xa.node)
    shown = (await view_case(xa.node, xa.coordinator, case)).retention.hold
    still = kept(xa)
    years_pass(world, YEAR_S + DAY_S)
    await sweep(xa.node)

    assert still == before
    assert shown is not None and (shown.ground, shown.by) == ("civil_claim", ("caseworker-1", "coordinator-2"))
    assert kept(xa) == (0, 0)


async def test_a_hold_is_lifted_by_two_people_only(world: World) -> None:
    """R25: what goes then is gone."""
    await told(world)
    xa = world["XA"]
    case = case_at(xa)
    await held(xa, case, world.clock.now() + 2 * YEAR_S)
    with pytest.raises(BadInput):
        await change_case(xa.node, xa.caseworker, case, HoldForLaw(ground="civil_claim", until=5))
    asked = await change_case(xa.node, xa.coordinator, case, LiftLegalHold())
    assert asked.pending is not None
    with pytest.raises(NotAllowed):
        await decide_change(xa.node, xa.coordinator, case, asked.pending, approve=True)
    await decide_change(xa.node, second(xa), case, asked.pending, approve=True)
    years_pass(world)
    await sweep(xa.node)

    assert kept(xa) == (0, 0)


async def test_a_date_that_was_not_put_off_is_no_way_round_a_hold(world: World) -> None:
    """Fail closed: the sweep asks the case itself, whatever stands in the plain column."""
    await told(world)
    xa = world["XA"]
    case = case_at(xa)
    await held(xa, case, world.clock.now() + 5 * DAY_S)
    before = kept(xa)
    xa.node.store.write_sync(lambda work: work.connection.execute("update letter set erase_at=1"))
    xa.node.store.write_sync(lambda work: work.connection.execute("update case_file set erase_at=1"))

    assert await sweep(xa.node) is None
    assert kept(xa) == before


async def test_a_certificate_proves_how_much_went_and_says_nothing_of_anybody(world: World) -> None:
    """Counts, a hash of the ids, where the audit stood; signed by the node."""
    await told(world)
    xa = world["XA"]
    years_pass(world)
    ids = xa.node.store.read_sync(
        lambda reader: [row[0] for row in reader.connection.execute("select letter_id from letter order by erase_at")]
    )
    await sweep(xa.node)
    (one,) = await certificates(xa.node, Actor("auditor-1", "auditor"))

    key = VerifyingKey(xa.node.keys.message.public)
    shown = verify_certificate(one.certificate, from_base64url(one.signature), key)
    chained = hashlib.sha256(b"").hexdigest()
    assert shown.payloads == len(ids) == 4
    assert shown.ids != chained and len(shown.ids) == 64
    assert not [name for name in (*ids, case_at(xa)) if name in one.certificate]
    with pytest.raises(BadSignature):
        verify_certificate(one.certificate.replace('"cases":1', '"cases":0'), from_base64url(one.signature), key)


async def test_what_falls_due_in_thirty_days_is_seen_before(world: World) -> None:
    """Counts and ids for coordinators and operators; nothing for a caseworker."""
    await told(world)
    xa = world["XA"]
    assert (await falls_due(xa.node, OPERATOR)).payloads == 0
    years_pass(world, YEAR_S - 20 * DAY_S)

    soon = await falls_due(xa.node, xa.coordinator)

    assert (soon.cases, soon.payloads) == (1, 4)
    assert [one.case for one in soon.next_cases] == [case_at(xa)]
    assert kept(xa) == (4, 1)
    with pytest.raises(WrongRole):
        await falls_due(xa.node, xa.caseworker)


async def test_a_crash_in_the_middle_loses_no_line_of_the_certificate(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was erased before it stands in the database, and the next sweep certifies it too."""
    await told(world)
    xa = world["XA"]
    years_pass(world)
    steps = sweeping._cases

    def dies(*_: object) -> bool:
        raise RuntimeError("killed here")

    monkeypatch.setattr(sweeping, "_cases", dies)
    with pytest.raises(RuntimeError):
        await sweep(xa.node)
    monkeypatch.setattr(sweeping, "_cases", steps)
    done = await sweep(xa.node)

    assert done is not None and (done.number, done.cases, done.payloads) == (1, 1, 4)


async def test_a_case_of_ones_own_that_is_worked_on_stays(world: World) -> None:
    """R25: its time runs from its closing, and only then; H34: longer where she asked."""
    xd = world["XD"]
    case, asked_for = await xd.new_case(), await xd.new_case()
    years_pass(world, 3 * YEAR_S)
    await sweep(xd.node)
    open_still = kept(xd)[1]
    for one in (case, asked_for):
        await change_case(xd.node, xd.caseworker, one, CloseCase())
    await change_case(xd.node, xd.caseworker, asked_for, KeepAtHerRequest(until=world.clock.now() + 3 * YEAR_S))
    years_pass(world)
    await sweep(xd.node)

    assert open_still == 2
    assert kept(xd)[1] == 1
    assert case_at(xd) and (await view_case(xd.node, xd.coordinator, asked_for)).retention.closed_at


async def test_a_thread_that_ran_out_in_silence_ends_and_its_time_runs(world: World) -> None:
    """Nobody wrote after its end: the sweep sees that it expired."""
    xd, xa = world["XD"], world["XA"]
    await xd.offer("XA")
    await world.settle()
    years_pass(world, 200 * DAY_S)
    await sweep(xa.node)
    ended = xa.node.store.read_sync(lambda reader: reader.threads.of_case(case_at(xa))[0].ended_at)
    years_pass(world)
    await sweep(xa.node)

    assert ended is not None and ended < world.clock.now() - YEAR_S
    assert kept(xa) == (0, 0)


async def test_evidence_of_an_erased_letter_ends_with_the_limitation_period(world: World) -> None:
    """Wire 11: statement, signature and receipt go then; the ledger row stays for ever."""
    await told(world)
    xa, counted = world["XA"], "select (select count(*) from letter), (select count(*) from ledger)"

    def count() -> tuple[int, int]:
        found: tuple[int, int] = xa.node.store.read_sync(lambda reader: reader.connection.execute(counted).fetchone())
        return found

    years_pass(world, 3 * YEAR_S)
    await sweep(xa.node)
    erased = count()
    years_pass(world, xa.node.limits.limitation_s)
    await sweep(xa.node)

    assert erased[0] >= 4
    assert count() == (0, erased[1])


async def test_a_letter_held_without_a_case_is_under_a_key_of_its_own(world: World) -> None:
    """Wire 11: what a sender without standing wrote opens in no older copy either, once it is erased."""
    xa, backup = world["XA"], world.tmp / "old.db"
    seals = xa.node.seals
    letter = LetterRow("XD", "in", "a" * 32, "b" * 32, None, None, seals.seal_alone("letter", "a" * 32, b"{}"), 1, None,
                       world.clock.now() + DAY_S, "no_standing", None, None, None, None)  # fmt: skip
    xa.node.store.write_sync(lambda work: work.letters.put(letter))
    xa.node.store.backup(backup)
    before = seals.open_alone("letter", "a" * 32, letter.sealed)
    assert letter.sealed is not None
    assert letter.sealed[:16] in xa.node.store.read_sync(lambda reader: reader.spent.in_use())
    years_pass(world)
    await sweep(xa.node)
    seals._deks.clear()

    assert before == b"{}"
    assert kept(xa)[0] == 0
    with pytest.raises(Erased):
        seals.open_alone("letter", "a" * 32, letter.sealed)
