"""What people read: one language at a time, with its direction, its dates, and its names of countries and languages.

Sentences come from gettext catalogues beside this file, names and dates from the CLDR. A sentence without a translation
stays English rather than missing. Source: issue 4, languages.
"""

import gettext
import io
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import TIMEDELTA_UNITS, format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.units import format_unit
from markupsafe import Markup, escape

from node.web.words import WORDS, english

LOCALE: Final = Path(__file__).with_name("locale")
ENGLISH: Final = "en"
LANGUAGES: Final = ("en", "fr", "es", "ro", "uk", "ru", "ar")
REMEMBERED: Final = 8192
UNITS: Final = TIMEDELTA_UNITS[:-1]  # from years to minutes, each with its seconds
SPANS: Final = (("year", 365 * 86_400), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))
ENOUGH: Final = 0.85  # of a unit, for a distance to be told in it: what `format_timedelta` takes if nobody says
ENDLESS: Final = 10**9  # no distance is so many of a larger unit than the one that was chosen
CUT: Final = re.compile(r"[:;] ")
GATE: Final = re.compile(r"g\d+")
# Between two halves: what stands before or in place of an English colon, semicolon or comma.
JOINS: Final = {
    ("fr", ": "): "\u00a0: ", ("fr", "; "): "\u00a0; ", ("ar", "; "): "؛ ", ("ar", ", "): "، ",
}  # fmt: skip
BRACED: Final = re.compile(r"\{(\w+)\}")
USER_ASSIGNED: Final = {"AA", "ZZ"} | {f"{a}{b}" for a in "QX" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} - {"XK"}
REAL: Final = re.compile("[A-Z]{2}")
NO_COUNTRY: Final = USER_ASSIGNED | {"EU", "EZ", "UN"}
# Names for the codes that no country has, as demos and exercises use them.
INVENTED: Final = {"XA": "Arvenia", "XB": "Borduria", "XC": "Cordavia", "XD": "Destinia", "XT": "Transitia"}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language as pages use it; `zone` is the wall clock of this country."""

    code: str
    locale: Locale
    catalogue: gettext.NullTranslations
    zone: ZoneInfo
    shapes: tuple[tuple[re.Pattern[str], str], ...] = ()

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    def say(self, text: str, /, **values: object) -> str:
        """A sentence in this language; values are escaped into it as HTML."""
        found = self.catalogue.gettext(text)
        if values:
            return Markup(escape(found)) % values  # noqa: S704 - escaped just before
        return found if found != text or self.code == ENGLISH else self._put_together(text)

    def _put_together(self, text: str) -> str:
        """A sentence that is known by its shape, or whose halves are known; any other stays as it is."""
        hits = [(hit, sentence) for shape, sentence in self.shapes if (hit := shape.fullmatch(text))]
        for hit, sentence in hits:
            if not any(CUT.search(part) for part in hit.groups()):  # else what was filled in holds the other half
                return self._filled_in(hit, sentence)
        for cut in CUT.finditer(text):
            head, tail = text[: cut.start()], text[cut.end() :]
            said = head if GATE.fullmatch(head) else self.say(head), self.say(tail)
            if said[1] != tail and (said[0] != head or GATE.fullmatch(head)):
                return f"{said[0]}{self.joint(cut[0])}{said[1]}"
        return self._filled_in(*hits[0]) if hits else text

    def _filled_in(self, hit: re.Match[str], sentence: str) -> str:
        parts = {name: self._part(part) for name, part in hit.groupdict().items()}
        return self.catalogue.gettext(sentence).format(**parts)

    def joint(self, mark: str) -> str:
        """What stands between two halves in this language, in place of the English `mark`."""
        return JOINS.get((self.code, mark), mark)

    def row(self, *words: str) -> str:
        """Words one after the other, set apart as in this language."""
        between = self.joint(", ")
        return between.join(words)

    def _part(self, text: str) -> str:
        """What was filled in: states and other codes as words, a sentence in this language, the rest as it is."""
        codes = text.split(" or ")
        if all(f"state={one}" in WORDS for one in codes):
            return " / ".join(self.say(english(one, "state")) for one in codes)
        return self.say(english(text)) if text in WORDS else self.say(text)

    def count(self, one: str, many: str, number: int) -> str:
        """A sentence with a number, in the plural form of this language."""
        return self.catalogue.ngettext(one, many, number) % {"n": number}

    def country(self, code: str, own: str = "") -> str:
        """A country by its name in this language; one that no list knows by its own name, else by its code."""
        if code in USER_ASSIGNED:
            return INVENTED.get(code) or own or code
        return str(self.locale.territories.get(code) or own or code)

    def countries(self) -> list[tuple[str, str]]:
        """Every country of the CLDR by its name in this language, sorted by it."""
        named = [(code, str(name)) for code, name in self.locale.territories.items() if REAL.fullmatch(code)]
        return sorted((one for one in named if one[0] not in NO_COUNTRY), key=lambda one: one[1])

    def language(self, code: str) -> str:
        """A language by its name in this language, else by its code."""
        known = self.locale.languages.get(code.replace("-", "_")) or self.locale.languages.get(code.split("-")[0])
        return str(known or code)

    def when(self, at: int) -> str:
        """A moment (UTC seconds) on the clock of this country: day, date and time."""
        return _moment(self.code, self.zone.key, at)

    def clock(self, at: int, zone: str) -> str:
        """A moment on the wall clock of another zone: day of the week and time."""
        moment = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
        return str(format_datetime(moment, "EEE HH:mm", locale=self.locale))

    def second(self, at: int) -> str:
        """A moment of today to the second, on the clock of this country."""
        return f"{datetime.fromtimestamp(at, UTC).astimezone(self.zone):%H:%M:%S}"

    def day(self, iso: str) -> str:
        """A day such as `2026-11-27` in words."""
        return str(format_date(date.fromisoformat(iso), "d MMM y", locale=self.locale))

    def span(self, seconds: int) -> str:
        """How long something lasts, exactly: 2 years, 30 days, 72 hours, 10 minutes."""
        unit, unit_s = next((one for one in SPANS if seconds % one[1] == 0 and seconds >= 2 * one[1]), SPANS[-1])
        return str(format_unit(seconds // unit_s, f"duration-{unit}", locale=self.locale))

    def until(self, at: int, now: int) -> str:
        """How far a moment is away: in 3 days, 5 hours ago."""
        unit, unit_s = next((one for one in UNITS if abs(at - now) >= ENOUGH * one[1]), UNITS[-1])
        return _far(
            self.code, unit, unit_s * (1 if at >= now else -1), max(int(at != now), round(abs(at - now) / unit_s))
        )


@lru_cache(REMEMBERED)
def _moment(code: str, zone: str, at: int) -> str:
    """A list shows the same moments again and again: said once."""
    spoken = speech(code, zone)
    moment = datetime.fromtimestamp(at, UTC).astimezone(spoken.zone)
    return str(format_datetime(moment, "EEE d MMM y HH:mm", locale=spoken.locale))


@lru_cache(REMEMBERED)
def _far(code: str, unit: str, unit_s: int, count: int) -> str:
    """So many of a unit, ahead or (less than nothing long) ago, as `format_timedelta` says it."""
    away = timedelta(seconds=unit_s * count)
    return str(format_timedelta(away, granularity=unit, threshold=ENDLESS, add_direction=True, locale=code))  # type: ignore[arg-type]


@cache
def speech(code: str, zone: str) -> Speech:
    """The language `code`, one of LANGUAGES, on the wall clock of `zone`."""
    found, shapes = catalogue(code)
    return Speech(code, Locale.parse(code), found, ZoneInfo(zone), shapes)


@cache
def catalogue(code: str) -> tuple[gettext.NullTranslations, tuple[tuple[re.Pattern[str], str], ...]]:
    """The translations of a language from its `.po` file, and the shapes of sentences with parts filled in."""
    source = LOCALE / f"{code}.po"
    if code == ENGLISH or not source.is_file():
        return gettext.NullTranslations(), ()
    known, compiled = read_po(io.BytesIO(source.read_bytes()), locale=code), io.BytesIO()
    write_mo(compiled, known)
    compiled.seek(0)
    braced = [one.id for one in known if isinstance(one.id, str) and one.string and BRACED.search(one.id)]
    return gettext.GNUTranslations(compiled), tuple((_shape(text), text) for text in sorted(braced, key=_weight))


def _shape(text: str) -> re.Pattern[str]:
    """What a sentence with parts filled in looks like; a part that stands twice is the same twice."""
    parts, seen = [], set[str]()
    for place, piece in enumerate(BRACED.split(text)):
        if place % 2 == 0:
            parts.append(re.escape(piece))
        else:
            parts.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    return re.compile("".join(parts))


def _weight(text: str) -> tuple[int, str]:
    return -len(BRACED.sub("", text)), text  # the most telling shape first


def own_name(code: str) -> str:
    """A language as those who speak it call it, as it begins a list; what they write large inside it stays so."""
    name = str(Locale.parse(code).display_name)
    return name[:1].title() + name[1:]


def chosen(wanted: str, accepted: str) -> str:
    """The language somebody chose, else the first of their browser's that is here, else English."""
    browser = [part.partition(";")[0].strip().split("-")[0] for part in accepted.split(",")]
    return next((code for code in (wanted, *browser) if code in LANGUAGES), ENGLISH)
