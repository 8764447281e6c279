"""Functions that change a case: each returns a new case and what the audit keeps; some need two people.

What protects takes one person and works at once; what lifts a protection takes two different people. The audit lines
hold event codes, the case's local id, user ids and rule ids, and never a fact about the person (R36, R38).
Source: R12, R24; practice H03, H05, H11, H14, H17, H26.
"""

from collections.abc import Iterable, Mapping

import msgspec

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.case import (
    LIFT_WAIT_SECONDS,
    Case,
    CaseThread,
    Distrust,
    DistrustTarget,
    FirstIntake,
    Guardian,
    Lift,
    Person,
    Protection,
    Tie,
    person_of,
)
from node.protocol.cases.distrust import must_name
from node.protocol.letters.codes import AgeBand


class AuditLine(msgspec.Struct, frozen=True):
    """What is kept of a change or a decision: an event code, the rule behind it, who, when (UTC seconds), on what."""

    event: str
    rule: str
    case_id: str
    by: tuple[str, ...]
    at: int
    detail: tuple[str, ...] = ()


class Changed(msgspec.Struct, frozen=True):
    """A new case and the audit lines that belong to it; store both in one transaction."""

    case: Case
    audit: tuple[AuditLine, ...]


def two_people(by: tuple[str, ...], rule: str) -> tuple[str, str]:
    """The two user ids, or NotAllowed when they are not two different people. Source: R24."""
    if len(by) != 2 or not all(by) or by[0] == by[1]:
        raise NotAllowed(
            f"this needs two different people and got {len(set(by))}",
            rule=rule,
            for_user="A second person has to confirm this. Ask a colleague to sign in.",
        )
    return by[0], by[1]


def add_person(case: Case, person: Person, by: str, at: int) -> Changed:
    """The case with one more person: each dependant is one, with consent and blocks of its own. Source: H26.

    Nobody has asked this person yet who must never hear of it, so the first question is open again (H05).
    """
    if person_of(case, person.person_id) is not None:
        raise BadInput("a person of this id is in the case already; draw a new id", field="person_id", rule="H26")
    changed = msgspec.structs.replace(case, persons=(*case.persons, person), first_intake=None)
    return done(changed, "person_added", "H26", (by,), at)


def doubt_age(case: Case, person_id: str, by: str, at: int) -> Changed:
    """From now the person is treated as a child. One person is enough. Source: R12."""
    return person_changed(case, person_id, {"age_in_doubt": True}, "age_doubted", "R12", (by,), at)


def settle_age(case: Case, person_id: str, age_band: AgeBand, by: tuple[str, ...], at: int) -> Changed:
    """The age is settled, by two people; whoever is under 18 stays a child. Source: R12."""
    both = two_people(by, "R12")
    facts: Mapping[str, object] = {"age_in_doubt": False, "age_band": age_band}
    return person_changed(case, person_id, facts, "age_settled", "R12", both, at)


def record_guardian(case: Case, person_id: str, guardian: Guardian, by: str, at: int) -> Changed:
    """A guardian as recorded by `by`; it counts only after a second person's check. Source: H11.

    What another guardian had consented to does not count with this one: whoever had a conflict stays without a voice.
    """
    before = the_person(case, person_id).guardian
    since = 0 if before is None else at if _is_another(before, guardian) else before.since
    fresh = msgspec.structs.replace(guardian, recorded_by=by, conflict_checked_by=None, since=since)
    return person_changed(case, person_id, {"guardian": fresh}, "guardian_recorded", "H11", (by,), at)


def check_guardian(case: Case, person_id: str, conflict_found: bool, by: str, at: int) -> Changed:
    """A second person looked for a conflict of interest; one that is found suspends the consents. Source: H11.

    One that was found is not looked away by one more look: a guardian is recorded anew, and checked anew.
    """
    guardian = the_person(case, person_id).guardian
    if guardian is None:
        raise NotFound("no guardian is recorded; record one first", rule="H11")
    if guardian.conflict_found and not conflict_found:
        raise NotAllowed(
            "a conflict of interest was found; record who is guardian now, then another person checks", rule="H11",
            for_user="A conflict of interest was found. Record who is guardian now; then a colleague checks again.",
        )  # fmt: skip
    if not conflict_found:
        two_people((guardian.recorded_by, by), "H11")
    checked = msgspec.structs.replace(guardian, conflict_checked_by=by, conflict_found=conflict_found)
    return person_changed(case, person_id, {"guardian": checked}, "guardian_checked", "H11", (by,), at)


