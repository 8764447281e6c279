"""Runs tests as stories in which a command is asked for a second time, after the files were closed and opened anew.

`python -m pytest -p tests.crash.at_each_step -p tests.crash.asked_again TEST ...` with the commands, by test, in the
file that OPENTRM_STORIES names; what was found is written there. What a kill after the commit leaves is what the commit
made of the file, which `tests.crash.at_each_step` shows; so the person whose answer was lost asks a node that has read
that file again.
"""

import importlib
import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import wraps
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from node.errors import OpenTRMError
from node.service.context import Node
from node.service.staff.sign_in import Staff
from node.service.upkeep import setup
from node.service.upkeep.setup import Opened
from node.store.folder import DATABASE_NAME
from tests.crash.at_each_step import STORIES, played
from tests.world import Seeded

Tables = dict[str, tuple[int, str]]
_opened: dict[int, tuple[Opened, tuple[Any, ...]]] = {}  # by the id of the node: what it was opened with


class Enough(Exception):
    """The story is told as far as anybody wants to hear it."""


def pytest_configure(config: pytest.Config) -> None:
    """Remember how every node is opened, so that it can be opened again."""
    plain = setup.open_node

    def open_node(*words: Any) -> Opened:
        opened = plain(*words)
        _opened[id(opened.node)] = opened, words
        return opened

    _put_for(plain, open_node)
    config.pluginmanager.register(_Late(plain, open_node))


class _Late:
    """What test modules took of it when they were read in."""

    def __init__(self, plain: Any, ours: Any) -> None:
        self._plain, self._ours = plain, ours

    def pytest_collection_finish(self) -> None:
        _put_for(self._plain, self._ours)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Every command that this test is the story of; `at_each_step` goes on with its steps."""
    path = Path(os.environ[STORIES])
    orders = json.loads(path.read_text())
    for command in orders["commands"].get(item.nodeid, ()):
        module, _, name = command.rpartition(".")
        plain = getattr(importlib.import_module(f"node.service.{module}"), name)
        told: dict[str, Any] = {}
        _put_for(plain, ours := _asked_twice(plain, told))
        try:
            played(item)
        finally:
            _put_for(ours, plain)
        orders["asked"][command] = told or {"again": "the story never came to this command"}
    path.write_text(json.dumps(orders))


def _put_for(plain: Any, ours: Any) -> None:
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if value is plain:
                setattr(module, name, ours)


def _asked_twice(plain: Callable[..., Any], told: dict[str, Any]) -> Callable[..., Any]:
    @wraps(plain)
    async def call(asked: Node | Staff, *words: Any, **named: Any) -> Any:
        node = asked.node if isinstance(asked, Staff) else asked
        opened, how = _opened[id(node)]
        file = opened.folder.path / DATABASE_NAME
        before = tables(file)
        first = await plain(asked, *words, **named)
        once = tables(file)
        if once == before:
            return first  # nothing was to be done yet
        again = _reopened(opened, how, node)
        try:
            if isinstance(asked, Staff):
                asked.node = again.node
            told.update(again=await _outcome(plain, first, again.node if asked is node else asked, *words, **named))
        finally:
            again.close()
        told.update(_more(once, tables(file)))
        raise Enough

    return call


def _reopened(opened: Opened, how: tuple[Any, ...], node: Node) -> Opened:
    opened.close()
    folder, country, unlock, _, clock, _ = how
    return setup.open_node(folder, country, unlock, node.view, clock, Seeded(f"again {country}"))


async def _outcome(plain: Callable[..., Any], first: Any, *words: Any, **named: Any) -> str:
    try:
        second = await plain(*words, **named)
    except OpenTRMError as error:
        return f"{type(error).__name__}: {error.message}"
    return "the same" if second == first else "another"


def _more(once: Tables, twice: Tables) -> dict[str, Any]:
    """Tables with more rows than after the first time, and those with other rows."""
    more = {name: twice[name][0] - once[name][0] for name in twice if twice[name][0] != once[name][0]}
    return {"more": more, "other": [n for n in twice if twice[n] != once[n] and n not in more]}


def tables(file: Path) -> Tables:
    """How many rows each table has, and a digest of them."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = [row[0] for row in connection.execute("select name from sqlite_master where type='table'")]
        return {name: _digest(connection.execute(f'select * from "{name}"')) for name in names}


def _digest(rows: Iterator[Any]) -> tuple[int, str]:
    told = sorted(repr(tuple(row)) for row in rows)
    return len(told), sha256("".join(told).encode()).hexdigest()[:12]
