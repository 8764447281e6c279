"""The description is made from the table and the types, is current, and describes every route."""

import json
from pathlib import Path

from node.api.openapi import PATH_NAMES, description, text
from node.api.routes import ROUTES
from tests.api.conftest import Desk

ROOT = Path(__file__).resolve().parents[2]


def test_the_committed_copy_is_current():
    """If this fails: make docs, then read what changed."""
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == text()


async def test_the_node_serves_the_same_description(desk: Desk):
    answer = await desk.get(None, "/openapi.json")

    assert answer.status == 200
    assert answer.json == json.loads(text())


def test_every_route_is_described_with_its_roles_and_types():
    paths = description(ROUTES)["paths"]

    for route in ROUTES:
        says = paths[route.path][route.method.lower()]
        assert says["x-roles"] == list(route.roles)
        assert ("requestBody" in says) == (route.takes is not None)
        assert ("security" in says) == (not route.roles)
        assert str(route.status) in says["responses"]
    assert sum(len(one) for one in paths.values()) == len(ROUTES)


def test_every_reference_leads_to_a_schema():
    found = description(ROUTES)
    schemas = found["components"]["schemas"]

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for one in value.values() for ref in references(one)]
        return [ref for one in value for ref in references(one)] if isinstance(value, list) else []

    used = references(found)
    assert len(used) > 50
    assert {ref.rpartition("/")[2] for ref in used} <= set(schemas)


def test_what_people_send_admits_no_unknown_field():
    """P: unknown fields are refused, and the description says so."""
    schemas = description(ROUTES)["components"]["schemas"]

    for name in ("NewCase", "NewPerson", "NewConsent", "OpenReferral", "Act", "SignIn", "WriteIdentity", "DoubtAge"):
        assert schemas[name]["additionalProperties"] is False


def test_every_word_in_a_path_is_explained():
    import re

    assert {name for route in ROUTES for name in re.findall(r"\{(\w+)\}", route.path)} == set(PATH_NAMES)
