"""Her sheet: who holds what about her, in every country, and who opened it, there and here; made when it is asked for.

From our own letters, their signed receipts, the ticks of people who opened them, confirmations of erasure and answers
to access requests: nothing is claimed that another country did not say itself. Codes, times and counts, no names.
Source: R28, R33; GDPR 15; issue of rights; practice H18.
"""

from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from node.errors import NotAllowed
from node.protocol.letters.bodies import Erased, ErasureConfirmBody
from node.protocol.letters.bodies_rights import AccessResponseBody, HeldLetter
from node.protocol.letters.codes import Category
from node.protocol.letters.decode import AnyLetter
from node.protocol.threads import machine
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.paper.printing import GivenOnPaper, Mark, Print, PrintPurpose, given_on_paper, mark
from node.service.rights.access import held_letters
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept
from node.service.way_out import Out, let_out
from node.store.letters import LetterRow
from node.store.work import Reader, Work

LOOKS: Final = (
    "identity_opened", "letter_opened", "identity_written", "case_taken", "scan_attached", "scan_opened",
    "note_written", "notes_opened", "talk_opened",
)  # fmt: skip


class ToldLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter about her that left us: its levels, and when it was received and opened there, where known."""

    letter: str
    kind: str
    at: int
    levels: list[str]
    received_at: int | None
    opened_at: int | None


class AllowedThere(msgspec.Struct, frozen=True, kw_only=True):
    """What she allowed the office of one country to know, until when, and when she took all of it back."""

    categories: tuple[Category, ...]
    until: int
    taken_back_at: int | None


class CountryHolds(msgspec.Struct, frozen=True, kw_only=True):
    """What one country holds about her on one thread, by what we sent and what it said itself.

    `allowed`: what was stated to it on this thread. `answered_at` is when it last answered an access request,
    null where it has not; `confirmed` are its confirmations.
    """

    country: str
    thread: str
    matter: str
    state: str
    allowed: list[AllowedThere]
    told: list[ToldLetter]
    confirmed: list[Erased]
    asked_at: int | None
    answered_at: int | None
    holds: list[HeldLetter]
    onward: list[str]
    kept_until: int | None


class LooksHere(msgspec.Struct, frozen=True, kw_only=True):
    """How often people of one role opened something of hers here."""

    role: str
    what: str
    times: int


class SheetView(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds what about her, and who opened it. `here`: what other countries sent about her and is still here.

    `on_paper`: countries that were told of her on paper; `mark` stands on the sheet where it is printed.
    """

    case: str
    made_at: int
    countries: list[CountryHolds]
    here: list[HeldLetter]
    opened_here: list[LooksHere]
    on_paper: list[GivenOnPaper]
    mark: Mark | None = None


async def sheet(node: Node, actor: Actor, case_id: str, to: str, purpose: PrintPurpose | None = None) -> SheetView:
    """The sheet of a case, as things stand now; that somebody looked is logged before it is shown.

    `to`: the country into which it is carried, or our own where it stays. Abroad it goes only as she decided, and
    through the gate (H15, H18). `purpose`: it is printed, and what for.
    """
    actor.must_be("caseworker", "coordinator")
    asked = None if purpose is None else Print(purpose=purpose, to=to)

    def leaving(work: Work) -> tuple[Out, Callable[[], SheetView]]:
        row = may_work_on(work, actor, case_id)
        if to != node.country:
            _as_she_decided(node, work, case_id, to)
        threads = work.threads.of_case(case_id)
        oldest = min((one.started_at for one in threads), default=node.now())
        return Out(case_id, "sheet", to, oldest), lambda: _shown(node, work, actor, row.case_id, asked)

    return await let_out(node, actor, leaving)


def _as_she_decided(node: Node, reader: Reader, case_id: str, to: str) -> None:
    """H18: she herself, asked alone, found it safe to carry into this country, and has not decided otherwise since."""
    case = Book(node, reader).case(case_id).case
    newest = {one.person_id: one for one in case.papers}
    if not any((one.taken, one.to) == ("sheet", to) for one in newest.values()):
        raise NotAllowed(
            "nobody recorded that she takes her sheet into this country", rule="H18",
            for_user="Ask her, alone, whether it is safe to carry there, and record what she takes.",
        )  # fmt: skip


