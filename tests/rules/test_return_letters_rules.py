"""Rules that one letter of a return or a transit shows by itself: refused by its own gate and by every receiver.

XD writes to XA, the country of origin; nobody is real.
"""

import re
from typing import Any

import msgspec
import pytest

from node.protocol.gate.facts import DUTIES, MAY_DISCLOSE, ThreadFacts, Withdrawn
from node.protocol.gate.gate import receiver
from node.protocol.letters.bodies import Body, DataItem
from node.protocol.letters.carries import CARRIES
from node.protocol.letters.decode import decode
from node.protocol.letters.fields import BY_NAME
from node.protocol.letters.frame import ConsentEntry, Letter, SealedIdentity
from node.protocol.letters.kinds import KINDS
from node.protocol.letters.strict import Malformed
from tests.letters_return import RETURN_BODIES
from tests.letters_support import document, to_bytes
from tests.rules.world import CHILD, CHILD_TOKEN, HER_TOKEN, OFFICE, accepted, body, drafting, entry, item, letter

PURPOSES = (
    "enquiry",
    "risk_assessment",
    "family_tracing",
    "family_contact",
    "identity_verification",
    "travel",
    "transit",
    "reintegration",
    "followup",
)
CATEGORIES = ("needs", "health", "risk", "identity", "nationality", "documents", "contact", "family", "arrangements")
LEVELS = ("L1", "L2", "L3", "L4")


def allowed(**facts: Any) -> ConsentEntry:
    """Her consent to all of a return."""
    return entry(purposes=PURPOSES, levels=LEVELS, categories=CATEGORIES, **facts)


def child_allowed(**facts: Any) -> ConsentEntry:
    """A guardian's consent for the child of the thread."""
    return entry(CHILD, purposes=PURPOSES, levels=LEVELS, categories=CATEGORIES, **facts)


def exchanged(*entries: ConsentEntry) -> ThreadFacts:
    """A return that the origin accepted, about these persons."""
    return accepted(entries=entries or (allowed(),), data_needed=())


def says(kind: str, consent: tuple[ConsentEntry, ...] | None = None, **changed: Any) -> Letter[Body]:
    """A letter of XD with her consent and a changed body."""
    return letter(kind, consent=(allowed(),) if consent is None else consent, body=body(kind, **changed))


def both_refuse(made: Letter[Body], shared: ThreadFacts | None = None) -> tuple[bool, str, int]:
    """Whether our own gate names the rule that the receiver refuses by, the rule and the reason on the receipt."""
    facts = shared if shared is not None else exchanged()
    refused = receiver(made, facts)
    assert refused is not None
    named = {one.rule for one in drafting(made, shared=facts)}
    return refused.rule in named, refused.rule, refused.reason


def passes(made: Letter[Body], shared: ThreadFacts | None = None) -> bool:
    return receiver(made, shared if shared is not None else exchanged()) is None


REQUEST = "return.request"
NEVER_ASKED = ThreadFacts()


def test_every_letter_of_a_return_is_good_as_the_tests_write_it() -> None:
    """So that what is refused below is refused for the rule alone."""
    for kind in RETURN_BODIES:
        duty = DUTIES[kind]
        opening = KINDS[kind].opens
        if KINDS[kind].stop or KINDS[kind].bare:
            continue
        consent = (allowed(),) if duty.rests_on_consent else ()
        made = letter(kind, consent=consent, body=body(kind))
        assert passes(made, NEVER_ASKED if opening else None), kind


# --- R07 ---
NOT_HER_WISH = re.compile("forc|deport|expul|remov|repatri|involunt|compel|coerc|order|return_decision|refus.*wish")


def codes_of(kind: str) -> set[str]:
    """Every code and field name that a body of this kind can hold."""
    found: set[str] = set()

    def walk(one: msgspec.inspect.Type) -> None:
        match one:
            case msgspec.inspect.LiteralType(values=values):
                found.update(map(str, values))
            case msgspec.inspect.StructType(fields=fields):
                for field in fields:
                    found.add(field.encode_name)
                    walk(field.type)
            case msgspec.inspect.VarTupleType(item_type=inner) | msgspec.inspect.Metadata(type=inner):
                walk(inner)

    walk(msgspec.inspect.type_info(KINDS[kind].body))
    return found


