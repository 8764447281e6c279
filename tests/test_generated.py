"""What is generated is current: the committed copy is what `make docs` would write."""

from functools import cache
from pathlib import Path

import pytest

from node import docs

ROOT = Path(__file__).resolve().parents[1]


@cache
def texts() -> dict[str, str]:
    return docs.texts()


@pytest.mark.parametrize("make", docs.MAKERS, ids=lambda make: str(docs.MAKERS.index(make)))  # made in the test only
def test_the_committed_copies_are_current(make):
    """ARCHITECTURE.md, "Generated, not repeated". If this fails: make docs, then read what changed."""
    made = make()

    assert made
    for path, text in made.items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, path


def test_no_schema_is_left_over_from_a_letter_that_is_gone():
    there = {f"docs/schemas/{path.name}" for path in (ROOT / "docs" / "schemas").iterdir()}

    assert there <= set(texts())


def test_writing_makes_every_file(tmp_path):
    docs.write(tmp_path)

    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert written == set(texts())
