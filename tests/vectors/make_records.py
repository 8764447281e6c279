"""Records of a country as vectors: the bytes, their signature, and whether anybody may use them.

Everybody in here is invented.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from node.crypto import labels
from node.crypto.suite import KemKey
from node.crypto.text import to_base64url
from registry.names import DAY_S
from registry.record import encode_record, sign_record
from tests.forge import NOW
from tests.registry_world import invented_record, office_key
from tests.vectors.fixed_keys import keys_of, pair, signing
from tests.vectors.made import Vector, b64, vector
from tests.vectors.make_registry import YEAR_S
from tests.vectors_support import seed

Fields = dict[str, Any]
Change = Callable[[Fields], object]
# An Ed25519 point of order 8, and one that is the identity spelled as 1 + p; X25519 points of low order.
LOW_ED25519 = bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")
LOW_X25519 = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
NOT_CANONICAL = ((1 << 255) - 18).to_bytes(32, "little")


def fields() -> Fields:
    found: Fields = json.loads(encode_record(invented_record("XA", keys_of("XA"), NOW - DAY_S)))
    return found


def _set(**changes: Any) -> Change:
    return lambda record: record.update(changes)


def _message(public: bytes) -> Change:
    return lambda record: record["message_keys"].append(
        {"key": to_base64url(public), "from": NOW, "until": NOW + YEAR_S, "status": "retired"}
    )


def _offices(*more: Fields) -> Change:
    entries = [office_key(seed(f"XA office {i}"), NOW, NOW + YEAR_S, **one) for i, one in enumerate(more)]
    return _set(office_keys=entries)


def _calendar(**changes: Any) -> Change:
    return lambda record: record["calendar"].update(changes)


KEM = KemKey(seed("XA fallback")).public
SIGNING = signing(pair("XA other")).public
STATE: Fields = {"holder": "Ministry of Social Affairs", "kind": "state"}
GOOD: dict[str, Change] = {
    "": lambda record: None,
    "-with-a-field-of-the-future": _set(kem_fallback_2="not of this version"),
    "-serial-2": _set(serial=2, prev_sha256="ab" * 32),
    "-police-beside-civil-society": _offices({}, STATE | {"police_powers": True}),
    "-with-a-retired-key": _message(SIGNING),
    "-six-offices": _offices(*({"holder": f"House {i // 2}"} for i in range(6))),
}
BAD: dict[str, Change] = {
    "reader-2": _set(min_reader=2),
    "of-version-2": _set(v=2),
    "country-in-small-letters": _set(country="xa"),
    "serial-0": _set(serial=0),
    "first-names-one-before": _set(prev_sha256="ab" * 32),
    "second-names-none-before": _set(serial=2),
    "ends-before-it-begins": _set(valid_until=NOW - 2 * DAY_S),
    "no-current-key": lambda record: record["message_keys"][0].update(status="retired"),
    "four-message-keys": lambda record: [_message(signing(pair(f"XA {i}")).public)(record) for i in range(3)],
    "key-listed-twice": _message(signing(pair("XA")).public),
    "ed25519-of-low-order": _message(SIGNING[:1952] + LOW_ED25519),
    "ed25519-not-canonical": _message(SIGNING[:1952] + NOT_CANONICAL),
    "signing-key-one-byte-short": _message(SIGNING[:-1]),
    "x25519-of-low-order": _set(kem_fallback=to_base64url(KEM[:1184] + LOW_X25519)),
    "x25519-not-canonical": _set(kem_fallback=to_base64url(KEM[:1184] + NOT_CANONICAL)),
    "ml-kem-coefficient-beyond-q": _set(kem_fallback=to_base64url(b"\xff\xff\xff" + KEM[3:])),
    "key-with-padding": lambda record: record.update(kem_fallback=record["kem_fallback"] + "="),
    "key-with-unused-bits": lambda record: record.update(kem_fallback=record["kem_fallback"][:-1] + "B"),
    "three-offices-of-one-holder": _offices({}, {}, {}),
    "seven-offices": _offices(*({"holder": f"House {i // 2}"} for i in range(7))),
    "no-office": _set(office_keys=[]),
    "office-of-another-kind": _offices({"kind": "police"}),
    "police-alone": _offices(STATE | {"police_powers": True}),
    "civil-society-with-police-powers": _offices({"police_powers": True}),
    "without-suite-1": _set(suites=[2], min_suite=2),
    "address-with-a-query": lambda record: record["endpoints"][0].update(url="https://node.example/?to=xa"),
    "address-of-a-file": lambda record: record["endpoints"][0].update(url="file:///etc/node"),
    "four-addresses": lambda record: record.update(endpoints=record["endpoints"] * 4),
    "prekeys-with-a-password": _set(prekey_url="https://node:word@node.example/prekeys"),
    "every-day-is-weekend": _calendar(weekend=[1, 2, 3, 4, 5, 6, 7]),
    "holiday-that-is-no-day": _calendar(holidays=["2027-02-29"]),
    "message-types-backwards": _set(msg_types={"referral.offer": [2, 1]}),
    "life-of-30-days": _set(max_life_days=30),
    "suspends-itself": _set(status="suspended"),
    "null-for-a-country": _set(country=None),
    "field-missing": lambda record: record.pop("out_of_hours"),
}


def records() -> Iterator[Vector]:
    for name, change in GOOD.items():
        yield _signed(f"own-record{name}", change, ok=True)
    for name, change in BAD.items():
        yield _signed(f"own-bad-record-{name}", change, ok=False)
    data, key = _written(lambda record: None), signing(pair("XA"))
    texts = {
        "signed-in-another-context": (data, key.sign(data, labels.CONTEXT_PREKEYS)),
        "signed-by-XD": (data, sign_record(data, signing(pair("XD")))),
        "one-byte-more": (data + b"\n", sign_record(data, key)),
        "same-key-twice": _both(data.replace(b'"serial": 1', b'"serial": 2,"serial": 1')),
        "number-with-a-fraction": _both(data.replace(b'"serial": 1', b'"serial": 1.0')),
        "not-nfc": _both(data.replace(b"duty desk", b"duty de\xcc\x81sk")),
    }
    for name, (text, signature) in texts.items():
        yield vector(f"own-bad-record-{name}", "record", "XA", "XD", bytes=b64(text), signature=b64(signature),
                     expect={"ok": False})  # fmt: skip


def _written(change: Change) -> bytes:
    record = fields()
    change(record)
    return json.dumps(record, indent=1).encode()


def _both(data: bytes) -> tuple[bytes, bytes]:
    return data, sign_record(data, signing(pair("XA")))


def _signed(name: str, change: Change, *, ok: bool) -> Vector:
    data, signature = _both(_written(change))
    return vector(name, "record", "XA", "XD", bytes=b64(data), signature=b64(signature), expect={"ok": ok})
