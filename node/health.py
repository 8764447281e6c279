"""Whether the node is alive and ready, and the numbers an operator watches; never what about whom.

`/healthz` and `/readyz` on the public listener say only yes or no; metrics are on a listener of their own.
Source: delivery, numbers an operator watches; pitfalls P37.
"""

import shutil
from collections.abc import Iterable

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from node.errors import Unavailable
from node.jobs import Jobs
from node.log import get
from node.service.context import Node
from node.service.keep.copies import copies_of
from node.service.network.registry import ATTACKED
from node.store.work import Reader

TEXT = "text/plain; version=0.0.4"
CLOCK_SAYS = {
    "behind": "the clock of this machine is behind: the registry was signed in its future; set the clock and turn on"
    " time service",
    "ahead": "the clock of this machine is over seven days ahead of the newest registry; set the clock, or bring a"
    " mirror within reach if the clock is right",
}
log = get()


def health_routes(node: Node, jobs: Jobs) -> list[web.RouteDef]:
    """`/healthz`: the process answers. `/readyz`: it can also write, knows the registry, which does not contradict its
    clock, and its sweeps run; `warnings` are for people and never stop it.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"ok": True})

    async def readyz(_: web.Request) -> web.Response:
        reasons = not_ready(node, jobs)
        answer = {"ok": not reasons, "reasons": reasons, "warnings": warnings(node)}
        return web.json_response(answer, status=503 if reasons else 200)

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


def not_ready(node: Node, jobs: Jobs) -> list[str]:
    """Why the node cannot do its work, as short codes; empty when it can."""
    late = [f"job_{tick.name}" for tick in jobs.ticks() if tick.is_late]
    store = ["store_read_only"] if node.store.problem is not None else []
    registry = ["no_registry"] if not node.view.countries else []
    # Ahead may as well be a registry that nobody reached for a week: receiving never stops for that.
    clock = ["clock"] if node.clock_trouble() == "behind" else []
    return [*store, *registry, *clock, *late]


def warnings(node: Node) -> list[str]:
    """What people have to look at although the node works: else whoever lies to it could take it out of service."""
    return [ATTACKED] if node.registry_lies else []


def tell_of_clock(node: Node) -> None:
    """One line in the log where our clock and the registry contradict each other: little leaves until that is set."""
    trouble = node.clock_trouble()
    if trouble:
        log.error("clock_contradicts_registry", reason=trouble, error=Unavailable(CLOCK_SAYS[trouble]))


def metrics_application(node: Node, jobs: Jobs) -> web.Application:
    """`/metrics` for Prometheus; bind it to the machine itself. What else is local is mounted beside it."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(node, jobs))

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": TEXT})

    app = web.Application(client_max_size=1 << 20)
    app.add_routes([web.get("/metrics", metrics)])
    return app


class _Numbers(Collector):
    """Counts and ages, read from the database at each scrape; labels are countries, states and job names only."""

    def __init__(self, node: Node, jobs: Jobs) -> None:
        self._node = node
        self._jobs = jobs

    def collect(self) -> Iterable[Metric]:
        """Every number; one consistent moment of the database."""
        yield from self._node.store.read_sync(lambda reader: list(_of_store(self._node, reader)))
        yield _gauge(
            "trm_registry_age_seconds",
            "Age of the newest verified registry",
            self._node.now() - self._node.view.verified_at,
        )
        yield _gauge(
            "trm_registry_lies",
            "Mirrors and countries of the registry whose files do not verify, went back, or are left out",
            len(self._node.registry_lies),
        )
        yield _gauge("trm_store_writable", "1 while the database takes writes", int(self._node.store.problem is None))
        yield _gauge("trm_commits", "Commits since the start", self._node.store.commits)
        yield _gauge(
            "trm_disk_free_bytes", "Free bytes where the database lies", shutil.disk_usage(self._node.store.folder).free
        )
        yield from _of_copies(self._node)
        ages = GaugeMetricFamily("trm_job_age_seconds", "Seconds since a sweep last ended", labels=["job"])
        for tick in self._jobs.ticks():
            ages.add_metric([tick.name], -1 if tick.age_s is None else tick.age_s)
        yield ages


def _of_copies(node: Node) -> Iterable[Metric]:
    """Ages in seconds, -1 where it was never done."""
    now, copies = node.now(), copies_of(node.store.folder)
    for name, says, at in (
        ("trm_backup_age_seconds", "Since the database was last copied", copies.database_at),
        ("trm_keys_copy_age_seconds", "Since the keys were last copied", copies.keys_at),
        ("trm_restore_check_age_seconds", "Since a node last came out of the copies", copies.tried_at),
    ):
        yield _gauge(name, says, -1 if at is None else now - at)


def _of_store(node: Node, reader: Reader) -> Iterable[Metric]:
    now = node.now()
    letters = GaugeMetricFamily(
        "trm_letters", "Outgoing letters without a receipt, or with a bad one", labels=["peer", "state"]
    )
    for peer, states in reader.outbox.counts().items():
        for state, count in states.items():
            letters.add_metric([peer, state], count)
    yield letters
    contact = GaugeMetricFamily("trm_last_contact_age_seconds", "Since a peer last spoke to us", labels=["peer"])
    for row in reader.peers.all():
        if row.last_contact_at is not None:
            contact.add_metric([row.peer], now - row.last_contact_at)
    yield contact
    oldest = reader.outbox.oldest_open_at()
    unopened = reader.letters.oldest_unopened_at()
    yield _gauge(
        "trm_oldest_unreceived_seconds",
        "Age of our oldest letter without a receipt",
        0 if oldest is None else now - oldest,
    )
    yield _gauge(
        "trm_oldest_unopened_seconds",
        "Age of the oldest letter nobody opened",
        0 if unopened is None else now - unopened,
    )
    yield _gauge("trm_channel_gaps", "Statements of peers that are missing", len(reader.channels.gaps()))
    yield _gauge("trm_open_tasks", "Things that wait for a person", reader.tasks.count_open())


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, says, value=value)
