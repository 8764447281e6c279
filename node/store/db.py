"""The database of a node: one writer with group commit, readers beside it.

`await store.write(fn)` answers when what `fn` did is on the disk; `await store.read(fn)` shows one consistent moment.
`fn` runs on another thread and waits for nothing.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from node.errors import Unavailable
from node.store.connect import another_reader, open_reader, open_writer, settle_log
from node.store.copy import copy_into
from node.store.migrations import APPLICATION_ID, SCHEMA_VERSION, migrate
from node.store.problems import ForeignDatabase, StoreBroken, StoreReadOnly, explained
from node.store.ready import make_types_ready
from node.store.veil import NO_VEIL, Veil
from node.store.work import Reader, Work
from node.store.writer import Job, Writer

T = TypeVar("T")
READERS = 2


class Store:
    """All rows of one node. Make one with `Store.open`, end it with `close`."""

    def __init__(self, path: Path, writer: Writer | None) -> None:
        make_types_ready()
        self._path = path
        self._writer = writer
        self._pool = ThreadPoolExecutor(READERS, thread_name_prefix="store-reader")
        self._mine = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._veil: Veil = NO_VEIL

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, create: bool = True) -> "Store":
        """Open the file, after checking that it is whole, ours and not newer than this program; update its schema.

        `create=False` refuses to begin an empty database where one is expected. Raises what `node.store.problems`
        names.
        """
        try:
            return cls._opened(path, read_only, create)
        except (StoreBroken, ForeignDatabase) as error:  # which file, for there are two
            raise type(error)(f"{path.name}: {error.message}") from error

    @classmethod
    def _opened(cls, path: Path, read_only: bool, create: bool) -> "Store":
        if read_only:
            open_reader(path, APPLICATION_ID, SCHEMA_VERSION).close()
            return cls(path, None)
        connection = open_writer(path, APPLICATION_ID, SCHEMA_VERSION, create=create)
        try:
            migrate(connection)
        except BaseException as error:
            connection.close()
            raise explained(error) or error from error
        return cls(path, Writer(connection, lambda: open_writer(path, APPLICATION_ID, SCHEMA_VERSION, create=False)))

    def write(self, fn: Callable[[Work], T], *, again: bool = False) -> "asyncio.Future[T]":
        """Run `fn` in the next transaction; done when that is on the disk.

        What `fn` raises undoes what it did, and nothing else, and comes out here. StoreReadOnly when the disk does not
        take it: then nothing is written until `probe` succeeds. Cancelling stops the waiting, not the work. `again`:
        `fn` changes nothing but the database, so it may be run once more if it was undone with another's failure; what
        is written often says so, because it then needs no savepoint.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._writing().put(Job(fn, loop, future, again=again))
        return future

    def write_sync(self, fn: Callable[[Work], T]) -> T:
        """The same for a thread without an event loop."""
        return self._wait(fn)

    def read(self, fn: Callable[[Reader], T]) -> "asyncio.Future[T]":
        """Run `fn` on a reading connection; all it reads is of one moment."""
        return asyncio.get_running_loop().run_in_executor(self._pool, self.read_sync, fn)

    def read_sync(self, fn: Callable[[Reader], T]) -> T:
        """The same on the calling thread; quick enough (some 10 us) for a look-up by key on the event loop.

        A read inside a read sees the same moment.
        """
        reader = self._reader()
        if reader.connection.in_transaction:
            return fn(reader)
        try:
            reader.connection.execute("begin")
            try:
                return fn(reader)
            finally:
                reader.connection.execute("rollback")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_READONLY:
                raise  # `fn` writes where it should read: a mistake of ours, not of the disk
            raise explained(error) or error from error

    def journal_to(self, append: Callable[[list[bytes]], None]) -> None:
        """From now on what a transaction notes is appended here, durably, before it is committed (H08)."""
        self._writing().journal = append

    def veil_with(self, veil: Veil) -> None:
        """From now on codes that tell something of a person are covered by this in the file. Once, before any work."""
        self._veil = veil
        if self._writer is not None:
            self._writer.veil = veil

    @property
    def problem(self) -> str | None:
        """Why nothing can be written, as one sentence; None while all is well."""
        return self._writer.problem if self._writer else "database was opened for reading only"

    @property
    def is_busy(self) -> bool:
        """Whether something waits to be written, behind what is being written."""
        return self._writer is not None and self._writer.is_busy

    @property
    def folder(self) -> Path:
        """Where the database lies."""
        return self._path.parent

    @property
    def commits(self) -> int:
        """Commits since the start; fewer than writes when group commit does its work."""
        return self._writer.commits if self._writer else 0

    async def probe(self) -> bool:
        """Open the file anew and try to write; True when the store can be written to again."""
        return await asyncio.to_thread(self.probe_sync)

    def probe_sync(self) -> bool:
        """The same for a thread without an event loop."""
        writer = self._writing()
        try:
            if writer.problem is not None:
                self._wait(lambda _: writer.try_again(), alone=True)
            self.write_sync(lambda work: work.meta.touch())
        except Unavailable:
            return False
        return True

    def empty_log(self) -> bool:
        """Move everything into the file and empty the log, so that erased bytes are gone.

        False while a reader is in the way: call it again later.
        """
        checkpoint = "pragma wal_checkpoint(truncate)"
        return self._wait(lambda work: bool(work.connection.execute(checkpoint).fetchone()[0] == 0), alone=True)

    def settle_log(self) -> None:
        """Move the log into the file beside the writing, so that it stays short in long work. Nobody waits for it."""
        settle_log(self._path)

    def vacuum(self) -> None:
        """Write the file anew without the pages that erasing left empty, then empty the log; writing waits."""
        self._wait(lambda work: work.connection.execute("vacuum"), alone=True)
        self.empty_log()

    def backup(self, target: Path) -> None:
        """Copy the database as it is at this moment to a new file; writing goes on. The keys are elsewhere and stay."""
        copy_into(self._path, target)

    def check(self) -> list[str]:
        """What an exhaustive check of the file finds wrong; empty when all is well. Reads the whole file."""
        return self.read_sync(_found_wrong)

    def close(self) -> None:
        """Finish what was asked for, then close every connection. Blocks for as long as one commit takes."""
        self._pool.shutdown()
        for connection in self._readers:
            connection.close()
        self._readers.clear()
        self._mine = threading.local()
        if self._writer:  # last: only who may write empties the log into the database, and the last one removes it
            self._writer.close()

    def _writing(self) -> Writer:
        if self._writer is None:
            raise StoreReadOnly("database was opened for reading only")
        return self._writer

    def _wait(self, fn: Callable[[Work], T], *, alone: bool = False) -> T:
        done = threading.Event()
        job = Job(fn, done=done, alone=alone)
        self._writing().put(job)
        done.wait()
        job.finish()
        if job.error is not None:
            raise job.error
        result: T = job.result
        return result

    def _reader(self) -> Reader:
        reader: Reader | None = getattr(self._mine, "reader", None)
        if reader is None:
            connection = another_reader(self._path)
            self._readers.append(connection)
            reader = self._mine.reader = Reader(connection, self._veil)
        elif reader.veil is not self._veil:
            reader = self._mine.reader = Reader(reader.connection, self._veil)
        return reader


def _found_wrong(reader: Reader) -> list[str]:
    rows = [row[0] for row in reader.connection.execute("pragma integrity_check(20)")]
    rows += [f"row of {row[0]} points to nothing" for row in reader.connection.execute("pragma foreign_key_check")]
    return [row for row in rows if row != "ok"]
