"""The wrong key, or a file that holds something else: a maintainer is told at once, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from node.clock import set_clock_file
from node.crypto.vault import SMALLEST
from registry import cli
from registry.record import pack_node_record
from registry.request import read_request
from tests.registry_world import invented_keys, invented_record

NOW = 1_800_000_000
NO_CLOCK = ("sign", "show")
NO_SECRET = ("admit", "show", "verify")


class Desk:
    """A registry of ada, bo and cyd in `reg`, and whoever sits at the keyboard."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.reg, self.keys = folder, folder / "reg", folder / "keys"
        set_clock_file(folder / "clock", str(NOW))
        (folder / "secret").write_text("correct horse battery\n")

    def run(self, *arguments: Any) -> Result:
        words = [str(argument) for argument in arguments]
        words += ["--passphrase-file", str(self.folder / "secret")] if words[0] not in NO_SECRET else []
        words += ["--clock-file", str(self.folder / "clock")] if words[0] not in NO_CLOCK else []
        return CliRunner().invoke(cli.main, words)

    def does(self, *arguments: Any) -> str:
        told = self.run(*arguments)
        assert told.exit_code == 0, told.output
        return told.output

    def refuses(self, *arguments: Any) -> str:
        """What is said; one sentence, exit code 1, and not a byte of the folder is changed."""
        before = bytes_of(self.folder)
        told = self.run(*arguments)
        assert told.exit_code == 1, told.output
        before_it, _, last = told.output.rpartition("Error: ")  # `sign` says first what the proposal would do
        assert last.count("\n") == 1 and (before_it == "" or arguments[0] == "sign"), told.output
        assert bytes_of(self.folder) == before
        return last

    def init(self, *names: str, reg: str = "reg", keys: str = "keys", needed: int = 2) -> list[Any]:
        maintainers = [word for name in names for word in ("--maintainer", name)]
        return ["init", self.folder / reg, "--keys", self.folder / keys, *maintainers, "--needed", needed]

    def node_record(self, code: str) -> Path:
        path = self.folder / f"{code}.node-record.json"
        keys = invented_keys(code)
        path.write_bytes(pack_node_record(invented_record(code, keys, NOW), keys.message))
        return path

    def request(self, code: str) -> Path:
        out = self.folder / f"{code}.request"
        self.does("request", self.node_record(code), "--key", self.folder / f"role-{code}", "--out", out)
        return out

    def proposal(self, code: str) -> tuple[Path, str]:
        request, out = self.request(code), self.folder / "proposal"
        groups = f"{code}={read_request(request.read_bytes()).fingerprint}"
        self.does("admit", request, "--registry", self.reg, "--out", out, "--groups", groups)
        return out, groups

    def admitted(self, code: str) -> Path:
        """The country is in the registry; the proposal that did it is still there."""
        proposal, groups = self.proposal(code)
        for name in ("ada", "bo"):
            key = self.keys / name
            self.does("sign", proposal, "--registry", self.reg, "--key", key, "--groups", groups)
        self.does("publish", proposal, "--registry", self.reg, "--key", self.keys / "online")
        return proposal


