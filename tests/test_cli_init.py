"""`trm-node init`: one command makes a whole node, or says in one sentence why not and leaves nothing behind."""

import fcntl
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from node import init_undo
from node.crypto.recovery import join_seed, read_sheet
from node.crypto.suite import KemKey
from registry.record import read_node_record
from tests.cli_world import NOW, SECRETS, init_words, is_one_sentence, make_node, prepare, run
from tests.crash.disks import fill, small_disk


def test_every_option_reaches_the_configuration_the_record_or_the_sheets(tmp_path: Path):
    words = init_words(
        prepare(tmp_path), holder="Haven Arvenia", holder_kind="state", time_zone="Europe/Chisinau", login="ana"
    )
    more = ["--holiday", "2026-12-25", "--holiday", "2027-01-07", "--registry", "http://127.0.0.1:2/"]

    made = run(tmp_path, *words, *more)

    assert made.exit_code == 0, made.output
    record, _, _ = read_node_record((tmp_path / "data" / "node-record.json").read_bytes())
    assert (record.country, record.endpoints[0].url, record.issued_at) == ("XA", "http://127.0.0.1:1/XA", NOW)
    assert record.authority.names == {"en": "Office for Trafficked Persons, Arvenia"}
    assert record.authority.contact == "desk@office.example"
    assert (record.office_keys[0].holder, record.office_keys[0].kind) == ("Haven Arvenia", "state")
    assert record.calendar.time_zone == "Europe/Chisinau"
    assert record.calendar.holidays == ["2026-12-25", "2027-01-07"]
    shown = run(tmp_path, "config").output
    for line in (
        "node.country = XA    (node.toml)",
        f"node.data_dir = {tmp_path / 'data'}    (node.toml)",
        f"node.clock_file = {tmp_path / 'clock'}    (node.toml)",
        "listen.host = 127.0.0.1    (node.toml)",
        "listen.port = 0    (node.toml)",
        "listen.metrics_port = 0    (node.toml)",
        "registry.mirrors = http://127.0.0.1:1/, http://127.0.0.1:2/    (node.toml)",
        f"registry.root_file = {tmp_path / 'root.json'}    (node.toml)",
        f"keys.passphrase_file = {tmp_path / 'passphrase'}    (node.toml)",
    ):
        assert line + "\n" in shown
    as_ana = ["--as", "ana", "--as-password-file", str(tmp_path / "password")]
    assert run(tmp_path, "user", "list", *as_ana).output.startswith("ana ")


def test_the_doctor_finds_a_new_node_well(tmp_path: Path):
    """A clock file tells the time, no registry was verified, nobody is called (H21), nothing was copied yet."""
    told = run(make_node(tmp_path), "doctor")

    levels = {line.split()[1]: line.split()[0] for line in told.output.splitlines()}
    assert told.exit_code == 0, told.output
    assert {check for check, level in levels.items() if level != "ok"} == {
        "clock", "registry", "alarm", "backup", "keys_copy", "restore",
    }  # fmt: skip


def test_two_of_the_three_sheets_restore_the_office_key_of_the_record(tmp_path: Path):
    make_node(tmp_path)

    record, _, _ = read_node_record((tmp_path / "data" / "node-record.json").read_bytes())
    kid = record.office_keys[0].office_kid
    sheets = [read_sheet((tmp_path / "sheets" / f"recovery-{name}.txt").read_text()) for name in "abc"]

    for one, other in ((0, 1), (0, 2), (2, 1)):
        assert KemKey(join_seed(sheets[one], sheets[other], kid)).office_kid == kid


def test_sheets_are_shown_once_when_no_folder_is_named(tmp_path: Path):
    told = run(prepare(tmp_path), *init_words(tmp_path, sheets=None)).output

    sheets = told[told.index("can restore the office key:") :].split("\n", 1)[1]
    lines = sheets.splitlines()
    third = len(lines) // 3
    letters = [read_sheet("\n".join(lines[at : at + third])).letter for at in (0, third, 2 * third)]
    assert letters == ["A", "B", "C"]