def answer_first_intake(case: Case, blocked: dict[str, tuple[str, ...]], by: str, at: int) -> Changed:
    """Which countries must never hear of each person, by person id; every person has to be asked. Source: H05."""
    unasked = {person.person_id for person in case.persons} - set(blocked)
    if unasked:
        raise BadInput(f"{len(unasked)} persons were not asked; ask each one", field="blocked", rule="H05")
    changed = case
    for person_id, countries in blocked.items():
        changed = with_facts(changed, person_id, blocked_countries=_union(the_person(case, person_id), countries))
    changed = msgspec.structs.replace(changed, first_intake=FirstIntake(answered_at=at, answered_by=by))
    return done(changed, "first_intake_answered", "H05", (by,), at)


def block_countries(case: Case, person_id: str, countries: Iterable[str], by: str, at: int) -> Changed:
    """These countries must never hear of her. One person is enough. Source: H05."""
    facts: Mapping[str, object] = {"blocked_countries": _union(the_person(case, person_id), countries)}
    return person_changed(case, person_id, facts, "countries_blocked", "H05", (by,), at)


def unblock_country(case: Case, person_id: str, country: str, by: tuple[str, ...], at: int) -> Changed:
    """She wants this country to hear of her again; two people record it. An asylum block stays. Source: H05."""
    both = two_people(by, "H05")
    left = tuple(one for one in the_person(case, person_id).blocked_countries if one != country)
    return person_changed(case, person_id, {"blocked_countries": left}, "country_unblocked", "H05", both, at)


def set_protection(case: Case, person_id: str, protection: Protection, by: str, at: int) -> Changed:
    """Protection is considered, sought, granted, refused or closed; a block once made stays. Source: H03."""
    person = the_person(case, person_id)
    ever = person.protection_ever or person.protection != "none" or protection != "none"
    # A new claim after a lift closes the country again.
    lifts = person.lifts if protection in ("refused", "closed", "none") else ()
    facts: Mapping[str, object] = {"protection": protection, "protection_ever": ever, "lifts": lifts}
    return person_changed(case, person_id, facts, "protection_recorded", "R10", (by,), at)


def set_tie(case: Case, person_id: str, tie: Tie, by: tuple[str, ...], at: int) -> Changed:
    """A country of nationality, habitual residence or fear. To say that she does not fear it takes two people, once a
    fear or an open question stood there. Source: H03, H31.
    """
    person = the_person(case, person_id)
    before = [old for old in person.ties if (old.country, old.kind) == (tie.country, tie.kind)]
    if before and before[0].feared != "no" and tie.feared == "no":
        two_people(by, "H03")
    others = tuple(old for old in person.ties if old not in before)
    return person_changed(case, person_id, {"ties": (*others, tie)}, "tie_recorded", "H31", by, at)


def lift_asylum_block(
    case: Case,
    person_id: str,
    country: str,
    by: tuple[str, ...],
    at: int,
    *,
    wish_in_writing: bool,
    lawyer_independent: bool,
    seen_alone: bool,
) -> Changed:
    """Her own written wish reopens a country after seven days, for new threads only; nothing else does. Source: H03."""
    both = two_people(by, "H03")
    if not (wish_in_writing and lawyer_independent and seen_alone):
        raise NotAllowed(
            "lifting needs her written wish, an independent lawyer and a talk alone",
            rule="H03",
            for_user="Only her own written wish, advised by an independent lawyer and seen alone, can do this.",
        )
    lift = Lift(country=country, effective_at=at + LIFT_WAIT_SECONDS, by=both)
    facts: Mapping[str, object] = {"lifts": (*the_person(case, person_id).lifts, lift)}
    return person_changed(case, person_id, facts, "block_lift_recorded", "H03", both, at)


def take_back_lift(case: Case, person_id: str, country: str, by: str, at: int) -> Changed:
    """She changed her mind: the country is closed again, at once. Source: H03."""
    left = tuple(lift for lift in the_person(case, person_id).lifts if lift.country != country)
    return person_changed(case, person_id, {"lifts": left}, "block_lift_taken_back", "H03", (by,), at)


def suspect_coercion(case: Case, person_id: str, by: str, at: int) -> Changed:
    """Somebody may be pressing her: what rests on consent waits. One person is enough. Source: H17."""
    return person_changed(case, person_id, {"coercion_suspected": True}, "held_for_review", "H17", (by,), at)


