"""docs/rules.md: every rule with the functions that enforce it, at the sender and at the receiver, and with its tests.

The places are declared in `places` and checked by a test: each exists and says its rule, and whatever objects by a rule
is declared. A test is listed where its name or its docstring begins with the rule. `make docs` writes the page.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from node.places import PLACES
from node.protocol.rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[1]
RULE = re.compile(r"\b[RH]\d\d\b")
HEAD = """# The rules, and where they hold

Made from `node/protocol/rules.py`, `node/places` and the tests (`make docs`); do not edit.

*Where* says when a rule is asked: **drafting** (a person writes), **release** (a letter leaves), **receiver** (row 13
of the protocol), **shape** (it cannot be said), **record** (a fact is recorded), **desk** (what arrived waits),
**service** (around it), **later** (not yet, or not all of it). *At the sender* stands what runs before a letter leaves,
*at the receiver* what runs when it has arrived; what both run stands twice. A test holds that each place exists and
says its rule, and that whatever objects by a rule stands here.
"""
NOT_PLACES = ("node.protocol.rules", "node.places", "node.rulebook", "node.docs", "node.handbook_map", "node.demo")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(rule) for rule in RULES)])


def proofs(rule: str) -> list[str]:
    """The node ids of its tests: named after it, or headed by it in the docstring."""
    return [node for ids, node in _tests() if rule in ids]


@cache
def named_in() -> dict[str, frozenset[str]]:
    """The rules that each function, type or table of ours names anywhere in its text, by `module:name`."""
    return {place: frozenset(RULE.findall(text)) for place, _, text in _code()}


@cache
def objects_by() -> dict[str, frozenset[str]]:
    """The rules that a function says as a word of its own: of an objection, an error, an audit line."""
    return {place: said for place, node, _ in _code() if isinstance(node, Definition) and (said := _said(node))}


def _section(rule: Rule) -> str:
    places = PLACES[rule.id]
    none = f"- none: {rule.receiver or 'it is kept before anything leaves, and no letter shows it'}"
    return "\n".join(
        [
            f"## {rule.id} - {rule.sentence}\n",
            f"Source: {rule.source}. Where: {', '.join(rule.enforced_at)}.{_not_yet(rule)}\n",
            _list("At the sender", places.at_sender, ":", "- none"),
            _list("At the receiver", places.at_receiver, ":", none),
            _list("Tests", proofs(rule.id), "::", "- none"),
        ]
    )


def _not_yet(rule: Rule) -> str:
    if "later" not in rule.enforced_at:
        return ""
    return " **Not yet.**" if rule.enforced_at == ("later",) else " **Not all of it yet.**"


def _list(head: str, found: Iterable[str], mark: str, none: str) -> str:
    """One line a module or file, with all its names."""
    split = (one.split(mark) for one in found)
    lines = [f"- `{where}`: " + ", ".join(f"`{name}`" for _, name in names)
             for where, names in groupby(split, key=lambda one: one[0])]  # fmt: skip
    return "\n".join([f"{head}:\n", *(lines or [none]), ""])


@cache
def _code() -> tuple[tuple[str, ast.stmt, str], ...]:
    """Every function, type and table of ours at the top of a module: `module:name`, its node, its text."""
    found: list[tuple[str, ast.stmt, str]] = []
    for module, tree, text in _modules(("node", "registry")):
        if not module.startswith(NOT_PLACES):
            lines = text.encode("utf-8").splitlines(keepends=True)
            for name, node in (*_definitions(tree), *_tables(tree)):
                found.append((f"{module}:{name}", node, _text_of(node, lines)))
    return tuple(sorted(found, key=lambda one: one[0]))


def _text_of(node: ast.stmt, lines: list[bytes]) -> str:
    """What `ast.get_source_segment` gives for a statement at the top, without splitting its module again for each."""
    assert node.end_lineno is not None
    *whole, last = lines[node.lineno - 1 : node.end_lineno]
    return b"".join([*whole, last[: node.end_col_offset]]).decode("utf-8")


def _definitions(tree: ast.Module) -> Iterator[tuple[str, Definition]]:
    for node in tree.body:
        if isinstance(node, Definition):
            yield node.name, node


def _tables(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """What a module names and is no function: tables, whose rows may name rules."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def _said(node: ast.AST) -> frozenset[str]:
    words = (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return frozenset(word for word in words if RULE.fullmatch(word))


@cache
def _tests() -> tuple[tuple[frozenset[str], str], ...]:
    found: list[tuple[frozenset[str], str]] = []
    for module, tree, _ in _modules(("tests",)):
        path = module.replace(".", "/") + ".py"
        for name, node in _definitions(tree):
            if name.startswith("test_"):
                doc = ast.get_docstring(node) or ""
                headed = RULE.findall(doc.partition(":")[0]) if RULE.match(doc) else []
                named = re.match(r"test_([rh]\d\d)_", name)
                ids = frozenset([*headed, *([named.group(1).upper()] if named else [])])
                if ids:
                    found.append((ids, f"{path}::{name}"))
    return tuple(sorted(found, key=lambda one: one[1]))


def _modules(folders: tuple[str, ...]) -> Iterator[tuple[str, ast.Module, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            text = path.read_text(encoding="utf-8")
            yield name, ast.parse(text), text
