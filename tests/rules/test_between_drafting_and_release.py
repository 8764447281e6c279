"""What happens between the drafting of a letter and its release holds every kind of letter that it has to hold.

One table over all kinds, so that a kind added later is tried too. Every letter is asked about in the same case before
and after; what is tried is what the change adds. Source: R01, R20, R39; practice H13, H14, H15, H17, H27, H30.
"""

from typing import Any

import pytest

from node.protocol.cases.case import Case, Distrust
from node.protocol.cases.life_events import Death
from node.protocol.consent.scope import withdraw
from node.protocol.gate.facts import DUTIES, ENDS_AT_MAJORITY, MAY_DISCLOSE
from node.protocol.letters.codes import PURPOSES, STOP_KINDS
from node.protocol.letters.kinds import KINDS, LETTER
from tests.rules.world import (
    CHILD,
    DAY,
    HER,
    NAME,
    NOW,
    OFFICE,
    XA_RECORD,
    accepted,
    case,
    disclosure,
    draft,
    entry,
    letter,
    record,
    release,
    tie,
    with_,
)

YOUNG = with_(HER, age_band="16-17", guardian=CHILD.guardian, majority_at=NOW + DAY)
EVERY = sorted(DUTIES)
ON_CONSENT = [kind for kind in EVERY if DUTIES[kind].rests_on_consent]
NAMES_HER = sorted(MAY_DISCLOSE - {"rectification"})
ALL: Any = {"purposes": PURPOSES}


def made(kind: str, person: Any = HER, role: str = "opener") -> Any:
    """A letter of this kind about one person; where it may, it names her to the office that she chose."""
    stated = (entry(person, **ALL, levels=("L1", "L2", "L3")),) if kind in ON_CONSENT and role == "opener" else ()
    found = letter(kind, consent=stated, sender_role=role)
    if kind in NAMES_HER and role == "opener":
        sealed = disclosure(NAME)
        found = with_(found, disclosed=sealed.disclosed, sealed_identity=sealed.sealed_identity)
    return found


def added(
    kind: str, before: dict[str, Any], after: dict[str, Any], person: Any = HER, role: str = "opener"
) -> set[str]:
    """The rules that hold it at its release and did not at its drafting, in a world of her consent for everything."""
    of = made(kind, person, role)
    stands: dict[str, Any] = {"case": case(person), "consents": (record(person, **ALL),)}
    shared = accepted(entries=(entry(person, **ALL),))

    def rules(world: dict[str, Any]) -> set[str]:
        given = {**stands, **world}
        return {one.rule for one in release(draft(of, given.pop("shared", shared)), **given).objections}

    return rules(after) - rules(before)


def now(**facts: Any) -> dict[str, Any]:
    """A case in which this is recorded of her now."""
    found: Case = case(with_(HER, **facts))
    return {"case": found}


@pytest.mark.parametrize("kind", EVERY)
def test_r39_sender_every_kind_waits_once_its_country_is_suspended(kind):
    """R39: queued letters too, and a stop; the registry has no kind that it lets through."""
    assert added(kind, {}, {"recipient": with_(XA_RECORD, status="suspended")}) == {"R39"}


@pytest.mark.parametrize("role", ["opener", "responder"])
@pytest.mark.parametrize("kind", ON_CONSENT)
def test_r20_sender_what_rests_on_consent_stops_when_she_takes_it_back(kind, role):
    """R20: at once, by what the case holds, whoever writes; and what does not rest on it goes on (H02)."""
    back, _ = withdraw(record(**ALL), NOW)

    assert "R20" in added(kind, {}, {"consents": (back,)}, role=role)


@pytest.mark.parametrize("kind", sorted(set(EVERY) - set(ON_CONSENT)))
def test_h02_sender_what_looks_out_for_her_does_not_stop_when_she_takes_consent_back(kind):
    """H02: arrival, safety, stops, her rights."""
    back, _ = withdraw(record(**ALL), NOW)

    assert added(kind, {}, {"consents": (back,)}) == set()


@pytest.mark.parametrize("kind", EVERY)
def test_r10_sender_a_fear_that_she_tells_of_holds_every_kind_but_a_stop(kind):
    """R10, H01: safety too, a withdrawal waits for her word (H16), and only the one stop passes."""
    expected = set() if kind in STOP_KINDS else {"R10"}

    assert added(kind, {}, now(ties=(tie("XA", "yes"),))) & {"R10"} == expected
    assert added(kind, {}, now(blocked_countries=("XA",))) & {"H05"} == ({"H05"} if expected else set())


@pytest.mark.parametrize("kind", ON_CONSENT)
def test_h17_h30_sender_pressure_and_death_hold_what_rests_on_consent(kind):
    assert added(kind, {}, now(coercion_suspected=True)) == {"H17"}
    died = with_(HER.life, death=Death(on="2026-11-27", recorded_at=NOW, recorded_by="ana"))
    assert "H30" in added(kind, {}, now(life=died))


@pytest.mark.parametrize("kind", ON_CONSENT)
def test_h27_sender_on_the_day_she_is_18_a_guardians_word_ends(kind):
    """H27: at once for what discloses, family and return; for help under way thirty days later. No sweep is needed."""
    duty = DUTIES[kind]
    at_once = duty.discloses or kind in NAMES_HER or duty.purpose in ENDS_AT_MAJORITY
    guardians = {"consents": (record(YOUNG, **ALL),)}

    for after, held in ((DAY, at_once), (DAY + 29 * DAY, at_once), (DAY + 30 * DAY, True)):
        assert ("H27" in added(kind, guardians, {**guardians, "now": NOW + after}, YOUNG)) is held, after


@pytest.mark.parametrize("kind", NAMES_HER)
def test_h13_sender_a_name_waits_when_its_office_key_comes_into_other_hands(kind):
    """H13: another holder, another kind, police powers, or gone from the record."""
    (key,) = XA_RECORD.office_keys
    for other in ({"holder": "somebody-else"}, {"kind": "state"}, {"police_powers": True}):
        changed = with_(XA_RECORD, office_keys=(with_(key, **other),), known_offices=(key,))
        assert "H13" in added(kind, {}, {"recipient": changed}), other
    assert "H13" in added(kind, {}, {"recipient": with_(XA_RECORD, office_keys=())})


@pytest.mark.parametrize("kind", NAMES_HER)
def test_h14_sender_a_name_waits_for_whoever_is_distrusted_since(kind):
    """H14: the country, or the office she chose."""
    for target, value in (("country", "XA"), ("holder", OFFICE)):
        distrusted = case(distrust=(Distrust(target, value, ("ana", "ben")),))  # type: ignore[arg-type]
        assert "H14" in added(kind, {}, {"case": distrusted}), target


def test_every_kind_is_tried():
    """A kind without a duty would be tried nowhere here; a drill is of nobody."""
    about_her = {kind for kind, found in KINDS.items() if found.letter_class == LETTER}

    assert about_her <= set(EVERY)
