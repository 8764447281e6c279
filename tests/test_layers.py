"""Who may import whom: the drawing of ARCHITECTURE.md, read from the imports of every module.

An arrow that is not drawn fails here, wherever in a file the import stands. Empty layers pass.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# Modules that everybody may import, and the log, which what runs (and not what decides) may import.
LEAVES = {"node.errors", "node.clock", "node.processors"}
LOG = {"node.log"}
LISTENING = {"node.listening"}
FACES = {"node.web", "node.api", "node.peer"}

# Layer: what it may import of ours besides itself and the leaves.
ARROWS: dict[str, set[str]] = {
    "node.crypto": set(),
    "node.protocol": set(),
    "registry": {"node.crypto"} | LOG | LISTENING,
    "node.store": {"node.protocol"},
    "node.service": {"node.crypto", "node.protocol", "registry", "node.store"} | LOG,
    "node.web": {"node.service"} | LOG,
    "node.api": {"node.service"} | LOG,
    "node.peer": {"node.service"} | LOG | LISTENING,
    # app, cli, jobs, doctor, demo, docs: put together, hold no rule
    "node": {"node.crypto", "node.protocol", "registry", "node.store", "node.service"} | FACES | LOG,
}

# What does I/O, or knows a time or a chance of its own, is an argument in these two.
PURE = ("node.protocol", "node.crypto")
NOT_IN_PURE = {
    "asyncio",
    "aiohttp",
    "sqlite3",
    "sqlite_utils",
    "pathlib",
    "logging",
    "time",
    "os",
    "random",
    "secrets",
    "socket",
    "ssl",
    "subprocess",
    "urllib",
    "http",
    "tempfile",
    "shutil",
    "uuid",
    "io",
    "glob",
    "multiprocessing",
    "concurrent",
    "signal",
    "select",
    "structlog",
    "click",
    "apscheduler",
}
NOT_CALLED_IN_PURE = {"open", "print", "input"}

# A dependency is used in one place only.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "nacl": ("node.crypto",),
    "cryptography": ("node.crypto",),
    "tuf": ("registry",),
    "securesystemslib": ("registry",),
    "sqlite3": ("node.store",),
    "sqlite_utils": ("node.store",),
    "smtplib": ("node.pager",),
    "structlog": ("node.log",),
    "apscheduler": ("node.jobs",),
    "holidays": ("node.public_holidays",),
    "jinja2": ("node.web",),
    "markupsafe": ("node.web",),
    "babel": ("node.web",),
    "pyotp": ("node.service",),
    "webauthn": ("node.service",),
    "segno": ("node.web",),
    "rapidfuzz": ("node.service",),
    "anyascii": ("node.service",),
    "weasyprint": ("node.web.paper.press",),
    "click": (
        "node.cli",
        "node.first_run",
        "node.cli_run",
        "node.cli_calendar",
        "node.cli_user",
        "node.cli_evidence",
        "node.cli_keep",
        "node.cli_keys",
        "node.cli_upgrade",
        "node.cli_training",
        "node.cli_setup",
        "node.commands",
        "node.docs",
        "registry.cli",
        "registry.command_line",
    ),
    "aiohttp": (
        "node.peer",
        "node.api",
        "node.web",
        "node.app",
        "node.cli",
        "node.first_run",
        "node.demo",
        "node.doctor",
        "node.health",
        "node.listening",
        "node.proxies",
        "registry",
    ),
}
SQL = re.compile(
    r"\b(select\s.+\sfrom|insert\s+(or\s+\w+\s+)?into|update\s+\w+\s+set|delete\s+from|create\s+table)\s", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class Module:
    """One file: its dotted name and everything in its syntax tree."""

    name: str
    nodes: tuple[ast.AST, ...]

    @property
    def layer(self) -> str:
        return next(layer for layer in ARROWS if is_in(self.name, layer))


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def parse(name: str, text: str) -> Module:
    return Module(name, tuple(ast.walk(ast.parse(text))))


@cache
def all_modules() -> list[Module]:
    files = [path for top in ("node", "registry") for path in sorted((ROOT / top).rglob("*.py"))]
    return [parse(dotted(path), path.read_text(encoding="utf-8")) for path in files]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(module: Module) -> Iterator[tuple[int, str]]:
    """Line and name of everything imported; `from a import b` counts as `a.b`, which may be a module."""
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{'.' * node.level}{node.module or ''}.{a.name}") for a in node.names)


def arrows_not_drawn(module: Module) -> list[str]:
    allowed = ARROWS[module.layer] | LEAVES
    wrong = []
    for line, name in imports(module):
        if name.startswith("."):
            wrong.append(f"{module.name}:{line} imports {name}; write the full name")
        elif name.split(".")[0] not in ("node", "registry") or is_own(module.layer, name):
            continue
        elif not any(is_in(name, target) for target in allowed):
            wrong.append(f"{module.name}:{line} imports {name}; {module.layer} may import {sorted(allowed)}")
    return wrong


def is_own(layer: str, name: str) -> bool:
    if layer == "node":  # the top: its own files are those in no other layer
        return is_in(name, "node") and not any(is_in(name, other) for other in ARROWS if other != "node")
    return is_in(name, layer)


def impure(module: Module) -> list[str]:
    if not module.name.startswith(PURE):
        return []
    wrong = [f"{module.name}:{line} imports {n}" for line, n in imports(module) if n.split(".")[0] in NOT_IN_PURE]
    for node in module.nodes:
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in NOT_CALLED_IN_PURE or re.fullmatch(r"(datetime\.)?(datetime|date)\.(now|utcnow|today)", called):
            wrong.append(f"{module.name}:{node.lineno} calls {called}")
    return wrong


def used_elsewhere(module: Module) -> list[str]:
    return [
        f"{module.name}:{line} imports {name}; only {ONLY_IN[name.split('.')[0]]} may"
        for line, name in imports(module)
        if name.split(".")[0] in ONLY_IN and not any(is_in(module.name, home) for home in ONLY_IN[name.split(".")[0]])
    ]


def sql_outside_store(module: Module) -> list[str]:
    if is_in(module.name, "node.store"):
        return []
    prose = {id(node.value) for node in module.nodes if isinstance(node, ast.Expr)}  # docstrings
    return [
        f"{module.name}:{node.lineno} holds SQL"
        for node in module.nodes
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose
        if SQL.search(node.value)
    ]


def state_compared_outside_protocol(module: Module) -> list[str]:
    """`if thread.state == ...` is a rule, and rules are rows of the tables."""
    if not is_in(module.name, "node.service") and not any(is_in(module.name, face) for face in FACES):
        return []
    return [
        f"{module.name}:{node.lineno} compares {ast.unparse(node.left)}; ask node.protocol"
        for node in module.nodes
        if isinstance(node, ast.Compare)
        and re.fullmatch(r"(\w+\.)*(thread|case|referral)\.state", ast.unparse(node.left))
    ]


CHECKS = [arrows_not_drawn, impure, used_elsewhere, sql_outside_store, state_compared_outside_protocol]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_module_breaks_the_drawing(check):
    """ARCHITECTURE.md, "Who may import whom": a test reads the imports and fails on an arrow that is not drawn."""
    modules = all_modules()

    wrong = [sentence for module in modules for sentence in check(module)]

    assert modules
    assert wrong == []


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (arrows_not_drawn, "node.crypto.suite", "from node.protocol.threads.machine import act"),
        (arrows_not_drawn, "node.crypto.suite", "import node.log"),
        (arrows_not_drawn, "node.protocol.threads.machine", "def f():\n    from node.store import db"),
        (arrows_not_drawn, "node.protocol.threads.machine", "from node import config"),
        (arrows_not_drawn, "node.store.db", "from node.crypto.vault import open_field"),
        (arrows_not_drawn, "node.store.db", "from node.service.delivery.deliver import due"),
        (arrows_not_drawn, "node.service.delivery.deliver", "from node.peer.client import post"),
        (arrows_not_drawn, "node.peer.api", "from node.store.db import Store"),
        (arrows_not_drawn, "node.api.routes", "from node.peer.api import app"),
        (arrows_not_drawn, "node.service.delivery.deliver", "from node.app import serve"),
        (arrows_not_drawn, "registry.trust", "from node.store.db import Store"),
        (arrows_not_drawn, "registry.trust", "from .record import Record"),
        (impure, "node.protocol.threads.machine", "import time"),
        (impure, "node.protocol.threads.machine", "from os import urandom"),
        (impure, "node.protocol.threads.deadlines", "from datetime import datetime\nx = datetime.now()"),
        (impure, "node.crypto.vault", "data = open('key').read()"),
        (used_elsewhere, "node.service.delivery.deliver", "import nacl.bindings"),
        (used_elsewhere, "registry.trust", "from cryptography.hazmat.primitives import hashes"),
        (used_elsewhere, "node.service.staff.people", "import sqlite3"),
        (used_elsewhere, "node.service.staff.people", "from tuf.api.metadata import Root"),
        (sql_outside_store, "node.service.staff.people", "q = 'SELECT id FROM people'"),
        (sql_outside_store, "node.api.people", "def f():\n    'select x from y'\n    return 'update people set a=1'"),
        (state_compared_outside_protocol, "node.api.threads", "ok = view.thread.state == 'offered'"),
    ],
)
def test_each_check_finds_what_it_is_for(check, name, text):
    assert len(check(parse(name, text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("node.service.delivery.deliver", "from node.crypto.suite import SigningKey\nfrom registry.trust import View"),
        (
            "node.store.db",
            "import sqlite3\nfrom node.protocol.threads.thread import Thread\nfrom node.errors import Conflict",
        ),
        ("node.crypto.suite", "import nacl.bindings\nfrom node.crypto.labels import kid"),
        ("node.protocol.threads.deadlines", "from datetime import date\nfrom node.errors import BadInput"),
        ("node.cli", "import click\nfrom node.config import load\nfrom node.service.staff.people import add"),
        ("node.jobs", "from node.clock import Clock\nfrom node.log import get"),
        ("registry.trust", "from tuf.api.metadata import Root\nfrom node.crypto.fingerprints import groups"),
    ],
)
def test_what_is_drawn_is_let_through(name, text):
    module = parse(name, text)

    assert [sentence for check in CHECKS for sentence in check(module)] == []
