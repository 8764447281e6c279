"""What somebody typed and has not sent yet: saved after every page, sealed with its case, gone after thirty days.

A draft decides nothing and is no part of the case: names and facts go there as they are typed, through the same use
cases as ever. Source: interface C4; issue 4, autosave on the server.
"""

from typing import Final

import msgspec

from node.errors import BadInput
from node.service.access import is_theirs_now, may_work_on
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.threads.book import Book
from node.store.drafts import DraftRow
from node.store.work import Reader, Work

DRAFT_LIFE_S: Final = 30 * DAY_S
MAX_CHARACTERS: Final = 100_000
SHOWN: Final = 50

Typed = dict[str, list[str]]


class Draft(msgspec.Struct, frozen=True):
    """What was typed, field by field, when, and in which case; `ref` says what it is a draft of."""

    case: str
    ref: str
    saved_at: int
    typed: Typed


class _Kept(msgspec.Struct, frozen=True):
    typed: Typed


async def save_draft(node: Node, actor: Actor, case_id: str, ref: str, typed: Typed) -> int:
    """Keep what was typed in place of what was there; when (UTC seconds). Durable before it returns."""
    if sum(len(value) for values in typed.values() for value in values) > MAX_CHARACTERS:
        raise BadInput("a draft is longer than what a letter may hold", expected=f"{MAX_CHARACTERS} characters")

    def save(work: Work) -> int:
        may_work_on(work, actor, case_id)
        now, case = node.now(), Book(node, work).case(case_id)
        sealed = node.seals.seal(case.dek, "draft", ref, _Kept(typed))
        work.drafts.put(DraftRow(case_id, ref, sealed, now, actor.user_id))
        return now

    return await node.store.write(save)


async def read_draft(node: Node, actor: Actor, case_id: str, ref: str) -> Draft | None:
    """The draft, or None where nothing was saved; NotFound for a case of somebody else."""

    def read(reader: Reader) -> Draft | None:
        may_work_on(reader, actor, case_id)
        row = reader.drafts.get(case_id, ref)
        return None if row is None else _opened(node, reader, row)

    return await node.store.read(read)


async def drop_draft(node: Node, actor: Actor, case_id: str, ref: str) -> None:
    """It is not needed any more."""

    def drop(work: Work) -> None:
        may_work_on(work, actor, case_id)
        work.drafts.drop(case_id, ref)

    await node.store.write(drop)


async def my_drafts(node: Node, actor: Actor) -> list[DraftRow]:
    """What this person saved and did not send, newest first, of cases that are still theirs; without the content."""

    def read(reader: Reader) -> list[DraftRow]:
        found = reader.drafts.of_user(actor.user_id, SHOWN)
        return [one for one in found if _is_theirs(reader, one.case_id, actor)]

    return await node.store.read(read)


async def forget_old_drafts(node: Node) -> None:
    """Drafts that nobody touched for thirty days go. Safe to repeat."""
    await node.store.write(lambda work: work.drafts.drop_saved_before(node.now() - DRAFT_LIFE_S))


def _is_theirs(reader: Reader, case_id: str, actor: Actor) -> bool:
    row = reader.cases.get(case_id)
    return row is not None and is_theirs_now(reader, row, actor)


def _opened(node: Node, reader: Reader, row: DraftRow) -> Draft:
    case = Book(node, reader).case(row.case_id)
    kept = node.seals.open_as(_Kept, case.dek, "draft", row.ref, row.sealed)
    return Draft(row.case_id, row.ref, row.saved_at, kept.typed)
