"""Distrust for everybody at a node: of a country, of an organisation of ours; a concern that names nobody. H14."""

from datetime import UTC, datetime
from typing import Literal

import msgspec
import pytest
from click.testing import CliRunner

from node.errors import BadInput, NotAllowed, NotFound
from node.service.actor import Actor
from node.service.cases.cases import change_case
from node.service.cases.confirming import decide_change
from node.service.cases.requests import RecordDistrust
from node.service.directory.asking import MatchWish, match
from node.service.directory.publishing import publish_entry, send_entries
from node.service.network.offices import note_offices
from node.service.safety import concerns, distrusting
from node.service.safety.concerns import RaiseConcern
from node.service.safety.distrusting import Distrust
from node.service.threads.reading import view_thread
from registry.cli import main as registry_cli
from registry.concern import read_concern
from registry.errors import BadRegistryFile
from tests.unit.service.test_on_call import own_entry, staff
from tests.world import DAY_S, NOW

HOUR = 3600
BEN = Actor("caseworker-2", "coordinator", "focal-point")
MONDAY_8 = int(datetime(2026, 11, 30, 8, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("target", "value"), [("country", "xa"), ("country", "Arvenia"), ("country", "XAA"), ("holder", "Haven-XA")]
)
async def test_distrust_of_what_is_called_nothing_is_refused_where_it_is_typed(
    world, target: Literal["country", "holder"], value: str
):
    """H14: it was confirmed by two people and protected nobody: only what is written as it travels is ever compared."""
    xd = world["XD"]
    with pytest.raises(BadInput) as everybody:
        await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target=target, value=value))
    with pytest.raises(BadInput) as taken_back:
        await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target=target, value=value, is_on=False))
    with pytest.raises(BadInput) as of_her:
        await change_case(xd.node, xd.caseworker, await xd.new_case(), RecordDistrust(target=target, value=value))

    for error in (everybody.value, taken_back.value, of_her.value):
        assert error.field == "value" and "expected the" in error.message
        assert value not in error.message


async def test_distrust_of_a_country_that_no_registry_listed_is_refused_where_it_is_typed(world):
    """H14: a code with one letter wrong was confirmed by two people, and the country that was meant got names."""
    xd = world["XD"]
    with pytest.raises(BadInput) as everybody:
        await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target="country", value="XQ"))
    with pytest.raises(BadInput) as of_her:
        await change_case(xd.node, xd.caseworker, await xd.new_case(), RecordDistrust(target="country", value="XQ"))

    for error in (everybody.value, of_her.value):
        assert (error.field, error.found) == ("value", "a country of no list")
        assert "expected a country of the registry" in error.message and "GET /api/v1/registry" in error.message
        assert error.for_user is not None
    assert await distrusting.distrust_list(xd.node, xd.caseworker) == []


async def test_a_country_that_left_the_registry_can_still_be_distrusted(world):
    """H14: that it was taken out may be why. Also after the node's copy of the registry was lost and fetched anew."""
    xd = world["XD"]
    gone = msgspec.structs.replace(xd.node.view.countries["XA"], removed=True)
    xd.node.view = msgspec.structs.replace(xd.node.view, countries={**xd.node.view.countries, "XA": gone})
    first = await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target="country", value="XA"))
    await distrusting.decide_distrust(xd.node, BEN, first.id, False)

    await xd.node.store.write(lambda work: note_offices(xd.node, work, "XA"))
    without = {code: one for code, one in xd.node.view.countries.items() if code != "XA"}
    xd.node.view = msgspec.structs.replace(xd.node.view, countries=without)
    again = await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target="country", value="XA"))
    await distrusting.decide_distrust(xd.node, BEN, again.id, True)

    xd.node.known_offices = {}
    off = Distrust(target="country", value="XA", is_on=False)
    assert (await distrusting.propose_distrust(xd.node, xd.caseworker, off)).waits


async def test_distrust_of_a_country_takes_two_people_and_holds_names_and_new_matters(world):
    """H14: for everybody; the gate looks at once, also after a restart."""
    node = world["XD"].node
    wish = await distrusting.propose_distrust(node, world["XD"].caseworker, Distrust(target="country", value="XA"))
    await world["XD"].offer("XA")  # nothing has changed yet
    with pytest.raises(NotAllowed):
        await distrusting.decide_distrust(node, world["XD"].caseworker, wish.id, True)

    await distrusting.decide_distrust(node, BEN, wish.id, True)

    with pytest.raises(NotAllowed) as error:
        await world["XD"].offer("XA")
    assert error.value.rule == "H14"
    again = await world.restart("XD")
    with pytest.raises(NotAllowed):
        await again.offer("XA")
    back = await distrusting.propose_distrust(
        again.node, again.caseworker, Distrust(target="country", value="XA", is_on=False)
    )
    await distrusting.decide_distrust(again.node, BEN, back.id, True)
    await again.offer("XA")


