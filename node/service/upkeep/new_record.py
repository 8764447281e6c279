"""The record of a node that is made: what its country says of itself, and whom it comes after.

Source: registry 4.3.
"""

from typing import Final

import msgspec

from node.crypto.suite import KemKey, SigningKey
from node.crypto.text import to_base64url
from node.service.context import DAY_S
from registry.record import Authority, Calendar, Endpoint, MessageKey, OfficeKey, Record

MESSAGE_KEY_YEARS: Final = 2
MAX_MESSAGE_KEYS: Final = 3  # that a record may list


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation that reads names here, as the record will say it (H13)."""

    holder: str
    kind: str = "civil_society"
    police_powers: bool = False


class Follows(msgspec.Struct, frozen=True):
    """The published record of this country that the new node's record comes after: its serial, SHA-256 of its bytes.

    Its message keys are on a machine that is lost: the new record lists them as revoked.
    """

    serial: int
    sha256: bytes
    message_keys: tuple[MessageKey, ...] = ()


class NewNode(msgspec.Struct, frozen=True, kw_only=True):
    """What a country says of itself when its node is made; all of it becomes public in its record."""

    country: str
    url: str
    authority: str
    contact: str
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    office: Office
    time_zone: str = "UTC"
    weekend: tuple[int, ...] = (6, 7)
    holidays: tuple[str, ...] = ()
    out_of_hours: str = ""
    max_life_days: int = 14
    follows: Follows | None = None
    training: bool = False  # in no record: what the folder is for


def record_of(new: NewNode, now: int, message: SigningKey, fallback: KemKey, office: KemKey) -> Record:
    """The first record of this node, with its keys."""
    until = now + MESSAGE_KEY_YEARS * 365 * DAY_S
    return Record(
        v=1,
        country=new.country,
        serial=1 if new.follows is None else new.follows.serial + 1,
        prev_sha256=None if new.follows is None else new.follows.sha256.hex(),
        issued_at=now,
        valid_until=until,
        authority=Authority(names={new.language: new.authority}, contact=new.contact),
        endpoints=[Endpoint(url=new.url)],
        message_keys=_message_keys(new, message, now, until),
        kem_fallback=to_base64url(fallback.public),
        office_keys=[
            OfficeKey(
                key=to_base64url(office.public),
                holder=new.office.holder,
                kind=new.office.kind,  # type: ignore[arg-type]
                police_powers=new.office.police_powers,
                from_at=now - DAY_S,
                until=until,
            )
        ],
        next_message_key_sha256=None,
        suites=[1],
        min_suite=1,
        msg_types={"referral": (1, 1)},
        languages=list(new.languages),
        prekey_url=f"{new.url.rstrip('/')}/trm/v1/prekeys",
        max_attachment=0,
        max_life_days=new.max_life_days,  # type: ignore[arg-type]
        calendar=Calendar(time_zone=new.time_zone, weekend=list(new.weekend), holidays=list(new.holidays)),
        out_of_hours=new.out_of_hours or new.contact,
        commitments={"referral.offer": 5},
        min_reader=1,
        status="active",
    )


def _message_keys(new: NewNode, message: SigningKey, now: int, until: int) -> list[MessageKey]:
    """The key of this node, and those of the node before it as revoked: what is signed with them counts no more."""
    mine = MessageKey(key=to_base64url(message.public), from_at=now - DAY_S, until=until, status="current")
    before = sorted(() if new.follows is None else new.follows.message_keys, key=_gone_last)
    return [mine, *(msgspec.structs.replace(key, status="revoked") for key in before[: MAX_MESSAGE_KEYS - 1])]


def _gone_last(key: MessageKey) -> tuple[bool, int]:
    return key.status == "revoked", -key.from_at
