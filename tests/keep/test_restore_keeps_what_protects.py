"""H08: what a journal says beside blocks and erasures: what is held, who is shut out, what two people compare."""

import shutil

import pytest

from node.crypto.vault import SMALLEST, stretch
from node.errors import Conflict, NotAllowed, NotSignedIn
from node.protocol.cases.case import Guardian, Person
from node.service.actor import Actor
from node.service.cases.cases import change_case, view_case
from node.service.cases.confirming import decide_change
from node.service.cases.keep_requests import CloseCase, EndHerRequest, KeepAtHerRequest, LiftLegalHold
from node.service.cases.requests import CheckGuardian, Detained, HoldForReview, RecordDistrust
from node.service.cases.requests_life import RecordDeath
from node.service.keep.restored import answer_for_case, view_answer
from node.service.keep.sweep import sweep
from node.service.safety import distrusting
from node.service.safety.distrusting import Distrust, Target
from node.service.staff import my_steps, people, tokens
from node.service.staff.book import NewToken, NewUser, SignIn
from node.service.staff.callers import Caller, who
from node.service.staff.sign_in import Staff, sign_in
from node.store.credentials import PasskeyRow, StepRow
from node.store.work import Reader, Work
from tests.keep.test_last_byte import case_at, told
from tests.keep.test_restore_revives_nothing import YES, backup, her_case, restore
from tests.keep.test_retention_sweep import YEAR_S, held, kept, years_pass
from tests.keeping import second
from tests.world import DAY_S, HER, Country, World

BEN = Actor("caseworker-2", "coordinator", "focal-point")
PASSWORD, OTHER = "an invented password", "another invented password"


async def two(country: Country, case: str, change: object) -> None:
    """A change that takes two people."""
    asked = await change_case(country.node, country.caseworker, case, change)  # type: ignore[arg-type]
    assert asked.pending is not None
    await decide_change(country.node, second(country), case, asked.pending, approve=True)


def tasks(country: Country) -> set[str]:
    return country.node.store.read_sync(lambda reader: {task.code for task in reader.tasks.open()})


async def test_r25_receiver_a_legal_hold_made_after_the_backup_keeps_everything_at_the_next_sweep(world: World) -> None:
    """H08, R25: the restored node knows of it before anything is swept."""
    await told(world)
    xa = world["XA"]
    case, copy, until = case_at(xa), backup(world, "XA"), world.clock.now() + 2 * YEAR_S
    world.clock.step(DAY_S)
    await held(xa, case, until)
    before = kept(xa)

    xa = await restore(world, "XA", copy)
    years_pass(world)
    done = await sweep(xa.node)

    assert (done, kept(xa)) == (None, before)
    assert (await view_case(xa.node, xa.coordinator, case)).retention.hold is not None


async def test_r25_receiver_a_sweep_that_is_repeated_erases_nothing_that_was_held_by_then(world: World) -> None:
    """H08: another case was swept meanwhile; repeating that sweep goes round what was held before it."""
    await told(world)
    xa = world["XA"]
    case, copy = case_at(xa), backup(world, "XA")
    world.clock.step(DAY_S)
    await held(xa, case, world.clock.now() + 2 * YEAR_S)
    await her_case(world)
    other = world["XD"].node.store.read_sync(lambda reader: reader.threads.open())[-1].thread_id
    await world["XD"].stop(other)
    await world.later(DAY_S)
    before = kept(xa)
    years_pass(world)
    assert await sweep(xa.node) is not None
    assert kept(xa) < before  # the other one went

    xa = await restore(world, "XA", copy)

    retention = (await view_case(xa.node, xa.coordinator, case)).retention
    assert retention.hold is not None
    letters = xa.node.store.read_sync(lambda reader: reader.letters.of_case(case))
    assert letters and all(letter.sealed is not None for letter in letters)


async def test_h34_sender_what_she_asked_to_keep_after_the_backup_is_kept(world: World) -> None:
    """H08, H34: her claim may take decades; the case that would be due is not swept."""
    xd = world["XD"]
    case = await xd.new_case()
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await change_case(xd.node, xd.caseworker, case, CloseCase())
    await change_case(xd.node, xd.caseworker, case, KeepAtHerRequest(until=world.clock.now() + 3 * YEAR_S))

    xd = await restore(world, "XD", copy)
    await change_case(xd.node, xd.caseworker, case, CloseCase())  # that it was closed is lost, and keeps it longer
    years_pass(world)
    await sweep(xd.node)

    assert kept(xd)[1] == 1


async def test_a_hold_or_wish_that_was_ended_after_the_backup_does_not_hold_for_ever(world: World) -> None:
    """H08: the newest word counts: the restored case goes at its time, as it would have gone."""
    await told(world)
    xa = world["XA"]
    case, until = case_at(xa), world.clock.now() + 2 * YEAR_S
    await held(xa, case, until)
    await change_case(xa.node, xa.caseworker, case, KeepAtHerRequest(until=until))
    copy = backup(world, "XA")
    world.clock.step(DAY_S)
    await two(xa, case, LiftLegalHold())
    await two(xa, case, EndHerRequest())

    xa = await restore(world, "XA", copy)
    retention = (await view_case(xa.node, xa.coordinator, case)).retention
    years_pass(world)
    await sweep(xa.node)

    assert (retention.hold, retention.kept_at_her_request_until) == (None, None)
    assert kept(xa) == (0, 0)


