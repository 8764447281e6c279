"""Auditors see the audit and operators see the queues: enough to do their work, and no content."""

from tests.api.conftest import Desk

CANARY = "Markedname"


async def worked(desk: Desk) -> None:
    case = await desk.case("bea")
    her = case["persons"][0]["person_id"]
    await desk.put("bea", f"/cases/{case['case']}/identity", {"persons": {her: {"given_name": CANARY}}})
    await desk.done("bea", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"), 201)
    await desk.done("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)


async def test_the_audit_is_whole_and_tells_who_did_what_without_a_name(desk: Desk):
    await worked(desk)

    checked = (await desk.get("dora", "/audit/verify")).json
    page = (await desk.get("dora", "/audit?limit=500")).json

    assert checked["ok"] is True
    assert checked["size"] == len(page["lines"]) > 10
    acts = {line["act"] for line in page["lines"]}
    assert {"sign_in", "user_added", "case_opened", "identity_written", "consent_recorded", "queued"} <= acts
    assert CANARY not in str(page) and "bea" not in {line["actor"] for line in page["lines"]}


async def test_a_changed_line_is_found(desk: Desk):
    def change(work):
        work.connection.execute("update audit set outcome='other' where seq=3")

    await desk.staff.node.store.write(change)

    checked = (await desk.get("dora", "/audit/verify")).json

    assert (checked["ok"], checked["first_wrong"]) == (False, 3)


async def test_the_audit_comes_in_pages_and_of_one_thing(desk: Desk):
    await worked(desk)
    first = (await desk.get("dora", "/audit?limit=2")).json
    then = (await desk.get("dora", f"/audit?limit=2&before={first['before']}")).json
    of_bea = (await desk.get("dora", f"/audit?ref={desk.users['bea']}")).json

    assert [line["seq"] for line in (*first["lines"], *then["lines"])] == list(
        range(first["lines"][0]["seq"], first["lines"][0]["seq"] - 4, -1)
    )
    assert {line["act"] for line in of_bea["lines"]} == {"user_added", "office_key_given"}


async def test_an_operator_sees_numbers_by_country(desk: Desk):
    await worked(desk)

    queues = (await desk.get("olaf", "/queues")).json
    health = (await desk.get("olaf", "/health")).json

    assert [(one["peer"], one["letters"], one["threads"]) for one in queues["peers"]] == [("XA", {"queued": 1}, 1)]
    assert (health["writable"], health["registry"], health["signed_in"]) == (True, "fresh", 5)


async def test_the_registry_shows_offices_fingerprints_and_how_old_it_is(desk: Desk):
    """Registry 4.6: fresh to 48 h, then a banner."""
    fresh = (await desk.get("bea", "/registry")).json
    desk.clock.step(3 * 86_400)
    await desk.sign_in("bea")
    stale = (await desk.get("bea", "/registry")).json
    country = next(one for one in stale["countries"] if one["country"] == "XA")

    assert (fresh["freshness"], fresh["banner"]) == ("fresh", "")
    assert stale["freshness"] == "stale" and "3 days old" in stale["banner"]
    assert country["offices"][0]["holder"] == desk.world["XA"].office.office_kid.hex()
    assert len(country["fingerprint"].split()) == 12
    assert (await desk.get("bea", "/registry/XZ")).status == 404
