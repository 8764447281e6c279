"""`trm-node backup`, `restore`, `erase`, `recovery` and `possession`, as an operator types them."""

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from node.app import NO_VIEW, unlock_of
from node.clock import clock_for
from node.config import load
from node.crypto.rolekeys import RoleKey
from node.protocol.cases.case import Case, Person
from node.service.threads.book import Book
from node.service.upkeep.setup import open_node
from node.store.folder import DataFolder
from registry.possession import check_answer, make_challenge
from registry.record import read_node_record
from registry.request import make_request, read_request
from tests.cli_world import NOW, copied_node, is_one_sentence, make_node, run
from tests.keeping import files_of
from tests.registry_world import invented_keys

CASE = "c1" * 16
MARK = b"marked-need"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A stopped node of XA with two coordinators and one case."""
    return copied_node("two coordinators and a case", with_two_and_a_case, tmp_path)


def with_two_and_a_case(folder: Path) -> None:
    make_node(folder)
    added = run(folder, "user", "add", "bea", "--role", "coordinator", "--password-file", str(folder / "password"),
                "--as-password-file", str(folder / "password"))  # fmt: skip
    assert added.exit_code == 0, added.output
    add_case(folder)


def add_case(folder: Path) -> None:
    config = load(folder / "node.toml").config
    clock = clock_for(config.node.country, config.node.clock_file)
    opened = open_node(DataFolder(config.node.data_dir), "XA", unlock_of(config), NO_VIEW, clock, os.urandom)
    her = Person(person_id="a1" * 8, role="person", age_band="25-34")
    case = Case(case_id=CASE, trafficking_status="possible", persons=(her,))
    opened.node.store.write_sync(lambda work: Book(opened.node, work).new_case(case, None, opened.node.now()))
    opened.close()


def erased(folder: Path, *words: str, second: str = "bea") -> Result:
    password = str(folder / "password")
    return run(folder, "erase", *words, "--as-password-file", password, "--second", second,
               "--second-password-file", password, "--yes")  # fmt: skip


def has_case(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "data" / "node.db")) as connection:
        return bool(connection.execute("select count(*) from case_file where dek is not null").fetchone() == (1,))


def test_a_backup_is_checked_and_holds_no_key(folder: Path):
    """At-rest 5.4: one file, whole, for its owner only; the keys are elsewhere."""
    made = run(folder, "backup", str(folder / "copy.db"))
    with closing(sqlite3.connect(folder / "data" / "keys.db")) as connection:
        secrets = [row[0] for row in connection.execute("select sealed from secret union select sealed from case_key")]

    assert made.exit_code == 0, made.output
    assert "1 case, whole" in made.output
    assert (folder / "copy.db").stat().st_mode & 0o077 == 0
    assert not [1 for secret in secrets if secret in (folder / "copy.db").read_bytes()]
    assert not list(folder.glob("copy.db-*"))


@pytest.mark.parametrize("name", ["copy.db", "data/copy.db"])
def test_a_backup_overwrites_nothing_and_does_not_lie_with_the_data(folder: Path, name: str):
    """Bad input: one sentence, and nothing is made."""
    if name == "copy.db":
        (folder / name).write_bytes(b"kept")

    refused = run(folder, "backup", str(folder / name))

    assert is_one_sentence(refused), refused.output
    assert not (folder / "copy.db").exists() or (folder / "copy.db").read_bytes() == b"kept"
    assert not (folder / "data" / "copy.db").exists()


def test_a_copy_of_the_keys_holds_no_prekey_and_no_fallback(folder: Path):
    """Wire 6: what opens letters on their way is in no backup."""
    made = run(folder, "backup", "--keys", str(folder / "keys.copy"))
    with closing(sqlite3.connect(folder / "keys.copy")) as connection:
        names = {row[0] for row in connection.execute("select name from secret")}
        (cases,) = connection.execute("select count(*) from case_key").fetchone()
    with closing(sqlite3.connect(folder / "data" / "keys.db")) as connection:
        prekeys = [row[0] for row in connection.execute("select sealed from secret where name like 'prekey.%'")]

    assert made.exit_code == 0, made.output
    assert names == {"message", "journal", "file.node.key", "file.node-record.json"}
    assert cases > 0 and len(prekeys) == 9
    assert not [1 for sealed in prekeys if sealed in (folder / "keys.copy").read_bytes()]


def test_a_restore_is_tried_beside_the_node_and_the_doctor_knows_when(folder: Path):
    """O3: the last verified restore; nothing of the node is changed, and nothing of the try is left."""
    both = copies(folder)
    assert "a node never came out of the copies" in run(folder, "doctor").output
    before = {path.name: path.read_bytes() for path in (folder / "data").iterdir() if path.suffix in (".db", ".json")}

    tried = run(folder, "restore", "--try", *both)

    assert tried.exit_code == 0, tried.output
    assert "whole, 1 case, every key opens" in tried.output
    assert "a node last came out of the copies 0 days ago" in run(folder, "doctor").output
    assert {name: (folder / "data" / name).read_bytes() for name in before} == before
    assert not list(folder.glob(".tried-*")) and not list(folder.glob("*.copy-*"))


def test_a_try_says_which_keys_were_changed_since_the_copies(folder: Path):
    """A node that comes back with a key it no longer has is no node that others know."""
    both, password = copies(folder), str(folder / "password")
    assert "changed since" not in run(folder, "restore", "--try", *both).output
    done = run(folder, "keys", "office", "--why", "somebody_left", "--sheets", str(folder / "new-sheets"), "--second",
               "bea", "--as-password-file", password, "--second-password-file", password, "--yes")  # fmt: skip
    assert done.exit_code == 0, done.output

    tried = run(folder, "restore", "--try", *both)

    assert tried.exit_code == 0, tried.output
    assert "the office key was changed since copy.db" in tried.output and "make new copies" in tried.output
    assert "signs letters" not in tried.output


def test_a_try_fails_where_a_case_is_younger_than_the_copy_of_its_keys(folder: Path):
    """Without its key the case would be lost in a restore; it is no verified restore then."""
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    with closing(sqlite3.connect(folder / "keys.copy")) as connection, connection:
        connection.execute("delete from case_key")
    run(folder, "backup", str(folder / "copy.db"))

    tried = run(folder, "restore", "--try", str(folder / "copy.db"), "--keys", str(folder / "keys.copy"))

    assert is_one_sentence(tried), tried.output
    assert "1 case of this copy has no key" in tried.output
    assert "a node never came out of the copies" in run(folder, "doctor").output


def test_a_damaged_copy_and_a_try_without_keys_are_one_sentence(folder: Path):
    """Bad input, and nothing noted as verified."""
    copy, _, keys = copies(folder)
    assert is_one_sentence(run(folder, "restore", "--try", copy))
    data = bytearray(Path(copy).read_bytes())
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    Path(copy).write_bytes(data)

    assert is_one_sentence(run(folder, "restore", "--try", copy, "--keys", keys))
    assert not (folder / "data" / "last-restore-check").exists() and not list(folder.glob(".tried-*"))


def test_what_a_killed_try_left_is_taken_away_by_the_next(folder: Path):
    left = folder / ".tried-killed"
    left.mkdir()
    (left / "keys.db").write_bytes(b"sealed")

    assert run(folder, "restore", "--try", *copies(folder)).exit_code == 0
    assert not left.exists()


def copies(folder: Path) -> tuple[str, str, str]:
    """Both copies as an operator makes them, and as the words of a command."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    return str(folder / "copy.db"), "--keys", str(folder / "keys.copy")


