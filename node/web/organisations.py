"""What an organisation is called on a page: by its name wherever this node knows one, else by its code.

Ours are called by their codes where we work; of one abroad it is said that its name is not known here. A code can mean
two organisations of two countries; then neither name is shown. Source: interface C6, C7; H14.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from node.service.directory.called import Called, listed
from node.web.marks import N_

if TYPE_CHECKING:
    from node.web.visit import Visit

UNKNOWN: Final = N_("Name not known here")
KID_SHOWN: Final = 12


class Organisations:
    """The organisations of all countries for one reader; `there`: what a page has read of their directories."""

    def __init__(self, visit: "Visit", there: Mapping[str, Called]) -> None:
        self.visit, self.there = visit, there
        self._listed: dict[str, dict[str, str]] = {}
        self._made: dict[tuple[str, str], str] = {}

    def name(self, code: str, country: str = "") -> str:
        """Its name, in this country or any of this page's, or else of all; empty where nobody here knows one."""
        if (code, country) not in self._made:
            found = {names[code] for names in self._where(country) if code in names}
            self._made[code, country] = found.pop() if len(found) == 1 else ""
        return self._made[code, country]

    def shown(self, code: str, country: str = "") -> Markup:
        """Its name; without one its code, and of one abroad in words that there is none."""
        if name := self.name(code, country):
            return Markup("<bdi>{}</bdi>").format(name)
        return _code(code) if self._is_ours(country) else self._with_code(self.visit.say(UNKNOWN), code)

    def member(self, code: str) -> Markup:
        """One of ours for whoever types its code: always with it."""
        name = self.name(code, self.visit.node.country)
        return self._with_code(name, code) if name else _code(code)

    def option(self, code: str, country: str = "") -> str:
        """The same for a list to choose from, which holds plain text only."""
        unknown = code if self._is_ours(country) else f"{self.visit.say(UNKNOWN)} ({code})"
        return self.name(code, country) or unknown

    def distrusted(self, target: str, value: str) -> Markup:
        """Whom two people distrust: a country, an office by its key, an organisation abroad or one of ours."""
        if target == "country":
            return Markup("{}").format(self.country(value))
        if target == "holder":
            return self._office(value)
        return self.shown(value, self.visit.node.country if target == "member" else "")

    def abroad(self) -> dict[str, tuple[str, str]]:
        """Every other country and every office there that reads names: by value what kind it is, and its name."""
        found: dict[str, tuple[str, str]] = {}
        for code, country in sorted(self.visit.node.view.countries.items()):
            if code != self.visit.node.country:
                called = self.country(code)
                found[code] = ("country", called)
                found |= {key.office_kid.hex(): ("holder", f"{key.holder} ({called})") for key in country.office_keys}
        return found

    def country(self, code: str) -> str:
        """A country's name; where no list has one, what its focal point calls itself, and its code."""
        known = self.visit.node.view.country(code)
        names = {} if known is None else known.record.authority.names
        own = names.get(self.visit.speech.code) or names.get("en") or ""
        return self.visit.speech.country(code, f"{own} ({code})" if own else code)

    def _office(self, kid: str) -> Markup:
        for code, country in self.visit.node.view.countries.items():
            for key in country.office_keys:
                if key.office_kid.hex() == kid:
                    return Markup("<bdi>{}</bdi> ({})").format(key.holder, self.country(code))
        return self._with_code(self.visit.say(UNKNOWN), kid[:KID_SHOWN])

    def _where(self, country: str) -> Iterator[Mapping[str, str]]:
        here = [country] if country else list(self.there) or sorted(self.visit.node.view.countries)
        for one in here:
            if one in self.there:
                yield self.there[one].organisations
            else:
                yield self._of_record(one)

    def _of_record(self, country: str) -> dict[str, str]:
        if country not in self._listed:
            self._listed[country] = listed(self.visit.node, country, self.visit.speech.code)
        return self._listed[country]

    def _is_ours(self, country: str) -> bool:
        return country == self.visit.node.country

    def _with_code(self, name: str, code: str) -> Markup:
        return Markup('<bdi>{}</bdi> (<bdi dir="ltr">{}</bdi>)').format(name, code)


def _code(code: str) -> Markup:
    return Markup('<bdi dir="ltr">{}</bdi>').format(code)
