"""An invented directory entry with its one service, and strategies for any entry that its type allows."""

from typing import Any

from hypothesis import strategies as st

from node.protocol.letters import bodies_directory

NOW = 1_795_000_000

SERVICE = {
    "id": "shelter-1",
    "name": "Haven of the first days",
    "category": "shelter",
    "provider": "civil_society",
    "status": "active",
    "min_age": 18,
    "max_age": 64,
    "genders": ["woman"],
    "languages": ["uk", "en"],
    "interpretation": True,
    "accessibility": ["step_free"],
    "dependants": ["0-5", "6-11"],
    "eligibility": ["intake_talk_first"],
    "capacity": "few",
    "starts_within": "hours",
    "duration_days": [180],
    "assured_date": "2026-11-01",
}
ENTRY: dict[str, Any] = {
    "serial": NOW,
    "issued_at": NOW,
    "valid_until": NOW + 31_536_000,
    "roles": ["destination"],
    "languages": ["en"],
    "hours": [{"weekday": 1, "opens": 540, "closes": 1020}],
    "contacts": [{"role": "focal_point", "languages": ["en"]}, {"role": "deputy", "languages": ["en"]}],
    "on_call": "none",
    "last_drill": [],
    "accepts": ["referral"],
    "promises": [{"kind": "referral.offer", "working_days": 3}],
    "measured": [{"kind": "referral.offer", "threads": 25, "median_days": 2, "in_time_tenths": 9}],
    "services": [SERVICE],
    "legal": {
        "recovery_days": [30],
        "permits": ["recovery_period"],
        "guardian_authority": ["Family court"],
        "data_protection_authority": [],
        "safe_return_assessment": True,
    },
}

DIRECTORY_BODIES: dict[str, Any] = {
    "directory.publish": ENTRY,
    "directory.challenge": {"country": "XA", "serial": NOW, "service": ["shelter-1"], "why": "closed"},
}
DIRECTORY_TEXTS: dict[str, st.SearchStrategy[str]] = {
    bodies_directory.ServiceId.__metadata__[0].pattern: st.just("shelter-7"),  # type: ignore[attr-defined]
    bodies_directory.PublicName.__metadata__[0].pattern: st.text(  # type: ignore[attr-defined]
        "a\u00e4\u0436\u05e9-' .", min_size=1, max_size=60
    ),
}

Parts = dict[str, st.SearchStrategy[Any]]


def directory_struct(cls: type[Any], parts: Parts) -> st.SearchStrategy[Any]:
    """A part of an entry whose fields fit together."""
    match cls.__name__:
        case "OpenHours":
            return _ordered(cls, parts, "opens", "closes")
        case "DirectoryBody":
            few = {name: parts[name].map(lambda some: some[:1]) for name in ("promises", "measured", "services")}
            return _ordered(cls, parts | few, "issued_at", "valid_until")
        case "Service":
            return _service(cls, parts)
    return st.builds(cls, **parts)


def _service(cls: type[Any], parts: Parts) -> st.SearchStrategy[Any]:
    ages = st.tuples(parts["min_age"], parts["max_age"]).map(sorted)
    rest = {name: part for name, part in parts.items() if name not in ("min_age", "max_age", "category", "id")}
    return st.builds(
        lambda age, need, **given: cls(**given, min_age=age[0], max_age=age[1], id=f"{need}-7", category=need),
        ages, parts["category"], **rest,
    )  # fmt: skip


def _ordered(cls: type[Any], parts: Parts, low: str, high: str) -> st.SearchStrategy[Any]:
    """A struct in which one number is below another."""
    two = st.tuples(parts[low], parts[high]).filter(lambda pair: pair[0] != pair[1]).map(sorted)
    rest = {name: part for name, part in parts.items() if name not in (low, high)}
    return st.builds(lambda pair, **given: cls(**given, **{low: pair[0], high: pair[1]}), two, **rest)
