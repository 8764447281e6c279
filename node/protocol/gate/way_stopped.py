"""Guard of our side after a country on the way said stop: no contact with the country she would return to meanwhile.

She may have asked for protection there, and the stop never says. So whatever else tells that country of her waits until
a person decided, on whichever thread and whichever plan: not only the return, but an offer, a question, an answer, a
file. `GOES` is what goes all the same: what is hers by right, what ends something, and danger, which has rules of its
own. Source: practice H04; H01, H02, R02, R20, R27.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from node.protocol.cases.case import Case, Person
from node.protocol.cases.safeguards import and_parents
from node.protocol.gate.context import Context, hold
from node.protocol.gate.facts import NEVER_REFUSED
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import AskAnswerBody
from node.protocol.letters.codes_information import NEUTRAL
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

GOES: Final[frozenset[str]] = frozenset(
    {
        *NEVER_REFUSED,  # H01, R20, R33: stops, what she takes back, what she wants erased and that it was
        "transit.cancel",  # ends a passage, and says nothing
        "transit.stop",
        "breach.notice",  # what leaked can be met there too; a coordinator decides it, and it tells nothing of the way
        "safety.alert",  # R02, H06: two people stand behind one to that country, which is a decision of persons
        "safety.medical",  # H20: to those who treat her, where she cannot speak
        "safety.update",
        "safety.acknowledged",
        "safety.stand_down",
    }
)


def way_stopped(c: Context) -> Iterator[Objection]:
    """H04: until a person decided, nothing about her goes to the country of a return that was stopped on its way."""
    if c.case is None or _goes(c.draft.letter):
        return
    waits = contact_waits(c.case, c.persons, c.recipient.country)
    if waits is not None:
        yield waits


def contact_waits(case: Case, persons: Sequence[Person], country: str) -> Objection | None:
    """H04: why contact with this country about these persons waits for a decision, or None; nobody named is everybody.

    A plan that was halted or is over holds as well: that it ended decides nothing about the country.
    """
    ids = {person.person_id for person in and_parents(case, tuple(persons))} or {one.person_id for one in case.persons}
    stopped = [plan for plan in case.returns if plan.held_for_transit and plan.country == country]
    if any(row.person_id in ids for plan in stopped for row in plan.persons):
        return hold("H04", "a country on the way stopped this", "decide first whether contact may go on")
    return None


def _goes(letter: Letter[Body]) -> bool:
    """R27: the neutral answer leaves at its own time, for the same reason as for a person nobody knows."""
    if isinstance(letter.body, AskAnswerBody) and letter.body.answer == NEUTRAL:
        return True
    return letter.kind in GOES