async def test_h14_sender_a_country_distrusted_for_everybody_is_proposed_to_nobody(world):
    """H14, 5.11: what it offers is a miss with its reason, with and without a case."""
    xd, xa = world["XD"], world["XA"]
    await publish_entry(xa.node, xa.coordinator, own_entry())
    await send_entries(xa.node)
    await world.settle()
    wish = await distrusting.propose_distrust(xd.node, xd.caseworker, Distrust(target="country", value="XA"))
    wanted = MatchWish(needs=("shelter",), age_band="25-34", gender="woman")
    before = await match(xd.node, xd.coordinator, wanted)

    await distrusting.decide_distrust(xd.node, BEN, wish.id, True)

    for asked in (wanted, msgspec.structs.replace(wanted, case=await xd.new_case())):
        after = await match(xd.node, xd.coordinator, asked)
        assert (after.matches, after.phones) == ([], [])
        assert all("not_for_her" in one.reasons for one in after.misses)
    assert not any("not_for_her" in one.reasons for one in before.misses)


async def test_what_a_distrusted_country_sends_waits_for_a_person_here_and_it_is_told_nothing(world):
    """H14 at the receiver: the receipt is the usual one; a letter of it is held on the desk."""
    node = world["XA"].node
    wish = await distrusting.propose_distrust(node, world["XA"].caseworker, Distrust(target="country", value="XD"))
    await distrusting.decide_distrust(node, BEN, wish.id, True)

    done = await world["XD"].offer("XA")
    await world.settle()

    [letter] = (await world["XD"].view(done.thread)).letters
    assert letter.received_at is not None
    assert letter.effect == "applied"
    held = node.store.read_sync(lambda reader: reader.letters.all_held())
    assert [node.seals.uncover(row.held_code or "") for row in held] == ["H14"]


async def test_an_organisation_of_ours_that_two_distrust_sees_nothing(world):
    """H14: for one person or for all; a foreign case answers like an unknown one."""
    node = world["XD"].node
    done = await world["XD"].offer("XA")
    case_id = (await world["XD"].view(done.thread)).case

    def seen(organisation: str) -> Actor:
        shut = node.store.read_sync(lambda reader: reader.distrusts.cases_shut(organisation))
        head = world["XD"].coordinator
        return Actor(head.user_id, head.role, organisation, head.office, shut)

    change = RecordDistrust(target="organisation", value="haven")
    asked = await change_case(node, world["XD"].coordinator, case_id, change)
    assert asked.pending is not None
    await decide_change(node, BEN, case_id, asked.pending, True)

    with pytest.raises(NotFound):
        await view_thread(node, seen("haven"), done.thread)
    await view_thread(node, seen("other"), done.thread)

    wish = await distrusting.propose_distrust(node, world["XD"].caseworker, Distrust(target="member", value="other"))
    await distrusting.decide_distrust(node, BEN, wish.id, True)
    with pytest.raises(NotFound):
        await view_thread(node, seen("other"), done.thread)


async def test_who_belongs_to_an_organisation_does_not_decide_about_it(world):
    """H14: nobody clears, or shuts out, their own house."""
    mia = Actor(staff(world["XD"], "mia", "haven"), "coordinator", "haven")

    with pytest.raises(NotAllowed):
        await distrusting.propose_distrust(world["XD"].node, mia, Distrust(target="member", value="haven"))


async def test_a_concern_names_nobody_and_is_signed_by_the_node_after_two_people(world):
    """H14: node.concern for the maintainers; a changed file, or another's key, is refused."""
    node, head = world["XD"].node, world["XD"].coordinator
    raised = await concerns.raise_concern(
        node, head, RaiseConcern(country="XA", code="letters_reach_police", since=NOW - DAY_S)
    )
    with pytest.raises(NotAllowed):
        await concerns.sign(node, head, raised.id)
    signed = await concerns.sign(node, BEN, raised.id)
    records = {code: one.record for code, one in node.view.countries.items()}
    assert signed.file is not None

    said = read_concern(signed.file.encode(), records)

    assert msgspec.to_builtins(said) == {
        "format": "trm/v1/concern", "sender": "XD", "about": "XA", "code": "letters_reach_police",
        "since": NOW - DAY_S, "written_at": NOW,
    }  # fmt: skip
    for spoiled in (signed.file.encode().replace(b"eyJ", b"eyK", 1), b"{}", b"x" * 20_000):
        with pytest.raises(BadRegistryFile):
            read_concern(spoiled, records)
    with pytest.raises(BadRegistryFile):
        read_concern(signed.file.encode(), {"XD": records["XA"]})
    path = world.tmp / "concern.json"
    path.write_text(signed.file, encoding="utf-8")
    shown = CliRunner().invoke(registry_cli, ["concern", str(path), "--registry", str(world.tmp / "registry")])
    assert "XD about XA: letters_reach_police" in shown.output
