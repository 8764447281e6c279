"""A torn, foreign, newer, read-only or full database gives one sentence, and nothing is lost."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.errors import Unavailable
from node.store.db import Store
from node.store.folder import DataFolder
from node.store.keyring import Keyring
from node.store.problems import (
    FolderInUse,
    ForeignDatabase,
    NewerSchema,
    OtherCountry,
    StoreBroken,
    StoreReadOnly,
)
from node.store.work import Work
from tests.crash.disks import fill

ROOT = Path(__file__).parents[3]


def filled(path: Path, values: int = 50) -> None:
    store = Store.open(path)

    def fill(work: Work) -> None:
        for i in range(values):
            work.meta.put(f"n{i}", bytes([i]) * 20_000)

    store.write_sync(fill)
    store.close()


def test_a_process_that_is_killed_leaves_whole_transactions_and_all_it_reported(path):
    """P9: what was answered is on the disk; what was not is there whole or not at all."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.store.crash_child", str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    reported = [int(child.stdout.readline()) for _ in range(40)][-1]
    child.kill()
    reported = max([reported, *(int(line) for line in child.stdout.read().split("\n")[:-1])])
    child.stdout.close()
    child.wait(30)

    store = Store.open(path)
    last, size, wrong, problems = store.read_sync(
        lambda reader: (reader.meta.get("last"), reader.audit.head()[0], reader.audit.verify(), store.check())
    )
    assert isinstance(last, int)
    big = store.read_sync(lambda reader: reader.meta.get(f"big{last % 7}"))
    store.close()

    assert reported <= last <= reported + 1
    assert (size, wrong, problems) == (last, None, [])
    assert big == bytes([last % 256]) * 40_000


def test_a_file_cut_short_is_damaged(path):
    filled(path)
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(StoreBroken, match="damaged; stop the node and restore"):
        Store.open(path)


def test_a_file_with_overwritten_pages_is_damaged(path):
    filled(path)
    with open(path, "r+b") as file:
        file.seek(16384)
        file.write(os.urandom(16384 * 4))

    with pytest.raises(StoreBroken, match="damaged"):
        Store.open(path)


def test_a_log_cut_in_the_middle_of_a_transaction_loses_that_one_only(path, tmp_path):
    """A power cut while the log is being written: what was committed before stays."""
    store = Store.open(path)
    store.write_sync(lambda work: work.meta.put("kept", 1))
    store.write_sync(lambda work: work.meta.put("torn", b"x" * 50_000))
    torn = tmp_path / "torn"
    torn.mkdir()
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", torn)
    store.close()
    log = torn / "node.db-wal"
    os.truncate(log, log.stat().st_size - 5_000)

    again = Store.open(torn / "node.db", create=False)
    found = again.read_sync(lambda reader: reader.meta.settings(""))
    again.close()

    assert found == {"kept": 1}


@pytest.mark.parametrize("times", [1, 100, 2000])
def test_a_file_that_is_no_database_is_left_alone(path, times):
    path.write_bytes(b"Dear colleague, this is a letter and no database. " * times)
    before = path.read_bytes()

    with pytest.raises(ForeignDatabase, match="name another data folder"):
        Store.open(path)

    assert path.read_bytes() == before


