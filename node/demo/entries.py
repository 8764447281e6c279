"""What the demo's countries offer, published by their coordinators before the first case: whom to ask, and for what.

All of it is invented; a service is a name and codes, never a place (R29). Source: domain 5.11; interface 4.5.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from node.demo.person import Desk

WEEKDAYS: Final = [{"weekday": day, "opens": 540, "closes": 1020} for day in range(1, 6)]
ROLES: Final = {"XD": "destination", "XT": "transit", "XA": "origin"}
SPOKEN: Final = {"XD": ["en", "fr"], "XT": ["ar", "en"], "XA": ["ar", "uk", "en"]}
#                 country  id          name                          from to  capacity     begins within
OFFERED: Final = (
    ("XA", "shelter-1", "A first house for women", 18, 99, "available", "hours"),
    ("XA", "shelter-2", "A house for mothers with children", 18, 99, "few", "days"),
    ("XA", "legal-1", "Counsel of the first weeks", 12, 99, "available", "days"),
    ("XA", "health-1", "A clinic that asks little", 0, 99, "available", "days"),
    ("XT", "shelter-1", "A house on the way", 16, 99, "few", "hours"),
    ("XD", "shelter-1", "Safe rooms for adults", 18, 99, "few", "hours"),
    ("XD", "livelihood-1", "A workshop that pays", 18, 64, "available", "weeks"),
)


async def publish_entries(desks: Sequence[Desk], now: int) -> None:
    """Every country's entry is in force; the nodes send it to each other by themselves."""
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    for desk in desks:
        await desk.api.put("directory", _entry(desk.code, today))


def _entry(code: str, today: str) -> dict[str, Any]:
    return {
        "roles": [ROLES[code]],
        "languages": SPOKEN[code],
        "contacts": [{"role": role, "languages": SPOKEN[code]} for role in ("focal_point", "deputy")],
        "services": [_service(code, today, *row[1:]) for row in OFFERED if row[0] == code],
        "legal": {
            "recovery_days": [90], "permits": ["recovery_period"], "guardian_authority": ["Family court"],
            "data_protection_authority": ["Data protection office"], "safe_return_assessment": True,
        },
        "hours": WEEKDAYS,
        "on_call": "none",
        "accepts": ["referral", "return", "transit", "information"],
    }  # fmt: skip


def _service(
    code: str, today: str, id_: str, name: str, least: int, most: int, capacity: str, begins: str
) -> dict[str, Any]:  # fmt: skip
    return {
        "id": id_,
        "name": name,
        "category": id_.rpartition("-")[0],
        "provider": "civil_society",
        "status": "active",
        "min_age": least,
        "max_age": most,
        "genders": ["woman", "man", "not_stated"] if least < 18 or "women" not in name else ["woman"],
        "languages": SPOKEN[code],
        "interpretation": True,
        "accessibility": ["step_free"],
        "dependants": ["0-5", "6-11", "12-15"] if "children" in name else [],
        "eligibility": [],
        "capacity": capacity,
        "starts_within": begins,
        "duration_days": [180],
        "assured_date": today,
    }
