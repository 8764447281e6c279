"""Further ways to break a rule, each a letter that is good but for that: on a thread of its own, or on one that began.

As in `broken_letters`: the rule, what is done, the kind, what is wrong in the frame, what in the body, and the receipt.
On one thread the ways follow each other, for a refused letter changes nothing.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from node.protocol.letters.codes import MALFORMED, REFUSED, STORED
from tests.dishonest import Dishonest
from tests.letters_return import ESCORT, INTERPRETER
from tests.rules.broken_letters import Frame, Wrong, agrees, asks
from tests.rules.broken_threads import assessing, detained, disclosed, prepared, travelling, window
from tests.rules.broken_words import as_child, of_a_child
from tests.world import DAY_S, World

NOT_HERE: Final = 201
TEENAGER: Final[dict[str, Any]] = {"age_band": "16-17", "treated_as_child": True}


class Way(NamedTuple):
    """One letter that skips a rule."""

    rule: str
    how: str
    kind: str
    frame: Wrong = lambda liar: {}
    said: Callable[[Dishonest], dict[str, Any]] = lambda liar: {}
    receipt: tuple[int, int] = (REFUSED, 0)


def says(**body: Any) -> Callable[[Dishonest], dict[str, Any]]:
    """Parts of the body."""
    return lambda liar: body


def named(liar: Dishonest) -> Frame:
    """Her name is sealed inside."""
    return asks("given_name")(liar)


def field(name: str, level: str = "L2") -> Wrong:
    """A field that the letter names, with her consent for the office it is sealed to."""
    return lambda liar: {
        "disclosed": [liar.item(name, level)], "sealed_identity": liar.sealed(), "lawful_basis": "explicit_consent",
        "consent": [liar.consent(holder=liar.sealed()["office_kid"])],
    }  # fmt: skip


def child(**entry: Any) -> Wrong:
    """The consent of a child, some of it otherwise."""
    return lambda liar: {"consent": [as_child(liar) | entry]}


def stated(**entry: Any) -> Wrong:
    """Her consent on a letter of a referral that need not state one, some of it otherwise."""
    return lambda liar: {"consent": [liar.consent(**entry)], "lawful_basis": "explicit_consent"}


def without_her(basis: str) -> Wrong:
    """Another ground in the place of her consent."""
    return lambda liar: {"consent": [], "lawful_basis": basis}


def two(liar: Dishonest) -> Frame:
    """Her and somebody of whom the thread does not know."""
    return {
        "consent": [liar.consent(), liar.consent(token=liar.id_of("somebody else"))],
        "lawful_basis": "explicit_consent",
    }


PROVISIONAL: Final[dict[str, Any]] = {
    "basis": "provisional", "given_by": "child_protection", "purposes": ["enquiry"], "levels": ["L1"],
}  # fmt: skip


def for_days(days: int, **entry: Any) -> Wrong:
    """A provisional basis of so many days."""
    return lambda liar: child(**PROVISIONAL | {"until": liar.world.clock.now() + days * DAY_S} | entry)(liar)


ALONE: Final[tuple[Way, ...]] = (
    # R03: the first contact names nobody, in no place where a name could stand
    Way("R03", "a name in an offer", "referral.offer", named, receipt=(REFUSED, 205)),
    Way("R03", "a name in a request to return", "return.request", named, receipt=(REFUSED, 205)),
    Way("R03", "a name in a request to pass", "transit.request", named, receipt=(REFUSED, 205)),
    Way("R03", "a name as a code", "referral.offer", said=says(accessibility=["Zoryana"]), receipt=(REFUSED, 3)),
    Way("R03", "a status as a code", "referral.offer", said=says(safety_codes=["asylum_seeker"]), receipt=(REFUSED, 3)),
    Way("R03", "a name in an alert's place", "referral.offer", said=says(name="Zoryana"), receipt=(MALFORMED, 0)),
    # R12: whoever may be a child is one
    Way("R12", "a child's band in a return", "return.request", said=says(age_band="12-15"), receipt=(REFUSED, 12)),
    Way("R12", "a child's band on the way", "transit.request", said=says(age_band="12-15"), receipt=(REFUSED, 12)),
    Way("R12", "the band says child and the consent adult", "referral.offer", said=says(**TEENAGER),
        receipt=(REFUSED, 12)),
    # R13: a child is never alone, and never unasked
    Way("R13", "a child speaks alone", "referral.offer", child(given_by="self"), says(**TEENAGER), (REFUSED, 13)),
    Way("R13", "a child was not asked", "referral.offer", child(capacity="adult"), says(**TEENAGER), (REFUSED, 13)),
    Way("R13", "a child asks to return alone", "return.request", child(given_by="self"), says(**TEENAGER),
        (REFUSED, 13)),
    Way("R13", "a child is asked about", "info.request",
        lambda liar: asks("given_name")(liar) | child(given_by="self", holder=liar.sealed()["office_kid"])(liar),
        receipt=(REFUSED, 13)),
    # R18: what she was made to do, by any of its names
    *(Way("R18", one, "info.request", field(one), receipt=(REFUSED, 18)) for one in (
        "criminal_record", "Criminal_Record", "convictions", "criminal_convictions", "offences")),
    # R19: she is accompanied by nobody in uniform
    *(Way("R19", f"{kind} with {role}", kind, said=says(escorts=[ESCORT | {"role": role}]), receipt=(MALFORMED, 0))
      for kind in ("transit.request", "return.travel_plan") for role in ("police", "border_guard", "private_security")),
    Way("R19", "handed over by a carrier's guard", "transit.request",
        said=says(escorts=[{"role": "guard", "hand_over": "closed"}]), receipt=(MALFORMED, 0)),
    # R22: a consent has an end, within a year, and it has not come
    Way("R22", "over when asked to return", "return.request", agrees(until=1), receipt=(REFUSED, 22)),
    Way("R22", "over when asked to pass", "transit.request", agrees(until=1), receipt=(REFUSED, 22)),
    Way("R22", "for two years", "return.request",
        lambda liar: agrees(until=liar.world.clock.now() + 730 * DAY_S)(liar), receipt=(REFUSED, 22)),
    # H09: nothing stands in the place of her consent
    *(Way("H09", f"{kind} on {basis}", kind, without_her(basis), receipt=(REFUSED, 109))
      for kind in ("referral.offer", "return.request", "transit.request", "ident.support_request")
      for basis in ("public_task", "legal_obligation", "vital_interests")),
    # H10: a basis for now is for an offer and for help, at L1, for ten days, for a child
    Way("H10", "an adult's", "referral.offer", agrees(basis="provisional", levels=["L1"], purposes=["enquiry"]),
        receipt=(REFUSED, 110)),
    Way("H10", "eleven days", "referral.offer", for_days(11), says(**TEENAGER), (REFUSED, 110)),
    Way("H10", "for names", "referral.offer", child(**PROVISIONAL | {"levels": ["L1", "L3"]}), says(**TEENAGER),
        (REFUSED, 110)),
    Way("H10", "to be passed on", "referral.offer", child(**PROVISIONAL | {"purposes": ["enquiry", "referral"]}),
        says(**TEENAGER), (REFUSED, 110)),
    Way("H10", "to pass", "transit.request", for_days(5, purposes=["transit"]), says(**TEENAGER), (REFUSED, 110)),
    Way("H10", "child protection gives what it cannot", "referral.offer", child(given_by="child_protection"),
        says(**TEENAGER), (REFUSED, 110)),
    # H11: nobody speaks for her whom the sender does not vouch for
    Way("H11", "a representative", "referral.offer", agrees(given_by="legal_representative", safeguards_met=False),
        receipt=(REFUSED, 111)),
    Way("H11", "with a guardian who may be in it", "return.request",
        child(given_by="self_with_guardian", safeguards_met=False), says(**TEENAGER), (REFUSED, 111)),
    # H26: as many consents as persons
    Way("H26", "a child comes along unsaid", "return.request", said=says(dependants=["0-5"]), receipt=(REFUSED, 126)),
    Way("H26", "a child passes unsaid", "transit.request", said=says(dependants=["0-5"]), receipt=(REFUSED, 126)),
    Way("H26", "two consents for one", "referral.offer", two, receipt=(REFUSED, 126)),
)  # fmt: skip


async def detained_and_brought_back(world: World, name: str) -> Dishonest:
    """A return on the way, of which the origin tells that she is detained; then it failed, and she is taken back."""
    liar = await travelling(world, name)
    await liar.hears("return.arrival", **detained(world))
    assert await liar.sends("return.failed", cause="changed_mind") == (STORED, 0)
    assert await liar.sends("return.take_back") == (STORED, 0)
    return liar


async def asked_for_a_name(world: World, name: str) -> Dishonest:
    """An accepted offer; XA asks for her given name."""
    liar = Dishonest(world, name)
    assert await liar.sends("referral.offer") == (STORED, 0)
    await liar.hears("referral.accept")
    return liar


async def told_an_old_risk(world: World, name: str) -> Dishonest:
    """A plan that stands; then its writer says what it thought of the risk years ago, and that she was asked today."""
    liar, now = await prepared(world, name), world.clock.now()
    assert await liar.sends("return.travel_plan", **window(now)) == (STORED, 0)
    assert await liar.sends("return.risk_result", assessed_date="2020-01-01") == (STORED, 0)
    assert await liar.sends("consent.assertion", about="departure", asked_at=now) == (STORED, 0)
    return liar


async def of_a_teenager(world: World, name: str) -> Dishonest:
    """A return of somebody of 16 that XA agreed to look at."""
    return await of_a_child(world, name, "16-17")


async def passing(world: World, name: str) -> Dishonest:
    """A passage to which XA said yes."""
    liar = Dishonest(world, name)
    assert await liar.sends("transit.request") == (STORED, 0)
    await liar.hears("transit.ack")
    return liar


async def taken_back(world: World, name: str) -> Dishonest:
    """A return that XA agreed to look at; then she took back travel, tracing and what is sealed."""
    liar = await assessing(world, name)
    purposes = ["risk_assessment", "travel", "family_tracing", "identity_verification", "enquiry"]
    assert await liar.sends("consent.withdrawal", token=liar.token, purposes=purposes, levels=["L3"]) == (STORED, 0)
    return liar


async def taken_back_names(world: World, name: str) -> Dishonest:
    """An accepted offer, her given name asked for; then she took her names back."""
    liar = await asked_for_a_name(world, name)
    assert await liar.sends("consent.withdrawal", token=liar.token, purposes=["referral"], levels=["L3"]) == (STORED, 0)
    return liar


def far(days: int) -> Callable[[Dishonest], dict[str, Any]]:
    """Times of a plan that lie so far ahead."""
    return lambda liar: window(liar.world.clock.now() + days * DAY_S)


Begin = Callable[[World, str], Awaitable[Dishonest]]
ON_A_THREAD: Final[dict[Begin, tuple[Way, ...]]] = {
    asked_for_a_name: (
        Way("R18", "under way", "referral.update", field("convictions"), receipt=(REFUSED, 4)),
        Way("R22", "names on a consent that is over", "referral.disclose", stated(until=1), receipt=(REFUSED, 22)),
        Way("H09", "names on a law", "referral.disclose",
            lambda liar: named(liar) | {"consent": [], "lawful_basis": "legal_obligation"}, receipt=(REFUSED, 109)),
        Way("H10", "names on a basis for now", "referral.disclose", for_days(5), receipt=(REFUSED, 110)),
        Way("H11", "names by a guardian nobody looked at", "referral.disclose", child(safeguards_met=False),
            receipt=(REFUSED, 111)),
        Way("H26", "somebody else under way", "referral.update", two, receipt=(REFUSED, 126)),
        Way("H13", "names for an office she did not name", "referral.disclose",
            lambda liar: stated(holder="cc" * 32)(liar) | named(liar), receipt=(REFUSED, 113)),
        Way("H26", "somebody else's name", "referral.disclose",
            lambda liar: stated()(liar) | {
                "disclosed": [liar.item(person="cc" * 16)], "sealed_identity": liar.sealed()}, receipt=(REFUSED, 204)),
        Way("R32", "a window before names", "referral.arrange", receipt=(REFUSED, NOT_HERE)),
    ),
    disclosed: (
        Way("H26", "somebody else on the way", "referral.arrange", two, receipt=(REFUSED, 126)),
        Way("R32", "a window after three months", "referral.arrange",
            said=lambda liar: {"window_starts_at": liar.world.clock.now() + 80 * DAY_S,
                               "window_ends": liar.world.clock.now() + 91 * DAY_S}, receipt=(REFUSED, NOT_HERE)),
        Way("R32", "a window of two years", "referral.arrange",
            said=lambda liar: {"window_starts_at": liar.world.clock.now(),
                               "window_ends": liar.world.clock.now() + 730 * DAY_S}, receipt=(REFUSED, NOT_HERE)),
        Way("R32", "a window backwards", "referral.arrange",
            said=lambda liar: {"window_starts_at": liar.world.clock.now(),
                               "window_ends": liar.world.clock.now() - 1}, receipt=(MALFORMED, 0)),
    ),
    assessing: (
        Way("R08", "a decision before the risk", "return.decision", receipt=(REFUSED, 8)),
        Way("R12", "a child all at once", "return.risk_request", child(given_by="self", capacity="adult"),
            receipt=(REFUSED, 13)),
        Way("R13", "a child agrees alone", "return.risk_request", child(given_by="self"), receipt=(REFUSED, 13)),
        Way("R22", "the risk asked on a consent that is over", "return.risk_request", agrees(until=1),
            receipt=(REFUSED, 22)),
        Way("R22", "agreed before the results", "consent.assertion", receipt=(REFUSED, NOT_HERE),
            said=lambda liar: {"asked_at": liar.world.clock.now()}),
        Way("H09", "the risk on a law", "return.risk_request",
            lambda liar: {"consent": [], "lawful_basis": "legal_obligation"}, receipt=(REFUSED, 109)),
        Way("H10", "the risk on a basis for now", "return.risk_request", for_days(5), receipt=(REFUSED, 110)),
        Way("H11", "by a representative nobody looked at", "return.risk_request",
            agrees(given_by="legal_representative", safeguards_met=False), receipt=(REFUSED, 111)),
        Way("H26", "the risk of one of two", "return.risk_result", two, receipt=(REFUSED, 126)),
        Way("H26", "somebody new asked about", "return.risk_request", two, receipt=(REFUSED, 126)),
        Way("H26", "the risk of nobody", "return.risk_result", said=says(rows=[]), receipt=(MALFORMED, 0)),
        Way("R19", "a plan with the police", "return.travel_plan", said=says(escorts=[ESCORT | {"role": "police"}]),
            receipt=(MALFORMED, 0)),
    ),
    prepared: (
        Way("R22", "asked on another day", "consent.assertion",
            said=lambda liar: {"asked_at": liar.world.clock.now() - 2 * DAY_S}, receipt=(REFUSED, 22)),
        Way("R22", "asked tomorrow", "consent.assertion",
            said=lambda liar: {"asked_at": liar.world.clock.now() + DAY_S}, receipt=(REFUSED, 22)),
        Way("R22", "asked again without a plan", "consent.assertion",
            said=lambda liar: {"about": "departure", "asked_at": liar.world.clock.now()}, receipt=(REFUSED, NOT_HERE)),
        Way("R22", "left without a plan", "return.departure",
            said=lambda liar: {"noted_at": liar.world.clock.now()}, receipt=(REFUSED, NOT_HERE)),
        Way("H26", "somebody new in the plan", "return.travel_plan", two, far(0), (REFUSED, 126)),
        Way("H26", "nobody in the plan", "return.travel_plan", lambda liar: {"consent": []}, far(0), (REFUSED, 126)),
        Way("H17", "interpreted by her employer", "return.travel_plan", receipt=(REFUSED, 117),
            said=lambda liar: far(0)(liar) | {"interpreters": [INTERPRETER | {"comes_from": "employer"}]}),
        Way("R32", "a plan of next year", "return.travel_plan", said=far(300), receipt=(REFUSED, NOT_HERE)),
        Way("R32", "a way of half a year", "return.travel_plan",
            said=lambda liar: far(0)(liar) | {"arrival_ends": liar.world.clock.now() + 180 * DAY_S},
            receipt=(REFUSED, NOT_HERE)),
    ),
    of_a_teenager: (
        Way("R13", "agrees alone", "return.risk_request", child(given_by="self"), receipt=(REFUSED, 13)),
        Way("R13", "was not asked", "return.risk_result", child(capacity="adult"), receipt=(REFUSED, 13)),
    ),
    told_an_old_risk: (
        Way("R08", "left on a risk of years ago", "return.departure", receipt=(REFUSED, 8),
            said=lambda liar: {"noted_at": liar.world.clock.now()}),
    ),
    travelling: (
        Way("R22", "left once more", "return.departure", receipt=(REFUSED, NOT_HERE),
            said=lambda liar: {"noted_at": liar.world.clock.now()}),
        Way("R32", "closed before she came", "return.close", receipt=(REFUSED, NOT_HERE)),
        Way("R32", "another plan while she is on the way", "return.travel_plan", said=far(30),
            receipt=(REFUSED, NOT_HERE)),
    ),
    detained_and_brought_back: (
        *(Way("H25", f"{kind} while she is detained", kind, receipt=(REFUSED, 125))
          for kind in ("return.traveldoc_status", "return.risk_request", "return.risk_result", "return.family_request",
                       "return.identity_request", "return.decision")),
        Way("H25", "agreed a day later", "consent.assertion", receipt=(REFUSED, 125),
            said=lambda liar: {"asked_at": liar.world.clock.now()}),
        Way("H25", "asked again before it happened", "consent.assertion", receipt=(REFUSED, 22),
            said=lambda liar: {"asked_at": liar.world.clock.now() + 3 * DAY_S}),
        Way("H25", "another plan", "return.travel_plan", said=far(0), receipt=(REFUSED, 22)),
    ),
    passing: (
        Way("H26", "somebody comes along", "transit.arrange", two, receipt=(REFUSED, 126)),
        Way("H26", "nobody comes", "transit.arrange", lambda liar: {"consent": []}, receipt=(REFUSED, 126)),
        Way("R22", "on a consent that is over", "transit.arrange", agrees(until=1), receipt=(REFUSED, 22)),
        Way("R03", "her name without a hand-over", "transit.arrange", field("criminal_record"), receipt=(REFUSED, 18)),
    ),
    taken_back: (
        *(Way("R20", f"{kind} after she took it back", kind, receipt=(REFUSED, 20))
          for kind in ("return.risk_request", "return.risk_result", "return.identity_request")),
        Way("R20", "family after she took it back", "return.family_request", said=says(steps=["find"]),
            receipt=(REFUSED, 20)),
    ),
    taken_back_names: (
        Way("R20", "names after she took them back", "referral.disclose",
            lambda liar: stated(holder=liar.sealed()["office_kid"])(liar) | named(liar), receipt=(REFUSED, 20)),
        Way("R20", "an update after she took it back", "referral.update", stated(), receipt=(REFUSED, 20)),
        Way("R20", "names on a consent stated anew, dated before", "referral.disclose",
            lambda liar: stated(levels=["L1", "L2"])(liar) | named(liar), receipt=(REFUSED, 20)),
    ),
}  # fmt: skip