def test_r07_sender_no_word_says_a_return_that_she_does_not_wish() -> None:
    """R07: no kind, no field and no code; a request holds how she said it, and there is no code for not saying it."""
    words = {word for kind in RETURN_BODIES if not KINDS[kind].stop for word in codes_of(kind)} | set(RETURN_BODIES)

    assert len(words) > 250
    assert {word for word in words if NOT_HER_WISH.search(word)} == set()
    assert codes_of(REQUEST) >= {"wish", "wish_date", "alternatives_explained", "advocate", "at_liberty"}


@pytest.mark.parametrize("key", ["wish", "wish_date", "alternatives_explained", "advocate", "at_liberty"])
def test_r07_receiver_a_request_without_her_wish_or_an_advocate_is_malformed(key: str) -> None:
    """R07: wish and advocate are required; none is no value of theirs."""
    for value in (None, "none", "ordered"):
        made = document(REQUEST)
        made["body"][key] = value
        with pytest.raises(Malformed):
            decode(to_bytes(made), 1)
    made = document(REQUEST)
    del made["body"][key]
    with pytest.raises(Malformed):
        decode(to_bytes(made), 1)


# --- the first contact ---
def test_r17_sender_no_return_is_asked_for_while_she_is_detained() -> None:
    """R17, H25: our own gate names it."""
    named = drafting(says(REQUEST, at_liberty=False), shared=NEVER_ASKED)

    assert "R17" in {one.rule for one in named}


def test_r17_receiver_a_request_about_somebody_detained_is_refused() -> None:
    """R17: reason 17."""
    assert both_refuse(says(REQUEST, at_liberty=False), NEVER_ASKED) == (True, "R17", 17)


def test_h17_receiver_a_wish_or_a_yes_that_she_did_not_say_alone_is_refused() -> None:
    """H17: `spoken_to_alone = no` is invalid for a return: for the wish, for the plan and on the day."""
    assert both_refuse(says(REQUEST, spoken_to_alone=False), NEVER_ASKED) == (True, "H17", 117)
    for about in ("plan", "departure"):
        assert both_refuse(says("consent.assertion", about=about, spoken_to_alone=False)) == (True, "H17", 117)


def test_r23_receiver_a_wish_without_alternatives_or_results_is_refused() -> None:
    """R23: she chooses only among what she knows."""
    assert both_refuse(says(REQUEST, alternatives_explained=False), NEVER_ASKED) == (True, "R23", 23)
    assert both_refuse(says("consent.assertion", results_shown=False)) == (True, "R23", 23)


def test_r03_receiver_the_first_letters_of_a_return_and_a_transit_name_nobody() -> None:
    """R03: an enquiry, in both matters."""
    for kind in (REQUEST, "transit.request"):
        sealed = SealedIdentity(office_kid=OFFICE, identity_commit="00" * 32, box="QUJD")
        made = says(kind)
        named = msgspec.structs.replace(made, disclosed=(item("given_name", "L3"),), sealed_identity=sealed)
        assert both_refuse(named, NEVER_ASKED) == (True, "R03", 3)


def test_r12_receiver_a_child_is_said_to_be_one_in_every_first_letter() -> None:
    """R12: reason 12, for a return and a transit as for an offer."""
    for kind in (REQUEST, "transit.request"):
        assert both_refuse(says(kind, age_band="12-15"), NEVER_ASKED) == (True, "R12", 12)


def test_r29_receiver_no_place_finer_than_a_region_is_named() -> None:
    """R29: where she would live is sealed, never in the clear part."""
    for kind in (REQUEST, "return.risk_request"):
        made = says(kind, region="XA-02-village")
        assert both_refuse(made, NEVER_ASKED if kind == REQUEST else None) == (True, "R29", 29)


