"""Matching 20 needs against the services of 250 countries, 40 each: how long one process takes for all of them."""

import statistics
import time
from typing import Any, Final

import msgspec

from node.protocol.directory.matching import Listed, Shelf, Wanted
from node.protocol.letters.bodies_directory import DirectoryBody
from node.protocol.letters.codes import AGE_BANDS, NEEDS
from tests.bench.goals import judged, missed

COUNTRIES, SERVICES, QUESTIONS = 250, 40, 20
GOAL_MS: Final = 50
NOW = 1_795_000_000


def matching_line(rounds: int = 7) -> dict[str, object]:
    """One line for `make bench`: the median of some rounds, what preparing the shelf costs once a day, the verdict."""
    entries = [_listed(place) for place in range(COUNTRIES)]
    began = time.perf_counter()
    shelf = Shelf(entries, NOW)
    prepared_s = time.perf_counter() - began
    took_s = [_ask(shelf) for _ in range(rounds)]
    ms = statistics.median(took_s) * 1e3
    line: dict[str, object] = {
        "shape": "matching", "ms": round(ms, 1), "first_ms": round(took_s[0] * 1e3, 1),
        "prepare_ms": round(prepared_s * 1e3, 1),
    }  # fmt: skip
    return judged(line, ms, GOAL_MS)


def _ask(shelf: Shelf) -> float:
    wishes = [_wanted(place) for place in range(QUESTIONS)]
    began = time.perf_counter()
    found = [(one.matches, one.misses, list(one.others())) for one in map(shelf.match, wishes)]
    took_s = time.perf_counter() - began
    for matches, misses, others in found:
        assert len(matches) + len(misses) + len(others) == COUNTRIES * SERVICES
    return took_s


def _wanted(place: int) -> Wanted:
    return Wanted(
        needs=(NEEDS[place % len(NEEDS)],), age_band=AGE_BANDS[place % len(AGE_BANDS)], gender="woman",
        languages=("uk", "ro"), dependants=("0-5",) if place % 3 else (), urgency=("routine", "priority")[place % 2],
    )  # fmt: skip


def _listed(place: int) -> Listed:
    body = {
        "serial": 1, "issued_at": NOW, "valid_until": NOW + 31_536_000, "roles": ["destination"], "languages": ["en"],
        "hours": [], "contacts": [{"role": "focal_point", "languages": ["en"]}] * 2, "on_call": "none",
        "last_drill": [], "accepts": ["referral"], "promises": [], "measured": [],
        "services": [_service(place, number) for number in range(1, SERVICES + 1)],
        "legal": {
            "recovery_days": [30], "permits": [], "guardian_authority": [], "data_protection_authority": [],
            "safe_return_assessment": True,
        },
    }  # fmt: skip
    return Listed(chr(65 + place // 26) + chr(65 + place % 26), msgspec.convert(body, DirectoryBody), NOW)


def _service(place: int, number: int) -> dict[str, Any]:
    need = NEEDS[(place + number) % len(NEEDS)]
    return {
        "id": f"{need}-{number}", "name": "Haven of the first days", "category": need, "provider": "civil_society",
        "status": "active", "min_age": 18 if number % 3 else 0, "max_age": 64,
        "genders": ["woman", "man", "not_stated"] if number % 4 else ["woman"],
        "languages": ["uk", "en"] if number % 5 else ["fr"], "interpretation": bool(number % 2),
        "accessibility": ["step_free"], "dependants": ["0-5"] if number % 2 else [], "eligibility": [],
        "capacity": ("few", "available", "none")[number % 3], "starts_within": ("hours", "days", "weeks")[number % 3],
        "duration_days": [90], "assured_date": "2026-11-01",
    }  # fmt: skip


if __name__ == "__main__":
    import json
    import sys

    made = matching_line()
    print(json.dumps(made))
    sys.exit(missed([made]))
