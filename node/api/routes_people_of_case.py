"""Routes: what stands in the way for each person of a case, and who was found together with her.

The changes themselves go the way of every change of a case (`routes_cases`).
"""

from node.api.call import Route
from node.api.roles import DECIDE, WORK
from node.service.cases import groups, protections
from node.service.cases.groups import FoundWith, GroupView
from node.service.cases.protections import CountryQuery, ProtectionsView

PEOPLE_OF_CASE: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases/{case}/protections",
        WORK,
        "What is missing for each person before the next steps",
        lambda c: protections.protections(c.node, c.actor, c.path["case"], c.query.country),
        query=CountryQuery,
        answers=list[ProtectionsView],
    ),
    Route(
        "GET",
        "/cases/{case}/group",
        WORK,
        "Who was found together with her; stays in this node",
        lambda c: groups.view_group(c.node, c.actor, c.path["case"]),
        answers=GroupView,
    ),
    Route(
        "POST",
        "/cases/{case}/group",
        DECIDE,
        "Record that two people were found together",
        lambda c: groups.found_together(c.node, c.actor, c.path["case"], c.body),
        takes=FoundWith,
        answers=GroupView,
    ),
)
