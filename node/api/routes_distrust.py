"""Routes: who is on call, drills, distrust, concerns, and what is said beside the network."""

from node.api.call import Call, Handler, Route, number
from node.api.roles import COORDINATE, DECIDE, MANAGE
from node.service.network import old_registry
from node.service.network.old_registry import OldSendView, SendOnOldRegistry
from node.service.safety import concerns, distrusting, off_network, on_call
from node.service.safety.concerns import ConcernView, RaiseConcern
from node.service.safety.distrusting import Distrust, DistrustView
from node.service.safety.off_network import ContactView, OnTheWay, RecordContact
from node.service.safety.on_call import DrillView, Roster, SetOnCall, StartDrill


def _decide(approve: bool) -> Handler:
    """The handler of both answers a second person can give about distrust."""

    async def decide(c: Call) -> None:
        await distrusting.decide_distrust(c.node, c.actor, number(c, "pending"), approve)

    return decide


def _decide_send(approve: bool) -> Handler:
    """The handler of both answers a second person can give about writing on an old registry."""

    async def decide(c: Call) -> None:
        await old_registry.decide_old_send(c.node, c.actor, c.path["country"], approve)

    return decide


OLD_REGISTRY: tuple[Route, ...] = (
    Route(
        "GET",
        "/old-sends",
        DECIDE,
        "Countries that are written to although the registry was not seen for a week",
        lambda c: old_registry.old_sends(c.node, c.actor),
        answers=list[OldSendView],
    ),
    Route(
        "POST",
        "/old-sends",
        DECIDE,
        "Write to a country all the same; it waits for a second person",
        lambda c: old_registry.propose_old_send(c.node, c.actor, c.body),
        takes=SendOnOldRegistry,
        answers=OldSendView,
        status=201,
    ),
    Route(
        "POST",
        "/old-sends/{country}/approve",
        DECIDE,
        "A second person confirms it; what waits is looked at again",
        _decide_send(True),
        status=204,
    ),
    Route(
        "POST",
        "/old-sends/{country}/refuse",
        DECIDE,
        "Refuse it, or take it back",
        _decide_send(False),
        status=204,
    ),
)

ON_CALL: tuple[Route, ...] = (
    Route(
        "GET",
        "/on-call",
        MANAGE,
        "Who is on call, and whether our promise stands",
        lambda c: on_call.roster(c.node, c.actor),
        answers=Roster,
    ),
    Route(
        "PUT",
        "/on-call",
        COORDINATE,
        "A person's place on the roster, and where she is reached",
        lambda c: on_call.set_on_call(c.node, c.actor, c.body),
        takes=SetOnCall,
        answers=Roster,
    ),
    Route(
        "DELETE",
        "/on-call/{user}",
        COORDINATE,
        "Take a person off the roster",
        lambda c: on_call.drop_on_call(c.node, c.actor, c.path["user"]),
        status=204,
    ),
    Route(
        "POST",
        "/on-call/drills",
        COORDINATE,
        "Drill a country's people on call",
        lambda c: on_call.start_drill(c.node, c.actor, c.body),
        takes=StartDrill,
        answers=DrillView,
        status=201,
    ),
    Route(
        "POST",
        "/on-call/drills/{alert}/answer",
        DECIDE,
        "Answer a drill, with the vault open",
        lambda c: on_call.answer_drill(c.node, c.actor, c.path["alert"]),
        status=204,
    ),
)

DISTRUST: tuple[Route, ...] = (
    Route(
        "GET",
        "/distrust",
        DECIDE,
        "What two people distrust for everybody, and what waits for a second one",
        lambda c: distrusting.distrust_list(c.node, c.actor),
        answers=list[DistrustView],
    ),
    Route(
        "POST",
        "/distrust",
        DECIDE,
        "Distrust, or trust again, for everybody; it waits for a second person",
        lambda c: distrusting.propose_distrust(c.node, c.actor, c.body),
        takes=Distrust,
        answers=DistrustView,
        status=201,
    ),
    Route(
        "POST",
        "/distrust/{pending}/approve",
        DECIDE,
        "A second person confirms a decision about distrust",
        _decide(True),
        status=204,
    ),
    Route("POST", "/distrust/{pending}/refuse", DECIDE, "Refuse it, or take it back", _decide(False), status=204),
    Route(
        "GET",
        "/concerns",
        MANAGE,
        "Concerns for the maintainers, with their signed files",
        lambda c: concerns.concerns(c.node, c.actor),
        answers=list[ConcernView],
    ),
    Route(
        "POST",
        "/concerns",
        MANAGE,
        "Raise a concern about a country's node; nobody is in it",
        lambda c: concerns.raise_concern(c.node, c.actor, c.body),
        takes=RaiseConcern,
        answers=ConcernView,
        status=201,
    ),
    Route(
        "POST",
        "/concerns/{concern}/sign",
        MANAGE,
        "A second person stands behind a concern",
        lambda c: concerns.sign(c.node, c.actor, number(c, "concern")),
        answers=ConcernView,
    ),
)

OFF_NETWORK: tuple[Route, ...] = (
    Route(
        "GET",
        "/registry/{country}/on-the-way",
        DECIDE,
        "Who is on the way with this country, and whom to phone",
        lambda c: off_network.on_the_way(c.node, c.actor, c.path["country"]),
        answers=list[OnTheWay],
    ),
    Route(
        "GET",
        "/threads/{thread}/off-network",
        DECIDE,
        "What was said beside the network",
        lambda c: off_network.contacts_of(c.node, c.actor, c.path["thread"]),
        answers=list[ContactView],
    ),
    Route(
        "POST",
        "/threads/{thread}/off-network",
        DECIDE,
        "Record a telephone call; it waits for a second person",
        lambda c: off_network.record_contact(c.node, c.actor, c.path["thread"], c.body),
        takes=RecordContact,
        answers=ContactView,
        status=201,
    ),
    Route(
        "POST",
        "/off-network/{pending}/confirm",
        DECIDE,
        "A second person confirms a telephone call",
        lambda c: off_network.confirm_contact(c.node, c.actor, number(c, "pending")),
        answers=ContactView,
    ),
)
