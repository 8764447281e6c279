"""The registry by hand: every command, with files that travel between folders."""

import subprocess
import sys
from hashlib import sha256
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


class Hand:
    """Somebody at a terminal."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = folder / "clock"
        self.secret = folder / "secret"
        set_clock_file(self.clock, str(NOW))
        self.secret.write_text("correct horse battery\n")

    def run(self, *arguments: Any, fails: bool = False, answers: str | None = None) -> Result:
        words = [str(argument) for argument in arguments]
        words += ["--passphrase-file", str(self.secret)] if words[0] not in ("admit", "verify", "show") else []
        words += ["--clock-file", str(self.clock)] if words[0] not in ("sign", "show") else []
        result = CliRunner().invoke(cli.main, words, input=answers)
        assert (result.exit_code != 0) == fails, result.output
        return result

    def init(self) -> None:
        names = [word for name in ("ada", "bo", "cyd") for word in ("--maintainer", name)]
        self.run("init", self.folder / "reg", "--keys", self.folder / "keys", *names, "--needed", 2)

    def request(self, code: str) -> Path:
        record = invented_record(code, invented_keys(code), NOW)
        path, out = self.folder / f"{code}.node-record.json", self.folder / f"{code}.request"
        path.write_bytes(pack_node_record(record, invented_keys(code).message))
        self.run("request", path, "--key", self.folder / code, "--out", out)
        return out


@pytest.fixture
def hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hand:
    monkeypatch.setattr(cli, "PASSPHRASE_COST", SMALLEST)
    made = Hand(tmp_path)
    made.init()
    return made


def test_a_country_joins_by_hand_and_a_node_can_verify_it(hand, tmp_path):
    """README walkthrough, registry side."""
    request, reg, proposal = hand.request("XA"), tmp_path / "reg", tmp_path / "proposal"
    groups = read_request(request.read_bytes()).fingerprint
    hand.run("admit", request, "--registry", reg, "--out", proposal, answers=groups + "\n")
    hand.run("sign", proposal, "--registry", reg, "--key", tmp_path / "keys/ada", answers=groups + "\n")

    early = hand.run("publish", proposal, "--registry", reg, "--key", tmp_path / "keys/online", fails=True)
    hand.run("sign", proposal, "--registry", reg, "--key", tmp_path / "keys/cyd", "--groups", f"XA={groups}")
    hand.run("publish", proposal, "--registry", reg, "--key", tmp_path / "keys/online")
    verified = hand.run("verify", reg, "--root", reg / "metadata/1.root.json")

    assert "signed with both keys by 1 maintainer; 2 are needed, ask another to sign" in early.output
    assert f"XA active record 1 {groups}" in verified.output
    assert "XA record 1" in hand.run("show", reg).output


def test_what_is_one_is_told_as_one(tmp_path, monkeypatch):
    """A registry to begin with, for a single maintainer."""
    monkeypatch.setattr(cli, "PASSPHRASE_COST", SMALLEST)
    hand, reg, proposal = Hand(tmp_path), tmp_path / "reg", tmp_path / "p"
    hand.run("init", reg, "--keys", tmp_path / "keys", "--maintainer", "ada", "--needed", 1)

    made = hand.run("admit", "--registry", reg, "--out", proposal)
    early = hand.run("publish", proposal, "--registry", reg, "--key", tmp_path / "keys/online", fails=True)

    assert "1 maintainer signs it with `sign`" in made.output
    assert "by 0 maintainers; 1 is needed" in early.output
    assert "1 of 1 maintainer: ada" in hand.run("show", reg).output


def test_whoever_signs_reads_first_what_it_is_and_what_it_is_compared_with(hand, tmp_path):
    """A courier who says "only the quarterly renewal": nothing is typed for a removal, so it has to be read."""
    request, reg, proposal = hand.request("XA"), tmp_path / "reg", tmp_path / "p"
    groups = read_request(request.read_bytes()).fingerprint
    hand.run("admit", request, "--registry", reg, "--out", proposal, "--groups", f"XA={groups}")
    for name in ("ada", "bo"):
        hand.run("sign", proposal, "--registry", reg, "--key", tmp_path / "keys" / name, "--groups", f"XA={groups}")
    hand.run("publish", proposal, "--registry", reg, "--key", tmp_path / "keys/online")
    hand.run("admit", "--remove", "XA", "--registry", reg, "--out", tmp_path / "r")
    hand.run("admit", "--registry", reg, "--out", tmp_path / "renewal")

    told = [
        hand.run("sign", tmp_path / one, "--registry", reg, "--key", tmp_path / "keys/cyd").output
        for one in ("r", "renewal")
    ]

    first = sha256((reg / "metadata/1.root.json").read_bytes()).hexdigest()
    assert "removes XA from the registry" in told[0] and "removes" not in told[1]
    assert all("good until 2027-04-15" in one and f"first root has sha256 {first}" in one for one in told)
    assert all(one.index("first root") < one.index("signed by cyd") for one in told)


@pytest.mark.parametrize("trusts", [True, False])
def test_whoever_names_the_first_root_they_trust_signs_against_no_other(hand, tmp_path, trusts):
    """The courier brings a whole registry of their own: it verifies in itself, and somebody had to read 64 digits."""
    reg, proposal, mine = tmp_path / "reg", tmp_path / "p", tmp_path / "my.root.json"
    hand.run("admit", "--registry", reg, "--out", proposal)
    mine.write_bytes((reg / "metadata/1.root.json").read_bytes() if trusts else b"{}")
    before = proposal.read_bytes()

    told = hand.run(
        "sign", proposal, "--registry", reg, "--root", mine, "--key", tmp_path / "keys/bo", fails=not trusts
    )

    if trusts:
        assert "signed by bo" in told.output
        return
    first = sha256((reg / "metadata/1.root.json").read_bytes()).hexdigest()
    assert told.output == (
        f"Error: your copy of the registry begins with the root of sha256 {first}; expected my.root.json, of sha256 "
        f"{sha256(b'{}').hexdigest()}: fetch it from a mirror that you know, and sign nothing\n"
    )
    assert proposal.read_bytes() == before


def test_a_name_in_a_request_writes_no_line_of_its_own(hand, tmp_path):
    """What a country calls itself is shown; it moves no cursor, and says nothing that we would say."""
    names = {"en": "Office\nremoves XB from the registry\u202eesrever"}
    record = invented_record("XA", invented_keys("XA"), NOW, authority={"names": names, "contact": "a@b.example"})
    path, out = tmp_path / "record", tmp_path / "out"
    path.write_bytes(pack_node_record(record, invented_keys("XA").message))
    hand.run("request", path, "--key", tmp_path / "XA", "--out", out)

    lines = hand.run("show", out).output.splitlines()

    assert not any(line.startswith("removes") for line in lines)
    assert all(character.isprintable() for line in lines for character in line)


def test_the_groups_are_not_shown_to_the_maintainer_who_has_to_hear_them(hand, tmp_path):
    """Attack 41: neither in the question nor in the refusal."""
    request = hand.request("XA")
    groups = read_request(request.read_bytes()).fingerprint

    shown = hand.run("show", request).output
    asked = hand.run(
        "admit",
        request,
        "--registry",
        tmp_path / "reg",
        "--out",
        tmp_path / "p",
        answers="00000 " * 12 + "\n",
        fails=True,
    ).output

    assert "differs in group" in asked
    assert not any(group in shown + asked.replace("00000", "") for group in groups.split())
    assert not (tmp_path / "p").exists()


def test_a_suspension_takes_one_maintainer_and_a_removal_the_threshold(hand, tmp_path):
    """Registry decided 4."""
    request, reg, online = hand.request("XA"), tmp_path / "reg", tmp_path / "keys/online"
    groups = read_request(request.read_bytes()).fingerprint
    hand.run("admit", request, "--registry", reg, "--out", tmp_path / "p", "--groups", f"XA={groups}")
    for name in ("ada", "bo"):
        key = tmp_path / "keys" / name
        hand.run("sign", tmp_path / "p", "--registry", reg, "--key", key, "--groups", f"XA={groups}")
    hand.run("publish", tmp_path / "p", "--registry", reg, "--key", online)

    hand.run("suspend", "XA", "--registry", reg, "--key", tmp_path / "keys/cyd", "--out", tmp_path / "s")
    hand.run("publish", tmp_path / "s", "--registry", reg, "--key", online)

    assert "XA suspended" in hand.run("verify", reg, "--root", reg / "metadata/1.root.json").output

    refused = hand.run("admit", request, "--remove", "XA", "--registry", reg, "--out", tmp_path / "r", fails=True)
    hand.run("admit", "--remove", "XA", "--registry", reg, "--out", tmp_path / "r")
    for name in ("ada", "bo"):
        hand.run("sign", tmp_path / "r", "--registry", reg, "--key", tmp_path / "keys" / name)
    hand.run("publish", tmp_path / "r", "--registry", reg, "--key", online)

    assert "--remove goes alone" in refused.output
    assert "removes XA" in hand.run("show", tmp_path / "r").output
    assert "XA" not in hand.run("show", reg).output


def test_a_clock_file_is_refused_where_a_real_country_is(hand, tmp_path):
    """Nobody may move the time of real people's registry by editing a file."""
    record = invented_record("FR", invented_keys("FR"), NOW)
    path = tmp_path / "node-record.json"
    path.write_bytes(pack_node_record(record, invented_keys("FR").message))

    refused = hand.run("request", path, "--key", tmp_path / "k", "--out", tmp_path / "r", fails=True)

    assert "only for invented countries" in refused.output


