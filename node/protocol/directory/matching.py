"""What a person needs against what every country offers: each service is a match or a miss, with its reasons.

Pure and local: no other country learns that anybody looked. The order is fixed and knows only what is offered: more of
her needs in one country, assured lately, in her language, free, soon; then country and service by name. Nothing ranks
by who she is (R30): nationality, religion, orientation and status are not even among the arguments.
Source: domain.md 5.11; R29, R30, R39.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from node.protocol.directory.freshness import age_days, entry_days, standing
from node.protocol.directory.marks import REASON, SOON, bit, lacks, misses_of, reasons_of, requires, served_in_part
from node.protocol.letters.bodies_directory import DirectoryBody, Service
from node.protocol.letters.codes import AgeBand, Gender, Need, Urgency
from node.protocol.letters.codes_directory import Accessible

_SPEAKS, _INTERPRETED, _TAKES = REASON["speaks_her_language"], REASON["with_interpreter"], REASON["takes_dependants"]
_ASK_AGE, _UNVERIFIED, _FEW = REASON["ask_age_limits"], REASON["not_assured_for_90_days"], REASON["capacity_few"]
_NO_LANGUAGE: Final = bit("language_not_spoken")
_NOT_FOR_HER: Final = bit("not_for_her")
_OTHER: Final = bit("other_need")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one person needs, in the codes of an offer; `not_countries` are left out whatever they offer (R10, H05).

    `interpreter`: an interpreted talk will do. `dependants`: the age bands of those who come with her.
    """

    needs: tuple[Need, ...]
    age_band: AgeBand
    treated_as_child: bool = False
    gender: Gender = "not_stated"
    languages: tuple[str, ...] = ()
    interpreter: bool = True
    accessibility: tuple[Accessible, ...] = ()
    dependants: tuple[AgeBand, ...] = ()
    urgency: Urgency = "routine"
    not_countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listed:
    """A country's entry as it lies here; `active`: the registry lets letters go to it."""

    country: str
    body: DirectoryBody
    received_at: int
    active: bool = True


class Match(NamedTuple):
    """A service that fits, and why; `assured_days` ago somebody made sure of it."""

    country: str
    service: Service
    reasons: tuple[str, ...]
    assured_days: int


