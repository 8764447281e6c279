"""A valid body for every act of a referral, for plays over real nodes; invented people only."""

from typing import Any, Final

from tests.world import DAY_S

ORGANISATION = {"id": "haven", "type": "civil_society"}
DAY = "2026-11-25"


ALWAYS: Final[dict[str, dict[str, Any]]] = {
    "referral.info_request": {"questions": [{"question": "room", "why": "choose_service"}]},
    "referral.info": {"answers": [{"question": "room", "answer": ["single"], "declined": False}]},
    "referral.decline": {"reason": "no_capacity", "alternatives": [], "retry_after": [DAY]},
    "referral.disclose": {"complete": True},
    "referral.update": {
        "status": "as_planned",
        "services_started": ["safe-place"],
        "services_stopped": [],
        "plan_review_date": [],
    },
    "referral.complete": {
        "outcome": "services_started",
        "services": ["safe-place"],
        "followup_wanted": False,
        "satisfaction": [],
    },
    "referral.handback": {"reason": "no_capacity", "needs": ["shelter"], "handover_not_before": DAY},
    "referral.handback_confirm": {"takes_over_from": DAY},
    "referral.handback_reject": {"reason": "not_possible_yet", "ask_again_after": []},
}
ACCEPTED: Final[dict[str, Any]] = {
    "organisation": ORGANISATION,
    "contact_role": "duty-desk",
    "services": ["safe-place"],
    "needs": ["shelter", "health"],
    "partial": False,
    "start_not_before": DAY,
    "conditions": [],
    "retention_days": 365,
    "meeting_modes": ["met_on_arrival"],
}


def body_of(kind: str, tokens: list[str], now: int, number: int) -> dict[str, Any]:
    """What somebody might say with this act; `tokens` are the consent tokens of the thread."""
    if kind == "referral.accept":
        name = {"person": tokens[0] if tokens else "00" * 16, "field": "given_name", "level": "L3"}
        return ACCEPTED | {"persons": tokens, "data_needed": [name] if number % 2 else []}
    if kind == "referral.arrange":
        return arranged(now)
    if kind == "referral.arrived":
        return {"arrived": number % 3 > 0, "noted_at": now, "wellbeing": "well", "confirmed_by_her": True}
    if kind == "referral.change":
        other = {"id": f"haven-{number % 2}", "type": "civil_society"}
        return {"organisation": [other], "services": [], "start_not_before": []}
    return ALWAYS[kind]


def arranged(now: int) -> dict[str, Any]:
    """She travels by rail tomorrow and is met."""
    return {
        "window_starts_at": now + DAY_S,
        "window_ends": now + 2 * DAY_S,
        "modes": ["rail"],
        "interpreters": [],
        "escorts": [],
        "costs": [],
        "met_by": "receiving_organisation",
    }