def _shown(node: Node, work: Work, actor: Actor, case_id: str, asked: Print | None) -> SheetView:
    found = _sheet(node, work, case_id)
    if asked is not None:
        return msgspec.structs.replace(found, mark=mark(node, work, actor, case_id, "sheet", asked))
    work.audit.append(node.now(), actor.user_id, "sheet_shown", case_id, rule="R33")
    return found


def _sheet(node: Node, reader: Reader, case_id: str) -> SheetView:
    book = Book(node, reader)
    files = [book.open_file(row) for row in reader.threads.of_case(case_id) if row.sealed is not None]
    return SheetView(
        case=case_id, made_at=node.now(),
        countries=[_country(node, reader, one) for one in files],
        here=[letter for one in files for letter in held_letters(node, reader, one)],
        opened_here=_looks(reader, case_id), on_paper=given_on_paper(node, reader, case_id),
    )  # fmt: skip


def _country(node: Node, reader: Reader, found: OpenFile) -> CountryHolds:
    case = Book(node, reader).case(found.row.case_id)
    rows = reader.letters.of_thread(found.row.peer, found.row.thread_id)
    received = [(row, letter) for row in rows if row.direction == "in" and (letter := _letter(node, reader, row))]
    answers = [(row, letter.body) for row, letter in received if isinstance(letter.body, AccessResponseBody)]
    confirmations = [letter.body for _, letter in received if isinstance(letter.body, ErasureConfirmBody)]
    newest = answers[-1] if answers else None
    onward = {country for body in confirmations for country in body.onward}
    return CountryHolds(
        country=found.row.peer, thread=found.row.thread_id, matter=found.file.thread.matter,
        state=machine.state(found.file.thread, node.now()),
        allowed=[
            AllowedThere(categories=one.categories, until=one.valid_until, taken_back_at=one.withdrawn_at)
            for one in Book(node, reader).consents(case)
            if any(to.thread == found.row.thread_id for to in one.asserted)
        ],
        told=[_told(node, reader, row) for row in rows if row.direction == "out"],
        confirmed=[item for body in confirmations for item in body.items],
        asked_at=max((e.written_at for e in found.file.thread.entries if _asks(found, e.kind, e.side)), default=None),
        answered_at=newest[0].at if newest else None,
        holds=list(newest[1].letters) if newest else [],
        onward=sorted(onward | set(newest[1].onward if newest else ())),
        kept_until=newest[1].kept_until if newest else None,
    )  # fmt: skip


def _asks(found: OpenFile, kind: str, side: str) -> bool:
    return kind == "access.request" and side == found.file.thread.side


def _told(node: Node, reader: Reader, row: LetterRow) -> ToldLetter:
    letter = _letter(node, reader, row)
    receipts = [one.receipted_at for one in reader.outbox.envelopes_of(row.letter_id) if one.receipted_at is not None]
    return ToldLetter(
        letter=row.letter_id, kind="erased" if letter is None else letter.kind, at=row.at,
        levels=[] if letter is None else sorted({"L1", *(item.level for item in letter.disclosed)}),
        received_at=receipts[0] if receipts else None, opened_at=row.opened_at,
    )  # fmt: skip


def _letter(node: Node, reader: Reader, row: LetterRow) -> AnyLetter | None:
    return None if row.sealed is None else decode_kept(Book(node, reader).payload(row))


def _looks(reader: Reader, case_id: str) -> list[LooksHere]:
    refs = [case_id, *(row.letter_id for row in reader.letters.of_case(case_id))]
    lines = [line for ref in refs for line in reader.audit.lines(ref=ref, limit=1000) if line.act in LOOKS]
    seen = Counter((_role(reader, line.actor), line.act) for line in lines)
    return [LooksHere(role=role, what=what, times=times) for (role, what), times in sorted(seen.items())]


def _role(reader: Reader, user: str) -> str:
    known = reader.people.get(user)
    return "machine" if known is None else known.role
