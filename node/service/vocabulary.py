"""Every code that a person may read on a page, from the lists that give it, so that each has a word in every language.

Fields of letters that only nodes write are left out: nobody reads them. Source: issue 4, languages.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any, Final, get_args

from node.protocol.gate.desk import OpeningReason
from node.protocol.gate.facts import ActorRole
from node.protocol.gate.ten_gates import Turn
from node.protocol.letters.fields import FIELDS
from node.protocol.letters.kinds import KINDS, LETTER
from node.protocol.matters import MATTERS
from node.service.cases.consents import NewConsent
from node.service.cases.looks import LOOKS
from node.service.cases.requests import AnyChange, NewPerson
from node.service.information.answers import AnyAnswer
from node.service.returns.alarms import WritePlace
from node.service.returns.halting import HaltReturn
from node.service.rights.breach import ReportBreach
from node.service.rights.cards import RecordCall, TakePaper
from node.service.rights.complaints import AnswerComplaint
from node.service.safety.concerns import RaiseConcern
from node.service.safety.off_network import RecordContact
from node.service.safety.requests import Acknowledge, RaiseAlert, Review, SendMedical, StandDown, UpdateAlert
from node.service.threads.commands import OpenReferral
from node.service.threads.forms import FormField, fields_of, form_of, open_lists

FORMS: Final[tuple[Any, ...]] = (
    *(NewPerson, NewConsent, OpenReferral, *get_args(AnyChange)),
    *(RaiseAlert, SendMedical, Acknowledge, UpdateAlert, StandDown, Review, RecordContact, RaiseConcern),
    *(HaltReturn, WritePlace, ReportBreach, AnswerComplaint, TakePaper, RecordCall, *get_args(AnyAnswer)),
)


@cache
def letters() -> tuple[str, ...]:
    """Every kind of letter, those of the nodes too: they stand in lists."""
    return tuple(sorted(KINDS))


@cache
def acts() -> tuple[str, ...]:
    """Every kind of letter that a person writes, as what she does."""
    return tuple(sorted(name for name, row in KINDS.items() if row.letter_class == LETTER))


@cache
def changes() -> tuple[str, ...]:
    """Every change of a case, by its name."""
    return tuple(sorted(one.__struct_config__.tag for one in get_args(AnyChange)))


@cache
def states() -> tuple[str, ...]:
    """Every state of every matter."""
    return tuple(sorted({state for matter in MATTERS.values() for state in matter.words}))


@cache
def fields_and_choices() -> tuple[str, ...]:
    """Every field and every choice of every form."""
    found = {field.name for field in FIELDS} | {code for several in open_lists().values() for code in several}
    for kind in acts():
        found |= _codes(form_of(kind))
    for form in FORMS:
        found |= _codes(fields_of(form))
    return tuple(sorted(found))


@cache
def of_the_desk() -> tuple[str, ...]:
    """What stands beside letters and cases: roles, whose turn it is, who looked and why."""
    lists = (get_args(ActorRole), get_args(Turn), get_args(OpeningReason), LOOKS)
    return tuple(sorted({code for several in lists for code in several}))


def _codes(fields: Iterable[FormField]) -> set[str]:
    found: set[str] = set()
    for one in fields:
        found |= {one.name, *one.choices} | _codes(one.fields)
    return found
