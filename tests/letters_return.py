"""Good bodies of a voluntary return and a transit, and how drawn fields are made to fit each other."""

from typing import Any

from node.protocol.letters.codes_logistics import LEGS

NOW = 1_795_000_000  # 2026-11-18
DAY_S = 86_400
TOKEN = "2fc23a7957bc66efea93d901398a3d03"
ORGANISATION = {"id": "haven-xa", "type": "civil_society"}

INTERPRETER = {
    "language": "ar",
    "dialect": ["apc"],
    "gender": "woman",
    "mode": "on_site",
    "payer": "responder",
    "comes_from": "civil_society",
    "independent": True,
}
ESCORT = {
    "role": "social_worker",
    "gender": "woman",
    "from_leg": "departure",
    "to_leg": "arrival",
    "hand_over": "none",
    "substitute": ["nurse"],
}
HANDS_OVER = ESCORT | {"to_leg": "transit", "hand_over": "signed_by_both_and_her"}
COST = {
    "item": "transport",
    "payer": "opener",
    "ceiling": [{"minor_units": 12_050, "currency": "EUR"}],
    "agreed": True,
}

RISK_ROW = {
    "person": TOKEN,
    "domain": "debt",
    "colour": "amber",
    "says": "likely",
    "measure": "debt_mediation",
    "sources": ["her_account"],
    "likelihood": [3],
    "severity": [],
}

RETURN_BODIES: dict[str, Any] = {
    "return.request": {
        "wish": "written",
        "wish_date": "2026-11-10",
        "alternatives_explained": True,
        "spoken_to_alone": True,
        "advocate": "lawyer",
        "at_liberty": True,
        "age_band": "25-34",
        "treated_as_child": False,
        "gender": "woman",
        "languages": ["uk"],
        "interpreter": False,
        "dependants": [],
        "region": "XA-02",
        "medical": "none",
        "reasons": ["family"],
        "earliest_date": "2027-01-10",
    },
    "return.request_response": {
        "can_assist": True,
        "organisation": [ORGANISATION],
        "contact_role": ["return-desk"],
        "assessments": ["risk", "travel_document", "reintegration"],
        "expected_days": [30],
        "reason": [],
    },
    "return.risk_request": {"domains": ["debt", "retaliation"], "region": None},
    "return.risk_result": {
        "rows": [RISK_ROW],
        "overall": "acceptable_with_measures",
        "assessor": "social_worker",
        "assessed_date": "2026-11-17",
        "independent": False,
    },
    "return.family_request": {
        "steps": ["find", "assess"],
        "told": "nothing_about_trafficking",
        "best_interests_date": [],
    },
    "return.family_result": {
        "found": "yes",
        "contacted": True,
        "caregiver": "willing_and_able",
        "safety": "safe",
        "household": "3-5",
        "involvement": "none_seen",
    },
    "return.identity_request": {"route": "focal_point", "counsel_heard": True},
    "return.identity_result": {"result": "confirmed", "more": []},
    "return.decision": {
        "decision": "proceed",
        "reasons": ["risk_acceptable"],
        "conditions": [],
        "decided_by": "case_conference",
        "review": "independent_body",
    },
    "consent.assertion": {"about": "plan", "asked_at": NOW - 3600, "results_shown": True, "spoken_to_alone": True},
    "return.traveldoc_status": {
        "type": "emergency_travel_document",
        "status": "issued",
        "valid_from_date": ["2026-11-15"],
        "valid_to_date": ["2027-02-15"],
        "single_use": True,
    },
    "return.reintegration_plan": {
        "items": [
            {
                "type": "Livelihood",
                "start_date": "2026-12-10",
                "organisation_type": "civil_society",
                "duration_days": 180,
                "funded": True,
            }
        ],
        "review_date": "2027-03-01",
        "agreed_by_her": True,
    },
    "return.travel_plan": {
        "departure_starts_at": NOW + DAY_S,
        "departure_ends": NOW + DAY_S + 3600,
        "arrival_starts_at": NOW + DAY_S + 7200,
        "arrival_ends": NOW + DAY_S + 10_800,
        "overdue_after_hours": 4,
        "modes": ["air"],
        "interpreters": [INTERPRETER],
        "escorts": [ESCORT],
        "costs": [COST],
        "medical": "none",
        "met_by": "receiving_organisation",
        "with_transit": True,
        "child_care": [],
        "best_interests_date": [],
        "safeguards_met": True,
    },
    "return.departure": {"outcome": "departed", "noted_at": NOW, "reason": []},
    "return.arrival": {
        "arrived": True,
        "noted_at": NOW,
        "met_by": "receiving_organisation",
        "condition": "well",
        "urgent_needs": [],
        "confirmed_by_her": True,
        "confirmed_how": ["code_word"],
    },
    "return.failed": {"cause": "refused_boarding", "noted_at": NOW, "urgent_needs": ["bed_tonight"]},
    "return.assist_now": {"asks": ["bed_tonight", "interpreter"]},
    "return.take_back": {"takes_back_date": "2026-11-20"},
    "return.way_ended": {"how": "goes_on_alone", "confirmed_by_her": True},
    "return.followup": {
        "at": "2_weeks",
        "safe": "yes",
        "housing": "good",
        "income": "some_difficulty",
        "health": "good",
        "education": "not_needed",
        "legal": "unknown",
        "social": "good",
        "re_trafficking": "no_sign",
        "wants_contact": True,
    },
    "return.update": {"status": "reception_changed", "organisation": [ORGANISATION]},
    "return.close": {"outcome": "support_completed"},
    "return.stopped": None,
    "transit.request": {
        "window_starts_at": NOW + DAY_S,
        "window_ends": NOW + 2 * DAY_S,
        "modes": ["air"],
        "assistance": ["met_at_transfer"],
        "interpreters": [],
        "escorts": [HANDS_OVER],
        "costs": [],
        "age_band": "25-34",
        "treated_as_child": False,
        "gender": "woman",
        "languages": ["uk"],
        "interpreter": True,
        "dependants": [],
        "medical": "none",
    },
    "transit.ack": {"can_assist": True, "contact_role": ["airport-desk"], "assistance": ["met_at_transfer"]},
    "transit.arrange": {"met_by": "focal_point"},
    "transit.departure": {"departed": True, "noted_at": NOW},
    "transit.confirm": {"passed": True, "noted_at": NOW, "condition": "well"},
    "transit.cancel": {},
    "transit.stop": {},
}


