"""Staff, sign-ins and machine tokens."""

from dataclasses import replace

import pytest

from node.errors import Conflict
from node.store.people import UserRow, WrapRow
from node.store.sessions import SessionRow, TokenRow

MIRA = UserRow("u1", b"i1", b"sealed", "caseworker", "org1", b"verifier", b"public", 100)
PASSWORD = WrapRow("u1", "password", "user", 1, b"wrapped", 100)
SIGN_IN = SessionRow(b"t" * 32, "u1", created_at=1000, seen_at=1000, idle_s=600, ends_at=5000)
MACHINE = TokenRow("k1", b"m" * 32, "u1", ("cases:read", "threads:act"), b"wrapped", 1000, ends_at=9000)


@pytest.fixture
def work(store):
    """A way to call one repository method in a transaction of its own."""
    store.write_sync(lambda work: work.people.add(MIRA))
    return lambda fn: store.write_sync(fn)


def test_a_user_is_found_by_id_and_by_blind_index(work):
    assert work(lambda w: w.people.get("u1")) == MIRA
    assert work(lambda w: w.people.by_login(b"i1")) == MIRA
    assert work(lambda w: w.people.by_login(b"i2")) is None


def test_a_login_is_taken_once(work):
    with pytest.raises(Conflict, match="choose another"):
        work(lambda w: w.people.add(replace(MIRA, user_id="u2")))

    assert work(lambda w: w.people.all()) == [MIRA]


def test_a_role_that_does_not_exist_is_refused(work):
    with pytest.raises(Exception, match="CHECK constraint"):
        work(lambda w: w.people.put_role("u1", "king"))


def test_wrong_passwords_are_counted_until_a_right_one(work):
    assert [work(lambda w: w.people.failed("u1", 50)) for _ in range(3)] == [1, 2, 3]
    assert work(lambda w: w.people.get("u1")) == replace(MIRA, failed_tries=3, locked_until=50)

    work(lambda w: w.people.succeeded("u1"))

    assert work(lambda w: w.people.get("u1")) == MIRA


def test_a_new_password_replaces_the_verifier_and_the_wrap_of_an_older_generation(work):
    work(lambda w: w.people.put_wrap(PASSWORD))
    work(lambda w: w.people.put_password("u1", b"verifier2"))
    work(lambda w: w.people.put_wrap(replace(PASSWORD, generation=2, sealed=b"wrapped2")))

    with pytest.raises(Conflict, match="in between"):
        work(lambda w: w.people.put_wrap(replace(PASSWORD, generation=2, sealed=b"late")))

    assert work(lambda w: [wrap.sealed for wrap in w.people.wraps("u1")]) == [b"wrapped2"]
    assert work(lambda w: w.people.get("u1").verifier) == b"verifier2"


def test_disabling_a_user_ends_sign_ins_tokens_and_wraps_at_once(work):
    """At-rest: disabling a user drops the key from memory; nothing is left that would open it again."""
    work(lambda w: w.people.put_wrap(PASSWORD))
    work(lambda w: w.sessions.start(SIGN_IN))
    work(lambda w: w.sessions.add_token(MACHINE))

    work(lambda w: w.people.disable("u1", 1100))

    assert work(lambda w: w.people.get("u1").disabled_at) == 1100
    assert work(lambda w: w.people.wraps("u1")) == []
    assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 1101)) is None
    assert work(lambda w: w.sessions.token(MACHINE.token_hash, 1101)) is None
    assert work(lambda w: w.sessions.tokens()) == [replace(MACHINE, sealed=None, revoked_at=1100)]


def test_a_disabled_user_has_no_sign_in_even_if_one_was_started_afterwards(work):
    """A sign-in that was under way when the coordinator disabled the user."""
    work(lambda w: w.people.disable("u1", 900))
    work(lambda w: w.sessions.start(SIGN_IN))
    work(lambda w: w.sessions.add_token(MACHINE))

    assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 1001)) is None
    assert work(lambda w: w.sessions.token(MACHINE.token_hash, 1001)) is None


