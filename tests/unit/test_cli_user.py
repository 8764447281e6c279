"""`trm-node user` on a node made by `trm-node init`, with files for every secret."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.cli import main
from node.clock import set_clock_file
from tests.registry_world import make_registry

NOW = 1_795_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped node of XA with the coordinator `ana`."""
    root = make_registry((), NOW, tmp_path / "registry").root_bytes
    (tmp_path / "root.json").write_bytes(root)
    set_clock_file(tmp_path / "clock", str(NOW))
    for name, text in {"ana": "a long invented password", "bea": "another invented password", "short": "short"}.items():
        (tmp_path / name).touch(mode=0o600)
        (tmp_path / name).write_text(text + "\n")
    made = run(
        tmp_path, "init", "--country", "XA", "--url", "http://127.0.0.1:1/XA", "--authority", "Invented Office",
        "--contact", "desk@office.example", "--registry", "http://127.0.0.1:1/", "--root", str(tmp_path / "root.json"),
        "--data", str(tmp_path / "data"), "--key-file", str(tmp_path / "key"), "--login", "ana",
        "--password-file", str(tmp_path / "ana"), "--sheets", str(tmp_path / "sheets"),
        "--clock-file", str(tmp_path / "clock"), "--fast-kdf",
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--config", str(folder / "node.toml"), *words], env={"TRM_CONFIG": None})


def user(folder: Path, *words: str, by: str = "ana") -> Result:
    return run(folder, "user", *words, "--as", by, "--as-password-file", str(folder / by))


def test_somebody_added_reads_names_if_their_work_needs_it(folder: Path):
    secret = str(folder / "bea")

    caseworker = user(folder, "add", "bea", "--role", "caseworker", "--password-file", secret)
    operator = user(folder, "add", "olaf", "--role", "operator", "--password-file", secret)
    listed = user(folder, "list").output.splitlines()

    assert (caseworker.exit_code, operator.exit_code) == (0, 0)
    assert "reads names" in caseworker.output and "reads names" not in operator.output
    assert sorted(line.split()[0] for line in listed) == ["ana", "bea", "olaf"]


def test_a_new_password_and_shutting_out_work_by_login(folder: Path):
    user(folder, "add", "bea", "--role", "coordinator", "--password-file", str(folder / "bea"))

    reset = user(folder, "password", "bea", "--password-file", str(folder / "ana"))
    (folder / "bea").write_text("a long invented password\n")
    as_bea = user(folder, "list", by="bea")
    shut = user(folder, "disable", "bea")
    again = user(folder, "list", by="bea")

    assert (reset.exit_code, as_bea.exit_code, shut.exit_code) == (0, 0, 0)
    assert again.exit_code == 1 and "login, password or code is wrong" in again.output


def test_what_is_wrong_is_one_sentence(folder: Path):
    wrong = user(folder, "add", "bea", "--role", "caseworker", "--password-file", str(folder / "short"))
    missing = user(folder, "disable", "nobody")
    taken = user(folder, "add", "ana", "--role", "caseworker", "--password-file", str(folder / "bea"))

    for result in (wrong, missing, taken):
        assert result.exit_code == 1
        assert result.output.startswith("Error: ") and result.output.count("\n") == 1
    assert "password" in wrong.output and "at least 12 characters" in wrong.output


def test_a_running_node_is_left_alone(folder: Path):
    from node.store.folder import DataFolder

    held = DataFolder(folder / "data")
    held.lock()
    try:
        result = user(folder, "list")
    finally:
        held.release()

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
