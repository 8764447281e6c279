"""The message key changes, and the fallback with it: no letter is lost, no country is held apart, the old ones go."""

import hashlib

import pytest

from node.crypto.suite import KemKey, seal
from node.crypto.vault import SMALLEST
from node.errors import BadInput, NotAllowed
from node.service.delivery.incoming import receive
from node.service.upkeep.message_change import announce, change_message_key, new_next_key, open_next_key
from node.service.upkeep.own_record import write_wanted
from node.service.upkeep.setup import RECORD_FILE, open_secret
from registry.ceremony import publish_update
from registry.record import read_node_record
from registry.request import make_request
from tests.world import DAY_S, World, no_fault

PASSPHRASE = "an invented passphrase"


def publish(world: World, version: int, *readers: str) -> None:
    """The country signs what lies in its folder, and the publisher takes it; these nodes read it, all where none is."""
    data = (world.tmp / "XA" / RECORD_FILE).read_bytes()
    request = make_request(data, world.registry.keys["XA"].role, world.clock.now(), version=version)
    publish_update(world.registry.publisher, request)
    for code in readers or world.countries:
        world[code].node.view = world[code].client.refresh(world.clock.now())


def announced(world: World) -> bytes:
    """The seed that comes next, announced and published."""
    sealed, digest = new_next_key(world["XA"].opened, PASSPHRASE, SMALLEST)
    announce(world["XA"].opened, digest)
    publish(world, 2)
    return open_next_key(sealed, PASSPHRASE)


async def test_a_key_that_was_announced_counts_at_once_and_letters_go_on_both_ways(world: World):
    """Registry 4.5: accepted at once; what was on its way under the old keys is received."""
    xa, xd = world["XA"], world["XD"]
    await xd.offer("XA")
    await world.settle()
    seed = announced(world)
    old_fallback, old_bundle = xa.node.keys.fallback, xa.node.prekey_bundle
    on_its_way = await xd.offer("XA")  # sealed below to a prekey from before

    change_message_key(xa.opened, seed, stolen=False)
    record = write_wanted(xa.opened)
    await world.settle()
    publish(world, 3)
    await world.later(3600)

    assert record is not None and [key.status for key in record.message_keys] == ["current", "retired"]
    assert record.next_message_key_sha256 is None and record.kem_fallback_public != old_fallback.public
    assert (await xa.view(on_its_way.thread)).state == "offered"
    thread = (await xa.offer("XD")).thread
    await world.settle()
    assert (await xd.view(thread)).state == "offered"
    assert world["XD"].node.view.countries["XA"].status_at(world.clock.now()) == "active"
    assert xa.node.prekey_bundle != old_bundle
    sealed = seal(old_fallback.public, b"late", b"info")
    kept = xa.node.keys.kem_for(old_fallback.kid)
    assert kept is not None and kept.open(sealed, b"info") == b"late"


