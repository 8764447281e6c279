"""Cases: made, read, changed one act at a time; where a protection would be lifted the change waits (`proposals`).

The control part works while the office vault is shut; names are read only with a reason, and that is logged before they
are shown. Source: domain 5.1; at-rest; R12, R24; H03, H05, H11, H14, H17.
"""

from collections.abc import Iterator

from node.errors import BadInput, NotAllowed
from node.protocol.cases.case import Case, Person
from node.protocol.cases.changes import Changed as CaseChanged
from node.protocol.cases.changes import add_person
from node.protocol.cases.changes_life import add_birth
from node.protocol.cases.return_changes import begin_return
from node.protocol.gate.desk import may_open_identity
from node.service.access import is_theirs, may_work_on, whose
from node.service.actor import Actor
from node.service.cases import identity
from node.service.cases.acts import CHANGES, without_use
from node.service.cases.assigning import give, owner_row
from node.service.cases.change import Change
from node.service.cases.earlier import earlier_facts, with_earlier
from node.service.cases.earlier_views import EarlierName
from node.service.cases.life import PEOPLE_DECIDE, make_change, what_follows
from node.service.cases.proposals import Proposal, pending_of, propose, take_back
from node.service.cases.replacing import SOMEBODY_ELSE, must_not_replace_unseen, stood
from node.service.cases.requests import (
    AddPerson,
    CaseLine,
    CasePage,
    CaseThreadView,
    CaseView,
    Changed,
    IdentityView,
    IdentityWritten,
    NewCase,
    RecordDistrust,
    SetOwner,
    WriteIdentity,
    person_from,
    person_view,
)
from node.service.cases.requests_life import RecordBirth
from node.service.cases.return_requests import BeginReturn, ReturnChange
from node.service.context import Node
from node.service.keep.dates import date_case
from node.service.returns.alarms import settle_case
from node.service.safety.distrusting import follow_case, must_be_listed
from node.service.shown import must_be_as_shown
from node.service.threads.blocks import stop_blocked_threads
from node.service.threads.book import Book, OpenCase
from node.store.cases import CaseRow
from node.store.work import Reader, Work

LINES_READ = 1000  # of the audit, to know who wrote a name
PAGE = 500
NAMES_WRITTEN = (
    "Names or contacts of this case were written meanwhile. What you typed is still here and not saved. Look in another"
    " window at what stands; a field that you leave empty stays as it is."
)


async def create_case(node: Node, actor: Actor, new: NewCase) -> CaseView:
    """A new case; its maker owns it. A case system's case is open for any caseworker until somebody takes it."""
    actor.must_be("caseworker", "coordinator", "machine")
    if new.persons[0].role != "person" or any(one.role == "person" for one in new.persons[1:]):
        raise BadInput(
            "the first person is the one the case is about, the others are dependants", field="persons", rule="H26"
        )

    def make(work: Work) -> CaseView:
        now, book = node.now(), Book(node, work)
        persons = tuple(person_from(one, node.random(8).hex()) for one in new.persons)
        case = Case(case_id=node.random(16).hex(), trafficking_status=new.trafficking_status, persons=persons)
        made = book.new_case(case, actor.user_id if actor.role == "caseworker" else None, now)
        work.audit.append(now, actor.user_id, "case_opened", made.id)
        return case_view(book, made)

    return await node.store.write(make)


async def list_cases(node: Node, actor: Actor, limit: int = 100, before: int | None = None) -> CasePage:
    """The cases this person may work on, newest change first."""
    actor.must_be("caseworker", "coordinator", "machine")
    return await node.store.read(lambda reader: _page(Book(node, reader), actor, limit, before))


async def view_case(node: Node, actor: Actor, case_id: str) -> CaseView:
    """One case; NotFound for one that is not this person's, as for one that does not exist."""
    return await node.store.read(lambda reader: case_view(Book(node, reader), _open(node, reader, actor, case_id)))


async def change_case(node: Node, actor: Actor, case_id: str, change: Change, shown: str | None = None) -> Changed:
    """Make one change. Where two people are needed it waits for the second, and nothing is changed before.

    `shown`: the mark of the case that the page was made from (`replacing`). Overtaken where a colleague changed the
    case since, and this would take the place of what stands; None where no page was.
    """
    return await node.store.write(lambda work: _change(node, work, actor, case_id, change, shown))


async def set_owner(node: Node, actor: Actor, case_id: str, command: SetOwner) -> CaseView:
    """A coordinator assigns a case; a caseworker takes one that is open, for themselves."""
    actor.must_be("caseworker", "coordinator")
    return await node.store.write(lambda work: _set_owner(node, work, actor, case_id, command.owner))