@pytest.mark.parametrize(
    ("now", "holds"), [(1000, True), (1599, True), (1600, False), (4999, False), (5000, False)], ids=str
)
def test_a_sign_in_ends_when_nobody_is_there(work, now, holds):
    work(lambda w: w.sessions.start(SIGN_IN))

    assert (work(lambda w: w.sessions.get(SIGN_IN.token_hash, now)) is not None) == holds


def test_a_sign_in_ends_at_its_end_however_busy_the_person_is(work):
    work(lambda w: w.sessions.start(SIGN_IN))
    work(lambda w: w.sessions.seen(SIGN_IN.token_hash, 4900))
    work(lambda w: w.sessions.seen(SIGN_IN.token_hash, 4800))

    assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 4999)) == replace(SIGN_IN, seen_at=4900)
    assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 5000)) is None


def test_signing_out_ends_one_sign_in_and_everywhere_ends_all(work):
    others = [replace(SIGN_IN, token_hash=bytes([i]) * 32) for i in range(3)]
    for session in (SIGN_IN, *others):
        work(lambda w, session=session: w.sessions.start(session))

    work(lambda w: w.sessions.end(SIGN_IN.token_hash, 1100))
    assert work(lambda w: w.sessions.alive(1100)) == others

    work(lambda w: w.sessions.end_all("u1", 1200))
    assert work(lambda w: w.sessions.alive(1200)) == []


def test_sign_ins_long_over_are_forgotten(work):
    work(lambda w: w.sessions.start(SIGN_IN))
    work(lambda w: w.sessions.start(replace(SIGN_IN, token_hash=b"n" * 32, seen_at=5000, ends_at=9000)))

    assert work(lambda w: w.sessions.forget(5000)) == 0
    assert work(lambda w: w.sessions.forget(5001)) == 1
    assert work(lambda w: [s.token_hash for s in w.sessions.alive(5001)]) == [b"n" * 32]


def test_a_locked_or_hidden_sign_in_is_not_in_use_but_not_over(work):
    work(lambda w: w.sessions.start(SIGN_IN))
    for shut in ("lock", "hide"):
        work(lambda w, shut=shut: getattr(w.sessions, shut)(SIGN_IN.token_hash, 1100))

        assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 1100)) is None
        assert work(lambda w: w.sessions.resting(SIGN_IN.token_hash, 1100)) is not None

        work(lambda w: w.sessions.unlock(SIGN_IN.token_hash, 1200))
        assert work(lambda w: w.sessions.get(SIGN_IN.token_hash, 1200)).seen_at == 1200


def test_a_locked_sign_in_is_not_made_an_hour_of_one_tap_by_hiding_it(work):
    work(lambda w: w.sessions.start(SIGN_IN))
    work(lambda w: w.sessions.lock(SIGN_IN.token_hash, 1100))
    work(lambda w: w.sessions.hide(SIGN_IN.token_hash, 1101))

    found = work(lambda w: w.sessions.resting(SIGN_IN.token_hash, 1102))

    assert (found.locked_at, found.hidden_at) == (1100, None)


def test_a_machine_token_holds_until_its_end_or_until_it_is_revoked(work):
    work(lambda w: w.sessions.add_token(MACHINE))
    work(lambda w: w.sessions.token_used("k1", 2000))

    assert work(lambda w: w.sessions.token(MACHINE.token_hash, 8999)) == replace(MACHINE, used_at=2000)
    assert work(lambda w: w.sessions.token(MACHINE.token_hash, 9000)) is None
    assert work(lambda w: w.sessions.token(b"x" * 32, 2000)) is None

    assert work(lambda w: w.sessions.revoke_token("k1", 3000))
    assert not work(lambda w: w.sessions.revoke_token("k1", 3001))
    assert work(lambda w: w.sessions.token(MACHINE.token_hash, 3000)) is None
