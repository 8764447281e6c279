"""Beginning a matter by the kind of its first letter: one route for all, with what the case knows filled in."""

import pytest

from node.service.threads.doors import ACTS, FOLLOWS_FROM, OWN_DOOR
from tests.api.conftest import Desk

OFFER = {"needs": ["shelter"], "region": None, "accessibility": [], "safety_codes": [], "earliest_date": None,
         "reason": "Other"}  # fmt: skip


async def ready(xd: Desk) -> str:
    """A case in XD whose person agreed to XA."""
    await xd.add("bea", "caseworker")
    case = await xd.case("bea")
    await xd.done("bea", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    return str(case["case"])


async def test_a_thread_begins_with_any_opening_kind_and_takes_her_age_and_languages_from_the_case(
    desks: dict[str, Desk],
):
    """R12: an age is derived from the case, never typed in again."""
    xd = desks["XD"]
    case = await ready(xd)

    done = await xd.done("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "referral.offer", "body": OFFER}, 201)

    view = (await xd.get("bea", f"/threads/{done['thread']}")).json
    assert (view["matter"], view["side"], view["after_queue"]) == ("referral", "opener", "offered")


@pytest.mark.parametrize("kind", ["referral.accept", "channel.hello", "referral.ended", "no.such_kind"])
async def test_a_thread_cannot_begin_with_a_letter_that_opens_nothing(desks: dict[str, Desk], kind: str):
    xd = desks["XD"]
    case = await ready(xd)

    answer = await xd.post("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": kind, "body": {}})

    assert (answer.status, answer.json["field"]) == (422, "kind")
    assert "referral.offer" in answer.json["expected"]
    assert (await xd.get("bea", "/threads")).json == []


async def test_r02_sender_a_danger_has_one_door_and_every_other_names_it(desks: dict[str, Desk]):
    """R02: who is called and the second look within 24 hours begin at that door, so no alert goes out beside it."""
    xd = desks["XD"]
    case = await ready(xd)
    begun = await xd.done("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "referral.offer", "body": OFFER}, 201)
    thread = f"/threads/{begun['thread']}/acts"

    opened = await xd.post("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "safety.alert", "body": {}})
    assert (opened.status, opened.json["field"]) == (422, "kind")
    assert opened.json["expected"] == "POST /cases/{case}/alerts"
    for kind in ("alert", "medical", "update", "acknowledged", "stand_down"):
        answer = await xd.post("bea", thread, {"kind": f"safety.{kind}", "body": {}})
        assert (answer.status, answer.json["field"]) == (422, "kind")
        assert answer.json["expected"] == OWN_DOOR[f"safety.{kind}"]


async def test_what_a_thread_lists_as_allowed_is_done_there_or_names_its_door(desks: dict[str, Desk]):
    """The stop and her withdrawal are listed as every act is; whoever asks for them there reads where they are done."""
    xd = desks["XD"]
    case = await ready(xd)
    begun = await xd.done("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "referral.offer", "body": OFFER}, 201)
    await xd.world.settle()
    listed = (await xd.get("bea", f"/threads/{begun['thread']}")).json["options"]
    elsewhere = {one["kind"] for one in listed if one["allowed"]} - set(ACTS)

    assert {"referral.ended", "consent.withdrawal"} <= elsewhere
    for kind in elsewhere:
        answer = await xd.post("bea", f"/threads/{begun['thread']}/acts", {"kind": kind, "body": {}})
        assert answer.json["expected"] == {**OWN_DOOR, **FOLLOWS_FROM}[kind]


async def test_a_body_that_is_no_object_or_lacks_a_field_is_named(desks: dict[str, Desk]):
    xd = desks["XD"]
    case = await ready(xd)

    bodies: list[object] = [[], {"needs": ["shelter"]}, OFFER | {"needs": ["police"]}]
    for body in bodies:
        answer = await xd.post("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "referral.offer", "body": body})

        assert answer.status == 422
        assert answer.json["field"].startswith("body")


async def test_r26_sender_a_thread_with_one_country_is_never_named_to_another(desks: dict[str, Desk]):
    """Wire 7: `relates_to` names an earlier thread of the same pair; a transit country never learns another thread."""
    xd = desks["XD"]
    case = await ready(xd)
    first = await xd.done("bea", f"/cases/{case}/threads", {"peer": "XA", "kind": "referral.offer", "body": OFFER}, 201)
    again = {"peer": "XA", "kind": "referral.offer", "body": OFFER}

    unknown = await xd.post("bea", f"/cases/{case}/threads", {**again, "relates_to": "7" * 32})
    elsewhere = await xd.post("bea", f"/cases/{case}/threads", {**again, "peer": "XT", "relates_to": first["thread"]})
    same = await xd.post("bea", f"/cases/{case}/threads", {**again, "relates_to": first["thread"]})

    assert [(one.status, one.json["field"]) for one in (unknown, elsewhere)] == [(422, "relates_to")] * 2
    assert same.status == 201


async def test_r03_sender_our_own_offers_use_the_listed_codes(desks: dict[str, Desk]):
    """R03, R06, R29: nobody here types a name or a status into a list."""
    xd = desks["XD"]
    case = await xd.case("ana")
    await xd.done("ana", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    for field in ("accessibility", "safety_codes"):
        offer = {"peer": "XA", "needs": ["shelter"], field: ["zoryana_petrenko"]}

        answer = await xd.post("ana", f"/cases/{case['case']}/referrals", offer)

        assert (answer.status, answer.json["rule"], answer.json["field"]) == (422, "R03", field)
        assert "zoryana" not in str(answer.json)
