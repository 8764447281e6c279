"""Real nodes that can be killed at a step and started again, and what must be the same afterwards."""

import asyncio
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from node.demo.network import ENVIRONMENT, NAMES, Network
from node.errors import Unavailable
from node.service.seals import COVERED
from node.store.audit import Audit
from tests.crash.forked import fork

NOON_S = 12 * 3600
DAY_S = 86_400
DIES_WITHIN_S = 60.0
SETTLES_WITHIN_S = 120.0  # a node that was away as long as a slow machine needs to start it is given a longer pause yet
POLL_S = 0.03
NUDGE_EVERY_S = 0.5  # twice what a node leaves between two looks for a jump
CODES = ("XD", "XA")
SPARE = ("XE", "XF", "XG", "XH", "XI", "XJ", "XK", "XL")  # countries without a node, to change the registry with

DOUBLED = (
    "select letter_id from ledger where status=1 and letter_id is not null group by sender, letter_id having count(*)>1"
)
RECEIPT_LOST = (
    "select letter_id from outbox where class=1 and state='receipted'"
    " and letter_id not in (select letter_id from envelope where receipt is not null)"
)


class CrashNetwork(Network):
    """A registry and two nodes, each of which dies at the step that is armed for it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.newest: dict[str, asyncio.subprocess.Process] = {}
        self.disk = folder  # where the data of XA lies
        self._nudged_at = 0.0  # monotonic
        self._spare = iter(SPARE)
        NAMES.update({code: f"Invented {code}" for code in SPARE})
        self.move_clock((NOON_S - self.clock.now()) % DAY_S)  # the next noon: no daily slot falls into a run

    def nudge(self, seconds: int) -> None:
        """Let time pass while something is waited for, and not at every look: by the polls of a slow machine it would
        be days, in which letters expire and the registry grows old.
        """
        now = self.clock.monotonic()
        if now - self._nudged_at >= NUDGE_EVERY_S:
            self._nudged_at = now
            self.move_clock(seconds)

    def armed(self, code: str) -> Path:
        """The file that names the step at which the node of `code` dies."""
        return self.folder / f"{code}.step"

    def arm(self, code: str, step: str) -> None:
        """Let the node die when it reaches this step for the first time from now on."""
        beside = self.folder / f"{code}.step.new"
        beside.write_text(step)
        beside.replace(self.armed(code))

    def disarm(self, code: str) -> None:
        """Let the node live."""
        self.armed(code).unlink(missing_ok=True)

    async def died(self, code: str) -> None:
        """Wait until the armed node has been killed; fails when it never reaches its step."""
        try:
            status = await asyncio.wait_for(self.newest[code].wait(), DIES_WITHIN_S)
        except TimeoutError:
            step = self.armed(code).read_text() if self.armed(code).exists() else "?"
            self.disarm(code)
            raise AssertionError(f"{code} never reached the step {step!r}") from None
        assert status == -signal.SIGKILL, (self.folder / f"{code}.log").read_text()[-2000:]

    async def restart(self, code: str) -> None:
        """Start the node of `code` again, as its operator would."""
        await self._serve_node(code)

    async def restart_and_die(self, code: str, step: str, after_s: int) -> None:
        """Stop the node of `code` in good order and start it `after_s` later, to be killed on its way up."""
        await self.end(code)
        self.move_clock(after_s)
        self.arm(code, step)
        with suppress(Unavailable):  # it is dead before it is ready
            await self.restart(code)
        assert not self.armed(code).exists(), f"{code} started and never reached the step {step!r}"

    async def end(self, code: str) -> None:
        """Stop a node in good order."""
        process = self.nodes[code].process
        process.terminate()
        assert await asyncio.wait_for(process.wait(), DIES_WITHIN_S) == 0

    def data(self, code: str) -> Path:
        """The data folder of a node."""
        return self._data(code)

    def database(self, code: str) -> Path:
        """The database of a node."""
        return self._data(code) / "node.db"

    def config(self, code: str) -> Path:
        """The configuration of a node."""
        return self._config(code)

    def admit_another(self) -> str:
        """One more country in the registry, whose node is not started; its code."""
        code = next(self._spare)
        self._admit((code,))
        return code

    async def join_another(self) -> str:
        """The same, with its node running; its code."""
        code = next(self._spare)
        await self.join(code)
        return code

    def published(self) -> set[bytes]:
        """The SHA-256 of every registry file that evidence of this moment needs: no older version, no timestamp."""
        metadata, targets = self.folder / "registry" / "metadata", self.folder / "registry" / "targets"
        newest: dict[str, tuple[int, Path]] = {}
        for path in metadata.glob("*.*.json"):
            number, _, name = path.name.partition(".")
            newest[name] = max(newest.get(name, (0, path)), (int(number), path))
        files = [path for number, path in newest.values() if path.name != "1.root.json"]
        return {sha256(path.read_bytes()).digest() for path in (*files, *targets.glob("*/*.record.json"))}

    def archived(self, code: str) -> set[bytes]:
        """The SHA-256 of every registry file that the node of `code` keeps."""
        return {row[0] for row in query(self.database(code), "select sha256 from archive")}

    async def settled(self) -> None:
        """Wait until no letter of any node waits, is on its way, or lacks its receipt."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLES_WITHIN_S
        while any(waiting := [waits_in(self.database(code)) for code in CODES]):
            assert loop.time() < end, f"the post never came to rest: {waiting}"
            await asyncio.sleep(POLL_S)

    async def agreed(self) -> None:
        """Wait until nothing is wrong in or between the nodes: a receipt may be on its way that nothing waits for."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLES_WITHIN_S
        while found := faults({code: self.database(code) for code in CODES}):
            assert loop.time() < end, found
            await asyncio.sleep(POLL_S)

    async def until(self, what: str, look: Callable[[], Awaitable[Any]]) -> Any:
        """Ask again until `look` finds something."""
        loop = asyncio.get_running_loop()
        end = loop.time() + SETTLES_WITHIN_S
        while not (found := await look()):
            assert loop.time() < end, f"waited in vain for {what}"
            await asyncio.sleep(POLL_S)
        return found

    def _data(self, code: str) -> Path:
        return (self.disk if code == "XA" else self.folder) / f"{code}-data"

    async def _spawn(self, name: str, *arguments: str) -> asyncio.subprocess.Process:
        if arguments[:2] != ("-m", "node"):
            return await super()._spawn(name, *arguments)
        words = (str(self.armed(name)), *arguments[2:])
        with open(self.folder / f"{name}.log", "wb") as log:
            forked = await fork(words, os.environ | ENVIRONMENT, log)
        process = self.newest[name] = cast("asyncio.subprocess.Process", forked)  # all of it that a network uses
        return process


def query(database: Path, sql: str, *values: object) -> list[tuple[Any, ...]]:
    """What a question to the file of a running or dead node gives."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        return connection.execute(sql, values).fetchall()