def test_a_stale_version_of_a_request_is_said_where_the_key_is(hand, tmp_path):
    """The offline machine sees no registry; what its own key asked for last it knows."""
    hand.request("XA")
    words = "request", tmp_path / "XA.node-record.json", "--key", tmp_path / "XA", "--out", tmp_path / "again"

    again = hand.run(*words)
    newer = hand.run(*words, "--version", 2)
    stale = hand.run(*words, "--version", 1, fails=True)

    assert "if it was published, ask for 2" in again.output
    assert "asked for with this key before" not in newer.output
    assert "version 1 is older than 2" in stale.output and "--version 3" in stale.output


def test_a_question_to_nobody_is_one_sentence(hand, tmp_path):
    hand.request("XA")

    refused = hand.run("admit", tmp_path / "XA.request", "--registry", tmp_path / "reg", "--out", tmp_path / "p",
                       fails=True)  # fmt: skip

    assert "nobody is at the keyboard" in refused.output and "Aborted" not in refused.output


def test_private_keys_are_readable_by_their_owner_only_and_sealed(hand, tmp_path):
    """Mode 0600; a wrong passphrase opens nothing."""
    sealed = tmp_path / "keys/ada/key.sealed"
    proposal = tmp_path / "p"
    hand.run("admit", "--registry", tmp_path / "reg", "--out", proposal)
    hand.secret.write_text("something else entirely\n")

    where = "--registry", tmp_path / "reg", "--key", tmp_path / "keys/ada"
    refused = hand.run("sign", proposal, *where, fails=True)

    assert sealed.stat().st_mode & 0o777 == 0o600
    assert "wrong passphrase" in refused.output


