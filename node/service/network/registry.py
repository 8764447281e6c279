"""The registry in a running node: refresh it, keep every verified file, and do what a new view calls for.

A stale registry warns; it never stops a node from receiving. One refresh at a time; what is asked for meanwhile is
one more. Source: registry 4.6, decided 5, 8, 9; wire 3 row 5.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable

import msgspec

from node.errors import OpenTRMError
from node.log import get
from node.service.context import Node
from node.service.delivery.hearing import believed_again
from node.service.delivery.incoming import judge_parked
from node.service.delivery.reseal import reseal_lost_keys
from node.service.delivery.take import take_held
from node.service.network.disowned import forget_disowned
from node.service.network.offices import note_offices
from node.service.network.old_registry import load_old_sends
from node.service.safety.off_network import demand_plans
from node.store.work import Work
from registry.client import RegistryClient
from registry.errors import RegistryUnavailable
from registry.names import is_country
from registry.trust import View

log = get()
LEAST_BETWEEN_S = 5.0
ATTACKED = "registry_attacked"
LIES = "registry.lies"  # who lies, for the doctor, who may come while no node runs


class RegistryKeeper:
    """Keeps `node.view` the newest verified one. `refresh` may be called by anybody at any time."""

    def __init__(
        self, node: Node, client: RegistryClient, fetched: list[tuple[str, bytes]],
        may_list: Callable[[Iterable[str]], None] | None = None,
    ) -> None:  # fmt: skip
        """`may_list` raises for a list of countries that this node must never follow."""
        self._node = node
        self._client = client
        self._fetched = fetched
        self._may_list = may_list
        client.before_current = self._archive
        self._asked = asyncio.Event()
        self._last = -LEAST_BETWEEN_S
        self._lock = asyncio.Lock()
        self._followed: dict[str, tuple[bytes, str]] = {}
        self._told = lies_noted(node.store.read_sync(lambda reader: reader.meta.get(LIES)))

    async def refresh(self) -> None:
        """Ask all mirrors now; the view, the archive and whatever waited for it follow.

        Never raises for a bad mirror.
        """
        async with self._lock:
            self._last = self._node.clock.monotonic()
            try:
                view = await asyncio.to_thread(self._client.refresh, self._node.now())
            except RegistryUnavailable as error:
                log.warning("registry_unavailable", error=type(error).__name__)
                await self._tell_of_lies()
                return
            for source in view.troubles:
                reason = "does_not_verify" if source in self._client.lies else "away"
                log.warning("registry_trouble", reason=reason, peer=_country_of(source))
            if self._may_list is not None:
                self._may_list(view.countries)
            behind = not self._node.clock_is_believed()
            self._node.view = view
            load_old_sends(self._node)
            await self._follow(view)
            if behind and self._node.clock_is_believed():
                await believed_again(self._node)
            await self._tell_of_lies()  # last: that nobody can be told must not keep a newer list from counting
        await judge_parked(self._node)

    def ask(self) -> None:
        """Refresh soon: somebody used a key we do not know. At most one in five seconds is started by this."""
        self._asked.set()

    async def answer_asks(self) -> None:
        """Serve `ask` for ever; run as a task."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            pause_s = self._last + LEAST_BETWEEN_S - self._node.clock.monotonic()
            if pause_s > 0:
                await asyncio.sleep(pause_s)
            try:
                await self.refresh()
            except OpenTRMError as error:  # a full disk, say: the next ask, or the next turn of the job, tries again
                log.warning("registry_refresh_failed", error=type(error).__name__)

    def _archive(self) -> None:
        """Keep every file of a new copy before it becomes the current one; on the thread that refreshes."""
        files, now = list(self._fetched), self._node.now()
        self._fetched.clear()  # should the disk not take them, the whole copy is fetched again
        if files:
            self._node.store.write_sync(lambda work: _keep_all(work, files, now))

    async def _tell_of_lies(self) -> None:
        """Whoever begins to serve what does not verify is a task for people, once until it ended (attacks 30, 33)."""
        node, now, lies = self._node, self._node.now(), frozenset(self._client.lies)
        node.registry_lies = tuple(sorted(lies))
        if lies == self._told:
            return
        if lies - self._told:
            log.error("registry_attacked", count=len(lies - self._told))
        await node.store.write(lambda work: _note_lies(work, lies, lies - self._told, now))
        # Crash before this line: it is in the database, and the next start reads it there.
        self._told = lies

    async def _follow(self, view: View) -> None:
        """Where a country came, changed or went, by the registry or by time, what waited for it is looked at again."""
        node, now = self._node, self._node.now()
        standing: dict[str, tuple[bytes, str]] = {
            code: (one.record_sha256, one.status_at(now)) for code, one in view.countries.items()
        }
        changed = [code for code, stands in standing.items() if self._followed.get(code) != stands]
        if not changed:
            return
        was = dict(self._followed)
        await node.store.write(lambda work: _look_again(node, work, changed, standing, was, now))
        # Crash before this line: the next start knows nothing of what was followed and looks at every country again.
        self._followed = standing
        for code in changed:
            node.bundles_asked_at.pop(code, None)  # whoever has a new record may have new prekeys too
        for peer in node.store.read_sync(lambda reader: reader.outbox.busy_peers()):
            node.wake(peer)


def _country_of(source: str) -> str | None:
    """The country of a role; None for a mirror, and for what maintainers sign."""
    code = source.removeprefix("c-")
    return code if is_country(code) else None


def lies_noted(kept: object) -> frozenset[str]:
    """The mirrors and roles that lied when a node looked last, from what it noted."""
    return frozenset(msgspec.json.decode(kept, type=list[str])) if isinstance(kept, bytes) else frozenset()


def _note_lies(work: Work, lies: Collection[str], new: Collection[str], now: int) -> None:
    """Who lies now; a task for each new country, one for all mirrors, whose addresses stand in the configuration."""
    work.meta.put(LIES, msgspec.json.encode(sorted(lies)))
    for peer in sorted({_country_of(source) for source in new}, key=str):
        work.tasks.add(ATTACKED, now, peer=peer)
        work.audit.append(now, "node", ATTACKED, peer or "", outcome="alarm")


def _look_again(
    node: Node,
    work: Work,
    changed: list[str],
    standing: dict[str, tuple[bytes, str]],
    was: dict[str, tuple[bytes, str]],
    now: int,
) -> None:
    for code in changed:
        status = standing[code][1]
        work.outbox.wake_held(code, now)
        work.outbox.reset_backoff(code, now)
        if not forget_disowned(node, work, code, now):
            reseal_lost_keys(node, work, code, node.bundles.get(code), now)
        note_offices(node, work, code)
        take_held(node, work, code, now)
        if status == "suspended":
            work.tasks.add("country_suspended", now, peer=code)
        if status in ("suspended", "revoked"):
            demand_plans(node, work, code, now)
        if code in was:  # the first look after a start is no event
            work.audit.append(now, "node", "country_changed", code, outcome=status)


def _keep_all(work: Work, files: list[tuple[str, bytes]], now: int) -> None:
    for name, data in files:
        number, _, rest = name.rpartition("/")[2].partition(".")
        is_version = number.isdigit()
        work.archive.put(rest if is_version else name, int(number) if is_version else 0, data, now)