async def test_r25_receiver_without_a_journal_nothing_is_swept_before_two_people_answered(world: World) -> None:
    """H08: what was held may be unknown, so what is due waits for the two who compare the case."""
    await told(world)
    xa = world["XA"]
    case, copy, before = case_at(xa), backup(world, "XA"), kept(xa)

    xa = await restore(world, "XA", copy, shutil.rmtree)
    years_pass(world)
    first = await sweep(xa.node)
    kept_first = kept(xa)
    for actor in (xa.coordinator, second(xa)):
        await answer_for_case(xa.node, actor, case, YES)
    years_pass(world, 2 * DAY_S)
    await sweep(xa.node)

    assert (first, kept_first) == (None, before)
    assert kept(xa) == (0, 0)


async def test_h17_sender_suspected_coercion_recorded_after_the_backup_still_holds_letters(world: World) -> None:
    """H08, H17: the flag is laid over the restored case."""
    case, _, _ = await her_case(world)
    xd, copy = world["XD"], backup(world, "XD")
    world.clock.step(DAY_S)
    await change_case(xd.node, xd.caseworker, case, HoldForReview(person_id=HER))

    xd = await restore(world, "XD", copy)

    assert (await view_case(xd.node, xd.coordinator, case)).persons[0].held_for_review
    with pytest.raises(NotAllowed, match="this letter waits"):  # which rule is shown on no page (H17)
        await xd.offer("XA", case)


async def test_h25_sender_detention_recorded_after_the_backup_calls_people_again(world: World) -> None:
    """H08, H25: she is detained, and somebody has to ask for her release within the day."""
    case, _, _ = await her_case(world)
    xd, copy = world["XD"], backup(world, "XD")
    world.clock.step(DAY_S)
    await change_case(xd.node, xd.caseworker, case, Detained())

    xd = await restore(world, "XD", copy)

    assert (await view_case(xd.node, xd.coordinator, case)).place_is_detention
    assert [row.case_id for row in xd.node.store.read_sync(lambda reader: reader.alarms.open())] == [case]


async def test_h14_sender_distrust_in_one_case_after_the_backup_shuts_the_organisation_out(world: World) -> None:
    """H08, H14: people of that organisation see nothing of the case, before anybody looked at it again."""
    case, _, _ = await her_case(world)
    xd, copy = world["XD"], backup(world, "XD")
    world.clock.step(DAY_S)
    await two(xd, case, RecordDistrust(target="organisation", value="haven"))

    xd = await restore(world, "XD", copy)

    (one,) = (await view_case(xd.node, xd.coordinator, case)).distrust
    assert (one.target, one.value) == ("organisation", "haven")
    assert xd.node.store.read_sync(lambda reader: reader.distrusts.cases_shut("haven")) == {case}


async def test_h14_sender_distrust_for_everybody_after_the_backup_stays_and_one_taken_back_is_gone(
    world: World,
) -> None:
    """H08, H14: as two people decided last, in force before the first request."""
    case, _, _ = await her_case(world)

    async def decide(country: Country, value: str, is_on: bool) -> None:
        target: Target = "country" if value == "XA" else "organisation"
        wish = await distrusting.propose_distrust(
            country.node, country.caseworker, Distrust(target=target, value=value, is_on=is_on)
        )
        await distrusting.decide_distrust(country.node, BEN, wish.id, True)

    await decide(world["XD"], "haven-xa", True)
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await decide(world["XD"], "XA", True)
    await decide(world["XD"], "haven-xa", False)

    xd = await restore(world, "XD", copy)

    assert set(xd.node.distrusted.countries) == {"XA"} and not xd.node.distrusted.organisations
    with pytest.raises(NotAllowed) as refused:
        await xd.offer("XA", case)
    assert refused.value.rule == "H14"


async def test_h30_sender_a_death_recorded_after_the_backup_holds_the_case_until_two_people_compared_it(
    world: World,
) -> None:
    """H08: what the journal does not tell is compared by two; other cases go on, and the task ends with the second."""
    case, _, _ = await her_case(world)
    xd = world["XD"]
    other = await xd.new_case()
    await xd.consent(other, "XA")
    copy = backup(world, "XD")
    world.clock.step(DAY_S)
    await change_case(xd.node, xd.caseworker, case, RecordDeath(person_id=HER, on="2026-11-18"))

    xd = await restore(world, "XD", copy)

    with pytest.raises(NotAllowed, match="restored from a backup"):
        await xd.offer("XA", case)
    await xd.offer("XA", other)
    assert "case_to_compare" in tasks(xd)
    with pytest.raises(Conflict):
        await answer_for_case(xd.node, xd.coordinator, other, YES)
    await answer_for_case(xd.node, xd.coordinator, case, YES)
    assert (await answer_for_case(xd.node, second(xd), case, YES)).free
    assert "case_to_compare" not in tasks(xd)
    await xd.offer("XA", case)


