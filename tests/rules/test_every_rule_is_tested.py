"""Each rule that says it is enforced has a test named after it, and one that feeds a letter which breaks it.

A name alone proves that somebody looked. Whether a receiver sees it is proved by a signed letter that skips the rule
(`test_dishonest_peer`), or the row of the rule says why there is nothing to see.
"""

import re
from pathlib import Path

import pytest

from node.protocol.letters.codes import REASON_NAMES
from node.protocol.rules import BY_ID, RULES, Rule
from tests.rules.test_dishonest_peer import SEEN


def _id(rule: Rule) -> str:
    return rule.id


HERE = Path(__file__).parent
NAMES = {
    name
    for path in HERE.glob("test_*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
}


def test_all_rules_are_listed_once_in_order_with_their_reason():
    """R01-R40 and H01-H35, and the numbers of wire 4."""
    assert [rule.id for rule in RULES] == [f"R{n:02}" for n in range(1, 41)] + [f"H{n:02}" for n in range(1, 36)]
    assert all(REASON_NAMES[rule.reason] == rule.id for rule in RULES)


@pytest.mark.parametrize("rule", [rule for rule in RULES if {"drafting", "release"} & set(rule.enforced_at)], ids=_id)
def test_a_rule_enforced_at_the_sender_has_a_sender_test(rule):
    """The name of the test is the proof that somebody looked."""
    assert any(name.startswith(f"test_{rule.id.lower()}_sender_") for name in NAMES), rule.id


@pytest.mark.parametrize("rule", [rule for rule in RULES if "receiver" in rule.enforced_at], ids=_id)
def test_a_rule_enforced_at_the_receiver_has_a_receiver_test(rule):
    """A name, and a letter that breaks it."""
    assert any(name.startswith(f"test_{rule.id.lower()}_receiver_") for name in NAMES), rule.id
    assert rule.id in SEEN, rule.id


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_a_receiver_sees_it_or_the_rule_says_why_nothing_is_to_be_seen(rule):
    """Nobody may believe that the other end checks what it cannot know."""
    assert rule.id in SEEN or re.fullmatch(r"nothing to see: .{20,}\.", rule.receiver), rule.id


@pytest.mark.parametrize("rule", RULES, ids=_id)
def test_every_rule_is_enforced_somewhere_now_and_none_later(rule):
    """Nothing is put off."""
    assert rule.enforced_at
    assert "later" not in rule.enforced_at


def test_no_test_is_named_after_a_rule_that_does_not_exist():
    """A slip in a name would count as proof."""
    found = {name.split("_")[1].upper() for name in NAMES if re.match(r"test_[rh]\d\d_", name)}

    assert found <= set(BY_ID)
