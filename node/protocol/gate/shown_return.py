"""What letters of a return and of a transit show by themselves: row 13 on their content, for both sides.

The facts of the thread (both risks, decisions, documents, consent on the day) are judged with the tables, by
`return_gates`; here is what stands in one letter. Source: domain 5.7; R09, R12, R16, R17, R23, R29;
practice H12, H17, H26.
"""

import re
from collections.abc import Iterator

from node.protocol.gate.detention import shown_detained
from node.protocol.gate.facts import ThreadFacts, purpose_gone
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_return import (
    AssertionBody,
    FamilyRequestBody,
    ReturnRequestBody,
    RiskRequestBody,
    RiskResultBody,
    TravelPlanBody,
)
from node.protocol.letters.bodies_way import DepartureBody, TransitArrangeBody
from node.protocol.letters.codes import reason_of
from node.protocol.letters.frame import Letter
from node.protocol.rules import Objection

_REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")


def about_returns(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """Objections to what these letters say; nothing for letters of other matters."""
    body = letter.body
    if shown_detained(letter, shared.way):
        yield _detained()
    if isinstance(body, AssertionBody | TravelPlanBody | TransitArrangeBody):
        yield from _everybody(letter, shared)
    match body:
        case ReturnRequestBody():
            yield from _wish(body)
        case RiskRequestBody():
            yield from region_only(body.region)
        case RiskResultBody():
            yield from _rows(letter, body, shared)
        case FamilyRequestBody():
            yield from _family(letter, body, shared)
        case AssertionBody():
            yield from _agreement(body)
        case TravelPlanBody() if not body.safeguards_met:
            yield _no("R09", "the sender does not vouch for its own gates", "clear them, and write the plan again")
        case DepartureBody() if body.outcome == "departed":
            yield from _still_wished(letter, shared)


def region_only(region: str | None) -> Iterator[Objection]:
    """R29: no place finer than a region of ISO 3166-2."""
    if region is not None and not _REGION.fullmatch(region):
        yield _no("R29", "the region is finer than a region", "name a region of ISO 3166-2 or none")


def _wish(body: ReturnRequestBody) -> Iterator[Objection]:
    if not body.spoken_to_alone:
        yield _no("H17", "she was not spoken to alone", "speak with her alone, with her advocate, and ask again")
    if not body.at_liberty:
        yield _no("R17", "she is detained", "arrange her release first, and ask her again 48 hours after it")
    if not body.alternatives_explained:
        yield _no("R23", "nobody explained to her what else there is", "explain staying first, then ask her again")


def _agreement(body: AssertionBody) -> Iterator[Objection]:
    """R23, H17: she agreed alone, to the plan after she had seen what both countries think of the risk."""
    if body.about == "plan" and not body.results_shown:
        yield _no("R23", "she was asked before she saw the results", "show her the assessments, and ask again")
    if not body.spoken_to_alone:
        yield _no("H17", "she was not spoken to alone", "speak with her alone, and ask again")


def _everybody(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """H26: what moves her moves everybody of the thread, each with a consent; nobody drops out of a count."""
    if not {entry.token for entry in shared.entries} <= {entry.token for entry in letter.consent}:
        yield _no("H26", "a person of the thread has no consent here", "state one for each, or end this thread")


def _rows(letter: Letter[Body], body: RiskResultBody, shared: ThreadFacts) -> Iterator[Objection]:
    """H26: every person has a risk of her own."""
    known = {entry.token for entry in (*shared.entries, *letter.consent)}
    if known and {row.person for row in body.rows} != known:
        yield _no("H26", "the risk is not told for each person", "write at least one row for each person")


def _family(letter: Letter[Body], body: FamilyRequestBody, shared: ThreadFacts) -> Iterator[Objection]:
    # 1. she said no
    if "no_contact_family" in letter.handling:
        yield _no("R15", "her family must not be contacted", "do not ask for it")
    # 2. a child, also one told of as an adult since: only after a decision on tracing
    children = (entry.treated_as_child or shared.once.of(entry.token).as_child for entry in letter.consent)
    if any(children) and not body.best_interests_date:
        yield _no("H12", "no best-interests decision on tracing", "have it decided first")
    # 3. contact is a consent of its own (its purpose is judged as for any letter), and so is looking for them
    if "find" in body.steps and not all("family_tracing" in entry.purposes for entry in letter.consent):
        yield _no("R01", "her consent does not cover looking for family", "ask her, or leave that step out")
    # 4. of trafficking the family hears nothing, unless she wants it
    if body.told == "what_she_agreed" and not all("exploitation" in entry.categories for entry in letter.consent):
        yield _no("R16", "the family would hear of trafficking", "tell them nothing of it, or ask her")


def _still_wished(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """R20, R07: nobody leaves for a country after she took back what she had agreed to; whoever was sent all the same
    is told of by an alert.
    """
    known = [gone for gone in shared.withdrawn if gone.known_to(letter.sender_role, letter.n, letter.seen)]
    stated = {entry.token for entry in shared.entries}
    if any(purpose_gone(gone, "travel", frozenset()) and (gone.token in stated or not stated) for gone in known):
        yield _no("R20", "she took back that she travels", "halt the return; whoever is on the way gets an alert")


def _detained() -> Objection:
    why = "she was told of as detained, and nothing was said of her since"
    then = "arrange her release; ask her again 48 hours after it, and have that told first"
    return Objection("H25", why, then, effect="hold", reason=reason_of("H25"))


def _no(rule: str, sentence: str, next_step: str) -> Objection:
    return Objection(rule, sentence, next_step, effect="cancel", reason=reason_of(rule))
