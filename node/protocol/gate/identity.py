"""Guards of our side about names: to which office they are sealed, and to whom they never go.

Source: R04, R11, R19, R28; practice H13, H14.
"""

from collections.abc import Iterator
from typing import Final

from node.protocol.consent.record import ConsentRecord, ConsentTo
from node.protocol.gate.context import (
    Context,
    are_two,
    cancel,
    excluded,
    for_the_consulate_alone,
    heard,
    hold,
    names,
    names_embassy,
)
from node.protocol.gate.facts import OfficeKeyFacts
from node.protocol.letters.codes import EYES_ONLY
from node.protocol.letters.fields import SEALED_TO_A_HOLDER
from node.protocol.rules import Objection
from node.protocol.safety import is_safety

OFFICE_GONE: Final = "office_key_gone"  # what names wait for where the key they are sealed to is no longer listed


def office(c: Context) -> Iterator[Objection]:
    """H13, R19: names go to a listed office key of a holder she named; police powers need a choice and her writing."""
    if not c.carries_names:
        return
    key = c.office_key
    if key is None:
        why, ask = "the office key is not in the country's record now", "ask her about the office there now"
        yield hold("H13", why, ask, held_as=OFFICE_GONE)
        return
    police = any(one.police_powers for one in c.recipient.office_keys)
    if police and not any(one.kind == "civil_society" for one in c.recipient.office_keys):
        yield hold("H13", "this country lists no office free of police powers", "names wait until it lists one")
    handed_on = any(_named(c, one, key) and not _as_named(c, one, key) for one in c.resting)
    if handed_on and not _may_be_anyones(c, key):
        yield hold("H13", "the office is not whose it was when she was asked", "ask her about the office there now")
    told = {item.person for item in c.draft.letter.disclosed if item.level not in SEALED_TO_A_HOLDER}
    if any(one.token in told and one.holder not in (None, key.kid) for one in c.draft.letter.consent):
        yield cancel("H13", "names are sealed to another office than her consent names", "seal to the named office")
    if key.police_powers and not _chosen_in_writing(c, key):
        yield hold("R19", "the office has police powers", "name a civil-society office, or have her say so in writing")


def distrust(c: Context) -> Iterator[Objection]:
    """H14: whom two people distrust, for her or for all, gets no names and no new offer."""
    opens = c.opens and c.duty.rests_on_consent
    if not opens and not c.carries_names:
        return
    if are_two(c.recipient.distrusted_by) or _distrusted(c, "country", c.recipient.country):
        yield hold("H14", "two people recorded distrust of this country", "choose another country or organisation")
        return
    if not c.carries_names:
        return
    sealed = c.draft.letter.sealed_identity
    kid = sealed.office_kid if sealed else ""
    organisation = c.shared.organisation or ""
    if (
        any(_is_of(c, kid, one) for one in _distrusted_offices(c))
        or organisation in c.recipient.distrusted_organisations
        or _distrusted(c, "organisation", organisation)
    ):
        yield hold("H14", "two people recorded distrust of this office", "choose another office with her")


def eyes_only(c: Context) -> Iterator[Objection]:
    """R04: medical facts in danger (L4) are marked by us too; any other report without it both sides refuse (`shown`).

    Source: domain 5.2.
    """
    letter = c.draft.letter
    if letter.kind.startswith("safety.") and "L4" in c.levels and EYES_ONLY not in letter.handling:
        yield cancel("R04", "a report is inside without the mark for the focal point only", "add the mark")


def onward(c: Context) -> Iterator[Objection]:
    """R28: another organisation than she agreed to, or named, gets nothing more before she agreed to it."""
    if not _discloses(c):
        return
    accepted, changed_at = c.shared.organisation, c.shared.changed_at
    records = c.resting
    if changed_at is not None and (not records or any(record.valid_from < changed_at for record in records)):
        yield hold("R28", "another organisation takes over", "ask her about it and record a new consent")
    elif accepted and any(_names_another_kind(c, record) for record in records):
        why = "another kind of organisation takes over than she agreed to"
        yield hold("R28", why, "ask her about this one and record a new consent")
    elif accepted and any(_names_another(c, record, accepted) for record in records):
        yield hold("R28", "she named another organisation", "ask her about this one and record a new consent")