async def write_names(
    node: Node, actor: Actor, case_id: str, command: WriteIdentity, shown: int | None = None
) -> IdentityWritten:
    """Add to the identity part; needs only the office's public half, so it works while the vault is shut.

    `shown`: the version that the page was made from. Overtaken, and nothing is written, where there is a newer one.
    """

    def write(work: Work) -> IdentityWritten:
        now, case = node.now(), _open(node, work, actor, case_id)
        must_be_as_shown(None if shown is None else str(shown), str(_version(work, case)), NAMES_WRITTEN)
        fields = {person: dict(named) for person, named in command.persons.items()}
        version = identity.write_identity(node, work, case, fields, now)
        work.audit.append(now, actor.user_id, "identity_written", case_id)
        return IdentityWritten(version)

    return await node.store.write(write)


async def names_version(node: Node, actor: Actor, case_id: str) -> int:
    """How often the identity part was written, 0 where never; nothing of it is read."""
    return await node.store.read(lambda reader: _version(reader, _open(node, reader, actor, case_id)))


def _version(reader: Reader, case: OpenCase) -> int:
    return reader.cases.next_identity_version(case.id) - 1


async def read_names(node: Node, actor: Actor, case_id: str, reason: str) -> IdentityView:
    """The identity part, for one of five reasons; who and why is on the disk before it is shown (R24)."""

    def read(work: Work) -> IdentityView:
        case = _open(node, work, actor, case_id)
        refused = may_open_identity(reason, actor.user_id)
        if refused is not None:
            raise NotAllowed(refused.sentence, rule=refused.rule, for_user=f"{refused.sentence}: {refused.next_step}")
        persons = identity.read_identity(node, work, case, actor.office)
        work.audit.append(node.now(), actor.user_id, "identity_opened", case_id, rule="R24", outcome=reason)
        return IdentityView(persons, _earlier(node, work, case, actor))

    return await node.store.write(read)


def _earlier(node: Node, work: Work, case: OpenCase, actor: Actor) -> list[EarlierName]:
    lines = work.audit.lines(ref=case.id, limit=LINES_READ)
    wrote = {line.at: line.actor for line in lines if line.act == "identity_written"}
    return [
        EarlierName(person_id=one.person_id, field=one.field, value=one.value, until=one.until,
                    by=wrote.get(one.until, ""))
        for one in identity.read_earlier(node, work, case, actor.office)
    ]  # fmt: skip


def _open(node: Node, reader: Reader, actor: Actor, case_id: str) -> OpenCase:
    may_work_on(reader, actor, case_id)
    return Book(node, reader).case(case_id)


def _change(node: Node, work: Work, actor: Actor, case_id: str, change: Change, shown: str | None) -> Changed:
    now, book, case = node.now(), Book(node, work), _open(node, work, actor, case_id)
    if actor.role == "machine" and isinstance(change, (ReturnChange, *PEOPLE_DECIDE)):
        raise NotAllowed("a person decides this, never a case system", rule="R40")
    if isinstance(change, AddPerson | RecordBirth | BeginReturn):
        return carry_out(work, book, case, _added(case, change, actor, node.random(8).hex(), now), now)
    if isinstance(change, RecordDistrust):
        must_be_listed(node, change.target, change.value)
    row = CHANGES[type(change)]
    if row.people == "one" or (row.people == "rule" and not _needs_second(case, change, actor, now)):
        made = make_change(book, case, change, (actor.user_id,), now)
        must_not_replace_unseen(shown, case.case, made.case)
        take_back(node, work, case, change, actor.user_id, now)
        return carry_out(work, book, case, made, now)
    if actor.role == "machine":
        raise NotAllowed("this needs two people; a case system cannot ask for it", rule="R40")
    made = make_change(book, case, change, (actor.user_id, SOMEBODY_ELSE), now)  # would it be refused anyway?
    must_not_replace_unseen(shown, case.case, made.case)
    asked = Proposal(change, actor.user_id, stood(case.case, made.case))  # type: ignore[arg-type]
    pending = propose(node, work, case, asked, now)
    return Changed(done=False, pending=pending, case=case_view(book, case))