async def test_a_country_that_has_not_read_the_new_record_answers_when_it_has(world: World):
    """Wire 3 row 5: a key that is not listed yet is a hint to refresh; nothing is refused and nothing is lost."""
    seed = announced(world)
    change_message_key(world["XA"].opened, seed, stolen=False)
    write_wanted(world["XA"].opened)
    thread = (await world["XA"].offer("XD")).thread
    await world["XA"].deliver("XD")
    assert world["XA"].letters_to("XD") != {"receipted": 1}

    publish(world, 3)
    await world.later(DAY_S // 4)

    assert (await world["XD"].view(thread)).state == "offered"
    assert world["XA"].letters_to("XD") == {"receipted": 1}


async def test_a_key_that_nobody_announced_is_refused_unless_that_is_wanted(world: World):
    xa, before = world["XA"], world["XA"].node.keys.message.public
    sealed, _ = new_next_key(xa.opened, PASSPHRASE, SMALLEST)
    seed = open_next_key(sealed, PASSPHRASE)

    with pytest.raises(NotAllowed, match=r"announce this key; publish .*, let the node run"):
        change_message_key(xa.opened, seed, stolen=False)
    assert xa.node.keys.message.public == before and write_wanted(xa.opened) is None

    change_message_key(xa.opened, seed, stolen=True, unannounced=True)
    record = write_wanted(xa.opened)
    assert record is not None and [key.status for key in record.message_keys] == ["current", "revoked"]


async def test_a_letter_without_a_receipt_is_signed_anew_where_the_key_before_was_stolen(world: World):
    """Wire 3 row 5: what a revoked key signed has no effect; the letter goes again under the new one, once."""
    seed, xa = announced(world), world["XA"]
    world.fault = lambda sender, recipient, envelopes: "lost"
    thread = (await xa.offer("XD")).thread
    await xa.deliver("XD")
    assert xa.letters_to("XD") != {"receipted": 1}

    change_message_key(xa.opened, seed, stolen=True)
    write_wanted(xa.opened)
    world.fault = no_fault
    publish(world, 3)
    await world.later(DAY_S // 4)

    assert (await world["XD"].view(thread)).state == "offered"
    assert xa.letters_to("XD") == {"receipted": 1}


async def test_a_letter_that_came_late_under_the_stolen_key_counts_when_it_comes_under_the_new_one(world: World):
    """Wire 3 rows 5 and 12: held the first time as nobody can vouch for it, taken when the country itself sends it."""
    seed, xa, xd = announced(world), world["XA"], world["XD"]
    world.fault = lambda sender, recipient, envelopes: "lost"
    thread = (await xa.offer("XD")).thread
    await xa.deliver("XD")
    (late,) = world.posted[-1][2]
    change_message_key(xa.opened, seed, stolen=True)
    write_wanted(xa.opened)
    publish(world, 3)
    await receive(xd.node, [late])
    assert xd.node.store.read_sync(lambda reader: [row.held_code for row in reader.letters.all_held("XA")]) == [
        "no_standing"
    ]
    assert xd.node.store.read_sync(lambda reader: reader.threads.get("XA", thread)) is None

    world.fault = no_fault
    await world.later(DAY_S // 4)

    assert (await xd.view(thread)).state == "offered"
    assert xa.letters_to("XD") == {"receipted": 1}
    assert xd.node.store.read_sync(lambda reader: reader.letters.all_held("XA")) == []
    await receive(xd.node, [late])  # and its own answer comes again, nothing else
    assert len((await xd.view(thread)).letters) == 1


async def test_a_start_between_the_change_and_its_record_goes_on_and_a_second_asking_changes_nothing(world: World):
    """Durable steps: the keys are turned over, the record is not written; after a restart it is, once."""
    seed = announced(world)
    change_message_key(world["XA"].opened, seed, stolen=False)
    xa = await world.restart("XA")
    first = xa.node.keys.message.public

    change_message_key(xa.opened, seed, stolen=False)
    record = write_wanted(xa.opened)

    assert xa.node.keys.message.public == first and record is not None
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(record.message_keys[0].public).hexdigest()
    assert write_wanted(xa.opened) is None
    read_node_record((world.tmp / "XA" / RECORD_FILE).read_bytes())


async def test_the_keys_before_are_destroyed_the_signing_key_at_once_the_fallback_when_nothing_can_come(world: World):
    seed = announced(world)
    opened = world["XA"].opened
    before = opened.keyring.get("message")
    fallback = open_secret(opened.keyring, "fallback", opened.kek)

    change_message_key(opened, seed, stolen=False)

    assert before is not None and before not in (world.tmp / "XA" / "keys.db").read_bytes()
    (older,) = opened.keyring.all("fallback.")
    assert open_secret(opened.keyring, older.name, opened.kek) == fallback and older.erase_at is not None
    await world.days((older.erase_at - world.clock.now()) // DAY_S + 2)
    assert opened.keyring.all("fallback.") == []
    assert opened.node.keys.kem_for(KemKey(fallback).kid) is None


async def test_a_wrong_passphrase_or_another_file_is_one_sentence(world: World):
    sealed, _ = new_next_key(world["XA"].opened, PASSPHRASE, SMALLEST)

    for data, said in ((sealed, "another passphrase"), (sealed[:40], PASSPHRASE), (b"nothing", PASSPHRASE)):
        with pytest.raises(BadInput, match="no next message key"):
            open_next_key(data, said)
