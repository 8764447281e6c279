"""What follows if she takes her consents back: what each country is asked, and what is nowhere in writing.

Worked out before anything is done, so that whoever sits with her can read it to her; nothing is decided here.
Source: interface C5; R10, R20; H05, H16; GDPR 7(3), 17, 19; domain 5.9.
"""

from typing import Final, Literal

import msgspec

from node.protocol.cases.case import Person, asked_to_be_unknown_to, asylum_blocks, person_of
from node.protocol.consent.record import ConsentRecord
from node.protocol.letters.codes import Category
from node.protocol.threads.deadlines import REPLIES
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.paper.printing import to_be_phoned
from node.service.threads.book import Book
from node.store.work import Reader

ANSWER_H: Final = REPLIES["consent.withdrawal"].urgent.hours

# told: it is asked to stop and to erase; never_told: nothing was sent, so nobody is asked; kept_here: nothing about her
# goes there, so a colleague asks her first and the matter ends without a reason (H16)
Follows = Literal["told", "never_told", "kept_here"]


class EndsAt(msgspec.Struct, frozen=True, kw_only=True):
    """What one recipient is asked. `letters`: how many of ours it got; `on_paper`: a call alone reaches it, and may."""

    country: str
    holder: str | None
    follows: Follows
    letters: int
    on_paper: bool


class EndingView(msgspec.Struct, frozen=True, kw_only=True):
    """One consent that can be taken back, with what follows of it everywhere."""

    consent: str
    person_id: str
    categories: tuple[Category, ...]
    valid_until: int
    ends_at: tuple[EndsAt, ...]


async def endings(node: Node, actor: Actor, case_id: str) -> list[EndingView]:
    """Every consent of a case that still stands, oldest first, with what follows if she takes it back."""
    actor.must_be("caseworker", "coordinator")

    def read(reader: Reader) -> list[EndingView]:
        may_work_on(reader, actor, case_id)
        book = Book(node, reader)
        case = book.case(case_id)
        paper = {one.country for one in to_be_phoned(node, reader, case_id)}
        return [
            _ending(node, book, record, person_of(case.case, record.person_id), paper)
            for record in book.consents(case)
            if record.withdrawn_at is None
        ]

    return await node.store.read(read)


def _ending(
    node: Node, book: Book, record: ConsentRecord, person: Person | None, paper: set[str]
) -> EndingView:  # fmt: skip
    ends_at = []
    for to in record.recipients:
        letters = _letters(book, record, to.country)
        ends_at.append(
            EndsAt(
                country=to.country, holder=to.holder, follows=_follows(node, person, to.country, letters),
                letters=letters, on_paper=to.country in paper,
            )
        )  # fmt: skip
    return EndingView(
        consent=record.consent_id, person_id=record.person_id, categories=record.categories,
        valid_until=record.valid_until, ends_at=tuple(ends_at),
    )  # fmt: skip


def _letters(book: Book, record: ConsentRecord, country: str) -> int:
    """How many letters of ours left on the threads where this consent was stated to this country."""
    threads = {one.thread for one in record.asserted if one.country == country}
    files = [found.file.thread for one in threads if (found := book.file(country, one)) is not None]
    return sum(1 for file in files for e in file.entries if e.side == file.side and e.n and e.status != "refused")


def _follows(node: Node, person: Person | None, country: str, letters: int) -> Follows:
    if not letters:
        return "never_told"
    now = node.now()
    kept = person is not None and (asylum_blocks(person, country, now) or asked_to_be_unknown_to(person, country))
    return "kept_here" if kept else "told"
