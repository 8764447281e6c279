"""Guards of our side about questions to other countries: advised first, to whom she chose, answered by people.

Source: R11, R15, R27, R40; practice H12, H31.
"""

from collections.abc import Iterator

from node.protocol.gate.context import Context, cancel, hold, used
from node.protocol.gate.facts import DECIDING_ROLES
from node.protocol.letters.bodies_information import AskAnswerBody, AskBody
from node.protocol.letters.codes_information import NEUTRAL
from node.protocol.rules import Objection


def consulate(c: Context) -> Iterator[Objection]:
    """R11: a consulate is asked only where a record of hers, for this alone, names one, and none excludes it."""
    body = c.draft.letter.body
    if not isinstance(body, AskBody) or not body.consular:
        return
    here = [record for record in c.consents if used(c, record)]
    named = [
        record
        for record in here
        if any(to.organisation_type == "embassy" and to.country == c.recipient.country for to in record.recipients)
    ]
    if not named or any("embassy" in record.excluded for record in here):
        yield hold("R11", "she did not ask for the consulate", "leave it out, or record that she wants it asked")


def answered_by_a_person(c: Context) -> Iterator[Objection]:
    """R40: a machine sends the neutral answer only, which decides nothing; every other answer is a person's."""
    body = c.draft.letter.body
    if isinstance(body, AskAnswerBody) and body.answer != NEUTRAL and c.draft.actor_role not in DECIDING_ROLES:
        yield cancel("R40", "no person with the role to decide stands behind this", "a caseworker has to answer")
