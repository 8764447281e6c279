"""Signing in and out, wrong passwords, and the office key that lives only in a sign-in."""

import asyncio

from node.crypto.vault import SMALLEST
from node.service.staff.sign_in import FREE_TRIES, Staff
from tests.api.conftest import IDLE_S, MAX_S, PASSWORD, Desk


async def test_a_sign_in_opens_the_office_key_and_signing_out_drops_it(desk: Desk):
    """At-rest, two vaults: unwrapped into that sign-in's memory only; signing out drops it."""
    held = len(desk.staff.offices)
    assert (await desk.get("bea", "/sessions/me")).json["reads_names"] is True

    answer = await desk.ask("bea", "DELETE", "/sessions/me")

    assert answer.status == 204
    assert len(desk.staff.offices) == held - 1
    assert (await desk.get("bea", "/sessions/me")).status == 401


async def test_auditors_and_operators_hold_no_office_key(desk: Desk):
    """Interface, roles: operator and auditor see no content."""
    for login in ("dora", "olaf"):
        assert (await desk.get(login, "/sessions/me")).json["reads_names"] is False
    answer = await desk.post("ana", f"/users/{desk.users['olaf']}/office")

    assert (answer.status, answer.json["rule"]) == (409, "R24")


async def test_an_unknown_login_and_a_wrong_password_answer_alike(desk: Desk):
    wrong = await desk.sign_in("bea", "not the password")
    unknown = await desk.sign_in("nobody", "not the password")

    assert wrong.status == unknown.status == 401
    assert wrong.json == unknown.json
    assert wrong.headers["WWW-Authenticate"] == "Bearer"


async def test_wrong_passwords_back_off_for_known_and_unknown_logins_alike(desk: Desk):
    """Attack 52: guesses are slowed; the right password is refused meanwhile and works afterwards."""
    for login in ("bea", "nobody"):
        answers = [await desk.sign_in(login, "wrong wrong wrong") for _ in range(FREE_TRIES + 1)]
        assert [one.status for one in answers] == [401] * FREE_TRIES + [503]
        assert int(answers[-1].headers["Retry-After"]) > 0

    assert (await desk.sign_in("bea")).status == 503
    desk.clock.step(MAX_S)
    assert (await desk.sign_in("bea")).status == 201


async def test_many_guesses_at_once_get_no_more_tries_than_one_after_the_other(desk: Desk):
    """Every try is counted before it is judged."""
    answers = await asyncio.gather(*(desk.sign_in("bea", f"guess number {n}") for n in range(12)))

    assert sum(one.status == 401 for one in answers) == FREE_TRIES
    assert (await desk.sign_in("bea")).status == 503


async def test_a_sign_in_ends_when_nobody_is_there(desk: Desk):
    desk.clock.step(IDLE_S - 1)
    assert (await desk.get("bea", "/sessions/me")).json["reads_names"] is True
    desk.clock.step(IDLE_S - 1)
    assert (await desk.get("bea", "/sessions/me")).status == 200
    desk.clock.step(IDLE_S + 1)

    assert (await desk.get("bea", "/sessions/me")).status == 401
    await desk.staff.sweep()
    assert len(desk.staff.offices) == 0


async def test_a_sign_in_ends_after_its_time_even_if_somebody_is_always_there(desk: Desk):
    for _ in range(MAX_S // (IDLE_S // 2) - 1):
        desk.clock.step(IDLE_S // 2)
        assert (await desk.get("bea", "/sessions/me")).status == 200
    desk.clock.step(IDLE_S // 2 + 1)

    assert (await desk.get("bea", "/sessions/me")).status == 401


async def test_a_restarted_node_reads_no_name_until_somebody_signs_in_again(desk: Desk):
    """The key is in memory only: a new process has none, and says what to do."""
    case = await desk.case("bea")
    desk.staff.offices = Staff(desk.staff.node, desk.staff.pepper, SMALLEST).offices

    answer = await desk.post("bea", f"/cases/{case['case']}/identity/open", {"reason": "give_service"})

    assert (answer.status, answer.json["rule"]) == (409, "R24")
    assert "typed your password" in answer.json["next"]


async def test_a_new_password_works_and_the_old_one_does_not(desk: Desk):
    desk.staff.offices.drop_user(desk.users["bea"])  # after a restart: what she may read must not be lost by this
    changed = await desk.ask("bea", "PUT", "/sessions/me/password", {"old": PASSWORD, "new": "another invented one"})
    assert changed.status == 204

    assert (await desk.get("bea", "/sessions/me")).status == 401
    assert (await desk.sign_in("bea")).status == 401
    assert (await desk.sign_in("bea", "another invented one")).json["reads_names"] is True


async def test_a_coordinator_gives_a_new_password_to_somebody_who_lost_theirs(desk: Desk):
    """At-rest: lost password, a coordinator who can unwrap re-wraps for the person."""
    path = f"/users/{desk.users['bea']}/password"
    answer = await desk.ask("ana", "PUT", path, {"password": "a third invented one"})

    assert answer.status == 200
    assert (await desk.sign_in("bea", "a third invented one")).json["reads_names"] is True


async def test_short_passwords_and_taken_logins_are_refused(desk: Desk):
    body = {"login": "eva", "password": "short", "role": "caseworker", "organisation": "haven"}
    short = await desk.post("ana", "/users", body)
    taken = await desk.post("ana", "/users", {**body, "login": "bea", "password": PASSWORD})

    assert (short.status, short.json["field"]) == (422, "password")
    assert taken.status == 409
    assert "bea" not in str(taken.json)


async def test_a_stolen_token_guesses_no_password(desk: Desk):
    """Attack 52: the old password is a guess like any other."""
    body = {"old": "wrong wrong wrong", "new": "another invented one"}
    answers = [await desk.ask("bea", "PUT", "/sessions/me/password", body) for _ in range(FREE_TRIES + 1)]

    assert [one.status for one in answers] == [409] * FREE_TRIES + [503]
    assert (await desk.sign_in("bea")).status == 503
