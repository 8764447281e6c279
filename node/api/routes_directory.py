"""Routes: the directory of what countries offer, and matching a need against it. Useful with no case at all."""

from node.api.call import Call, Route
from node.api.roles import COORDINATE, DECIDE, EVERY_ROLE, WORK
from node.service.directory import asking, publishing, views
from node.service.directory.asking import Challenge, Matched, MatchWish
from node.service.directory.publishing import OwnEntry
from node.service.directory.views import EntryLine, EntryView


async def _challenge(c: Call) -> None:
    await asking.challenge(c.node, c.actor, c.path["country"], c.body)


DIRECTORY: tuple[Route, ...] = (
    Route(
        "GET",
        "/directory",
        EVERY_ROLE,
        "What every country offers, how fresh that is, and whom to phone there",
        lambda c: views.list_entries(c.node),
        answers=list[EntryLine],
    ),
    Route(
        "PUT",
        "/directory",
        COORDINATE,
        "Publish what our own country offers; codes, ages and days, never a place",
        lambda c: publishing.publish_entry(c.node, c.actor, c.body),
        takes=OwnEntry,
        answers=EntryView,
    ),
    Route(
        "POST",
        "/directory/match",
        WORK,
        "Compare a need with every service of every country; no case is needed and nobody learns of it",
        lambda c: asking.match(c.node, c.actor, c.body),
        takes=MatchWish,
        answers=Matched,
    ),
    Route(
        "GET",
        "/directory/{country}",
        EVERY_ROLE,
        "One country's entry",
        lambda c: views.view_entry(c.node, c.path["country"]),
        answers=EntryView,
    ),
    Route(
        "POST",
        "/directory/{country}/challenges",
        DECIDE,
        "Tell a country that its entry is not so; says nothing of any person",
        _challenge,
        takes=Challenge,
        status=204,
    ),
)
