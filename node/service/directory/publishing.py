"""Our own entry: written by coordinators, sent to every active country when it changes and once a month.

Serials are moments: a node restored from a backup never uses one again for other words. Source: domain.md 5.11; R29.
"""

from datetime import UTC, datetime
from typing import Final, get_args

import msgspec

from node.errors import BadInput
from node.protocol.directory.entry import objections
from node.protocol.letters.bodies_directory import (
    Contact,
    DirectoryBody,
    LegalFacts,
    Measured,
    OpenHours,
    Promise,
    Service,
)
from node.protocol.letters.codes_directory import PROMISED, AcceptedMatter, ContactRole, OnCall, RolePlayed
from node.protocol.letters.control import Control, ControlBody
from node.protocol.letters.decode import checked
from node.protocol.letters.strict import Malformed
from node.protocol.threads.deadlines import REPLIES
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.decoding import explained
from node.service.delivery.queueing import queue_control
from node.service.directory.arrival import row_of
from node.service.directory.shelf import body_of
from node.service.directory.views import EntryView, entry_view
from node.service.statistics.figures import own_figures
from node.service.threads.commands import Command
from node.store.directory import EntryRow, SentRow
from node.store.work import Work

AGAIN_S = 30 * DAY_S
LOOK_AGAIN_S = 75 * DAY_S  # two weeks before others see it as unverified
VALID_S = 365 * DAY_S
EVERY_TASK = 10_000  # open tasks of no case: far more than a node ever has
ON_CALL_PEOPLE = 2  # H21
WAITS = ("queued", "held", "released")
CONTACT_ROLES: Final[tuple[ContactRole, ...]] = get_args(ContactRole)
MOST_DAYS: Final = {kind: REPLIES[kind].routine.working_days for kind in PROMISED if kind in REPLIES}  # the handbook's
ANSWERED_BY_ANEW = ("directory_challenged", "directory_due")


class OwnEntry(Command, frozen=True):
    """What this country offers. Everything is a code, a number or a short name; there is no field for a place (R29)."""

    roles: tuple[RolePlayed, ...]
    languages: tuple[str, ...]
    contacts: tuple[Contact, ...]
    services: tuple[Service, ...]
    legal: LegalFacts
    hours: tuple[OpenHours, ...] = ()
    on_call: OnCall = "none"
    accepts: tuple[AcceptedMatter, ...] = ("referral",)
    promises: tuple[Promise, ...] = ()


async def publish_entry(node: Node, actor: Actor, command: OwnEntry) -> EntryView:
    """Put our entry in force; the sweep sends it. BadInput names the field and the rule, nothing is kept then."""
    actor.must_be("coordinator")
    measured = await own_figures(node)
    return await node.store.write(lambda work: put_in_force(node, work, actor, command, measured))


async def send_entries(node: Node) -> None:
    """Queue our entry for every active country that lacks the newest serial, and monthly for all."""
    await node.store.write(lambda work: _send(node, work, node.now()))


def put_in_force(node: Node, work: Work, actor: Actor, command: OwnEntry, measured: tuple[Measured, ...]) -> EntryView:
    """The same inside a transaction; `measured` was read before it."""
    now = node.now()
    _promises_no_more(work, command)
    before = work.directory.get(node.country)
    serial = max(now, 1 if before is None else before.serial + 1)
    body = _checked(command, serial, _last_drill(work), measured, now)
    for field, objection in objections(body, now):
        raise BadInput(f"{objection.sentence}; {objection.next_step}", field=field, rule=objection.rule)
    work.directory.put(row_of(node.country, body, now))
    work.directory.answered(node.country, serial, now)
    for task in work.waiting.tasks_of_no_case(EVERY_TASK):
        if task.code in ANSWERED_BY_ANEW:
            work.tasks.done(task.id, actor.user_id, now)
    work.audit.append(now, actor.user_id, "directory_published", node.country)
    return entry_view(node, work, node.country)


def _checked(
    command: OwnEntry, serial: int, last_drill: tuple[str, ...], measured: tuple[Measured, ...], now: int
) -> DirectoryBody:
    """The entry, judged as every receiver will judge it."""
    given = msgspec.to_builtins(command) | {
        "serial": serial, "issued_at": now, "valid_until": now + VALID_S, "last_drill": last_drill,
        "measured": msgspec.to_builtins(measured),
    }  # fmt: skip
    try:
        body = msgspec.convert(given, DirectoryBody)
        letter: Control[ControlBody] = Control(kind="directory.publish", letter_id="00" * 16, body=body)
        checked(letter)
    except msgspec.ValidationError as error:
        raise explained(error) from None
    except Malformed as error:
        raise BadInput(f"the entry would be malformed: {error}", field=error.field) from None
    return body


def _last_drill(work: Work) -> tuple[str, ...]:
    """The day on which we last answered a drill of another country in time, with the vault open."""
    answered = (row.answered_at for row in work.on_call.drills("in") if row.unlocked and row.was_in_time)
    last = max((at for at in answered if at is not None), default=None)
    return () if last is None else (datetime.fromtimestamp(last, UTC).date().isoformat(),)


def _promises_no_more(work: Work, command: OwnEntry) -> None:
    """H21: an on-call promise needs two people who can unlock away from the office."""
    away = [row for row in work.on_call.all() if row.unlocks_away]
    if command.on_call == "always" and len(away) < ON_CALL_PEOPLE:
        raise BadInput(
            f"{len(away)} people can unlock away from the office; put two on the on-call roster before promising it",
            field="on_call", rule="H21",
        )  # fmt: skip


def _send(node: Node, work: Work, now: int) -> None:
    own = work.directory.get(node.country)
    if own is None:
        return
    if now - own.received_at >= LOOK_AGAIN_S:
        work.tasks.add("directory_due", now)
    for code, country in sorted(node.view.countries.items()):
        if code != node.country and country.status_at(now) == "active":
            _send_to(node, work, code, own, now)


def _send_to(node: Node, work: Work, peer: str, own: EntryRow, now: int) -> None:
    sent = work.directory.sent(peer)
    waiting = None if sent is None else work.outbox.get(sent.letter_id)
    still_waits = waiting is not None and waiting.state in WAITS
    if sent is not None and sent.serial == own.serial and (still_waits or now - sent.at < AGAIN_S):
        return
    if waiting is not None and waiting.state in ("queued", "held"):
        work.outbox.end(waiting.letter_id, "cancelled", now)  # never left, and says what no longer holds
    letter_id = queue_control(node, work, peer, "directory.publish", body_of(own), now)
    work.directory.put_sent(SentRow(peer, own.serial, letter_id, now))
