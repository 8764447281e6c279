"""The office key is changed by two people: nothing on the way is lost, and whoever was shut out reads nothing new."""

import inspect
from pathlib import Path

import msgspec
import pytest

from node.crypto.staff import unwrap_user_key
from node.crypto.suite import KemKey
from node.crypto.vault import SMALLEST
from node.errors import BadInput, Conflict, NotAllowed
from node.service.context import Node
from node.service.keep.office_rows import put_anew
from node.service.keep.recovery import check_sheets
from node.service.staff.book import NewToken, NewUser, SignIn
from node.service.staff.callers import who
from node.service.staff.offices import OFFICE, USER, open_given
from node.service.staff.older_offices import older_offices
from node.service.staff.people import create_user, disable_user
from node.service.staff.sign_in import Staff, binding_of, office_seed_of, right_password, sign_in
from node.service.staff.tokens import make_token
from node.service.upkeep.office_change import (
    change_office,
    kids_needed,
    last_arrival,
    overlap_s,
    seed_of_sheets,
    settle_office,
)
from node.service.upkeep.own_record import write_wanted
from node.store.keep import SEALED_TO_OFFICE
from node.store.work import Reader, Work
from tests.unit.service.office_support import PASSWORD, Office, accepted, office_of, publish, send_names
from tests.unit.service.rights_support import NAMES, disclosed, letter_of
from tests.world import DAY_S, HER, World


@pytest.fixture
async def office(world: World) -> Office:
    return await office_of(world)


async def test_a_letter_on_its_way_while_the_key_is_changed_is_kept_and_read(world: World, office: Office):
    """Wire 8: what is sealed to the key before opens all the same, and no answer tells that anything changed."""
    thread = await accepted(world)
    await send_names(world, thread)
    await office.change()
    await world.settle()

    assert list((await office.read(thread)).values()) == [NAMES]
    assert set(world["XD"].letters_to("XA")) == {"receipted"}


async def test_a_peer_that_never_heard_of_the_new_key_seals_to_the_old_one_and_is_read(world: World, office: Office):
    thread = await accepted(world)
    await office.change()
    write_wanted(world["XA"].opened)
    publish(world)  # the others know it; for 72 hours nobody seals to it, and her consent names the one before
    await send_names(world, thread)
    await world.settle()

    assert list((await office.read(thread)).values()) == [NAMES]


async def test_the_record_lists_both_keys_and_in_the_end_one(world: World, office: Office):
    """Wire 8: two overlapping keys of a holder; the older until what was queued for it has left."""
    node, before = world["XA"].node, world["XA"].office.public
    await office.change()
    record = write_wanted(world["XA"].opened)

    assert record is not None and record.serial == 2
    assert [key.public for key in record.office_keys] == [node.office_public, before]
    assert record.office_keys[1].until == node.now() + overlap_s(node)
    assert write_wanted(world["XA"].opened) is None  # asked for again it changes nothing
    publish(world)  # in this world a new key waits for nothing
    assert len(world["XD"].node.view.countries["XA"].usable_office_keys(world.clock.now())) == 2
    world.passes(overlap_s(node))
    usable = world["XD"].node.view.countries["XA"].usable_office_keys(world.clock.now())
    assert [key.public for key in usable] == [node.office_public]


async def test_whoever_was_shut_out_has_no_wrap_and_their_old_key_opens_nothing_new(world: World, office: Office):
    """At-rest: disabling somebody who reads names starts a change; a copy they took opens what it held, no more."""
    staff, node = office.staff, office.staff.node
    cleo = (await office.signed_in("cleo")).actor
    stolen = next(one for one in node.store.read_sync(lambda it: it.people.wraps(cleo.user_id)) if one.kind == OFFICE)
    user, stretched = await right_password(staff, cleo.user_id, PASSWORD)
    assert stretched is not None
    own = next(one for one in node.store.read_sync(lambda it: it.people.wraps(cleo.user_id)) if one.kind == USER)
    key = unwrap_user_key(own.sealed, stretched, staff.pepper, binding_of(staff, cleo.user_id, own.generation))
    old = open_given(stolen, key, node.office_public)
    await disable_user(staff, await office.signed_in("ana"), cleo.user_id)
    assert node.store.read_sync(lambda reader: reader.tasks.waits("rotate_office_key"))

    changed = await office.change("somebody_left")

    assert changed.people == 2
    assert not node.store.read_sync(lambda reader: reader.tasks.waits("rotate_office_key"))
    assert node.store.read_sync(lambda reader: reader.people.wraps(cleo.user_id)) == []
    case = await world["XA"].new_case()
    await world["XA"].write_identity(case, {HER: {"given_name": "Nova"}})
    row = node.store.read_sync(lambda reader: reader.cases.identities(case))[0]
    assert old is not None and user is not None
    with pytest.raises(Exception, match="does not open"):
        node.seals.identity_key(case, row.version, row.dek, KemKey(old.value))
    ana = await office.signed_in("ana")
    assert ana.actor.office is not None
    node.seals.identity_key(case, row.version, row.dek, ana.actor.office)


