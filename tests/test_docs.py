"""What the documents name exists, and what exists is named: keys, metrics, tasks, tests."""

import re
from pathlib import Path

import msgspec
import pytest

from node.config import sections

ROOT = Path(__file__).resolve().parents[1]
OPERATOR = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "node").rglob("*.py")))
PROVED = re.findall(r"`(tests/[\w/.]+)::(\w+)`", THREATS)


def test_the_operators_page_names_every_key_of_the_configuration() -> None:
    keys = [f"{name}.{field.name}" for name, kind in sections().items() for field in msgspec.structs.fields(kind)]

    assert [key for key in keys if f"`{key}`" not in OPERATOR] == []


def test_the_operators_page_names_every_metric() -> None:
    metrics = set(re.findall(r'"(trm_\w+)"', CODE))

    assert len(metrics) > 8
    assert [name for name in sorted(metrics) if f"`{name}" not in OPERATOR] == []


def test_the_operators_page_names_every_task() -> None:
    """A code that a person finds in the inbox is explained somewhere."""
    codes = set(re.findall(r'tasks\.add\(\s*"(\w+)"', CODE)) | set(
        re.findall(r'_task\(work, found, letter, "(\w+)"', CODE)
    )
    codes |= {"letter_cancelled", "letter_held", "letter_malformed", "letter_unsupported", "letter_conflict"}
    codes |= {"envelope_conflict", "second_person_needed"}

    assert len(codes) > 20
    assert [code for code in sorted(codes) if f"`{code}`" not in OPERATOR] == []


@pytest.mark.parametrize(("path", "name"), PROVED, ids=[name for _, name in PROVED])
def test_each_claim_of_the_threat_model_names_a_test_that_exists(path: str, name: str) -> None:
    assert re.search(rf"def {name}\(", (ROOT / path).read_text(encoding="utf-8"))


def test_the_threat_model_gives_a_test_for_every_claim() -> None:
    claims = THREATS.partition("## What is claimed")[2].partition("## What is not claimed")[0]
    rows = [line for line in claims.splitlines() if line.startswith("|") and not line.startswith(("|---", "| claim"))]

    assert len(rows) > 30
    assert [row for row in rows if "::" not in row] == []
