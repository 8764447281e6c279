"""What a letter itself shows: checks that read the letter and what both sides exchanged, and nothing else.

The receiver refuses by them (wire 3, row 13); the sender's gate runs the same ones first, so that an honest node is
never refused. Nothing here may look at a case, a person, a consent record or a clock. Source: wire 7.
"""

import re
from collections.abc import Iterator

from node.protocol.cases.case import CHILD_BANDS
from node.protocol.consent.record import MAX_CONSENT_SECONDS, MAX_PROVISIONAL_SECONDS
from node.protocol.gate import shown_safety
from node.protocol.gate.facts import (
    ENDS_AT_MAJORITY,
    MAY_DISCLOSE,
    NEEDS_NO_ACCEPTANCE,
    NEVER_REFUSED,
    PROVISIONAL,
    ThreadFacts,
    Withdrawn,
    duty_for,
    purpose_gone,
)
from node.protocol.gate.shown_frame import missing_marks
from node.protocol.gate.shown_information import about_questions, answered_without_her, beyond_the_question
from node.protocol.gate.shown_logistics import about_interpreters
from node.protocol.gate.shown_once import nobody_new, said_before
from node.protocol.gate.shown_return import about_returns, region_only
from node.protocol.letters.bodies import AcceptBody, Body, DataItem, OfferBody
from node.protocol.letters.bodies_return import ReturnRequestBody
from node.protocol.letters.bodies_way import TransitRequestBody
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.codes import (
    ACCESSIBILITY,
    EYES_ONLY,
    IDENTITY_BEFORE_ACCEPTANCE,
    NOT_IN_DATA_NEEDED,
    SAFETY_CODES,
    reason_of,
)
from node.protocol.letters.fields import BY_NAME, SEALED_TO_A_HOLDER, forbidding_rule
from node.protocol.letters.frame import ConsentEntry, Letter
from node.protocol.rules import Objection

OUTING_NEEDS = frozenset({"obstetric", "addiction"})
OUTING_WORDS = frozenset(
    {"trans", "transgender", "hiv", "aids", "pregnant", "pregnancy", "obstetric", "antenatal", "addiction"}
)
LISTED = frozenset({*ACCESSIBILITY, *SAFETY_CODES})
NAME_LIKE = re.compile("[A-Z.]")  # a code is small letters, digits and lines; names and addresses are not
SAID_ON_THE_WIRE = frozenset({"R06", "R07", "R18", "R26", "R29", "R30"})  # a field name may be refused by these
MARKED = ("referral.", "return.", "transit.", "consent.assertion", "info.", "ident.")
_GUARDIAN_GIVES = frozenset({"guardian", "self_with_guardian"})
_SPEAK_FOR_HER = _GUARDIAN_GIVES | {"legal_representative"}


def receiver(letter: Letter[Body], shared: ThreadFacts) -> Objection | None:
    """Why row 13 refuses this letter for its content, or None. Depends on nothing but its two arguments."""
    return next(objections(letter, shared), None)


