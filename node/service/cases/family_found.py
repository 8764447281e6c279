"""What another country found about the family, where it bears on what is done here. Source: R15; domain 5.7."""

from node.protocol.cases.changes_children import suspect_family
from node.protocol.letters.bodies_return import FamilyResultBody
from node.protocol.letters.decode import AnyLetter
from node.service.context import Node
from node.service.keep.noting import note_what_was_known
from node.service.threads.book import Book, OpenFile
from node.store.work import Work


def family_found(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """A sign that family was involved flags every person of the thread at once; two people here may clear it (R15).

    What is written is the same where people here had flagged it before: the other country waits for it (attack 57).
    """
    body = letter.body
    assert isinstance(body, FamilyResultBody)
    if body.involvement != "indicated":
        return
    book = Book(node, work)
    case = book.case(found.row.case_id)
    on_thread = [one.persons for one in case.case.threads if one.thread == found.row.thread_id]
    changed = case.case
    for person_id in dict.fromkeys(person for persons in on_thread for person in persons):
        changed = suspect_family(changed, person_id, "not_said", "node", now).case
    book.put_case(case, changed, now)
    note_what_was_known(node, work, case.case, changed, now)
    work.tasks.add("plan_without_family", now, case_id=case.id, peer=found.row.peer, thread_id=found.row.thread_id,
                   letter_id=letter.letter_id)  # fmt: skip
    work.audit.append(now, "node", "case_changed", case.id, rule=node.seals.cover("R15 family_suspected"))