def test_h26_receiver_everybody_of_the_thread_has_a_consent_and_a_risk_of_her_own() -> None:
    """H26: nobody drops out of a sent count, and no risk is told for a family as one."""
    two = exchanged(allowed(), child_allowed())
    assert both_refuse(says(REQUEST, dependants=["0-5"]), NEVER_ASKED) == (True, "H26", 126)
    for kind in ("return.travel_plan", "consent.assertion"):
        assert both_refuse(says(kind), two) == (True, "H26", 126)
        assert passes(says(kind, (allowed(), child_allowed())), two)
    assert both_refuse(says("return.risk_result"), two) == (True, "H26", 126)
    row = RETURN_BODIES["return.risk_result"]["rows"][0]
    told = says("return.risk_result", (allowed(), child_allowed()), rows=[row, row | {"person": CHILD_TOKEN}])
    assert passes(told, two)


# --- risk, family ---
def test_r09_sender_and_receiver_a_plan_whose_writer_does_not_vouch_for_its_gates_is_refused() -> None:
    """R09, R34, R24, R17: what only the sender can know, it has to stand for."""
    assert both_refuse(says("return.travel_plan", safeguards_met=False)) == (True, "R09", 9)


def test_r09_receiver_a_plan_without_the_word_of_its_writer_is_refused() -> None:
    """R09: reason 9."""
    assert both_refuse(says("return.travel_plan", safeguards_met=False))[1:] == ("R09", 9)


FAMILY = "return.family_request"


def test_r15_receiver_a_request_marked_no_contact_is_refused() -> None:
    """R15: the mark and the request contradict each other; the mark wins."""
    made = says(FAMILY)
    marked = msgspec.structs.replace(made, handling=(*made.handling, "no_contact_family"))

    assert both_refuse(marked) == (True, "R15", 15)


def test_r16_receiver_the_family_hears_of_trafficking_only_where_she_ticked_it() -> None:
    """R16: `what_she_agreed` needs the item of exploitation in her consent."""
    assert both_refuse(says(FAMILY, told="what_she_agreed")) == (True, "R16", 16)
    ticked = entry(purposes=PURPOSES, levels=LEVELS, categories=(*CATEGORIES, "exploitation"))
    assert passes(says(FAMILY, (ticked,), told="what_she_agreed"))


def test_h12_receiver_a_childs_family_is_sought_only_after_a_decision_on_tracing() -> None:
    """H12: reason 112."""
    made = says(FAMILY, (allowed(), child_allowed()))

    assert both_refuse(made, exchanged(allowed(), child_allowed())) == (True, "H12", 112)


def test_r01_receiver_contact_is_a_consent_of_its_own() -> None:
    """R01: tracing is not contact, and contact is not tracing."""
    tracing = entry(purposes=("enquiry", "family_tracing"), levels=LEVELS, categories=CATEGORIES)
    contact = entry(purposes=("enquiry", "family_contact"), levels=LEVELS, categories=CATEGORIES)
    assert both_refuse(says(FAMILY, (tracing,), steps=["contact"])) == (True, "R01", 1)
    assert both_refuse(says(FAMILY, (contact,), steps=["find"])) == (True, "R01", 1)
    assert both_refuse(says(FAMILY, (contact,), steps=["find", "contact"])) == (True, "R01", 1)
    assert passes(says(FAMILY, (contact,), steps=["contact"]))


def test_r20_receiver_no_step_rests_on_a_purpose_that_she_took_back() -> None:
    """R20: for each letter its own purpose, also contact with family."""
    purposes = {"return.risk_request": "risk_assessment", "return.travel_plan": "travel", FAMILY: "family_contact"}
    for kind, purpose in purposes.items():
        gone: Any = Withdrawn(HER_TOKEN, (purpose,), (), 1)  # type: ignore[arg-type]
        facts = msgspec.structs.replace(exchanged(), withdrawn=(gone,))
        made = says(kind, steps=["contact"]) if kind == FAMILY else says(kind)
        assert both_refuse(msgspec.structs.replace(made, n=2), facts)[1:] == ("R20", 20), kind


