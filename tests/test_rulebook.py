"""docs/rules.md names places and tests that exist, and none of its claims is empty."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from node.protocol.rules import RULES, Rule
from node.rulebook import places, proofs

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
LINES = re.findall(r"^- `([^`]+)`$", PAGE, re.M)
ENFORCED = [rule for rule in RULES if "later" not in rule.enforced_at]


def _id(rule: Rule) -> str:
    return rule.id


def test_the_page_has_every_rule_once_and_says_what_is_not_done():
    assert re.findall(r"^## ([RH]\d\d) - ", PAGE, re.M) == [rule.id for rule in RULES]
    assert PAGE.count("**Not yet.**") == sum(rule.enforced_at == ("later",) for rule in RULES)


def test_every_place_on_the_page_exists():
    """Python finds each module and name."""
    missing = []
    for line in (one for one in LINES if "::" not in one):
        module, _, name = line.partition(":")
        if not hasattr(import_module(module), name):
            missing.append(line)

    assert missing == []
    assert len(LINES) > len(RULES)


def test_every_test_on_the_page_exists():
    """The file holds a function of that name."""
    names: dict[str, set[str]] = {}
    for line in (one for one in LINES if "::" in one):
        path, _, name = line.partition("::")
        if path not in names:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            names[path] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names[path], line


@pytest.mark.parametrize("rule", ENFORCED, ids=_id)
def test_a_rule_that_says_it_is_enforced_has_a_place_and_a_test(rule):
    """Where its row says receiver or desk, also one at the receiver."""
    found = places(rule.id)

    assert any(place.at_sender for place in found)
    assert proofs(rule.id)
    if {"receiver", "desk"} & set(rule.enforced_at):
        assert any(place.at_receiver for place in found)
