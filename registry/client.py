"""The node's side of the registry: pinned root, several untrusted mirrors, the last verified copy always kept.

python-tuf's Updater does the root chain, timestamp, snapshot and targets; the countries' roles are verified here with
python-tuf's public metadata functions, because the Updater has no way to say "this country has expired, the others are
fine". Every attempt works on a copy of the trusted files that replaces them only when all of it verified.
Synchronous and for one thread at a time: run it in one executor thread. Source: registry.md 4.6, 4.8-4.10.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec
from tuf.api.exceptions import BadVersionNumberError, DownloadError, RepositoryError

from node.errors import OpenTRMError
from registry.errors import BadRegistryFile, FileMissing, MirrorBehind, RegistryUnavailable
from registry.fetch import Fetch, HttpFetch, fetch_from_folder
from registry.history import next_view
from registry.mirror import Loaded, load_top
from registry.roles import RoleReader
from registry.roots import maintainers_of, parse_metadata
from registry.troubles import is_lie, plain, sentence_of
from registry.trust import QUARANTINE_S, Verified, View, decode_view, encode_view
from registry.tuftypes import Root, Timestamp

Archive = Callable[[str, bytes], None]

_FILES: Final = "files"
_ATTEMPT: Final = "attempt"
WRITTEN: Final = (_FILES, _ATTEMPT)  # folders below its own that the client writes into
_CURRENT: Final = "current"
_VIEW: Final = "view.msgpack"


class RegistryClient:
    """Keeps `state_dir` and a view; `archive(name, data)` gets every newly verified file, and may get one twice.

    `before_current` is called when a new copy is verified and not yet the current one: what `archive` got must be
    durable when it returns, because after a crash it would not come again. What it raises leaves the old copy.
    """

    def __init__(
        self,
        state_dir: Path,
        pinned_root: bytes,
        mirrors: Sequence[str],
        *,
        archive: Archive | None = None,
        fetch: Fetch | None = None,
        quarantine_s: int = QUARANTINE_S,
    ) -> None:
        maintainers_of(parse_metadata(pinned_root, Root).signed)
        self._state = state_dir
        self._pinned = pinned_root
        self._mirrors = [mirror.rstrip("/") + "/" for mirror in mirrors]
        self._archive = archive or (lambda name, data: None)
        self.before_current: Callable[[], None] = lambda: None
        self._fetch = fetch or HttpFetch()
        self._quarantine_s = quarantine_s
        self._roles = RoleReader(state_dir / _FILES)
        self._verified: Verified | None = None
        self._view: View | None = None
        self._served: dict[str, int] = {}
        self.damaged: BadRegistryFile | None = None  # why `load` could not use the copy that is there
        self.lies: dict[str, str] = {}  # mirror or role -> sentence: what did not verify at the last refresh

    @property
    def view(self) -> View | None:
        """The newest view, or None before the first successful `load` or `refresh`."""
        return self._view

    def load(self, now: int) -> View | None:
        """The view from the files of an earlier run, without network: everything is verified again.

        The time of verification is the signed issue time of the stored timestamp, so a node that was off for a month
        still starts; `View.freshness` then says what it may do. None if there are no files or they do not verify,
        which `damaged` then says. Nothing is written beside them: it may be a disk that only reads.
        """
        current = self._state / _CURRENT
        try:
            if not current.exists():
                return None
            with tempfile.TemporaryDirectory() as place:
                copy = Path(place) / "copy"
                shutil.copytree(current, copy, symlinks=True)
                loaded = load_top(copy, self._pinned, str(current) + "/", _only_local, at=None)
            verified = self._verify(loaded, f"{self._state}/nowhere/", _only_local, archive=False)
        except (RepositoryError, DownloadError, OpenTRMError, OSError, shutil.Error):
            self.damaged = BadRegistryFile(
                "the copy of the registry in the data folder cannot be read or does not verify, and is not used;"
                " bring a mirror within reach, which renews it, and look at the disk"
            )
            return None
        previous = _stored_view(current)
        self._verified, self._served = verified, dict(previous.served) if previous else {}
        self._view = next_view(previous, verified, now, self._quarantine_s)
        return self._view

    def unwritable(self) -> BadRegistryFile | None:
        """Why no newer registry could be kept; None where its folder can be made or written."""
        place = next(path for path in (self._state, *self._state.absolute().parents) if path.exists())
        below = [path for name in WRITTEN if (path := self._state / name).exists()]
        if all(path.is_dir() and os.access(path, os.W_OK | os.X_OK) for path in (place, *below)):
            return None
        return BadRegistryFile(
            "the folder of the registry in the data folder cannot be written; give it to the node's user, and look"
            " whether the disk only reads"
        )

    def refresh(self, now: int) -> View:
        """The newest view that any mirror can prove; all mirrors are asked, so that a frozen one shows.

        Whatever does not verify is refused, named in `View.troubles`, and the last verified copy stays.
        RegistryUnavailable only if there has never been one.
        """
        if self._view is None:
            self.load(now)
        troubles: dict[str, str] = {}
        for mirror in self._mirrors:
            try:
                self._refresh_from(mirror, now)
            except (RepositoryError, DownloadError, OpenTRMError, OSError) as error:
                troubles[mirror] = sentence_of(error)
        found = self._country_troubles() | troubles
        self.lies = {source: sentence for source, sentence in found.items() if is_lie(sentence)}
        if self._view is None:
            raise RegistryUnavailable(
                f"no mirror gave a registry that verifies: {'; '.join(map(plain, troubles.values()))};"
                " look whether it is served there, and whether that is the right place"
            )
        self._view = msgspec.structs.replace(self._view, built_at=now, troubles=found)
        return self._view

    def _refresh_from(self, mirror: str, now: int) -> None:
        # A clock that was set back must not make old files valid again.
        at = max(now, self._verified.verified_at if self._verified else 0)
        attempt = self._new_attempt()
        loaded = self._load_from(mirror, attempt, at)
        self._served[mirror] = loaded.timestamp.version
        if self._is_known(loaded):
            return
        for name, data in loaded.fetched.items():
            self._archive(name, data)
        verified = self._verify(loaded, mirror, self._fetch, archive=True)
        view = next_view(self._view, verified, now, self._quarantine_s)
        (attempt / _VIEW).write_bytes(encode_view(msgspec.structs.replace(view, served=self._of_mirrors())))
        self.before_current()
        # Crash before this line: the old copy is still the current one, and the next refresh does the same again.
        self._commit(attempt)
        self._verified, self._view = verified, view

    def _load_from(self, mirror: str, attempt: Path, at: int) -> Loaded:
        """MirrorBehind where it serves a good list that is older than ours, and never served a newer one itself."""
        seen: list[bytes] = []

        def fetch(url: str, max_bytes: int) -> bytes:
            data = self._fetch(url, max_bytes)
            if url.endswith("/timestamp.json"):
                seen.append(data)
            return data

        try:
            return load_top(attempt, self._pinned, mirror + "metadata/", fetch, at=at)
        except BadVersionNumberError:  # its signature was judged before its number
            version = parse_metadata(seen[-1], Timestamp).signed.version if seen else 0
            ours = self._verified.timestamp_version if self._verified else 0
            if seen and self._served.get(mirror, 0) <= version < ours:
                raise MirrorBehind(f"mirror serves version {version} of the list; {ours} is known") from None
            raise

    def _of_mirrors(self) -> dict[str, int]:
        return {mirror: version for mirror, version in self._served.items() if mirror in self._mirrors}

    def _country_troubles(self) -> dict[str, str]:
        """Troubles of countries stay until they verify; those of mirrors are of this refresh only."""
        troubles = self._view.troubles if self._view else {}
        return {source: sentence for source, sentence in troubles.items() if source not in self._mirrors}

    def _is_known(self, loaded: Loaded) -> bool:
        """A new root counts at once: it may drop a maintainer, and nobody re-signs the timestamp for it."""
        known = self._verified
        if known is None or known.failed:
            return False
        versions = known.root_version, known.timestamp_version
        return versions == (loaded.root.version, loaded.timestamp.version)

    def _verify(self, loaded: Loaded, base: str, fetch: Fetch, *, archive: bool) -> Verified:
        countries, failed, suspensions = self._roles.read(loaded, base, fetch, self._archive if archive else None)
        return Verified(
            root_version=loaded.root.version,
            snapshot_sha256=sha256(loaded.snapshot_bytes).digest(),
            snapshot_version=loaded.snapshot.version,
            timestamp_version=loaded.timestamp.version,
            verified_at=loaded.issued_at,
            countries=countries,
            failed=failed,
            suspensions=suspensions,
        )

    def _new_attempt(self) -> Path:
        """A copy of the trusted files to work on; hard links, as every writer replaces files whole."""
        attempt, current = self._state / _ATTEMPT, self._state / _CURRENT
        shutil.rmtree(attempt, ignore_errors=True)
        if current.exists():
            shutil.copytree(current, attempt, symlinks=True, copy_function=os.link)
        else:
            attempt.mkdir(parents=True)
        return attempt

    def _commit(self, attempt: Path) -> None:
        """Make `attempt` the current copy: a new folder, then one symbolic link that is replaced at once."""
        old = self._state / os.readlink(self._state / _CURRENT) if (self._state / _CURRENT).exists() else None
        number = int(old.name.removeprefix("trusted-")) + 1 if old else 1
        fresh, link = self._state / f"trusted-{number}", self._state / "next"
        shutil.rmtree(fresh, ignore_errors=True)
        os.rename(attempt, fresh)
        link.unlink(missing_ok=True)
        link.symlink_to(fresh.name)
        os.replace(link, self._state / _CURRENT)
        if old is not None:
            shutil.rmtree(old, ignore_errors=True)


def _stored_view(current: Path) -> View | None:
    try:
        return decode_view((current / _VIEW).read_bytes())
    except OSError:
        return None


def _only_local(url: str, max_bytes: int) -> bytes:
    """The stored timestamp is 'downloaded' from the stored files; nothing else may be missing."""
    if not url.endswith("/timestamp.json"):
        raise FileMissing("file is not in the stored copy; it comes with the next refresh")
    return fetch_from_folder(url, max_bytes)