def test_h02_receiver_whoever_is_on_the_move_is_looked_out_for_without_consent() -> None:
    """H02: departure, arrival, failure and help on the way rest on no consent, so none is asked for."""
    for kind in ("departure", "arrival", "failed", "assist_now", "take_back", "way_ended"):
        assert passes(letter(f"return.{kind}", consent=(), body=body(f"return.{kind}")))
    for kind in ("departure", "confirm"):
        assert passes(letter(f"transit.{kind}", consent=(), body=body(f"transit.{kind}")))


# --- what each letter may carry ---
def carrying(kind: str, *names: str) -> Letter[Body]:
    """A letter with these fields sealed to the office of her consent."""
    disclosed = tuple(DataItem(person=HER_TOKEN, field=name, level=BY_NAME[name].level) for name in names)
    sealed = SealedIdentity(office_kid=OFFICE, identity_commit="00" * 32, box="QUJD")
    return msgspec.structs.replace(says(kind), disclosed=disclosed, sealed_identity=sealed)


def test_r04_receiver_each_letter_carries_only_the_fields_of_its_own_list() -> None:
    """R04: legs and meeting point with the plan, nationality with the question who she is, nothing with an arrival."""
    assert passes(carrying("return.travel_plan", "legs", "meeting_point", "code_word", "given_name"))
    assert passes(carrying("return.identity_request", "given_name", "nationality", "document_number"))
    assert both_refuse(carrying("return.risk_request", "given_name")) == (True, "R04", 204)
    assert both_refuse(carrying("return.family_request", "nationality")) == (True, "R04", 204)
    for kind in ("return.departure", "return.arrival", "return.assist_now", "return.decision", "transit.departure"):
        assert both_refuse(carrying(kind, "meeting_point")) == (True, "R04", 4), kind


def test_what_a_letter_may_carry_is_in_the_list_of_fields_and_nothing_rests_on_no_consent() -> None:
    """H09: a kind that goes without consent carries no field about her."""
    assert {name for names in CARRIES.values() for name in names} <= set(BY_NAME)
    assert set(CARRIES) <= MAY_DISCLOSE
    assert all(DUTIES[kind].rests_on_consent for kind in CARRIES)


def test_where_and_when_she_will_be_is_sealed_to_the_office_of_her_consent() -> None:
    """H13, wire 7: legs, places, contacts and code word are L3."""
    names = ("legs", "meeting_point", "meeting_time", "code_word", "collection_point", "return_locality")
    assert {BY_NAME[name].level for name in names} == {"L3"}


def test_h13_receiver_a_plan_sealed_to_another_office_is_refused() -> None:
    """H13: reason 113."""
    other = SealedIdentity(office_kid="b2" * 32, identity_commit="00" * 32, box="QUJD")
    made = msgspec.structs.replace(carrying("return.travel_plan", "legs"), sealed_identity=other)

    assert both_refuse(made) == (True, "H13", 113)


@pytest.mark.parametrize("kind", ["transit.cancel", "transit.stop"])
@pytest.mark.parametrize("key", ["in_reply_to", "relates_to", "urgency", "lawful_basis", "reply_by", "consent"])
def test_h04_receiver_a_transit_that_ends_says_nothing_beside(kind: str, key: str) -> None:
    """H01, H04: whatever the frame could carry would be a place for the cause."""
    spoiled = {
        "in_reply_to": "b3" * 16,
        "relates_to": "24" * 16,
        "urgency": "urgent",
        "lawful_basis": "vital_interests",
        "reply_by": 1_795_000_000,
        "consent": [msgspec.to_builtins(entry())],
    }
    assert decode(to_bytes(document(kind)), 1) is not None

    with pytest.raises(Malformed):
        decode(to_bytes(document(kind) | {key: spoiled[key]}), 1)
