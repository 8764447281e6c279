"""docs/hsds.md: every field of the directory entry is mapped, in the order of its struct, and nothing else."""

import msgspec
import pytest

from node.hsds import TABLES, page


@pytest.mark.parametrize(("title", "struct", "rows"), TABLES, ids=[title for title, _, _ in TABLES])
def test_every_field_of_the_entry_has_its_row_in_order(title, struct, rows):
    """Part 7 of issue 3: the HSDS profile. A new field of the entry needs a row here."""
    assert [row.ours for row in rows] == [field.encode_name for field in msgspec.structs.fields(struct)]


def test_no_row_leads_to_a_place_or_a_person():
    """R29: what HSDS has for places and people has no counterpart here."""
    targets = " ".join(row.hsds for _, _, rows in TABLES for row in rows)

    assert not any(
        word in targets for word in ("location", "address", "phone", "email", "contact.name", "service_area")
    )
    assert "Never carried" in page()
