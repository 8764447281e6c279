"""What a node asks of its database again and again is found by an index, however many letters there ever were.

Two countries work through a referral, an alarm, a directory and an erasure by the API; every sweep runs, metrics are
read. Each statement that this executed is explained by SQLite itself. Source: issue 2, speed; pitfalls P26.
"""

import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from node.api.routes import ROUTES
from node.service.actor import Actor
from node.service.delivery.incoming import judge_parked
from node.service.directory.publishing import send_entries
from node.service.safety import alarms, on_call
from node.service.statistics.yearly import make_year
from node.service.threads.board import board
from node.service.threads.going_on import list_matters
from node.service.threads.narrow import Narrow
from node.service.upkeep import sweeps
from node.store import connect
from node.store.db import Store
from node.store.tables import BEYOND
from tests import copied
from tests.api.conftest import Desk, desks
from tests.test_canary import metrics_of, whole_referral
from tests.world import World

__all__ = ["desks"]

GROWS = {
    *(
        "outbox",
        "envelope",
        "ledger",
        "letter",
        "thread",
        "case_file",
        "identity",
        "consent",
        "deadline",
        "task",
        "scan",
        "case_note",
        "consent_talk",
    ),
    *("audit", "alarm", "page", "certificate", "answered_case", "channel_gap", "not_revived", "archive", "case_key"),
}
# Indexes of what waits, is open or on its way: all of them may be read.
FEW = {
    *("outbox_waits", "outbox_stuck", "envelope_out", "envelope_given_up", "letter_held", "letter_unopened"),
    *(
        "thread_open",
        "thread_going_on",
        "thread_going_on_with",
        "deadline_due",
        "deadline_open",
        "alarm_next",
        "page_waiting",
        "channel_gap_open",
    ),
}
ALL_THE_SAME = {" (peer=?)", " (dek>?)"}  # all of one peer, all that is not null
# What reads all of a table on purpose, with the reason.
ON_PURPOSE = {
    "from audit order by seq": "an auditor, or doctor, has the whole chain verified",
    "from alarm where letter_id is not null": "figures of alarms, for whoever opens that page; alarms are few",
    "select peer, count(*) from thread group by peer": "a page for operators; reads nothing but the small key",
    "from case_file where dek is not null union": "once an hour, keys that nothing needs: reads one small index",
}
Seen = dict[str, Any]


def recorded(seen: Seen) -> Any:
    """The module sqlite3, whose connections note every statement with the values it had first."""

    class Noting(sqlite3.Connection):
        def execute(self, sql: str, values: Any = ()) -> sqlite3.Cursor:
            seen.setdefault(sql, values)
            return super().execute(sql, values)

        def executemany(self, sql: str, rows: Any) -> sqlite3.Cursor:
            kept = list(rows)
            if kept:
                seen.setdefault(sql, kept[0])
            return super().executemany(sql, kept)

    def noting(*words: Any, **named: Any) -> sqlite3.Connection:
        return sqlite3.connect(*words, factory=Noting, **named)

    return SimpleNamespace(**{**vars(sqlite3), "connect": noting})


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    """Every statement that the stores opened from now on execute."""
    found: Seen = {}
    monkeypatch.setattr(connect, "sqlite3", recorded(found))
    monkeypatch.setattr(
        copied, "_made", {}
    )  # made here, not copied: what makes a node is seen too, whatever ran before
    return found


async def erased(xd: Desk) -> None:
    """A case is erased by two people."""
    case = await xd.case("ana")
    await xd.done("ana", f"/cases/{case['case']}/consents", xd.consent_body(case, "XA"), 201)
    asked = await xd.done("ana", f"/cases/{case['case']}/erasures", {"ground": "she_asked"}, 201)
    await xd.add("eva", "coordinator")
    await xd.done("eva", f"/cases/{case['case']}/erasures/{asked['pending']}/approve", {})


async def narrowed(xd: Desk) -> None:
    """The lists of the desk under each filter, for a coordinator and a caseworker, in both orders and past a page."""
    node = xd.world["XD"].node
    filters = [Narrow(whose=whose, peer=peer) for whose in ("", "mine", "nobody") for peer in ("", "XA")]
    for role in ("coordinator", "caseworker"):
        actor = Actor("0" * 32, role, "haven", None)
        for narrow in (*filters, Narrow(is_today=True), Narrow(is_urgent=True)):
            await board(node, actor, 200, narrow)
            await list_matters(node, actor, narrow, "due", "5.5")
            await list_matters(node, actor, narrow, "new", f"{10**14}.5")


