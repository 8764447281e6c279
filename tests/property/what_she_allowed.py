"""A plain reading of what the pages say of consent, person by person; written from them and not from the gate.

Source: domain 5.2, 5.3, 6; practice H10, H13, H17, H26, H27.
"""

from collections.abc import Sequence

from node.protocol.cases.case import Case, Person
from node.protocol.consent.record import ConsentRecord
from node.protocol.letters.bodies import Body
from node.protocol.letters.fields import BY_NAME
from node.protocol.letters.frame import Letter
from tests.rules.world import NOW, THREAD, token_of

STATE, POLICE = "c3" * 32, "b2" * 32
PURPOSE = {"referral.offer": "enquiry", "referral.disclose": "referral", "referral.update": "referral"}
CARE = "referral.update"  # it tells nothing new: an end of hers does not stop it (R22)


def what_she_allowed(made: Letter[Body], of: Case, said: Sequence[ConsentRecord]) -> list[str]:
    """Why the letter may not go, one line a person; [] where everybody of it said yes to just this."""
    found = []
    for person in of.persons:
        hers = [one for one in said if one.person_id == person.person_id]
        yes = [one for one in hers if _says_yes(made, person, one)]
        if not yes:
            found.append(f"{person.person_id} never agreed to this")
        if _excluded(made, hers, max((one.valid_from for one in yes), default=0)):
            found.append(f"{person.person_id} excluded this office")
    return found


def _says_yes(made: Letter[Body], person: Person, one: ConsentRecord) -> bool:
    fields = [BY_NAME[told.field] for told in made.disclosed if told.person == token_of(person)]
    office = made.sealed_identity.office_kid if fields and made.sealed_identity else None
    stated = next((entry for entry in made.consent if entry.token == token_of(person)), None)
    return all(
        (
            one.withdrawn_at is None and one.valid_from <= NOW,  # R20
            one.valid_until > NOW or made.kind == CARE,  # R22
            any(told.thread == THREAD for told in one.asserted),  # R26: on this thread, to this country
            any(to.country == "XA" and office in (None, to.holder) for to in one.recipients),  # R01, H13
            PURPOSE[made.kind] in one.purposes,
            {field.level for field in fields} <= set(one.levels),
            "L1" in one.levels or made.kind != "referral.offer",
            {field.category for field in fields} <= set(one.categories),
            one.understood_check,  # R23
            one.spoken_to_alone or not {"L3", "L4"} & {field.level for field in fields},  # H17
            office != POLICE or one.method == "written",  # R19
            _by_the_right_one(made, person, one),
            stated is None or (set(stated.purposes) <= set(one.purposes) and set(stated.levels) <= set(one.levels)),
            stated is None or (stated.until <= one.valid_until and stated.given_by == one.given_by),
        )
    )


def _by_the_right_one(made: Letter[Body], person: Person, one: ConsentRecord) -> bool:
    """R13, H10, H27: an adult herself; for a child its guardian with its assent; after 18 care alone goes on."""
    grown = not person.age_in_doubt and person.majority_at is not None and person.majority_at <= NOW
    guardian = one.given_by in ("guardian", "self_with_guardian")
    if one.basis == "provisional":
        return False  # every child here has a guardian
    if grown and made.kind == CARE:
        return guardian or one.given_by == "self"
    if person.treated_as_child and not grown:
        return guardian and one.capacity == "child_assent_recorded"
    return one.given_by == "self"


def _excluded(made: Letter[Body], hers: Sequence[ConsentRecord], since: int) -> bool:
    """Domain 5.3: whom she will not have read it, by any word of hers about this country that is no older."""
    office = made.sealed_identity.office_kid if made.sealed_identity else None
    of_xa = [one for one in hers if any(to.country == "XA" for to in one.recipients) and one.valid_from >= since]
    codes = {code for one in of_xa for code in one.excluded}
    return (office in (STATE, POLICE) and "state_bodies" in codes) or (office == POLICE and "police" in codes)
