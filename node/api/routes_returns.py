"""Routes: a country's own side of a return, its alarms, and care on the way."""

from node.api.call import Call, Route
from node.api.roles import DECIDE, WORK
from node.service.cases.requests import Reason
from node.service.returns import alarms, halting, plans
from node.service.returns.alarms import AlarmView, CareView, PlaceView, WritePlace
from node.service.returns.halting import Halted, HaltReturn
from node.service.returns.plans import PlanView


async def _place(c: Call) -> PlaceView:
    return await alarms.open_place(c.node, c.actor, c.path["case"], c.body.reason)


RETURNS: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases/{case}/returns",
        WORK,
        "Return plans: ten gates, what opens each, the next three things and whose turn they are",
        lambda c: plans.list_returns(c.node, c.actor, c.path["case"]),
        answers=list[PlanView],
    ),
    Route(
        "POST",
        "/cases/{case}/returns/{plan}/approve",
        DECIDE,
        "A second person, who did not write it, lets a plan go",
        lambda c: plans.approve_plan(c.node, c.actor, c.path["case"], c.path["plan"]),
        answers=PlanView,
    ),
    Route(
        "POST",
        "/cases/{case}/returns/{plan}/halt",
        DECIDE,
        "Halt a return: the reason stays here, the others get the one stop",
        lambda c: halting.halt_return(c.node, c.actor, c.path["case"], c.path["plan"], c.body),
        takes=HaltReturn,
        answers=Halted,
    ),
    Route(
        "GET",
        "/cases/{case}/care",
        WORK,
        "Care for somebody who stopped on the way, without the place",
        lambda c: alarms.list_care(c.node, c.actor, c.path["case"]),
        answers=list[CareView],
    ),
    Route(
        "PUT",
        "/cases/{case}/care/{care}/place",
        DECIDE,
        "Write down where she sleeps tonight: sealed to our people, in no letter",
        lambda c: alarms.write_place(c.node, c.actor, c.path["case"], c.path["care"], c.body),
        takes=WritePlace,
        answers=CareView,
    ),
    Route(
        "POST",
        "/cases/{case}/care/place/open",
        DECIDE,
        "Read where she sleeps, with a reason; logged",
        _place,
        takes=Reason,
        answers=PlaceView,
    ),
    Route(
        "GET",
        "/alarms",
        DECIDE,
        "Overdue arrivals, and whom to ask first",
        lambda c: alarms.list_alarms(c.node, c.actor),
        answers=list[AlarmView],
    ),
)