async def swept(world: World) -> None:
    """Every sweep of a node that `World.days` leaves out."""
    node = world["XD"].node
    rest = (alarms.climb, on_call.remind_of_drill, sweeps.retention, make_year, send_entries, judge_parked)
    for job in rest:
        await job(node)
    await world["XD"].deliver("XA")


async def looked_at(xd: Desk) -> None:
    """Every page of the API, for each role; those about one thing, for a case and a thread that there is."""
    await xd.add("otto", "operator")
    await xd.add("aud", "auditor")
    row = xd.world["XD"].node.store.read_sync(lambda reader: reader.threads.begun(0, BEYOND)[0])
    case, thread = row.case_id, row.thread_id
    for path in (route.path for route in ROUTES if route.method == "GET"):
        at = path.format_map(defaultdict(lambda: "XA", case=case, thread=thread))
        for who in ("ana", "otto", "aud"):
            assert (await xd.get(who, at)).status < 500
    await xd.get("aud", f"/audit?ref={case}&before=5")


def scans(seen: Seen, *databases: Path) -> list[str]:
    """What SQLite says of each statement that would read all of a table that grows, or all of it for one peer."""
    found = []
    for path in databases:
        with closing(sqlite3.connect(path)) as connection:
            connection.isolation_level = None
            for sql, values in seen.items():
                if sql.split()[0] in ("select", "insert", "update", "delete", "with"):
                    found += [f"{step} | {sql}" for step in _bad_steps(connection, sql, values)]
    return found


def _bad_steps(connection: sqlite3.Connection, sql: str, values: Any) -> Iterator[str]:
    try:
        plan = connection.execute(f"explain query plan {sql}", values).fetchall()
    except sqlite3.OperationalError as error:
        assert "no such table" in str(error), sql  # it is of the other file
        return
    for *_, step in plan:
        if _reads_all(sql, step):
            yield step


def _reads_all(sql: str, step: str) -> bool:
    said = re.match(r"(SCAN|SEARCH) (\w+)(?: USING (?:COVERING )?(?:INDEX (\w+)|INTEGER PRIMARY KEY)(.*))?", step)
    if said is None or _named(sql, said[2]) not in GROWS:
        return False
    if said[1] == "SEARCH" and "USING" in step and said[4] not in ALL_THE_SAME:
        return False
    return said[3] not in FEW


def _named(sql: str, name: str) -> str:
    """The table that stands behind a short name."""
    alias = re.search(rf"\b(?:from|join)\s+(\w+)\s+(?:as\s+)?{name}\b", sql)
    return alias[1] if alias else name


async def test_no_statement_of_a_days_work_reads_all_of_a_table_that_grows(seen: Seen, desks: dict[str, Desk]) -> None:
    """A letter, a sweep, a scrape of the metrics and an open page cost the same in the tenth year as in the first."""
    xd, xa = desks["XD"], desks["XA"]
    await whole_referral(xd, xa)
    await xd.sign_in("ana")
    await erased(xd)
    await xd.world.days(40)
    await swept(xd.world)
    await xd.sign_in("ana")
    await looked_at(xd)
    await narrowed(xd)
    await metrics_of(xd.world, "XD")

    assert len(seen) > 250
    found = scans(seen, xd.world.tmp / "XD" / "node.db", xd.world.tmp / "XD" / "keys.db")
    assert [one for one in found if not any(known in one for known in ON_PURPOSE)] == []
    assert [known for known in ON_PURPOSE if not any(known in one for one in found)] == [], "needed no more"


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from outbox where state='receipted'",
        "select min(queued_at) from outbox where state='receipted'",
        "select * from envelope e join outbox o using (letter_id) where e.state<>'out'",
        "select * from envelope where peer=? order by created_at",
        "update ledger set slot=x'' where at<?",
    ],
)
def test_a_statement_that_reads_all_of_a_table_is_found(tmp_path: Path, sql: str) -> None:
    Store.open(tmp_path / "node.db").close()

    assert len(scans({sql: ("XA",) * sql.count("?")}, tmp_path / "node.db")) == 1
