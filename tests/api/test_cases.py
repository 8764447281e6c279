"""Cases over the API: made, changed one act at a time, names with a reason, a second person where one is needed."""

from typing import Any

import pytest

from tests.api.conftest import Desk

DAY_S = 86_400


async def change(desk: Desk, who: str, case: dict[str, Any], what: str, /, **facts: Any) -> Any:
    return await desk.done(who, f"/cases/{case['case']}/changes", {"change": what, **facts})


def her(case: dict[str, Any]) -> str:
    found: str = case["persons"][0]["person_id"]
    return found


async def test_a_case_is_its_makers_and_the_list_shows_only_ones_own(desk: Desk):
    case = await desk.case("bea")
    await desk.case("cleo")

    own = (await desk.get("bea", "/cases")).json
    everything = (await desk.get("ana", "/cases")).json

    assert [one["case"] for one in own["cases"]] == [case["case"]]
    assert len(everything["cases"]) == 2
    assert own["before"] is None


async def test_a_long_list_comes_in_pages_and_none_falls_between_them(desk: Desk):
    made = []
    for _ in range(5):
        made.append((await desk.case("bea"))["case"])
        made.append((await desk.case("bea"))["case"])
        desk.clock.step(1)

    seen, path = [], "/cases?limit=3"
    while path:
        page = (await desk.get("bea", path)).json
        seen += [one["case"] for one in page["cases"]]
        path = f"/cases?limit=3&before={page['before']}" if page["before"] else ""

    assert sorted(seen) == sorted(made)


async def test_names_are_written_while_the_vault_is_shut_and_read_only_with_a_reason_that_is_logged(desk: Desk):
    """R24; at-rest: writing needs only the public half."""
    case = await desk.case("bea")
    desk.staff.offices.drop_user(desk.users["bea"])
    path = f"/cases/{case['case']}/identity"
    await desk.put("bea", path, {"persons": {her(case): {"given_name": "Invented", "family_name": "Person"}}})
    await desk.put("bea", path, {"persons": {her(case): {"family_name": None, "nationality": "XB"}}})
    await desk.sign_in("bea")

    refused = await desk.post("bea", f"{path}/open", {"reason": "curious"})
    names = await desk.done("bea", f"{path}/open", {"reason": "give_service"})
    looks = (await desk.get("bea", f"/cases/{case['case']}/looks")).json

    assert (refused.status, refused.json["rule"]) == (409, "R24")
    assert names["persons"] == {her(case): {"given_name": "Invented", "nationality": "XB"}}
    opened = [one for one in looks if one["what"] == "identity_opened"]
    assert [(one["who"], one["reason"]) for one in opened] == [(desk.users["bea"], "give_service")]


async def test_a_field_that_is_not_in_the_list_cannot_be_written(desk: Desk):
    """R29, R18: there is no field for where she sleeps."""
    case = await desk.case("bea")
    body = {"persons": {her(case): {"shelter_address": "Invented Street 1"}}}

    answer = await desk.ask("bea", "PUT", f"/cases/{case['case']}/identity", body)

    assert (answer.status, answer.json["field"]) == (422, "fields")
    assert "Invented Street" not in str(answer.json)
    assert "shelter_address" not in str(answer.json)


FEARED = {"country": "XB", "kind": "nationality", "feared": "yes"}
ONE_PERSON = [
    ("doubt_age", {}, "age_in_doubt", True),
    ("block_countries", {"countries": ["XB"]}, "blocked_countries", ["XB"]),
    ("set_protection", {"protection": "sought"}, "protection", "sought"),
    ("set_tie", FEARED, "ties", [FEARED]),
    ("hold_for_review", {}, "held_for_review", True),
    ("set_facts", {"needs": ["legal"], "interpreter": True}, "needs", ["legal"]),
]