def test_what_init_makes_only_its_owner_reads_and_no_secret_is_shown(tmp_path: Path):
    words = init_words(prepare(tmp_path), passphrase_file=None, key_file=str(tmp_path / "key"))

    told = run(tmp_path, *words).output

    private = [tmp_path / "data", tmp_path / "key", tmp_path / "sheets", *(tmp_path / "sheets").iterdir()]
    private += [tmp_path / "data" / name for name in ("node.db", "keys.db", "node.key")]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in private} == {0}
    assert len((tmp_path / "key").read_bytes()) == 32
    for text in (told, (tmp_path / "node.toml").read_text()):
        assert not [secret for secret in SECRETS.values() if secret in text]


def test_init_overwrites_nothing(tmp_path: Path):
    make_node(tmp_path)
    before = _bytes_of(tmp_path)

    same = run(tmp_path, *init_words(tmp_path))
    (tmp_path / "node.toml").rename(tmp_path / "kept.toml")
    same_data = run(tmp_path, *init_words(tmp_path))
    (tmp_path / "kept.toml").rename(tmp_path / "node.toml")
    other = tmp_path / "other"
    other.mkdir()
    same_sheets = run(other, *init_words(tmp_path, data=str(other / "data")))

    assert "node.toml exists already" in same.output
    assert "data folder holds a node already" in same_data.output
    assert "recovery sheets" in same_sheets.output
    assert all(is_one_sentence(result) for result in (same, same_data, same_sheets))
    assert list(other.iterdir()) == []
    assert _bytes_of(tmp_path) == before


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"country": "xa"}, "country"),
        ({"country": "QZ"}, "node.clock_file is set for QZ"),
        ({"country": "QZ", "clock_file": None}, "--fast-kdf is only for invented countries"),
        ({"url": "ftp://127.0.0.1/"}, "plain http(s) address"),
        ({"registry": "127.0.0.1:8800"}, "registry mirror"),
        ({"listen": "8700"}, "address and port"),
        ({"listen": "127.0.0.1:87000"}, "listen"),
        ({"time_zone": "Arvenia/Capital"}, "time zone"),
        ({"holiday": "25.12.2026"}, "holiday"),
        ({"authority": ""}, "authority"),
        ({"login": "Ana Ionescu"}, "login cannot be used: found another value, expected 2 to 64 small letters, digits"),
        (
            {"password_file": "short"},
            "password cannot be used: found another value, expected a text of at least 12 char",
        ),
        ({"password_file": None}, "password of coordinator was not given"),
        ({"passphrase_file": None}, "passphrase of this node was not given"),
        ({"passphrase_file": "short"}, "passphrase"),
        ({"key_file": "key"}, "choose one"),
        ({"passphrase_file": None, "key_file": "short"}, "32 bytes"),
        ({"root": "passphrase"}, "root"),
        ({"data": "root.json/data"}, "data folder cannot be made"),
        ({"sheets": "root.json/sheets"}, "not a directory"),
        ({"passphrase_file": None, "key_file": "nowhere/key"}, "no such file or directory"),
        ({"clock_file": "passphrase"}, "clock file"),
    ],
    ids=lambda value: "-".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_one_sentence_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, str | None], says: str
):
    monkeypatch.chdir(prepare(tmp_path))
    before = _bytes_of(tmp_path)

    result = run(tmp_path, *init_words(tmp_path, **changes))

    assert is_one_sentence(result), result.output
    assert says in result.output
    assert _bytes_of(tmp_path) == before


def test_a_folder_for_the_configuration_that_does_not_exist_is_told_before_anything_is_made(tmp_path: Path):
    prepare(tmp_path)
    before = _bytes_of(tmp_path)

    result = run(tmp_path / "nowhere", *init_words(tmp_path))

    assert is_one_sentence(result), result.output
    assert _bytes_of(tmp_path) == before


