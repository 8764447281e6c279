"""`trm-node serve` and `doctor` on a node that `init` made: what an operator sees when it works, and when not."""

import asyncio
import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from node.clock import set_clock_file
from node.demo.network import Network
from node.store.connect import PAGE_BYTES
from node.store.folder import DataFolder
from tests.cli_world import PROJECT, WAIT_S, is_one_sentence, make_node, run, serving


async def _get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return answer.status, await answer.text()


async def test_a_node_runs_beside_its_registry_and_the_doctor_finds_it_well(tmp_path: Path):
    """From the ready line to SIGTERM, with the only warning that time comes from a clock file."""
    network = Network(tmp_path)
    try:
        await network.start(("XA",))
        node = network.nodes["XA"]

        assert await _get(f"{node.url}/healthz") == (200, '{"ok": true}')
        assert await _get(f"{node.url}/readyz") == (200, '{"ok": true, "reasons": [], "warnings": []}')
        status, numbers = await _get(f"{node.metrics_url}/metrics")
        assert status == 200
        assert "trm_store_writable 1.0\n" in numbers and "trm_restore_check_age_seconds -1.0\n" in numbers
        assert (await _get(f"{node.url}/metrics"))[0] == 404

        (tmp_path / "XA.toml").rename(tmp_path / "node.toml")
        doctor = run(tmp_path, "doctor", "--json")
        findings = {one["check"]: one for one in json.loads(doctor.output)["findings"]}
        assert doctor.exit_code == 0, doctor.output
        not_well = [name for name, one in findings.items() if one["level"] != "ok"]
        assert not_well == ["clock", "alarm", "backup", "keys_copy", "restore"]
        assert findings["running"]["says"] == "a node is running on this folder"
        assert findings["registry"]["says"] == "the newest verified registry is 0 days old"

        words = [sys.executable, "-m", "node", "--config", str(tmp_path / "node.toml"), "serve"]
        second = await asyncio.to_thread(subprocess.run, words, cwd=PROJECT, capture_output=True, text=True)
        assert (second.returncode, second.stdout) == (1, "")
        says = f"data folder is in use by process {node.process.pid}; stop that one first"
        assert second.stderr == f"Error: {says}\n"

        node.process.terminate()
        assert await node.process.wait() == 0
        assert run(tmp_path, "doctor").output.splitlines()[-1].endswith("no node is running on this folder")
    finally:
        await network.stop()


async def test_a_node_whose_office_key_was_changed_goes_on_and_others_learn_of_it(tmp_path: Path):
    """O2, with real processes: stopped, changed by two, published, started; whoever signs in reads names."""
    network = Network(tmp_path)
    try:
        await network.start(("XA",))
        await network.add_caseworkers("XA")
        await network.end("XA")
        second = tmp_path / "second"
        second.touch(mode=0o600)
        second.write_text(network.nodes["XA"].people["caseworker"])
        (tmp_path / "node.toml").write_bytes((tmp_path / "XA.toml").read_bytes())
        words = ["--as-password-file", str(tmp_path / "XA.password"), "--second", "caseworker"]
        words += ["--second-password-file", str(second), "--sheets", str(tmp_path / "new-sheets"), "--yes"]
        changed = await asyncio.to_thread(run, tmp_path, "keys", "office", "--why", "routine", *words)
        assert changed.exit_code == 0, changed.output

        network.publish_next("XA")
        await network.start_again("XA")

        async with network.client("XA", "coordinator") as coordinator:
            async with asyncio.timeout(WAIT_S):
                while len((await coordinator.get("registry"))["countries"][0]["offices"]) < 2:
                    await asyncio.sleep(0.1)
            (country,) = (await coordinator.get("registry"))["countries"]
            assert [office["newest"] for office in country["offices"]] == [True, False]
    finally:
        await network.stop()


