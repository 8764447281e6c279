"""The journal: an append-only file outside every backup of the database, of what a restore must not revive.

It sees sealed bytes. Each record is `u32 length || SHA-256 chained over all before it || bytes`; a torn last record is
of a transaction that never came to be. Kept in segments, so that old ones can be compacted. Source: H08.
"""

import hashlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path

from node.errors import Unavailable

MAGIC = b"TRMJ1\n"
SEGMENT_BYTES = 4 * 1024 * 1024
_HEAD = struct.Struct(">I32s")
MAX_RECORD = 64 * 1024
Head = tuple[int, bytes]
EMPTY: Head = (0, bytes(32))


class BadJournal(Unavailable):
    """The journal is not whole: something in its middle was changed, or a part of it is missing."""


class Journal:
    """One journal, for one process. `head` is the number of records and the hash of the last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None
        self._size = 0
        self.head = EMPTY

    @classmethod
    def open(cls, folder: Path) -> "Journal":
        """Open or begin a journal; a torn record at its end is cut off. BadJournal when its middle is not whole."""
        made = cls(folder)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in sorted(folder.glob("*.journal.new")):
                name.unlink()  # a compaction that was cut off before it counted
            records = list(_records(folder, keep_torn=False))
            made.head = records[-1][0] if records else EMPTY
            made._begin(max((int(path.stem) for path in _segments(folder)), default=1))
        except OSError as error:
            raise _unusable(error) from error
        return made

    @property
    def size_bytes(self) -> int:
        """How much the newest segment holds."""
        return self._size

    def append(self, entries: list[bytes]) -> None:
        """Add records; all of them are on the disk when this returns. Raises OSError's sentence as Unavailable."""
        assert self._handle is not None, "the journal is closed"
        data, head = _packed(entries, self.head)
        try:
            if os.write(self._handle, data) != len(data):
                raise OSError(28, "no space left on device")
            os.fsync(self._handle)
        except OSError as error:
            os.ftruncate(self._handle, self._size)
            raise _unusable(error) from error
        # Crash here: the records are there and the transaction is not; replaying them protects too much, never less.
        self.head, self._size = head, self._size + len(data)
        if self._size > SEGMENT_BYTES:
            self._next_segment()

    def compact(self, entries: list[bytes]) -> None:
        """Put these records in place of all before; whole or not at all."""
        number = 1 + max((int(path.stem) for path in _segments(self._folder)), default=0)
        data, head = _packed([b"", *entries], self.head)  # an empty record: a new beginning, chained to what was before
        beside = self._folder / f"{number:08}.journal.new"
        _write(beside, MAGIC + struct.pack(">Q", self.head[0]) + self.head[1] + data)
        old = _segments(self._folder)
        os.replace(beside, self._folder / f"{number:08}.journal")
        _to_disk(self._folder)
        # Crash here: old segments lie beside a newer whole one, which begins anew; they are not read, and go next time.
        self.close()
        for path in old:
            path.unlink()
        self.head = head
        self._begin(number)

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _begin(self, number: int) -> None:
        path = self._folder / f"{number:08}.journal"
        if not path.exists():
            _write(path, MAGIC + struct.pack(">Q", self.head[0]) + self.head[1])
            _to_disk(self._folder)
        self._handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._size = os.fstat(self._handle).st_size

    def _next_segment(self) -> None:
        number = 1 + max(int(path.stem) for path in _segments(self._folder))
        self.close()
        self._begin(number)


def read_journal(folder: Path) -> list[tuple[Head, bytes]]:
    """Every record with the head that it makes, oldest first; [] where there is none. BadJournal as `Journal.open`."""
    try:
        return [(head, data) for head, data in _records(folder, keep_torn=True) if data]
    except OSError as error:
        raise _unusable(error) from error


def heads_of(folder: Path) -> set[Head]:
    """Every head of this journal that is kept: where its first segment begins, and all since."""
    segments = _from_newest_beginning(_segments(folder))
    began = [_beginning(segments[0].read_bytes())] if segments else []
    return {*began, *(head for head, _ in _records(folder, keep_torn=True))}


def _beginning(data: bytes) -> Head:
    at = len(MAGIC) + 40
    if len(data) < at or not data.startswith(MAGIC):
        raise BadJournal("journal is damaged: a segment has no beginning; restore without it and answer by case")
    return struct.unpack(">Q", data[len(MAGIC) : len(MAGIC) + 8])[0], data[len(MAGIC) + 8 : at]


def _records(folder: Path, *, keep_torn: bool) -> Iterator[tuple[Head, bytes]]:
    segments = _from_newest_beginning(_segments(folder))
    head: Head | None = None
    for place, path in enumerate(segments):
        data = path.read_bytes()
        began, at = _beginning(data), len(MAGIC) + 40
        if head is not None and began != head:
            raise BadJournal("journal is not whole: a segment is missing; restore without it and answer by case")
        head = began
        while at < len(data):
            end = at + _HEAD.size
            length, digest = _HEAD.unpack_from(data, at) if end <= len(data) else (0, b"")
            if end > len(data) or end + length > len(data):
                if place + 1 < len(segments):
                    raise BadJournal("journal is torn in its middle; restore without it and answer by case")
                if not keep_torn:
                    os.truncate(path, at)
                return
            body = data[end : end + length]
            head = _next(head, body)
            if head[1] != digest:
                raise BadJournal("journal was changed: a record does not follow; restore without it, answer by case")
            yield head, body
            at = end + length


def _from_newest_beginning(segments: list[Path]) -> list[Path]:
    """The segments from the newest one that begins anew (its first record is empty)."""
    for place in range(len(segments) - 1, -1, -1):
        with open(segments[place], "rb") as file:
            start = file.read(len(MAGIC) + 40 + _HEAD.size)
        if len(start) == len(MAGIC) + 40 + _HEAD.size and _HEAD.unpack(start[-_HEAD.size :])[0] == 0:
            return segments[place:]
    return segments


def _segments(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.journal") if path.stem.isdigit())


def _packed(entries: list[bytes], head: Head) -> tuple[bytes, Head]:
    parts = []
    for entry in entries:
        assert len(entry) <= MAX_RECORD, "a record is small"
        head = _next(head, entry)
        parts.append(_HEAD.pack(len(entry), head[1]) + entry)
    return b"".join(parts), head


def _next(head: Head, body: bytes) -> Head:
    size, before = head
    return size + 1, hashlib.sha256(b"trm/journal\0" + before + body).digest()


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(error: OSError) -> Unavailable:
    reason = (error.strerror or "unknown reason").lower()
    return Unavailable(f"journal cannot be written or read: {reason}; make room, or check the folder's owner")
