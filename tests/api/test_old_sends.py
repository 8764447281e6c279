"""Writing on an old registry, by program: the advice of the gate can be followed."""

from tests.api.conftest import Desk


async def test_two_people_let_letters_go_on_a_registry_of_eight_days(desks: dict[str, Desk]):
    """Registry 4.6; R39: what the gate, the health page and the operator's page say can be done."""
    xd = desks["XD"]
    xd.clock.step(8 * 86_400)
    await xd.sign_in("ana")
    await xd.add("bea", "caseworker")
    case = await xd.case("ana")
    await xd.done("ana", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    sent = await xd.done("ana", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
    await xd.world.settle()
    held = (await xd.get("ana", f"/threads/{sent['thread']}")).json["letters"][0]

    await xd.done("bea", "/old-sends", {"peer": "XA", "phoned": True}, 201)
    alone = await xd.post("bea", "/old-sends/XA/approve", {})
    await xd.done("ana", "/old-sends/XA/approve", {}, 204)
    await xd.world.settle()

    assert (held["state"], alone.status) == ("held", 409)
    assert (await xd.get("ana", f"/threads/{sent['thread']}")).json["letters"][0]["received_at"] is not None
    [row] = (await xd.get("ana", "/old-sends")).json
    assert (row["peer"], row["waits"]) == ("XA", False)
