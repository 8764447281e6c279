"""Small use cases behind the pages of a case: changes as forms, consent by category, what was asked of us, a reason."""

from typing import get_args

import msgspec
import pytest

from node.protocol.letters.codes import CATEGORIES
from node.protocol.letters.fields import BY_NAME, FIELDS
from node.protocol.threads.fold import owed_to_requests
from node.protocol.threads.machine import open_thread
from node.protocol.threads.thread import Entry
from node.service.cases.acts import CHANGES
from node.service.cases.change_forms import change_forms, read_change, said_by
from node.service.cases.requests import AnyChange
from node.service.threads.forms import carried_by, form_of, opening_form
from node.service.threads.told import categories_of, headings, levels_of, purpose_for


def test_every_change_has_a_form_and_says_how_many_people_its_table_wants():
    """R24: the page asks the table."""
    forms = change_forms()

    assert len(forms) == len(get_args(AnyChange))
    for kind in (one for one in get_args(AnyChange) if one in CHANGES):
        assert forms[kind.__struct_config__.tag].people == CHANGES[kind].people


def test_what_was_typed_becomes_the_change_and_is_said_again_in_codes():
    change = read_change("set_tie", {"person_id": "1" * 16, "country": "XA", "kind": "nationality"})

    assert said_by(change) == {"person_id": "1" * 16, "country": "XA", "kind": "nationality", "feared": "not_asked"}
    with pytest.raises(msgspec.ValidationError):
        read_change("set_tie", {"person_id": "1" * 16})


def test_each_category_is_on_one_level_and_every_field_stands_under_one():
    """Levels follow from the ticked categories; a category on two levels would widen what she said yes to."""
    listed = [name for one in headings() for name in one.fields]

    assert [one.category for one in headings()] == list(CATEGORIES)
    assert sorted(listed) == sorted(field.name for field in FIELDS)
    assert all({BY_NAME[name].level for name in one.fields} <= {one.level} for one in headings())


def test_levels_and_categories_are_no_wider_than_what_was_asked_for():
    """R04: the smallest that covers it."""
    assert categories_of(["given_name", "health_needs"]) == {"identity", "health"}
    assert levels_of(["health"]) == ("L1", "L2")
    assert levels_of([]) == ("L1",)


def test_a_letter_that_rests_on_no_consent_asks_for_none():
    assert purpose_for("complaint.open") is None
    assert purpose_for("transit.request") == "transit"


def test_an_opening_asks_nothing_that_the_case_knows():
    """R12: an age is derived, never stated."""
    assert {one.name for one in form_of("referral.offer")} - {one.name for one in opening_form("referral.offer")} == {
        "age_band", "treated_as_child", "gender", "languages", "interpreter", "dependants",
    }  # fmt: skip


def test_a_letter_offers_only_the_fields_of_its_closed_list():
    assert ("given_name", "L3") not in carried_by("return.risk_request")
    assert ("risk_summary", "L2") in carried_by("return.risk_request")
    assert carried_by("referral.update") == ()


def test_what_was_asked_about_her_data_is_owed_until_it_was_answered():
    """R20, R33: on any thread, whatever its matter."""
    thread = open_thread("1" * 32, "XA", "responder", "referral")
    asked = Entry("opener", 1, 0, "access.request", "2" * 32, 0, 0)
    answer = Entry("responder", 1, 1, "access.response", "3" * 32, 0, 0)

    assert owed_to_requests(thread) == ()
    assert owed_to_requests(msgspec.structs.replace(thread, entries=(asked,))) == ("access.response",)
    assert owed_to_requests(msgspec.structs.replace(thread, entries=(asked,), queued=(answer,))) == ()
