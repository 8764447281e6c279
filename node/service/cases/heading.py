"""What stands at the head of a case: how her consent stands, what tells of danger, and what is due next.

Source: interface C6.
"""

import msgspec

from node.protocol.cases.danger import DangerShown, danger_shown
from node.protocol.consent.standing import ConsentStanding, consent_standing, ends_by_country
from node.protocol.threads.thread import withdrawals
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book, OpenFile
from node.service.threads.desk import DueView, due_view
from node.service.threads.narrow import is_urgent
from node.service.threads.reading import READERS
from node.store.work import Reader


class CaseHead(msgspec.Struct, frozen=True, kw_only=True):
    """The head of a case. `consent` is null where nothing that is open rests on one and none was ever recorded."""

    consent: ConsentStanding | None
    danger: DangerShown
    due: DueView | None


async def case_head(node: Node, actor: Actor, case_id: str) -> CaseHead:
    """The head of one case; NotFound for one that is not this person's."""
    actor.must_be(*READERS)
    return await node.store.read(lambda reader: _head(node, reader, actor, case_id))


def _head(node: Node, reader: Reader, actor: Actor, case_id: str) -> CaseHead:
    may_work_on(reader, actor, case_id)
    now, book = node.now(), Book(node, reader)
    case = book.case(case_id)
    rows = [row for row in reader.threads.of_case(case_id) if row.sealed is not None]
    open_files = [book.open_file(row) for row in rows if row.ended_at is None]
    due = [
        (line.due_at, line, row) for row in rows for line in reader.deadlines.of_thread(row.peer, row.thread_id)
        if line.state == "open"
    ]  # fmt: skip
    first = min(due, key=lambda one: one[0], default=None)
    urgent = any(is_urgent(found.file.urgency) for found in open_files)
    records = book.consents(case)
    ends = ends_by_country(records, case.case.persons[0], now) if case.case.persons else {}
    asked, theirs = _rests_on_consent(open_files)
    consent = None
    if records or asked:
        consent = consent_standing({**theirs, **ends}, asked, now)
    return CaseHead(
        consent=consent,
        danger=danger_shown(case.case, reader.alarms.are_open_in(case_id), urgent),
        due=None if first is None else due_view(node, reader, first[1], first[2], now),
    )


def _rests_on_consent(files: list[OpenFile]) -> tuple[set[str], dict[str, int]]:
    """Countries of matters in which somebody's consent was stated, and until when the other side states it."""
    asked, ends = set[str](), dict[str, int]()
    for found in files:
        file, peer = found.file, found.row.peer
        if not file.entries and not file.persons and not withdrawals(file.thread):
            continue  # nobody is named in it: a question without a name, a complaint
        asked.add(peer)
        if file.thread.side != "opener" and file.entries:
            ends[peer] = min(entry.until for entry in file.entries)
    return asked, ends
