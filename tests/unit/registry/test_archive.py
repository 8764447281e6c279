"""What a node archives of the registry, so that signatures can be judged years later."""

import shutil
from pathlib import Path

from registry.ceremony import publish, renew_root
from registry.proposal import sign
from tests.registry_world import MAINTAINERS, RegistryWorld

NOW = 1_800_000_000


def archived(world: RegistryWorld, state: Path, now: int) -> set[str]:
    """The names of the files that a node with this state archives in one refresh, started anew."""
    names: set[str] = set()
    world.client(state, archive=lambda name, data: names.add(name)).refresh(now)
    return names


def test_everything_that_was_verified_is_archived(world: RegistryWorld, tmp_path: Path) -> None:
    """Wire 11: every targets, snapshot, c-XX and record version."""
    names = {name.split(".", 1)[1] for name in archived(world, tmp_path / "state", NOW)}

    assert {"snapshot.json", "targets.json", "c-XA.json", "record.json", "record.sig"} <= names


def test_a_crash_before_the_new_copy_counts_does_not_lose_files_for_the_archive(
    world: RegistryWorld, tmp_path: Path
) -> None:
    """Files are kept by hash at once; they are archived again until the copy that needs them is the current one."""
    state = tmp_path / "state"
    first = archived(world, state, NOW)
    (state / "current").unlink()
    shutil.rmtree(state / "trusted-1")

    assert archived(world, state, NOW) == first


def test_what_is_known_is_not_archived_again(world: RegistryWorld, tmp_path: Path) -> None:
    archived(world, tmp_path / "state", NOW)
    world.publisher.refresh()

    assert {name for name in archived(world, tmp_path / "state", NOW) if "c-" in name or "record" in name} == set()


def test_a_new_root_is_kept_at_once_although_no_new_timestamp_came_with_it(
    world: RegistryWorld, tmp_path: Path
) -> None:
    """TUF 5.3.3: a root that drops a stolen key must not wait for the publisher's next signature."""
    client = world.client(tmp_path / "state")
    client.refresh(NOW)
    proposal = renew_root(world.repository, NOW)
    for name in MAINTAINERS[:2]:
        proposal = sign(proposal, world.maintainers[name])
    publish(world.publisher, [proposal])
    client.refresh(NOW)

    assert "2.root.json" in {path.name for path in (tmp_path / "state" / "current" / "root_history").iterdir()}
    assert archived(world, tmp_path / "state", NOW) == set()
