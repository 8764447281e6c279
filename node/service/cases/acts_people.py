"""What each change about children, families and life does: one row a change, as in `acts`.

The rows call `node.protocol.cases`; nothing is decided here. Source: R12-R16; practice H12, H26, H27, H30, H31, H33.
"""

from collections.abc import Mapping

from node.protocol.cases import changes_children as children
from node.protocol.cases import changes_life as life
from node.service.cases import requests_life as lives
from node.service.cases import requests_people as asks
from node.service.cases.change_rows import ChangeRow, one, rule, two

# A birth needs a fresh id, so `cases` makes it; everything else is a row.
PEOPLE_ROWS: Mapping[type, ChangeRow] = {
    asks.DecideBestInterests: rule(
        children.decide_best_interests, "person_id", "outcome", "country", "panel", "decided_on", "childs_view"
    ),
    asks.DecideTracing: rule(children.decide_tracing, "person_id", "may_trace", "panel", "decided_on", "childs_view"),
    asks.AssessFamily: one(children.assess_family, "person_id", "result", "assessed_on"),
    asks.ConfirmCaregiver: two(children.confirm_caregiver, "person_id", "kind", "willing", "able", "confirmed_on"),
    asks.DecideNoContact: one(children.decide_no_contact, "person_id", "reason", "decided_on"),
    asks.ReopenContact: two(children.reopen_contact, "person_id"),
    asks.ConfirmOtherCare: two(children.confirm_other_care, "person_id", "kind", "confirmed_on"),
    asks.CheckCustody: rule(children.check_custody, "person_id", "status", "dangerous_to_ask", "checked_on"),
    asks.SuspectFamily: one(children.suspect_family, "person_id", "who"),
    asks.ClearFamily: two(children.clear_family, "person_id", "who"),
    asks.FamilyMayKnow: rule(children.family_may_know, "person_id", "told"),
    lives.SetMajority: rule(life.set_majority, "person_id", "majority_at"),
    lives.RecordDeath: one(life.record_death, "person_id", "on"),
    lives.DeathInError: two(life.death_in_error, "person_id"),
    lives.RecordIncapacity: rule(life.record_incapacity, "person_id", "since", "lasting", "wish"),
    lives.CapacityRegained: two(life.capacity_regained, "person_id"),
    lives.RegisterBirth: rule(life.register_birth, "person_id", "registration"),
    lives.LawyerLooked: two(
        life.lawyer_looked, "person_id", "looked_on", "stateless", "asylum_advised", "lawyer_independent"
    ),
    lives.GroupWish: one(life.group_wish, "person_id", "wish", "apart_from"),
}
