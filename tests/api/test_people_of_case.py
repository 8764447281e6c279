"""Children, families and what life brings, over the API: one person protects, two open a way, no machine decides."""

from typing import Any

import pytest

from tests.api.conftest import Desk

DAY = "2026-10-01"
PANEL = ["child_protection", "legal_counsel"]


async def change(desk: Desk, who: str, case: dict[str, Any], what: str, /, **facts: Any) -> Any:
    return await desk.done(who, f"/cases/{case['case']}/changes", {"change": what, **facts})


async def both(desk: Desk, case: dict[str, Any], what: str, /, **facts: Any) -> dict[str, Any]:
    """A change that one asks for and another confirms; the person afterwards."""
    asked = await change(desk, "bea", case, what, **facts)
    assert not asked["done"], what
    made = await desk.done("ana", f"/cases/{case['case']}/changes/{asked['pending']}/approve")
    found: dict[str, Any] = made["case"]["persons"][0]
    return found


async def test_a_return_of_a_child_is_decided_by_two_and_a_stay_recorded_by_one(desk: Desk):
    """R14, R24: closing a way needs one, opening it two."""
    case = await desk.case("bea", age_band="16-17")
    her = case["persons"][0]["person_id"]
    facts = {"person_id": her, "panel": PANEL, "decided_on": DAY, "childs_view": "heard_and_followed"}

    stay = await change(desk, "bea", case, "best_interests", outcome="stay", **facts)
    person = await both(desk, case, "best_interests", outcome="return", country="XA", **facts)

    assert stay["done"]
    assert stay["case"]["persons"][0]["child"]["best_interests"]["outcome"] == "stay"
    assert person["child"]["best_interests"]["by"] == [desk.users["bea"], desk.users["ana"]]
    assert person["child"]["best_interests"]["country"] == "XA"


async def test_family_is_suspected_by_one_and_cleared_by_two(desk: Desk):
    """R15: a suspicion works at once."""
    case = await desk.case("bea")
    her = case["persons"][0]["person_id"]

    flagged = await change(desk, "bea", case, "suspect_family", person_id=her, who="parent")
    person = await both(desk, case, "clear_family", person_id=her, who="parent")

    assert [one["who"] for one in flagged["case"]["persons"][0]["family"]["suspicions"]] == ["parent"]
    assert person["family"].get("suspicions", []) == []


async def test_a_newborn_is_a_person_and_somebody_is_asked_to_register_it(desk: Desk):
    """H30: its parent's blocks are its own from the first minute."""
    case = await desk.case("bea")
    her = case["persons"][0]["person_id"]
    await change(desk, "bea", case, "block_countries", person_id=her, countries=["XA"])

    after = await change(desk, "bea", case, "birth", parent=her, on=DAY)

    born = after["case"]["persons"][1]
    assert (born["role"], born["age_band"], born["blocked_countries"]) == ("dependant", "0-5", ["XA"])
    assert born["person_id"] != her
    inbox = (await desk.get("bea", "/inbox")).json
    assert "register_the_birth" in [task["code"] for task in inbox["tasks"]]


async def test_what_she_took_back_is_noted_when_she_cannot_decide_any_more(desk: Desk):
    """H30: earlier wishes stand; the node finds them in her consents."""
    case = await desk.case("bea")
    path = f"/cases/{case['case']}/consents"
    consent = await desk.done("bea", path, desk.consent_body(case, "XA"), 201)
    await desk.done("bea", f"{path}/{consent['consent']}/withdraw", {"purposes": ["referral"]})

    after = await change(
        desk, "bea", case, "incapacity", person_id=case["persons"][0]["person_id"], since=desk.clock.now(),
        lasting="lasting",
    )  # fmt: skip

    unable = after["case"]["persons"][0]["life"]["incapacity"]
    assert unable["refused"] == [{"country": "XA", "purposes": ["referral"]}]


@pytest.mark.parametrize(
    ("lasting", "task"), [("lasting", "find_a_representative"), ("for_now", "ask_her_when_she_can_decide")]
)
async def test_h30_sender_nobody_is_put_in_the_place_of_somebody_who_cannot_decide_for_now(
    desk: Desk, lasting: str, task: str
):
    """H30: what people are asked to do depends on whether it lasts; her earlier wishes stand either way."""
    case = await desk.case("bea")

    after = await change(
        desk, "bea", case, "incapacity", person_id=case["persons"][0]["person_id"], since=desk.clock.now(),
        lasting=lasting,
    )  # fmt: skip

    assert after["case"]["persons"][0]["life"]["incapacity"]["lasting"] == lasting
    codes = [one["code"] for one in (await desk.get("bea", "/inbox")).json["tasks"]]
    assert [code for code in codes if code in ("find_a_representative", "ask_her_when_she_can_decide")] == [task]


