"""Row 11 of wire.md 3: bytes become a letter of a known kind, or malformed, or unsupported."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from node.protocol.letters.codes import MALFORMED, UNSUPPORTED
from node.protocol.letters.control import ResendBody
from node.protocol.letters.decode import checked, decode, encode
from node.protocol.letters.kinds import COVER, KINDS, LETTER
from node.protocol.letters.strict import Malformed, Unsupported
from tests.letters_support import BODIES, HASH, document, letters, stop, to_bytes
from tests.vectors_support import open_vector, trm, unbase64


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every object inside."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    here = [at] if isinstance(value, dict) else []
    return here + [path for key, item in inner for path in paths(item, (*at, key))]


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def place(path: tuple[Any, ...]) -> str:
    """The path as a refusal names it."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".") or "the letter"


def refused(payload: bytes, letter_class: int = LETTER) -> Malformed:
    with pytest.raises(Malformed) as error:
        decode(payload, letter_class)
    return error.value


def test_every_kind_has_a_good_letter_here():
    """So that the tests below speak of every kind."""
    assert set(BODIES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_letter_is_read_and_written_back_byte_for_byte(kind):
    """Wire 7: every key present, in the order of the wire."""
    payload = to_bytes(document(kind))

    letter = decode(payload, KINDS[kind].letter_class)

    assert letter is not None
    assert letter.kind == kind
    assert encode(letter) == payload


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_letter_survives_the_journey(kind, data):
    """Encode, then row 11, gives the same letter; so no letter of ours is ever malformed to a peer like us."""
    letter = data.draw(letters(kind))

    payload = encode(letter)

    assert decode(payload, KINDS[kind].letter_class) == letter
    assert checked(letter) == payload
    assert payload.decode("utf-8").isprintable()


@pytest.mark.parametrize("kind", KINDS)
def test_a_field_that_is_not_known_is_malformed_at_any_depth(kind):
    """R37 and wire 13: fields (malformed), never ignored."""
    for path in paths(document(kind)):
        letter = document(kind)
        at(letter, path)["note"] = "Anna"

        error = refused(to_bytes(letter), KINDS[kind].letter_class)

        assert error.status == MALFORMED
        assert "Anna" not in str(error)
        assert "note" not in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_always_present(kind):
    """Wire 7: absent is null or [], never a missing key."""
    for path in paths(document(kind)):
        for key in at(document(kind), path):
            letter = document(kind)
            del at(letter, path)[key]

            error = refused(to_bytes(letter), KINDS[kind].letter_class)

            assert error.field == ("kind" if (*path, key) == ("kind",) else place(path))


NULLABLE = {"in_reply_to", "relates_to", "reply_by", "holder", "region", "earliest_date", "sealed_identity"}


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_the_wire_names_may_be_null(kind):
    """Wire 13: nullable only these seven, and the body of a stop."""
    for path in paths(document(kind)):
        for key in at(document(kind), path):
            letter = document(kind)
            at(letter, path)[key] = None

            if key in NULLABLE or (key == "body" and KINDS[kind].stop):
                assert decode(to_bytes(letter), KINDS[kind].letter_class) is not None
            else:
                refused(to_bytes(letter), KINDS[kind].letter_class)


@pytest.mark.parametrize("kind", KINDS)
def test_a_value_of_another_type_is_malformed(kind):
    """Wire 7: a bool is no integer, a number no string, nothing is coerced."""
    for path in paths(document(kind)):
        for key, value in at(document(kind), path).items():
            wrong = {"x": 1} if not isinstance(value, dict) else "x"
            for other in (wrong, [wrong], str(value) if isinstance(value, int) else 7, True if value != 1 else "1"):
                letter = document(kind)
                at(letter, path)[key] = other
                if (*path, key) == ("kind",) or (isinstance(value, bool) and isinstance(other, bool)):
                    continue
                error = refused(to_bytes(letter), KINDS[kind].letter_class)
                assert (error.field or "").startswith(place((*path, key))) or KINDS[kind].stop or KINDS[kind].bare


BAD_VALUES: dict[str, list[Any]] = {
    "thread": ["", "24BDAF8C9663D846911D791D0625940E", "24bdaf8c9663d846911d791d0625940", "24bdaf8c" * 5, "é" * 32],
    "n": [0, True, "1"],
    "seen": [None, False],
    "void": [[0], ["1"], 1],
    "urgency": ["asap", "", "Routine"],
    "handling": [["no_law_enforcement", "police"], "no_onward"],
    "lawful_basis": ["x" * 100, "consent"],
    "sender_role": ["sender", "receiver"],
    "in_reply_to": ["x", HASH],
    "attachments": [[{"parts": [], "size": 1}], [{"parts": ["a1"], "size": 1}]],
    "disclosed": [
        [{"person": "a1" * 16, "field": "a b", "level": "L3"}],
        [{"person": HASH, "field": "a", "level": "L3"}],
    ],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in BAD_VALUES.items() for value in values])
