"""Root, timestamp, snapshot and targets of one mirror, by python-tuf's Updater with our fetcher in front of it.

The fetcher adds what TUF does not know: k maintainers with both keys on every new root and targets file, before the
Updater sees the bytes. Source: registry.md decided 3, 4.8 (limits).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient.config import UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface
from tuf.ngclient.updater import Updater

from registry.errors import BadRegistryFile, FileMissing, Unverified
from registry.fetch import Fetch
from registry.names import ISSUED_FIELD, when
from registry.roots import check_new_root, check_new_targets, maintainers_of, parse_metadata
from registry.tuftypes import Root, Snapshot, Targets, Timestamp

MAX_ROOT_BYTES: Final = 512_000
MAX_TIMESTAMP_BYTES: Final = 16_384
MAX_SNAPSHOT_BYTES: Final = 2_000_000
MAX_TARGETS_BYTES: Final = 5_000_000
MAX_ROOT_ROTATIONS: Final = 64


@dataclass(frozen=True, slots=True)
class Loaded:
    """Verified top-level metadata, and the files that were new, by the name they are served under."""

    root: Root
    timestamp: Timestamp
    snapshot: Snapshot
    targets: Targets
    snapshot_bytes: bytes
    targets_bytes: bytes
    issued_at: int
    fetched: dict[str, bytes]


def load_top(folder: Path, pinned: bytes, base: str, fetch: Fetch, at: int | None) -> Loaded:
    """Bring `folder` up to what the mirror at `base` (its metadata folder) proves at time `at`.

    `at` None: at the signed issue time of the timestamp in `folder`, which is how a stored copy is read again.
    RepositoryError, DownloadError or an error of ours says why not; `folder` is then worthless.
    """
    fetcher = _Fetcher(folder, pinned, fetch)
    updater = _Updater(folder, base, fetcher, pinned)
    updater.verify_at(_issued_at(_read_timestamp(folder)) if at is None else at)
    updater.refresh()
    root, timestamp = _read_root(folder), _read_timestamp(folder)
    maintainers_of(root)
    snapshot_bytes, targets_bytes = _bytes(folder, "snapshot"), _bytes(folder, "targets")
    return Loaded(
        root=root,
        timestamp=timestamp,
        snapshot=parse_metadata(snapshot_bytes, Snapshot).signed,
        targets=updater.verified_targets(),
        snapshot_bytes=snapshot_bytes,
        targets_bytes=targets_bytes,
        issued_at=_issued_at(timestamp),
        fetched=fetcher.fetched,
    )


class _Updater(Updater):
    """python-tuf's client at a time of our choosing."""

    def __init__(self, folder: Path, base: str, fetcher: FetcherInterface, pinned: bytes) -> None:
        config = UpdaterConfig(
            max_root_rotations=MAX_ROOT_ROTATIONS,
            root_max_length=MAX_ROOT_BYTES,
            timestamp_max_length=MAX_TIMESTAMP_BYTES,
            snapshot_max_length=MAX_SNAPSHOT_BYTES,
            targets_max_length=MAX_TARGETS_BYTES,
        )
        super().__init__(str(folder), base, fetcher=fetcher, config=config, bootstrap=pinned)

    def verify_at(self, at: int) -> None:
        """Judge expiry at `at`.

        python-tuf reads the machine's clock when the object is made; our clock may be another one (the demo's), and a
        stored copy is judged at its own time. There is no public way to say so; nothing has expired before `refresh`,
        as the pinned root is not checked for expiry.
        """
        self._trusted_set.reference_time = when(at)

    def verified_targets(self) -> Targets:
        """The verified targets, without parsing 850 KB again."""
        return self._trusted_set.targets


@dataclass
class _Fetcher(FetcherInterface):
    """Size limits from python-tuf, both-keys check from us, bytes from the mirror."""

    folder: Path
    pinned: bytes
    source: Fetch
    fetched: dict[str, bytes] = field(default_factory=dict)

    def download_bytes(self, url: str, max_length: int) -> bytes:
        """Whole files only: nothing is handed on before it was checked."""
        try:
            data = self.source(url, max_length)
        except FileMissing as error:
            raise DownloadHTTPError(error.message, 404) from None
        if len(data) > max_length:
            raise Unverified(f"file is {len(data)} bytes; the limit is {max_length}")
        name = url.rpartition("/")[2]
        if name.endswith(".root.json"):
            check_new_root(self._root_before(name), data)
        elif name.endswith(".targets.json"):
            check_new_targets(_bytes(self.folder, "root"), data)
        self.fetched[name if name != "timestamp.json" else self._numbered(data)] = data
        return data

    def _fetch(self, url: str) -> Iterator[bytes]:
        return iter([self.download_bytes(url, MAX_TARGETS_BYTES)])

    def _root_before(self, name: str) -> bytes:
        """The Updater keeps every root it has accepted; the one before is there, or it is the pinned one."""
        number = int(name.removesuffix(".root.json")) - 1
        return (self.folder / "root_history" / f"{number}.root.json").read_bytes()

    def _numbered(self, data: bytes) -> str:
        return f"{parse_metadata(data, Timestamp).signed.version}.timestamp.json"


def _issued_at(timestamp: Timestamp) -> int:
    issued_at = timestamp.unrecognized_fields.get(ISSUED_FIELD)
    if not isinstance(issued_at, int) or isinstance(issued_at, bool) or when(issued_at) > timestamp.expires:
        raise BadRegistryFile("timestamp does not say when it was issued")
    return issued_at


def _read_root(folder: Path) -> Root:
    root: Root = parse_metadata(_bytes(folder, "root"), Root).signed
    return root


def _read_timestamp(folder: Path) -> Timestamp:
    timestamp: Timestamp = parse_metadata(_bytes(folder, "timestamp"), Timestamp).signed
    return timestamp


def _bytes(folder: Path, name: str) -> bytes:
    return (folder / f"{name}.json").read_bytes()
