"""Routes: somebody is in danger; what follows, and who is reached how."""

from node.api.call import Call, Route
from node.api.roles import DECIDE, RUN, WORK
from node.service.safety import alerts, following, listing
from node.service.safety.reach import reach
from node.service.safety.requests import (
    Acknowledge,
    AlertDone,
    AlertView,
    RaiseAlert,
    Reach,
    Review,
    SafetyFigures,
    SendMedical,
    StandDown,
    Told,
    UpdateAlert,
)


async def _reach(c: Call) -> Reach:
    return await c.node.store.read(lambda reader: reach(c.node, reader, c.path["country"], c.node.now()))


SAFETY: tuple[Route, ...] = (
    Route(
        "GET",
        "/alerts",
        WORK,
        "Dangers that are not over, the most pressing first",
        lambda c: listing.open_alerts(c.node, c.actor),
        answers=list[AlertView],
    ),
    Route(
        "POST",
        "/cases/{case}/alerts",
        DECIDE,
        "Danger now: tell a country, without consent",
        lambda c: alerts.raise_alert(c.node, c.actor, c.path["case"], c.body),
        takes=RaiseAlert,
        answers=AlertDone,
        status=201,
    ),
    Route(
        "POST",
        "/alerts/waiting/{alert}/confirm",
        DECIDE,
        "A second person stands behind an alert; it goes now",
        lambda c: alerts.confirm_alert(c.node, c.actor, c.path["alert"]),
        answers=AlertDone,
        status=201,
    ),
    Route(
        "POST",
        "/alerts/waiting/{alert}/refuse",
        DECIDE,
        "An alert that waits does not go",
        lambda c: alerts.refuse_alert(c.node, c.actor, c.path["alert"]),
        status=204,
    ),
    Route(
        "POST",
        "/alerts/medical",
        DECIDE,
        "Four medical facts about somebody who cannot speak, to who treats her",
        lambda c: alerts.send_medical(c.node, c.actor, c.body),
        takes=SendMedical,
        answers=AlertDone,
        status=201,
    ),
    Route(
        "POST",
        "/alerts/{alert}/acknowledge",
        DECIDE,
        "A person has it; nobody is called any more",
        lambda c: following.acknowledge(c.node, c.actor, c.path["alert"], c.body),
        takes=Acknowledge,
        answers=Told,
    ),
    Route(
        "POST",
        "/alerts/{alert}/update",
        DECIDE,
        "Say what changed",
        lambda c: following.update(c.node, c.actor, c.path["alert"], c.body),
        takes=UpdateAlert,
        answers=Told,
    ),
    Route(
        "POST",
        "/alerts/{alert}/stand-down",
        DECIDE,
        "The danger is over",
        lambda c: following.stand_down(c.node, c.actor, c.path["alert"], c.body),
        takes=StandDown,
        answers=Told,
    ),
    Route(
        "POST",
        "/alerts/{alert}/review",
        DECIDE,
        "The second look by another person, within 24 hours",
        lambda c: following.review(c.node, c.actor, c.path["alert"], c.body),
        takes=Review,
        status=204,
    ),
    Route(
        "POST",
        "/alerts/{alert}/informed",
        DECIDE,
        "She was told of the alert",
        lambda c: following.informed(c.node, c.actor, c.path["alert"]),
        status=204,
    ),
    Route(
        "GET",
        "/alerts/figures",
        RUN,
        "Alerts by country, and how many were not justified",
        lambda c: listing.figures(c.node, c.actor),
        answers=SafetyFigures,
    ),
    Route("GET", "/registry/{country}/reach", WORK, "How a country is reached by telephone now", _reach, answers=Reach),
)