def test_an_init_that_found_no_room_can_be_given_again(tmp_path: Path):
    """Half a node stood in the way of the next try; a folder that was there (/var/lib/opentrm, say) stays."""
    with small_disk(tmp_path / "disk", "600k") as disk:
        prepare(tmp_path)
        (disk / "data").mkdir()
        words = init_words(tmp_path, data=str(disk / "data"))
        ballast = fill(disk)
        ballast.write_bytes(ballast.read_bytes()[: -64 * 4096])

        full = run(tmp_path, *words)
        left = sorted(disk.rglob("*"))

        assert is_one_sentence(full) and "full" in full.output, full.output
        assert left == [ballast, disk / "data"]
        assert not (tmp_path / "sheets").exists() and not (tmp_path / "node.toml").exists()


def test_an_init_that_finds_what_another_made_a_moment_ago_takes_nothing_away(tmp_path: Path, monkeypatch: Any):
    """It saw no folder, and got it when the first one had let go: what stands there is asked for after that."""
    words, held = init_words(prepare(tmp_path)), init_undo._held

    def after_the_first(folder: Path) -> int:
        (folder / "keys.db").write_bytes(b"of the first")
        return held(folder)

    monkeypatch.setattr(init_undo, "_held", after_the_first)
    second = run(tmp_path, *words)

    assert is_one_sentence(second), second.output
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys.db"]


def test_two_inits_of_one_folder_leave_the_node_of_the_first(tmp_path: Path):
    """What the second one takes away again must not be the first one's."""
    words = init_words(prepare(tmp_path))
    (tmp_path / "data").mkdir()
    held = os.open(tmp_path / "data", os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    (tmp_path / "data" / "keys.db").write_bytes(b"of the first")

    second = run(tmp_path, *words)
    os.close(held)

    assert is_one_sentence(second) and "another init is at work" in second.output, second.output
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys.db"]


def _bytes_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_node_made_after_a_lost_one_goes_on_where_its_published_record_ended(tmp_path: Path):
    """RUNBOOK, "the machine is stolen": the registry takes only a higher serial that names the record before."""
    lost, new = tmp_path / "lost", tmp_path / "new"
    for folder in (lost, new):
        folder.mkdir()
    make_node(lost)
    record_file = lost / "data" / "node-record.json"
    before, data, _ = read_node_record(record_file.read_bytes())
    (new / "record.json").write_bytes(data)

    for after, name in ((record_file, "as the node wrote it"), (new / "record.json", "as it is published")):
        folder = new / name.replace(" ", "-")
        folder.mkdir()
        made = run(prepare(folder), *init_words(folder, after=str(after)))

        assert made.exit_code == 0, made.output
        record, _, _ = read_node_record((folder / "data" / "node-record.json").read_bytes())
        assert (record.serial, record.prev_sha256) == (2, hashlib.sha256(data).hexdigest())
        assert record.message_keys[0].key != before.message_keys[0].key
        assert [(key.key, key.status) for key in record.message_keys[1:]] == [(before.message_keys[0].key, "revoked")]


def test_a_record_of_another_country_or_no_record_is_no_predecessor(tmp_path: Path):
    lost = tmp_path / "lost"
    lost.mkdir()
    make_node(lost)
    (tmp_path / "torn.json").write_text("{")

    another = run(prepare(tmp_path), *init_words(tmp_path, country="XB", after=str(lost / "data" / "node-record.json")))
    torn = run(tmp_path, *init_words(tmp_path, after=str(tmp_path / "torn.json")))

    assert is_one_sentence(another) and "record of XA; expected one of XB" in another.output
    assert is_one_sentence(torn) and "--after is no record" in torn.output
    assert not (tmp_path / "data").exists()


def test_a_node_whose_key_file_is_gone_is_not_told_to_be_made_anew(tmp_path: Path):
    make_node(tmp_path)
    (tmp_path / "data" / "node.key").unlink()

    told = run(tmp_path, "serve")

    assert is_one_sentence(told) and "node.key is missing and the database is there; put its copy back" in told.output
