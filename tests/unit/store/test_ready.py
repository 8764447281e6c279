"""What is read from bytes is known to msgspec before two threads can meet it."""

from pathlib import Path

import msgspec

from node.store.db import Store

Number = int


class _Known(msgspec.Struct):
    value: "Number"


def test_a_store_begins_its_threads_only_when_every_type_is_known(tmp_path: Path, monkeypatch):
    """Two threads that teach msgspec one type at once end the process, so none is taught by a thread."""
    Store.open(tmp_path / "node.db").close()

    monkeypatch.setattr("tests.unit.store.test_ready.Number", str)  # whoever learns the type only now, learns this

    assert msgspec.json.decode(b'{"value":1}', type=_Known) == _Known(1)