@pytest.mark.parametrize(("kind", "facts", "field", "after"), ONE_PERSON, ids=lambda x: x if isinstance(x, str) else "")
async def test_what_protects_takes_one_person_and_works_at_once(desk: Desk, kind, facts, field, after):
    case = await desk.case("bea")

    changed = await change(desk, "bea", case, kind, person_id=her(case), **facts)

    assert changed["done"] is True
    assert changed["case"]["persons"][0][field] == after


TWO_PEOPLE = [
    (("doubt_age", {}), ("settle_age", {"age_band": "25-34"}), "age_in_doubt", False),
    (("block_countries", {"countries": ["XB"]}), ("unblock_country", {"country": "XB"}), "blocked_countries", []),
    (("hold_for_review", {}), ("end_review", {}), "held_for_review", False),
    (
        ("set_tie", {"country": "XB", "kind": "nationality", "feared": "yes"}),
        ("set_tie", {"country": "XB", "kind": "nationality", "feared": "no"}),
        "ties",
        [{"country": "XB", "kind": "nationality", "feared": "no"}],
    ),
]


@pytest.mark.parametrize(
    ("first", "then", "field", "after"), TWO_PEOPLE, ids=lambda x: x[0] if isinstance(x, tuple) else ""
)
async def test_what_lifts_a_protection_waits_for_a_second_person(desk: Desk, first, then, field, after):
    """R12, H03, H05, H17: nothing changes before the second person confirms, and the first cannot be the second."""
    case = await desk.case("bea")
    before = (await change(desk, "bea", case, first[0], person_id=her(case), **first[1]))["case"]["persons"][0][field]

    asked = await change(desk, "bea", case, then[0], person_id=her(case), **then[1])
    path = f"/cases/{case['case']}/changes/{asked['pending']}"
    alone = await desk.post("bea", f"{path}/approve")

    assert asked["done"] is False
    assert asked["case"]["persons"][0][field] == before
    assert (alone.status, alone.json["rule"]) == (409, "R24")
    done = await desk.done("ana", f"{path}/approve")
    assert (done["done"], done["case"]["persons"][0][field]) == (True, after)
    assert done["case"]["waits_for_second"] == []
    assert (await desk.post("ana", f"{path}/approve")).status == 404


async def test_what_was_recorded_after_a_change_was_asked_for_is_read_and_confirmed_with_its_mark(desk: Desk):
    """R12, R24: the same as on the page; without the mark of what stands now nothing is written over."""
    case = await desk.case("bea")
    asked = await change(desk, "bea", case, "settle_age", person_id=her(case), age_band="18-24")
    path = f"/cases/{case['case']}/changes/{asked['pending']}"
    before = (await desk.get("ana", path)).json
    await change(desk, "bea", case, "doubt_age", person_id=her(case))

    unseen = [await desk.post("ana", f"{path}/approve", body) for body in (None, {}, {"shown": before["mark"]})]
    both = (await desk.get("ana", path)).json
    done = await desk.done("ana", f"{path}/approve", {"shown": both["mark"]})

    assert before["rows"] == []
    assert {one.status for one in unseen} == {409}
    assert all("/changes/{pending}" in one.json["detail"] and "mark" in one.json["detail"] for one in unseen)
    doubt = {"person_id": her(case), "field": "age_in_doubt", "stands": True, "instead": False, "scope": ""}
    assert doubt in both["rows"]
    assert done["done"] and done["case"]["persons"][0]["age_in_doubt"] is False


async def test_a_second_person_may_refuse_and_one_change_waits_at_a_time(desk: Desk):
    case = await desk.case("bea")
    await change(desk, "bea", case, "detained")
    asked = await change(desk, "bea", case, "detention_ended")

    second = await desk.post("bea", f"/cases/{case['case']}/changes", {"change": "detention_ended"})
    refused = await desk.done("ana", f"/cases/{case['case']}/changes/{asked['pending']}/refuse")

    assert second.status == 409
    assert refused["case"]["place_is_detention"] is True
    assert refused["case"]["waits_for_second"] == []