def embassies(c: Context) -> Iterator[Objection]:
    """R11: a consent that names an embassy carries nothing but identity verification."""
    if c.duty.purpose in (None, "identity_verification"):
        return
    for record in c.resting:
        if names_embassy(c, record):
            yield hold("R11", "an embassy would receive this", "name the country's focal point instead")


def exclusions(c: Context) -> Iterator[Objection]:
    """R01: what she excluded (state bodies, say) stays excluded: as the office that reads, and as who receives her.

    Until a newer record of hers, which carries the letter, names just this office or organisation.
    """
    key, accepted = c.office_key, c.shared.organisation
    chosen = [one for one in c.carrying if key and _named(c, one, key)]
    state, police = key is not None and key.kind == "state", key is not None and key.police_powers
    if (state and excluded(c, "state_bodies", chosen)) or (police and excluded(c, "police", chosen)):
        yield hold("R01", "she excluded this kind of office", "choose another office with her")
        return
    by_name = [one for one in c.carrying if any(to.organisation == accepted for to in _recipients_here(c, one))]
    of_state = _discloses(c) and c.shared.organisation_type == "state"
    if of_state and excluded(c, "state_bodies", by_name):
        yield hold("R01", "a state body took over, and she excluded those", "ask the country for another organisation")


def home_region(c: Context) -> Iterator[Objection]:
    """R01: a part of a country she comes from is told to nobody while she excluded it."""
    region = getattr(c.draft.letter.body, "region", None)
    if not region or not c.duty.rests_on_consent:
        return
    own = {tie.country for person in c.persons for tie in person.ties}
    told_no = any("region_of_origin" in record.excluded for record in heard(c))
    if told_no and region.partition("-")[0] in own:
        yield hold("R01", "she excluded the region she comes from", "leave the region out")


def _discloses(c: Context) -> bool:
    """Whether we hand fields of hers to the organisation that took over, because she agreed to it."""
    letter = c.draft.letter
    return c.duty.rests_on_consent and letter.sender_role == "opener" and bool(letter.disclosed)


def _names_another(c: Context, record: ConsentRecord, accepted: str) -> bool:
    named = {to.organisation for to in _recipients_here(c, record) if to.organisation}
    return bool(named) and accepted not in named


def _names_another_kind(c: Context, record: ConsentRecord) -> bool:
    """Domain 5.3: whoever left the name to the country still said which kind of organisation."""
    here, kind = _recipients_here(c, record), c.shared.organisation_type
    said = for_the_consulate_alone(c, record) or any(to.organisation or to.organisation_type == kind for to in here)
    return kind is not None and not said


def _recipients_here(c: Context, record: ConsentRecord) -> list[ConsentTo]:
    return [to for to in record.recipients if names(c, to)]


def _chosen_in_writing(c: Context, key: OfficeKeyFacts) -> bool:
    records = c.resting
    return bool(records) and all(_named(c, one, key) and one.method == "written" for one in records)


def _named(c: Context, record: ConsentRecord, key: OfficeKeyFacts) -> list[ConsentTo]:
    return [to for to in _recipients_here(c, record) if c.recipient.is_same_office(to.holder, key.kid)]


def _as_named(c: Context, record: ConsentRecord, key: OfficeKeyFacts) -> bool:
    return any(c.recipient.is_as_named(to, key.kid) for to in _named(c, record, key))


def _may_be_anyones(c: Context, key: OfficeKeyFacts) -> bool:
    """H35: of a danger any office of civil society is told, also one that she named by another name."""
    return is_safety(c.draft.letter.kind) and key.kind == "civil_society"


def _distrusted_offices(c: Context) -> list[str]:
    mine = () if c.case is None else c.case.distrust
    return [*c.recipient.distrusted_holders, *(one.value for one in mine if one.target == "holder")]


def _is_of(c: Context, kid: str, distrusted: str) -> bool:
    """Whether a key is the one that is distrusted, or was ever said to be its holder's: no new name takes it away."""
    these = {one.holder for one in c.recipient.said_of(kid)}
    those = {one.holder for one in c.recipient.said_of(distrusted)}
    return distrusted in (kid, *these) or not these.isdisjoint(those)


def _distrusted(c: Context, target: str, value: str) -> bool:
    return (
        c.case is not None
        and bool(value)
        and any((one.target, one.value) == (target, value) for one in c.case.distrust)
    )
