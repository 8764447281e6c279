"""Services and wishes as bits, so that a whole network of services is compared in milliseconds.

A service has a bit for all that it lacks, a wish one for all that it requires; what stands in both is why not.
Every bit belongs to one of the words of `MISSES`, which is what people read. Source: domain.md 5.11; R30.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from node.protocol.letters.bodies_directory import Service
from node.protocol.letters.codes import AGE_BANDS, GENDERS, AgeBand, Urgency
from node.protocol.letters.codes_directory import ACCESSIBLE

CHILD_UP_TO: Final = 17
AGES: Final[dict[AgeBand, tuple[int, int]]] = {
    "0-5": (0, 5), "6-11": (6, 11), "12-15": (12, 15), "16-17": (16, 17),
    "18-24": (18, 24), "25-34": (25, 34), "35-49": (35, 49), "50+": (50, 64),
}  # fmt: skip
SOON: Final = {"hours": 0, "days": 1, "weeks": 2}
SLOWEST: Final[dict[Urgency, str]] = {"routine": "", "priority": "days", "urgent": "hours", "life_threat": "hours"}

# Why not: the first six hold for everybody, the others for this person.
MISSES: Final = (
    "not_for_her",  # a country that must not hear of her, or that was left out
    "country_not_active",
    "accepts_no_referrals",
    "service_not_active",
    "not_assured_for_180_days",
    "no_capacity",
    "other_need",
    "age_not_served",
    "gender_not_served",
    "language_not_spoken",
    "accessibility_missing",
    "dependants_not_taken",
    "too_slow",
)
# Why: what speaks for a match, and what to ask first.
REASONS: Final = (
    "serves_the_need",
    "speaks_her_language",
    "with_interpreter",
    "capacity_available",
    "capacity_few",
    "within_hours",
    "within_days",
    "takes_dependants",
    "ask_age_limits",
    "not_assured_for_90_days",
)
REASON: Final = {name: 1 << place for place, name in enumerate(REASONS)}

_SIGNS: Final = (
    *((name, "") for name in MISSES),
    *(("age_not_served", band) for band in AGE_BANDS),
    ("age_not_served", "child"),
    *(("gender_not_served", gender) for gender in GENDERS),
    *(("accessibility_missing", what) for what in ACCESSIBLE),
    *(("dependants_not_taken", band) for band in AGE_BANDS),
    ("too_slow", "hours"),
    ("too_slow", "days"),
)
_BIT: Final = {sign: 1 << place for place, sign in enumerate(_SIGNS)}


def bit(miss: str, value: str = "") -> int:
    """The bit of a reason, and of a value where the reason has several."""
    return _BIT[miss, value]


@lru_cache(maxsize=65_536)
def misses_of(bits: int) -> tuple[str, ...]:
    """The words of these bits, each once, in the order of `MISSES`."""
    found = {name for place, (name, _) in enumerate(_SIGNS) if bits >> place & 1}
    return tuple(name for name in MISSES if name in found)


@lru_cache(maxsize=4096)
def reasons_of(bits: int) -> tuple[str, ...]:
    """The words for a match, in the order of `REASONS`."""
    return tuple(name for place, name in enumerate(REASONS) if bits >> place & 1)


def lacks(service: Service) -> int:
    """Everything a person might ask that this service does not give."""
    return (
        _ages(service.min_age, service.max_age)
        | _missing("gender_not_served", GENDERS, _open_to(service.genders))
        | _missing("accessibility_missing", ACCESSIBLE, service.accessibility)
        | _missing("dependants_not_taken", AGE_BANDS, service.dependants)
        | _too_slow(service.starts_within)
    )


def served_in_part(service: Service) -> frozenset[AgeBand]:
    """The age bands of which this service takes some years only: a question to ask, not a refusal."""
    low, high = service.min_age, service.max_age
    return frozenset(
        band for band, (first, last) in AGES.items() if (first < low <= last) or (first <= high < last and high >= low)
    )


def requires(
    age_band: AgeBand, treated_as_child: bool, gender: str, accessibility: Iterable[str], dependants: Iterable[AgeBand],
    urgency: Urgency,
) -> int:  # fmt: skip
    """What a person asks, as bits."""
    found = bit("age_not_served", age_band) | bit("gender_not_served", gender)
    if treated_as_child:  # R12
        found |= bit("age_not_served", "child")
    for what in accessibility:
        found |= bit("accessibility_missing", what)
    for band in dependants:
        found |= bit("dependants_not_taken", band)
    return found | (bit("too_slow", SLOWEST[urgency]) if SLOWEST[urgency] else 0)


def _open_to(genders: tuple[str, ...]) -> tuple[str, ...]:
    # Somebody whose gender is not stated is at home where women and men are served.
    return (*genders, "not_stated") if {"woman", "man"} <= set(genders) else genders


@lru_cache(maxsize=4096)
def _missing(name: str, all_values: tuple[str, ...], there: tuple[str, ...]) -> int:
    return sum(bit(name, value) for value in all_values if value not in there)


@lru_cache(maxsize=4096)
def _ages(low: int, high: int) -> int:
    outside = sum(bit("age_not_served", band) for band, (first, last) in AGES.items() if first > high or last < low)
    return outside | (bit("age_not_served", "child") if low > CHILD_UP_TO else 0)


@lru_cache(maxsize=8)
def _too_slow(starts_within: str) -> int:
    after = SOON[starts_within]
    return sum(bit("too_slow", level) for level in ("hours", "days") if after > SOON[level])
