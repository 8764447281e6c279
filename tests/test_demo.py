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

from node.demo.client import ApiClient
from node.demo.left_over import hold
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.running import STARTING
from node.demo.switch import NOBODY, Switch
from node.errors import Unavailable
from node.service.cases.pseudonym import pseudonym
from tests.cli_world import PROJECT

WAIT_S = 400  # all golden scenarios on two busy processors
ROW = re.compile(r"^(?:(X[A-Z]) \w+ +\w+ +(http://\S+))? +(coordinator|caseworker) +(\w{4}(?:-\w{4}){3}) +\S")
API = re.compile(r"^(X[A-Z]) API +(http://127\.0\.0\.1:\d+)/api/v1  metrics (http://\S+)/metrics$")
CURL = re.compile(r"^    curl -H 'Content-Type: application/json' -d '(\{.*\})' (http://\S+)$")
CASE = re.compile(r"^ +(\d+)  (X[A-Z]) (\S+) +(?:X[A-Z] \S+ +)?(.+)$")

# Where each golden scenario ends, in the eyes of both countries of each thread.
ENDS = {
    "1": [("XD", "XA", "completed")],
    "2": [("XD", "XT", "declined"), ("XD", "XB", "declined"), ("XD", "XA", "accepted")],
    "3": [("XD", "XA", "ended")],
    "4": [("XD", "XT", "passed"), ("XD", "XA", "closed")],
    "5": [("XD", "XA", "not_returning")],
    "6": [("XD", "XA", "not_returning")],
    "7": [("XD", "XT", "cancelled"), ("XD", "XA", "ended")],
    "8": [("XD", "XA", "expired"), ("XD", "XA", "offered")],
    "9": [("XD", "XA", "offered")],
    "10": [("XD", "XA", "arrived")],
    "11": [("XD", "XA", "assessing")],
    "12": [("XD", "XA", "assessing")],
    "13": [("XD", "XA", "accepted")],
}
# The twelve cases: whose desk has it, and the state there.
STANDS = ["XD", "XD", "XD", "XD", "XA", "XD", "XA", "XD", "XD", "XA", "XD", "XD"]
STATES = ["offered", "offered", "declined", "info_requested", "offered", "offered", "ended", "requested", "closed",
          "disclosed", "disclosed", "offered"]  # fmt: skip
