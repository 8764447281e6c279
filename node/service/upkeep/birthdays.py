"""Every hour: who comes of age. Needs no sign-in; no plain column says whose birthday it is. Source: H27, R12.

It looks at every case's control part, a batch at a time on a reading connection, and writes only where something is
due, so that a receive never waits for it.
"""

from node.protocol.cases.coming_of_age import fall_due
from node.service.context import Node
from node.service.threads.book import Book
from node.store.work import Reader, Work

BATCH = 200


async def coming_of_age(node: Node) -> int:
    """Warn, ask, or end what a guardian had allowed, for all cases where that is due; returns how many. Repeatable."""
    if not node.clock_is_believed():
        return 0
    now, last, changed = node.now(), "", 0
    while True:
        after = last
        batch = await node.store.read(lambda reader, after=after: _batch(node, reader, after, now))  # type: ignore[misc]
        if batch is None:
            return changed
        last, due = batch
        for case_id in due:
            changed += await node.store.write(lambda work, one=case_id: _one(node, work, one, now))  # type: ignore[misc]


def _batch(node: Node, reader: Reader, after: str, now: int) -> tuple[str, list[str]] | None:
    """The last id looked at, and the cases where something is due; None when there are no more."""
    rows, book = reader.cases.after(after, BATCH), Book(node, reader)
    if not rows:
        return None
    return rows[-1].case_id, [row.case_id for row in rows if fall_due(book.case(row.case_id).case, now)[1]]


def _one(node: Node, work: Work, case_id: str, now: int) -> int:
    row = work.cases.get(case_id)
    if row is None or row.sealed is None:
        return 0
    book = Book(node, work)
    case = book.case(case_id)
    changed, tasks = fall_due(case.case, now)
    if not tasks:
        return 0
    book.put_case(case, changed.case, now)
    for code in tasks:
        work.tasks.add(code, now, case_id=case_id)
    for line in changed.audit:
        work.audit.append(now, "node", "case_changed", case_id, rule=node.seals.cover(f"{line.rule} {line.event}"))
    return len(tasks)
