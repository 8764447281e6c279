"""The published JSON Schemas are those of the types."""

import json
from pathlib import Path

from node.protocol.letters.kinds import KINDS
from node.protocol.letters.schemas import files

COMMITTED = Path(__file__).parents[3] / "docs" / "schemas"


def test_the_committed_schemas_are_current():
    """Architecture, "Generated, not repeated": run `make docs` when this fails."""
    committed = {path.name: path.read_text(encoding="utf-8") for path in COMMITTED.iterdir()}

    assert committed == files()


def test_a_schema_demands_every_key_and_refuses_others():
    """A stranger who validates with these files refuses what we refuse."""
    published = files()

    for kind in KINDS:
        schema = json.loads(published[f"{kind}.json"])

        for part in [schema, *schema.get("$defs", {}).values()]:
            assert part["required"] == list(part["properties"])
            assert part["additionalProperties"] is False
        assert schema["properties"]["kind"] == {"const": kind}