async def test_a_node_whose_registry_is_out_of_reach_serves_and_says_that_it_is_not_ready(tmp_path: Path):
    make_node(tmp_path)

    with serving(tmp_path) as node:
        assert node.ready_line == f"ready XA {node.url} metrics {node.metrics_url}\n"
        assert (await _get(f"{node.url}/healthz"))[0] == 200
        assert await _get(f"{node.url}/readyz") == (503, '{"ok": false, "reasons": ["no_registry"], "warnings": []}')
        doctor = run(tmp_path, "doctor")
        assert "no registry was verified yet: start the node with a mirror in reach" in doctor.output
        _damage("keys.db", b"fallback", 30)(tmp_path)
        assert _wrong_of_keys(tmp_path) == (
            "keys.db is damaged: 1 of its keys do not open; restore it from its own backup",
            "first stop the node and copy its data folder aside",
        )
        assert (await _get(f"{node.url}/healthz"))[0] == 200
        _damage("keys.db", b"fallback", 30)(tmp_path)  # the same bytes turned twice: what its own backup holds
        assert run(tmp_path, "doctor").exit_code == 0
        code, said = node.end(signal.SIGTERM)

    assert code == 0
    events = [json.loads(line) for line in said.splitlines()]
    assert [one["event"] for one in events][-1] == "stopping"
    assert "registry_unavailable" in {one["event"] for one in events}


def test_ctrl_c_ends_a_node_like_sigterm_and_its_folder_is_free_again(tmp_path: Path):
    make_node(tmp_path)

    with serving(tmp_path) as node:
        code, said = node.end(signal.SIGINT)

    assert code == 0
    assert "Traceback" not in said
    with DataFolder(tmp_path / "data"):
        pass


def _write(name: str, data: bytes) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return write


def _change(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / "node.toml").read_text()
        assert old in text
        (folder / "node.toml").write_text(text.replace(old, new))

    return change


def _both(*happen: Callable[[Path], None]) -> Callable[[Path], None]:
    def all_of_it(folder: Path) -> None:
        for one in happen:
            one(folder)

    return all_of_it


def _pragma(words: str) -> Callable[[Path], None]:
    def set_it(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "data" / "node.db")) as connection:
            connection.execute(f"pragma {words}")

    return set_it


def _remove(*names: str) -> Callable[[Path], None]:
    def remove(folder: Path) -> None:
        for name in names:
            (folder / name).unlink()

    return remove