def fitted(name: str, values: dict[str, Any]) -> dict[str, Any]:
    """The drawn fields of a struct of this name, those that contradict each other changed."""
    change = _FIT.get(name)
    return values | change(values) if change else values


def _plan(values: dict[str, Any]) -> dict[str, Any]:
    names = ("departure_starts_at", "departure_ends", "arrival_starts_at", "arrival_ends")
    return dict(zip(names, sorted(values[name] for name in names), strict=True))


def _risk(values: dict[str, Any]) -> dict[str, Any]:
    rows = {(row.person, row.domain): row for row in values["rows"]}
    measured = any(row.measure != "none_needed" for row in rows.values())
    overall = values["overall"] if measured else "unknown"
    independent = values["assessor"] == "independent_assessor"
    return {"rows": tuple(rows.values()), "overall": overall, "independent": independent}


_FIT: dict[str, Any] = {
    "ReturnResponseBody": lambda v: {
        "can_assist": bool(v["organisation"]),
        "reason": () if v["organisation"] else ("other",),
    },
    "RiskResultBody": _risk,
    "IdentityResultBody": lambda v: {"result": "need_more" if v["more"] else "pending"},
    "DecisionBody": lambda v: {"decision": "proceed_with_conditions" if v["conditions"] else "do_not_proceed"},
    "TravelDocumentBody": lambda v: {"status": v["status"] if v["valid_to_date"] else "applied"},
    "TravelPlanBody": _plan,
    "DepartureBody": lambda v: {"outcome": "postponed" if v["reason"] else v["outcome"]},
    "ReturnArrivalBody": lambda v: {
        "confirmed_by_her": bool(v["confirmed_how"]),
        "arrived": v["arrived"] or bool(v["confirmed_how"]),
    },
    "WayEndedBody": lambda v: {"confirmed_by_her": v["confirmed_by_her"] or v["how"] == "goes_on_alone"},
    "ReturnUpdateBody": lambda v: {"status": "reception_changed" if v["organisation"] else "delayed"},
    "TransitRequestBody": lambda v: dict(
        zip(("window_starts_at", "window_ends"), sorted((v["window_starts_at"], v["window_ends"])), strict=True)
    ),
    "Escort": lambda v: dict(
        zip(("from_leg", "to_leg"), sorted((v["from_leg"], v["to_leg"]), key=LEGS.index), strict=True)
    ),
    "TransitAckBody": lambda v: {"can_assist": bool(v["contact_role"])},
}