def waits_in(database: Path) -> list[tuple[Any, ...]]:
    """Letters and envelopes that have not come to their end."""
    return query(
        database,
        "select class, state, coalesce(held_code, 'due ' || due_at) from outbox"
        " where state in ('queued','held','released')"
        " union all select class, state, last_error from envelope where state='out'",
    )


def traces(database: Path, thread: str) -> dict[str, Any]:
    """Everything a thread left in a node, counted, without times and random ids: what two runs can be compared by."""
    (case,) = query(database, "select case_id from thread where thread_id=?", thread)[0]
    ids = {thread, case}
    for table in ("outbox", "letter"):
        ids |= {row[0] for row in query(database, f"select letter_id from {table} where thread_id=?", thread)}
    ids |= {row[0] for row in query(database, "select consent_id from consent where case_id=?", case)}
    return {
        "threads": query(database, "select count(*), sum(ended_at is null) from thread where case_id=?", case),
        "outbox": _counted(query(database, "select class, state, status from outbox where thread_id=?", thread)),
        "kept": _counted(
            query(database, "select direction, opened_at is null, held_code, sealed is null, salt is null,"
                            " receipt is null from letter where thread_id=?", thread)
        ),
        "envelopes": _counted(_about(database, "select letter_id, state, status from envelope", ids)),
        "ledger": _counted(_about(database, "select letter_id, class, status, reason from ledger", ids)),
        "deadlines": _counted(query(database, "select code, state, step from deadline where thread_id=?", thread)),
        "tasks": _counted(query(database, "select code, done_at is null from task where case_id=?", case)),
        "audit": _counted(_about(database, "select ref, act, rule, outcome from audit", ids)),
        "consents": query(database, "select count(*) from consent where case_id=?", case),
    }  # fmt: skip


def faults(databases: dict[str, Path]) -> list[str]:
    """What is wrong between two nodes at rest, or in one of them; empty when nothing was lost, doubled or broken."""
    found = []
    for code, path in databases.items():
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as connection:
            if (line := Audit(connection).verify()) is not None:
                found.append(f"{code}: audit is wrong at line {line}")
            if connection.execute("pragma integrity_check").fetchall() != [("ok",)]:
                found.append(f"{code}: database is damaged")
        # An alarm is a task about a peer and no case.
        found += [f"{code}: {row[0]}" for row in query(path, "select code from task where case_id is null")]
        # A statement that its sender gave up and named as closed is missed no longer.
        found += [f"{code}: gap {row}" for row in query(path, "select * from channel_gap where closed_at is null")]
        found += [f"{code}: parked {row}" for row in query(path, "select at from parked")]
        found += [f"{code}: counted twice: {row[0]}" for row in query(path, DOUBLED)]
        found += [f"{code}: receipt lost of {row[0]}" for row in query(path, RECEIPT_LOST)]
    for ours, theirs in (CODES, CODES[::-1]):
        found += _unequal(ours, theirs, databases)
    return found


def _unequal(ours: str, theirs: str, databases: dict[str, Path]) -> list[str]:
    """Both ends of a channel and of its receipts stand at the same number with the same hash."""
    found = []
    for table, number, direction, other in (("channel", "seq", "out", "in"), ("receipt_chain", "idx", "out", "in")):
        sql = f"select {number}, hash from {table} where peer=? and direction=? and current=1"
        sent = query(databases[ours], sql, theirs, direction)
        got = query(databases[theirs], sql, ours, other)
        if sent != got:
            found.append(f"{table} {ours} to {theirs}: {sent[0][0] if sent else 0} sent, {got[0][0] if got else 0} got")
    return found


def _about(database: Path, sql: str, ids: set[str]) -> list[tuple[Any, ...]]:
    """The rows whose first column is one of `ids`, without it."""
    return [row[1:] for row in query(database, sql) if row[0] in ids]


def _counted(rows: list[tuple[Any, ...]]) -> dict[str, int]:
    return dict(sorted(Counter(" ".join(map(_told, row)) for row in rows).items()))


def _told(value: object) -> str:
    """A covered code is other bytes each time; that there is one stays comparable."""
    text = str(value)
    return COVERED if text.startswith(COVERED) else text
