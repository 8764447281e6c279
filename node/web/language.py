"""What people read: one language at a time, with its direction, its dates, and its names of countries and languages.

Sentences come from gettext catalogues beside this file, names and dates from the CLDR. A sentence without a translation
stays English rather than missing. Source: issue 4, languages.
"""

import gettext
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from markupsafe import Markup, escape

ENGLISH: Final = "en"
LANGUAGES: Final = ("en", "fr", "es", "ro", "uk", "ru", "ar")
USER_ASSIGNED: Final = {"AA", "ZZ"} | {f"{a}{b}" for a in "QX" for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"} - {"XK"}
# Names for the codes that no country has, as demos and exercises use them.
INVENTED: Final = {"XA": "Arvenia", "XB": "Borduria", "XD": "Destinia", "XT": "Transitia"}


@dataclass(frozen=True, slots=True)
class Speech:
    """One language as pages use it; `zone` is the wall clock of this country."""

    code: str
    locale: Locale
    catalogue: gettext.NullTranslations
    zone: ZoneInfo

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return self.locale.text_direction

    def say(self, text: str, /, **values: object) -> str:
        """A sentence in this language; values are escaped into it as HTML."""
        found = self.catalogue.gettext(text)
        return Markup(escape(found)) % values if values else found  # noqa: S704 - escaped just before

    def count(self, one: str, many: str, number: int) -> str:
        """A sentence with a number, in the plural form of this language."""
        return self.catalogue.ngettext(one, many, number) % {"n": number}

    def country(self, code: str, own: str = "") -> str:
        """A country by its name in this language; one that no list knows by its own name, else by its code."""
        if code in USER_ASSIGNED:
            return INVENTED.get(code) or own or code
        return str(self.locale.territories.get(code) or own or code)

    def language(self, code: str) -> str:
        """A language by its name in this language, else by its code."""
        known = self.locale.languages.get(code.replace("-", "_")) or self.locale.languages.get(code.split("-")[0])
        return str(known or code)

    def when(self, at: int) -> str:
        """A moment (UTC seconds) on the clock of this country: day, date and time."""
        moment = datetime.fromtimestamp(at, UTC).astimezone(self.zone)
        return str(format_datetime(moment, "EEE d MMM y HH:mm", locale=self.locale))

    def day(self, iso: str) -> str:
        """A day such as `2026-11-27` in words."""
        return str(format_date(date.fromisoformat(iso), "d MMM y", locale=self.locale))

    def until(self, at: int, now: int) -> str:
        """How far a moment is away: in 3 days, 5 hours ago."""
        return str(
            format_timedelta(timedelta(seconds=at - now), granularity="minute", add_direction=True, locale=self.locale)
        )


@cache
def speech(code: str, zone: str) -> Speech:
    """The language `code`, one of LANGUAGES, on the wall clock of `zone`."""
    return Speech(code, Locale.parse(code), catalogue(code), ZoneInfo(zone))


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The translations of a language, read from its `.po` file; none for English."""
    source = files(__package__) / "locale" / f"{code}.po"
    if code == ENGLISH or not source.is_file():
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def own_name(code: str) -> str:
    """A language as those who speak it call it."""
    return str(Locale.parse(code).display_name).capitalize()


def chosen(wanted: str, accepted: str) -> str:
    """The language somebody chose, else the first of their browser's that is here, else English."""
    browser = [part.partition(";")[0].strip().split("-")[0] for part in accepted.split(",")]
    return next((code for code in (wanted, *browser) if code in LANGUAGES), ENGLISH)