def bytes_of(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(cli, "PASSPHRASE_COST", SMALLEST)
    made = Desk(tmp_path)
    made.does(*made.init("ada", "bo", "cyd"))
    return made


def test_a_request_is_made_with_the_role_key_of_its_country_only(desk: Desk):
    """The slip of a hand on an offline machine with several key folders: XA's key would sign for XB."""
    desk.request("XA")
    record = desk.node_record("XB")

    of_another = desk.refuses("request", record, "--key", desk.folder / "role-XA", "--out", desk.folder / "out")
    of_a_maintainer = desk.refuses("request", record, "--key", desk.keys / "ada", "--out", desk.folder / "out")

    assert "the key of c-XA; expected that of c-XB" in of_another
    assert "the key of ada; expected that of c-XB" in of_a_maintainer


def test_nobody_signs_a_proposal_with_a_key_that_does_not_count(desk: Desk):
    """It would be passed on as signed, and only the publisher would notice, days later."""
    desk.does(*desk.init("eva", reg="other", keys="foreign", needed=1))
    proposal, groups = desk.proposal("XA")

    for key in (desk.folder / "foreign/eva", desk.keys / "online", desk.folder / "role-XA"):
        said = desk.refuses("sign", proposal, "--registry", desk.reg, "--key", key, "--groups", groups)
        assert "no maintainer of this registry; expected that of ada, bo or cyd" in said


def test_a_suspension_by_a_key_that_does_not_count_is_told_to_the_one_who_makes_it(desk: Desk):
    """It is made in an emergency: that it suspends nobody must not be found out at the publisher's."""
    desk.does(*desk.init("eva", reg="other", keys="foreign", needed=1))
    desk.admitted("XA")

    for key in (desk.folder / "foreign/eva", desk.keys / "online"):
        said = desk.refuses("suspend", "XA", "--registry", desk.reg, "--key", key, "--out", desk.folder / "s")
        assert "no maintainer of this registry" in said


@pytest.mark.parametrize("lost", ["keys/ada/key.sealed", "XA.node-record.json", "proposal", "secret"])
def test_no_file_of_another_kind_is_overwritten(desk: Desk, lost: str):
    """--out beside a key: one wrong letter must not destroy it."""
    desk.admitted("XA")
    out = ["--out", desk.folder / lost]

    requested = desk.refuses("request", desk.folder / "XA.node-record.json", "--key", desk.folder / "role-XA", *out)
    suspended = desk.refuses("suspend", "XA", "--registry", desk.reg, "--key", desk.keys / "ada", *out)

    assert "exists already and is no request of XA; name another file with --out" in requested
    assert "exists already and is no suspension of XA; name another file with --out" in suspended


def test_the_same_request_or_suspension_can_be_made_again(desk: Desk):
    desk.admitted("XA")
    suspend = ["suspend", "XA", "--registry", desk.reg, "--key", desk.keys / "ada", "--out", desk.folder / "s"]

    desk.request("XA")
    desk.does(*suspend)
    desk.does(*suspend)
    other = desk.node_record("XB")

    said = desk.refuses("request", other, "--key", desk.folder / "role-XB", "--out", desk.folder / "XA.request")
    assert "is no request of XB" in said
    assert "ada suspends XA until 2027-01-18 08:00 UTC" in desk.does("show", desk.folder / "s")


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("ada", "bo", "ada"), "ada is named twice"),
        (("ada", "online", "cyd"), "online is the publisher's key"),
        (("dov", "ada", "eva"), "ada: key folder holds a key already"),
    ],
)
def test_an_init_that_cannot_be_makes_no_key_at_all(desk: Desk, names: tuple[str, ...], says: str):
    """A key that was made and belongs to no registry stood in the way of the next try."""
    said = desk.refuses(*desk.init(*names, reg="new", keys="keys" if "dov" in names else "more"))

    assert says in said


def test_an_init_that_is_broken_off_leaves_no_key(desk: Desk):
    """Ctrl-C at the second maintainer's passphrase: the same command can be given again."""
    before = bytes_of(desk.folder)
    words = [str(word) for word in desk.init("dov", "eva", "fay", reg="new", keys="more")]

    typed = CliRunner().invoke(cli.main, words, input="correct horse battery\n" * 2)

    assert typed.exit_code == 1 and "Passphrase of eva" in typed.output
    (desk.folder / "more").rmdir()
    assert bytes_of(desk.folder) == before


def test_what_is_published_already_is_not_said_to_be_made_again(desk: Desk):
    """Publishing twice: the publisher pressed the key once more; nobody has to sign anything anew."""
    proposal = desk.admitted("XA")
    publish = ["--registry", desk.reg, "--key", desk.keys / "online"]

    of_the_list = desk.refuses("publish", proposal, *publish)
    of_the_request = desk.refuses("publish", desk.folder / "XA.request", *publish)

    assert "targets version 2 is published already; nothing is left to do" in of_the_list
    assert "c-XA version 1 is published already; nothing is left to do" in of_the_request


def test_a_slip_in_the_version_of_a_request_can_be_undone(desk: Desk):
    """22 for 2: the registry wants 2 and the note beside the key wants 22; the sentence names the way out."""
    desk.request("XA")
    words = ["request", desk.folder / "XA.node-record.json", "--key", desk.folder / "role-XA"]
    words += ["--out", desk.folder / "XA.request"]
    desk.does(*words, "--version", 22)

    said = desk.refuses(*words, "--version", 2)
    (desk.folder / "role-XA" / "last-asked").unlink()

    assert "if 22 was a slip, remove last-asked from the key folder" in said
    desk.does(*words, "--version", 2)
    assert desk.run(*words, "--version", 0).exit_code == 2
    assert desk.run(*words, "--version", 2**31).exit_code == 2


def test_a_request_made_of_another_file_says_which_was_expected(desk: Desk):
    request = desk.request("XA")
    (desk.folder / "empty.json").write_text("{}")

    for wrong in (request, desk.folder / "empty.json", desk.reg / "metadata/1.root.json"):
        said = desk.refuses("request", wrong, "--key", desk.folder / "role-XA", "--out", desk.folder / "out")
        assert "expected node-record.json, as `trm-node init` wrote it" in said
