"""Alerts that are not over, for those who work on them, and counts for everybody else. Source: practice, the desk."""

from typing import Final

import msgspec

from node.errors import NotFound
from node.protocol.danger_told import tells_of_danger
from node.protocol.letters.bodies import Body
from node.protocol.letters.bodies_safety import AlertBody, MedicalBody
from node.service.access import is_theirs
from node.service.actor import Actor
from node.service.context import Node
from node.service.safety.on_call import DRILL
from node.service.safety.reach import reach
from node.service.safety.requests import AlertAct, AlertView, CountryFigures, SafetyFigures
from node.service.seals import Erased
from node.service.threads.book import Book
from node.service.threads.keeping import decode_kept
from node.service.threads.phoning import may_hear_nothing
from node.store.alarms import AlarmRow
from node.store.work import Reader

# What a person may do about an alarm of each ladder; another ladder ends in its thread or its case.
ACTS_OF: Final[dict[str, tuple[AlertAct, ...]]] = {
    "call": ("acknowledge", "update", "stand_down"),
    "answer": ("update", "stand_down"),
    "second": ("confirm", "refuse"),
    "review": ("review",),
    "inform": ("informed",),
}


async def open_alerts(node: Node, actor: Actor) -> list[AlertView]:
    """What calls people or waits for them, the most pressing first."""
    actor.must_be("caseworker", "coordinator", "machine")

    def read(reader: Reader) -> list[AlertView]:
        return [_view(node, reader, row) for row in reader.alarms.open() if _may_see(reader, actor, row)]

    return await node.store.read(read)


async def view_alert(node: Node, actor: Actor, alert: str) -> list[AlertView]:
    """What is open about one alert: the call for it, the second look, the telling of her. NotFound for none."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[AlertView]:
        rows = [row for row in reader.alarms.open() if row.ref == alert and _may_see(reader, actor, row)]
        if not rows:
            raise NotFound("no such open alert here; read the list again", field="alert")
        return [_view(node, reader, row) for row in rows]

    return await node.store.read(read)


async def figures(node: Node, actor: Actor) -> SafetyFigures:
    """Counts by country, the alerts found unjustified among them."""
    actor.must_be("operator", "coordinator", "auditor")
    return await node.store.read(figures_of)


def figures_of(reader: Reader) -> SafetyFigures:
    """The same inside a transaction; shown here only, and published nowhere (DECISIONS)."""
    found: dict[str, dict[str, int]] = {}
    for peer, ladder, number, unfounded in reader.alarms.figures():
        counts = found.setdefault(peer, {"received": 0, "sent": 0, "not_justified": 0})
        counts["received"] += number if ladder == "call" else 0
        counts["sent"] += number if ladder == "answer" else 0
        counts["not_justified"] += unfounded
    return SafetyFigures(
        countries=[CountryFigures(country=peer, **counts) for peer, counts in sorted(found.items())],
        open_alarms=len(reader.alarms.open()),
        pages_failing=len(reader.pages.problems()),
    )


def _may_see(reader: Reader, actor: Actor, row: AlarmRow) -> bool:
    if row.case_id is None:
        return True
    case = reader.cases.get(row.case_id)
    return case is not None and is_theirs(case, actor)


def _view(node: Node, reader: Reader, row: AlarmRow) -> AlertView:
    review = reader.alarms.get("review", row.ref)
    body = _body(node, reader, row)
    known = row.peer is not None and node.view.country(row.peer) is not None and not _is_closed(node, reader, row)
    return AlertView(
        alert=row.ref,
        ladder=row.ladder,
        code=node.seals.uncover(row.code),
        mine=row.ladder in ("answer", "review", "inform"),
        peer=row.peer,
        thread=row.thread_id,
        case=row.case_id,
        raised_at=row.raised_at,
        due_at=row.due_at,
        step=row.step,
        acknowledged_at=row.acknowledged_at,
        review_due_at=review.due_at if review is not None and review.closed_at is None else None,
        danger=body if isinstance(body, AlertBody) else None,
        medical=body if isinstance(body, MedicalBody) else None,
        told=msgspec.to_builtins(body) if row.case_id is None and tells_of_danger(body) else None,
        phone=reach(node, reader, row.peer or "", node.now()) if known else None,
        acts=("answer_drill",) if node.seals.uncover(row.code) == DRILL else ACTS_OF.get(row.ladder, ()),
    )


def _is_closed(node: Node, reader: Reader, row: AlarmRow) -> bool:
    """R10: no number stands beside a country that may hear nothing of her."""
    if row.case_id is None or row.peer is None:
        return False
    try:
        return may_hear_nothing(Book(node, reader).case(row.case_id).case, row.peer, node.now())
    except Erased:
        return False


def _body(node: Node, reader: Reader, row: AlarmRow) -> Body:
    """What the letter says in codes; a name stays sealed until somebody opens it with a reason."""
    kept = None if row.letter_id is None else reader.letters.find(row.letter_id)
    if kept is None:
        return None
    try:
        return decode_kept(Book(node, reader).payload(kept)).body
    except Erased:
        return None