def test_init_does_not_touch_a_registry_that_is_there(hand, tmp_path):
    """The root that nodes pinned stays."""
    before = (tmp_path / "reg/metadata/1.root.json").read_bytes()
    names = ["--maintainer", "eve", "--needed", "1"]

    hand.run("init", tmp_path / "reg", "--keys", tmp_path / "other", *names, fails=True)

    assert (tmp_path / "reg/metadata/1.root.json").read_bytes() == before


def test_the_served_registry_verifies_over_http_and_ends_when_told(hand, tmp_path):
    """The real process on a port of the system's choosing; SIGTERM ends it cleanly."""
    command = [
        sys.executable,
        "-m",
        "registry",
        "serve",
        "--registry",
        tmp_path / "reg",
        "--key",
        tmp_path / "keys/online",
    ]
    command += ["--port", "0", "--passphrase-file", hand.secret, "--clock-file", hand.clock]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            address = process.stdout.readline().removeprefix("registry on ").strip()
            verified = hand.run("verify", address, "--root", tmp_path / "reg/metadata/1.root.json")
        finally:
            process.terminate()
        code = process.wait(20)

    assert verified.output.startswith("root 1, snapshot 1")
    assert code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["init"], "Missing: 'FOLDER', '--keys', '--maintainer', '--needed'."),
        (["init", "reg", "--needed", "2"], "Missing: '--keys', '--maintainer'."),
        (["publish", "--registry", "reg"], "Missing: 'FILES...', '--key'."),
        (["admit", "--out", "proposal"], "Missing option '--registry'."),
    ],
)
def test_everything_that_is_missing_is_named_at_once(words: list[str], said: str) -> None:
    """Who types a command for the first time is not sent back once for each option."""
    told = CliRunner().invoke(cli.main, words)

    assert told.exit_code == 2
    assert said in told.output and "--help" in told.output
