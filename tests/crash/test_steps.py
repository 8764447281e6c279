"""Every durable step of the program is killed somewhere in these tests, or stands here with the reason why not.

A step is a transaction that is asked for (`store.write`), and is named after the function that asks for it, as
`tests.crash.killed` names it. Source: issue 2; style, durable steps.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.crash.test_each_step import steps

ROOT = Path(__file__).resolve().parents[2]
WRITES = {"write", "write_sync"}
STEP = re.compile(r"(?:before|after) ([a-z_0-9.]+)")
OTHERWISE = {
    "_would_go": "undone whether killed or not: it only asks the gate",
    "_tried": "undone whether killed or not: a preview",
    "_opened": "the first transaction of a new folder; claiming the same country twice changes nothing",
    "_claim": "part of `init`, which refuses to go on with a folder that is half made",
    "begin_new_epoch": "changes something only at the first start after a restore, which `after_restore` tells of",
    "keys": "`before emptied keys` and `before refresh_prekeys` kill before this, which only forgets what is old",
    "wanted": "changes something only where the gate ended what is out, as `release_due` does, which is killed",
    "to_post": "changes something only where the gate ended what is out, as `release_due` does, which is killed",
    "date_changed": "batches; each is whole, and the next turn goes on with what is left",
    "end_expired": "batches; each is whole, and the next hour goes on with what is left",
    "forget_old_drafts": "one statement, run again every day",
    "note_backup": "one statement, run again every hour: which keys are in no backup any more",
}


@cache
def asked_for() -> tuple[tuple[str, str], ...]:
    """(place, name) of every transaction that the program asks for outside the store."""
    return tuple(_asked_for())


def _asked_for() -> Iterator[tuple[str, str]]:
    for path in sorted((ROOT / "node").rglob("*.py")):
        if path.parent.name not in ("store", "demo"):
            for name in _written_in(ast.parse(path.read_text(encoding="utf-8")), ""):
                yield f"{path.relative_to(ROOT)}: {name}", name


def _written_in(tree: ast.AST, function: str) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        name = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = function or node.name  # what is defined inside belongs to the whole
        elif isinstance(node, ast.Call) and _writes(node.func):
            yield function
        yield from _written_in(node, name)


def _writes(call: ast.expr) -> bool:
    is_write = isinstance(call, ast.Attribute) and call.attr in WRITES
    return is_write and ast.unparse(call).split(".")[-2] == "store"


@cache
def killed() -> set[str]:
    """Every step at which a test of this folder kills a node, or the process of a story."""
    here = Path(__file__)
    return set(steps()) | {
        name
        for path in here.parent.glob("test_*.py")
        if path != here
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _named(node)
    }


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return STEP.findall(node.value)
    if isinstance(node, ast.JoinedStr):  # f"{when} reseal"
        return [str(part.value).strip() for part in node.values if isinstance(part, ast.Constant)]
    return []


def test_every_durable_step_is_killed_somewhere_or_says_why_not() -> None:
    """Whoever adds a transaction decides what a kill there leaves, and shows it."""
    missing = {place for place, name in asked_for() if name not in killed() | set(OTHERWISE)}

    assert missing == set(), "kill a node there (tests/crash/killed.py), or say here why that shows nothing"


def test_what_is_said_of_a_step_is_said_of_one_that_there_is() -> None:
    names = {name for _, name in asked_for()}

    assert set(OTHERWISE) - names == set()
    assert set(steps()) - names == set()
    assert set(OTHERWISE) & killed() == set(), "it is killed: say nothing of it"
