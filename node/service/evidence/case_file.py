"""One case as a file for another program: what is recorded, her consents, every letter, and the evidence of each.

A letter stands in it as it was signed, so whoever has the evidence beside it can check both. It holds no name: what is
sealed to the office stays sealed, scans stay here, and that somebody is under pressure stands nowhere (H17). A letter
that nobody has read yet is left shut: reading it is told to its sender, an export is not. It holds what she fears and
what other countries marked as not for onward, so it is for our own office alone: no authority is handed it; what goes
to one goes as a letter or a paper, each with her consent and its own gate.
Source: interface C13; H03, H15, H17; R19, R28, R36.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, get_args

import msgspec

from node.errors import BadInput
from node.protocol.letters.scalars import Country
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.cases.cases import case_view
from node.service.cases.consents import ConsentView, view_in
from node.service.context import Node
from node.service.evidence.export import evidence_of
from node.service.evidence.files import Evidence
from node.service.rights.erasures import may_open_kept
from node.service.seals import Erased
from node.service.threads.book import Book
from node.service.way_out import Out, let_out
from node.store.letters import LetterRow
from node.store.work import Work

FILE_FORMAT: Final = "trm/v1/case-file"
FilePurpose = Literal["own_file"]
FILE_PURPOSES: Final[tuple[FilePurpose, ...]] = get_args(FilePurpose)
NOT_IN_A_FILE: Final = ("held_for_review",)


class FiledLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter; `content` is null where it was erased, came and was not read yet, or is restricted."""

    thread: str | None
    peer: Country
    direction: Literal["in", "out"]
    letter: str
    at: int
    opened_at: int | None
    content: msgspec.Raw | None


class CaseFile(msgspec.Struct, frozen=True, kw_only=True):
    """A case with its letters, oldest first, and the evidence of each thread; `training`: nobody in it is real."""

    format: Literal["trm/v1/case-file"]
    training: bool
    country: Country
    made_at: int
    purpose: FilePurpose
    case: dict[str, Any]
    consents: list[ConsentView]
    letters: list[FiledLetter]
    evidence: list[Evidence]


async def export_case(node: Node, actor: Actor, case_id: str, purpose: str) -> bytes:
    """The file as JSON, after the gate, with who and what for in the case's log before it is given out."""
    actor.must_be("caseworker", "coordinator")
    chosen = next((one for one in FILE_PURPOSES if one == purpose), None)
    if chosen is None:
        raise BadInput(
            "a case is not saved for that", field="purpose", expected=", ".join(FILE_PURPOSES),
            for_user="Choose what the file is for.",
        )  # fmt: skip

    def leaving(work: Work) -> tuple[Out, Callable[[], bytes]]:
        may_work_on(work, actor, case_id)
        out = Out(case_id, "file", node.country, node.now())
        return out, lambda: _made(node, work, actor, case_id, chosen)

    return await let_out(node, actor, leaving)


def _made(node: Node, work: Work, actor: Actor, case_id: str, purpose: FilePurpose) -> bytes:
    now, book = node.now(), Book(node, work)
    case = book.case(case_id)
    work.audit.append(now, actor.user_id, "case_exported", case_id, rule="C13", outcome=purpose)
    facts: dict[str, Any] = msgspec.to_builtins(case_view(book, case))
    for person in facts["persons"]:
        for name in NOT_IN_A_FILE:
            person.pop(name, None)
    made = CaseFile(
        format=FILE_FORMAT, training=node.training, country=node.country, made_at=now, purpose=purpose, case=facts,
        consents=[view_in(node, case, record) for record in book.consents(case)],
        letters=[_filed(book, actor, row) for row in work.letters.of_case(case_id)],
        evidence=[evidence_of(node, work, row) for row in work.threads.of_case(case_id)],
    )  # fmt: skip
    return msgspec.json.format(msgspec.json.encode(made), indent=1)


def _filed(book: Book, actor: Actor, row: LetterRow) -> FiledLetter:
    return FiledLetter(
        thread=row.thread_id, peer=row.peer, direction="in" if row.direction == "in" else "out", letter=row.letter_id,
        at=row.at, opened_at=row.opened_at, content=_content(book, actor, row),
    )  # fmt: skip


def _content(book: Book, actor: Actor, row: LetterRow) -> msgspec.Raw | None:
    """What it says, to whoever may open it: nobody has read it yet, or it is restricted, then nothing (R20)."""
    if row.direction == "in" and row.opened_at is None:
        return None
    found = None if row.thread_id is None else book.file(row.peer, row.thread_id)
    if found is not None and may_open_kept(found.file, row.letter_id, actor.role) is not None:
        return None
    try:
        return msgspec.Raw(book.payload(row))
    except Erased:
        return None
