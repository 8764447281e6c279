"""Each row of the return and transit tables can be reached and does what it says; nothing else is allowed."""

from itertools import count

import pytest

from node.protocol.letters.codes import Role
from node.protocol.matter import Matter, Rule
from node.protocol.matters import MATTERS
from node.protocol.threads.machine import allowed, open_thread, receive, state
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.return_facts import Case
from node.protocol.threads.thread import ENDED, NONE, Entry, Facts, Thread
from node.protocol.transit import TRANSIT
from node.protocol.voluntary_return import RETURN
from tests.simulation.returns import TRANSIT_WAYS, WAYS, return_facts
from tests.simulation.two_sides import LIFE_S, MAX_LIFE_S, THREAD, World

NOW = 1_795_000_000
ids = count(1 << 64)  # far from those of a World: an id of the other side is refused
BOTH = (RETURN, TRANSIT)
WAYS_OF = {"return": WAYS, "transit": TRANSIT_WAYS}
ROWS = [(matter, rule) for matter in BOTH for rule in matter.rules]
STATES = [(matter, target) for matter in BOTH for target in WAYS_OF[matter.name]]
SIDES: tuple[Role, Role] = ("opener", "responder")


def other(side: Role) -> Role:
    return "responder" if side == "opener" else "opener"


def number_for(kind: str, case: Case) -> int:
    """The number with which the play says this case."""
    return next(n for n in (1, 2, 4, 8) if case in ("", return_facts(kind, n, NOW).case))


def entry(side: Role, n: int, seen: int, kind: str, case: Case = "", number: int | None = None) -> Entry:
    chosen = return_facts(kind, number_for(kind, case) if number is None else number, NOW)
    return Entry(
        side=side, n=n, seen=seen, kind=kind, letter_id=f"{next(ids):032x}", written_at=NOW, thread_ends=NOW + LIFE_S,
        noted=chosen,
    )  # fmt: skip


def meets(thread: Thread | None, letter: Entry) -> Verdict:
    return receive(thread, letter, thread_id=THREAD, peer="XB", now=NOW, max_life_s=MAX_LIFE_S)


def reach(matter: Matter, target: str, side: Role) -> tuple[World, Thread]:
    """A real pair of machines brought quietly to a state; the view of `side`."""
    world = World(now=NOW, matter=matter.name)
    world.play_through(WAYS_OF[matter.name][target])
    thread = world.sides[side].thread or open_thread(THREAD, "XA", side, matter.name)
    assert state(thread, NOW) == target
    return world, thread


def next_from(thread: Thread, side: Role, kind: str, case: Case = "", number: int | None = None) -> Entry:
    """The letter that this side would write now, having seen everything."""
    n = max((e.n for e in thread.entries if e.side == side), default=0) + 1
    seen = max((e.n for e in thread.entries if e.side != side), default=0)
    return entry(side, n, seen, kind, case, number)


ASKS_FIRST = {
    "return.family_result": "return.family_request",
    "return.identity_result": "return.identity_request",
}


def brought_to(matter: Matter, rule: Rule) -> Thread:
    """The peer's view of the state before this row, with what the row asks for said before."""
    world, _ = reach(matter, rule.state, "opener")
    if ask := ASKS_FIRST.get(rule.kind):
        world = World(now=NOW, matter=matter.name)
        way = WAYS_OF[matter.name][rule.state]
        world.play_through((*way[:2], ("opener", ask, 1)))
        if ask == "return.identity_request":  # a plan waits for the answer
            world.play_through((("responder", "return.identity_result", 1),))
        world.play_through(way[2:])
    if (rule.state, rule.kind) == ("planned", "return.travel_plan"):
        world.play_through((("opener", "consent.assertion", 1),))  # each plan needs a yes of its own
    if (rule.side, rule.kind) == ("responder", "return.close"):
        world.play_through((("opener", "return.arrival", 1),))  # the country she left has heard her
    thread = world.sides[other(rule.side)].thread
    return thread or open_thread(THREAD, "XA", other(rule.side), matter.name)


def step_of(rule: Rule) -> int | None:
    """Consent in a planned return is about the departure; where she is asked about the plan, the number is another."""
    return 1 if rule.kind == "consent.assertion" else None


@pytest.mark.parametrize(("matter", "rule"), ROWS, ids=lambda one: getattr(one, "name", None) or _id(one))
def test_a_letter_that_the_table_allows_gives_the_next_state(matter: Matter, rule: Rule) -> None:
    """Domain 5.7: every row is reachable, and both sides read the state it gives."""
    thread = brought_to(matter, rule)

    verdict = meets(thread, next_from(thread, rule.side, rule.kind, rule.case, step_of(rule)))

    assert (verdict.status, verdict.effect, verdict.reason) == ("stored", "applied", 0)
    assert verdict.thread is not None
    assert state(verdict.thread, NOW) == rule.gives


def _id(rule: object) -> str:
    assert isinstance(rule, Rule)
    return f"{rule.state}-{rule.side}-{rule.kind}-{rule.case}"


@pytest.mark.parametrize(("matter", "target"), STATES, ids=lambda one: getattr(one, "name", one))
@pytest.mark.parametrize("side", SIDES)
def test_a_letter_that_the_table_does_not_allow_is_refused_and_changes_nothing(
    matter: Matter, target: str, side: Role
) -> None:
    """Wire 3 row 13: refused with a reason, thread unchanged but for the number that was used."""
    _, thread = reach(matter, target, other(side))
    possible = {r.kind for r in matter.rules if (r.state, r.side) == (target, side)}

    for kind in sorted({r.kind for r in matter.rules} - possible):
        verdict = meets(thread, next_from(thread, side, kind))

        ever = (side, kind) in matter.may_ever
        early = kind in matter.discloses and not thread.shared.accepted
        expected = 203 if not ever else 202 if target == NONE else 205 if early else 201
        assert (verdict.status, verdict.reason) == ("refused", expected), kind
        assert verdict.thread is not None
        assert verdict.thread.shared == thread.shared


