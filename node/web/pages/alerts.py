"""Alerts that are not over: taken up, updated, stood down, looked at a second time, told to her, seconded.

Which of these is open for an alert the use case lists; this page has only the forms of each. Source: H21, H35; R02.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiohttp import web

from node.errors import NotFound, OpenTRMError
from node.service.returns.alarms import list_alarms
from node.service.safety import alerts, following, on_call
from node.service.safety.listing import open_alerts, view_alert
from node.service.safety.requests import Acknowledge, AlertView, Review, StandDown, UpdateAlert, WaitingAlert
from node.service.threads.forms import FormField, fields_of
from node.web.forms import asked
from node.web.pages.referral import problem
from node.web.pages.roles import WORK
from node.web.visit import Page, Visit

Do = Callable[[Visit, str], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Way:
    """One act of an alert: what is asked for it, and the use case that does it."""

    asks: type[msgspec.Struct] | None
    do: Do

    @property
    def fields(self) -> tuple[FormField, ...]:
        """What is to be filled in; nothing for an act that is one button."""
        return () if self.asks is None else fields_of(self.asks)


def _with(kind: type[Any], use_case: Callable[..., Awaitable[Any]]) -> Way:
    return Way(kind, lambda v, alert: use_case(v.node, v.actor, alert, asked(kind, v.form, v.speech.zone)))


def _plain(use_case: Callable[..., Awaitable[Any]]) -> Way:
    return Way(None, lambda v, alert: use_case(v.node, v.actor, alert))


WAYS: Final[dict[str, Way]] = {
    "acknowledge": _with(Acknowledge, following.acknowledge),
    "update": _with(UpdateAlert, following.update),
    "stand_down": _with(StandDown, following.stand_down),
    "review": _with(Review, following.review),
    "informed": _plain(following.informed),
    "confirm": _plain(alerts.confirm_alert),
    "refuse": _plain(alerts.refuse_alert),
    "answer_drill": _plain(on_call.answer_drill),
}


async def _list(v: Visit) -> web.Response:
    found, arrivals = await asyncio.gather(open_alerts(v.node, v.actor), list_alarms(v.node, v.actor))
    return v.show("alerts.html", alerts=found, arrivals=arrivals)


async def _one(v: Visit) -> web.Response:
    return await _show(v)


async def _do(v: Visit) -> web.Response:
    alert, act = v.path["alert"], v.path["act"]
    rows = await view_alert(v.node, v.actor, alert)
    if not any(act in row.acts for row in rows):
        raise NotFound("no such act for this alert", field="act")
    try:
        done = await WAYS[act].do(v, alert)
    except (OpenTRMError, msgspec.ValidationError) as error:
        return await _show(v, status=422, error=problem(v, error), failed=act)
    return v.go(_after(alert, act, done))


def _after(alert: str, act: str, done: Any) -> str:
    """Where it goes on: to the alert that was sent, to what is still open about this one, or to the list."""
    if act == "confirm":
        return f"/alerts/{done.letter_id}?sent=1"
    if act in ("acknowledge", "update"):
        return f"/alerts/{alert}?told={'yes' if done.told else 'no'}"
    return "/alerts"


async def _show(v: Visit, **more: Any) -> web.Response:
    rows = await view_alert(v.node, v.actor, v.path["alert"])
    waiting = await _waiting(v, rows)
    facts = {"failed": "", "sent": v.query.get("sent") == "1", "told": v.query.get("told", ""), **more}
    return v.show(
        "alert.html", rows=rows, waiting=waiting, asks=_said(waiting), danger=msgspec.to_builtins(rows[0].danger) or {},
        forms={act: WAYS[act].fields for row in rows for act in row.acts}, typed=v.form, **facts,
    )  # fmt: skip


async def _waiting(v: Visit, rows: list[AlertView]) -> WaitingAlert | None:
    if not any("confirm" in row.acts for row in rows):
        return None
    return await alerts.view_waiting(v.node, v.actor, rows[0].alert)


def _said(waiting: WaitingAlert | None) -> dict[str, Any]:
    """The alert in its own words, less what is empty and the local ids of persons."""
    if waiting is None:
        return {}
    plain: dict[str, Any] = msgspec.to_builtins(waiting.command)
    names = [name for one in plain.pop("names") for name in one["fields"]]
    said = {name: value for name, value in plain.items() if value not in (None, [], ()) and name != "persons"}
    return said | ({"names": names} if names else {})


ALERTS: tuple[Page, ...] = (
    Page("GET", "/alerts", WORK, _list),
    Page("GET", "/alerts/{alert}", WORK, _one),
    Page("POST", "/alerts/{alert}/{act}", WORK, _do),
)
