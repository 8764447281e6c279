"""What a maintainer sees when a command cannot do it: one sentence, exit code 1, nothing made."""

import re
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from node.clock import set_clock_file
from node.crypto.vault import SMALLEST
from registry import cli
from registry.repository import Repository
from tests.crash.disks import fill, small_disk
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
        (("ada",), "5", "5 of 1 maintainer;"),
        (("ada", "bo", "cyd"), "1", "1 of 3 maintainers"),
        (("ada", "bo", "cyd", "dov"), "2", "more than half of them must sign, and not more than there are: at least 3"),
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


@pytest.mark.parametrize("name", ["nothere", "clock", "ftp://127.0.0.1/registry"])
def test_a_registry_that_is_neither_a_folder_nor_an_address_is_told(folder: Path, name: str):
    """Not as one that does not verify: nobody telephones a maintainer about a name that was mistyped."""
    result = run(folder, "verify", str(folder / name), "--root", str(folder / "reg/metadata/1.root.json"))

    assert (
        result.output == "Error: there is no such folder; name the folder of a registry, or its address (http, https)\n"
    )


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


def made(disk: Path, folder: Path) -> list[str]:
    """`init` on this disk; returns what `admit` and `sign` need."""
    secret = ["--passphrase-file", str(folder / "secret")]
    keys = ["--keys", str(disk / "keys"), "--maintainer", "ada", "--needed", "1", "--clock-file", str(folder / "clock")]
    assert CliRunner().invoke(cli.main, ["init", str(disk / "new"), *keys, *secret]).exit_code == 0
    admit = ["admit", "--registry", str(disk / "new"), "--out", str(disk / "proposal")]
    assert CliRunner().invoke(cli.main, [*admit, "--clock-file", str(folder / "clock")]).exit_code == 0
    return secret


def test_a_full_disk_takes_no_signature_from_a_proposal(folder: Path, tmp_path: Path):
    """The file travels between maintainers: what it holds stays whole until the new bytes are on the disk."""
    with small_disk(tmp_path / "disk") as disk:
        secret = made(disk, folder)
        before = (disk / "proposal").read_bytes()
        ballast = fill(disk)

        words = ["sign", str(disk / "proposal"), "--registry", str(disk / "new")]
        words += ["--key", str(disk / "keys" / "ada"), *secret]
        full = CliRunner().invoke(cli.main, words)
        kept = (disk / "proposal").read_bytes()
        left = [path.name for path in disk.iterdir() if path.name.endswith(".new")]
        ballast.unlink()
        again = CliRunner().invoke(cli.main, words)

        assert full.exit_code == 1 and full.stderr.count("\n") == 1 and "no space left" in full.stderr
        assert (kept, left) == (before, [])
        assert again.exit_code == 0 and (disk / "proposal").read_bytes() != before


def test_an_init_that_found_no_room_can_be_given_again(folder: Path, tmp_path: Path):
    """No half-made key is left that somebody would have to remove by hand."""
    with small_disk(tmp_path / "disk") as disk:
        ballast = fill(disk)
        ballast.write_bytes(ballast.read_bytes()[: -4 * 4096])
        words = ["init", str(disk / "new"), "--keys", str(disk / "keys"), "--maintainer", "ada", "--needed", "1"]
        words += ["--passphrase-file", str(folder / "secret"), "--clock-file", str(folder / "clock")]

        full = CliRunner().invoke(cli.main, words)
        left = sorted(path for path in disk.rglob("*") if path.is_file() and path != ballast)
        ballast.unlink()
        again = CliRunner().invoke(cli.main, words)

        assert full.exit_code == 1 and full.output.count("\n") == 1, full.output
        assert left == []
        assert again.exit_code == 0, again.output


def test_a_proposal_that_is_there_is_not_overwritten(folder: Path):
    """It may carry signatures already."""
    (folder / "proposal").write_bytes(b"signed by ada")

    result = run(folder, "admit", "--registry", str(folder / "reg"), "--out", str(folder / "proposal"))

    assert "proposal exists already and may be signed; name another file" in result.output
    assert (folder / "proposal").read_bytes() == b"signed by ada"


@pytest.mark.parametrize(("data", "says"), [(b"\xff\xfe\n", "is not text"), (b" \n", "is empty")])
def test_a_passphrase_that_is_no_text_is_one_sentence(folder: Path, data: bytes, says: str):
    (folder / "secret").write_bytes(data)
    words = ["init", str(folder / "new"), "--keys", str(folder / "k"), "--maintainer", "ada", "--needed", "1"]

    result = run(folder, *words, "--passphrase-file", str(folder / "secret"))

    assert says in result.output
    assert not list((folder / "k").rglob("key.sealed"))


def test_a_torn_timestamp_is_named_with_what_to_do(folder: Path):
    """A publisher whose disk was full: the file is on every mirror."""
    made(folder, folder)
    (folder / "new" / "metadata" / "timestamp.json").write_bytes(b'{"signed": {')
    where = ["--registry", str(folder / "new"), "--key", str(folder / "keys" / "online"), "--port", "0"]

    result = run(folder, "serve", *where, "--passphrase-file", str(folder / "secret"))

    assert "timestamp.json: file is no tuf metadata; expected timestamp; put the newest copy" in result.output


def test_a_registry_that_does_not_verify_is_told_without_the_name_of_a_class(folder: Path):
    metadata = folder / "reg" / "metadata"
    (metadata / "timestamp.json").write_bytes(b'{"signed": {')

    result = run(folder, "verify", str(folder / "reg"), "--root", str(metadata / "1.root.json"))

    assert "no mirror gave a registry that verifies: " in result.output
    assert not re.search(r"[a-z](Error|File|Failed)\b", result.output), result.output


def test_a_second_publisher_of_one_registry_is_refused(folder: Path):
    """Two of them would sign two histories."""
    made(folder, folder)
    where = ["--registry", str(folder / "new"), "--key", str(folder / "keys" / "online"), "--port", "0"]

    with Repository(folder / "new").served_alone():
        result = run(folder, "serve", *where, "--passphrase-file", str(folder / "secret"))

    assert "another publisher serves this registry; stop it first" in result.output


def test_a_port_that_is_none_is_a_mistyped_command(folder: Path):
    words = ["serve", "--registry", str(folder / "reg"), "--key", str(folder), "--port", "99999"]

    result = CliRunner().invoke(cli.main, words)

    assert result.exit_code == 2 and "99999 is not in the range" in result.output
