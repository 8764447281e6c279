"""What each change of a case does: one row a change. What lifts a protection needs two people, what protects needs one.

The rows call `node.protocol.case_changes`; nothing is decided here. Source: R12, R24; H01, H03, H05, H11, H14, H17.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from node.errors import NotFound
from node.protocol import case_changes as changes
from node.protocol.case import Case, Guardian, Tie, person_of
from node.protocol.case_changes import AuditLine, Changed
from node.service import case_requests as asks

By = tuple[str, ...]
People = Literal["one", "two", "rule"]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """How a change is made. `people`: "rule" means the rule itself says whether one person is enough."""

    people: People
    make: Callable[[Case, Any, By, int], Changed]


def guardian_of(ask: asks.RecordGuardian, by: str) -> Guardian:
    """A guardian as asked for, not yet checked by a second person."""
    return Guardian(ask.appointing_body, ask.appointed_on, ask.not_named_in_case, by, None, False, ask.heard_alone)


def set_facts(case: Case, ask: asks.SetFacts, by: By, at: int) -> Changed:
    """Plain facts of one person; none of them lifts a protection."""
    person = person_of(case, ask.person_id)
    if person is None:
        raise NotFound("no such person in this case; choose one of its persons", field="person_id")
    named = [name for name in ask.__struct_fields__ if name != "person_id" and getattr(ask, name) is not None]
    changed = msgspec.structs.replace(person, **{name: getattr(ask, name) for name in named})
    persons = tuple(changed if one.person_id == ask.person_id else one for one in case.persons)
    line = AuditLine(event="facts_recorded", rule="R36", case_id=case.case_id, by=by, at=at, detail=tuple(named))
    return Changed(msgspec.structs.replace(case, persons=persons), (line,))


def suppress_stop(case: Case, ask: asks.SuppressStop, by: By, at: int) -> Changed:
    """Only for a thread that this case has."""
    if not any(one.thread == ask.thread for one in case.threads):
        raise NotFound("no such thread in this case; choose one of its threads", field="thread")
    return changes.suppress_stop(case, ask.thread, by, at)


# fmt: off
CHANGES: Mapping[type, ChangeRow] = {
    #   change                       people     what it does
    asks.SetFacts:            ChangeRow("one",  set_facts),
    asks.DoubtAge:            ChangeRow("one",  lambda c, a, by, at: changes.doubt_age(c, a.person_id, by[0], at)),
    asks.SettleAge:           ChangeRow("two",  lambda c, a, by, at: changes.settle_age(c, a.person_id, a.age_band, by, at)),
    asks.RecordGuardian:      ChangeRow("one",  lambda c, a, by, at: changes.record_guardian(c, a.person_id, guardian_of(a, by[0]), by[0], at)),
    asks.CheckGuardian:       ChangeRow("one",  lambda c, a, by, at: changes.check_guardian(c, a.person_id, a.conflict_found, by[0], at)),
    asks.FirstIntakeAnswered: ChangeRow("one",  lambda c, a, by, at: changes.answer_first_intake(c, a.blocked, by[0], at)),
    asks.BlockCountries:      ChangeRow("one",  lambda c, a, by, at: changes.block_countries(c, a.person_id, a.countries, by[0], at)),
    asks.UnblockCountry:      ChangeRow("two",  lambda c, a, by, at: changes.unblock_country(c, a.person_id, a.country, by, at)),
    asks.SetProtection:       ChangeRow("one",  lambda c, a, by, at: changes.set_protection(c, a.person_id, a.protection, by[0], at)),
    asks.SetTie:              ChangeRow("rule", lambda c, a, by, at: changes.set_tie(c, a.person_id, Tie(a.country, a.kind, a.feared), by, at)),
    asks.LiftAsylumBlock:     ChangeRow("two",  lambda c, a, by, at: changes.lift_asylum_block(
                                  c, a.person_id, a.country, by, at, wish_in_writing=a.wish_in_writing,
                                  lawyer_independent=a.lawyer_independent, seen_alone=a.seen_alone)),
    asks.TakeBackLift:        ChangeRow("one",  lambda c, a, by, at: changes.take_back_lift(c, a.person_id, a.country, by[0], at)),
    asks.HoldForReview:       ChangeRow("one",  lambda c, a, by, at: changes.suspect_coercion(c, a.person_id, by[0], at)),
    asks.EndReview:           ChangeRow("two",  lambda c, a, by, at: changes.clear_coercion(c, a.person_id, by, at)),
    asks.RecordDistrust:      ChangeRow("two",  lambda c, a, by, at: changes.distrust(c, a.target, a.value, by, at)),
    asks.LiftDistrust:        ChangeRow("two",  lambda c, a, by, at: changes.lift_distrust(c, a.target, a.value, by, at)),
    asks.Detained:            ChangeRow("one",  lambda c, a, by, at: changes.place_in_detention(c, by[0], at)),
    asks.DetentionEnded:      ChangeRow("two",  lambda c, a, by, at: changes.end_detention(c, by, at)),
    asks.SuppressStop:        ChangeRow("two",  suppress_stop),
}
# fmt: on
