"""What a maintainer sees when a command cannot do it: one sentence, exit code 1, nothing made."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.clock import set_clock_file
from node.crypto.vault import SMALLEST
from registry import cli
from tests.registry_world import make_registry

NOW = 1_800_000_000


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry of XA in `reg`, a clock, and a passphrase in `secret`."""
    monkeypatch.setattr(cli, "PASSPHRASE_COST", SMALLEST)
    make_registry(["XA"], NOW, tmp_path / "reg")
    set_clock_file(tmp_path / "clock", str(NOW))
    (tmp_path / "secret").write_text("correct horse battery\n")
    return tmp_path


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(cli.main, [*words, "--clock-file", str(folder / "clock")])
    assert result.exit_code == 1, result.output
    assert result.output.startswith("Error: ") and result.output.count("\n") == 1, result.output
    return result


@pytest.mark.parametrize(
    ("names", "needed", "says"),
    [
        (("ada",), "5", "5 of 1 maintainers"),
        (("ada", "bo", "cyd"), "1", "1 of 3 maintainers"),
        (("../ada",), "1", "name"),
    ],
)
def test_no_key_is_made_for_a_registry_that_cannot_be(folder: Path, names: tuple[str, ...], needed: str, says: str):
    """A name is a folder too: `../ada` must not become one."""
    before = sorted(folder.rglob("*"))
    words = [word for name in names for word in ("--maintainer", name)]
    secret = ["--passphrase-file", str(folder / "secret")]

    result = run(
        folder, "init", str(folder / "new"), "--keys", str(folder / "k/e/y"), *words, "--needed", needed, *secret
    )

    assert says in result.output
    assert sorted(folder.rglob("*")) == before


def test_a_file_that_cannot_be_written_is_named(folder: Path):
    result = run(folder, "admit", "--registry", str(folder / "reg"), "--out", str(folder / "nowhere" / "proposal"))

    assert result.output == "Error: proposal: no such file or directory; name another file, folder or port\n"


def test_a_port_in_use_is_told(folder: Path):
    secret = ["--passphrase-file", str(folder / "secret"), "--clock-file", str(folder / "clock")]
    keys = ["--keys", str(folder / "keys"), "--maintainer", "ada", "--needed", "1"]
    assert CliRunner().invoke(cli.main, ["init", str(folder / "new"), *keys, *secret]).exit_code == 0
    where = ["--registry", str(folder / "new"), "--key", str(folder / "keys" / "online")]
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        result = run(folder, "serve", *where, *secret[:2], "--port", str(other.getsockname()[1]))

    assert "address already in use" in result.output
