"""Every kind of letter stands in HANDBOOK.md and in docs/protocol.md, with what it is for; counted against KINDS."""

import json
import re
from pathlib import Path

import pytest

from node.api.routes import ROUTES
from node.protocol.letters.kinds import CONTROL, KINDS
from node.protocol.letters.meanings import MEANINGS
from node.protocol.matters import MATTERS
from node.service.threads.doors import ACTS, FOLLOWS_FROM, OPENING, OWN_DOOR
from node.wire_page import PARTS

ROOT = Path(__file__).resolve().parents[1]
HANDBOOK = (ROOT / "HANDBOOK.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SCHEMAS = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
# Only nodes write these, to each other; nobody asks for one.
BETWEEN_NODES = {
    *("channel.hello", "channel.heads", "channel.resend", "channel.closed"),
    *("letter.opened", "letter.refused", "node.pull", "node.notice"),
}


def test_the_api_has_a_door_for_every_letter_that_people_send():
    """Done-when of issue 3: the API and HANDBOOK.md cover every letter."""
    by_hand = {*OPENING, *ACTS, *OWN_DOOR, *FOLLOWS_FROM}

    assert by_hand | BETWEEN_NODES == set(KINDS)
    assert not by_hand & BETWEEN_NODES
    assert all(KINDS[kind].letter_class == CONTROL for kind in BETWEEN_NODES)


def test_the_description_of_the_api_lists_the_letters_of_each_door_and_where_their_shape_stands():
    """A case system reads there what it may send, without our source."""
    for command, kinds in (("OpenThread", OPENING), ("Act", ACTS)):
        said = SCHEMAS[command]["properties"]["kind"]
        assert said["enum"] == list(kinds)
        assert "docs/schemas/<kind>.json" in said["description"]
    assert all((ROOT / "docs" / "schemas" / f"{kind}.json").is_file() for kind in {*OPENING, *ACTS})


def test_a_door_of_its_own_is_a_route_and_no_act_too():
    routes = {f"{route.method} {route.path}" for route in ROUTES}

    assert {*OWN_DOOR.values(), *FOLLOWS_FROM.values()} <= routes
    assert not {*OWN_DOOR, *FOLLOWS_FROM} & {*OPENING, *ACTS}
    assert not set(OWN_DOOR) & set(FOLLOWS_FROM)


def test_the_handbook_has_a_row_for_every_letter_and_for_no_other():
    """Done-when of issue 3: the API and HANDBOOK.md cover every letter."""
    rows = re.findall(r"^\| `([a-z_.]+)` \|", HANDBOOK.partition("## Every letter")[2], re.M)

    assert rows == list(KINDS)


def test_the_protocol_has_a_row_for_every_letter_with_its_schema():
    """Done-when of issue 2: a stranger writes a compatible node from the page and the vectors alone."""
    rows = re.findall(r"^\| \[`([a-z_.]+)`\]\(schemas/([a-z_.]+)\.json\) \|", PROTOCOL, re.M)

    assert rows == [(kind, kind) for kind in KINDS]


def test_every_letter_has_a_meaning_and_no_meaning_is_left_over():
    assert list(MEANINGS) == list(KINDS)
    assert all(one.sent and one.then for one in MEANINGS.values())


@pytest.mark.parametrize("name", sorted(PARTS))
def test_each_made_part_stands_in_the_protocol_once(name):
    assert PROTOCOL.count(f"<!-- made: {name} -->") == 1


def test_an_answer_that_a_meaning_names_is_a_letter_that_no_table_has():
    """Otherwise the tables would say it, and the two could differ."""
    said = {kind: one.answer for kind, one in MEANINGS.items() if one.answer}
    tabled = {rule.kind for matter in MATTERS.values() for rule in matter.rules if rule.answered_by}

    assert set(said.values()) <= set(KINDS)
    assert not set(said) & tabled


def test_every_yes_or_no_letter_is_told_in_the_protocol():
    """A row of the handbook with an answer in brackets needs to be read from the body by everybody alike."""
    told = PROTOCOL.partition("**Yes or no**")[2].partition("### The facts of a return")[0]
    cases = {rule.kind for matter in MATTERS.values() for rule in matter.rules if rule.case}

    assert [kind for kind in sorted(cases) if kind not in told] == []