def test_a_value_outside_its_list_or_form_is_malformed(key, value):
    """Wire 7 and 13: closed lists, lowercase hex, codes."""
    letter = document("referral.offer")
    letter[key] = value

    error = refused(to_bytes(letter))

    assert key in str(error)


def in_offer(**changes: Any) -> bytes:
    letter = document("referral.offer")
    letter["body"] |= changes
    return to_bytes(letter)


@pytest.mark.parametrize(
    "date", ["2026-2-1", "2026-02-29", "2100-02-29", "2026-13-01", "2026-04-31", "0000-01-01", "x"]
)
def test_a_date_that_no_calendar_has_is_malformed(date):
    """Wire 7: dates are YYYY-MM-DD, and later arithmetic relies on them."""
    assert refused(in_offer(earliest_date=date)).field == "body.earliest_date"


def test_the_pattern_of_a_date_is_the_calendar():
    """Every day text of eight years around a century, against Python's own calendar."""
    import re
    from datetime import date

    from node.protocol.letters.scalars import _DATE

    for year in (1900, 1999, 2000, 2026, 2028, 2096, 2100, 2400):
        for month in range(14):
            for day in range(33):
                text = f"{year}-{month:02}-{day:02}"
                try:
                    known = bool(date.fromisoformat(text))
                except ValueError:
                    known = False
                assert bool(re.search(_DATE, text)) == known, text


@pytest.mark.parametrize("code", ["", "a b", "Zażółć", "x" * 65, "a/b", "a@b"])
def test_a_region_is_a_code_and_no_text(code):
    """Wire 13: code is 1-64 of [A-Za-z0-9._-]; a text could name a person or a place."""
    assert refused(in_offer(region=code)).field == "body.region"


@pytest.mark.parametrize("language", ["", "uk_UA", "english please", "-en", "en-", "x" * 9, "a-" * 20 + "b"])
def test_a_language_is_a_tag(language):
    """BCP 47: letters, digits and hyphens."""
    assert refused(in_offer(languages=[language])).field == "body.languages[0]"


@pytest.mark.parametrize("box", ["", "QUJD=", "QUI=", "QUJ", "QR", "Q", "QUJD\u00e9", "QU+D", "QU/D"])
def test_a_box_is_base64url_with_zero_unused_bits(box):
    """Wire 7: no padding, unused bits zero, so that one byte string has one spelling."""
    letter = document("referral.offer")
    letter["sealed_identity"]["box"] = box

    assert refused(to_bytes(letter)).field == "sealed_identity.box"


@pytest.mark.parametrize("box", ["QUJD", "QUI", "QQ", "-_8", "QUJD" * 500])
def test_every_length_of_box_has_a_good_spelling(box):
    """The three endings of base64url."""
    letter = document("referral.offer")
    letter["sealed_identity"]["box"] = box

    assert decode(to_bytes(letter), LETTER) is not None