def test_a_database_of_another_program_is_left_alone(path):
    with sqlite3.connect(path) as other:
        other.execute("create table theirs (a)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(ForeignDatabase):
        Store.open(path)

    assert path.read_bytes() == before


def test_a_key_file_is_no_node_database_and_the_other_way_round(path, tmp_path):
    Keyring.open(tmp_path / "keys.db").close()
    filled(path, 1)

    with pytest.raises(ForeignDatabase):
        Store.open(tmp_path / "keys.db")
    with pytest.raises(ForeignDatabase):
        Keyring.open(path)


def test_a_newer_schema_is_refused_and_left_alone(path):
    """Issue 2: the store refuses a database newer than itself."""
    filled(path, 1)
    with sqlite3.connect(path) as newer:
        newer.execute("pragma user_version=999")
    newer.close()

    with pytest.raises(NewerSchema, match=r"schema 999 .* install the newer program"):
        Store.open(path)


def test_an_unknown_schema_step_is_refused_whatever_the_number_says(path):
    filled(path, 1)
    with sqlite3.connect(path) as newer:
        newer.execute(
            "insert into _sqlite_migrations (migration_set, name, applied_at) values ('node', 'm999_later', '')"
        )
    newer.close()

    with pytest.raises(NewerSchema):
        Store.open(path)


def test_a_missing_database_is_not_replaced_by_an_empty_one(path):
    """A node whose disk was not mounted must not start with an empty ledger."""
    with pytest.raises(Unavailable, match="no database in the data folder"):
        Store.open(path, create=False)
    assert not path.exists()

    path.touch()
    with pytest.raises(Unavailable, match=r"node\.db is empty; stop the node and restore"):
        Store.open(path, create=False)


def test_the_database_of_another_country_is_refused(store):
    store.write_sync(lambda work: work.meta.claim("XA", "f00d"))
    store.write_sync(lambda work: work.meta.claim("XA", "beef"))

    with pytest.raises(OtherCountry, match="belongs to XA, and the settings name XB"):
        store.write_sync(lambda work: work.meta.claim("XB", "cafe"))

    assert store.read_sync(lambda reader: (reader.meta.country(), reader.meta.install_id())) == ("XA", "f00d")


READS = """
import os
import sys
from pathlib import Path
from node.errors import Unavailable
from node.store.db import Store
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
try:
    Store.open(Path(sys.argv[1]), create=False)
    print("opened for writing")
except Unavailable as error:
    print(f"{type(error).__name__}: {error}")
print(len(Store.open(Path(sys.argv[1]), read_only=True).read_sync(lambda reader: reader.meta.settings(""))))
"""


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder beside pytest's own: every pytest that begins shuts that one to other users again."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        yield Path(made)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_read_only_file_can_be_read_and_says_what_to_do_for_writing(open_to_all):
    """Another user's process, as root may write anywhere."""
    path = open_to_all / "node.db"
    filled(path, 3)
    os.chmod(path, 0o444)

    command = [sys.executable, "-c", READS, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)

    assert done.stdout.splitlines() == [
        "StoreReadOnly: database file or its folder is read-only; make both writable for this user",
        "3",
    ], done.stderr


def test_a_store_opened_for_reading_refuses_to_write(path):
    filled(path, 1)
    store = Store.open(path, read_only=True)

    with pytest.raises(StoreReadOnly, match="for reading only"):
        store.write_sync(lambda work: None)

    assert store.problem == "database was opened for reading only"
    store.close()


async def test_a_full_database_stops_writing_for_all_of_the_group_and_starts_again(store):
    """Nobody of the group is told that all is well; nothing half is kept; reading goes on."""
    await store.write(lambda work: work.meta.put("before", 1))
    limit = "pragma max_page_count=1"  # SQLite makes it the present size of the file
    await store.write(lambda work: work.connection.execute(limit).fetchone() and None)

    small = store.write(lambda work: work.meta.put("small", 2))
    large = store.write(lambda work: work.meta.put("large", b"x" * 500_000))
    for future in (small, large):
        with pytest.raises(StoreReadOnly, match="disk is full"):
            await future
    with pytest.raises(StoreReadOnly, match="disk is full"):
        await store.write(lambda work: work.meta.put("after", 3))

    assert store.problem is not None
    assert await store.read(lambda reader: reader.meta.settings("")) == {"before": 1}
    assert await store.probe()  # a fresh connection has no such limit
    await store.write(lambda work: work.meta.put("after", 3))
    assert store.problem is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 8 MB in memory: an empty database and its log take some six."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if os.getuid() != 0 or mount is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs to be allowed to mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True, capture_output=True)


def test_a_full_disk_fails_at_the_commit_and_writing_starts_again_when_there_is_room(small_disk):
    """Issue 2: a full disk is one sentence and read-only mode, and nothing is lost."""
    store = Store.open(small_disk / "node.db")
    store.write_sync(lambda work: work.meta.put("before", 1))
    ballast = small_disk / "ballast"
    with open(ballast, "wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        while True:
            file.write(bytes(4096))

    with pytest.raises(StoreReadOnly, match="disk is full"):
        store.write_sync(lambda work: work.meta.put("large", b"x" * 100_000))
    assert not store.probe_sync()
    assert store.read_sync(lambda reader: reader.meta.settings("")) == {"before": 1}

    ballast.unlink()
    assert store.probe_sync()
    store.write_sync(lambda work: work.meta.put("after", 2))
    store.close()
    again = Store.open(small_disk / "node.db")
    assert {"before", "after"} <= set(again.read_sync(lambda reader: reader.meta.settings("")))
    again.close()


def test_a_second_process_on_the_same_folder_is_refused_and_may_come_when_the_first_ended(tmp_path):
    """P27; the lock goes with the process, however that ends."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom node.store.folder import DataFolder\n"
        "DataFolder(Path(sys.argv[1])).create().lock()\nprint('locked', flush=True)\nsys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "data")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "locked\n"

    with pytest.raises(FolderInUse, match=f"in use by process {other.pid}; stop that one first"):
        DataFolder(tmp_path / "data").lock()

    other.kill()
    other.wait(30)
    other.stdin.close()
    other.stdout.close()
    with DataFolder(tmp_path / "data").lock() as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert (folder.database.name, folder.keys.name) == ("node.db", "keys.db")


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux lists the locks of a process")
def test_opening_the_file_again_keeps_the_locks_of_those_who_have_it_open(store, path):
    """A process loses its locks on a file when it closes any handle of it; others could then remove our log."""
    store.write_sync(lambda work: work.meta.put("a", 1))
    store.read_sync(lambda reader: reader.meta.get("a"))
    locks = [line for line in Path("/proc/locks").read_text().splitlines() if f":{path.stat().st_ino} " in line]

    assert store.probe_sync()
    Store.open(path, read_only=True).close()

    after = [line for line in Path("/proc/locks").read_text().splitlines() if f":{path.stat().st_ino} " in line]
    assert len(locks) == len(after) == 1


def test_a_store_that_is_opened_by_nobody_else_has_a_log_that_another_program_leaves_alone(store, path):
    """What the locks are for: a shell that opens and closes the file while the node runs does no harm."""
    store.write_sync(lambda work: work.meta.put("a", 1))
    assert store.probe_sync()
    code = (
        "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1])\nc.execute('select * from meta').fetchall()\nc.close()"
    )

    subprocess.run([sys.executable, "-c", code, str(path)], check=True, capture_output=True, timeout=60)

    store.write_sync(lambda work: work.meta.put("b", 2))
    assert path.with_name("node.db-wal").stat().st_size > 0
    assert store.check() == []


def test_a_database_that_is_gone_from_beside_its_keys_is_to_be_restored(path):
    """Whoever reads "run init first" there would throw away what a backup still holds."""
    (path.parent / "keys.db").touch()

    with pytest.raises(Unavailable, match="its keys are there; restore the newest backup"):
        Store.open(path, create=False)


def test_a_start_on_a_full_disk_says_that_it_is_full(small_disk):
    """Not that the disk is at fault: somebody would look for a fault in it, or restore a backup."""
    Store.open(small_disk / "node.db").close()
    fill(small_disk)

    with pytest.raises(StoreReadOnly, match="disk is full; free some space, then start again"):
        Store.open(small_disk / "node.db", create=False)
