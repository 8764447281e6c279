"""The demo as somebody runs it: real processes, a clock of their own, real HTTP; afterwards nothing is left."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager, suppress
from pathlib import Path
from select import select
from typing import Any
from urllib.request import Request, urlopen

import pytest

from node.demo.__main__ import STARTING
from node.demo.client import ApiClient
from node.demo.person import Desk
from node.signer import FIRST_LETTERS
from tests.cli_world import PROJECT

WAIT_S = 400  # all golden scenarios on two busy processors
ADDRESS = re.compile(r"^(X[A-Z])  (\w+) +(http://127\.0\.0\.1:\d+)   API \3/api/v1   metrics (http://\S+)/metrics$")
CURL = re.compile(r"^    curl -H 'Content-Type: application/json' -d '(\{.*\})' (http://\S+)$")
PASSWORD = re.compile(r"^    (\w+) +password  (\S+)$")

# Where each golden scenario ends, in the eyes of both countries of each thread.
ENDS = {
    "1": [("XD", "XA", "completed")],
    "2": [("XD", "XT", "declined"), ("XD", "XB", "declined"), ("XD", "XA", "accepted")],
    "3": [("XD", "XA", "ended")],
    "4": [("XD", "XT", "passed"), ("XD", "XA", "closed")],
    "5": [("XD", "XA", "not_returning")],
    "6": [("XD", "XA", "not_returning")],
    "7": [("XD", "XT", "cancelled"), ("XD", "XA", "ended")],
    "8": [("XD", "XA", "offered")],
    "9": [("XD", "XA", "offered")],
    "10": [("XD", "XA", "arrived")],
    "11": [("XD", "XA", "assessing")],
    "12": [("XD", "XA", "assessing")],
    "13": [("XD", "XA", "accepted")],
}
# What each of them tells besides.
TOLD: dict[str, dict[str, Any]] = {
    "1": {"name_read_at_xa": True},
    "2": {"decliners_hold_identity": []},
    "3": {"erased": 4, "kept_legal_ground": 1, "case_stays": True},
    "4": {
        "gates_shut": [["g1", "g2", "g3", "g5", "g7", "g8", "g10"], ["g10"], []],
        "place_read_by_people_at_origin": True,
        "transit_holds_identity": False,
        "followups": ["2_weeks", "1_month", "3_months", "6_months", "12_months"],
    },
    "5": {"gate": ["g2", "R08", False], "other_solution": "residence"},
    "6": {"faults_without_guardian": ["R13"], "gate": ["g6", "R14", False]},
    "7": {"to_origin_afterwards": ["return.stopped"], "cancel_says": {}},
    "8": {
        "heard": ["overdue_opened_caseworker", "overdue_opened_backup"],
        "received_while_away": [None],
        "letters_after_replay": 1,
        "same_receipt": True,
    },
    "9": {
        "sealed_before": 3,
        "held": 3,
        "asked_again": 3,
        "arrived_unasked": 0,
        "posted_to_the_old_machine": 0,
        "letters_at_xa": [1, 1, 1],
    },
    "10": {"asked_first": "her_safe_contact", "alert_by_one_person": "waits for a second person", "stood_down": True},
    "11": {"refused": "family may be involved and is not contacted"},
    "12": {
        "heard": ["caseworker", "backup", "coordinator", "figures"],
        "published_before": 0,
        "published_after": None,
    },
    "13": {"refused": "POST threads answered 409: her consent does not cover narrative at level L4"},
}


@contextmanager
def demo(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """The demo with `folder` for temporary files; should a test fail, it and its children are ended all the same."""
    process = subprocess.Popen(
        [sys.executable, "-m", "node.demo", *words], cwd=PROJECT, env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()  # it ends its children itself
        process.communicate(timeout=WAIT_S)


def descendants_of(process: int) -> dict[int, str]:
    """Every process below this one that has not ended, each node's signing process too, with its command."""
    found: dict[int, str] = {}
    for threads in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # it has just ended
            for child in map(int, threads.read_text().split()):
                found |= {child: _command(child), **descendants_of(child)}
    return found


def using(folder: Path) -> dict[int, str]:
    """Every process of this machine that was started with a file of this folder or works in it, whoever its parent is.

    What outlives its parent belongs to nobody we know; its command, its folder or an open file betrays it.
    """
    found = {}
    for process in [int(one.name) for one in Path("/proc").iterdir() if one.name.isdigit()]:
        with suppress(OSError):
            held = [os.readlink(one) for one in Path(f"/proc/{process}/fd").iterdir()]
            held += [os.readlink(f"/proc/{process}/cwd"), _command(process)]
            if process != os.getpid() and any(str(folder) in one for one in held):
                found[process] = _command(process)
    return found


def still_running(started: dict[int, str]) -> dict[int, str]:
    """Those of them that run on; another program that got one of their numbers is not one of them."""
    return {process: command for process, command in started.items() if command and _command(process) == command}