class Miss(NamedTuple):
    """A service that does not fit, and every reason for it."""

    country: str
    service: Service
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What was looked at: `matches` best first, `misses` of the wanted needs; `others` serve other needs."""

    matches: list[Match]
    misses: list[Miss]
    shelf: "Shelf" = field(repr=False, compare=False)
    needs: frozenset[Need]

    def others(self) -> Iterator[Miss]:
        """Every service of another need: with them each service of every country is a match or a miss."""
        return self.shelf.others(self.needs)

    def covers(self) -> dict[str, tuple[Need, ...]]:
        """Which of the needs each country meets, by country."""
        found: dict[str, set[Need]] = {}
        for match in self.matches:
            found.setdefault(match.country, set()).add(match.service.category)
        return {country: tuple(sorted(needs)) for country, needs in sorted(found.items())}


@dataclass(slots=True)
class _Candidate:
    """One service made ready: what it lacks, what holds for everybody, and the answers it gave before."""

    country: str
    service: Service
    days: int
    never: int
    lacks: int
    speaks: frozenset[str]
    partly: frozenset[AgeBand]
    reasons: int
    rank: tuple[int, str, str]
    misses: dict[int, Miss] = field(default_factory=dict)

    def miss(self, faults: int) -> Miss:
        """The miss with these faults, made once."""
        made = self.misses[faults] = Miss(self.country, self.service, misses_of(faults))
        return made


class Shelf:
    """All entries, made ready for matching at one moment (UTC seconds); may be asked any number of times."""

    def __init__(self, entries: Iterable[Listed], now: int) -> None:
        self._by_need: dict[str, list[_Candidate]] = {}
        self._elsewhere: dict[str, list[Miss]] = {}
        for listed in sorted(entries, key=lambda one: one.country):
            days = entry_days(listed.body.issued_at, listed.received_at, now)
            for service in sorted(listed.body.services, key=lambda one: one.id):
                self._by_need.setdefault(service.category, []).append(_candidate(listed, service, days, now))

    def match(self, wanted: Wanted) -> Found:
        """Every service as a match or a miss; the same question gives the same answer in the same order."""
        needs = frozenset(wanted.needs)
        matches: list[tuple[_Candidate, int]] = []
        misses: list[Miss] = []
        for need in sorted(needs):
            _judge(self._by_need.get(need, ()), wanted, matches, misses)
        met: dict[str, set[str]] = {}
        if len(needs) > 1:
            for one, _ in matches:
                met.setdefault(one.country, set()).add(one.service.category)
        matches.sort(key=lambda found: _order(found[0], found[1], len(met.get(found[0].country, ()))))
        made = [Match(one.country, one.service, reasons_of(reasons), one.days) for one, reasons in matches]
        return Found(made, misses, self, needs)

    def others(self, needs: frozenset[Need]) -> Iterator[Miss]:
        """The services of all other needs, as misses."""
        return chain.from_iterable(self._of_another(need) for need in sorted(self._by_need) if need not in needs)

    def _of_another(self, need: str) -> list[Miss]:
        """The services of this need as misses for whoever has another; made once."""
        if need not in self._elsewhere:
            self._elsewhere[need] = [one.miss(_OTHER) for one in self._by_need[need]]
        return self._elsewhere[need]


def _judge(
    candidates: Iterable[_Candidate], wanted: Wanted, matches: list[tuple[_Candidate, int]], misses: list[Miss]
) -> None:
    """Sort candidates of a wanted need into matches, with their reasons as bits, and misses."""
    required = requires(
        wanted.age_band, wanted.treated_as_child, wanted.gender, wanted.accessibility, wanted.dependants, wanted.urgency
    )
    languages = frozenset(map(_primary, wanted.languages))
    takes = _TAKES if wanted.dependants else 0
    band, not_countries, interpreter = wanted.age_band, wanted.not_countries, wanted.interpreter
    for one in candidates:
        faults = one.never | (required & one.lacks)
        reasons = one.reasons
        if languages:
            if not languages.isdisjoint(one.speaks):
                reasons |= _SPEAKS
            elif interpreter and one.service.interpretation:
                reasons |= _INTERPRETED
            else:
                faults |= _NO_LANGUAGE
        if one.country in not_countries:
            faults |= _NOT_FOR_HER
        if faults:
            misses.append(one.misses.get(faults) or one.miss(faults))
        else:
            matches.append((one, reasons | takes | (_ASK_AGE if band in one.partly else 0)))


def _order(one: _Candidate, reasons: int, needs_met: int) -> tuple[int, int, int, int, tuple[int, str, str]]:
    return -needs_met, reasons & _UNVERIFIED, reasons & _INTERPRETED, reasons & _FEW, one.rank


def _candidate(listed: Listed, service: Service, entry_age: int, now: int) -> _Candidate:
    body = listed.body
    days = max(entry_age, age_days(service.assured_date, listed.received_at, now))
    never = {
        "country_not_active": not listed.active,
        "accepts_no_referrals": "referral" not in body.accepts,
        "service_not_active": service.status != "active",
        "not_assured_for_180_days": standing(days) == "hidden" or now >= body.valid_until,
        "no_capacity": service.capacity == "none",
    }
    reasons = {
        "serves_the_need": True,
        "capacity_available": service.capacity == "available",
        "capacity_few": service.capacity == "few",
        "within_hours": service.starts_within == "hours",
        "within_days": service.starts_within == "days",
        "not_assured_for_90_days": standing(days) == "unverified",
    }
    return _Candidate(
        listed.country, service, days,
        sum(bit(name) for name, holds in never.items() if holds), lacks(service),
        frozenset(map(_primary, service.languages)), served_in_part(service),
        sum(REASON[name] for name, holds in reasons.items() if holds),
        (SOON[service.starts_within], listed.country, service.id),
    )  # fmt: skip


def _primary(language: str) -> str:
    return language.partition("-")[0].lower()  # uk-UA is spoken where uk is
