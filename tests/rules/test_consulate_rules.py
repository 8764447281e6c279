"""A consulate is asked by her wish alone, each for herself, and on no wish that is over. Source: R11; practice H17."""

from typing import Any

import pytest

from node.protocol.consent.record import ConsentTo
from node.protocol.letters.bodies_return import IdentityRequestBody
from tests.rules.test_information_rules import ADVISED, EVERYTHING, GIVEN, asked, question
from tests.rules.world import CHILD, CHILD_TOKEN, NOW, TO_XA, both, case, entry, item, letter, record, with_

ALONE: dict[str, Any] = {**EVERYTHING, "purposes": ("identity_verification",)}
EMBASSY = ConsentTo(country="XA", organisation_type="embassy", holder=TO_XA.holder)


@pytest.mark.parametrize(
    "no_more", [{"valid_until": NOW - 1}, {"interpreter": "embassy"}, {"valid_from": NOW + 1}, {"levels": ("L1", "L2")}]
)
def test_r11_sender_a_yes_to_the_consulate_that_does_not_count_lifts_nothing(no_more: dict[str, Any]) -> None:
    """R11, H17, R22: one that ended, or that the embassy itself interpreted, is none; her no of before stands."""
    since: dict[str, Any] = {"valid_from": NOW - 60, "recipients": (TO_XA, EMBASSY), "consent_id": "since"}
    said = with_(record(ADVISED, **{**ALONE, **since}), **no_more)
    desk = record(ADVISED, **ALONE)
    consular = question(purpose="identity_nationality", consular=True)
    consular = with_(consular, consent=(entry(ADVISED, **ALONE),))

    for before in (desk, with_(desk, excluded=("embassy",))):
        assert asked(consular, consents=(before, said)) == ["R11"]


def test_r11_sender_the_consulate_hears_the_name_of_nobody_who_did_not_ask_for_it() -> None:
    """R11: of two who travel together each says it for herself."""
    both_of_them = case(ADVISED, with_(CHILD, life=ADVISED.life))
    hers, of_child = record(ADVISED, **ALONE, recipients=(TO_XA, EMBASSY)), record(CHILD, **ALONE)
    entries = (entry(ADVISED, **ALONE), entry(CHILD, **ALONE))

    def rules(*items: Any) -> list[str]:
        consular = question(*items, purpose="identity_nationality", consular=True)
        return both(with_(consular, consent=entries), case=both_of_them, consents=(hers, of_child))

    assert "R11" not in rules(GIVEN)
    assert "R11" in rules(item("given_name", "L3", CHILD_TOKEN))


def test_r11_sender_a_yes_to_the_consulate_alone_is_no_yes_to_the_focal_point() -> None:
    """R11, R01, domain 5.7: she chose the consular route; the other one needs a record that names whom it reaches."""
    hers = record(ADVISED, **ALONE, recipients=(EMBASSY,))
    focal = record(ADVISED, **ALONE, consent_id="focal", valid_from=hers.valid_from - 1)
    asks = letter("return.identity_request", consent=(entry(ADVISED, **ALONE),))
    direct = with_(asks, body=IdentityRequestBody(route="focal_point", counsel_heard=True))
    consular = with_(asks, body=IdentityRequestBody(route="consular", counsel_heard=True))
    to_the_office = with_(question(purpose="identity_nationality"), consent=asks.consent)

    assert "R11" in asked(direct, consents=(hers,))
    assert "R11" not in asked(direct, consents=(focal, hers))
    assert "R11" not in asked(consular, consents=(focal, hers))
    assert asked(to_the_office, consents=(hers,)) == ["R11"]