def _audit_rows(folder: Path) -> int | None:
    """How much stands in the database; None where there is none that can be read."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/data/node.db?mode=ro", uri=True)) as connection:
            return int(connection.execute("select count(*) from audit").fetchone()[0])
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _damage(name: str, at: int | bytes, count: int) -> Callable[[Path], None]:
    """A disk that gives `count` other bytes, from a place in the file on or after the last such word."""

    def damage(folder: Path) -> None:
        path = folder / "data" / name
        data = bytearray(path.read_bytes())
        start = at if isinstance(at, int) else data.rindex(at) + len(at)
        data[start : start + count] = bytes(byte ^ 0xFF for byte in data[start : start + count])
        path.write_bytes(data)

    return damage


def _takes_a_step(folder: Path) -> None:
    """A newer program took its step and was killed before it noted the number."""
    with closing(sqlite3.connect(folder / "data" / "node.db")) as connection:
        connection.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('node', 'm999_later', '')"
        )
        connection.commit()


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    #  what happened                  how                                            what serve says
    "wrong passphrase": (_write("passphrase", b"not the passphrase\n"), "check the passphrase or key file"),
    "passphrase empty": (_write("passphrase", b"\n"), "is empty"),
    "passphrase is no text": (_write("passphrase", b"\xff\xfe\n"), "is not text"),
    "passphrase gone": (_remove("passphrase"), "passphrase"),
    "passphrase not configured": (_change("passphrase_file", "# "), "locked with a passphrase and none was given"),
    "passphrase for others": (lambda folder: (folder / "passphrase").chmod(0o644), "chmod 600"),
    "root gone": (_remove("root.json"), "pinned root root.json: no such file or directory; name the file in"),
    "root is something else": (
        _write("root.json", b"{}"),
        "pinned root root.json: file is no tuf metadata; expected root; put the root that the maintainers gave you",
    ),
    "key file cut": (_write("data/node.key", b"TRMK"), "key file is cut off"),
    "secret of another length": (
        _both(_change("passphrase_file = ", "key_file = "), _write("passphrase", b"short")),
        "key file passphrase holds 5 bytes; expected 32 bytes",
    ),
    "key file gone": (_remove("data/node.key"), "put its copy back"),
    "no node in the folder": (_remove("data/node.key", "data/keys.db", "data/node.db"), "run `trm-node init` first"),
    "keys gone": (_remove("data/keys.db"), "keys.db is missing"),
    "a page of the keys": (_damage("keys.db", 4 * PAGE_BYTES - 1, PAGE_BYTES), "keys.db is damaged"),
    "one key": (_damage("keys.db", b"fallback", 30), "the fallback key in keys.db does not open with node.key"),
    "tables of the keys": (_damage("keys.db", b"TABLE secret", 3), "keys.db is damaged; stop the node and restore it"),
    "tables of the database": (
        _damage("node.db", b"TABLE outbox", 3),
        "node.db: database file is damaged; stop the node",
    ),
    "database is empty": (_write("data/node.db", b""), "node.db is empty; stop the node and restore"),
    "keys are other bytes": (_write("data/keys.db", b"x" * 65_536), "keys.db cannot be used"),
    "database gone": (_remove("data/node.db"), "there is no database"),
    "database is other bytes": (
        _write("data/node.db", b"x" * 65_536),
        "node.db: file is not a database of this program",
    ),
    "database of another program": (
        _pragma("application_id = 7"),
        "node.db: file is a database, but of another program",
    ),
    "database from the future": (_pragma("user_version = 999"), "install the newer program"),
    "a step from the future": (_takes_a_step, "schema steps this program does not know; install the newer program"),
    "another country": (_change('"XA"', '"XT"'), "XA"),
    "clock file gone": (_remove("clock"), "clock file: No such file"),
    "certificate gone": (_change("[keys]", '[tls]\ncert_file="c"\nkey_file="k"\n[keys]'), "tls.cert_file"),
    "certificate is no certificate": (
        _change("[keys]", '[tls]\ncert_file="root.json"\nkey_file="clock"\n[keys]'),
        "no certificate with its key",
    ),
    "address of nobody": (_change('host = "127.0.0.1"', 'host = "192.0.2.1"'), "cannot listen on 192.0.2.1 port 0"),
    "registry copy is a file": (_write("data/registry", b"x"), "the folder of the registry in the data folder cannot"),
    "mistyped key": (_change("data_dir", "data_dri"), "did you mean 'data_dir'?"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_keeps_a_node_from_running_is_one_sentence(tmp_path: Path, fault: str):
    """Bad input of the issue: one sentence, a non-zero exit, nothing lost, and the folder is free again."""
    happens, says = FAULTS[fault]
    make_node(tmp_path)
    happens(tmp_path)
    before = _audit_rows(tmp_path)

    result = run(tmp_path, "serve")

    sentence = result.stderr.splitlines()[-1]
    assert result.exit_code == 1, result.output
    assert sentence.startswith("Error: ") and says in sentence, sentence
    assert result.stdout == ""
    assert not [line for line in result.stderr.splitlines()[:-1] if not line.startswith("{")]
    with DataFolder(tmp_path / "data"):
        assert _audit_rows(tmp_path) == before


def test_a_port_in_use_is_one_sentence(tmp_path: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        make_node(tmp_path, listen=f"127.0.0.1:{port}")

        result = run(tmp_path, "serve")

    assert result.exit_code == 1
    sentence = f"Error: cannot listen on 127.0.0.1 port {port}: address already in use; stop the other program or"
    assert result.stderr.splitlines()[-1].startswith(sentence)


STARTS = {"address of nobody"}  # only a start shows it
ASKED_FOR = {"passphrase not configured"}  # then somebody types it at the start
FIRST = {"mistyped key", "clock file gone"}  # one sentence, before anything is looked at


@pytest.mark.parametrize("fault", sorted(FAULTS.keys() - STARTS - ASKED_FOR - FIRST))
def test_the_doctor_finds_the_same_faults_and_says_what_to_do(tmp_path: Path, fault: str):
    happens, _ = FAULTS[fault]
    make_node(tmp_path)
    happens(tmp_path)

    result = run(tmp_path, "doctor", "--json")

    wrong = [one for one in json.loads(result.output)["findings"] if one["level"] == "wrong"]
    assert result.exit_code == 1
    assert wrong and all(one["says"] and one["fix"] for one in wrong)


@pytest.mark.parametrize("lost", ["gone", "cut", "changed"])
def test_the_doctor_finds_a_journal_that_would_protect_nobody(tmp_path: Path, lost: str):
    """H08: a start goes on with a new one; whoever restores later must have been told before."""
    make_node(tmp_path)
    segment = next((tmp_path / "data" / "journal").glob("*.journal"))
    data = segment.read_bytes()
    left = {"gone": b"", "cut": data[:60], "changed": data[:-1] + bytes([data[-1] ^ 1])}[lost]
    segment.unlink()
    if left:
        segment.write_bytes(left)

    findings = json.loads(run(tmp_path, "doctor", "--json").output)["findings"]

    (wrong,) = [one for one in findings if one["level"] == "wrong"]
    assert (wrong["check"], wrong["says"][:43]) == ("journal", "the journal is missing, cut or changed: a r")
    assert "newest copy" in wrong["fix"]


def _wrong_of_keys(folder: Path) -> tuple[str, str]:
    """What the doctor says of the keys, and what to do; it finds nothing else wrong and changes no file."""
    before = {path: path.read_bytes() for path in (folder / "data").iterdir() if path.suffix in (".db", ".key")}
    result = run(folder, "doctor", "--json")
    (wrong,) = [one for one in json.loads(result.output)["findings"] if one["level"] == "wrong"]
    assert result.exit_code == 1
    assert wrong["check"] == "secrets"
    assert before == {path: path.read_bytes() for path in before}
    return wrong["says"], wrong["fix"]


def test_a_node_with_a_key_file_needs_nobody_at_the_keyboard(tmp_path: Path):
    """With another key file it does not start, and the doctor says so; with its own again nothing was lost."""
    make_node(tmp_path, passphrase_file=None, key_file=str(tmp_path / "key"))
    listed = run(tmp_path, "user", "list", "--as-password-file", str(tmp_path / "password"))
    key = (tmp_path / "key").read_bytes()
    (tmp_path / "key").write_bytes(bytes(32))

    locked = run(tmp_path, "serve")
    told = _wrong_of_keys(tmp_path)
    (tmp_path / "key").write_bytes(key)

    assert listed.exit_code == 0, listed.output
    assert is_one_sentence(locked), locked.output
    assert told == (
        "key file does not open: wrong passphrase or key, or the file is damaged;"
        " check the passphrase or key file and start again",
        "give the secret that this node was made with, or restore both files from their own backup",
    )
    assert run(tmp_path, "doctor").exit_code == 0


def test_the_commands_are_listed_by_the_program_itself():
    """Run as an operator runs it, so that a command whose module is missing shows."""
    words = [sys.executable, "-m", "node", "--help"]

    out = subprocess.run(words, cwd=PROJECT, capture_output=True, text=True, check=True).stdout

    assert {"init", "serve", "user", "doctor", "config", "evidence"} <= {
        line.split()[0] for line in out.splitlines() if line
    }


def test_the_clock_of_a_real_country_cannot_be_moved(tmp_path: Path):
    make_node(tmp_path)
    set_clock_file(tmp_path / "clock", "+0")
    _change('"XA"', '"QZ"')(tmp_path)

    result = run(tmp_path, "serve")

    assert is_one_sentence(result), result.output
    assert "honoured only for XA-XZ" in result.output
