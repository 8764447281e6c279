"""Guards of our side about the way and the person: registry, asylum, stops, age, who decided.

Each yields what is wrong and what to do next; `gate` orders them and decides. What the letter itself shows is judged by
`shown`, consent by `guards_consent`, names and offices by `guards_identity`. Source: domain 6; practice H01-H31.
"""

from collections.abc import Iterator

from node.protocol.cases.case import (
    Person,
    asked_to_be_unknown_to,
    asylum_blocks,
    countries_unknown,
    lifted_since,
    person_of,
)
from node.protocol.cases.safeguards import and_parents
from node.protocol.gate.context import Context, are_two, cancel, hold
from node.protocol.gate.facts import DECIDING_ROLES, NEVER_REFUSED
from node.protocol.gate.ten_gates import ONLY_SHE
from node.protocol.letters.bodies import OfferBody
from node.protocol.letters.bodies_return import ReturnRequestBody
from node.protocol.letters.bodies_way import TransitRequestBody
from node.protocol.rules import Objection
from node.protocol.threads.fold import CLOCKS_DIFFER_S
from node.protocol.threads.thread import after_stop, whatever_its_date

BANNER_SECONDS = 7 * 24 * 3600
QUEUE_SECONDS = 14 * 24 * 3600
SET_BACK = "clock"  # such a letter goes by itself once the clock is right
STALE = "registry_stale"  # such a letter goes by itself once the registry is seen again


def recipient_status(c: Context) -> Iterator[Objection]:
    """R39: a suspended, revoked or unknown country receives nothing, queued letters and stops included."""
    if c.recipient.status != "active":
        yield hold("R39", "this country is not active in the registry", "phone them; the letter waits here")


def registry_freshness(c: Context) -> Iterator[Objection]:
    """R39: on an old view of the registry nobody knows who was suspended. Source: registry 4.6."""
    safe = c.draft.letter.kind.startswith("safety.") and not c.carries_names
    if safe or c.draft.letter.kind in NEVER_REFUSED:  # H22: what protects does not wait for a clock
        return
    age = c.recipient.registry_age_seconds
    if age > QUEUE_SECONDS:
        yield hold("R39", "the registry was not seen for over 14 days", "the letter waits; tell the operator", STALE)
    elif age > BANNER_SECONDS and not are_two(c.recipient.stale_override_by):
        yield hold(
            "R39", "the registry was not seen for over 7 days", "two people can decide to send all the same", STALE
        )


def clock_set_back(c: Context) -> Iterator[Objection]:
    """H22: a letter dated before what it follows is refused there (201); it waits here until the clock is right."""
    if not whatever_its_date(c.draft.letter.kind) and c.now < c.shared.newest_at - CLOCKS_DIFFER_S:
        yield hold(
            "H22", "the clock of this node is behind the letters of this matter", "the letter waits; tell the operator",
            SET_BACK,
        )  # fmt: skip


def restored(c: Context) -> Iterator[Objection]:
    """H08: a backup forgot what was blocked, withdrawn, stopped or erased since; nothing but safety leaves before it
    was told.
    """
    letter, standing = c.draft.letter, c.draft.after_restore
    if standing == "no" or letter.kind.startswith("safety."):
        return
    if standing == "unanswered":
        yield hold("H08", "this node was restored from a backup", "two people answer for this case first")
    elif not after_stop(letter.kind):
        yield cancel(
            "H08", "this matter was stopped after the backup was made", "open a new referral if she wishes one"
        )


def asylum(c: Context) -> Iterator[Objection]:
    """R10, H03, H31: an asylum fact or a fear closes the country for every person of the thread; no override."""
    letter, country = c.draft.letter, c.recipient.country
    # H16: a withdrawal or erasure that may not leave waits for her own word; all else is cancelled
    held = letter.kind in NEVER_REFUSED
    for person in _closed_to(c):
        since = lifted_since(person, country, c.now)
        if asylum_blocks(person, country, c.now):
            yield _blocked(c, "R10", held)
        elif countries_unknown(person):
            yield hold("R10", "the countries she comes from are not recorded", "ask her, and record them first")
        elif since is not None and (c.shared.opened_at < since or letter.relates_to is not None):
            # The lift is for a new thread without history; what was written before stays closed.
            yield _blocked(c, "H03", held)


def named_countries(c: Context) -> Iterator[Objection]:
    """H05: a country she named never hears of her; before she was asked, no thread opens."""
    held = c.draft.letter.kind in NEVER_REFUSED
    if any(asked_to_be_unknown_to(person, c.recipient.country) for person in _closed_to(c)):
        yield _blocked(c, "H05", held)
    if c.opens and c.duty.rests_on_consent and c.case is not None and c.case.first_intake is None:
        yield hold("H05", "nobody asked who must never hear of her", "ask her first; it is the first intake question")


def stopped(c: Context) -> Iterator[Objection]:
    """R31: after a stop nothing that rests on consent goes."""
    if c.shared.stopped and c.duty.rests_on_consent:
        yield Objection("R31", "this matter was stopped", "open a new referral if she wishes one")


def coercion(c: Context) -> Iterator[Objection]:
    """H17: with a suspicion of pressure, what rests on consent waits; the screen says nothing of why."""
    if c.duty.rests_on_consent and any(person.coercion_suspected for person in c.persons):
        yield Objection("H17", "this letter waits", "speak with the coordinator", effect="hold", discreet=True)


def presumed_is_enough(c: Context) -> Iterator[Objection]:
    """R05: possible or actual, both may be referred; only somebody found not to be a victim is not offered here."""
    is_offer = c.draft.letter.kind == "referral.offer"
    if is_offer and c.case is not None and c.case.trafficking_status == "not_a_victim":
        yield hold("R05", "the case says she is not a victim", "correct the status, or use another way to help her")


def children(c: Context) -> Iterator[Objection]:
    """R12: what the letter says of her age is what the case derives, for her and each dependant."""
    if c.case is None:
        return
    body = c.draft.letter.body
    for entry in c.draft.letter.consent:
        person = person_of(c.case, c.draft.persons.get(entry.token, ""))
        if person is not None and entry.treated_as_child != person.treated_as_child:
            yield cancel("R12", "the letter treats her age otherwise than the case", "write the letter again")
    main = next((person for person in c.persons if person.role == "person"), None)
    if main is None or not isinstance(body, OfferBody | ReturnRequestBody | TransitRequestBody):
        return
    if (body.age_band, body.treated_as_child) != (main.age_band, main.treated_as_child):
        yield cancel("R12", "the letter says another age than the case", "write it again")


def decided_by_a_person(c: Context) -> Iterator[Objection]:
    """R40: what decides about a person is decided by one with the role for it, never by a machine."""
    if c.duty.decision and (not c.draft.actor or c.draft.actor_role not in DECIDING_ROLES):
        yield cancel("R40", "no person with the role to decide stands behind this", "a caseworker has to decide")


def _closed_to(c: Context) -> tuple[Person, ...]:
    # H30: what closes a country to a mother closes it to her newborn
    return () if c.case is None else and_parents(c.case, c.persons)


def _blocked(c: Context, rule: str, held: bool) -> Objection:
    sentence = "nothing about her goes to this country"
    if held:
        return hold(rule, sentence, "ask her what she wants; the coordinator knows the way")
    of_a_return = c.draft.letter.kind.startswith(("return.", "consent.assertion"))
    return Objection(rule, f"g4: {sentence}" if of_a_return else sentence, ONLY_SHE, ends_thread=True)
