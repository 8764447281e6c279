"""Each row of the referral table can be reached and does what it says; each state and side allows nothing else."""

from itertools import count

import pytest
from msgspec.structs import replace

from node.protocol.letters.codes import Role
from node.protocol.matter import Rule
from node.protocol.referral import REFERRAL, RULES
from node.protocol.threads.machine import allowed, open_thread, receive, state
from node.protocol.threads.outcome import Verdict
from node.protocol.threads.return_facts import Case
from node.protocol.threads.thread import ENDED, NONE, Entry, Facts, Shared, Thread
from tests.simulation.two_sides import LIFE_S, MAX_LIFE_S, THREAD, World, facts

NOW = 1_000_000
ids = count(1 << 64)  # far from those of a World: an id of the other side is refused


def paths() -> dict[str, list[Rule]]:
    """For every state one shortest way there from nothing."""
    found: dict[str, list[Rule]] = {NONE: []}
    queue = [NONE]
    while queue:
        here = queue.pop(0)
        for rule in RULES:
            if rule.state == here and rule.gives not in found:
                found[rule.gives] = [*found[here], rule]
                queue.append(rule.gives)
    return found


def entry(side: Role, n: int, seen: int, kind: str, case: Case = "") -> Entry:
    with_case = Facts(case=case) if case else facts(kind, 1)
    return Entry(
        side=side,
        n=n,
        seen=seen,
        kind=kind,
        letter_id=f"{next(ids):032x}",
        written_at=NOW,
        thread_ends=NOW + LIFE_S,
        noted=with_case,
    )


def meets(thread: Thread | None, letter: Entry, now: int = NOW) -> Verdict:
    return receive(thread, letter, thread_id=THREAD, peer="XB", now=now, max_life_s=MAX_LIFE_S)


def reach(target: str, side: Role) -> tuple[World, Thread]:
    """A real pair of nodes brought to a state; the view of `side`."""
    world = World(now=NOW)
    for rule in paths()[target]:
        world.play_through([(rule.side, rule.kind)])
    thread = world.sides[side].thread
    if thread is None:  # nothing has reached the responder
        thread = open_thread(THREAD, "XA", "responder", "referral")
    assert state(thread, NOW) == target
    return world, thread


def next_from(thread: Thread, side: Role, kind: str, case: Case = "") -> Entry:
    """The letter that the peer would write now, having seen everything."""
    n = max((e.n for e in thread.entries if e.side == side), default=0) + 1
    return entry(side, n, max((e.n for e in thread.entries if e.side != side), default=0), kind, case)


@pytest.mark.parametrize("rule", RULES, ids=lambda r: f"{r.state}-{r.side}-{r.kind}-{r.case}")
def test_a_letter_that_the_table_allows_gives_the_next_state(rule: Rule) -> None:
    """Domain 5.6: every row is reachable, and both sides read the state it gives."""
    _, thread = reach(rule.state, "responder" if rule.side == "opener" else "opener")

    verdict = meets(thread, next_from(thread, rule.side, rule.kind, rule.case))

    assert (verdict.status, verdict.effect, verdict.reason) == ("stored", "applied", 0)
    assert verdict.thread is not None
    assert state(verdict.thread, NOW) == rule.gives


@pytest.mark.parametrize("target", sorted(paths()))
@pytest.mark.parametrize("side", ["opener", "responder"])
def test_a_letter_that_the_table_does_not_allow_is_refused_and_changes_nothing(target: str, side: Role) -> None:
    """Wire 3 row 13: refused with a reason, thread unchanged but for the number that was used."""
    _, thread = reach(target, "responder" if side == "opener" else "opener")
    possible = {r.kind for r in RULES if (r.state, r.side) == (target, side)}

    for kind in sorted({r.kind for r in RULES} - possible):
        letter = next_from(thread, side, kind, "yes" if kind == "referral.arrived" else "")
        verdict = meets(thread, letter)

        ever = (side, kind) in REFERRAL.may_ever
        early = kind == "referral.disclose" and not thread.shared.accepted
        expected = 203 if not ever else 202 if target == NONE else 205 if early else 201
        assert (verdict.status, verdict.reason) == ("refused", expected), kind
        assert verdict.thread is not None
        assert verdict.thread.shared == thread.shared