@pytest.mark.parametrize("field", ["majority_at", "age_band"])
async def test_the_way_of_plain_facts_changes_no_age(desk: Desk, field: str):
    """R12, H27: only the changes that two people confirm do."""
    case = await desk.case("bea", age_band="16-17")
    body = {"change": "set_facts", "person_id": case["persons"][0]["person_id"], field: 1}

    answer = await desk.post("bea", f"/cases/{case['case']}/changes", body)

    assert answer.status == 422


async def test_the_checklist_says_what_is_missing_for_each_person(desk: Desk):
    """R13, R14, H12, H26, H31: with the rule, the sentence and what opens it."""
    case = await desk.case("bea", age_band="16-17")
    await change(desk, "bea", case, "add_person", person={"age_band": "0-5", "role": "dependant"})

    her, child = (await desk.get("bea", f"/cases/{case['case']}/protections?country=XA")).json

    assert [one["rule"] for one in her["to_consent"]] == ["R13"]
    assert [one["rule"] for one in her["to_return"]] == ["R13", "R14", "R14"]
    assert [one["rule"] for one in her["to_seek_family"]] == ["H12"]
    assert [one["rule"] for one in child["to_cross_a_border"]] == ["H26"]
    assert all(one["next"] for one in her["to_return"])
    assert (await desk.get("cleo", f"/cases/{case['case']}/protections")).status == 404


async def test_people_found_together_keep_cases_of_their_own_and_a_wish_to_be_apart_shows_where_they_would_meet(
    desk: Desk,
):
    """H33: local; a caseworker sees only her own cases of the group, and how many others there are."""
    one, two = await desk.case("bea"), await desk.case("bea")
    three = await desk.case("cleo")
    her = one["persons"][0]["person_id"]

    await desk.done("bea", f"/cases/{one['case']}/group", {"case": two["case"]})
    await desk.done("ana", f"/cases/{three['case']}/group", {"case": two["case"]})
    await change(desk, "bea", one, "group_wish", person_id=her, wish="keep_apart", apart_from=[two["case"]])
    for case in (one, two):
        await desk.done("bea", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"), 201)
        await desk.done("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)

    seen = (await desk.get("bea", f"/cases/{two['case']}/group")).json
    stolen = await desk.post("bea", f"/cases/{one['case']}/group", {"case": three["case"]})

    assert seen["others"] == 1
    assert seen["members"] == [{"case": one["case"], "wish": "keep_apart", "apart": True, "meets_in": ["XA"]}]
    assert stolen.status == 404


@pytest.mark.parametrize("first", ["she_who_wished", "the_other"])
async def test_an_offer_to_where_somebody_is_whom_she_is_kept_apart_from_goes_with_a_warning(desk: Desk, first: str):
    """H33: whose wish it was, and whoever works on the other case; the warning names nobody, and nothing waits."""
    hers, other = await desk.case("bea"), await desk.case("cleo")
    her = hers["persons"][0]["person_id"]
    await desk.done("ana", f"/cases/{hers['case']}/group", {"case": other["case"]})
    await change(desk, "bea", hers, "group_wish", person_id=her, wish="keep_apart", apart_from=[other["case"]])
    order = [("bea", hers), ("cleo", other)] if first == "she_who_wished" else [("cleo", other), ("bea", hers)]
    done = []

    for who, case in order:
        await desk.done(who, f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"), 201)
        offer = {"peer": "XA", "needs": ["shelter"]}
        done.append(await desk.done(who, f"/cases/{case['case']}/referrals", offer, 201))

    warned = [[one for one in each["warnings"] if "kept apart" in one] for each in done]
    assert warned[0] == []
    assert len(warned[1]) == 1
    assert all(case["case"] not in warned[1][0] for _, case in order)
    assert all(each["letter_id"] for each in done)


async def test_people_who_did_not_ask_to_be_apart_are_offered_to_one_country_without_a_warning(desk: Desk):
    """H33: being found together is no reason to keep people apart."""
    one, two = await desk.case("bea"), await desk.case("bea")
    await desk.done("bea", f"/cases/{one['case']}/group", {"case": two["case"]})

    for case in (one, two):
        await desk.done("bea", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"), 201)
        made = await desk.done("bea", f"/cases/{case['case']}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
        assert not any("kept apart" in said for said in made["warnings"])