async def test_a_case_systems_token_goes_on_without_names_and_holds_no_old_key(world: World, office: Office):
    """A token's wrap of the key before would open old copies for whoever finds the token."""
    new = NewToken(label="register", days=30, reads_names=True)
    made = await make_token(office.staff, await office.signed_in("ana"), new)
    assert (await who(office.staff, made.token)).actor.office is not None

    changed = await office.change()

    machine = (await who(office.staff, made.token)).actor
    rows = office.staff.node.store.read_sync(lambda reader: reader.sessions.tokens())
    assert (changed.systems, machine.role, machine.office) == (1, "machine", None)
    assert [row.sealed for row in rows] == [None]
    again = await make_token(office.staff, await office.signed_in("ana"), new)
    key = (await who(office.staff, again.token)).actor.office
    assert key is not None and len(key.before) == 1


async def test_one_person_alone_changes_nothing(world: World, office: Office):
    ana = await office.signed_in("ana")
    olaf = NewUser(login="olaf", password=PASSWORD, role="operator", organisation="haven")
    operator = await create_user(office.staff, ana, olaf)
    before = office.staff.node.office_public

    for second in (ana.actor.user_id, operator.user, "f" * 32):
        with pytest.raises(NotAllowed):
            await change_office(office.staff, ana, second, "routine")

    assert office.staff.node.office_public == before


async def test_the_new_sheets_hold_the_new_key_and_the_old_ones_hold_it_no_longer(world: World, office: Office):
    first = (await office.change()).sheets
    check_sheets(office.staff, first[0].text(), first[1].text())

    again = (await office.change()).sheets

    check_sheets(office.staff, again[0].text(), again[2].text())
    with pytest.raises(BadInput):
        check_sheets(office.staff, first[0].text(), first[1].text())


async def test_a_node_that_starts_again_between_the_change_and_its_record_goes_on(world: World, office: Office):
    """A crash before the record is written: names are read, and the record is written when it is asked for again."""
    thread = await accepted(world)
    await send_names(world, thread)
    await office.change()
    xa = await world.restart("XA")
    office.staff = Staff(xa.node, xa.opened.pepper, SMALLEST)
    await world.settle()

    record = write_wanted(xa.opened)

    assert record is not None and record.office_keys[0].public == xa.node.office_public
    assert list((await office.read(thread)).values()) == [NAMES]


async def test_an_older_key_is_destroyed_when_nothing_is_sealed_to_it_any_more(world: World, office: Office):
    """Two changes; our own names go to the newest at once, a received letter keeps its key until it is erased."""
    thread, _ = await disclosed(world)
    case = await world["XA"].new_case()
    await world["XA"].write_identity(case, {HER: {"given_name": "Nova"}})
    staff, node = office.staff, office.staff.node
    await office.change()
    await office.change()
    oldest = node.store.read_sync(older_offices)[-1]

    early = await settle_office(staff, await office.signed_in("ana"))
    assert (early.sealed_anew, early.destroyed, early.letters) == (1, 0, 1)
    assert (await settle_office(staff, await office.signed_in("ana"))).sealed_anew == 0
    world.clock.step(last_arrival(node.limits.max_life_s, oldest) - world.clock.now() + DAY_S)
    late = await settle_office(staff, await office.signed_in("ana"))
    assert (late.destroyed, late.letters) == (1, 1)  # the one between them: nothing was ever sealed to it
    assert list((await office.read(thread)).values()) == [NAMES]

    letter = await letter_of(world, "XA", thread, "referral.disclose")
    await node.store.write(lambda work: work.letters.erase("XD", "in", letter))
    assert (await settle_office(staff, await office.signed_in("ana"))).destroyed == 1
    assert node.store.read_sync(older_offices) == ()
    ana = await office.signed_in("ana")
    row = node.store.read_sync(lambda reader: reader.cases.identities(case))[0]
    assert ana.actor.office is not None and ana.actor.office.before == ()
    node.seals.identity_key(case, row.version, row.dek, ana.actor.office)


