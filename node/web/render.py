"""From a template and facts to a page: escaped by default, every fact present, codes shown as words.

References, dates and numbers stand left-to-right whatever the language (interface, finding 8).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from unicodedata import bidirectional

from babel import UnknownLocaleError
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from node.service.cases.pseudonym import pseudonym
from node.service.directory.called import Called
from node.service.staff.people import READS_NAMES
from node.service.threads.doors import ACTS
from node.service.threads.forms import FormField, may_carry_fields, open_lists
from node.web.assets import content, hashed
from node.web.banners import banners
from node.web.forms import rows_shown
from node.web.language import LANGUAGES, own_name, speech
from node.web.organisations import Organisations
from node.web.paper.pressing import Press
from node.web.reach import would_wait
from node.web.settings import DeskSettings
from node.web.words import WORDS, word

if TYPE_CHECKING:
    from node.web.visit import Visit

REFERENCE: Final = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
CODE: Final = re.compile("[a-z0-9]+(?:[_.+-][a-z0-9]+)*[+]?")  # as our lists spell what they hold; a day, an id
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
SPOKEN: Final = (
    "uk",
    "ro",
    "ru",
    "en",
    "fr",
    "es",
    "ar",
    "sq",
    "bg",
    "hu",
    "pl",
    "sr",
    "tr",
    "fa",
    "so",
    "ti",
    "vi",
    "zh",
    "yo",
    "ha",
)
NO_SETTINGS: Final = DeskSettings()
A_MINUTE_S: Final = 60
A_TIME: Final = 1_000_000_000  # a number this great is a moment in UTC seconds
SERVICES_OF: Final = frozenset({"services", "service", "services_started", "services_stopped"})
ORGANISATIONS_OF: Final = frozenset({"id", "organisation"})
CODES_OF: Final = SERVICES_OF | ORGANISATIONS_OF | {"region", "body", "value", "appointing_body"}
LANGUAGES_OF: Final = frozenset({"language", "languages", "dialect"})
NEEDED: Final = frozenset({"person", "field", "level"})  # a fact that is asked for, of one person
COUNTRIES_OF: Final = frozenset({"country", "countries", "onward", "peer", "through", "blocked_countries"})

# Put together, not filled in: a page has hundreds of them. What is added to a Markup is escaped.
TIME, END_TIME = Markup("<time>"), Markup("</time>")
AGO, END_AGO = Markup(' <span class="ago">('), Markup(")</span>")
OPTION: Final = Markup('<span class="whole">{}</span>')
LTR, END_LTR = Markup('<bdi dir="ltr">'), Markup("</bdi>")

Choices = Mapping[str, list[tuple[str, str]]]  # by field: values with what they are called on this page
NO_CHOICES: Final[Choices] = {}


class Helpers:
    """What templates and their macros call: one reader's language, one moment."""

    def __init__(self, visit: "Visit", facts: Mapping[str, Any]) -> None:
        self.visit, self.speech, self.now = visit, visit.speech, visit.node.now()
        self.choices: Choices = facts.get("choices", NO_CHOICES)
        self.called: Mapping[str, str] = facts.get("called", {})  # ids and tokens, and what this page calls them
        self.called_there: Mapping[str, Called] = facts.get(
            "called_there", {}
        )  # by country: organisations and services by name
        self.organisations = Organisations(visit, self.called_there)
        self.organisation, self.member = self.organisations.shown, self.organisations.member
        self.typed_too: Sequence[str] = facts.get("typed_too", ())  # choices beside which a code can be typed
        self.labels: Mapping[str, str] = facts.get("labels", {})  # what this page asks, in place of a field's own name
        self.anywhere: bool = facts.get("anywhere", False)  # whether a country outside the registry can be named
        self._ = visit.speech.say
        self.count, self.language = visit.speech.count, visit.speech.language
        self.comma, self.semicolon = escape(visit.speech.joint(", ")), escape(visit.speech.joint("; "))
        self.rows = rows_shown
        self.names_shut = _names_shut(visit)
        self._moments: dict[int, Markup] = {}
        self._countries: dict[str, Markup] = {}
        self._made: dict[object, Markup] = {}

    def word(self, code: str, of: str = "") -> str:
        """A code in words; `of` is the field it stands in."""
        return word(self.speech, code, of)

    def label(self, path: str) -> str:
        """What a field is called: `costs.0.item` by its group if that has a word for it."""
        if path in self.labels:
            return str(self._(self.labels[path]))
        names = [part for part in path.split(".") if not part.isdigit()]
        whole = ".".join(names[-2:])
        return self.word(whole if whole in WORDS else names[-1])

    def when(self, at: int) -> Markup:
        """A time in full and how far it is away, unless it is now."""
        if at not in self._moments:
            self._moments[at] = self._moment(at)
        return self._moments[at]

    def _moment(self, at: int) -> Markup:
        said = self.speech
        shown = TIME + said.when(at) + END_TIME
        return shown if abs(at - self.now) < A_MINUTE_S else shown + AGO + said.until(at, self.now) + END_AGO

    def country_in(self, code: str, language: str) -> str:
        """A country's name in another language than the reader's: what is read to somebody names it as she calls it."""
        try:
            return speech(language, self.speech.zone.key).country(code)
        except UnknownLocaleError:
            return self.speech.country(code)

    def direction(self, code: str) -> str:
        """Which way a language is written."""
        try:
            return speech(code, self.speech.zone.key).direction
        except UnknownLocaleError:
            return "ltr"

    def spoken(self) -> list[tuple[str, str]]:
        """Languages a person may speak, each as she calls it."""
        return sorted(((code, own_name(code)) for code in SPOKEN), key=lambda one: one[1])

    def clock(self, zone: str) -> Markup:
        """What the time is now on the wall clock of a zone: day of the week and time."""
        return left_to_right(self.speech.clock(self.now, zone))

    def second(self, at: int) -> Markup:
        """A moment of today to the second, on the clock of this country."""
        return left_to_right(self.speech.second(at))

    def clock_at(self, at: int, zone: str) -> Markup:
        """What a moment was, or will be, on the wall clock of another zone."""
        return left_to_right(self.speech.clock(at, zone))

    def day(self, iso: str) -> Markup:
        """A day in words."""
        return Markup("<time>{}</time>").format(self.speech.day(iso))

    def country(self, code: str) -> Markup:
        """A country's name; where no list has one, what its focal point calls itself, and its code."""
        if code not in self._countries:
            self._countries[code] = escape(self.organisations.country(code))
        return self._countries[code]

    def once(self, name: object, macro: Callable[..., Markup], *given: object) -> Markup:
        """A part that stands on a page again and again, made once for each `name`: numbers of one country."""
        if name not in self._made:
            self._made[name] = macro(*given)
        return self._made[name]

    def value(self, name: str, value: object) -> Markup:
        """What a field of a letter says, in words."""
        if value is None or value in ([], (), ""):
            return Markup("–")
        if isinstance(value, bool):
            return escape(self.word("yes" if value else "no"))
        if isinstance(value, int):
            return self.when(value) if value > A_TIME else left_to_right(value)
        if isinstance(value, Mapping) and {"target", "value"} <= value.keys():
            return self.organisations.distrusted(value["target"], value["value"])
        if isinstance(value, Mapping) and value.keys() == NEEDED:
            whose = self.called.get(str(value["person"])) if len(self.called) > 1 else None
            said = Markup("{} ({})").format(self.word(value["field"]), self.word(value["level"]))
            return Markup("{}: {}").format(whose, said) if whose else said
        if isinstance(value, Mapping):
            parts = [
                self.value(str(key), one)
                if key == "id"  # an organisation by its name, which needs no word before it
                else Markup("{}: {}").format(
                    self.called.get(str(key)) or self.word(str(key)), self.value(str(key), one)
                )
                for key, one in value.items()
                if one is not None and one != [] and one != ()
            ]
            return self.semicolon.join(parts)
        if isinstance(value, Sequence) and not isinstance(value, str) and isinstance(value[0], Mapping):
            rows = Markup("").join(Markup("<li>{}</li>").format(self.value(name, one)) for one in value)
            return Markup('<ul class="inner">{}</ul>').format(rows)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return self.comma.join(self.value(name, one) for one in value)
        return self._text(name, str(value))

    def as_typed(self, path: str, value: object) -> Markup:
        """What was typed into a field, or stands for it: codes in words, and her words or ours as they are."""
        name = [part for part in path.split(".") if not part.isdigit()][-1]
        if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(one, str) for one in value):
            return self.comma.join(self._one_typed(name, one) for one in value) if value else Markup("–")
        return self._one_typed(name, value) if isinstance(value, str) else self.value(name, value)

    def _one_typed(self, name: str, text: str) -> Markup:
        if text in self.called or CODE.fullmatch(text) or name in LANGUAGES_OF | COUNTRIES_OF | CODES_OF:
            return self._text(name, text)
        return Markup("<bdi>{}</bdi>").format(text)

    def service(self, code: str) -> str:
        """What a service is called; its category where its name is withheld; its code where nobody lists it."""
        name = next((one.services[code] for one in self.called_there.values() if code in one.services), None)
        return code if name is None else name or self.word(code.rpartition("-")[0], "needs")

    def waits(self, peer: str) -> str:
        """Why a letter to this country would wait; empty where it would not."""
        says = would_wait(self.visit.node, peer)
        known = self.visit.node.view.country(peer)
        when = self.speech.when(known.quarantined_until) if known else ""
        return self.visit.say(says, country=self.country(peer), when=when) if says else ""

    def elsewhere(self) -> list[tuple[str, str]]:
        """Countries that are not in the registry, by name: what she fears need not be in the network."""
        known = set(self.visit.node.view.countries)
        return [one for one in self.speech.countries() if one[0] not in known]

    def _text(self, name: str, text: str) -> Markup:
        if text in self.called:
            return escape(self.called[text])
        if name in LANGUAGES_OF:
            return escape(self.language(text))
        if name in COUNTRIES_OF:
            return self.country(text)
        if REFERENCE.fullmatch(text):
            return short(text)
        if name in ORGANISATIONS_OF:
            return self.organisations.shown(text)
        if name in SERVICES_OF and self.service(text) != text:
            return Markup("<bdi>{}</bdi>").format(self.service(text))
        if name in CODES_OF and text not in WORDS:
            return left_to_right(text)
        return self.day(text) if DAY.fullmatch(text) else escape(self.word(text, name))

    def spoken_codes(self) -> tuple[str, ...]:
        """The same by their codes alone."""
        return SPOKEN

    def pairs(self, codes: Sequence[str], of: str = "") -> list[tuple[str, str]]:
        """Codes with their words, for choices of a field."""
        return [(code, self.word(code, of)) for code in codes]

    def options(self, field: FormField) -> list[tuple[str, str]] | None:
        """Choices for a field whose list its type leaves open: this page's own, languages, countries, our codes."""
        if field.name in self.choices:
            return self.choices[field.name]
        if (
            field.name in SERVICES_OF
            and field.shape == "code"
            and any(one.services for one in self.called_there.values())
        ):
            return [(code, self.service(code)) for one in self.called_there.values() for code in one.services]
        if field.shape == "language":
            return [(code, self.language(code)) for code in SPOKEN]
        if field.shape == "country":
            codes = sorted(self.visit.node.view.countries)
            return [(code, str(self.country(code))) for code in codes if code != self.visit.node.country]
        if field.shape == "code" and field.name in open_lists():
            return self.pairs(open_lists()[field.name], field.name)
        return None


