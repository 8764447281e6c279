"""`trm-node keys` as an operator types it: what it changes, what it says comes next, and what it refuses."""

from pathlib import Path

import pytest
from click.testing import Result

from node.app import open_alone
from node.config import load
from node.crypto.recovery import read_sheet
from node.service.upkeep.office_change import ROTATE
from registry.record import Record, read_node_record
from tests.cli_world import NOW, copied_node, is_one_sentence, make_node, run, serving
from tests.test_cli_keep import with_two_and_a_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped node of XA with two coordinators and one case."""
    return copied_node("two coordinators and a case", with_two_and_a_case, tmp_path)


def changed(folder: Path, *words: str, second: str = "bea", sheets: str = "new-sheets") -> Result:
    password = str(folder / "password")
    return run(folder, "keys", "office", "--why", "somebody_left", "--sheets", str(folder / sheets), "--second", second,
               "--as-password-file", password, "--second-password-file", password, "--yes", *words)  # fmt: skip


def record_of(folder: Path) -> Record:
    return read_node_record((folder / "data" / "node-record.json").read_bytes())[0]


def test_two_coordinators_change_the_office_key_and_are_told_what_comes_next(folder: Path):
    """O2: record, sheets, copies; old sheets open nothing, new ones do."""
    old = [str(folder / "sheets" / f"recovery-{letter}.txt") for letter in "ab"]
    before = record_of(folder)

    done = changed(folder)

    after, new = record_of(folder), [str(folder / "new-sheets" / f"sheet-{letter}.txt") for letter in "AC"]
    assert done.exit_code == 0, done.output
    assert "2 people have it" in done.output and "trm-registry request" in done.output
    assert after.serial == before.serial + 1 and len(after.office_keys) == 2
    assert after.office_keys[0].office_kid == read_sheet(Path(new[0]).read_text()).office_kid
    assert run(folder, "recovery", "try", *new).exit_code == 0
    assert is_one_sentence(run(folder, "recovery", "try", *old))
    shown = run(folder, "keys", "show").output
    assert "Kept, so that what was sealed to them opens: 1" in shown and "No copy of database and keys" in shown
    assert "nothing is to write" in run(folder, "keys", "record").output


@pytest.mark.parametrize(
    ("second", "sheets"), [("coordinator", "new-sheets"), ("nobody", "new-sheets"), ("bea", "sheets")]
)
def test_nothing_is_changed_without_a_second_person_or_a_place_for_the_sheets(folder: Path, second: str, sheets: str):
    before = (folder / "data" / "node-record.json").read_bytes()

    refused = changed(folder, second=second, sheets=sheets)

    assert is_one_sentence(refused), refused.output
    assert (folder / "data" / "node-record.json").read_bytes() == before
    assert changed(folder).exit_code == 0  # what was refused left nothing in the way, not even an empty folder


def test_sheets_that_the_record_does_not_list_change_nothing(folder: Path):
    """After a restore the newest sheets bring the key back; any others, or half of them, are one sentence."""
    old = [str(folder / "sheets" / f"recovery-{letter}.txt") for letter in "ab"]

    refused = changed(folder, "--with-sheets", *old)

    assert is_one_sentence(refused) and "nothing is to change" in refused.output, refused.output
    assert is_one_sentence(changed(folder, "--with-sheets", old[0], old[0], sheets="others"))


def test_settling_says_what_still_needs_the_key_before(folder: Path):
    assert changed(folder).exit_code == 0

    settled = run(folder, "keys", "settle", "--as-password-file", str(folder / "password"))

    assert settled.exit_code == 0, settled.output
    assert "destroyed: 0" in settled.output and "what may come until 20" in settled.output


def test_the_next_message_key_is_announced_and_refused_before_the_record_is_published(folder: Path):
    """Registry, decided 7: its file is sealed and lies elsewhere; unannounced, others would hold us apart."""
    secret, file = str(folder / "passphrase"), folder / "next-key"

    announced = run(folder, "keys", "announce", str(file), "--passphrase-file", secret, "--fast-kdf")
    early = run(folder, "keys", "message", str(file), "--passphrase-file", secret, "--yes")

    assert announced.exit_code == 0, announced.output
    assert record_of(folder).next_message_key_sha256 is not None and file.stat().st_mode & 0o077 == 0
    assert is_one_sentence(early) and "--unannounced" in early.output
    again = run(folder, "keys", "announce", str(file), "--passphrase-file", secret, "--fast-kdf")
    assert is_one_sentence(again)
    turned = run(
        folder, "keys", "message", str(file), "--passphrase-file", secret, "--unannounced", "--stolen", "--yes"
    )
    assert turned.exit_code == 0, turned.output
    assert [key.status for key in record_of(folder).message_keys] == ["current", "revoked"]
    wrong = run(folder, "keys", "message", str(file), "--passphrase-file", str(folder / "password"), "--yes")
    assert is_one_sentence(wrong)


@pytest.mark.parametrize("stolen", ["machine", "office", "message", "role"])
def test_a_drill_says_every_step_and_does_nothing(folder: Path, stolen: str):
    before = {path.name: path.read_bytes() for path in (folder / "data").iterdir() if path.suffix == ".json"}

    told = run(folder, "keys", "drill", stolen)

    assert told.exit_code == 0, told.output
    assert told.output.startswith("1. ") and "nothing was done" in told.output and "{country}" not in told.output
    assert all((folder / "data" / name).read_bytes() == data for name, data in before.items())


def test_a_new_node_is_told_that_the_registry_does_not_list_it(tmp_path: Path):
    shown = run(make_node(tmp_path), "keys", "show")

    assert shown.exit_code == 0, shown.output
    assert "The registry does not list us yet." in shown.output


def test_how_the_keys_stand_is_read_beside_a_running_node(folder: Path):
    """No desk is shut for a question; what changes keys still wants the node stopped."""
    stopped, drill = run(folder, "keys", "show").output, run(folder, "keys", "drill", "machine").output

    with serving(folder):
        assert run(folder, "keys", "show").output == stopped
        assert run(folder, "keys", "drill", "machine").output == drill
        assert is_one_sentence(run(folder, "keys", "record"))
        for words in (("user", "list"), ("user", "add", "eva", "--role", "auditor"), ("user", "password", "bea"),
                      ("keys", "announce", str(folder / "next")), ("erase", "c1" * 16, "--ground", "died",
                      "--second", "bea", "--yes")):  # fmt: skip
            refused = run(folder, *words)  # before a password is asked for
            assert is_one_sentence(refused) and "in use by process" in refused.output, refused.output


def test_a_yes_that_nobody_is_there_to_say_is_asked_for_in_one_sentence(folder: Path):
    for words in (("restore", str(folder / "password")), ("keys", "message", str(folder / "password"))):
        refused = run(folder, *words)
        assert is_one_sentence(refused) and "--yes" in refused.output and "Aborted" not in refused.output


def test_asking_how_the_keys_stand_writes_nothing(folder: Path):
    def lying() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in sorted((folder / "data").rglob("*")) if path.is_file()}

    before = lying()
    assert run(folder, "keys", "show").exit_code == 0 and run(folder, "keys", "drill", "role").exit_code == 0

    assert lying() == before


def test_that_a_new_office_key_is_asked_for_is_seen_from_beside_too(folder: Path):
    """What tells of people is covered in the database; whoever only looks has the veil too."""
    opened = open_alone(load(folder / "node.toml").config)
    opened.node.store.write_sync(lambda work: work.tasks.add(ROTATE, NOW))
    opened.close()

    assert "wrong    Office key, which opens names" in run(folder, "keys", "show").output
