"""Routes: what waits, the registry, the audit, queues and health."""

from typing import Annotated

from msgspec import Meta

from node.api.call import Call, Route, number
from node.api.roles import AUDIT, COORDINATE, DECIDE, EVERY_ROLE, MANAGE, RUN, WORK
from node.api.routes_cases import PageQuery
from node.service.cases.assigning import AssignCases, Assigned, assign_many
from node.service.network.view import CountryView, RegistryView, country_view, registry_view
from node.service.threads import desk
from node.service.threads.commands import Command
from node.service.threads.desk import Inbox, TaskView
from node.service.threads.going_on import MatterPage, Sort, list_matters
from node.service.threads.narrow import KINDS, Narrow, Whose
from node.service.upkeep import oversight
from node.service.upkeep.oversight import AuditPage, AuditVerified, Health, Queues


class AuditQuery(PageQuery, frozen=True):
    """A page of the audit, of one thing by its id or of all."""

    ref: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,64}(?!\\n)$")] | None = None


class NarrowQuery(Command, frozen=True):
    """Which part of a list: urgent, due today, one's own or nobody's, one kind of matter, one country; or all of it."""

    urgent: bool = False
    today: bool = False
    whose: Whose = ""
    kind: Annotated[str, Meta(pattern=f"^({'|'.join(KINDS)})?(?!\\n)$")] = ""
    country: Annotated[str, Meta(pattern="^([A-Z]{2})?(?!\\n)$")] = ""

    @property
    def narrow(self) -> Narrow:
        """The same as the lists take it."""
        return Narrow(whose=self.whose, peer=self.country, kind=self.kind, is_urgent=self.urgent, is_today=self.today)


class MattersQuery(NarrowQuery, frozen=True):
    """A page of matters: what is due soonest, or the newest, first; behind the `after` of the page before."""

    sort: Sort = "due"
    after: Annotated[str, Meta(max_length=84)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


async def _registry(c: Call) -> RegistryView:
    return registry_view(c.node)


async def _country(c: Call) -> CountryView:
    return country_view(c.node, c.path["country"])


DESK: tuple[Route, ...] = (
    Route(
        "GET",
        "/inbox",
        WORK,
        "What waits, by deadline",
        lambda c: desk.inbox(c.node, c.actor, narrow=c.query.narrow),
        query=NarrowQuery,
        answers=Inbox,
    ),
    Route(
        "GET",
        "/matters",
        WORK,
        "Matters that go on, page by page: whose, who has seen them, what each needs",
        lambda c: list_matters(c.node, c.actor, c.query.narrow, c.query.sort, c.query.after, c.query.limit),
        query=MattersQuery,
        answers=MatterPage,
    ),
    Route(
        "POST",
        "/cases/assign",
        COORDINATE,
        "Give many cases to a colleague, or leave them open for any; which were not given, and why",
        lambda c: assign_many(c.node, c.actor, c.body),
        takes=AssignCases,
        answers=Assigned,
    ),
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
