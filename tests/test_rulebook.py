"""docs/rules.md names places and tests that exist, and none of its claims is empty."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from node.places import PLACES
from node.protocol.rules import BY_ID, RULES, Rule
from node.rulebook import named_in, objects_by, proofs

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
ENFORCED = [rule for rule in RULES if "later" not in rule.enforced_at]
DECLARED = [
    (rule, place) for rule, places in PLACES.items() for place in sorted({*places.at_sender, *places.at_receiver})
]


def _id(rule: Rule) -> str:
    return rule.id


def _row(rule: str, place: str) -> str:
    module, _, name = place.partition(":")
    return f'"{rule}": "{module.removeprefix("node.")}: {name}"'


def test_the_page_has_every_rule_once_and_says_what_is_not_done():
    assert re.findall(r"^## ([RH]\d\d) - ", PAGE, re.M) == [rule.id for rule in RULES]
    assert PAGE.count("**Not yet.**") == sum(rule.enforced_at == ("later",) for rule in RULES)
    assert " more" not in re.findall(r"^- .*$", PAGE, re.M)


def test_every_rule_has_a_row_of_places():
    assert set(PLACES) == set(BY_ID)


def test_every_declared_place_exists():
    """Python finds each module and name."""
    missing = [_row(rule, place) for rule, place in DECLARED if not _exists(place)]

    assert missing == []


def test_every_declared_place_says_its_rule():
    """In its docstring, a comment or its objection: whoever reads it there knows what must not break."""
    silent = [_row(rule, place) for rule, place in DECLARED if rule not in named_in().get(place, ())]

    assert silent == []


def test_whatever_objects_by_a_rule_is_declared_as_its_place():
    """A function that says `R10` in an objection enforces R10. If this fails: add the row to node/places, make docs."""
    known = set(DECLARED)
    unknown = [_row(r, place) for place, said in objects_by().items() for r in sorted(said) if (r, place) not in known]

    assert unknown == []


def test_every_test_on_the_page_exists():
    """The file holds a function of that name."""
    names: dict[str, set[str]] = {}
    for path, name in (one.split("::") for rule in RULES for one in proofs(rule.id)):
        if path not in names:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            names[path] = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in names[path], path
        assert f"`{name}`" in PAGE, name


@pytest.mark.parametrize("rule", ENFORCED, ids=_id)
def test_a_rule_that_says_it_is_enforced_has_a_place_and_a_test(rule):
    """Where its row says receiver or desk, also one at the receiver, or a reason why there is nothing to see."""
    places = PLACES[rule.id]

    assert places.at_sender
    assert proofs(rule.id)
    if {"receiver", "desk"} & set(rule.enforced_at):
        assert places.at_receiver or rule.receiver


def _exists(place: str) -> bool:
    module, _, name = place.partition(":")
    return hasattr(import_module(module), name)