@pytest.mark.parametrize(("matter", "target"), STATES, ids=lambda one: getattr(one, "name", one))
@pytest.mark.parametrize("side", SIDES)
def test_the_buttons_are_the_rows(matter: Matter, target: str, side: Role) -> None:
    """Architecture, tables: what a person may do is read from the same rows, and what not says why."""
    _, thread = reach(matter, target, side)

    options = {option.kind: option for option in allowed(thread, NOW)}

    expected = {r.kind for r in matter.rules if (r.state, r.side) == (target, side)}
    kinds = matter.kinds - {matter.stop}
    assert {k for k, o in options.items() if o.allowed and k in kinds} == expected
    assert all(option.why for option in options.values() if not option.allowed)
    ended_by = WAYS_OF[matter.name][target][-1][0] if WAYS_OF[matter.name][target] else None
    assert options[matter.stop].allowed == (target not in matter.ends or ended_by == side)


@pytest.mark.parametrize("matter", BOTH, ids=lambda one: one.name)
def test_every_end_is_without_a_way_out_and_every_other_state_has_one_and_words(matter: Matter) -> None:
    """A state that nobody can leave by a letter is an end, and the table says so; each has words."""
    gives, states = {rule.gives for rule in matter.rules}, {rule.state for rule in matter.rules}
    assert gives - states == set(matter.ends) - {ENDED}
    assert {*gives, *states, ENDED, "expired"} == set(matter.words)


def test_a_pending_verification_stays_owed_with_its_first_date() -> None:
    """Scenario 12: `pending` is no answer; the age of an open verification counts from the request."""
    world, _ = reach(RETURN, "assessing", "opener")
    world.play_through((("opener", "return.identity_request", 1),))
    asked = world.sides["opener"].thread
    assert asked is not None

    waiting = meets(asked, next_from(asked, "responder", "return.identity_result", "no"))
    assert waiting.thread is not None
    answered = meets(waiting.thread, next_from(waiting.thread, "responder", "return.identity_result", "yes"))

    owed = [one for one in asked.shared.awaited if one.kinds == ("return.identity_result",)]
    assert [one for one in waiting.thread.shared.awaited if one in owed] == owed
    assert owed
    assert answered.stopped == tuple(owed)


def test_a_failed_journey_ends_the_wait_for_an_arrival() -> None:
    """H06, H07: nobody raises an alarm in the country of origin for somebody who is known to be stopped elsewhere."""
    _, thread = reach(RETURN, "travelling", "responder")
    assert [one.kinds for one in thread.shared.awaited] == [("return.arrival",)]

    verdict = meets(thread, next_from(thread, "opener", "return.failed"))

    assert verdict.thread is not None
    assert verdict.thread.shared.awaited == ()


def test_what_failed_has_to_be_shown_anew_before_another_plan() -> None:
    """Practice, take_back: a new plan passes every gate again; the document that failed is none any more."""
    world, _ = reach(RETURN, "travelling", "opener")
    world.play_through((("opener", "return.failed", 2), ("opener", "return.take_back", 1)))  # 2: document
    back = world.sides["responder"].thread
    assert back is not None
    assert state(back, NOW) == "assessing"
    way = back.shared.way
    assert (way.plan.arrival_ends, way.agreed, way.asked_at, way.departed_at, way.document) == (0, False, 0, 0, "")
    assert (way.risk_host.overall, way.risk_origin.overall) == ("acceptable", "acceptable")

    assert meets(back, next_from(back, "opener", "return.travel_plan")).reason == 201
    world.play_through((("responder", "return.traveldoc_status", 1),))
    again = world.sides["responder"].thread
    assert again is not None
    assert meets(again, next_from(again, "opener", "return.travel_plan")).reason == 22


def test_a_stop_while_she_travels_ends_the_thread_like_every_stop() -> None:
    """Wire 7: stops are the same in every state; the care that goes on is each country's own (H07)."""
    for matter in BOTH:
        for target, way in WAYS_OF[matter.name].items():
            if target in matter.ends or not way:
                continue
            _, thread = reach(matter, target, "responder")
            stop = Entry("opener", 99, 0, "return.stopped", f"{next(ids):032x}", NOW, NOW + LIFE_S, noted=Facts())

            verdict = meets(thread, stop)

            assert verdict.thread is not None
            assert (verdict.status, state(verdict.thread, NOW)) == ("stored", "ended")
            assert verdict.thread.shared.awaited == ()


def test_a_thread_of_which_only_the_stop_arrives_says_nothing_of_its_matter() -> None:
    """H01: the stop of a return and of a transit are one letter; an unknown thread is ended and no more."""
    stop = Entry("opener", 3, 0, "return.stopped", f"{next(ids):032x}", NOW, NOW + LIFE_S, noted=Facts())

    verdict = meets(None, stop)

    assert verdict.thread is not None
    assert (verdict.thread.matter, state(verdict.thread, NOW)) == ("", "ended")


def test_every_guard_of_every_matter_says_in_one_sentence_what_it_asks() -> None:
    """HANDBOOK.md prints these sentences: a caseworker reads what both countries look at first."""
    guards = {guard for matter in MATTERS.values() for rule in matter.rules for guard in rule.guards}

    assert len(guards) > 20
    assert [guard.__name__ for guard in guards if not (guard.__doc__ or "").rstrip().endswith(".")] == []