def _added(
    case: OpenCase, change: AddPerson | RecordBirth | BeginReturn, actor: Actor, fresh: str, now: int
) -> CaseChanged:
    """Something new under a fresh random id of ours: a dependant, a newborn, a plan."""
    if isinstance(change, BeginReturn):
        return begin_return(case.case, fresh, change.country, change.persons, actor.user_id, now)
    if isinstance(change, RecordBirth):
        newborn = Person(person_id=fresh, role="dependant", age_band="0-5", gender=change.gender)
        return add_birth(case.case, change.parent, newborn, change.on, actor.user_id, now)
    if change.person.role == "person":
        raise BadInput(
            "a case is about one person; add a dependant", field="person.role", expected="dependant", rule="H26"
        )
    return add_person(case.case, person_from(change.person, fresh), actor.user_id, now)


def _needs_second(case: OpenCase, change: Change, actor: Actor, now: int) -> bool:
    """Ask the rule: it refuses one person where it wants two, and lets two pass."""
    row = CHANGES[type(change)]
    try:
        row.make(case.case, change, (actor.user_id,), now)
    except NotAllowed:
        return True
    return False


def carry_out(work: Work, book: Book, case: OpenCase, changed: CaseChanged, now: int) -> Changed:
    """Write a change that was decided, with all that follows from it, inside a transaction of the caller's."""
    by = tuple(dict.fromkeys(user for line in changed.audit for user in line.by))
    follow_case(work, case.case, changed.case, by)
    after = book.put_case(case, with_earlier(case.case, changed.case, by, now), now)
    stop_blocked_threads(book.node, work, after, now)
    what_follows(book.node, work, after, changed.audit, now)
    date_case(book.node, work, after)
    settle_case(book.node, work, after, changed.audit[0].by[0] if changed.audit else "node", now)
    for line in changed.audit:
        for user in line.by:
            work.audit.append(
                now, user, "case_changed", case.id, rule=book.node.seals.cover(f"{line.rule} {line.event}")
            )
    return Changed(done=True, pending=None, case=case_view(book, after))


def _set_owner(node: Node, work: Work, actor: Actor, case_id: str, owner: str | None) -> CaseView:
    now, row = node.now(), may_work_on(work, actor, case_id)
    if actor.role == "caseworker" and (row.owner is not None or owner != actor.user_id):
        raise NotAllowed(
            "a caseworker takes an open case for themselves; ask a coordinator to assign it to somebody else"
        )
    give(work, actor, row, owner_row(work, owner), now)
    book = Book(node, work)
    return case_view(book, book.case(case_id))


def case_view(book: Book, case: OpenCase) -> CaseView:
    """A case as its people see it, inside a transaction of the caller's."""
    row, it = case.row, case.case
    threads = [
        CaseThreadView(
            thread=one.thread_id,
            peer=one.peer,
            started_at=one.started_at,
            changed_at=one.changed_at,
            ended_at=one.ended_at,
        )
        for one in book.reader.threads.of_case(case.id)
    ]
    return CaseView(
        case=case.id,
        owner=row.owner,
        created_at=row.created_at,
        changed_at=row.changed_at,
        trafficking_status=it.trafficking_status,
        persons=[person_view(person) for person in it.persons],
        first_intake_answered_at=None if it.first_intake is None else it.first_intake.answered_at,
        place_is_detention=it.place_is_detention,
        distrust=it.distrust,
        retention=it.retention,
        earlier=earlier_facts(it),
        threads=threads,
        waits_for_second=pending_of(book.node, book.reader, case),
        without_use=without_use(it),
    )


def _page(book: Book, actor: Actor, limit: int, before: int | None) -> CasePage:
    """Cases changed in one second stay together, so that none falls between two pages."""
    lines: list[CaseLine] = []
    for row in _rows(book.reader, whose(actor), before):
        if len(lines) >= limit and row.changed_at < lines[-1].changed_at:
            return CasePage(cases=lines, before=lines[-1].changed_at)
        if is_theirs(row, actor):
            lines.append(_line(book, row))
    return CasePage(cases=lines, before=None)


def _rows(reader: Reader, user: str | None, before: int | None) -> Iterator[CaseRow]:
    """The cases of a caseworker or of all, newest change first, read in batches that overlap by one second."""
    seen: set[str] = set()
    size = PAGE
    while rows := reader.waiting.cases(user, size, before):
        fresh = [row for row in rows if row.case_id not in seen]
        seen.update(row.case_id for row in fresh)
        yield from fresh
        if len(rows) < size:
            return
        before, size = rows[-1].changed_at + 1, size if fresh else size * 2


def _line(book: Book, row: CaseRow) -> CaseLine:
    persons = () if row.dek is None else book.case(row.case_id).case.persons
    return CaseLine(
        case=row.case_id,
        owner=row.owner,
        created_at=row.created_at,
        changed_at=row.changed_at,
        persons=len(persons),
        treated_as_child=any(one.treated_as_child for one in persons),
        erased=row.dek is None,
    )