ROOM = {"question": "room", "answer": ["single"], "declined": False}
ERASED = BODIES["erasure.confirm"]["items"][0] | {"result": "erased"}  # and still `kept` with a ground
BAD_BODIES = {
    "answered and declined": ("referral.info", {"answers": [ROOM | {"declined": True}]}),
    "neither": ("referral.info", {"answers": [ROOM | {"answer": []}]}),
    "another list's answer": ("referral.info", {"answers": [ROOM | {"answer": ["yes"]}]}),
    "two answers": ("referral.info", {"answers": [ROOM | {"answer": ["single", "family"]}]}),
    "no answers": ("referral.info", {"answers": []}),
    "window backwards": ("referral.arrange", BODIES["referral.arrange"] | {"window_ends": 1}),
    "no change": ("referral.change", {"organisation": [], "services": [], "start_not_before": []}),
    "police receives": ("referral.accept", BODIES["referral.accept"] | {"organisation": {"id": "x", "type": "police"}}),
    "decline by nationality": ("referral.decline", BODIES["referral.decline"] | {"reason": "nationality"}),
    "erased and kept": ("erasure.confirm", BODIES["erasure.confirm"] | {"items": [ERASED]}),
    "resend backwards": ("channel.resend", {"epoch": 1, "from": 3, "to": 2}),
    "a reason nobody knows": ("letter.refused", BODIES["letter.refused"] | {"reason": 41}),
    "token of 31 bytes": ("node.pull", BODIES["node.pull"] | {"token": "A" * 42}),
    "token with unused bits": ("node.pull", BODIES["node.pull"] | {"token": "A" * 42 + "B"}),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_contradicts_itself_is_malformed(name):
    """Domain 5.4-5.9: what the columns mean together."""
    kind, body = BAD_BODIES[name]
    letter = document(kind) | {"body": body}

    error = refused(to_bytes(letter), KINDS[kind].letter_class)

    assert kind in str(error)


def test_a_class_or_kind_that_is_not_known_is_unsupported():
    """Wire 13, order of row 11: class, syntax, kind, fields."""
    offer, opened = document("referral.offer"), document("letter.opened")
    cases = [
        (b"not even json", 3),
        (to_bytes(offer), 255),
        (to_bytes(offer | {"kind": "return.forced"}), 1),
        (to_bytes({"kind": "return.forced"}), 1),  # an unknown kind is told before its fields are judged
        (to_bytes(offer), 2),
        (to_bytes(opened), 1),
    ]

    for payload, letter_class in cases:
        with pytest.raises(Unsupported) as error:
            decode(payload, letter_class)
        assert error.value.status == UNSUPPORTED == 6

    duplicated = to_bytes({"kind": "return.forced"})[:-1] + b',"kind":"x"}'
    refused(duplicated)  # syntax before kind
    refused(b'{"kind":null}')
    refused(b"{}")


def test_cover_holds_nothing():
    """Wire 7: class 0 has a payload of length 0."""
    assert decode(b"", COVER) is None
    for payload in (b"{}", b" ", b"\x00"):
        refused(payload, COVER)


def test_from_and_to_keep_their_names_on_the_wire():
    """Wire 7: channel.resend {epoch, from, to}."""
    letter = decode(to_bytes(document("channel.resend")), 2)

    assert letter is not None
    assert letter.body == ResendBody(epoch=1, from_seq=2, to_seq=5)


def test_checked_finds_our_own_mistake_before_a_peer_does():
    """A struct built in code is not validated by msgspec; what leaves is."""
    import msgspec

    letter = msgspec.structs.replace(stop(), letter_id="not hex")

    with pytest.raises(Malformed):
        checked(letter)


# Two published vectors hold values that wire.md 7 and 13 do not allow; wire.md wins (vectors/trm/README.md).
AGAINST_THE_WIRE = {
    "good-full-16": "lawful_basis",  # 10 000 x: not of domain.md 5.1's list
    "good-utf8": "body.region",  # text with spaces and an emoji: not a code
}


def test_the_published_good_letters_are_read():
    """vectors/trm: what another implementation sends, we understand."""
    read = 0
    for vector in trm("envelope"):
        expected = vector["expect"]
        if not expected["ok"]:
            continue
        payload, letter_class = (
            unbase64(expected["payload"]),
            expected["S"].get("class", expected["S"].get("letter_class")),
        )
        if vector["name"] in AGAINST_THE_WIRE:
            assert refused(payload, letter_class).field == AGAINST_THE_WIRE[vector["name"]]
            continue

        letter = decode(payload, letter_class)

        assert (letter is None) == (letter_class == COVER)
        assert letter is None or letter.kind == json.loads(payload)["kind"]
        read += 1
    if not read:
        pytest.skip("no envelope vectors on this machine")


def test_the_published_bad_letters_are_refused_in_row_11():
    """vectors/trm: opened and verified by rows 1-10, then refused here."""
    bad = [vector for vector in trm("envelope") if vector["expect"].get("row") == 11]
    if not bad:
        pytest.skip("no envelope vectors on this machine")

    for vector in bad:
        opened = open_vector(vector)

        with pytest.raises((Malformed, Unsupported)) as error:
            decode(opened.content(), opened.statement.letter_class)

        assert isinstance(error.value, Unsupported) == (vector["name"] == "bad-11-class-3"), vector["name"]


def test_the_test_letters_are_in_normal_form():
    """Otherwise the round trips above would prove nothing about strings."""
    for kind in KINDS:
        assert unicodedata.is_normalized("NFC", to_bytes(document(kind)).decode())
