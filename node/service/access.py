"""Who may work on which case: its owner, the back-up once something is overdue, coordinators, and nobody else.

A case that arrived from abroad has no owner until somebody takes it; any caseworker may. A foreign case answers
like an unknown one.
"""

from node.errors import NotFound
from node.service.actor import Actor
from node.store.cases import CaseRow
from node.store.work import Reader

TOLD_BACKUP = 2  # the step of a deadline once the back-up was told


def may_work_on(reader: Reader, actor: Actor, case_id: str | None, what: str = "case") -> CaseRow:
    """The case's row, or NotFound whether it does not exist or is not this person's.

    `what` is what was asked for, a thread or letter of the case, so that a foreign one answers word for word as an
    unknown one.
    """
    row = None if case_id is None else reader.cases.get(case_id)
    if row is None or not is_theirs_now(reader, row, actor):
        raise NotFound(f"no such {what} here; check the reference", field=what)
    return row


def whose(actor: Actor) -> str | None:
    """Whose lists to read: a caseworker's own, or everybody's; each row is judged once more (`is_theirs_now`)."""
    return actor.user_id if actor.role == "caseworker" else None


def is_theirs(row: CaseRow, actor: Actor) -> bool:
    """True for coordinators, case systems, the owner, and any caseworker while nobody owns the case."""
    if actor.shut_out and (row.case_id in actor.shut_out or "" in actor.shut_out):  # H14: it sees nothing
        return False
    if actor.role in ("coordinator", "machine"):
        return True
    return actor.role == "caseworker" and row.owner in (None, actor.user_id)


def is_theirs_now(reader: Reader, row: CaseRow, actor: Actor) -> bool:
    """The same, and true for the owner's back-up while something waits that the back-up was told of (5.13)."""
    return is_theirs(row, actor) or (
        actor.role == "caseworker"
        and row.owner is not None
        and reader.people.backup_of(row.owner) == actor.user_id
        and reader.deadlines.reached(row.case_id, TOLD_BACKUP)
    )
