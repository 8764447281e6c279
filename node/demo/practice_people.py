"""Who practises: a file that lasts, with a line for each person, so that the same password opens every new day.

The first day writes it with a coordinator and a caseworker in two countries; an operator adds people with the command.
Only its owner reads it. Source: interface C16.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from node.demo.network import new_password
from node.errors import BadInput

Role = Literal["coordinator", "caseworker", "auditor", "operator"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
OURS, PARTNER = "XD", "XA"
LOGIN: Final = re.compile(r"[a-z][a-z0-9.-]{1,31}")
HEAD: Final = (
    "# country login role password: who practises here; the passwords last, everything else begins anew each night\n"
)


@dataclass(frozen=True)
class Practising:
    """One person of an invented country."""

    country: str
    login: str
    role: Role
    password: str

    @property
    def is_made_with_the_country(self) -> bool:
        """Whether the country has this person from its first moment on."""
        return self.login in ("coordinator", "caseworker")


def read_people(path: Path) -> list[Practising]:
    """Everybody of the file, which is made where there is none. BadInput for a line that is none of ours."""
    if not path.exists():
        first: tuple[Role, Role] = ("coordinator", "caseworker")
        write_people(path, [Practising(at, one, one, new_password()) for at in (OURS, PARTNER) for one in first])
    lines = [one.split() for one in path.read_text("utf-8").splitlines() if one.strip() and not one.startswith("#")]
    return [_read(words) for words in lines]


def add_person(path: Path, country: str, login: str, role: Role) -> Practising:
    """One more line, with a password of its own. BadInput for a name that is taken or is none."""
    people = read_people(path)
    if not LOGIN.fullmatch(login):
        raise BadInput("a sign-in name has 2 to 32 small letters, digits, dots or dashes; choose another")
    if any((one.country, one.login) == (country, login) for one in people):
        raise BadInput("somebody there has this sign-in name; choose another")
    fresh = Practising(country, login, role, new_password())
    write_people(path, [*people, fresh])
    return fresh


def write_people(path: Path, people: Sequence[Practising]) -> None:
    """The whole file at once, so that nobody ever reads half of it."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    beside.touch(mode=0o600)
    lines = [f"{one.country} {one.login} {one.role} {one.password}\n" for one in people]
    beside.write_text(HEAD + "".join(lines), "utf-8")
    os.replace(beside, path)


def _read(words: list[str]) -> Practising:
    role = next((one for one in ROLES if words[2:3] == [one]), None)
    if len(words) != 4 or role is None or words[0] not in (OURS, PARTNER):
        raise BadInput("a line of the file of people is no country, login, role and password; put it right")
    return Practising(words[0], words[1], role, words[3])
