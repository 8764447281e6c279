"""R06, R07, R18, R19, R26, R29, R30 by shape: no field, code or kind of any letter says what must not be said."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from node.protocol.gate.gate import receiver
from node.protocol.letters import codes
from node.protocol.letters.fields import FIELDS, forbidding_rule
from node.protocol.letters.kinds import KINDS
from node.protocol.rules import RULES
from tests.rules.world import accepted, body, both, disclosure, item, letter

FORBIDDEN = {
    "R06": ("police", "cooperat", "witness", "testimony", "statement_to", "informant"),
    "R07": ("deport", "expulsion", "removal", "forced"),
    "R18": ("offence", "offense", "criminal", "convict", "arrest", "prosecut", "sentence", "warrant"),
    "R19": ("law_enforcement_body", "interpol", "siena", "prosecutor"),
    "R26": ("biometric", "fingerprint", "iris", "face_", "global", "person_id", "case_id", "national_id"),
    "R30": ("nationality_not", "religion", "ethnic", "orientation", "caste", "political", "race"),
}
# What reads like one of them and is its opposite, or is asked of the person herself after acceptance.
ALLOWED = {"no_law_enforcement"}


def structs(kind: inspect.Type) -> Iterator[Any]:
    """Every struct inside a type."""
    match kind:
        case inspect.StructType(fields=fields):
            yield kind
            for field in fields:
                yield from structs(field.type)
        case inspect.UnionType(types=types):
            for one in types:
                yield from structs(one)
        case inspect.VarTupleType(item_type=inner) | inspect.Metadata(type=inner):
            yield from structs(inner)


def words_of_letters() -> set[str]:
    """The names of all fields of all kinds, all kinds, all codes, all fields about a person."""
    found = {*KINDS, *(field.name for field in FIELDS), *(field.category for field in FIELDS)}
    for kind in KINDS.values():
        frame: Any = kind.frame
        for struct in structs(inspect.type_info(frame)):
            for field in struct.fields:
                found.add(field.encode_name)
    for value in vars(codes).values():
        if isinstance(value, tuple):
            found.update(one for one in value if isinstance(one, str))
    return found


@pytest.mark.parametrize("rule", sorted(FORBIDDEN))
def test_no_word_of_any_letter_says_what_the_rule_forbids(rule):
    """Shape: the word does not exist, so nobody can be asked for it."""
    words = words_of_letters() - ALLOWED
    assert len(words) > 150

    assert [word for word in sorted(words) for bad in FORBIDDEN[rule] if bad in word] == []


def test_r29_no_field_about_a_person_tells_a_place_of_stay():
    """R29: `meeting_point` is where she is met, sealed; nothing tells where she lives."""
    assert [field.name for field in FIELDS if forbidding_rule(field.name)] == []


@pytest.mark.parametrize(
    ("rule", "name", "reason"),
    [
        ("R06", "police_statement", 6),
        ("R06", "cooperation", 6),
        ("R18", "criminal_record", 18),
        ("R26", "fingerprints", 26),
        ("R26", "biometric_photo", 26),
        ("R30", "religion", 30),
        ("R07", "deportation_order", 7),
    ],
)
def test_a_forbidden_field_leaves_no_node_and_is_refused_by_every_node(rule, name, reason):
    """Both places, by the field's name."""
    made = item(name, "L2")
    came = disclosure(made)

    assert both(came, shared=accepted(made)) == [rule]
    refused = receiver(came, accepted(made))
    assert refused is not None
    assert (refused.rule, refused.reason) == (rule, reason)


def test_r06_sender_no_field_about_police_or_courts_leaves():
    """R06: help never depends on cooperation; the word cannot be sent."""
    made = item("willing_to_cooperate", "L2")

    assert both(disclosure(made), shared=accepted(made)) == ["R06"]


def test_r06_receiver_an_acceptance_that_asks_for_it_is_refused():
    """R06: reason 6."""
    asked = body("referral.accept", data_needed=[msgspec.to_builtins(item("police_statement", "L2"))])

    refused = receiver(letter("referral.accept", sender_role="responder", body=asked), accepted(accepted=False))

    assert refused is not None
    assert (refused.rule, refused.reason) == ("R06", 6)


def test_r18_sender_no_offence_leaves():
    """R18: no such field."""
    made = item("offences", "L2")

    assert both(disclosure(made), shared=accepted(made)) == ["R18"]


def test_r18_receiver_a_field_about_an_offence_is_refused():
    """R18: reason 18."""
    made = item("arrest_warrant", "L2")

    refused = receiver(disclosure(made), accepted(made))

    assert refused is not None
    assert (refused.rule, refused.reason) == ("R18", 18)


def test_r30_sender_the_list_of_reasons_to_decline_is_closed():
    """R30: nationality, religion, orientation and status are no reasons."""
    for reason in ("nationality", "religion", "orientation", "asylum_status", "not_our_citizen"):
        with pytest.raises(msgspec.ValidationError):
            body("referral.decline", reason=reason)


def test_r30_receiver_every_reason_of_the_list_is_about_capacity_not_about_who_she_is():
    """R30: each code was read one by one; age and gender served are the service's licence, and need an alternative."""
    assert set(codes.DECLINE_REASONS) == {
        "no_capacity",
        "outside_mandate",
        "age_group_not_served",
        "gender_not_served",
        "language_not_available",
        "security_cannot_be_ensured",
        "not_reasonable_match",
        "information_insufficient",
        "legal_obstacle",
        "conflict_of_interest",
        "duplicate",
        "other",
    }


def test_no_sentence_of_a_rule_is_written_for_lawyers():
    """A caseworker reads it: one sentence, a full stop, not longer than two lines of a page."""
    for rule in RULES:
        assert re.fullmatch(r"[A-Z][^\n]{20,130}\.", rule.sentence), rule.id