def objections(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    """Every objection to the content, in a fixed order, so that all nodes name the same first one."""
    if letter.kind.startswith("safety."):  # R02: it rests on the danger alone, and has checks of its own
        yield from shown_safety.objections(letter, shared)
        return
    if letter.kind in NEVER_REFUSED:  # R20, H01: a stop, a withdrawal and an erasure are never refused
        return
    yield from _handling(letter)
    yield from _first_contact(letter)
    yield from about_questions(letter)
    yield from answered_without_her(letter, shared, letter.written_at)
    yield from about_returns(letter, shared)
    yield from about_interpreters(letter)
    yield from _before_acceptance(letter, shared)
    yield from nobody_new(letter, shared)
    yield from _consent(letter, shared)
    yield from _disclosed(letter, shared)
    yield from _accepted(letter, shared)


def _handling(letter: Letter[Body]) -> Iterator[Objection]:
    if letter.kind.startswith(MARKED):
        yield from missing_marks(letter)


def _first_contact(letter: Letter[Body]) -> Iterator[Objection]:
    body = letter.body
    if not isinstance(body, OfferBody | ReturnRequestBody | TransitRequestBody):
        return
    # 1. nobody is named
    if _carries_identity(letter):
        yield _no("R03", "the first contact carries identity", "send names only after acceptance")
    # 2. whoever may be a child is treated as one
    if body.age_band in CHILD_BANDS and not body.treated_as_child:
        yield _no("R12", "the age band is a child's, and the letter does not say so", "treat her as a child")
    children = [body.treated_as_child, *(band in CHILD_BANDS for band in body.dependants)]
    said = [entry.treated_as_child for entry in letter.consent]
    if len(said) == len(children) and sum(said) < sum(children):
        yield _no("R12", "the letter tells of more children than the consents do", "record consent as for a child")
    # 3. nothing outs her
    if isinstance(body, OfferBody) and _outs(body):
        yield _no("H28", "a need that outs her stands in the offer", "ask for it item by item after acceptance")
    # 4. no code says what no list has a word for
    if isinstance(body, OfferBody):
        yield from _free_codes(body)
    # 5. no place finer than a region; a transit country learns none
    if not isinstance(body, TransitRequestBody):
        yield from region_only(body.region)
    # 6. one entry for each person
    if letter.consent and len(letter.consent) != 1 + len(body.dependants):
        yield _no("H26", "the consents do not match the persons", "one consent for her and for each dependant")


def _free_codes(body: OfferBody) -> Iterator[Objection]:
    """Two lists of an offer are open, as another country may know more needs; they are no way round the closed ones."""
    for code in (*body.accessibility, *body.safety_codes):
        rule = None if code in LISTED else forbidding_rule(code)
        if rule in SAID_ON_THE_WIRE:
            yield _no(str(rule), "a code of the offer says what no letter may say", "use the listed codes")
        elif rule is not None or NAME_LIKE.search(code):
            yield _no("R03", "a code of the offer reads like a name, a place or a status", "use the listed codes")


def _outs(body: OfferBody) -> bool:
    words = {word for code in (*body.accessibility, *body.safety_codes) for word in re.split(r"[._-]", code.lower())}
    return bool(OUTING_NEEDS & set(body.needs) or OUTING_WORDS & words)


def _before_acceptance(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    if not shared.accepted and letter.kind not in NEEDS_NO_ACCEPTANCE and _carries_identity(letter):
        yield _no(
            "R04",
            "identity before acceptance",
            "wait until the other country has accepted",
            reason=IDENTITY_BEFORE_ACCEPTANCE,
        )


def _consent(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    duty = duty_for(letter)
    if not duty.rests_on_consent:
        return
    # 1. not on something she took back
    known = [gone for gone in shared.withdrawn if gone.known_to(letter.sender_role, letter.n, letter.seen)]
    if any(_rested_on(letter, gone, shared) for gone in known):
        yield _no("R20", "the letter rests on consent that was taken back", "nothing goes on; help continues")
    # 2. the opener says whose consent it rests on; answers rest on what the opener said
    if letter.sender_role == "opener" and not letter.consent and (duty.discloses or letter.disclosed):
        if letter.lawful_basis == "explicit_consent":
            yield _no("R01", "no consent is stated", "record her consent for this country first")
        else:
            yield _no("H09", "another legal ground stands in the place of consent", "ask her; nothing replaces consent")
    if answers_after_her_end(letter, shared, letter.written_at):
        yield her_end("the consent had ended when the answer was written")
    # 3. one token each
    tokens = [entry.token for entry in letter.consent]
    if len(set(tokens)) != len(tokens):
        yield _no("R26", "two persons share a token", "draw a new token for each person")
    # 4. each entry by itself
    for entry in letter.consent:
        yield from _entry(letter, entry, shared)


def _entry(letter: Letter[Body], entry: ConsentEntry, shared: ThreadFacts) -> Iterator[Objection]:
    duty = duty_for(letter)
    # 1. a child stays one until it can be 18; it is never alone, and never without its own assent
    yield from said_before(letter, entry, shared)
    speaks = entry.given_by in _GUARDIAN_GIVES or entry.given_by == "child_protection"
    if entry.treated_as_child and not (speaks and entry.capacity == "child_assent_recorded"):
        yield _no("R13", "a child's consent is given as an adult's", "ask the guardian and the child")
    # 2. a guardian's word ends at 18 for disclosure, family and return
    ends_at_18 = duty.discloses or letter.disclosed or duty.purpose in ENDS_AT_MAJORITY
    if not entry.treated_as_child and entry.given_by in _GUARDIAN_GIVES and ends_at_18:
        yield _no("H27", "a guardian's consent for an adult", "ask the person herself")
    # 3. the sender vouches for R23, H17, H33, and for whoever speaks for her
    if not entry.safeguards_met and entry.given_by in _SPEAK_FOR_HER:
        yield _no(
            "H11", "the sender does not vouch for who speaks for her", "have the guardian checked, hear the child"
        )
    elif not entry.safeguards_met:
        yield _no("R23", "the sender does not vouch for the safeguards", "complete the consent and send again")
    # 4. provisional: offer and information at L1, no more
    if entry.basis == "provisional" or entry.given_by == "child_protection":
        only_enquiry = set(entry.levels) <= {"L1"} and set(entry.purposes) <= {"enquiry"}
        both = entry.basis == "provisional" and entry.given_by == "child_protection" and entry.treated_as_child
        if letter.kind not in PROVISIONAL or not only_enquiry or not both:
            yield _no("H10", "a provisional basis goes beyond an offer", "have a guardian appointed first")
        elif entry.until > letter.written_at + MAX_PROVISIONAL_SECONDS:
            yield _no("H10", "a provisional basis lasts longer than ten days", "renew it once, or appoint a guardian")
    # 5. in its time when written, where something new is told
    if entry.until <= letter.written_at and (duty.discloses or letter.disclosed):
        yield _no("R22", "the consent had ended when the letter was written", "ask her again")
    elif entry.until > letter.written_at + MAX_CONSENT_SECONDS:
        yield _no("R22", "the consent is longer than 12 months", "set an end within 12 months")
    # 6. for this purpose, and at least L1
    if duty.purpose is not None and duty.purpose not in entry.purposes:
        yield _no("R01", "consent is for another purpose", "ask her for this purpose")
    if duty.purpose == "enquiry" and "L1" not in entry.levels:
        yield _no("R01", "consent does not cover a profile without names", "ask her for level L1")


def _disclosed(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    if not _carries_identity(letter):
        return
    # 1. only letters made for it
    if letter.kind not in MAY_DISCLOSE:
        yield _no("R04", "this letter may not carry fields about her", "use the letter made for disclosure")
    # 2. what is sealed is named, and the other way round
    if (letter.sealed_identity is not None or letter.attachments) and not letter.disclosed:
        yield _no("R04", "something is sealed and not named", "name every field that is inside")
    # 3. a report is for the eyes of the focal point only; medical facts in danger go without (`shown_safety`)
    if any(item.level == "L4" for item in letter.disclosed) and EYES_ONLY not in letter.handling:
        yield _no("R04", "a report is inside without the mark for the focal point only", "add the mark")
    needed = {(item.person, item.field) for item in shared.data_needed}
    for item in letter.disclosed:
        yield from _item(letter, shared, item, needed)


def _item(
    letter: Letter[Body], shared: ThreadFacts, item: DataItem, needed: set[tuple[str, str]]
) -> Iterator[Objection]:
    # 1. a field of the closed list, at its level
    if refusal := _field_refused(item):
        yield refusal
        return
    if letter.kind == "rectification":
        return  # of a letter that was judged when it came: `fold` compares the fields
    # 2. a person of this thread, with consent
    entry = _entry_for(letter, shared, item.person)
    if entry is None:
        yield _no("H26", "a field about a person without consent", "each person needs a consent of its own")
        return
    # 3. allowed by her
    known = BY_NAME[item.field]
    if item.level not in entry.levels or known.category not in entry.categories:
        missing = f"her consent does not cover {known.category} at level {item.level}"
        yield _no("H28" if known.item else "R01", missing, "leave the field out, or ask her")
    # 4. sealed to the office she named; an answer goes back to the opener, whose key she did not name
    if item.level in SEALED_TO_A_HOLDER:
        kid = letter.sealed_identity.office_kid if letter.sealed_identity else None
        if kid is None or (entry in letter.consent and entry.holder != kid):
            yield _no("H13", "names are sealed to another office than her consent names", "seal to the named office")
    # 5. asked for, or what the question or this kind of letter needs
    if letter.kind == "info.request":
        if refusal := beyond_the_question(letter, item):
            yield refusal
        return
    own = item.field in CARRIES[letter.kind] if letter.kind in CARRIES else (item.person, item.field) in needed
    if not own:
        yield _no("R04", "a field the other side does not need", "leave it out", reason=NOT_IN_DATA_NEEDED)


def _accepted(letter: Letter[Body], shared: ThreadFacts) -> Iterator[Objection]:
    body = letter.body
    if not isinstance(body, AcceptBody):
        return
    known = {entry.token for entry in shared.entries}
    if not {*body.persons, *(item.person for item in body.data_needed)} <= known:
        yield _no("H26", "a person nobody offered", "accept only persons of the offer")
    for item in body.data_needed:
        if refusal := _field_refused(item):
            yield refusal


def _field_refused(item: DataItem) -> Objection | None:
    known = BY_NAME.get(item.field)
    if known is not None and known.level == item.level:
        return None
    rule = None if known else forbidding_rule(item.field)
    if rule in SAID_ON_THE_WIRE and rule is not None:
        return _no(rule, "a field that must not exist", "leave it out; it travels nowhere")
    return _no("R04", "a field that is not in the list, or at another level", "use the published list of fields")


def _carries_identity(letter: Letter[Body]) -> bool:
    return bool(letter.disclosed or letter.attachments) or letter.sealed_identity is not None


def _entry_for(letter: Letter[Body], shared: ThreadFacts, token: str) -> ConsentEntry | None:
    own = next((entry for entry in letter.consent if entry.token == token), None)
    if own is not None or letter.sender_role == "opener":
        return own
    # An assertion the responder received is the consent for its answers on this thread (domain 5.3).
    return next((entry for entry in shared.entries if entry.token == token), None)


def answers_after_her_end(letter: Letter[Body], shared: ThreadFacts, at: int) -> bool:
    """R22: whether a responder's letter tells something new at `at` about somebody whose consent had ended by then.

    It rests on the opener's newest entry of each token; one that names nobody is about everybody of the thread.
    """
    duty = duty_for(letter)
    if letter.sender_role != "responder" or not duty.rests_on_consent or not (duty.discloses or letter.disclosed):
        return False
    stated = {entry.token for entry in letter.consent}
    about = {item.person for item in letter.disclosed} or {entry.token for entry in shared.entries}
    return any(entry.token in about - stated and entry.until <= at for entry in shared.entries)


def her_end(sentence: str) -> Objection:
    """R22: the answer waits until the other country states a consent that goes on."""
    return Objection("R22", sentence, "the other country has to ask her again", effect="hold", reason=reason_of("R22"))


def concerned_by(letter: Letter[Body], token: str, shared: ThreadFacts) -> bool:
    """R20: whether a letter is about this person. An answer is about everybody. A letter of the opener's that states
    nobody's consent rests on what was stated before: it is about all of whom something still stands.
    """
    if letter.sender_role == "responder":
        return True
    stated = {entry.token for entry in letter.consent or shared.entries}
    return token in stated or not stated


def _rested_on(letter: Letter[Body], gone: Withdrawn, shared: ThreadFacts) -> bool:
    named = gone.token in {item.person for item in letter.disclosed}
    concerns_her = named or concerned_by(letter, gone.token, shared)
    levels = frozenset[str](item.level for item in letter.disclosed)
    return concerns_her and purpose_gone(gone, duty_for(letter).purpose, levels)


def _no(rule: str, sentence: str, next_step: str, reason: int | None = None) -> Objection:
    return Objection(rule, sentence, next_step, effect="cancel", reason=reason_of(rule) if reason is None else reason)
