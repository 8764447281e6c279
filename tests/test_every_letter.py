"""Every kind of letter stands in HANDBOOK.md and in docs/protocol.md, with what it is for; counted against KINDS."""

import re
from pathlib import Path

import pytest

from node.protocol.letters.kinds import KINDS
from node.protocol.letters.meanings import MEANINGS
from node.protocol.matters import MATTERS
from node.wire_page import PARTS

ROOT = Path(__file__).resolve().parents[1]
HANDBOOK = (ROOT / "HANDBOOK.md").read_text(encoding="utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")


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