class Templates:
    """The templates of the desk, with one operator's settings."""

    def __init__(self, settings: DeskSettings = NO_SETTINGS) -> None:
        self.settings = settings
        self._env = _environment()
        self.press = Press()

    def page(self, visit: "Visit", template: str, facts: Mapping[str, Any]) -> str:
        """The whole page as text."""
        return str(self.part(visit, template, facts))

    def part(self, visit: "Visit", template: str, facts: Mapping[str, Any]) -> Markup:
        """The same, to be put into another page."""
        x = Helpers(visit, facts)
        text = self._env.get_template(template).render(
            {
                "x": x,
                **{
                    name: getattr(x, name)
                    for name in ("_", "count", "word", "when", "day", "country", "language", "now")
                },
                "speech": visit.speech,
                "pseudonym": pseudonym,
                "discloses": may_carry_fields,
                "acts": ACTS,
                "languages": [(code, own_name(code)) for code in LANGUAGES],
                "me": visit.signed_in.actor if visit.signed_in else None,
                "here": visit.here,
                "csrf": visit.csrf,
                "own_country": visit.node.country,
                "is_training": visit.node.training,
                "is_demo": visit.node.country[0] == "X" and visit.node.country != "XK",
                "static": hashed,
                "settings": self.settings,
                "office_contact": _contact(visit),
                "banners": banners(visit.node),
                "manages": _manages(visit),
                "idle_s": visit.staff.limits.idle_s,
                "names_shut": x.names_shut,
                "with_query": visit.with_query,
                "error": None,
                "was_undone": visit.query.get("back") == "1",
                "paper_css": _paper_css,
                **facts,
            }
        )
        return Markup(text)  # noqa: S704 - made by a template that escapes


