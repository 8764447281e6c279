"""Erasing, retention and the answers after a restore, as a case system calls them."""

from node.service.keep.notes import ErasedPerson
from node.service.keep.replay import replay
from tests.api.conftest import Desk


async def test_two_people_erase_a_case_over_the_api(desk: Desk):
    """R25: the caseworker asks, the coordinator confirms; afterwards it answers like one that was erased."""
    case = (await desk.case("bea"))["case"]
    asked = await desk.done("bea", f"/cases/{case}/erasures", {"ground": "recorded_in_error"}, 201)
    waiting = (await desk.get("bea", f"/cases/{case}/erasures")).json
    done = await desk.done("ana", f"/cases/{case}/erasures/{asked['pending']}/approve", {})

    assert waiting == [asked]
    assert (done["done"], done["pending"], done["ground"]) == (True, None, "recorded_in_error")
    gone = await desk.get("bea", f"/cases/{case}")
    assert (gone.status, "erased" in str(gone.json)) == (410, True)


async def test_a_legal_hold_is_shown_with_its_case_and_forbids_the_erasure(desk: Desk):
    """R25: shown as data; the refusal names the rule."""
    case = (await desk.case("bea"))["case"]
    until = desk.world.clock.now() + 90 * 86_400
    hold = {"change": "hold_for_law", "ground": "complaint", "until": until}
    asked = await desk.done("bea", f"/cases/{case}/changes", hold)
    await desk.done("ana", f"/cases/{case}/changes/{asked['pending']}/approve", {})
    shown = (await desk.get("bea", f"/cases/{case}")).json
    refused = await desk.post("bea", f"/cases/{case}/erasures", {"ground": "she_asked"})

    assert shown["retention"]["hold"]["ground"] == "complaint"
    assert (refused.status, refused.json["rule"]) == (409, "R25")


async def test_what_falls_due_is_for_those_who_run_the_node(desk: Desk):
    """Counts and ids; a caseworker has no business with it."""
    due = (await desk.get("olaf", "/retention/due")).json

    assert (due["cases"], due["payloads"], due["next_cases"]) == (0, 0, [])
    assert (await desk.get("dora", "/retention/certificates")).json == []
    assert (await desk.get("bea", "/retention/due")).status == 403


async def test_a_node_that_was_not_restored_needs_no_answer(desk: Desk):
    """H08: the case is free, and answering is a conflict."""
    case = (await desk.case("bea"))["case"]
    shown = (await desk.get("bea", f"/cases/{case}/restored")).json
    yes = {"protection_checked": True, "consents_checked": True, "stops_checked": True}

    assert shown == {"case": case, "restored_at": None, "first_by": None, "second_by": None, "free": True}
    assert (await desk.post("bea", f"/cases/{case}/restored", yes)).status == 409


async def test_h08_sender_the_first_sign_in_that_reads_names_ends_an_erasure_after_a_restore(desk: Desk):
    """H26: names of one who was erased again go, earlier ones too; those of the other stay; nobody does anything."""
    case = await desk.case("bea")
    person = {"age_band": "25-34", "gender": "woman", "role": "dependant"}
    added = await desk.done("bea", f"/cases/{case['case']}/changes", {"change": "add_person", "person": person})
    her, other = (one["person_id"] for one in added["case"]["persons"])
    for hers in ("Mistaken", "Dobrynya"):
        named = {her: {"given_name": "Zoryana"}, other: {"given_name": hers}}
        await desk.put("bea", f"/cases/{case['case']}/identity", {"persons": named})
    node, now = desk.world[desk.code].node, desk.clock.now()
    gone = ErasedPerson(at=now, case=case["case"], person=other)
    assert await node.store.write(lambda work: replay(node, work, [gone], now)) == 1

    assert (await desk.sign_in("bea")).status == 201

    opened = await desk.done("bea", f"/cases/{case['case']}/identity/open", {"reason": "give_service"})
    assert opened == {"persons": {her: {"given_name": "Zoryana"}}, "earlier": []}
    assert not node.store.read_sync(lambda reader: reader.tasks.cases_with("names_to_put_in_order"))