def clear_coercion(case: Case, person_id: str, by: tuple[str, ...], at: int) -> Changed:
    """Two people found that nobody presses her. Source: H17."""
    both = two_people(by, "H17")
    return person_changed(case, person_id, {"coercion_suspected": False}, "review_ended", "H17", both, at)


def distrust(case: Case, target: DistrustTarget, value: str, by: tuple[str, ...], at: int) -> Changed:
    """No identity of this case goes to this country, office key holder or organisation. Source: H14."""
    must_name(target, value)
    one = Distrust(target=target, value=value, by=two_people(by, "H14"))
    changed = msgspec.structs.replace(case, distrust=(*case.distrust, one))
    return done(changed, "distrust_recorded", "H14", one.by, at)


def lift_distrust(case: Case, target: DistrustTarget, value: str, by: tuple[str, ...], at: int) -> Changed:
    """Two people trust it again. Source: H14."""
    both = two_people(by, "H14")
    left = tuple(one for one in case.distrust if (one.target, one.value) != (target, value))
    return done(msgspec.structs.replace(case, distrust=left), "distrust_lifted", "H14", both, at)


def place_in_detention(case: Case, by: str, at: int) -> Changed:
    """The person is detained: an alarm. One person is enough. Source: R17."""
    changed = msgspec.structs.replace(
        case, place_is_detention=True, detained_at=at, released_or_attested_by=None, release_requests=()
    )
    return done(changed, "detention_recorded", "R17", (by,), at)


def end_detention(case: Case, by: tuple[str, ...], at: int) -> Changed:
    """Released, or an independent advocate attests; two people record it. Source: R17."""
    both = two_people(by, "R17")
    changed = msgspec.structs.replace(
        case, place_is_detention=False, released_or_attested_by=both, released_from_detention_at=at
    )
    return done(changed, "detention_ended", "R17", both, at)


def open_thread(case: Case, thread: CaseThread, by: str, at: int) -> Changed:
    """The case knows one more thread. Source: R26: the thread id is random and of one pair of countries."""
    if any(one.thread == thread.thread for one in case.threads):
        raise BadInput("a thread of this id exists; draw a new random one", field="thread", rule="R26")
    changed = msgspec.structs.replace(case, threads=(*case.threads, thread))
    return done(changed, "thread_opened", "R26", (by,), at)


def suppress_stop(case: Case, thread: str, by: tuple[str, ...], at: int) -> Changed:
    """The automatic stop letter of this thread is not sent; only two people can decide that. Source: H01."""
    both = two_people(by, "H01")
    threads = tuple(
        msgspec.structs.replace(one, stop_suppressed_by=both) if one.thread == thread else one for one in case.threads
    )
    return done(msgspec.structs.replace(case, threads=threads), "stop_suppressed", "H01", both, at)


def the_person(case: Case, person_id: str) -> Person:
    """The person, or NotFound."""
    person = person_of(case, person_id)
    if person is None:
        raise NotFound("no such person in this case; choose one of its persons", field="person_id")
    return person


def _is_another(before: Guardian, now: Guardian) -> bool:
    """Whether another guardian was appointed, or the same one after a conflict: consents are asked for anew. H11."""
    appointed = (before.appointing_body, before.appointed_on), (now.appointing_body, now.appointed_on)
    return before.conflict_found or appointed[0] != appointed[1]


def _union(person: Person, countries: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*person.blocked_countries, *countries}))


def with_facts(case: Case, person_id: str, **facts: object) -> Case:
    """The case with some facts of one person changed."""
    changed = msgspec.structs.replace(the_person(case, person_id), **facts)
    persons = tuple(changed if person.person_id == person_id else person for person in case.persons)
    return msgspec.structs.replace(case, persons=persons)


def person_changed(
    case: Case, person_id: str, facts: Mapping[str, object], event: str, rule: str, by: tuple[str, ...], at: int
) -> Changed:
    """The case with these facts of one person, and its audit line."""
    return done(with_facts(case, person_id, **facts), event, rule, by, at)


def done(case: Case, event: str, rule: str, by: tuple[str, ...], at: int) -> Changed:
    """A changed case with one audit line: event and rule codes, who, when."""
    return Changed(case, (AuditLine(event=event, rule=rule, case_id=case.case_id, by=by, at=at),))
