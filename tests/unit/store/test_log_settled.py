"""Moving the log into the file beside the writing."""

from pathlib import Path

from node.store.db import Store


def test_the_log_is_moved_into_the_file_while_writing_goes_on(tmp_path: Path) -> None:
    """What was committed stands in the file itself, and the writer goes on as before."""
    store = Store.open(tmp_path / "node.db")
    store.write_sync(lambda work: work.meta.put("mark", b"M" * 900))
    before = b"M" * 900 in (tmp_path / "node.db").read_bytes()

    store.settle_log()

    after = b"M" * 900 in (tmp_path / "node.db").read_bytes()
    store.write_sync(lambda work: work.meta.put("mark", 2))
    assert (before, after) == (False, True)
    assert store.read_sync(lambda reader: reader.meta.get("mark")) == 2
    store.close()
