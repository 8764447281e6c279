"""Who may add, shut out and let in whom."""

from node.crypto.vault import SMALLEST
from node.service.staff.sign_in import Staff
from tests.api.conftest import PASSWORD, Desk


async def test_an_operator_makes_no_caseworker_and_gives_no_key(desk: Desk):
    """Otherwise an operator would read cases through a user of their own making."""
    body = {"login": "eva", "password": PASSWORD, "role": "caseworker", "organisation": "haven"}
    refused = await desk.post("olaf", "/users", body)
    made = await desk.post("olaf", "/users", {**body, "role": "auditor"})
    key = await desk.post("olaf", f"/users/{desk.users['bea']}/office")

    assert (refused.status, made.status, key.status) == (403, 201, 403)
    assert made.json["reads_names"] is False


async def test_disabling_somebody_ends_everything_at_once_and_asks_for_a_new_office_key(desk: Desk):
    """At-rest: disabling a user starts office-key rotation within 7 days."""
    token = await desk.done("ana", "/tokens", {"label": "case-system"}, 201)
    held = len(desk.staff.offices)

    shown = await desk.done("olaf", f"/users/{desk.users['bea']}/disable")

    assert shown["disabled_at"] == desk.clock.now()
    assert len(desk.staff.offices) == held - 1
    assert (await desk.get("bea", "/sessions/me")).status == 401
    assert (await desk.sign_in("bea")).status == 401
    tasks = (await desk.get("ana", "/tasks")).json
    assert [task["code"] for task in tasks] == ["rotate_office_key"]
    assert desk.staff.node.store.read_sync(lambda reader: reader.tasks.waits("rotate_office_key"))
    desk.tokens["machine"] = token["token"]
    assert (await desk.get("machine", "/sessions/me")).status == 200


async def test_nobody_shuts_out_themselves_or_the_last_coordinator(desk: Desk):
    own = await desk.post("ana", f"/users/{desk.users['ana']}/disable")
    last = await desk.post("olaf", f"/users/{desk.users['ana']}/disable")

    assert (own.status, last.status) == (409, 409)
    assert (await desk.get("ana", "/sessions/me")).status == 200


async def test_a_machine_reads_names_only_if_a_coordinator_said_so(desk: Desk):
    """At-rest: a machine gets its own wrap only if a coordinator grants it."""
    case = await desk.case("bea")
    her = case["persons"][0]["person_id"]
    path = f"/cases/{case['case']}/identity"
    await desk.put("bea", path, {"persons": {her: {"given_name": "Invented"}}})
    for label, reads in (("blind", False), ("seeing", True)):
        made = await desk.done("ana", "/tokens", {"label": label, "reads_names": reads}, 201)
        desk.tokens[label] = made["token"]

    blind = await desk.post("blind", f"{path}/open", {"reason": "give_service"})
    seeing = await desk.post("seeing", f"{path}/open", {"reason": "give_service"})

    assert (blind.status, blind.json["rule"]) == (409, "R24")
    assert seeing.json["persons"] == {her: {"given_name": "Invented"}}


async def test_a_revoked_or_old_token_opens_nothing(desk: Desk):
    made = await desk.done("ana", "/tokens", {"label": "x", "days": 1}, 201)
    other = await desk.done("ana", "/tokens", {"label": "y", "days": 1, "reads_names": True}, 201)
    desk.tokens |= {"x": made["token"], "y": other["token"]}
    assert (await desk.ask("ana", "DELETE", f"/tokens/{made['id']}")).status == 204

    assert (await desk.get("x", "/cases")).status == 401
    assert (await desk.get("y", "/cases")).status == 200
    desk.clock.step(86_401)
    assert (await desk.get("y", "/cases")).status == 401


async def test_no_token_and_no_login_stands_readable_in_the_database(desk: Desk):
    """P2, attack: a copy of the database opens no door and names nobody."""
    made = await desk.done("ana", "/tokens", {"label": "x", "reads_names": True}, 201)
    found = desk.staff.node.store.read_sync(
        lambda reader: repr([reader.people.all(), reader.sessions.tokens(), reader.sessions.alive(desk.clock.now())])
    )

    assert made["token"] not in found
    assert desk.tokens["bea"] not in found
    assert "'bea'" not in found


async def test_the_office_key_a_colleague_was_given_opens_in_a_new_process(desk: Desk):
    """Only what is on the disk is needed: pepper, wraps and the password."""
    fresh = Staff(desk.staff.node, desk.staff.pepper, SMALLEST)
    desk.staff.offices = fresh.offices

    answer = await desk.sign_in("cleo")

    assert answer.json["reads_names"] is True
    assert {user["login"] for user in (await desk.get("dora", "/users")).json} == {"ana", "bea", "cleo", "dora", "olaf"}


async def test_a_back_up_is_named_by_oneself_or_a_coordinator_and_must_be_able_to_stand_in(desk):
    """Domain 5.13: who is the back-up stands with the staff."""
    bea, cleo, dora = (desk.users[name] for name in ("bea", "cleo", "dora"))

    assert (await desk.put("bea", f"/users/{bea}/backup", {"backup": cleo}))["backup"] == cleo
    assert (await desk.put("ana", f"/users/{bea}/backup", {"backup": None}))["backup"] is None
    assert (await desk.ask("bea", "PUT", f"/users/{cleo}/backup", {"backup": bea})).status == 403
    assert (await desk.ask("ana", "PUT", f"/users/{bea}/backup", {"backup": dora})).status == 422
    assert (await desk.ask("ana", "PUT", f"/users/{bea}/backup", {"backup": bea})).status == 422
