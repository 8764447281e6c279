"""Somebody is shut out, or locks their desk, in the moment in which something of theirs is being made ready.

A password is stretched for half a second and may wait for others before: what was right at the beginning may be over at
the end. What outlives a sign-in (another one, a person, a passkey, a key in memory) is decided where it is written.
Source: at-rest, key hierarchy; interface C14; R24.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from node.errors import NotSignedIn, OpenTRMError
from node.service.staff import authenticators, locks, my_steps, passkeys, people, tokens
from node.service.staff.book import NewPassword, NewToken, NewUser, SignIn
from node.service.staff.callers import Caller, sign_out, who
from node.service.staff.sign_in import Staff, hold_office, right_password, sign_in
from node.store.credentials import PasskeyRow
from tests.unit.service.office_support import PASSWORD, Office, office_of
from tests.world import World, make_world

Action = Callable[[], Awaitable[object]]
OTHER = "another long invented one"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """XA with ana and bea, coordinators, cleo, a caseworker, and dora, an auditor, who reads no names."""
    world: World = make_world(tmp_path, "XA")
    made = await office_of(world)
    new = NewUser(login="dora", password=PASSWORD, role="auditor", organisation="haven")
    await people.create_user(made.staff, await made.signed_in("ana"), new)
    yield made
    await world.close()


def _next(holder: Any, method: str, happens: Action, before: bool = False) -> None:
    """At the next call of this method something happens once: right after it, or before it begins."""
    original = getattr(holder, method)

    async def slow(*given: Any) -> Any:
        setattr(holder, method, original)
        if before:
            await happens()
        made = await original(*given)
        if not before:
            await happens()
        return made

    setattr(holder, method, slow)


def while_stretching(staff: Staff, happens: Action) -> None:
    """The next password is stretched, and only then does this happen."""
    _next(staff, "stretch", happens)


def after_read(staff: Staff, happens: Action) -> None:
    """The database is read for somebody, and only then does this happen."""
    _next(staff.node.store, "read", happens)


def before_write(staff: Staff, happens: Action) -> None:
    """Something is about to be written, and this happens before it."""
    _next(staff.node.store, "write", happens, before=True)


def row_of(office: Office, login: str) -> Any:
    index = office.staff.login_index(login)
    return office.staff.node.store.read_sync(lambda reader: reader.people.by_login(index))


async def give_new_password(office: Office, login: str) -> None:
    ana = await office.signed_in("ana")
    await people.reset_password(office.staff, ana, row_of(office, login).user_id, NewPassword(password=OTHER))


async def shut_out(office: Office, login: str) -> None:
    await people.disable_user(office.staff, await office.signed_in("bea"), row_of(office, login).user_id)


@pytest.mark.parametrize("login", ["cleo", "dora"])
async def test_the_old_password_lets_nobody_in_while_a_new_one_is_given(office: Office, login: str) -> None:
    """Whoever knows the old one would be in after all sign-ins were ended, for hours, without a second step."""
    while_stretching(office.staff, lambda: give_new_password(office, login))

    with pytest.raises(NotSignedIn):
        await sign_in(office.staff, SignIn(login=login, password=PASSWORD))

    user, now = row_of(office, login).user_id, office.staff.node.now()
    assert office.staff.node.store.read_sync(lambda reader: reader.sessions.of_user(user, now)) == []


async def test_the_old_password_proves_nothing_while_a_new_one_is_given(office: Office) -> None:
    """Recovery codes and passkeys made with it would outlive it."""
    dora = await office.signed_in("dora")
    user = dora.actor.user_id
    while_stretching(office.staff, lambda: give_new_password(office, "dora"))

    _, proof = await right_password(office.staff, user, PASSWORD)
    with pytest.raises(OpenTRMError):
        await my_steps.new_recovery_codes(office.staff, dora, PASSWORD)

    assert proof is None
    assert office.staff.node.store.read_sync(lambda reader: reader.credentials.codes_left(user)) == 0


async def _adds(office: Office, by: Caller) -> object:
    new = NewUser(login="eve", password=PASSWORD, role="coordinator", organisation="haven")
    return await people.create_user(office.staff, by, new)


async def _resets(office: Office, by: Caller) -> object:
    user = row_of(office, "cleo").user_id
    return await people.reset_password(office.staff, by, user, NewPassword(password=OTHER))


@pytest.mark.parametrize("act", [_adds, _resets])
async def test_who_is_shut_out_meanwhile_leaves_nobody_behind_who_may_come_in(office: Office, act: Any) -> None:
    """A person they made, or whose password they know, would read names with a key that nobody changes for that."""
    ana, before = await office.signed_in("ana"), row_of(office, "cleo").verifier
    while_stretching(office.staff, lambda: shut_out(office, "ana"))

    with pytest.raises(NotSignedIn):
        await act(office, ana)

    assert row_of(office, "eve") is None
    assert row_of(office, "cleo").verifier == before


async def _adds_a_passkey(office: Office, by: Caller, monkeypatch: Any) -> object:
    staff = office.staff
    staff.challenges.new("attempt", passkeys.ADD, by.actor.user_id, staff.node.now())
    made = SimpleNamespace(credential_id=b"new", credential_public_key=b"public", sign_count=0)
    monkeypatch.setattr(authenticators, "made", lambda *_: made)
    return await passkeys.add_passkey(staff, by, "https://desk.example", "attempt", PASSWORD, "{}", "", "mine")


OUTLIVES: dict[str, Callable[[Office, Caller, Any], Awaitable[object]]] = {
    "codes begun": lambda office, by, _: my_steps.begin_codes(office.staff, by, PASSWORD),
    "codes confirmed": lambda office, by, _: my_steps.confirm_codes(office.staff, by, "000000"),
    "recovery codes": lambda office, by, _: my_steps.new_recovery_codes(office.staff, by, PASSWORD),
    "a passkey": _adds_a_passkey,
    "the office key": lambda office, by, _: people.give_office(office.staff, by, row_of(office, "cleo").user_id),
    "a person shut out": lambda office, by, _: people.disable_user(office.staff, by, row_of(office, "cleo").user_id),
    "a token": lambda office, by, _: tokens.make_token(office.staff, by, NewToken(label="case_system")),
}


@pytest.mark.parametrize("what", OUTLIVES)
async def test_what_outlives_a_sign_in_is_not_made_once_it_is_over(office: Office, monkeypatch: Any, what: str) -> None:
    """It ended between the look at who asks and the write: nothing of what was asked for is written."""
    ana = await office.signed_in("ana")
    store, now = office.staff.node.store, office.staff.node.now()
    await store.write(lambda work: work.sessions.end(ana.token_hash, now))
    head = store.read_sync(lambda reader: reader.audit.head())

    with pytest.raises(NotSignedIn):
        await OUTLIVES[what](office, ana, monkeypatch)

    assert store.read_sync(lambda reader: reader.audit.head()) == head


async def test_no_office_key_is_held_for_a_sign_in_that_ends_while_it_is_opened(office: Office) -> None:
    """As for a desk that is locked."""
    staff, cleo = office.staff, await office.signed_in("cleo")
    held = staff.offices.get(cleo.token_hash, staff.node.now())
    assert held is not None

    async def opened() -> None:
        staff.offices.hold(cleo.token_hash, cleo.actor.user_id, held.seed, held.key, staff.node.now() + 3600)

    before_write(staff, opened)
    await sign_out(staff, cleo)

    assert staff.offices.get(cleo.token_hash, staff.node.now()) is None


@pytest.mark.parametrize("locked", [False, True])
async def test_a_passkey_that_is_removed_meanwhile_opens_nothing(
    office: Office, monkeypatch: Any, locked: bool
) -> None:
    """It was proved a moment ago; then its owner lost it, and it was taken away."""
    begun = await sign_in(office.staff, SignIn(login="dora", password=PASSWORD))
    store, user = office.staff.node.store, row_of(office, "dora")
    row = PasskeyRow("e" * 32, user.user_id, b"credential", b"public", 0, b"", office.staff.node.now())
    await store.write(lambda work: work.credentials.add_passkey(row))

    async def proved(*_: Any) -> Any:
        await store.write(lambda work: work.credentials.drop_passkey(user.user_id, row.passkey_id))
        return user, row

    monkeypatch.setattr(passkeys, "_proved", proved)

    site = "https://desk.example"
    with pytest.raises(NotSignedIn):
        if locked:
            await passkeys.unlock_by_passkey(office.staff, site, begun.token, "{}", "")
        else:
            await passkeys.sign_in_by_passkey(office.staff, site, "attempt", "{}", "")


async def test_the_one_tap_opens_no_desk_that_is_locked_meanwhile(office: Office) -> None:
    """It shows a hidden desk again; one that somebody locked asks for the password."""
    staff, begun = office.staff, await sign_in(office.staff, SignIn(login="cleo", password=PASSWORD))
    cleo = await who(staff, begun.token)
    await locks.hide(staff, cleo)
    before_write(staff, lambda: locks.lock(staff, cleo))

    with pytest.raises(NotSignedIn):
        await locks.show_again(staff, begun.token)

    assert await locks.standing(staff, begun.token) == "locked"


@pytest.mark.parametrize("ends", [locks.lock, locks.hide])
async def test_no_office_key_is_held_for_a_desk_that_is_locked_while_it_is_opened(office: Office, ends: Any) -> None:
    """C14: it leaves the memory at once, whichever of both was first."""
    staff, cleo = office.staff, await office.signed_in("cleo")
    held = staff.offices.get(cleo.token_hash, staff.node.now())
    assert held is not None
    ends_at = staff.node.now() + 3600

    async def opened() -> None:
        staff.offices.hold(cleo.token_hash, cleo.actor.user_id, held.seed, held.key, ends_at)

    after_read(staff, lambda: ends(staff, cleo))
    await hold_office(staff, cleo.token_hash, cleo.actor.user_id, held.seed, ends_at)
    locked_first = staff.offices.get(cleo.token_hash, staff.node.now())
    before_write(staff, opened)
    await ends(staff, cleo)

    assert locked_first is None
    assert staff.offices.get(cleo.token_hash, staff.node.now()) is None
