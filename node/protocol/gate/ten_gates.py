"""The ten gates of a return, g1-g10: each says whether it is open, and if not, what would open it and whose turn it is.

Pure: a plan of the case, the consents, and what both countries said on the thread. The gate for letters (`returns`) and
the checklist on the screen read the same answers. Source: domain 5.7 (hard gates); R08, R09, R14, R17, R22, R24, R34;
practice H12, H23-H26.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from node.protocol.cases.case import Case, Person, asked_to_be_unknown_to, asylum_blocks, countries_unknown, person_of
from node.protocol.cases.return_plan import PersonReturn, ReturnPlan, RiskOverall
from node.protocol.cases.safeguards import (
    birth_is_settled,
    child_may_return,
    custody_is_clear,
    newborn_is_seen_to,
)
from node.protocol.consent.faults import faults
from node.protocol.consent.record import ConsentRecord
from node.protocol.rules import Objection

Turn = Literal["ours", "theirs", "hers", "second_person"]
GateName = Literal["g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8", "g9", "g10"]
DAY_S = 24 * 3600
RISK_IS_FRESH_S = 90 * DAY_S
AFTER_RELEASE_S = 2 * DAY_S
ONLY_SHE = "only she opens it: her written wish, a lawyer, two people, seven days; look for no other way to them"
ALLOWS: frozenset[RiskOverall] = frozenset({"acceptable", "acceptable_with_measures"})


class RiskSaid(msgspec.Struct, frozen=True):
    """A risk result that one country told the other: overall, when it was assessed, when it was told (UTC seconds)."""

    overall: RiskOverall
    at: int
    told_at: int
    independent: bool = False


class Exchanged(msgspec.Struct, frozen=True):
    """What both countries said on the return's thread, as far as the gates ask; times are UTC seconds.

    `risk_silent`: the origin was asked and has not answered within its time and the escalation (H23). `plan_stands`: a
    plan was told and has not fallen since.
    """

    state: str = "none"
    organisation: str = ""
    risk_host: RiskSaid | None = None
    risk_origin: RiskSaid | None = None
    risk_asked_at: int | None = None
    risk_silent: bool = False
    document_issued: bool = False
    document_refused: bool = False
    document_until: int | None = None
    reception_asked_at: int | None = None
    plan_stands: bool = False


class GateState(msgspec.Struct, frozen=True, kw_only=True):
    """One gate: open, or a sentence, what would open it, whose turn that is, and since when (UTC seconds, or None).

    `clears`: the change of the case or the letter that opens it, for the button on the screen.
    """

    gate: GateName
    rule: str
    is_open: bool
    sentence: str
    opens_with: str = ""
    turn: Turn = "ours"
    since: int | None = None
    clears: str = ""


class Look(msgspec.Struct, frozen=True):
    """Everything a gate may look at."""

    case: Case
    plan: ReturnPlan
    consents: Sequence[ConsentRecord]
    said: Exchanged
    now: int

    @property
    def rows(self) -> list[tuple[Person, PersonReturn]]:
        """Each person of the plan with what was checked for this person."""
        found = [(person_of(self.case, row.person_id), row) for row in self.plan.persons]
        return [(person, row) for person, row in found if person is not None]

    @property
    def window_ends(self) -> int:
        """When the planned window of arrival ends; now where no journey is planned."""
        return self.plan.journey.window_ends if self.plan.journey else self.now


def gates(
    case: Case, plan: ReturnPlan, consents: Sequence[ConsentRecord], said: Exchanged, now: int
) -> list[GateState]:
    """All ten gates in order, each judged for every person of the plan (H26)."""
    look = Look(case, plan, consents, said, now)
    return [GATES[name](look) for name in GATES]


def wish_fault(look: Look) -> GateState | None:
    """Whether somebody of the plan has not said, or no longer says, that she wishes to go. Source: R07, R22."""
    for _, row in look.rows:
        if row.wish_taken_back_at is not None:
            return _shut("g1", "R20", "she does not wish to go", "nothing is to be done; help goes on", "hers",
                         row.wish_taken_back_at)  # fmt: skip
        if row.alternative is not None:
            return _shut("g1", "R07", "she does something else", "begin anew if she wishes to go after all", "hers",
                         row.alternative.at)  # fmt: skip
        if row.wish is None or not row.wish.counts:
            return _shut(
                "g1",
                "R07",
                "her own wish is not recorded with all that belongs to it",
                "speak with her alone, with an advocate; explain that she may stay; write down what she says",
                "hers",
                look.plan.opened_at,
                "record_wish",
            )
    return None


def _g1(look: Look) -> GateState:
    """R22, R01: she agreed to this plan, after both countries had said what they think of the risk.

    What she agreed to before a journey on whose day she was asked is no yes to the next one, where that one fell.
    """
    if fault := wish_fault(look):
        return fault
    known_at = max((one.told_at for one in (look.said.risk_host, look.said.risk_origin) if one), default=0)
    for person, row in look.rows:
        left_at = 0 if look.said.plan_stands else row.departure_asked_at or 0
        if left_at > known_at and not any(_agrees(look, record, person, left_at) for record in look.consents):
            return _shut("g1", "R22", "she has not agreed to another journey since the last one",
                         "tell her what went wrong and what is planned now, ask her, and record her consent to travel",
                         "hers", left_at, "consent")  # fmt: skip
        if not any(_agrees(look, record, person, known_at) for record in look.consents):
            return _shut(
                "g1",
                "R22",
                "she has not agreed to this plan since the risk is known",
                "tell her the results and the journey, ask her, and record her consent to travel",
                "hers",
                known_at or look.plan.opened_at,
                "consent",
            )
    return _open("g1", "R22", "she agreed to this plan")


def _g2(look: Look) -> GateState:
    """R08, H23: two authors, neither too old, neither says no."""
    said = look.said
    # 1. our own assessment, for each person
    for _, row in look.rows:
        if row.risk is None:
            return _shut("g2", "R08", "our side has not assessed the risk", "assess it, domain by domain", "ours",
                         look.plan.opened_at, "assess_risk")  # fmt: skip
        if row.risk.overall not in ALLOWS:
            return _refused(row.risk.at)
        if look.now - row.risk.at > RISK_IS_FRESH_S:
            return _old(row.risk.at, "ours", "assess_risk")
    # 2. told to the other country
    if said.risk_host is None:
        return _shut("g2", "R08", "our assessment has not been sent", "send it to the other country", "ours",
                     look.plan.opened_at, "return.risk_result")  # fmt: skip
    # 3. the second author: the other country, or an independent assessor where it stayed silent
    second = said.risk_origin
    if second is None:
        return _no_second_author(look)
    for one, turn in ((said.risk_host, "ours"), (second, "theirs")):
        if one.overall not in ALLOWS:
            return _refused(one.at)
        if look.now - one.at > RISK_IS_FRESH_S:
            return _old(one.at, "ours" if turn == "ours" else "theirs", "return.risk_result")
    return _open("g2", "R08", "both assessed the risk, and neither says no")


def _g3(look: Look) -> GateState:
    """R09: her time to recover is over, or she asked in writing, advised independently."""
    for _, row in look.rows:
        recovery = row.recovery
        if recovery is None:
            return _shut("g3", "R09", "nobody recorded her recovery period", "record until when it runs", "ours",
                         look.plan.opened_at, "set_recovery")  # fmt: skip
        if look.now < recovery.until and recovery.waived_by is None:
            return _shut("g3", "R09", "her recovery period runs", "wait for its end; or her written wish, two people",
                         "hers", None, "waive_recovery")  # fmt: skip
    return _open("g3", "R09", "her recovery period does not stand in the way")


def _g4(look: Look) -> GateState:
    """R10, H03: asylum or fear closes the country, for everybody of the plan; nobody opens it here."""
    for person, _ in look.rows:
        country = look.plan.country
        closed = asylum_blocks(person, country, look.now) or asked_to_be_unknown_to(person, country)
        if closed or countries_unknown(person):
            return _shut("g4", "R10", "nothing about her goes to this country", ONLY_SHE, "hers")
    return _open("g4", "R10", "nothing closes this country to her")


def _g5(look: Look) -> GateState:
    """R34, H24: her lawyer advised her, and compensation and how she is heard from abroad are settled.

    Her wish stands above: once she was advised, `she_declines` opens it.
    """
    for _, row in look.rows:
        checked = row.proceedings
        if checked is None or not checked.advised_by_lawyer:
            return _shut(
                "g5",
                "R34",
                "proceedings and compensation were not looked at with her lawyer",
                "have her lawyer advise her, and arrange how she is heard from abroad; her wish decides",
                "ours",
                look.plan.opened_at,
                "record_proceedings",
            )
        if not checked.compensation_checked and checked.heard != "she_declines":
            return _shut("g5", "R34", "nobody looked at compensation for her", "ask her lawyer; her wish decides",
                         "ours", checked.at, "record_proceedings")  # fmt: skip
    return _open("g5", "R34", "her lawyer advised her")


def _g6(look: Look) -> GateState:
    """R14, H12, H26: what a child needs before it returns, each child for itself."""
    going = [person for person, _ in look.rows]
    of_each = [
        (*child_may_return(person, look.plan.country), custody_is_clear(person), birth_is_settled(person))
        for person in going
    ]
    found = (*(one for of_one in of_each for one in of_one), newborn_is_seen_to(look.case, going))
    missing = next((one for one in found if one is not None), None)
    if missing is not None:
        return _shut("g6", missing.rule, missing.sentence, missing.next_step, "ours", look.plan.opened_at)
    return _open("g6", "R14", "nothing is missing for a child")


def _g7(look: Look) -> GateState:
    """R08: the receiving organisation has accepted. Source: domain 5.7 (g7)."""
    if not look.said.organisation:
        return _shut("g7", "R08", "no organisation receives her yet", "ask the other country who receives her",
                     "theirs", look.said.reception_asked_at)  # fmt: skip
    return _open("g7", "R08", "an organisation receives her")


def _g8(look: Look) -> GateState:
    """R08: her travel document is valid until the end of the window of arrival. Source: domain 5.7 (g8); CETS 16(4)."""
    said = look.said
    if said.document_refused:
        return _shut("g8", "R08", "her travel document was refused", "ask why, or plan something else with her", "ours")
    if not said.document_issued:
        return _shut("g8", "R08", "her travel document is not issued", "ask the other country", "theirs",
                     said.reception_asked_at)  # fmt: skip
    if said.document_until is not None and said.document_until < look.window_ends:
        return _shut("g8", "R08", "her travel document ends before she would arrive", "plan earlier, or renew it",
                     "ours", None, "plan_journey")  # fmt: skip
    return _open("g8", "R08", "her travel document is valid until she arrives")


def _g9(look: Look) -> GateState:
    """R17, H25: not while she is detained; and after release she is asked again, 48 hours later."""
    if look.case.place_is_detention:
        return _shut("g9", "R17", "she is detained", "arrange her release first; no return is asked for", "ours",
                     None, "detention_ended")  # fmt: skip
    released = look.case.released_from_detention_at
    for _, row in look.rows:
        asked = row.asked_again_after_detention_at
        if released is not None and (asked is None or asked < released + AFTER_RELEASE_S):
            return _shut("g9", "H25", "she was not asked again since her release", "ask her 48 hours after it", "hers",
                         released, "ask_after_detention")  # fmt: skip
    return _open("g9", "R17", "she is free")


def _g10(look: Look) -> GateState:
    """R24: somebody who did not write the plan approved it, after its last change."""
    if look.plan.journey is None:
        return _shut("g10", "R24", "no journey is planned", "plan when she arrives, and through which countries",
                     "ours", look.plan.changed_at, "plan_journey")  # fmt: skip
    if not look.plan.is_approved:
        return _shut("g10", "R24", "nobody else has approved the plan", "ask a colleague who did not write it",
                     "second_person", look.plan.changed_at, "approve")  # fmt: skip
    return _open("g10", "R24", "a second person approved the plan")


GATES: dict[GateName, Callable[[Look], GateState]] = {
    "g1": _g1,
    "g2": _g2,
    "g3": _g3,
    "g4": _g4,
    "g5": _g5,
    "g6": _g6,
    "g7": _g7,
    "g8": _g8,
    "g9": _g9,
    "g10": _g10,
}


def shut_gates(look: Look, names: Sequence[GateName]) -> Iterator[GateState]:
    """Those of the named gates that are shut, in order."""
    for name in names:
        state = GATES[name](look)
        if not state.is_open:
            yield state


def next_things(states: Sequence[GateState], how_many: int = 3) -> list[GateState]:
    """What the checklist shows first: the shut gates, those that wait longest before the others of the same turn."""
    return [one for one in states if not one.is_open][:how_many]


def _agrees(look: Look, record: ConsentRecord, person: Person, known_at: int) -> bool:
    to_there = any(to.country == look.plan.country for to in record.recipients)
    fits = record.person_id == person.person_id and to_there and "travel" in record.purposes
    return fits and record.valid_from >= known_at and not faults(record, person, look.now)


def may_stand_in(look: Look) -> Objection | None:
    """H23: why an independent assessment may not be sent in the place of a silent origin's, or None.

    Two people called the assessor for every person, and the origin was silent for its time and the whole ladder.
    """
    if not look.said.risk_silent:
        return Objection("H23", "the other country still has time to assess the risk", "remind it; phone first", "hold")
    if any(row.assessor is None for _, row in look.rows):
        return Objection("H23", "no independent assessor was called for everybody", "call one; two people", "hold")
    return None


def _no_second_author(look: Look) -> GateState:
    said = look.said
    if said.risk_silent:
        called = all(row.assessor is not None for _, row in look.rows)
        return _shut("g2", "H23", "the other country is silent about the risk",
                     "tell it the independent assessment" if called else "call an independent assessor; two people",
                     "ours" if called else "second_person", said.risk_asked_at,
                     "return.risk_result" if called else "call_assessor")  # fmt: skip
    if said.risk_asked_at is None:
        return _shut("g2", "R08", "the other country was not asked about the risk", "ask it", "ours",
                     look.plan.opened_at, "return.risk_request")  # fmt: skip
    return _shut("g2", "R08", "the other country has not assessed the risk", "remind it; phone first", "theirs",
                 said.risk_asked_at)  # fmt: skip


def _refused(at: int) -> GateState:
    return _shut("g2", "R08", "the risk is unacceptable or unknown", "look for another solution with her", "hers", at,
                 "choose_alternative")  # fmt: skip


def _old(at: int, turn: Turn, clears: str) -> GateState:
    return _shut("g2", "R08", "a risk assessment is older than 90 days", "assess the risk again", turn, at, clears)


def _shut(
    gate: GateName, rule: str, sentence: str, opens_with: str, turn: Turn, since: int | None = None, clears: str = ""
) -> GateState:
    return GateState(
        gate=gate,
        rule=rule,
        is_open=False,
        sentence=sentence,
        opens_with=opens_with,
        turn=turn,
        since=since,
        clears=clears,
    )


def _open(gate: GateName, rule: str, sentence: str) -> GateState:
    return GateState(gate=gate, rule=rule, is_open=True, sentence=sentence)
