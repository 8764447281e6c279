"""Sealed columns: opened once while they are fresh, never in another place, gone with an erasure."""

import os

import pytest

from node.crypto.errors import OpenFailed
from node.crypto.vault import new_dek
from node.protocol.cases.case import Case
from node.service.seals import REMEMBERED_VALUES, Seals
from node.service.staff.book import StaffNames
from tests.keeping import erase_case
from tests.world import World

CASE = Case(case_id="c1", trafficking_status="possible", persons=())


@pytest.fixture
def seals(world: World) -> Seals:
    made = world["XD"].node.seals
    made.forget_opened()
    return made


def test_a_value_that_moved_to_another_place_does_not_open_though_it_was_just_opened(seals: Seals) -> None:
    """At rest: table, row and key are bound to the bytes; what is remembered is remembered under all of them."""
    dek = new_dek(os.urandom)
    sealed = seals.seal(dek, "case_file", "c1", CASE)

    assert seals.open_as(Case, dek, "case_file", "c1", sealed) == CASE
    for key, table, row in ((dek, "case_file", "c2"), (dek, "thread", "c1"), (new_dek(os.urandom), "case_file", "c1")):
        with pytest.raises(OpenFailed):
            seals.open_as(Case, key, table, row, sealed)


def test_changed_bytes_do_not_open_though_the_right_ones_are_remembered(seals: Seals) -> None:
    """At rest: one flipped bit is another value."""
    dek = new_dek(os.urandom)
    sealed = seals.seal(dek, "case_file", "c1", CASE)

    with pytest.raises(OpenFailed):
        seals.open_as(Case, dek, "case_file", "c1", sealed[:-1] + bytes([sealed[-1] ^ 1]))


def test_only_so_many_values_are_remembered_and_no_name(seals: Seals) -> None:
    """Memory is bounded; what says who somebody is is opened anew each time."""
    dek = new_dek(os.urandom)

    for place in range(REMEMBERED_VALUES + 10):
        seals.seal(dek, "consent", str(place), CASE)
    seals.seal(seals.node_key(), "user", "u1", StaffNames(login="invented", name="Invented Person"))

    assert len(seals._opened) == REMEMBERED_VALUES
    assert {table for _, table, _ in seals._opened} == {"consent"}


async def test_an_erasure_leaves_nothing_opened_in_memory(world: World) -> None:
    """GDPR 17: what is erased from the rows is not kept beside them."""
    case = await world["XD"].new_case()
    await world["XD"].consent(case, "XA")
    thread = (await world["XD"].offer("XA", case)).thread
    await world.settle()
    await world["XD"].stop(thread)
    await world.later(86_400)
    node = world["XD"].node
    node.signing["XA"] = object()
    assert node.seals._opened

    await erase_case(world["XD"], case)

    assert not node.seals._opened
    assert not node.gate_open
    assert not node.signing
