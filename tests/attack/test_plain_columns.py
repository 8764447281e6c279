"""Whoever copies the disk: after all that can happen to somebody, every plain value is one of a closed list.

A whole scenario is played at three countries: a return, an overdue arrival, an alert, a disappearance, asylum, a child,
a withdrawal with its erasure, somebody stopped on the way, detention, death. Then every column of every table is read:
an id, a number, a country, something covered, or a code of the list below, none of which says what happened to a
person. Source: at-rest, key hierarchy; R38; H25, H30.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any, Final, cast

from node.demo import referrals, return_story, return_troubles, returns
from node.demo.network import Network
from node.demo.person import Desk
from node.demo.played import desks_of
from node.service.safety import alarms
from tests.played_in_memory import MemoryNetwork, in_memory

CODES: Final = ("XD", "XT", "XA")
ID: Final = re.compile(r"[0-9a-f]{16}([0-9a-f]{16})?([0-9a-f]{32})?")
COUNTRY: Final = re.compile(r"X[A-Z]")
COVERED: Final = re.compile(r"~[A-Za-z0-9_-]{100,140}")
SHAPES: Final = (ID, COUNTRY, COVERED)

# What the machine must find without opening anything, and what a colleague does at the desk; nothing that happened to
# a person. An act that tells more stands as `case_changed` with what it was covered beside it.
ACTS: Final = {
    "alarm_acknowledged", "alarm_closed", "alarm_raised", "alarm_step", "case_changed", "case_erased", "case_opened",
    "change_proposed", "consent_recorded", "consent_withdrawn", "erased", "erasure_asked", "gate", "identity_opened",
    "identity_written", "initialised", "letter_opened", "letter_stored", "office_key_given", "overdue", "queued",
    "released", "sign_in", "stop_queued", "user_added",
}  # fmt: skip
PLAIN: Final[dict[str, set[str]]] = {
    "_sqlite_migrations.migration_set": {"node"},
    "alarm.raised_by": {"node"},
    "audit.act": ACTS,
    "audit.actor": {"node"},
    # why a name was opened is one of five reasons; `applied` and the like are what became of a letter
    "audit.outcome": {
        "applied", "crossed", "held", "queued", "done", "refused", "caseworker", "coordinator",
        "give_service", "prepare_reception", "keep_safe",
    },
    "audit.ref": {""},
    "audit.rule": {"", "R20", "R22", "R24", "R25", "R33", "R36"},
    "channel.direction": {"in", "out"},
    "deadline.state": {"open", "met", "ended"},
    "envelope.state": {"out", "receipted", "given_up"},
    "office_said.holder": {"haven"},
    "office_said.kind": {"civil_society"},
    "letter.direction": {"in", "out"},
    "meta.name": {"channel_epoch", "channel_epoch_at", "country", "install_id", "office_public", "training"},
    "outbox.state": {"queued", "held", "released", "receipted", "given_up", "cancelled"},
    "receipt_chain.direction": {"in", "out"},
    "task.done_by": {"node"},
    "user.organisation": {"focal-point", "haven"},
    "user.role": {"caseworker", "coordinator"},
    "wrap.credential": {"password", "office"},
    "wrap.kind": {"user", "office"},
}  # fmt: skip
ANY_TEXT: Final = {"_sqlite_migrations.applied_at", "_sqlite_migrations.name"}


async def everything_happens(network: MemoryNetwork) -> None:
    """All of it, at three countries, by their people."""
    for scenario in (
        return_troubles.nobody_at_the_station,
        returns.asylum_before_the_plan,
        returns.best_interests_say_stay,
        referrals.consent_withdrawn,
        stopped_on_the_way,
        detained_then_dead,
    ):
        async with AsyncExitStack() as stack:
            await scenario(cast(Network, network), stack)


async def stopped_on_the_way(network: Any, stack: AsyncExitStack) -> None:
    """She set out and the country on the way stops her: care begins."""
    story = await return_story.begin(network, stack)
    for step in (return_story.prepare, return_story.ask, return_story.assess, return_story.settle,
                 return_story.passage_asked, return_story.plan_journey, return_story.depart):  # fmt: skip
        await step(story)
    await story.home.api.post(f"threads/{story.thread}/stop", {})
    await network.rest()


async def detained_then_dead(network: Any, stack: AsyncExitStack) -> None:
    """Her release is asked for; she is free, dies, and two people erase the case on that ground."""
    (home,) = await desks_of(network, stack, "XD")
    second = Desk("XD", await stack.enter_async_context(network.client("XD", "caseworker")))
    case, person = await home.new_case({"given_name": "Invented"})
    changes = f"cases/{case}/changes"
    await home.api.post(changes, {"change": "detained"})
    await alarms.climb(network.world["XD"].node)
    await home.api.post(changes, {"change": "request_release", "authority_has_paper": True})
    asked = await home.api.post(changes, {"change": "detention_ended"})
    await second.api.post(f"{changes}/{asked['pending']}/approve", {})
    await home.api.post(changes, {"change": "death", "person_id": person, "on": "2026-11-17"})
    waits = await home.api.post(f"cases/{case}/erasures", {"ground": "died"})
    await second.api.post(f"cases/{case}/erasures/{waits['pending']}/approve", {})


def texts(database: Path) -> Iterator[tuple[str, str]]:
    """(table.column, value) of every text in a database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        for (table,) in connection.execute("select name from sqlite_schema where type='table'").fetchall():
            rows = connection.execute(f'select * from "{table}"')
            names = [column[0] for column in rows.description]
            for row in rows:
                yield from ((f"{table}.{name}", one) for name, one in zip(names, row, strict=True)
                            if isinstance(one, str))  # fmt: skip


def says_something(column: str, value: str) -> bool:
    """Whether a plain value is neither an id, a country, something covered, nor one of the list."""
    if column in ANY_TEXT or value in PLAIN.get(column, set()):
        return False
    return not any(shape.fullmatch(value) for shape in SHAPES)


async def test_h25_sender_a_copied_disk_says_of_nobody_that_she_is_detained_in_danger_on_the_way_or_dead(
    tmp_path: Path,
) -> None:
    """At rest: a closed list for every column of every table, whatever was played; a new plain code fails here."""
    async with in_memory(tmp_path, *CODES) as network:
        await everything_happens(network)
        codes = network.world["XD"].node.store.read_sync(lambda reader: {one.code for one in reader.tasks.all()})
        assert {"look_at_case_today", "care_on_the_way", "erasure_second_person"} <= codes  # it did happen

    found = {one for code in CODES for one in texts(tmp_path / code / "node.db") if says_something(*one)}

    assert found == set()


async def test_the_same_code_about_two_cases_looks_like_two_codes_and_about_one_like_one(tmp_path: Path) -> None:
    """What is covered cannot be counted: who sees ten covered codes does not know whether any two are the same."""
    async with in_memory(tmp_path, "XD") as network:
        node, now = network.world["XD"].node, network.clock.now()
        for case in ("a1" * 16, "b2" * 16, "a1" * 16):
            await node.store.write(lambda work, one=case: work.tasks.add("danger_now", now, case_id=one))  # type: ignore[misc]
        query = "select code from task"
        plain = node.store.read_sync(lambda reader: [row[0] for row in reader.connection.execute(query)])
        shown = node.store.read_sync(lambda reader: [task.code for task in reader.tasks.open()])

    assert shown == ["danger_now", "danger_now"]
    assert len(set(plain)) == 2
    assert all(COVERED.fullmatch(one) for one in plain)
