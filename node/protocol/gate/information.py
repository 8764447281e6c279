"""Guards of our side about questions to other countries: asked of whom she chose, answered by people.

A lawyer's look (H31) and family (R15) are asked for by `people`. Source: R11, R27, R40.
"""

from collections.abc import Iterator, Sequence

from node.protocol.cases.case import (
    Case,
    Person,
    asked_to_be_unknown_to,
    asylum_blocks,
    countries_unknown,
    distrusted,
)
from node.protocol.cases.safeguards import is_frozen
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.context import (
    Context,
    asks_a_consulate,
    cancel,
    carries,
    excluded,
    hold,
    names_embassy,
    used,
)
from node.protocol.gate.facts import DECIDING_ROLES
from node.protocol.gate.shown_information import NEUTRAL_ONLY, answered_without_her
from node.protocol.gate.way_stopped import contact_waits
from node.protocol.letters.bodies_information import AskAnswerBody
from node.protocol.letters.codes import Purpose
from node.protocol.letters.codes_information import NEUTRAL
from node.protocol.rules import Objection


def consulate(c: Context) -> Iterator[Objection]:
    """R11: a consulate is asked only where a record of hers, for this alone, names one, and none excludes it."""
    if not asks_a_consulate(c.draft.letter.body):
        return
    named = [one for one in c.consents if used(c, one) and carries(c, one) and names_embassy(c, one)]
    told = {c.draft.persons.get(item.person) for item in c.draft.letter.disclosed}
    whom = told or {one.person_id for one in c.resting}
    all_ask = whom and whom <= {one.person_id for one in named}
    if not all_ask or excluded(c, "embassy", sorted(named, key=lambda one: one.valid_from)):
        yield hold("R11", "she did not ask for the consulate", "leave it out, or record that she wants it asked")


def answered_by_a_person(c: Context) -> Iterator[Objection]:
    """R40: a machine sends the neutral answer only, which decides nothing; every other answer is a person's."""
    body = c.draft.letter.body
    if isinstance(body, AskAnswerBody) and body.answer != NEUTRAL and c.draft.actor_role not in DECIDING_ROLES:
        yield cancel("R40", "no person with the role to decide stands behind this", "a caseworker has to answer")


def answered_while_she_agrees(c: Context) -> Iterator[Objection]:
    """R20, R22: once she took back what she had agreed to there, or it ended, only the neutral answer leaves."""
    body = c.draft.letter.body
    if isinstance(body, AskAnswerBody) and body.answer != NEUTRAL and c.shared.withdrawn:
        yield cancel("R20", "she took her consent to this question back", _ANSWER_NEUTRAL)
    else:
        yield from answered_without_her(c.draft.letter, c.shared, c.now)


def may_be_confirmed(
    case: Case, consents: Sequence[ConsentRecord] | None, asker: str, purpose: Purpose, now: int,
    distrusted_by_all: bool = False,
) -> list[Objection]:  # fmt: skip
    """Why another country may not hear that we know the person of this case; [] when she allows it for this purpose.

    There the answer is then the neutral one, as for somebody unknown. `consents` None: what is said is known from
    elsewhere and does not rest on her consent here. `distrusted_by_all`: two people distrust the asker for everybody.
    Source: R01, R10, R15, R27; H04, H05, H14, H29, H30.
    """
    found: list[Objection] = []
    for person in case.persons:
        # 1. nothing about her goes to this country
        if asylum_blocks(person, asker, now) or countries_unknown(person):
            found.append(hold("R10", _CLOSED, _ANSWER_NEUTRAL))
        elif asked_to_be_unknown_to(person, asker):
            found.append(hold("H05", _CLOSED, _ANSWER_NEUTRAL))
        elif person.coercion_suspected:
            found.append(Objection("H17", "this answer waits", _ANSWER_NEUTRAL, effect="hold", discreet=True))
        elif purpose == "family_tracing" and person.family.suspected:
            found.append(hold("R15", "family may be involved here", _ANSWER_NEUTRAL))
        elif person.disappearance is not None:
            found.append(hold("H29", "nobody knows where she is, and nothing new is told", _ANSWER_NEUTRAL))
        elif is_frozen(person) is not None:
            found.append(hold("H30", "letters about this person are frozen", _ANSWER_NEUTRAL))
        # 2. she allows it: this person, this country, this purpose
        elif consents is not None and not any(_allows(record, person, asker, purpose, now) for record in consents):
            found.append(hold("R01", "no consent of hers allows this answer to that country", _ANSWER_NEUTRAL))
    if (waits := contact_waits(case, case.persons, asker)) is not None:
        found.append(hold(waits.rule, waits.sentence, _ANSWER_NEUTRAL))
    if distrusted_by_all or distrusted(case, "country", asker):
        found.append(hold("H14", "two people recorded distrust of this country", _ANSWER_NEUTRAL))
    return found


def _allows(record: ConsentRecord, person: Person, asker: str, purpose: Purpose, now: int) -> bool:
    names_it = any(to.country == asker for to in record.recipients)
    return (
        names_it
        and record.person_id == person.person_id
        and purpose in record.purposes
        and not faults(record, person, now)
    )


_CLOSED = "nothing about her goes to this country"
_ANSWER_NEUTRAL = NEUTRAL_ONLY