@cache
def _environment() -> Environment:
    """The templates as they lie in the package, each compiled once in a process; nobody adds to it afterwards."""
    env = Environment(
        loader=PackageLoader("node.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    env.filters |= {"ref": left_to_right, "short": short, "own_way": own_way, "command": command}
    return env


def template_named(name: str) -> Template:
    """A template without a visit behind it, for pages where no desk is there yet."""
    return _environment().get_template(name)


def _paper_css() -> Markup:
    """The style sheet of papers, for a page that stands alone."""
    return Markup(content("paper.css").decode("utf-8"))  # noqa: S704 - a file of ours


def _manages(visit: "Visit") -> bool:
    """False for an operator on the listener that everybody reaches, where administration is not served to them."""
    is_operator = visit.signed_in is not None and visit.signed_in.actor.role == "operator"
    return visit.administration.serves_operators or not is_operator


def _contact(visit: "Visit") -> str:
    own = visit.node.view.country(visit.node.country)
    return "" if own is None else own.record.authority.contact


def _names_shut(visit: "Visit") -> bool:
    """True for somebody who would read names, had they typed their password since."""
    if visit.signed_in is None:
        return False
    return visit.actor.office is None and visit.actor.role in READS_NAMES


def command(text: str) -> Markup:
    """A command whose options stay whole where a line ends: a `--` alone would be read as one."""
    return Markup(" ").join(OPTION.format(one) if one.startswith("-") else escape(one) for one in text.split(" "))


def left_to_right(text: object) -> Markup:
    """A reference, number or time that keeps its order inside right-to-left text."""
    return LTR + str(text) + END_LTR


def own_way(text: str) -> Markup:
    """What somebody typed, in the direction of its first letter; without one, a number, left-to-right.

    A browser finds that out by itself, a press does not: a telephone number came out of it backwards.
    """
    strong = next((kind for one in text if (kind := bidirectional(one)) in ("L", "R", "AL")), "L")
    return Markup('<bdi dir="{}">{}</bdi>').format("ltr" if strong == "L" else "rtl", text)


def short(reference: str) -> Markup:
    """The first eight characters of a reference: enough to say it on the telephone."""
    return left_to_right(reference[:8])
