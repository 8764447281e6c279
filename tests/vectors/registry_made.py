"""A registry in memory for the vectors: three maintainers, two countries, and what a mirror serves of it.

A case changes the registry as its holders could, or as a thief of some of their keys could; what the mirror then
serves otherwise than before is the `files` of one look. Everybody in here is invented.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from node.clock import SteppedClock
from registry.ceremony import create_registry, publish
from registry.client import RegistryClient
from registry.errors import FileMissing, RegistryUnavailable
from registry.names import DAY_S
from registry.repository import Repository
from registry.trust import View
from tests.forge import NOW
from tests.registry_world import RegistryWorld, invented_record
from tests.vectors.fixed_keys import keys_of, pair, role
from tests.vectors.made import Vector, b64, vector

MAINTAINERS = ("ada", "bo", "cyd")
JOINED = NOW - 10 * DAY_S
Files = dict[str, bytes]
Change = Callable[[RegistryWorld], object]
Mirror = Callable[[Files], Files]


class Look(NamedTuple):
    """One look of the node: time passes, the registry changes, the mirror perhaps changes what it serves.

    Without a change the publisher signs again what grows old, unless it is `frozen`.
    """

    wait: int = 60
    change: Change | None = None
    mirror: Mirror | None = None
    frozen: bool = False


START = Look(3600, frozen=True)


@cache
def base() -> tuple[RegistryWorld, object]:
    """XA and XD, admitted ten days before NOW; the newest timestamp is one hour old."""
    kept = tempfile.TemporaryDirectory()
    folder, clock = Path(kept.name), SteppedClock(JOINED)
    maintainers = {name: role(pair(name)) for name in MAINTAINERS}
    online = role(pair("online"))
    publisher = create_registry(Repository(folder), maintainers, 2, online, clock)
    world = RegistryWorld(folder, clock, publisher, maintainers, online)
    join(world, "XA", "XD")
    clock.step(NOW - 3600 - JOINED)
    publisher.refresh()
    return world, kept


@contextmanager
def registry_world() -> Iterator[RegistryWorld]:
    """A copy of it, free to be changed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(base()[0].folder, folder, dirs_exist_ok=True)
        yield base()[0].moved_to(Path(folder))


def join(world: RegistryWorld, *codes: str, **changes: Any) -> None:
    """Admit countries, signed by ada and bo."""
    for code in codes:
        world.keys[code] = keys_of(code)
        world.records[code] = invented_record(code, world.keys[code], world.clock.now(), **changes)
    publish(world.publisher, [world.proposal([world.request(code) for code in codes])])


def served(world: RegistryWorld) -> Files:
    """Every file that a node reads of the newest state, by its path on the mirror."""
    repository = world.repository
    snapshot = repository.snapshot()
    assert snapshot is not None
    names = [f"metadata/{path.name}" for path in repository.metadata.glob("*.root.json")]
    names += ["metadata/timestamp.json", f"metadata/{snapshot.version}.snapshot.json"]
    for file, meta in snapshot.meta.items():
        names.append(f"metadata/{meta.version}.{file}")
        for path, target in repository.role(file.removesuffix(".json")).signed.targets.items():  # type: ignore[union-attr]
            folder, _, name = path.rpartition("/")
            names.append(f"targets/{folder}/{target.hashes['sha256']}.{name}")
    return {name: (world.folder / name).read_bytes() for name in sorted(names) if (world.folder / name).exists()}


def changed(before: Files, after: Files) -> dict[str, str | None]:
    """What a mirror serves otherwise than before; null for what it serves no more, though no honest one deletes."""
    gone: dict[str, str | None] = dict.fromkeys(sorted(set(before) - set(after)))
    return {path: b64(data) for path, data in after.items() if before.get(path) != data} | gone


def edited(path: str, change: Callable[[dict[str, Any]], object]) -> Mirror:
    """A mirror that changes a JSON file on its own."""

    def edit(files: Files) -> Files:
        (name,) = [name for name in files if name.endswith(path)]
        value = json.loads(files[name])
        change(value)
        return files | {name: json.dumps(value, indent=1).encode()}

    return edit


def fetch_from(files: Mapping[str, bytes]) -> Callable[[str, int], bytes]:
    """A mirror that serves these files."""

    def fetch(url: str, max_bytes: int) -> bytes:
        path = url.removeprefix("mirror/")
        if path not in files:
            raise FileMissing("mirror does not have this file")
        return files[path]

    return fetch


class Reader:
    """One node that looks at one mirror again and again."""

    def __init__(self, root: bytes, state: Path) -> None:
        self._files: Mapping[str, bytes] = {}
        self._client = RegistryClient(state, root, ["mirror"], fetch=lambda *asked: fetch_from(self._files)(*asked))

    def at(self, now: int, files: Mapping[str, bytes]) -> dict[str, Any]:
        """What the node then believes, in the words of the vectors."""
        self._files = files
        try:
            return believed(self._client.refresh(now), now)
        except RegistryUnavailable:
            return {"mirror": False, "refused": [], "countries": {}}


def believed(view: View, now: int) -> dict[str, Any]:
    """A view, by what a reader in another language can be compared in."""
    refused = sorted(name for name in view.troubles if name != "mirror/")
    return {
        "mirror": "mirror/" not in view.troubles,
        "root": view.root_version,
        "timestamp": view.timestamp_version,
        "snapshot": view.snapshot_version,
        "snapshot_sha256": view.snapshot_sha256.hex(),
        "verified_at": view.verified_at,
        "freshness": view.freshness(now),
        "refused": refused,
        "countries": {
            code: {
                "status": one.status_at(now),
                "serial": one.serial,
                "record_sha256": one.record_sha256.hex(),
                "fingerprint": one.fingerprint,
                "message_keys": {key.key_id.hex(): key.status_at(now) for key in one.message_keys},
                "office_keys": {key.office_kid.hex(): key in one.usable_office_keys(now) for key in one.office_keys},
            }
            for code, one in view.countries.items()
        },
    }


def looked(name: str, looks: Iterable[Look]) -> Vector:
    """What one node believes after each look, and the files that the mirror serves otherwise than before."""
    told, before = list[dict[str, Any]](), served(base()[0])
    with tempfile.TemporaryDirectory() as state, registry_world() as world:
        node = Reader(world.root_bytes, Path(state))
        for look in looks:
            world.clock.step(look.wait)
            if look.change is not None:
                look.change(world)
            elif not look.frozen:
                world.publisher.refresh()
            files = {**before, **served(world)}
            files = files if look.mirror is None else look.mirror(files)
            now = world.clock.now()
            told.append({"now": now, "files": changed(before, files), "expect": node.at(now, files)})
            before = files
    expect = {"ok": not name.startswith("own-bad")}
    return vector(name, "registry", "XA", "XD", of="own-registry", looks=told, expect=expect)
