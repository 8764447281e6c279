"""What leaves on paper, as a file or by hand: it names the country it goes to, and meets the same rules as a letter.

The rules are those of `guards`, on what is not a letter: her sheet, her card, a proof about a thread, a file of a case.
A carried letter is a letter: `gate.at_release` judges it whichever way it travels.
Source: H15; R01, R10, R39; H03, H04, H05, H08, H14, H17.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from node.protocol.cases.case import (
    Case,
    Person,
    asked_to_be_unknown_to,
    asylum_blocks,
    countries_unknown,
    distrusted,
    lifted_since,
    person_of,
)
from node.protocol.cases.safeguards import and_parents
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.context import are_two, cancel, hold
from node.protocol.gate.facts import AfterRestore, RecipientFacts
from node.protocol.gate.ten_gates import ONLY_SHE
from node.protocol.gate.way_stopped import contact_waits
from node.protocol.letters.codes import Level, Purpose
from node.protocol.rules import Objection, precedence

What = Literal["card", "sheet", "journey_card", "consent_page", "release_paper", "evidence", "silence", "file"]
RestsOn = Literal["nothing of hers is inside", "she takes it with her", "her consent"]


@dataclass(frozen=True, slots=True)
class Carried:
    """What one kind of thing carries at most, and what it rests on."""

    levels: tuple[Level, ...]
    rests_on: RestsOn


CARRIED: Final[dict[What, Carried]] = {
    "card": Carried((), "she takes it with her"),  # a number and a code, no word of what they are for (H18)
    "sheet": Carried(("L1", "L2"), "she takes it with her"),  # who holds what, in codes
    "journey_card": Carried(("L3",), "she takes it with her"),  # who meets her, where and when; no name of hers
    "consent_page": Carried((), "she takes it with her"),  # what is read to her and what she allows, to be signed
    "release_paper": Carried((), "nothing of hers is inside"),  # for the authority that detains her; her name by hand
    "evidence": Carried((), "nothing of hers is inside"),  # who wrote to whom, and when
    "silence": Carried((), "nothing of hers is inside"),
    "file": Carried(("L1", "L2", "L3", "L4"), "her consent"),
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """Something that is about to leave, or to be handed to somebody who stays: `to` is a country, perhaps our own.

    `persons` are those it is about; `tells_since` is the age of the oldest thing it tells (UTC seconds); `levels` what
    is really inside a file, of what such a file may hold; `purpose` what her consent must be for.
    """

    what: What
    to: str
    persons: tuple[str, ...]
    tells_since: int
    levels: tuple[Level, ...] = ()
    purpose: Purpose | None = None


def may_leave(
    case: Case,
    consents: Sequence[ConsentRecord],
    leaving: Leaving,
    recipient: RecipientFacts,
    own_country: str,
    now: int,
    restored: AfterRestore = "no",
) -> list[Objection]:
    """H15: every objection to something that leaves by any way but the post, the strongest first; [] when it may.

    What stays in our own country meets only what holds everywhere. Reads only; `now` is UTC seconds.
    """
    persons = tuple(person for one in leaving.persons if (person := person_of(case, one)) is not None)
    found = list(_of_everything(case, persons, leaving, restored))
    if leaving.to != own_country:
        found += _abroad(case, consents, leaving, persons, recipient, now)
    return sorted(found, key=precedence)


def _of_everything(
    case: Case, persons: tuple[Person, ...], leaving: Leaving, restored: AfterRestore
) -> Iterator[Objection]:
    if len(persons) < len(leaving.persons):
        yield cancel("H26", "a person is not of this case", "choose persons of the case")
    if restored == "unanswered":
        yield hold("H08", "this node was restored from a backup", "two people answer for this case first")
    hers = CARRIED[leaving.what].rests_on != "nothing of hers is inside"
    # H17: who presses her would find it on her, or made her agree to it
    if hers and any(person.coercion_suspected for person in persons):
        yield Objection("H17", "this waits", "speak with the coordinator", effect="hold", discreet=True)


def _abroad(
    case: Case,
    consents: Sequence[ConsentRecord],
    leaving: Leaving,
    persons: tuple[Person, ...],
    recipient: RecipientFacts,
    now: int,
) -> Iterator[Objection]:
    # 1. R10, H03, H31, H05: the countries that must not hear of her, for everybody it tells of
    yield from _closed(and_parents(case, persons), leaving, now)
    if case.first_intake is None:
        yield hold("H05", "nobody asked who must never hear of her", "ask her first; it is the first intake question")
    # 2. R39: a country outside the network was left on purpose; one that was never in it may still hold a court
    if recipient.status in ("suspended", "revoked"):
        yield hold("R39", "this country is suspended in the registry", "phone the maintainers first")
    # 3. H14: it sees nothing
    if are_two(recipient.distrusted_by) or distrusted(case, "country", leaving.to):
        yield hold("H14", "two people recorded distrust of this country", "choose another way with her")
    # 4. R01: what tells of her rests on her consent for this country, these levels, this purpose
    if CARRIED[leaving.what].rests_on == "her consent":
        yield from _consent(consents, leaving, persons, now)
        waits = contact_waits(case, persons, leaving.to)  # H04: a file is contact; what she takes with her is hers
        if waits is not None:
            yield waits
    elif not set(leaving.levels) <= set(CARRIED[leaving.what].levels):
        yield cancel("R01", "more is inside than this may carry", "leave it out")


def _closed(persons: Sequence[Person], leaving: Leaving, now: int) -> Iterator[Objection]:
    for person in persons:
        since = lifted_since(person, leaving.to, now)
        if asylum_blocks(person, leaving.to, now):
            yield cancel("R10", CLOSED, ONLY_SHE)
        elif countries_unknown(person):
            yield hold("R10", "the countries she comes from are not recorded", "ask her, and record them first")
        elif since is not None and leaving.tells_since < since:
            yield cancel("H03", CLOSED, ONLY_SHE)  # the lift is for what begins after it
        if asked_to_be_unknown_to(person, leaving.to):
            yield cancel("H05", CLOSED, ONLY_SHE)


def _consent(
    consents: Sequence[ConsentRecord], leaving: Leaving, persons: tuple[Person, ...], now: int
) -> Iterator[Objection]:
    for person in persons:
        hers = [one for one in consents if one.person_id == person.person_id]
        if not any(_covers(one, leaving) and not faults(one, person, now) for one in hers):
            yield hold("R01", "her consent does not cover this country and what is inside", "ask her, or leave it out")


def _covers(record: ConsentRecord, leaving: Leaving) -> bool:
    to_there = any(to.country == leaving.to for to in record.recipients)
    return to_there and leaving.purpose in record.purposes and set(leaving.levels) <= set(record.levels)


CLOSED: Final = "nothing about her goes to this country"
