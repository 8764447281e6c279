"""What an operator types, and the sentences that come back."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node import doctor, doctor_copies, doctor_data
from node.cli import main
from node.clock import SteppedClock
from node.config import load
from node.findings import Patient
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring
from tests.cli_world import root_bytes

NOW = 1_795_478_400
ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"aiohttp", "nacl", "cryptography", "tuf", "sqlite3", "sqlite_utils", "apscheduler", "structlog", "asyncio"}


@pytest.fixture
def node_toml(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir(mode=0o700)
    path = tmp_path / "node.toml"
    path.write_text(
        '[node]\ncountry = "XA"\ndata_dir = "data"\n[registry]\nmirrors = ["http://127.0.0.1/"]\nroot_file = "r.json"\n'
        "[limits]\nmin_free_mb = 1\n"
    )
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words, env={"TRM_CONFIG": None})


def patient(path: Path, now: int = NOW) -> Patient:
    return Patient(load(path, env={}), SteppedClock(now))


@pytest.fixture
def store(node_toml: Path) -> Iterator[Store]:
    (node_toml.parent / "r.json").write_bytes(root_bytes())
    store = Store.open(DataFolder(node_toml.parent / "data").database)
    store.write_sync(lambda work: work.meta.claim("XA", "0" * 32))
    yield store
    store.close()


def test_help_loads_nothing_heavy():
    """`trm-node --help` answers at once because commands import what they need when they run."""
    code = "import sys, node.cli; print(' '.join(sys.modules))"

    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert HEAVY & set(out.split()) == set()
    assert "node.cli" in out


def test_python_m_node_is_trm_node():
    out = subprocess.run(
        [sys.executable, "-m", "node", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert out.stdout == "trm-node, version 0.1.0\n"


def test_a_wrong_configuration_is_one_sentence_and_exit_code_1(node_toml):
    node_toml.write_text(node_toml.read_text().replace("country", "contry"))

    result = run("--config", str(node_toml), "config")

    assert result.exit_code == 1
    assert result.output == "Error: node.toml: no key 'contry' in [node]; did you mean 'country'?\n"


def test_config_shows_every_value_and_where_it_was_set(node_toml):
    result = CliRunner().invoke(main, ["--config", str(node_toml), "config"], env={"TRM_LISTEN__PORT": "0"})

    assert "node.country = XA    (node.toml)\n" in result.output
    assert "listen.port = 0    (environment TRM_LISTEN__PORT)\n" in result.output
    assert "keys.key_file = not set    (default)\n" in result.output


def test_doctor_answers_in_json_with_an_exit_code(node_toml):
    (node_toml.parent / "data").chmod(0o755)

    result = run("--config", str(node_toml), "doctor", "--json")

    answer = json.loads(result.output)
    wrong = {finding["check"]: finding["fix"] for finding in answer["findings"] if finding["level"] == "wrong"}
    assert result.exit_code == 1
    assert not answer["ok"]
    assert wrong["data"] == "run chmod 700 on it"


def test_every_check_has_a_sentence_and_every_fault_a_fix(node_toml):
    for finding in doctor.examine(patient(node_toml)):
        assert finding.says
        assert bool(finding.fix) == (finding.level != "ok")


def test_a_missing_data_folder_is_found(node_toml):
    (node_toml.parent / "data").rmdir()

    finding = doctor_data.data_folder(patient(node_toml))

    assert (finding.level, finding.fix) == ("wrong", "run trm-node init")
    assert doctor.disk(patient(node_toml)).level == "ok"


def test_a_nearly_full_disk_is_found(node_toml):
    node_toml.write_text(node_toml.read_text().replace("min_free_mb = 1", "min_free_mb = 999999999999"))

    assert doctor.disk(patient(node_toml)).level == "wrong"


@pytest.mark.parametrize(("now", "level"), [(978_307_200, "wrong"), (2_051_222_400, "ok"), (4_102_444_800, "wrong")])
def test_a_clock_years_away_is_found(node_toml, now, level):
    assert doctor.clock(patient(node_toml, now)).level == level


def test_a_key_file_that_others_may_read_is_found(node_toml):
    key = node_toml.parent / "key"
    key.write_bytes(b"k" * 32)
    key.chmod(0o644)
    node_toml.write_text(node_toml.read_text() + '[keys]\nkey_file = "key"\n')

    assert doctor.keys(patient(node_toml)).level == "wrong"
    key.chmod(0o600)
    assert doctor.keys(patient(node_toml)).level == "ok"


def test_an_open_listener_without_certificate_or_proxy_is_a_warning(node_toml):
    node_toml.write_text(node_toml.read_text() + '[listen]\nhost = "0.0.0.0"\n')

    assert doctor.configuration(patient(node_toml)).level == "warning"


def test_the_slow_http_parser_is_refused(node_toml, monkeypatch):
    from aiohttp import http_parser

    assert doctor.http_parser(patient(node_toml)).level == "ok"
    monkeypatch.setattr(http_parser, "HttpRequestParser", http_parser.HttpRequestParserPy)
    assert doctor.http_parser(patient(node_toml)).level == "wrong"


def test_a_working_set_up_is_well_beside_a_running_node(node_toml, store):
    timestamp = json.dumps({"signed": {"x-trm-issued-at": NOW - 3600}}).encode()
    store.write_sync(lambda work: work.archive.put("timestamp.json", 1, timestamp, NOW))
    (node_toml.parent / "data" / "node.key").touch()
    Keyring.open(node_toml.parent / "data" / "keys.db").close()

    with DataFolder(node_toml.parent / "data"):
        findings = doctor.examine(patient(node_toml))

    assert [finding.check for finding in findings if finding.level != "ok"] == [
        "alarm",
        "backup",
        "keys_copy",
        "restore",
    ]  # so far
    assert findings[-1].says == "a node is running on this folder"
    assert doctor_data.running(patient(node_toml)).says == "no node is running on this folder"


def test_older_copies_in_the_data_folder_are_counted_and_are_to_be_destroyed(node_toml, store):
    """R25: what two people erase stays in a file that the program does not open; a log belongs to its copy."""
    data = node_toml.parent / "data"
    assert doctor_copies.older_copies(patient(node_toml)).level == "ok"  # beside the log of the database itself
    for name in ("node.db.before-restore", "node.db.before-restore-wal", "node.db.before-restore-2", "keys.db.old"):
        (data / name).touch()

    finding = doctor_copies.older_copies(patient(node_toml))

    assert finding.level == "warning"
    assert finding.says == "3 older copies of database or keys in the data folder; erasure does not reach them"
    assert "destroy keys.db.old, node.db.before-restore, node.db.before-restore-2" in finding.fix
    assert "once the node is known to be well" in finding.fix


def test_a_folder_without_a_database_is_found(node_toml):
    found = {finding.check: finding for finding in doctor.examine(patient(node_toml))}

    assert found["database"].level == "wrong"
    assert "run init first" in found["database"].fix


def test_the_database_of_another_country_is_found(node_toml, store):
    node_toml.write_text(node_toml.read_text().replace('"XA"', '"XT"'))

    finding = doctor_data.database(patient(node_toml))

    assert finding.level == "wrong"
    assert finding.says == "database belongs to XA, and node.country is XT"


@pytest.mark.parametrize(
    ("age_s", "level", "says"),
    [
        (7 * 86_400, "ok", "7 days old"),
        (7 * 86_400 + 1, "warning", "sending needs two people"),
        (14 * 86_400 + 1, "wrong", "letters only queue"),
        (-301, "wrong", "the clock of this machine is behind"),
    ],
)
def test_the_age_of_the_registry_is_judged(node_toml, store, age_s, level, says):
    """Registry 4.6: to 7 days as usual, to 14 days two people, beyond that letters queue; a wrong clock shows here."""
    timestamp = json.dumps({"signed": {"x-trm-issued-at": NOW - age_s}}).encode()
    store.write_sync(lambda work: work.archive.put("timestamp.json", 1, timestamp, NOW))

    finding = doctor_data.registry_copy(patient(node_toml))

    assert finding.level == level
    assert says in finding.says


def test_who_lied_about_the_registry_is_said_whatever_its_age(node_toml, store):
    timestamp = json.dumps({"signed": {"x-trm-issued-at": NOW}}).encode()
    store.write_sync(lambda work: work.archive.put("timestamp.json", 1, timestamp, NOW))
    store.write_sync(lambda work: work.meta.put("registry.lies", b'["c-XT"]'))

    finding = doctor_data.registry_copy(patient(node_toml))

    assert (finding.level, finding.says[:22]) == ("wrong", "1 mirrors or countries")


def test_a_registry_that_was_never_verified_is_a_warning(node_toml, store):
    assert doctor_data.registry_copy(patient(node_toml)).level == "warning"


def test_a_library_without_our_primitives_is_found(node_toml, monkeypatch):
    from node.crypto import selftest_data

    assert doctor.primitives(patient(node_toml)).level == "ok"
    monkeypatch.setattr(selftest_data, "KEM_KEY_ID", "00" * 32)
    assert doctor.primitives(patient(node_toml)).level == "wrong"