# What each of them tells besides.
TOLD: dict[str, dict[str, Any]] = {
    "1": {"what_she_allowed_read_at_xa": True, "outcome_read_at_xd": "services_started"},
    "2": {
        "decliners_hold_identity": [],
        "declines_read_at_xd": [["no_capacity", "XA"], ["age_group_not_served", "XA"]],
    },
    "3": {
        "erased": 4,
        "kept_legal_ground": 1,
        "case_stays": True,
        "halted": ["referral.arrange", "referral.disclose", "referral.update"],
    },
    "4": {
        "gates_shut": [["g1", "g2", "g3", "g5", "g7", "g8", "g10"], ["g10"], []],
        "place_read_by_people_at_origin": True,
        "transit_holds_identity": False,
        "followups": ["2_weeks", "1_month", "3_months", "6_months", "12_months"],
    },
    "5": {"gate": ["g2", "R08", False], "other_solution": "residence"},
    "6": {"faults_without_guardian": ["R13"], "treated_as_child": True, "gate": ["g6", "R14", False]},
    "7": {"to_origin_afterwards": ["return.stopped"], "cancel_says": {}},
    "8": {
        "heard": ["overdue_opened_caseworker", "overdue_opened_backup"],
        "received_while_away": [None],
        "letters_after_replay": 1,
        "same_receipt": True,
        "sealed_again_when_it_expired": True,
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
async def test_twelve_cases_wait_for_whoever_signs_in_and_a_country_is_switched_off_and_on(tmp_path: Path):
    """Interface 4.5: people sign in with what is printed, while it plays and afterwards.

    Ctrl-C ends the nodes, and the process beside each of them that signs its letters.
    """
    with demo(tmp_path) as process:
        nodes = _read_introduction(process)
        roles = {code: await _roles(url, people) for code, (url, people) in nodes.items()}
        cases = _read_cases(process)
        async with AsyncExitStack() as stack:
            desks = {
                code: Desk(code, await stack.enter_async_context(ApiClient(url, "coordinator", people["coordinator"])))
                for code, (url, people) in nodes.items()
                if code != "XB"
            }
            seen = {code: await _seen_at(desk) for code, desk in desks.items()}
            waited = await _waits_while_off(tmp_path, desks["XD"], desks["XT"])
        started = descendants_of(process.pid)
        process.send_signal(signal.SIGINT)
        exit_code = process.wait(WAIT_S)

    assert [(number, at) for number, at, _, _ in cases] == list(zip(map(str, range(1, 13)), STANDS, strict=True))
    for number, at, words, _ in cases:
        assert STATES[int(number) - 1] in seen[at].get(words, ()), number
    assert {state for states in seen["XT"].values() for state in states} == {"offered", "declined", "passed"}
    both = ["coordinator", "caseworker"]
    assert roles == {"XA": both, "XD": both, "XT": both, "XB": both[:1]}
    assert waited == [None, "received"]
    assert sum("node.signing_process" in command for command in started.values()) >= 1
    assert sum(" serve" in command for command in started.values()) == 4  # XB is off
    assert (exit_code, still_running(started), using(tmp_path), list(tmp_path.iterdir())) == (0, {}, {}, [])


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


@IN_PROC
def test_what_a_killed_demo_left_is_cleared_away_and_a_running_one_is_left_alone(tmp_path: Path):
    """`make demo RESET=1`: its processes are ended and its folder is gone."""
    dead, lives = tmp_path / "opentrm-demo-dead", tmp_path / "opentrm-demo-lives"
    for folder in (dead, lives):
        folder.mkdir()
    hold(dead).close()
    waits = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with (
        hold(lives),
        subprocess.Popen([*waits, f"{dead}/XD.toml"], stdin=subprocess.PIPE) as orphan,
        subprocess.Popen([*waits, f"{lives}/XD.toml"], stdin=subprocess.PIPE) as child,
    ):
        with demo(tmp_path, "--reset") as process:
            said = process.communicate(timeout=WAIT_S)[1]
        ended = orphan.wait(WAIT_S)
        assert child.poll() is None

    assert ended == -signal.SIGTERM
    assert "after 1 demos" in said
    assert list(tmp_path.iterdir()) == [lives]


def test_whoever_switches_a_country_where_no_demo_runs_is_told_how_to_start_one(tmp_path: Path):
    with demo(tmp_path, "off", "XT") as process:
        said = process.communicate(timeout=WAIT_S)[1]

    assert process.returncode == 1
    assert said == f"{NOBODY}\n"


async def test_a_country_that_the_demo_does_not_run_cannot_be_switched(tmp_path: Path):
    said = await Switch(Network(tmp_path)).ask("off XQ")

    assert said.startswith("say `off` or `on` and one of")


def test_a_word_that_the_demo_does_not_know_is_told(tmp_path: Path):
    with demo(tmp_path, "--onse") as process:
        out, said = process.communicate(timeout=WAIT_S)

    assert process.returncode == 2
    assert out == ""
    assert "--once" in said
    assert list(tmp_path.iterdir()) == []


def _states(scenario: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(code, one["peer"], one["state"]) for code, seen in scenario["nodes"].items() for one in seen}


async def _roles(url: str, people: dict[str, str]) -> list[str]:
    """Who each of these people is, in the eyes of their own node."""
    found = []
    for login, password in people.items():
        async with ApiClient(url, login, password) as person:
            found.append(str((await person.get("sessions/me"))["role"]))
    return found


async def _seen_at(desk: Desk) -> dict[str, list[str]]:
    """What this country has: by the two words of a case, the state of each thread once what waits was received."""
    seen: dict[str, list[str]] = {}
    for case in (await desk.api.get("cases"))["cases"]:
        for one in (await desk.api.get(f"cases/{case['case']}"))["threads"]:
            seen.setdefault(pseudonym(case["case"]), []).append((await desk.view(one["thread"]))["after_queue"])
    return seen


async def _waits_while_off(folder: Path, xd: Desk, xt: Desk) -> list[str | None]:
    """A letter from XD to XT: while XT is switched off, and once it is on again."""
    case, person = await xd.new_case({"given_name": "Zoryana"})
    await xd.consent(case, person, ["XT"])
    assert "XT is switched off" in switched(folder, "off", "XT")
    thread = await xd.offer(case, "XT")
    with pytest.raises(Unavailable):
        await xt.view(thread)
    (letter,) = (await xd.view(thread))["letters"]
    assert "XT is switched on" in switched(folder, "on", "XT")
    await xd.all_received(thread)
    await xt.sees(thread, "offered")
    return [letter["received_at"], "received"]


def switched(folder: Path, *words: str) -> str:
    """What another terminal is told that switches a country of this demo."""
    told = subprocess.run(
        [sys.executable, "-m", "node.demo", *words], cwd=PROJECT, env=os.environ | {"TMPDIR": str(folder)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S, check=True,
    )  # fmt: skip
    return told.stderr


def _asked_with(body: str, url: str) -> None:
    """The line that is printed for the shell works as it stands."""
    request = Request(url, body.encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=WAIT_S) as answer:
        assert json.load(answer)["role"] == "caseworker"


def _read_introduction(process: subprocess.Popen[str]) -> dict[str, tuple[str, dict[str, str]]]:
    """What it prints before it plays: the address for programs and the passwords of each country."""
    people: dict[str, dict[str, str]] = {}
    urls: dict[str, str] = {}
    code = ""
    assert process.stdout is not None
    for line in process.stdout:
        if match := ROW.match(line):
            code = match[1] or code
            people.setdefault(code, {})[match[3]] = match[4]
        elif match := API.match(line.rstrip("\n")):
            urls[match[1]] = match[2]
        elif match := CURL.match(line):
            _asked_with(match[1], match[2])
        elif "You can look already" in line:
            return {code: (url, people[code]) for code, url in urls.items()}
    raise AssertionError("the demo ended before it had introduced everybody")


def _read_cases(process: subprocess.Popen[str]) -> list[tuple[str, ...]]:
    """The cases that it says are there: number, country, two words, what is to be seen."""
    cases = []
    assert process.stdout is not None
    for line in process.stdout:
        if match := CASE.match(line.rstrip("\n")):
            cases.append(match.groups())
        elif "Ctrl-C" in line:
            return cases
    raise AssertionError("the demo ended before the cases were there")