async def test_whether_an_older_key_is_needed_is_counted_beside_the_writing(
    world: World, office: Office, monkeypatch: pytest.MonkeyPatch
):
    """Every letter is opened for it, and meanwhile no receipt could be signed; once more only where a key would go."""
    await disclosed(world)
    in_the_writing: list[bool] = []

    def counted(node: Node, reader: Reader) -> dict[bytes, int]:
        in_the_writing.append(isinstance(reader, Work))
        return kids_needed(node, reader)

    monkeypatch.setattr("node.service.upkeep.office_change.kids_needed", counted)
    await office.change()
    await office.change()
    await settle_office(office.staff, await office.signed_in("ana"))
    assert in_the_writing == [False]
    world.clock.step(400 * DAY_S)

    settled = await settle_office(office.staff, await office.signed_in("ana"))

    assert (settled.destroyed, settled.letters) == (1, 1)
    assert in_the_writing == [False, False, True]


async def test_a_node_from_an_old_copy_takes_the_key_that_others_seal_to_from_two_sheets(world: World, office: Office):
    """A restore undid the change: without the newest sheets what comes now would be read by nobody."""
    node, opened = office.staff.node, world["XA"].opened
    before = node.store.read_sync(lambda it: [wrap for one in it.people.all() for wrap in it.people.wraps(one.user_id)])
    old_public, old_sheets = node.office_public, (await office.change()).sheets
    write_wanted(opened)
    world.clock.step(DAY_S)
    sheets = (await office.change()).sheets
    write_wanted(opened)
    wanted = node.office_public

    def undo(work: Work) -> None:  # as a copy from before both changes has it
        work.meta.put("office_public", old_public)
        work.meta.drop("office_older")
        for wrap in before:
            work.people.drop_wrap(wrap.user_id, wrap.credential, wrap.kind)
            work.people.put_wrap(wrap)

    await node.store.write(undo)
    node.office_public = old_public
    for wrong in ((sheets[0], old_sheets[1]), (old_sheets[0], old_sheets[0]), old_sheets[:2]):
        with pytest.raises(BadInput):
            seed_of_sheets(opened, wrong[0].text(), wrong[1].text())
    known = seed_of_sheets(opened, sheets[1].text(), sheets[2].text())
    second = (await office.signed_in("bea")).actor.user_id

    await change_office(office.staff, await office.signed_in("ana"), second, "routine", known)

    assert node.office_public == wanted
    thread = await accepted(world)
    await send_names(world, thread)
    await world.settle()
    assert list((await office.read(thread)).values()) == [NAMES]
    with pytest.raises(Conflict):
        await change_office(office.staff, await office.signed_in("ana"), second, "routine", known)


@pytest.mark.parametrize("why", ["routine", "stolen"])
async def test_sheets_of_before_a_change_never_bring_the_key_before_back(world: World, office: Office, why: str):
    """H13: whoever left may hold it. Its sheets open nothing new, however long our record lists it."""
    opened, node = world["XA"].opened, office.staff.node
    old = (await office.change()).sheets
    write_wanted(opened)
    publish(world)
    await office.change(why)
    newest, second = node.office_public, (await office.signed_in("bea")).actor.user_id

    known = seed_of_sheets(opened, old[0].text(), old[1].text())  # before the record is written, it lists the old one
    with pytest.raises(Conflict, match="changed since"):
        await change_office(office.staff, await office.signed_in("ana"), second, "routine", known)

    assert node.office_public == newest and len(older_offices_of(office)) == 2


def test_whatever_is_sealed_to_the_office_is_sealed_anew_with_it():
    """A table that is added without this would be lost when the older key is destroyed, and kept by an erasure."""
    walked = inspect.getsource(put_anew)
    service = Path(__file__).resolve().parents[3] / "node" / "service"
    asking = [path for path in service.rglob("*.py") if ".new_identity_key(" in path.read_text()]

    assert all(f"work.{table}s.put_key" in walked for table in SEALED_TO_OFFICE)
    assert len(asking) == len(SEALED_TO_OFFICE) + 1  # and the names themselves


async def test_a_third_change_keeps_the_record_within_two_keys_of_a_holder(world: World, office: Office):
    for version in (2, 3, 4):
        await office.change()
        assert write_wanted(world["XA"].opened) is not None
        publish(world, version)

    assert len(world["XD"].node.view.countries["XA"].office_keys) == 2
    assert len(older_offices_of(office)) == 3


def older_offices_of(office: Office) -> tuple[object, ...]:
    return office.staff.node.store.read_sync(older_offices)


async def test_a_seed_on_the_disk_is_never_in_the_clear(world: World, office: Office):
    await office.change()
    ana = await sign_in(office.staff, SignIn(login="ana", password=PASSWORD))
    row, stretched = await right_password(office.staff, ana.user, PASSWORD)
    assert stretched is not None
    seed = office.staff.node.store.read_sync(lambda reader: office_seed_of(office.staff, reader, row, stretched))
    folder = world.tmp / "XA"
    data = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())

    assert seed is not None
    assert seed.value not in data and world["XA"].office_seed not in data
    assert msgspec.json.encode(seed.value.hex()).strip(b'"') not in data