def _command(process: int) -> str:
    """Its command line; empty when there is no such process, or it has ended and nobody has asked how."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ").strip()
    except OSError:
        return ""


IN_PROC = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="processes are looked for in /proc, which is not here"
)


@pytest.mark.slow
def test_the_golden_scenarios_come_out_the_same_for_every_country(tmp_path: Path):
    """Domain 11; `make demo ONCE=1` prints one JSON object and leaves nothing behind."""
    with demo(tmp_path, "--once") as process:
        out, said = process.communicate(timeout=WAIT_S)

    result = json.loads(out)
    failed = {number: one for number, one in result["scenarios"].items() if not one["ok"]}
    assert not failed, json.dumps(failed)
    assert (process.returncode, result["ok"]) == (0, True), said
    assert set(result) == {"scenarios", "ok"} and out.count("\n") == 1
    for scenario in result["scenarios"].values():
        assert scenario["ok"] is True
        assert scenario["letters"] == scenario["receipts"] > 0
        assert scenario["seconds"] > 0
    assert {number: _states(one) for number, one in result["scenarios"].items()} == {
        number: {(this, that, state) for a, b, state in ends for this, that in ((a, b), (b, a))}
        for number, ends in ENDS.items()
    }
    for number, told in TOLD.items():
        assert {word: result["scenarios"][number][word] for word in told} == told
    assert (list(tmp_path.iterdir()), using(tmp_path)) == ([], {})


@pytest.mark.slow
@IN_PROC
@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
async def test_people_sign_in_with_what_the_demo_prints_and_ctrl_c_leaves_nothing(tmp_path: Path, name: signal.Signals):
    """Not the nodes either, nor the process beside each of them that signs its letters."""
    with demo(tmp_path) as process:
        nodes, registry = _read_introduction(process)
        folders = list(tmp_path.iterdir())

        seen = {}
        for code, (url, people) in nodes.items():
            for login, password in people.items():
                async with ApiClient(url, login, password) as person:
                    seen[code, login] = (await person.get("sessions/me"))["role"]
                    countries = (await person.get("registry"))["countries"]
                    assert {one["country"] for one in countries if one["status"] == "active"} == {"XA", "XD", "XT"}
        thread = await _letters_flow(nodes)
        started = descendants_of(process.pid)
        process.send_signal(name)
        exit_code = process.wait(WAIT_S)

    assert registry.startswith("http://127.0.0.1:")
    assert set(nodes) == {"XA", "XD", "XT"}
    assert seen == {(code, role): role for code in nodes for role in ("coordinator", "caseworker")}
    assert thread
    assert exit_code == 0
    assert len(folders) == 1
    assert sum("node.signing_process" in command for command in started.values()) >= 1
    assert sum(" serve" in command for command in started.values()) == 4
    assert (still_running(started), using(tmp_path)) == ({}, {})
    assert list(tmp_path.iterdir()) == []


@IN_PROC
@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_a_demo_that_is_told_to_end_while_it_starts_leaves_nothing(tmp_path: Path, name: signal.Signals):
    """Its first process runs and nothing is printed yet; the second signal comes from somebody impatient."""
    with demo(tmp_path) as process:
        assert process.stdout is not None
        while not (started := descendants_of(process.pid)):
            assert process.poll() is None
            select([process.stdout], [], [], 0.02)
        process.send_signal(name)
        process.send_signal(name)
        out, said = process.communicate(timeout=WAIT_S)

    assert process.returncode == 130
    assert (out, said) == ("", STARTING)
    assert (still_running(started), using(tmp_path)) == ({}, {})
    assert list(tmp_path.iterdir()) == []


def test_a_word_that_the_demo_does_not_know_is_told(tmp_path: Path):
    with demo(tmp_path, "--onse") as process:
        out, said = process.communicate(timeout=WAIT_S)

    assert process.returncode == 2
    assert out == ""
    assert "--once" in said
    assert list(tmp_path.iterdir()) == []


def _states(scenario: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(code, one["peer"], one["state"]) for code, seen in scenario["nodes"].items() for one in seen}


async def _letters_flow(nodes: dict[str, tuple[str, dict[str, str]]]) -> str:
    """So many offers from XD to XA that a node has its signing process; the last thread."""
    async with AsyncExitStack() as stack:
        xd, xa = [
            Desk(code, await stack.enter_async_context(ApiClient(url, "coordinator", people["coordinator"])))
            for code, (url, people) in ((code, nodes[code]) for code in ("XD", "XA"))
        ]
        for _ in range(FIRST_LETTERS + 2):
            case, person = await xd.new_case({"given_name": "Zoryana"})
            await xd.consent(case, person, ["XA"])
            thread = await xd.offer(case, "XA")
            await xa.sees(thread, "offered")
            await xd.all_received(thread)
    return thread


def _asked_with(body: str, url: str) -> None:
    """The line that is printed for the shell works as it stands."""
    request = Request(url, body.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=WAIT_S) as answer:
        assert json.load(answer)["role"] == "caseworker"


def _read_introduction(process: subprocess.Popen[str]) -> tuple[dict[str, tuple[str, dict[str, str]]], str]:
    """What it prints: (address and passwords by country, the registry's address)."""
    nodes: dict[str, tuple[str, dict[str, str]]] = {}
    registry, code, asked = "", "", False
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Registry"):
            registry = line.split()[1]
        elif match := ADDRESS.match(line.rstrip("\n")):
            code = match[1]
            nodes[code] = (match[3], {})
        elif match := PASSWORD.match(line.rstrip("\n")):
            nodes[code][1][match[1]] = match[2]
        elif match := CURL.match(line):
            _asked_with(match[1], match[2])
            asked = True
        elif "Ctrl-C" in line:
            assert asked
            return nodes, registry
    raise AssertionError("the demo ended before it had introduced everybody")
