"""What a safety letter itself shows: that it says no more than the danger needs, and rests on nothing but that.

Asked on arrival, whatever the state of the thread; the sender's gate asks the same. A letter that breaks one of these
is refused, so that its sender's people read at once what to leave out. Source: R02, R29; practice H05, H20, H22, H35.
"""

import re
from collections.abc import Iterator, Sequence

from node.protocol.gate.facts import OfficeKeyFacts, ThreadFacts
from node.protocol.gate.shown_frame import missing_marks
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AlertBody, MedicalBody, SafetyUpdateBody
from node.protocol.letters.codes import reason_of
from node.protocol.letters.codes_safety import ALERT_FIELDS, MEDICAL_FIELDS, NAME_FIELDS
from node.protocol.letters.fields import BY_NAME
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def objections(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """Every objection to the content of a safety letter, in a fixed order."""
    yield from _frame(letter)
    body = letter.body
    if isinstance(body, AlertBody):
        yield from _alert(letter, body, shared)
    elif isinstance(body, MedicalBody):
        yield from _medical(letter, body, shared)
    elif letter.disclosed or letter.sealed_identity is not None:
        yield _no("R02", "only an alert may carry a field about her", "send the words alone")
    if isinstance(body, AlertBody | SafetyUpdateBody) and body.region is not None and not REGION.fullmatch(body.region):
        yield _no("R29", "the region is finer than a region", "name a region of ISO 3166-2 or none")


def to_civil_society(letter: Letter[Body], offices: Sequence[OfficeKeyFacts]) -> Objection | None:
    """H35: what an alert about another person seals goes to an office of civil society, free of police powers.

    `offices` are the recipient's, as its own public record lists them: both countries read the same record.
    """
    if not isinstance(letter.body, AlertBody) or letter.body.about != "another_person":
        return None
    kid = letter.sealed_identity.office_kid if letter.sealed_identity else None
    holder = next((one for one in offices if one.kid == kid), None)
    if holder is None or holder.kind != "civil_society" or holder.police_powers:
        return _no(
            "H35", "another person's alert is not sealed to a civil-society office", "choose such an office there"
        )
    return None


def _frame(letter: Letter[Body]) -> Iterator[Objection]:
    # 1. it stands on the danger alone: nothing she allowed for something else rides along
    if letter.consent or letter.lawful_basis != "vital_interests":
        yield _no("R02", "a safety letter rests on the danger and on nothing else", "leave consent out of it")
    # 2. nothing beside the sealed fields
    if letter.attachments:
        yield _no("R02", "a safety letter carries no attachment", "send papers under her consent")
    # 3. no thread leads from one person to another
    if letter.relates_to is not None:
        yield _no("H35", "a safety letter names another thread", "leave it out")
    # 4. urgent runs in clock hours
    if letter.urgency not in ("urgent", "life_threat"):
        yield _no("H22", "a danger is not urgent here", "danger is urgent or life_threat")
    # 5. the marks of every letter about her
    yield from missing_marks(letter)


def _alert(letter: Letter[Body], body: AlertBody, shared: ThreadFacts) -> Iterator[Objection]:
    # 1. whom it is about: the persons of the thread it rides on, and nobody else
    known = known_tokens(shared)
    if known and not set(body.who) <= known:
        yield _no("H35", "an alert about somebody who is not of this thread", "open a thread of that person's own")
    if len(set(body.who)) != len(body.who):
        yield _no("R26", "two persons share a token", "draw a new token for each person")
    if body.about == "another_person":
        yield from _of_another(letter, body, known)
    # 2. what it seals
    yield from _sealed(letter, set(body.who), ALERT_FIELDS, "R02")
    # 3. names only with the reason why they are needed
    names = any(item.field in NAME_FIELDS for item in letter.disclosed)
    if names != bool(body.names_needed):
        yield _no(
            "R02", "a name without the reason why it is needed, or a reason without a name", "say why, or leave out"
        )


def _of_another(letter: Letter[Body], body: AlertBody, known: frozenset[str]) -> Iterator[Objection]:
    if known or len(body.who) != 1:
        yield _no("H35", "an alert about another person is a thread of that person's own", "open one for that person")
    if letter.sealed_identity is None:
        yield _no("H35", "nothing is sealed to the office that should help", "seal a contact to a civil-society office")


def _medical(letter: Letter[Body], body: MedicalBody, shared: ThreadFacts) -> Iterator[Objection]:
    known = known_tokens(shared)
    if known and body.who not in known:
        yield _no("H26", "medical facts about somebody who is not of this thread", "send them on her own thread")
    if not letter.disclosed:
        yield _no("H20", "medical facts without any fact", "name the fields that are sealed")
    yield from _sealed(letter, {body.who}, MEDICAL_FIELDS, "H20")


def _sealed(letter: Letter[Body], who: set[str], allowed: frozenset[str], rule: str) -> Iterator[Objection]:
    if bool(letter.disclosed) != (letter.sealed_identity is not None):
        yield _no(rule, "what is sealed is not what is named", "name every field that is inside")
    for item in letter.disclosed:
        known = BY_NAME.get(item.field)
        if item.field not in allowed or known is None or known.level != item.level:
            yield _no(rule, "a field that a safety letter may not carry", "leave it out")
        elif item.person not in who:
            yield _no("H26", "a field about somebody the letter does not name", "leave it out")


def known_tokens(shared: ThreadFacts) -> frozenset[str]:
    """The persons this thread is about, by token: stated, taken back, or named by an alert. Empty: nothing is known."""
    stated = {entry.token for entry in shared.entries} | {gone.token for gone in shared.withdrawn}
    return frozenset(stated | set(shared.alerted))


def _no(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="cancel", reason=reason_of(rule))