def test_a_restored_node_goes_on_with_the_journal_laid_over_it(folder: Path):
    """H08, wire 1: from last night's copy, on the same machine."""
    run(folder, "backup", str(folder / "copy.db"))
    assert erased(folder, CASE, "--ground", "she_asked").exit_code == 0
    back = run(folder, "restore", str(folder / "copy.db"), "--yes")

    assert back.exit_code == 0, back.output
    assert "the journal was laid over it" in back.output
    assert not has_case(folder)
    assert (folder / "data" / "node.db.before-restore").exists()


def test_a_restored_node_without_its_journal_says_that_everybody_is_held(folder: Path):
    """H08: fail closed, in a sentence."""
    run(folder, "backup", str(folder / "copy.db"))
    shutil.rmtree(folder / "data" / "journal")
    back = run(folder, "restore", str(folder / "copy.db"), "--yes")

    assert back.exit_code == 0, back.output
    assert "nothing about a person leaves before two people answered" in back.output
    assert has_case(folder)


def test_a_lost_machine_comes_back_from_both_copies_with_a_new_record(folder: Path):
    """At-rest: database and keys from their own copies; fallback and prekeys are new, and the record says so."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    before, _, _ = read_node_record((folder / "data" / "node-record.json").read_bytes())
    shutil.move(folder / "data" / "journal", folder / "journal")
    shutil.rmtree(folder / "data")
    (folder / "data").mkdir(mode=0o700)
    shutil.move(folder / "journal", folder / "data" / "journal")

    back = run(folder, "restore", str(folder / "copy.db"), "--keys", str(folder / "keys.copy"), "--yes")

    after, data, _ = read_node_record((folder / "data" / "node-record.json").read_bytes())
    assert back.exit_code == 0, back.output
    assert "the journal was laid over it" in back.output and "--version" in back.output
    assert after.serial == before.serial + 1 and after.kem_fallback != before.kem_fallback
    assert after.message_keys == before.message_keys and has_case(folder)
    keys = invented_keys("XA")
    assert (
        read_request(make_request((folder / "data" / "node-record.json").read_bytes(), keys.role, NOW, 2)).version == 2
    )
    assert data
    listed = run(folder, "user", "list", "--as-password-file", str(folder / "password"))
    assert "bea" in listed.output


RESTORES = {
    "no backup": (["root.json"], "no copy of a database; name what trm-node backup wrote"),
    "keys where keys are": (["copy.db", "--keys", "keys.copy"], "has keys"),
    "keys that are none": (["copy.db", "--keys", "root.json"], "keys"),
    "another country": (["other.db"], "that is a copy of the database of XD; name one of XA"),
    "damaged copy": (["torn.db"], "that copy is damaged or cut off; name another one"),
    "wrong passphrase": (["copy.db"], "passphrase"),
    "keys and a wrong passphrase": (["copy.db", "--keys", "keys.copy"], "passphrase"),
}


@pytest.mark.parametrize("fault", RESTORES)
def test_what_cannot_be_restored_is_one_sentence_and_changes_nothing(folder: Path, fault: str):
    """Bad input: nothing is overwritten."""
    run(folder, "backup", str(folder / "copy.db"))
    run(folder, "backup", "--keys", str(folder / "keys.copy"))
    words, says = RESTORES[fault]
    paths = [word if word.startswith("--") else str(folder / word) for word in words]
    data = (folder / "copy.db").read_bytes()
    (folder / "torn.db").write_bytes(data[: len(data) // 2 // 4096 * 4096])
    (folder / "other.db").write_bytes(data)
    with closing(sqlite3.connect(folder / "other.db")) as other:
        assert other.execute("UPDATE meta SET value = 'XD' WHERE value = 'XA'").rowcount == 1
        other.commit()
    secret = (folder / "passphrase").read_bytes()
    if "wrong passphrase" in fault:
        (folder / "passphrase").write_bytes(b"another invented passphrase\n")
    if fault.startswith("keys") and fault != "keys where keys are":
        (folder / "data" / "keys.db").rename(folder / "aside.db")
        (folder / "data" / "node.key").rename(folder / "aside.key")
    there, names = (folder / "data" / "node.db").read_bytes(), {path.name for path in (folder / "data").iterdir()}

    refused = run(folder, "restore", *paths, "--yes")

    assert is_one_sentence(refused), refused.output
    assert says in refused.output
    assert (folder / "data" / "node.db").read_bytes() == there
    assert {path.name for path in (folder / "data").iterdir()} <= names | {"lock"}
    (folder / "passphrase").write_bytes(secret)
    assert has_case(folder)


def test_what_was_there_outlives_a_second_restore(folder: Path):
    """The wrong copy first, then the right one: the letters that no copy has lie in what was there before both."""
    run(folder, "backup", str(folder / "copy.db"))
    add_user = ["user", "add", "cyn", "--role", "auditor", "--password-file", str(folder / "password")]
    assert run(folder, *add_user, "--as-password-file", str(folder / "password")).exit_code == 0
    there = (folder / "data" / "node.db").read_bytes()

    first = run(folder, "restore", str(folder / "copy.db"), "--yes")
    second = run(folder, "restore", str(folder / "copy.db"), "--yes")

    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert (folder / "data" / "node.db.before-restore").read_bytes() == there
    assert "node.db.before-restore-2 beside it holds what was there" in second.output


def test_two_colleagues_erase_a_case_and_its_backup_opens_nothing(folder: Path):
    """Wire 11: with the key file of the machine, the copy made before opens no longer."""
    run(folder, "backup", str(folder / "copy.db"))
    with closing(sqlite3.connect(folder / "copy.db")) as connection:
        ((dek,),) = connection.execute("select dek from case_file").fetchall()
    done = erased(folder, CASE, "--ground", "recorded_in_error")
    with closing(sqlite3.connect(folder / "data" / "keys.db")) as connection:
        left = connection.execute("select count(*) from case_key where key_id=?", (dek[:16],)).fetchone()

    assert done.exit_code == 0, done.output
    assert left == (0,) and not has_case(folder)
    assert dek not in files_of(folder / "data", "node.db")


@pytest.mark.parametrize(
    ("words", "second", "says"),
    [
        ([CASE, "--ground", "she_asked"], "coordinator", "two different people"),
        (["d" * 32, "--ground", "she_asked"], "bea", "no such case"),
        ([CASE, "--ground", "she_asked", "--person", "no"], "bea", "person_id"),
        ([CASE, "--ground", "she_asked", "--person", "b2" * 8], "bea", "no such person"),
    ],
)
def test_what_may_not_be_erased_is_one_sentence(folder: Path, words: list[str], second: str, says: str):
    """R25: two people, a case that exists; nothing is erased."""
    refused = erased(folder, *words, second=second)

    assert is_one_sentence(refused), refused.output
    assert says in refused.output
    assert has_case(folder)


def test_a_set_that_was_not_printed_leaves_no_folder_in_its_way(folder: Path):
    """A mistyped password first: the same command can be given again. A folder that is there is told before."""
    words = ["recovery", "print", "--sheets", str(folder / "printed"), "--as-password-file"]
    (folder / "wrong").write_text("not that password\n")
    (folder / "wrong").chmod(0o600)

    mistyped = run(folder, *words, str(folder / "wrong"))
    printed = run(folder, *words, str(folder / "password"))
    again = run(folder, *words, str(folder / "wrong"))

    assert is_one_sentence(mistyped) and "password or code is wrong" in mistyped.output
    assert printed.exit_code == 0, printed.output
    assert is_one_sentence(again) and "printed: file exists" in again.output


def test_two_sheets_bring_back_a_node_whose_coordinators_are_lost(folder: Path):
    """At-rest, 2-of-3: a new coordinator reads names; the audit tells it."""
    sheets = sorted((folder / "sheets").iterdir())
    tried = run(folder, "recovery", "try", str(sheets[0]), str(sheets[2]))
    (folder / "new").touch(mode=0o600)
    (folder / "new").write_text("yet another invented password\n")
    used = run(folder, "recovery", "use", str(sheets[0]), str(sheets[1]), "--login", "zoe", "--yes", "--password-file",
               str(folder / "new"))  # fmt: skip
    listed = run(folder, "user", "list", "--as", "zoe", "--as-password-file", str(folder / "new"))

    assert tried.exit_code == 0, tried.output
    assert used.exit_code == 0, used.output
    assert [line.split()[2:4] for line in listed.output.splitlines() if line.startswith("zoe")] == [["reads", "names"]]
    with closing(sqlite3.connect(folder / "data" / "node.db")) as connection:
        assert connection.execute("select count(*) from audit where outcome='alarm'").fetchone() == (1,)


def test_a_new_set_is_printed_and_tried(folder: Path):
    """A coordinator prints it; sheets of two sets do not go together."""
    password = str(folder / "password")
    made = run(folder, "recovery", "print", "--sheets", str(folder / "again"), "--as-password-file", password)
    new, old = sorted((folder / "again").iterdir()), sorted((folder / "sheets").iterdir())
    good = run(folder, "recovery", "try", str(new[1]), str(new[2]))
    mixed = run(folder, "recovery", "try", str(new[0]), str(old[1]))
    mistyped = folder / "typed"
    mistyped.write_text(new[0].read_text().replace("A", "B", 1))
    wrong = run(folder, "recovery", "try", str(mistyped), str(new[1]))

    assert made.exit_code == 0, made.output
    assert [path.name for path in new] == ["sheet-A.txt", "sheet-B.txt", "sheet-C.txt"]
    assert good.exit_code == 0, good.output
    assert is_one_sentence(mixed) and "different sets" in mixed.output
    assert is_one_sentence(wrong), wrong.output


def test_a_country_proves_that_it_holds_its_keys(folder: Path):
    """Registry, decided 7: the maintainer's challenge is answered by the node and a signed-in person."""
    request = read_request(make_request((folder / "data" / "node-record.json").read_bytes(), role(), NOW))
    challenge, nonces = make_challenge(request)
    (folder / "challenge").write_bytes(challenge)
    rest = "--groups", request.fingerprint, "--as-password-file", str(folder / "password")
    done = run(folder, "possession", str(folder / "challenge"), "--out", str(folder / "answer"), *rest)
    (folder / "challenge").write_bytes(challenge[:-20])
    bad = run(folder, "possession", str(folder / "challenge"), "--out", str(folder / "other"), *rest)

    assert done.exit_code == 0, done.output
    check_answer((folder / "answer").read_bytes(), request, nonces)
    assert is_one_sentence(bad), bad.output
    assert not (folder / "other").exists()


def role() -> RoleKey:
    return invented_keys("XA").role