@pytest.mark.parametrize("target", sorted(paths()))
@pytest.mark.parametrize("side", ["opener", "responder"])
def test_the_buttons_are_the_rows(target: str, side: Role) -> None:
    """Architecture, tables: what a person may do is read from the same rows, and what not says why."""
    _, thread = reach(target, side)

    options = {option.kind: option for option in allowed(thread, NOW)}

    expected = {r.kind for r in RULES if (r.state, r.side) == (target, side)}
    offered = {k for k, o in options.items() if o.allowed and k.startswith("referral.") and k != "referral.ended"}
    assert offered == expected
    assert all(option.why for option in options.values() if not option.allowed)
    assert options["referral.ended"].allowed == (target not in REFERRAL.ends or _ended_by(target) == side)


def _ended_by(target: str) -> Role | None:
    path = paths()[target]
    return path[-1].side if path else None


def test_every_end_is_without_a_way_out_and_every_other_state_has_one() -> None:
    """A state that nobody can leave by a letter is an end, and the table says so."""
    assert {rule.gives for rule in RULES} - {rule.state for rule in RULES} == set(REFERRAL.ends)
    assert ENDED in REFERRAL.ends


def test_identity_before_acceptance_is_refused_whatever_the_letter_claims_to_have_seen() -> None:
    """R04: a sender that pretends to have crossed something cannot smuggle names in (205)."""
    world, _ = reach("offered", "opener")
    world.act("responder", "referral.info_request")
    world.release("responder")
    thread = world.sides["responder"].thread
    assert thread is not None

    names = replace(entry("opener", 2, 0, "referral.disclose"), letter_id="9" * 32, noted=facts("referral.disclose", 1))
    verdict = meets(thread, names)

    assert (verdict.status, verdict.reason) == ("refused", 205)
    assert verdict.thread is not None
    assert verdict.thread.shared == thread.shared


def test_a_letter_under_the_id_of_one_of_ours_is_refused_and_changes_nothing() -> None:
    """Wire 13: ids share one space; a peer that takes ours would answer for it, or put its own in its place (206)."""
    world, _ = reach("offered", "opener")
    world.act("responder", "referral.info_request")
    world.release("responder")
    thread = world.sides["responder"].thread
    assert thread is not None
    ours = next(one for one in thread.entries if one.side == "responder")

    verdict = meets(thread, replace(entry("opener", 2, 1, "referral.info"), letter_id=ours.letter_id))

    assert (verdict.status, verdict.reason) == ("refused", 206)
    assert verdict.thread == thread


def test_a_field_that_the_acceptance_did_not_ask_for_is_refused() -> None:
    """R04: data_needed is the most that may be disclosed (204)."""
    _, thread = reach("accepted", "responder")
    letter = next_from(thread, "opener", "referral.disclose")
    more = Facts(items=(replace(letter.facts.items[0], field="safe_contact"),), sealed=True)

    verdict = meets(thread, replace(letter, noted=more))

    assert (verdict.status, verdict.reason) == ("refused", 204)


def test_an_acceptance_starts_the_clock_for_the_disclosure_and_the_disclosure_stops_it() -> None:
    """Domain 5.6: an accepted offer is followed by the disclosure in two working days."""
    _, thread = reach("offered", "opener")

    accepted = meets(thread, next_from(thread, "responder", "referral.accept"))

    assert [a.kinds for a in accepted.started] == [("referral.disclose",)]
    assert [a.owed_by for a in accepted.started] == ["opener"]
    assert [a.kinds[0] for a in accepted.stopped] == ["referral.accept"]
    world, before = reach("accepted", "opener")
    world.play_through([("opener", "referral.disclose")])
    after = world.sides["opener"].thread
    assert before.shared.awaited
    assert after is not None
    assert after.shared.awaited == ()


def test_another_organisation_is_noticed_by_both() -> None:
    """Practice, change: her consent again if the organisation differs; the gate asks for what is younger than this."""
    _, thread = reach("accepted", "opener")
    named = Shared.__struct_fields__.index("changed_at")

    letter = replace(next_from(thread, "responder", "referral.change"), noted=Facts(organisation="org-0"))
    verdict = meets(thread, letter)

    assert named
    assert verdict.thread is not None
    assert (verdict.thread.shared.organisation, verdict.thread.shared.changed_at) == ("org-0", NOW)
