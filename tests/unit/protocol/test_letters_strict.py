"""Strict JSON (wire.md 7 and 13): what is refused, what is allowed, and that nothing of it is quoted."""

import json
import traceback
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.protocol.letters.codes import MALFORMED
from node.protocol.letters.scalars import MAX_INT
from node.protocol.letters.strict import MAX_DEPTH, Malformed, check_own, parse


def nested(depth: int) -> bytes:
    """An object at depth 1 around arrays down to `depth`."""
    return b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


REFUSED = {
    "empty": b"",
    "an array outside": b"[]",
    "a string outside": b'"a"',
    "a number outside": b"1",
    "null outside": b"null",
    "two objects": b"{}{}",
    "a comma too many": b'{"a":1,}',
    "a comment": b'{"a":1}//',
    "single quotes": b"{'a':1}",
    "an end missing": b'{"a":1',
    "NUL at the end": b"{}\x00",
    "byte order mark": b"\xef\xbb\xbf{}",
    "utf-16": '{"a":1}'.encode("utf-16"),
    "not utf-8": b'{"a":"\xff"}',
    "overlong": b'{"a":"\xc0\xaf"}',
    "surrogate in utf-8": b'{"a":"\xed\xa0\x80"}',
    "fraction": b'{"a":1.0}',
    "fraction of a large number": b'{"a":9007199254740993.0}',
    "exponent": b'{"a":1e3}',
    "exponent in capitals": b'{"a":1E3}',
    "minus": b'{"a":-1}',
    "minus zero": b'{"a":-0}',
    "leading zero": b'{"a":01}',
    "leading plus": b'{"a":+1}',
    "NaN": b'{"a":NaN}',
    "Infinity": b'{"a":Infinity}',
    "minus Infinity": b'{"a":-Infinity}',
    "2 to the 53": b'{"a":9007199254740992}',
    "sixteen nines": b'{"a":9999999999999999}',
    "a number of 100000 digits": b'{"a":' + b"9" * 100_000 + b"}",
    "duplicate": b'{"a":1,"a":1}',
    "duplicate after unescaping": b'{"a":1,"\\u0061":2}',
    "duplicate deep": b'{"a":[{"b":{"c":1,"d":2,"c":3}}]}',
    "lone high surrogate": b'{"a":"\\ud83d"}',
    "lone low surrogate": b'{"a":"\\ude00x"}',
    "surrogates the wrong way round": b'{"a":"\\ude00\\ud83d"}',
    "lone surrogate in a key": b'{"\\ud83d":1}',
    "not NFC": '{"a":"e\u0301"}'.encode(),
    "not NFC after unescaping": b'{"a":"e\\u0301"}',
    "not NFC in a key": '{"e\u0301":1}'.encode(),
    "line end raw": b'{"a":"x\ny"}',
    "line end escaped": b'{"a":"x\\ny"}',
    "line end escaped by number": b'{"a":"x\\u000ay"}',
    "tab escaped": b'{"a":"x\\ty"}',
    "NUL escaped": b'{"a":"\\u0000"}',
    "delete": b'{"a":"\x7f"}',
    "delete escaped": b'{"a":"\\u007f"}',
    "next line U+0085": '{"a":"\u0085"}'.encode(),
    "next line escaped": b'{"a":"\\u0085"}',
    "control in a key": b'{"a\\u0001":1}',
    "form feed as space": b'{\x0c"a":1}',
    "no-break space as space": '{\u00a0"a":1}'.encode(),
    "depth 17": nested(17),
    "depth 17 of objects": b'{"a":' * 17 + b"1" + b"}" * 17,
    "depth 17 with escaped quotes before": b'{"x":"\\"[","a":' + b"[" * 16 + b"]" * 16 + b"}",
}

