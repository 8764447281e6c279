"""What each change of a case does: one row a change. What lifts a protection needs two people, what protects needs one.

The rows call `node.protocol.cases.changes`; nothing is decided here. Source: R12, R24; H01, H03, H05, H11, H14, H17.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from node.errors import BadInput, NotFound
from node.protocol.cases import changes, disappearance
from node.protocol.cases.case import Case, Guardian, Tie, person_of
from node.protocol.cases.changes import AuditLine, Changed
from node.service.cases import requests as asks
from node.service.cases import requests_safety
from node.service.cases.acts_people import PEOPLE_ROWS
from node.service.cases.change_rows import By, ChangeRow, one, rule, two
from node.service.cases.keep_acts import KEEP_CHANGES
from node.service.cases.return_acts import RETURN_CHANGES


def _facts(case: Case, ask: asks.SetFacts, by: By, at: int) -> Changed:
    """Plain facts of one person; none of them lifts a protection."""
    person = person_of(case, ask.person_id)
    if person is None:
        raise NotFound("no such person in this case; choose one of its persons", field="person_id")
    named = [name for name in ask.__struct_fields__ if name != "person_id" and getattr(ask, name) is not None]
    if not named:
        raise BadInput("no fact was given; give one of them", for_user="Nothing was chosen. Choose what has changed.")
    changed = msgspec.structs.replace(person, **{name: getattr(ask, name) for name in named})
    persons = tuple(changed if one.person_id == ask.person_id else one for one in case.persons)
    line = AuditLine(event="facts_recorded", rule="R36", case_id=case.case_id, by=by, at=at, detail=tuple(named))
    return Changed(msgspec.structs.replace(case, persons=persons), (line,))


def _guardian(case: Case, ask: asks.RecordGuardian, by: By, at: int) -> Changed:
    """A guardian who is not yet checked by a second person."""
    guardian = Guardian(
        ask.appointing_body, ask.appointed_on, ask.not_named_in_case, by[0], None, False, ask.heard_alone
    )
    return changes.record_guardian(case, ask.person_id, guardian, by[0], at)


def _tie(case: Case, ask: asks.SetTie, by: By, at: int) -> Changed:
    return changes.set_tie(case, ask.person_id, Tie(ask.country, ask.kind, ask.feared), by, at)


def _lift(case: Case, ask: asks.LiftAsylumBlock, by: By, at: int) -> Changed:
    return changes.lift_asylum_block(
        case,
        ask.person_id,
        ask.country,
        by,
        at,
        wish_in_writing=ask.wish_in_writing,
        lawyer_independent=ask.lawyer_independent,
        seen_alone=ask.seen_alone,
    )


def _suppress_stop(case: Case, ask: asks.SuppressStop, by: By, at: int) -> Changed:
    """Only for a thread that this case has."""
    if not any(one.thread == ask.thread for one in case.threads):
        raise NotFound("no such thread in this case; choose one of its threads", field="thread")
    return changes.suppress_stop(case, ask.thread, by, at)


CHANGES: Mapping[type, ChangeRow] = {
    asks.SetFacts: ChangeRow("one", _facts),
    asks.DoubtAge: one(changes.doubt_age, "person_id"),
    asks.SettleAge: two(changes.settle_age, "person_id", "age_band"),
    asks.RecordGuardian: ChangeRow("one", _guardian),
    asks.CheckGuardian: one(changes.check_guardian, "person_id", "conflict_found"),
    asks.FirstIntakeAnswered: one(changes.answer_first_intake, "blocked"),
    asks.BlockCountries: one(changes.block_countries, "person_id", "countries"),
    asks.UnblockCountry: two(changes.unblock_country, "person_id", "country"),
    asks.SetProtection: one(changes.set_protection, "person_id", "protection"),
    asks.SetTie: ChangeRow("rule", _tie),
    asks.LiftAsylumBlock: ChangeRow("two", _lift),
    asks.TakeBackLift: one(changes.take_back_lift, "person_id", "country"),
    asks.HoldForReview: one(changes.suspect_coercion, "person_id"),
    asks.EndReview: two(changes.clear_coercion, "person_id"),
    asks.RecordDistrust: two(changes.distrust, "target", "value"),
    asks.LiftDistrust: two(changes.lift_distrust, "target", "value"),
    asks.Detained: one(changes.place_in_detention),
    asks.DetentionEnded: two(changes.end_detention),
    asks.SuppressStop: ChangeRow("two", _suppress_stop),
    **RETURN_CHANGES,
    **PEOPLE_ROWS,
    **KEEP_CHANGES,
    requests_safety.RecordDisappearance: rule(disappearance.record_disappearance, "person_id", "what"),
    requests_safety.FoundAgain: one(disappearance.found_again, "person_id", fits=disappearance.is_anybody_gone),
}


def without_use(case: Case) -> list[str]:
    """Changes, by name, for which there is nothing in this case now: whoever asks for one is refused."""
    kinds: list[Any] = [kind for kind, row in CHANGES.items() if not row.fits(case)]
    return [str(kind.__struct_config__.tag) for kind in kinds]
