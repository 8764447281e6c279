"""Changes of a case that need more than the case: her earlier refusals, and what people must do next.

Source: practice H10, H26, H30; R40.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from node.protocol.cases.changes import AuditLine, Changed
from node.protocol.cases.changes_life import note_refused
from node.protocol.cases.life_events import Refused
from node.protocol.consent.record import ConsentRecord
from node.service.cases import requests as asks
from node.service.cases import requests_life as lives
from node.service.cases import requests_people as people
from node.service.cases.acts import CHANGES
from node.service.cases.change import Change
from node.service.context import Node
from node.service.threads.book import Book, OpenCase
from node.store.work import Work

# What a case system may not ask for, though one person may: a named person decides (R40).
PEOPLE_DECIDE: Final = (
    asks.CheckGuardian,
    people.DecideBestInterests,
    people.DecideTracing,
    people.DecideNoContact,
    people.CheckCustody,
    lives.RecordIncapacity,
    lives.GroupWish,
)
# What the audit says of a change, and what a person must do because of it.
NEXT: Final[Mapping[str, str]] = {
    "guardians_to_check": "child_protection_needed",
    "birth_recorded": "register_the_birth",
    "death_recorded": "letters_are_frozen",
    "incapacity_recorded": "find_a_representative",
    "incapacity_for_now": "ask_her_when_she_can_decide",
    "family_suspected": "plan_without_family",
}


def make_change(book: Book, case: OpenCase, change: Change, by: tuple[str, ...], now: int) -> Changed:
    """The change as its row makes it; with a loss of capacity goes what she had taken back before (H30)."""
    made = CHANGES[type(change)].make(case.case, change, by, now)
    if isinstance(change, lives.RecordIncapacity):
        refused = refused_before(book.consents(case), change.person_id)
        return Changed(note_refused(made.case, change.person_id, refused), made.audit)
    return made


def refused_before(records: Iterable[ConsentRecord], person_id: str) -> tuple[Refused, ...]:
    """What this person took back herself, country by country. Source: H30."""
    own = [one for one in records if one.person_id == person_id and one.given_by == "self" and one.withdrawn_purposes]
    return tuple(Refused(to.country, one.withdrawn_purposes) for one in own for to in one.recipients)


def what_follows(node: Node, work: Work, case: OpenCase, audit: Iterable[AuditLine], now: int) -> None:
    """The tasks that a change brings; a copied disk shows only that there is one."""
    for line in audit:
        if line.event in NEXT:
            work.tasks.add(NEXT[line.event], now, case_id=case.id)