async def test_a_machine_cannot_ask_for_what_needs_two_people(desk: Desk):
    """R40: a person decides."""
    case = await desk.case("bea")
    await change(desk, "bea", case, "detained")
    desk.tokens["machine"] = (await desk.done("ana", "/tokens", {"label": "x"}, 201))["token"]

    answer = await desk.post("machine", f"/cases/{case['case']}/changes", {"change": "detention_ended"})

    assert (answer.status, answer.json["rule"]) == (409, "R40")


async def test_a_machine_is_no_second_person_who_looks_at_a_guardian(desk: Desk):
    """R40, H11: whoever looks for a conflict of interest is a person."""
    case = await desk.case("bea", age_band="12-15")
    told = {"appointing_body": "court", "appointed_on": "2026-10-01", "not_named_in_case": True, "heard_alone": True}
    await change(desk, "bea", case, "record_guardian", person_id=her(case), **told)
    desk.tokens["machine"] = (await desk.done("ana", "/tokens", {"label": "x"}, 201))["token"]
    check = {"change": "check_guardian", "person_id": her(case), "conflict_found": False}

    answer = await desk.post("machine", f"/cases/{case['case']}/changes", check)

    assert (answer.status, answer.json["rule"]) == (409, "R40")


async def test_lifting_an_asylum_block_is_refused_at_once_without_her_written_wish(desk: Desk):
    """H03: it does not even wait for a second person."""
    case = await desk.case("bea")
    wish = {"wish_in_writing": False, "lawyer_independent": True, "seen_alone": True}
    body = {"change": "lift_asylum_block", "person_id": her(case), "country": "XB", **wish}

    answer = await desk.post("bea", f"/cases/{case['case']}/changes", body)

    assert (answer.status, answer.json["rule"]) == (409, "H03")


async def test_a_guardian_counts_after_somebody_else_looked_for_a_conflict(desk: Desk):
    """H11."""
    case = await desk.case("bea", age_band="12-15")
    guardian = {
        "appointing_body": "court",
        "appointed_on": "2026-10-01",
        "not_named_in_case": True,
        "heard_alone": True,
    }
    await change(desk, "bea", case, "record_guardian", person_id=her(case), **guardian)
    check = {"change": "check_guardian", "person_id": her(case), "conflict_found": False}

    alone = await desk.post("bea", f"/cases/{case['case']}/changes", check)
    checked = await desk.done("ana", f"/cases/{case['case']}/changes", check)

    assert (alone.status, alone.json["rule"]) == (409, "H11")
    assert checked["case"]["persons"][0]["guardian"]["conflict_checked_by"] == desk.users["ana"]


async def test_a_case_is_about_one_person_and_the_others_are_dependants(desk: Desk):
    """H26."""
    wrong = await desk.post("bea", "/cases", {"persons": [{"age_band": "25-34"}, {"age_band": "0-5"}]})
    case = await desk.case("bea")
    child = await change(desk, "bea", case, "add_person", person={"age_band": "0-5", "role": "dependant"})

    assert (wrong.status, wrong.json["rule"]) == (422, "H26")
    assert child["case"]["persons"][1]["treated_as_child"] is True


async def test_an_open_case_is_taken_once_and_assigned_by_a_coordinator(desk: Desk):
    case = await desk.case("bea")
    path = f"/cases/{case['case']}/owner"
    freed = await desk.ask("ana", "PUT", path, {"owner": None})
    taken = await desk.ask("cleo", "PUT", path, {"owner": desk.users["cleo"]})
    late = await desk.ask("bea", "PUT", path, {"owner": desk.users["bea"]})
    nobody = await desk.ask("ana", "PUT", path, {"owner": desk.users["dora"]})

    assert (freed.status, taken.status, taken.json["owner"]) == (200, 200, desk.users["cleo"])
    assert late.status == 404
    assert (nobody.status, nobody.json["field"]) == (422, "owner")
