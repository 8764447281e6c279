"""The directory over HTTP: publish, read, match without a case, challenge; each by the roles that may."""

import json

from node.service.directory.publishing import send_entries
from tests.directory_support import ENTRY

OWN = {name: ENTRY[name] for name in ("roles", "languages", "contacts", "services", "legal", "hours", "promises")}
WISH = {"needs": ["shelter"], "age_band": "25-34", "gender": "woman", "languages": ["uk"]}


async def publish(desks) -> None:
    """XA publishes, XD has it."""
    await desks["XA"].put("ana", "/directory", OWN)
    await send_entries(desks["XA"].world["XA"].node)
    await desks["XA"].world.settle()


async def test_an_entry_is_published_read_and_matched_with_no_case_at_all(desks):
    """Domain 5.11."""
    await publish(desks)
    found = await desks["XD"].done("ana", "/directory/match", WISH)

    assert [(one["country"], one["service"]["id"]) for one in found["matches"]] == [("XA", "shelter-1")]
    assert found["covers"] == {"XA": ["shelter"]}
    assert found["phones"][0]["says"].startswith("It is ")
    listed = (await desks["XD"].get("ana", "/directory")).json
    assert [(line["country"], line["standing"], line["needs"]) for line in listed] == [("XA", "fresh", ["shelter"])]
    assert (await desks["XD"].get("ana", "/directory/XA")).json["services"][0]["service"]["capacity"] == "few"
    assert (await desks["XD"].get("ana", "/directory/XD")).status == 404


async def test_a_wrong_entry_is_answered_with_its_field_and_rule_and_never_with_its_words(desks):
    """R29, R38."""
    spoiled = json.loads(json.dumps(OWN))
    spoiled["services"][0]["name"] = "Rue des Lilas"
    answer = await desks["XA"].ask("ana", "PUT", "/directory", spoiled)

    assert (answer.status, answer.json["field"], answer.json["rule"]) == (422, "services.0.name", "R29")
    assert "Lilas" not in json.dumps(answer.json)
    spoiled["services"][0]["name"] = "Lilas 12"
    answer = await desks["XA"].ask("ana", "PUT", "/directory", spoiled)
    assert answer.status == 422 and "Lilas" not in json.dumps(answer.json)


async def test_an_entry_is_challenged_by_those_who_decide(desks, desk):
    await publish(desks)

    assert (await desk.post("dora", "/directory/XA/challenges", {"why": "closed"})).status == 403
    assert (await desk.post("bea", "/directory/XA/challenges", {"why": "closed"})).status == 204
    assert (await desk.ask("bea", "PUT", "/directory", OWN)).status == 403
    assert (await desk.get("dora", "/directory")).status == 200
    assert (await desk.post("dora", "/directory/match", WISH)).status == 403
