"""What a record must fulfil before anybody uses it: valid keys, one owner per key, holders that may hold.

The maintainer's `admit`, the publisher and every node run the same checks: a country signs its own updates, so nobody
else would see a bad key in version 2. Sources: registry.md 4.4 step 5, practice H13, domain R19, attacks 12, 13, 42.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from node.crypto.admission import admit_kem_public, admit_signing_public
from node.crypto.errors import BadKey, BadText
from registry.errors import BadRecord, BadRegistryKey
from registry.record import OfficeKey, Record

MAX_KEYS_PER_HOLDER: Final = 2


def check_record(record: Record) -> None:
    """BadRecord or BadRegistryKey naming the field, unless everything the record says can be used."""
    # 1 keys: well formed, admissible, each used once
    keys = _admitted_keys(record)
    for value, count in Counter(keys.values()).items():
        if count > 1:
            names = ", ".join(name for name, key in keys.items() if key == value)
            raise BadRegistryKey(f"one key is used twice: {names}; make another", field=names)
    # 2 times and the chain of versions
    _require(record.issued_at < record.valid_until, "valid_until", "is not after issued_at")
    _require((record.serial == 1) == (record.prev_sha256 is None), "prev_sha256", "is null in serial 1 and only there")
    # 3 message keys: somebody must be able to sign now
    for i, key in enumerate(record.message_keys):
        _require(key.from_at < key.until, f"message_keys.{i}.until", "is not after from")
    current = [key for key in record.message_keys if key.status == "current"]
    _require(bool(current), "message_keys", "has no current key")
    # 4 office keys: holders (H13)
    check_office_keys(record.office_keys)
    # 5 suites
    _require(1 in record.suites and record.min_suite in record.suites, "suites", "does not list suite 1 and min_suite")
    # 6 addresses
    for i, endpoint in enumerate(record.endpoints):
        _require(is_plain_url(endpoint.url), f"endpoints.{i}.url", "is not a plain http(s) address")
    _require(is_plain_url(record.prekey_url), "prekey_url", "is not a plain http(s) address")
    # 7 calendar: deadlines are computed from it, so nothing in it may be guesswork
    _require(len(set(record.calendar.weekend)) == len(record.calendar.weekend) < 7, "calendar.weekend", "has no sense")
    for i, day in enumerate(record.calendar.holidays):
        _require(_is_date(day), f"calendar.holidays.{i}", "is no date")
    # 8 message types
    for kind, (low, high) in record.msg_types.items():
        _require(1 <= low <= high, f"msg_types.{kind}"[:60], "is no range of schema versions")


def check_office_keys(office_keys: Iterable[OfficeKey]) -> None:
    """H13: where a holder has police powers, a civil-society key must be listed; at most two keys per holder."""
    found = list(office_keys)
    for i, key in enumerate(found):
        _require(key.from_at < key.until, f"office_keys.{i}.until", "is not after from")
        _require(
            not (key.police_powers and key.kind == "civil_society"),
            f"office_keys.{i}.police_powers",
            "is set for a civil-society holder",
        )
    most = max(Counter(key.holder for key in found).values(), default=0)
    _require(most <= MAX_KEYS_PER_HOLDER, "office_keys", "has more than two keys of one holder")
    police = any(key.police_powers for key in found)
    civil = any(key.kind == "civil_society" for key in found)
    _require(
        not police or civil, "office_keys", "lists a holder with police powers and no civil-society key (H13)", "H13"
    )


def check_new_keys(keys: Mapping[str, bytes], owner: str, used: Mapping[bytes, str]) -> None:
    """BadRegistryKey if a key is or was used by anybody else; `used` maps each key ever seen to its country or office.

    A country may keep its own keys from version to version.
    """
    for name, key in keys.items():
        holder = used.get(key)
        if holder is not None and holder != owner:
            raise BadRegistryKey(f"{name} of {owner} is or was a key of {holder}; make a new one", field=name)


def is_plain_url(url: str) -> bool:
    """True for http(s)://host[:port][/path] without user, query or fragment."""
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = parts.scheme in ("http", "https") and bool(parts.hostname) and port_is_valid and url.isascii()
    return plain and not (parts.username or parts.password or parts.query or parts.fragment or " " in url)


def _admitted_keys(record: Record) -> dict[str, bytes]:
    try:
        keys = record.public_keys()
    except BadText as error:
        raise BadRegistryKey(f"a key of the record is not base64url: {error}") from None
    for name, key in keys.items():
        try:
            (admit_signing_public if name.startswith("message_keys") else admit_kem_public)(key)
        except BadKey as error:
            raise BadRegistryKey(f"{name}: {error}", field=name) from None
    return keys


def _require(holds: bool, field: str, problem: str, rule: str | None = None) -> None:
    if not holds:
        raise BadRecord(f"{field} {problem}; correct the record and sign it again", field=field, rule=rule)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
