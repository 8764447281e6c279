"""A store in a folder of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store.db import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "node.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store.open(path)
    yield opened
    opened.close()