ALLOWED = {
    "empty object": (b"{}", {}),
    "white space around": (b" \t\r\n{ } \n", {}),
    "escapes": (b'{"\\u0061":"\\u0073\\/"}', {"a": "s/"}),
    "escaped pair": (b'{"a":"\\ud83d\\ude00"}', {"a": "\U0001f600"}),
    "largest integer": (b'{"a":9007199254740991}', {"a": MAX_INT}),
    "zero, true, false, null": (b'{"a":[0,true,false,null]}', {"a": [0, True, False, None]}),
    "same key in two objects": (b'{"a":{"a":1},"b":{"a":1}}', {"a": {"a": 1}, "b": {"a": 1}}),
    "depth 16": (nested(16), json.loads(nested(16))),
    "brackets in strings": (b'{"a":"' + b"[{" * 40 + b'"}', {"a": "[{" * 40}),
    "brackets in strings with escapes": (b'{"a":"\\\\\\"' + b"[{" * 40 + b'\\""}', {"a": '\\"' + "[{" * 40 + '"'}),
    "many brackets side by side": (b'{"a":[' + b"[],{}," * 50 + b"[]]}", {"a": [[], {}] * 50 + [[]]}),
    "other scripts": ('{"a":"Zażółć 😀 Ковальчук"}'.encode(), {"a": "Zażółć 😀 Ковальчук"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_text_with_two_meanings_is_malformed(name):
    """Wire 7: each of these is read differently by one common decoder or another."""
    with pytest.raises(Malformed) as refused:
        parse(REFUSED[name])

    assert refused.value.status == MALFORMED == 5


@pytest.mark.parametrize("name", ALLOWED)
def test_what_the_wire_allows_is_read(name):
    """Wire 7: surrounding whitespace and escapes are allowed, and depth 16 is."""
    data, expected = ALLOWED[name]

    assert parse(data) == expected


def test_free_text_may_hold_line_ends_and_its_keys_may_not():
    """Wire 7: free-text fields may hold U+000A; nothing else of category Cc."""
    assert parse(b'{"a":"x\\ny"}', line_ends=True) == {"a": "x\ny"}
    for data in (b'{"a\\n":1}', b'{"a":"x\\r\\ny"}', b'{"a":"\\t"}'):
        with pytest.raises(Malformed):
            parse(data, line_ends=True)


@pytest.mark.parametrize("data", [b'{"Anna":1,"Anna":2}', b'{"a":"Anna\\n"}', b'{"a":Anna}', b'{"a":"Anna\xff"}'])
def test_the_error_holds_no_word_of_the_text(data):
    """Style, Errors: never the text of a letter; not in the sentence, not in what is printed with it."""
    with pytest.raises(Malformed) as refused:
        parse(data)

    printed = "".join(traceback.format_exception(refused.value, chain=True)) + repr(refused.value.__cause__)
    assert "Anna" not in str(refused.value)
    assert "Anna" not in printed.replace(repr(data), "")


_texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8).map(
    lambda text: __import__("unicodedata").normalize("NFC", text)
)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(0, MAX_INT) | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=20,
)


def depth(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (1 if isinstance(value, dict | list) else 0) + max(map(depth, inner), default=0)


@given(st.dictionaries(_texts, _values, max_size=5), st.booleans())
def test_plain_json_is_read_as_it_was_written(value, escaped):
    """Wire 7: both spellings of one text, with escapes and without, mean the same."""
    data = json.dumps(value, ensure_ascii=escaped).encode()

    if depth(value) <= MAX_DEPTH:
        assert parse(data) == value
    else:
        with pytest.raises(Malformed):
            parse(data)


@given(st.binary(max_size=60) | st.text('{}[]":,\\u0109aeE.-+ \n', max_size=60).map(str.encode))
def test_any_bytes_are_read_or_malformed(data):
    """R37: nothing else ever comes out, whatever comes in."""
    try:
        value = parse(data)
    except Malformed:
        return

    assert json.loads(data) == value


_anything = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=8), _anything, max_size=5))
def test_what_our_own_encoder_wrote_is_refused_exactly_where_a_receiver_would_refuse_it(value):
    """Wire 7: the short look at our own letter never passes what `parse` refuses, so no peer calls us malformed."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        return  # half a surrogate pair: there is no such letter

    assert refusal(check_own, data) == refusal(parse, data)


@pytest.mark.parametrize("inside", ["-1", "9007199254740992", "12345678901234567890", "1.5", "1e3", "-0.5", "0", "1"])
@pytest.mark.parametrize("around", ['{"a":%s}', '{"a":[%s]}', '{"a":[0,%s]}', '{"a":["x:-1",%s,":1.5"]}'])
def test_a_number_that_no_letter_may_hold_is_found_wherever_it_stands(around, inside):
    data = (around % inside).encode()

    assert refusal(check_own, data) == refusal(parse, data)
    assert (refusal(parse, data) == "") == (inside in ("0", "1"))


@pytest.mark.parametrize("name", ["minus", "delete", "next line U+0085", "not NFC", "depth 17", "2 to the 53"])
def test_the_short_look_finds_what_an_encoder_may_write_and_the_wire_refuses(name):
    with pytest.raises(Malformed):
        check_own(REFUSED[name])


def refusal(judge: Callable[[bytes], object], data: bytes) -> str:
    """What it says against these bytes; empty where it takes them."""
    try:
        judge(data)
    except Malformed as refused:
        return str(refused)
    return ""
