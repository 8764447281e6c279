"""docs/handbook-map.md: every file it names exists, and no sentence of the founding document is left out."""

import re
from pathlib import Path

import pytest

from node.handbook_map import ROWS

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT.parent / "shared" / "seeds" / "nrm-handbook.txt"
A_HEADING = re.compile(r"(?m)^\s*(I\. WHAT IS .*\?|Key Elements: .*)\s*$")
PARTS = re.compile(r"\n\s*\n|(?=\u2794)")
SENTENCE_ENDS = re.compile(r"(?<=[.?:])\s+(?=[A-Z])")


def sentences(text: str) -> list[str]:
    """The sentences of the document, headings and points of lists among them, with single spaces."""
    parts = PARTS.split(A_HEADING.sub(r"\n\n\1\n\n", text))
    plain = (" ".join(part.replace("\u2794", "").split()) for part in parts)
    return [one for part in plain if part for one in SENTENCE_ENDS.split(part)]


def test_every_file_it_names_exists():
    missing = [name for row in ROWS for name in row.files if not (ROOT / name).is_file()]

    assert missing == []


def test_a_row_names_a_file_or_says_why_there_is_none():
    """What is for people, a heading, or not yet, says so."""
    why = ("**For people.**", "A heading.", "**Not yet.**", "Opens the list")

    assert [row.words for row in ROWS if not row.files and not row.says.startswith(why)] == []


def test_no_two_rows_are_about_one_sentence():
    assert len({row.words for row in ROWS}) == len(ROWS)


@pytest.mark.skipif(not DOCUMENT.exists(), reason="the founding document is not beside this checkout")
def test_every_sentence_of_the_founding_document_has_its_row_in_order():
    """Issue 3: where each sentence lives, or why not yet."""
    found = sentences(DOCUMENT.read_text(encoding="utf-8"))

    assert len(found) == len(ROWS)
    assert [(row.words, one[: len(row.words)]) for row, one in zip(ROWS, found, strict=True)] == [
        (row.words, row.words) for row in ROWS
    ]
