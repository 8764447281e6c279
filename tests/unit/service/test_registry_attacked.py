"""Who attacks the registry is noticed: a task, a line of health, a number; who is only away is not. Attacks 30, 33."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from node.health import _Numbers, not_ready, warnings
from node.jobs import Jobs
from node.service.network.registry import LIES, RegistryKeeper, lies_noted
from node.store.problems import StoreReadOnly
from registry.errors import MirrorFailed
from registry.fetch import fetch_from_folder
from tests.registry_attacks import publish_snapshot_without
from tests.registry_world import edit_json
from tests.world import DAY_S, World, make_world


class Mirror:
    """The mirror of XD's node, which lies as `change` says."""

    def __init__(self, world: World, tmp: Path) -> None:
        self.world = world
        self.node = world["XD"].node
        self.change: Callable[[str, bytes], bytes] = lambda url, data: data
        self.client = world.registry.client(tmp / "client", fetch=self._fetch)
        self.keeper = RegistryKeeper(self.node, self.client, [])

    def _fetch(self, url: str, max_bytes: int) -> bytes:
        return self.change(url, fetch_from_folder(url, max_bytes))

    def timestamp(self) -> bytes:
        return (self.world.registry.folder / "metadata/timestamp.json").read_bytes()

    def publishes(self) -> None:
        """The publisher signs a newer list of the same countries."""
        registry = self.world.registry
        registry.clock.step(DAY_S + 60)
        self.world.clock.step(DAY_S + 60)
        registry.publisher.refresh()

    def serves(self, data: bytes) -> None:
        self.change = lambda url, given: data if url.endswith("timestamp.json") else given

    async def told(self) -> list[str | None]:
        """After a look: the countries of the open tasks about it; None is a mirror."""
        await self.keeper.refresh()
        rows = self.node.store.read_sync(lambda reader: reader.tasks.all())
        return [row.peer for row in rows if row.code == "registry_attacked" and row.done_at is None]

    def lies_for_the_doctor(self) -> int:
        return len(lies_noted(self.node.store.read_sync(lambda reader: reader.meta.get(LIES))))

    def number(self) -> float:
        found = {one.name: one for one in _Numbers(self.node, Jobs([], self.node.clock, 60)).collect()}
        return float(found["trm_registry_lies"].samples[0].value)


@pytest.fixture
async def mirror(tmp_path: Path) -> AsyncIterator[Mirror]:
    world = make_world(tmp_path, "XD", "XA")
    yield Mirror(world, tmp_path)
    await world.close()


async def test_a_mirror_that_rolls_back_or_forges_the_list_is_one_task_until_it_ends(mirror: Mirror) -> None:
    """Attack 30: at each look again the number says so, and there is one task."""
    old = mirror.timestamp()
    assert await mirror.told() == []
    mirror.publishes()
    assert await mirror.told() == []
    mirror.serves(old)
    assert await mirror.told() == [None]
    assert mirror.number() == 1
    mirror.serves(edit_json(mirror.timestamp(), lambda value: value["signed"].update(version=1)))
    assert await mirror.told() == [None]
    assert mirror.number() == 1
    mirror.change = lambda url, data: data
    assert (await mirror.told(), mirror.number()) == ([None], 0)
    assert "XA" in mirror.node.view.countries


async def test_a_list_that_leaves_out_a_country_is_a_task(mirror: Mirror) -> None:
    """Attack 33: the thief of the online key drops XA from the snapshot; what is known of it stays."""
    assert await mirror.told() == []
    publish_snapshot_without(mirror.world.registry, "c-XA.json", mirror.node.now())

    assert await mirror.told() == [None]
    assert mirror.node.view.countries["XA"].status == "active"


async def test_a_country_whose_record_was_changed_is_named_in_the_task(mirror: Mirror) -> None:
    mirror.change = lambda url, data: data[:-1] + b" " if "/targets/XA/" in url else data

    assert await mirror.told() == ["XA"]


async def test_a_node_whose_first_and_only_mirror_lies_says_so_too(mirror: Mirror) -> None:
    mirror.serves(b"{}")
    assert await mirror.told() == [None]


@pytest.mark.parametrize("how", ["away", "incomplete"])
async def test_a_mirror_that_is_merely_away_or_lacks_a_file_is_no_attack(mirror: Mirror, how: str) -> None:
    def change(url: str, data: bytes) -> bytes:
        if how == "away" or "timestamp" not in url:
            raise MirrorFailed("mirror does not answer properly: TimeoutError")
        return data

    assert await mirror.told() == []
    mirror.publishes()
    mirror.change = change
    assert (await mirror.told(), mirror.number()) == ([], 0)


async def test_an_attack_is_a_warning_of_readyz_and_never_takes_the_node_out_of_service(mirror: Mirror) -> None:
    await mirror.told()
    assert warnings(mirror.node) == []
    mirror.serves(b"{}")
    await mirror.told()

    assert warnings(mirror.node) == ["registry_attacked"]
    assert not_ready(mirror.node, Jobs([], mirror.node.clock, 60)) == []


async def test_the_doctor_says_an_attack_until_it_ended_also_while_no_node_runs(mirror: Mirror) -> None:
    """It reads what the node noted; a node that starts again tells nobody twice."""
    mirror.serves(b"{}")
    await mirror.told()
    assert mirror.lies_for_the_doctor() == 1
    again = RegistryKeeper(mirror.node, mirror.client, [])
    mirror.change = lambda url, data: data
    await again.refresh()

    assert mirror.lies_for_the_doctor() == 0


async def test_that_our_own_disk_is_full_is_nobodys_lie(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """Watched to fail: a full disk told people to take the mirror out of the configuration."""
    await mirror.told()
    mirror.publishes()
    monkeypatch.setattr(mirror.client, "before_current", _full)

    assert (await mirror.told(), mirror.number()) == ([], 0)


async def test_a_newer_list_counts_even_where_nobody_can_be_told_of_an_attack(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Watched to fail: while the disk was full, whoever lied about one country kept a revocation of another away."""
    mirror.change = lambda url, data: data[:-1] + b" " if "/targets/XA/" in url else data
    with monkeypatch.context() as full, pytest.raises(StoreReadOnly):
        full.setattr(mirror.node.store, "write", _full)
        await mirror.keeper.refresh()

    assert mirror.node.view is mirror.client.view


def _full(*_: object) -> None:
    raise StoreReadOnly("disk is full")
