"""What `trm-node setup` asks before it makes a node: one row a question, each answer judged as it is typed.

The answers stand in a file beside the configuration until the node is made, so that nothing is typed twice; no secret
is among them. Source: issue 4, operator; interface O1.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from node.errors import BadInput, OpenTRMError
from node.init_checks import MAX_TEXT
from node.init_options import InitOptions
from registry.admission import is_plain_url
from registry.roots import maintainers_of, parse_metadata
from registry.tuftypes import Root

Answers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One question; `check` raises BadInput for an answer that cannot be used. `default` may name another answer."""

    name: str
    asks: str
    default: str
    check: Callable[[str], object]


def _country(text: str) -> None:
    if not re.fullmatch(r"[A-Z]{2}", text):
        raise BadInput("no code of a country; write two capital letters")


def _words(text: str) -> None:
    if not 0 < len(text.strip()) <= len(text) <= MAX_TEXT:
        raise BadInput(f"empty, or over {MAX_TEXT} characters")


def _url(text: str) -> None:
    if not is_plain_url(text):
        raise BadInput("no plain http(s) address; write it like https://trm.office.example")


def _urls(text: str) -> None:
    for one in text.split() or [""]:
        _url(one)


def _zone(text: str) -> None:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("no time zone that this machine knows; write it like Europe/Chisinau") from None


def _root(text: str) -> None:
    try:
        maintainers_of(parse_metadata(Path(text).read_bytes(), Root).signed)
    except OSError:
        raise BadInput("no such file, or it cannot be read") from None
    except OpenTRMError as error:
        raise BadInput(f"no root of a registry: {error.message}") from None


def _kind(text: str) -> None:
    if text not in ("state", "civil_society"):
        raise BadInput("write state or civil_society")


def _unlock(text: str) -> None:
    if text not in ("key-file", "passphrase"):
        raise BadInput("write key-file or passphrase")


def _listen(text: str) -> None:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not 0 <= int(port) < 65_536:
        raise BadInput("no address and port; write it like 127.0.0.1:8700")


QUESTIONS: tuple[Question, ...] = (
    #        name, what is asked, what is proposed, what judges it
    Question("country", "Code of your country, two letters; it can never be changed", "", _country),
    Question("authority", "Name of the office that answers for this node; public", "", _words),
    Question("contact", "Public contact of its desk: a role, never a person", "", _words),
    Question(
        "out_of_hours",
        "Telephone number that is answered at night and on holidays, of a role; public",
        "=contact",
        _words,
    ),
    Question("url", "Address where other countries reach this node", "", _url),
    Question("holder", "Organisation whose people read names here; public", "=authority", _words),
    Question("holder_kind", "Is that organisation of the state or of civil society", "civil_society", _kind),
    Question("time_zone", "Time zone of your working days", "UTC", _zone),
    Question("mirrors", "Addresses of the registry's mirrors, with blanks between", "", _urls),
    Question("root", "File with the registry's root, as the maintainers gave it to you", "root.json", _root),
    Question("listen", "Address and port to listen on, behind your reverse proxy", "127.0.0.1:8700", _listen),
    Question("data", "Folder for keys and database; it is made", "data", _words),
    Question(
        "unlock", "What opens the node at its start: key-file (no hand needed) or passphrase", "key-file", _unlock
    ),
    Question("key_file", "Where the key file goes; keep it away from the data folder", "node.key", _words),
    Question("login", "Sign-in name of the first coordinator", "coordinator", _words),
    Question("sheets", "Folder for the three recovery sheets, until they are printed", "sheets", _words),
)
NAMES = frozenset(one.name for one in QUESTIONS)


def asked(answers: Mapping[str, str]) -> list[Question]:
    """The questions that still have no answer; a passphrase needs no key file."""
    left = [one for one in QUESTIONS if one.name not in answers]
    return [one for one in left if not (one.name == "key_file" and answers.get("unlock") == "passphrase")]


def default_of(question: Question, answers: Mapping[str, str]) -> str:
    """What is proposed as the answer."""
    return answers.get(question.default[1:], "") if question.default.startswith("=") else question.default


def read_answers(path: Path) -> Answers:
    """The answers in a file, each judged; BadInput names the first that cannot be used. {} where there is no file."""
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        raise BadInput(f"{path.name} is no JSON; mend it or remove it") from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise BadInput(f"{path.name} does not hold one text for each answer; mend it or remove it")
    if unknown := sorted(found.keys() - NAMES):
        raise BadInput(f"{path.name} answers what is not asked: {unknown[0]}; remove it", field=unknown[0])
    for one in QUESTIONS:
        if one.name in found:
            _judge(one, found[one.name], path.name)
    return found


def options_of(answers: Mapping[str, str], passphrase_file: Path | None, password_file: Path | None) -> InitOptions:
    """What `init` is told by these answers."""
    is_locked = answers["unlock"] == "passphrase"
    return InitOptions(
        country=answers["country"],
        url=answers["url"],
        authority=answers["authority"],
        contact=answers["contact"],
        out_of_hours=answers["out_of_hours"],
        holder=answers["holder"],
        holder_kind=answers["holder_kind"],
        time_zone=answers["time_zone"],
        mirrors=tuple(answers["mirrors"].split()),
        root=Path(answers["root"]),
        holidays=(),
        data=Path(answers["data"]),
        listen=answers["listen"],
        metrics_port=int(answers["listen"].rpartition(":")[2]) + 1,
        passphrase_file=passphrase_file,
        key_file=None if is_locked else Path(answers["key_file"]),
        login=answers["login"],
        password_file=password_file,
        sheets=Path(answers["sheets"]),
        clock_file=None,
        fast_kdf=False,
    )


def _judge(question: Question, text: str, where: str) -> None:
    try:
        question.check(text)
    except BadInput as error:
        raise BadInput(f"{where}, {question.name}: {error.message}", field=question.name) from None
