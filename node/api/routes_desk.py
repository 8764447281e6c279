"""Routes: what waits, the registry, the audit, queues and health."""

from typing import Annotated

from msgspec import Meta

from node.api.call import Call, Route, number
from node.api.roles import AUDIT, DECIDE, EVERY_ROLE, MANAGE, RUN, WORK
from node.api.routes_cases import PageQuery
from node.service.network.view import CountryView, RegistryView, country_view, registry_view
from node.service.threads import desk
from node.service.threads.desk import Inbox, TaskView
from node.service.upkeep import oversight
from node.service.upkeep.oversight import AuditPage, AuditVerified, Health, Queues


class AuditQuery(PageQuery, frozen=True):
    """A page of the audit, of one thing by its id or of all."""

    ref: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,64}(?!\\n)$")] | None = None


async def _registry(c: Call) -> RegistryView:
    return registry_view(c.node)


async def _country(c: Call) -> CountryView:
    return country_view(c.node, c.path["country"])


DESK: tuple[Route, ...] = (
    Route("GET", "/inbox", WORK, "What waits, by deadline", lambda c: desk.inbox(c.node, c.actor), answers=Inbox),
    Route(
        "GET",
        "/tasks",
        (*WORK, "operator"),
        "Open tasks",
        lambda c: desk.list_tasks(c.node, c.actor),
        answers=list[TaskView],
    ),
    Route(
        "POST",
        "/tasks/{task}/done",
        (*DECIDE, "operator"),
        "Say that a task was dealt with",
        lambda c: desk.task_done(c.node, c.actor, number(c, "task")),
        status=204,
    ),
    Route("GET", "/registry", EVERY_ROLE, "The countries, and how fresh this is", _registry, answers=RegistryView),
    Route("GET", "/registry/{country}", EVERY_ROLE, "One country", _country, answers=CountryView),
)


OVERSIGHT: tuple[Route, ...] = (
    Route(
        "GET",
        "/audit",
        AUDIT,
        "Lines of the audit, newest first",
        lambda c: oversight.audit_page(c.node, c.actor, c.query.limit, c.query.before, c.query.ref),
        query=AuditQuery,
        answers=AuditPage,
    ),
    Route(
        "GET",
        "/audit/verify",
        AUDIT,
        "Check the chain of the whole audit",
        lambda c: oversight.verify_audit(c.node, c.actor),
        answers=AuditVerified,
    ),
    Route(
        "GET",
        "/queues",
        MANAGE,
        "What goes to each country, in numbers",
        lambda c: oversight.queues(c.node, c.actor),
        answers=Queues,
    ),
    Route("GET", "/health", RUN, "How the node fares", lambda c: oversight.health(c.node, c.actor), answers=Health),
)