async def test_h11_sender_a_guardian_with_a_conflict_found_after_the_backup_is_compared_too(world: World) -> None:
    """H08, H11: and what changed before the backup asks nobody."""
    xd = world["XD"]
    guardian = Guardian("court", "2026-11-01", True, "ana", "ben", False, True)
    child = Person(person_id=HER, role="person", age_band="12-15", guardian=guardian)
    case, quiet = await xd.new_case(persons=(child,)), await xd.new_case()
    await change_case(xd.node, xd.caseworker, quiet, RecordDeath(person_id=HER, on="2026-11-18"))
    copy = backup(world, "XD")
    await change_case(xd.node, xd.coordinator, case, CheckGuardian(person_id=HER, conflict_found=True))

    xd = await restore(world, "XD", copy)

    assert not (await view_answer(xd.node, xd.coordinator, case)).free
    assert (await view_answer(xd.node, xd.coordinator, quiet)).free


def staff_of(country: Country) -> Staff:
    return Staff(country.node, country.opened.pepper, SMALLEST)


async def with_people(world: World) -> tuple[Staff, Caller, dict[str, str]]:
    """XD with ana, who leads, bea and cleo; ids by login."""
    xd = world["XD"]
    staff = staff_of(xd)
    new = NewUser(login="ana", password=PASSWORD, role="coordinator", organisation="haven")
    ids = {"ana": people.first_user(staff, new, bytes(32))}
    ana = await who(staff, (await sign_in(staff, SignIn(login="ana", password=PASSWORD))).token)
    for login in ("bea", "cleo"):
        made = await people.create_user(
            staff, ana, NewUser(login=login, password=PASSWORD, role="caseworker", organisation="haven")
        )
        ids[login] = made.user
    return staff, ana, ids


async def test_who_was_shut_out_after_the_backup_stays_outside_with_her_machine(world: World) -> None:
    """H08: a colleague under suspicion does not come back with last night's copy, nor a token, nor an open sign-in."""
    staff, ana, ids = await with_people(world)
    token = await tokens.make_token(staff, ana, NewToken(label="system"))
    open_one = await sign_in(staff, SignIn(login="cleo", password=PASSWORD))
    copy = backup(world, "XD")
    world.clock.step(60)
    await people.disable_user(staff, ana, ids["bea"])
    await tokens.revoke_token(staff, ana, token.id)

    staff = staff_of(await restore(world, "XD", copy))

    with pytest.raises(NotSignedIn):
        await sign_in(staff, SignIn(login="bea", password=PASSWORD))
    for held_token in (token.token, open_one.token):
        with pytest.raises(NotSignedIn):
            await who(staff, held_token)
    assert (await sign_in(staff, SignIn(login="cleo", password=PASSWORD))).user == ids["cleo"]


async def test_an_old_password_opens_nothing_after_a_restore_but_for_the_last_coordinator(world: World) -> None:
    """H08: a stolen password that was changed stays useless; the only coordinator keeps hers, and a task says so."""
    staff, _, ids = await with_people(world)
    copy = backup(world, "XD")
    world.clock.step(60)

    def again(work: object) -> None:
        for login in ("bea", "ana"):
            row = work.people.get(ids[login])  # type: ignore[attr-defined]
            people._new_keys(staff, work, row, stretch(OTHER, bytes(16), SMALLEST), bytes(16), bytes(32))  # type: ignore[arg-type]

    await staff.node.store.write(again)

    xd = await restore(world, "XD", copy)
    staff = staff_of(xd)

    with pytest.raises(NotSignedIn):
        await sign_in(staff, SignIn(login="bea", password=PASSWORD))
    assert (await sign_in(staff, SignIn(login="ana", password=PASSWORD))).user == ids["ana"]
    assert "old_password_is_back" in tasks(xd)


async def test_a_lost_passkey_and_a_telephone_that_was_replaced_let_nobody_in_after_a_restore(world: World) -> None:
    """H08: what was taken away after the backup stays away; whoever had codes sets them up again."""
    staff, _, ids = await with_people(world)
    for login in ("bea", "ana"):
        await staff.node.store.write(lambda work, one=ids[login]: _signs_in_with_more(work, one))  # type: ignore[misc]
    copy = backup(world, "XD")
    world.clock.step(60)
    await staff.node.store.write(lambda work: my_steps.drop_steps(staff, work, ids["bea"]))

    xd = await restore(world, "XD", copy)

    def left(reader: Reader) -> list[tuple[bool, int, int]]:
        return [
            (
                reader.credentials.step(ids[one]) is not None,
                reader.credentials.codes_left(ids[one]),
                len(reader.credentials.passkeys(ids[one])),
            )
            for one in ("bea", "ana")
        ]

    assert xd.node.store.read_sync(left) == [(False, 0, 0), (True, 1, 1)]


def _signs_in_with_more(work: Work, user: str) -> None:
    work.credentials.put_step(StepRow(user, b"sealed", 1))
    work.credentials.put_codes(user, [user.encode()], 1)
    work.credentials.add_passkey(PasskeyRow(user, user, user.encode(), b"public", 0, b"sealed", 1))
