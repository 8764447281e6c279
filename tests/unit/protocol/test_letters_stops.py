"""The one stop letter (H01) and what no letter can say (R06, R07, R10, R18, R30)."""

import json
import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from node.protocol.letters import bodies, codes, control
from node.protocol.letters import frame as letters
from node.protocol.letters.bodies import Part
from node.protocol.letters.codes import CATEGORIES, DEFAULT_HANDLING, REASON_NAMES, reason_of
from node.protocol.letters.decode import decode, encode
from node.protocol.letters.fields import FIELDS
from node.protocol.letters.frame import check_stop_shape, is_stop, make_stop
from node.protocol.letters.kinds import KINDS, LETTER
from node.protocol.letters.strict import Malformed
from tests.letters_support import CONSENT, GIVEN_NAME, HASH, LETTER_ID, NOW, THREAD, document, stop, to_bytes

SPOILED: dict[str, Any] = {
    "void": [1],
    "in_reply_to": LETTER_ID,
    "relates_to": THREAD,
    "urgency": "urgent",
    "handling": [*DEFAULT_HANDLING, "no_contact_family"],
    "lawful_basis": "explicit_consent",
    "consent": [CONSENT],
    "reply_by": NOW,
    "body": {"reason": "asylum"},
    "disclosed": [GIVEN_NAME],
    "sealed_identity": {"office_kid": HASH, "identity_commit": HASH, "box": "QUJD"},
    "attachments": [{"parts": [HASH], "size": 1}],
}


def test_two_stops_differ_only_in_what_names_the_thread_and_the_time():
    """H01: no reason, one size; a thread stopped for asylum looks like one stopped by illness."""
    first = document("referral.ended")
    second = json.loads(
        encode(
            make_stop(
                "referral.ended",
                letter_id="0" * 32,
                thread="1" * 32,
                n=7,
                seen=4,
                written_at=NOW + 1,
                sender_role="opener",
                thread_ends=NOW + 2,
                retention_until=NOW + 3,
            )
        )
    )

    differing = {key for key in first if first[key] != second[key]}

    assert set(first) == set(second)
    assert differing == {
        "letter_id",
        "thread",
        "n",
        "seen",
        "written_at",
        "sender_role",
        "thread_ends",
        "retention_until",
    }


def test_a_stop_has_the_fixed_content():
    """Wire 7, Stops."""
    letter = stop()

    assert is_stop(letter)
    assert check_stop_shape(letter)
    assert letter.handling == DEFAULT_HANDLING
    assert decode(encode(letter), LETTER) == letter


@pytest.mark.parametrize("key", SPOILED)
def test_a_stop_that_says_more_is_malformed(key):
    """H01: whatever a stop could carry beside itself would be a place for its cause."""
    letter = document("referral.ended") | {key: SPOILED[key]}

    with pytest.raises(Malformed):
        decode(to_bytes(letter), LETTER)


def test_the_order_of_the_four_handling_codes_is_free():
    """A stop is too important to be lost over an order that the wire does not fix."""
    letter = document("referral.ended") | {"handling": list(reversed(DEFAULT_HANDLING))}

    assert decode(to_bytes(letter), LETTER) is not None


# What must not be sayable, wherever it would stand, and the rule that forbids it.
FORBIDDEN = {
    "R06": "police|cooperat|testif|testimony|witness|prosecut",
    "R07": "forced|deport|expul|removal|repatriat",
    "R10": "asylum|refugee|residence|permit",
    "R18": "offence|offense|crim|convict|arrest|charge|sentence",
    "R26": "biometric|fingerprint|global|passport_number",
    "R29": "address|shelter_location|street|gps|coordinates|place",
    "R30": "religion|orientation|ethnic|race|creed",
}
# Protective words that hold one of them, and words about the law of a country or a kind of exploitation, not a person.
ALLOWED = {
    *("no_law_enforcement", "place_kept_until_start_date", "school_place", "address_kept_secret"),
    "police",  # whom not to contact, in an alert
    *("permits", "residence_permit", "work_permit", "protection_of_witnesses_family"),  # what the law there offers
    *("forced_crime", "forced_marriage", "organ_removal"),  # signs that an expert is asked about, without a person
}


def words() -> set[str]:
    """Every kind, every field name and every code that any letter may hold, found from the types themselves."""
    found = {code for extra in (codes.ACCESSIBILITY, codes.SAFETY_CODES) for code in extra} | set(KINDS)
    for kind in KINDS.values():
        frame: Any = kind.frame
        found |= set(_words_of(msgspec.inspect.type_info(frame)))
    return found


def _words_of(kind: msgspec.inspect.Type) -> Iterator[str]:
    match kind:
        case msgspec.inspect.LiteralType(values=values):
            yield from map(str, values)
        case msgspec.inspect.StructType(fields=fields):
            for field in fields:
                yield field.encode_name
                yield from _words_of(field.type)
        case msgspec.inspect.UnionType(types=types):
            for one in types:
                yield from _words_of(one)
        case msgspec.inspect.VarTupleType(item_type=inner) | msgspec.inspect.Metadata(type=inner):
            yield from _words_of(inner)


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_field_and_no_code_can_say_what_the_rules_forbid(rule):
    """R06, R07, R10, R18, R26, R29, R30: the schema has no word for it."""
    found = words()

    assert "shelter" in found
    assert "no_capacity" in found
    assert "window_ends" in found
    assert "acceptable_with_measures" in found
    assert len(found) > 700
    assert {word for word in found if re.search(FORBIDDEN[rule], word)} - ALLOWED == set()


def test_no_body_can_hold_free_text():
    """Domain 5: codes only; every string of a letter has a pattern or a list, except the kind, which is a key."""

    def open_strings(kind: msgspec.inspect.Type, at: str) -> list[str]:
        match kind:
            case msgspec.inspect.Metadata(type=inner):
                return open_strings(inner, at)
            case msgspec.inspect.StrType(pattern=None):
                return [at]
            case msgspec.inspect.UnionType(types=types):
                return [found for one in types for found in open_strings(one, at)]
            case msgspec.inspect.VarTupleType(item_type=item):
                return open_strings(item, at)
            case msgspec.inspect.StructType(fields=fields):
                return [found for field in fields for found in open_strings(field.type, f"{at}.{field.name}")]
        return []

    for name, kind in KINDS.items():
        frame: Any = kind.frame
        assert open_strings(msgspec.inspect.type_info(frame), name) == [f"{name}.kind"]


def test_categories_of_consent_are_those_of_the_fields():
    """A person ticks a category; each field that can be disclosed belongs to one of them."""
    assert {"needs", *(field.category for field in FIELDS)} == set(CATEGORIES)


def test_a_rule_has_the_number_that_the_receipt_carries():
    """Wire 4: 1-40 = R01-R40, 101-135 = H01-H35, then 201-207."""
    assert (reason_of("R01"), reason_of("R40"), reason_of("H01"), reason_of("H35")) == (1, 40, 101, 135)
    assert sorted(REASON_NAMES) == [*range(1, 41), *range(101, 136), *range(201, 208)]
    with pytest.raises(KeyError):
        reason_of("R41")


def test_every_struct_of_a_letter_refuses_unknown_fields_and_changes():
    """R37, and style: data is frozen."""
    structs: list[type[msgspec.Struct]] = [*Part.__subclasses__(), letters.Letter, control.Control]
    for struct in structs:
        config = struct.__struct_config__
        assert config.frozen, struct
        assert config.forbid_unknown_fields, struct
    assert bodies.OfferBody in Part.__subclasses__()
