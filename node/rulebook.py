"""docs/rules.md: every rule with the code that enforces it, at the sender and at the receiver, and with its tests.

Nothing is claimed by hand: a place is listed because its own text names the rule, as the word of an objection or at the
head of its docstring; a test because its name or docstring begins with it. `make docs` writes the page.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from node.protocol.rules import RULES, Rule

ROOT = Path(__file__).resolve().parents[1]
MANY = 12
RULE = re.compile(r"\b[RH]\d\d\b")
HEAD = """# The rules, and where they hold

Made from `node/protocol/rules.py`, the code and the tests (`make docs`); do not edit.

*Where* says when a rule is asked: **drafting** (a person writes), **release** (a letter leaves), **receiver** (row 13
of the protocol), **shape** (it cannot be said), **record** (a fact is recorded), **desk** (what arrived waits),
**service** (around it), **later** (not yet, or not all of it). A place is listed because its own text names the rule.
"""

# Modules by where they run. What is not listed runs for our own people: drafting, release, records.
AT_THE_RECEIVER = (
    "node.protocol.gate.desk",
    "node.protocol.threads.receiving",
    "node.service.delivery.incoming",
    "node.service.delivery.judge",
    "node.service.delivery.take",
    "node.service.threads.effects",
    "node.peer.api",
    "node.protocol.gate.gate:takes_effect",
)
AT_BOTH = (
    "node.log",
    "node.protocol.gate.shown",
    "node.protocol.letters",
    "node.protocol.threads",
    "node.protocol.matter",
    "node.protocol.referral",
    "node.protocol.return_gates",
    "node.protocol.transit",
    "node.protocol.voluntary_return",
    "node.crypto",
    "registry",
)
NOT_PLACES = ("node.protocol.rules", "node.rulebook", "node.docs", "node.handbook_map", "node.demo")


@dataclass(frozen=True, slots=True)
class Place:
    """A function or type that names a rule: `module:name`. `acts`: it objects by it, or is headed by it."""

    module: str
    name: str
    acts: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"

    @property
    def at_sender(self) -> bool:
        """Whether it runs where a letter is written."""
        return not str(self).startswith(AT_THE_RECEIVER)

    @property
    def at_receiver(self) -> bool:
        """Whether it runs where a letter arrives: what both sides run, the machine of every matter among it."""
        return str(self).startswith((*AT_THE_RECEIVER, *AT_BOTH)) or _is_a_matter(self.module)

    @property
    def exists(self) -> bool:
        """Whether Python finds it."""
        return hasattr(import_module(self.module), self.name)


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(rule) for rule in RULES)])


def places(rule: str) -> list[Place]:
    """The code that names this rule: what objects by it first, then what says in words that it does."""
    named = [place for ids, place in _code() if rule in ids]
    return sorted(named, key=lambda place: not place.acts)


def proofs(rule: str) -> list[str]:
    """The node ids of its tests: named after it, or headed by it in the docstring."""
    return [node for ids, node in _tests() if rule in ids]


def _section(rule: Rule) -> str:
    found = places(rule.id)
    return "\n".join(
        [
            f"## {rule.id} - {rule.sentence}\n",
            f"Source: {rule.source}. Where: {', '.join(rule.enforced_at)}.{_not_yet(rule)}\n",
            _list("At the sender", [str(one) for one in found if one.at_sender]),
            _list("At the receiver", [str(one) for one in found if one.at_receiver]),
            _list("Tests", proofs(rule.id)),
        ]
    )


def _not_yet(rule: Rule) -> str:
    if "later" not in rule.enforced_at:
        return ""
    return " **Not yet.**" if rule.enforced_at == ("later",) else " **Not all of it yet.**"


def _list(head: str, lines: list[str]) -> str:
    shown = [f"- `{line}`" for line in lines[:MANY]]
    if len(lines) > MANY:
        shown.append(f"- and {len(lines) - MANY} more")
    return "\n".join([f"{head}:\n", *(shown or ["- none"]), ""])


@cache
def _code() -> tuple[tuple[frozenset[str], Place], ...]:
    """Every function, method and type of ours with the rules it names; modules whose head names rules too."""
    found: list[tuple[frozenset[str], Place]] = []
    for module, tree, text in _modules(("node", "registry")):
        if not module.startswith(NOT_PLACES):
            found += _of_module(module, tree, text)
    return tuple(sorted(found, key=lambda one: str(one[1])))


def _of_module(module: str, tree: ast.Module, text: str) -> Iterator[tuple[frozenset[str], Place]]:
    for name, node in _definitions(tree):
        doc = ast.get_docstring(node) or ""
        headed = frozenset(RULE.findall(doc.partition(":")[0])) if RULE.match(doc) else frozenset[str]()
        said = _said(node) | headed
        if said:
            yield said, Place(module, name, acts=True)
        if mentioned := frozenset(RULE.findall(ast.get_source_segment(text, node) or "")) - said:
            yield mentioned, Place(module, name, acts=False)
    for name, value in _tables(tree):
        if ids := frozenset(RULE.findall(" ".join(_strings(value)))):
            yield ids, Place(module, name, acts=True)


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node


def _tables(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """The typed tables of a module, whose rows may name rules."""
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _said(node: ast.AST) -> frozenset[str]:
    """The rules that stand as a word of their own in the code: the rule of an objection, an error, an audit line."""
    return frozenset(text for text in _strings(node) if RULE.fullmatch(text))


def _strings(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def _is_a_matter(module: str) -> bool:
    # The tables of a matter stand at the root of the protocol; both machines run them.
    return module.startswith("node.protocol.") and module.count(".") == 2


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
