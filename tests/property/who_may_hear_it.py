"""A plain reading of the pages, written from them and not from the gate: who takes over, who is asked, who answers.

Source: domain 5.3, 5.6, 5.8, 6; practice H10, H17, H26.
"""

from collections.abc import Sequence

from node.protocol.cases.case import Person
from node.protocol.consent.record import ConsentRecord
from node.protocol.gate.facts import ThreadFacts
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_information import AskBody
from node.protocol.letters.frame import Letter
from tests.rules.world import DAY, NOW, THREAD, token_of

# What the other side answers: for which purpose, and whether it tells something new (domain 5.6, 5.7).
PURPOSE_OF = {
    "referral.accept": "enquiry",
    "referral.update": "referral",
    "referral.complete": "referral",
    "return.identity_result": "identity_verification",
    "return.followup": "followup",
}
ASKS_FOR = {
    "identity_nationality": "identity_verification",
    "family_tracing": "family_tracing",
    "prior_identification_as_victim": "enquiry",
}


def may_take_over(made: Letter[Body], person: Person, said: Sequence[ConsentRecord], shared: ThreadFacts) -> list[str]:
    """Why what is disclosed may not reach the organisation that took over."""
    found = []
    levels = tuple(told.level for told in made.disclosed if told.person == token_of(person))
    good = [one for one in _good(said, "referral", levels) if _is_asked(one)]
    since = shared.changed_at
    named = [one for one in good if _names(one, shared) and (since is None or one.valid_from >= since)]
    if not named:
        found.append("she never agreed to this organisation")
    newest = max((one.valid_from for one in named), default=0)
    no = [one for one in _about_xa(said) if "state_bodies" in one.excluded and one.valid_from >= newest]
    if shared.organisation_type == "state" and no:
        found.append("she excluded state bodies")
    return found


def may_be_asked(made: Letter[Body], person: Person, said: Sequence[ConsentRecord]) -> list[str]:
    """Why this question about her may not be asked there."""
    assert isinstance(made.body, AskBody)
    found, levels = [], tuple(told.level for told in made.disclosed)
    good = [one for one in _good(said, ASKS_FOR[made.body.purpose], levels) if _reaches(one, made.body.consular)]
    if not good:
        found.append("she did not allow this to be asked by this way")
    newest = max((one.valid_from for one in good), default=0)
    since = {code for one in _about_xa(said) if one.valid_from >= newest for code in one.excluded}
    if made.body.purpose == "family_tracing" and "family" in since:
        found.append("she said that her family must not be contacted")
    if made.body.consular and "embassy" in since:
        found.append("she said that the consulate must not be asked")
    return found


def may_be_offered(child: Person, one: ConsentRecord) -> list[str]:
    """H10: why a provisional basis does not carry an offer about this child."""
    right = {
        "a guardian speaks for it": child.guardian is None,
        "child protection did not decide": one.given_by == "child_protection",
        "no second person": one.seconded_by not in (None, one.recorded_by),
        "longer than ten days": one.valid_until - one.valid_from <= 10 * DAY,
        "renewed more than once": one.renewals <= 1,
        "not in its time": one.valid_from <= NOW < one.valid_until,
        "more than L1": set(one.levels) == {"L1"},
    }
    return [why for why, holds in right.items() if not holds]


def may_be_answered(
    made: Letter[Body], persons: Sequence[Person], said: Sequence[ConsentRecord], shared: ThreadFacts
) -> list[str]:
    """Why the other country may not be told this, one line a person of the thread."""
    return [one.person_id for one in persons if not _is_answered(made, one, said, shared)]


def _is_answered(made: Letter[Body], person: Person, said: Sequence[ConsentRecord], shared: ThreadFacts) -> bool:
    purpose, token = PURPOSE_OF[made.kind], token_of(person)
    hers = [one for one in said if one.person_id == person.person_id]
    if made.kind == "return.followup":  # where she is now, she is asked anew (5.3)
        return any(purpose in one.purposes for one in _about_xa(hers) if one.valid_from <= NOW < one.valid_until)
    if any(gone.token == token and (purpose in gone.purposes or "L1" in gone.levels) for gone in shared.withdrawn):
        return False
    own = any(one.token == token for one in made.consent)
    by_record = any(purpose in one.purposes and one.withdrawn_at is None for one in _about_xa(hers))
    by_word = any(one.token == token and purpose in one.purposes for one in shared.entries)
    return by_record if own else by_word


def _good(said: Sequence[ConsentRecord], purpose: str, levels: tuple[str, ...]) -> list[ConsentRecord]:
    """The records about XA that allow this now, told there on this thread."""
    return [
        one
        for one in _about_xa(said)
        if one.withdrawn_at is None
        and one.valid_from <= NOW < one.valid_until
        and purpose in one.purposes
        and set(levels) <= set(one.levels)
        and any(told.thread == THREAD for told in one.asserted)
        and one.spoken_to_alone  # L3 is in every record here (H17)
    ]


def _about_xa(said: Sequence[ConsentRecord]) -> list[ConsentRecord]:
    return [one for one in said if any(to.country == "XA" for to in one.recipients)]


def _is_asked(one: ConsentRecord) -> bool:
    return all(to.organisation_type != "embassy" for to in one.recipients if to.country == "XA")


def _names(one: ConsentRecord, shared: ThreadFacts) -> bool:
    """By its name; or by its kind, where she left the name to the country."""
    here = [to for to in one.recipients if to.country == "XA"]
    by_name = any(to.organisation == shared.organisation for to in here)
    by_kind = all(to.organisation is None for to in here) and any(
        to.organisation_type == shared.organisation_type for to in here
    )
    return by_name or by_kind


def _reaches(one: ConsentRecord, consular: bool) -> bool:
    """R11: the consulate by a record that names it, the country's office by one that names more than it."""
    kinds = [to.organisation_type for to in one.recipients if to.country == "XA"]
    return "embassy" in kinds if consular else any(kind != "embassy" for kind in kinds)
