"""Consents over the API: kept with their faults in plain words, seconded by somebody else, taken back at once."""

from typing import Any

from node.protocol.letters.frame import ConsentEntry
from tests.api.conftest import Desk

DAY_S = 86_400


async def record(desk: Desk, case: dict[str, Any], **facts: Any) -> Any:
    body = desk.consent_body(case, "XA", **facts)
    return await desk.done("bea", f"/cases/{case['case']}/consents", body, 201)


async def test_a_whole_consent_counts_until_its_time_is_over(desk: Desk):
    case = await desk.case("bea")
    made = await record(desk, case)
    assert (made["counts"], made["faults"], made["recorded_by"]) == (True, [], desk.users["bea"])

    desk.clock.step(184 * DAY_S)
    await desk.sign_in("bea")
    shown = (await desk.get("bea", f"/cases/{case['case']}/consents/{made['consent']}")).json

    assert shown["counts"] is False
    assert [fault["rule"] for fault in shown["faults"]] == ["R22"]


async def test_what_is_missing_is_said_in_plain_words(desk: Desk):
    """R23, H17: the record is kept and nothing rests on it."""
    case = await desk.case("bea")

    made = await record(desk, case, spoken_to_alone=False, understood_check=False)

    assert made["counts"] is False
    assert {fault["rule"] for fault in made["faults"]} == {"R23", "H17"}
    assert all(fault["says"] and fault["next"] for fault in made["faults"])


async def test_a_provisional_basis_needs_a_second_person_and_counts_its_renewals(desk: Desk):
    """H10: child protection and a second person, ten days, renewed once."""
    case = await desk.case("bea", age_band="12-15")
    facts = {"basis": "provisional", "given_by": "child_protection", "capacity": "supported_decision",
             "purposes": ["enquiry"], "levels": ["L1"], "categories": ["needs"]}  # fmt: skip
    first = await record(desk, case, **facts)
    path = f"/cases/{case['case']}/consents/{first['consent']}/second"

    alone = await desk.post("bea", path)
    seconded = await desk.done("ana", path)
    later = [await record(desk, case, **facts) for _ in range(2)]

    assert (alone.status, alone.json["rule"]) == (409, "H10")
    assert first["counts"] is False and seconded["counts"] is True
    assert seconded["valid_until"] - seconded["valid_from"] == 10 * DAY_S
    assert [one["renewals"] for one in later] == [1, 2]
    assert "H10" in {fault["rule"] for fault in later[1]["faults"]}


async def test_taking_it_back_needs_no_reason_and_works_at_once(desk: Desk):
    """R20."""
    case = await desk.case("bea")
    made = await record(desk, case)

    told = await desk.done("bea", f"/cases/{case['case']}/consents/{made['consent']}/withdraw", {})
    shown = (await desk.get("bea", f"/cases/{case['case']}/consents")).json

    assert told == {"told": 0}
    assert [(one["counts"], one["withdrawn_at"]) for one in shown] == [(False, desk.clock.now())]
    assert "R20" in {fault["rule"] for fault in shown[0]["faults"]}


async def test_several_consents_end_at_once_and_what_follows_is_told_before(desk: Desk):
    """C5, R20: a country that got letters is asked to erase; one that got nothing is asked nothing; told once."""
    case = await desk.case("bea")
    base = f"/cases/{case['case']}"
    first, second = await record(desk, case), await record(desk, case)
    await desk.done("bea", f"{base}/referrals", {"peer": "XA", "needs": ["shelter"]}, 201)
    await desk.world.settle()

    before = (await desk.get("bea", f"{base}/take_back")).json
    ids = {"consents": [first["consent"], second["consent"]]}
    told = await desk.done("bea", f"{base}/take_back", ids)
    again = await desk.done("bea", f"{base}/take_back", ids)

    follows = {one["ends_at"][0]["follows"] for one in before}
    assert len(before) == 2 and "told" in follows and {one["person_id"] for one in before} == {first["person_id"]}
    assert told == again == {"told": 1}
    assert (await desk.get("bea", f"{base}/take_back")).json == []
    unknown = await desk.post("bea", f"{base}/take_back", {"consents": ["0" * 32]})
    assert unknown.status == 404


async def test_a_machine_records_no_consent(desk: Desk):
    """R40."""
    case = await desk.case("bea")
    desk.tokens["machine"] = (await desk.done("ana", "/tokens", {"label": "x"}, 201))["token"]

    answer = await desk.post("machine", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA"))

    assert answer.status == 403


async def test_a_consent_that_ends_before_it_begins_is_no_consent(desk: Desk):
    case = await desk.case("bea")
    now = desk.clock.now()
    body = desk.consent_body(case, "XA", valid_from=now, valid_until=now)

    answer = await desk.post("bea", f"/cases/{case['case']}/consents", body)

    assert (answer.status, answer.json["field"], answer.json["rule"]) == (422, "valid_until", "R22")


async def test_a_consent_belongs_to_a_person_of_the_case(desk: Desk):
    """H26."""
    case, other = await desk.case("bea"), await desk.case("bea")
    body = desk.consent_body(other, "XA")

    answer = await desk.post("bea", f"/cases/{case['case']}/consents", body)

    assert (answer.status, answer.json["field"]) == (422, "person_id")


async def test_the_mark_of_the_signed_paper_is_read_with_the_record_and_travels_nowhere(desk: Desk):
    """Domain 5.3, evidence_hash: whoever doubts what she signed compares; no letter holds it."""
    case = await desk.case("bea")

    made = await record(desk, case, evidence_hash="5a" * 32)

    shown = (await desk.get("bea", f"/cases/{case['case']}/consents/{made['consent']}")).json
    assert shown["evidence_hash"] == "5a" * 32
    assert "evidence_hash" not in ConsentEntry.__struct_fields__


async def test_who_heard_a_spoken_consent_is_named_sealed_and_opened_with_a_reason(desk: Desk):
    """C5, H17, R24: nothing of it stands in the record that is shown, and no field of a letter has room for it."""
    case = await desk.case("bea")
    spoken = {"method": "spoken_witnessed", "interpreter_name": "Ilse Invented", "interpreter_language": "uk"}
    nobody = await desk.post("bea", f"/cases/{case['case']}/consents", desk.consent_body(case, "XA", **spoken))

    made = await record(desk, case, **spoken, witness_name="Wim Invented", witness_role="colleague")

    path = f"/cases/{case['case']}/consents/{made['consent']}/talk/open"
    opened = await desk.done("bea", path, {"reason": "give_service"})
    refused = await desk.post("bea", path, {"reason": "curiosity"})
    assert (nobody.status, nobody.json["field"], nobody.json["rule"]) == (422, "witness_name", "H17")
    assert made["counts"] is True and "witness" in made["present"] and "Invented" not in str(made)
    assert (opened["interpreter_name"], opened["witness_name"]) == ("Ilse Invented", "Wim Invented")
    assert refused.status in (409, 422)
    assert {"method", "present", *opened}.isdisjoint(ConsentEntry.__struct_fields__)


async def test_of_two_consents_of_one_second_the_later_one_is_the_newest(desk: Desk):
    """What rests on "the newest that counts" rests on what was recorded last, whatever its random number."""
    case = await desk.case("bea")
    recorded = [(await record(desk, case))["consent"] for _ in range(6)]

    listed = (await desk.get("bea", f"/cases/{case['case']}/consents")).json

    assert [one["consent"] for one in listed] == recorded
