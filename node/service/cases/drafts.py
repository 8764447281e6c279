"""What somebody typed and has not sent yet: saved after every page, sealed with its case, gone after thirty days.

A draft decides nothing and is no part of the case: names and facts go there as they are typed, through the same use
cases as ever. Of two windows, or two people, at one draft the later save writes over nothing that its page did not
show. Source: interface C4, finding 3; issue 4, autosave on the server.
"""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from node.errors import BadInput
from node.service.access import is_theirs_now, may_work_on
from node.service.actor import Actor
from node.service.context import DAY_S, Node
from node.service.shown import Overtaken, mark_of
from node.service.threads.book import Book
from node.store.drafts import DraftRow
from node.store.work import Reader, Work

DRAFT_LIFE_S: Final = 30 * DAY_S
SENT: Final = "sent."  # before the id of a letter that can be taken back: what was typed for it
SENT_LIFE_S: Final = 3600
MAX_CHARACTERS: Final = 100_000
SHOWN: Final = 50

Typed = dict[str, list[str]]


class Draft(msgspec.Struct, frozen=True):
    """What was typed, field by field, when, by whom, and in which case; `ref` says what it is a draft of."""

    case: str
    ref: str
    saved_at: int
    saved_by: str
    typed: Typed

    @property
    def mark(self) -> str:
        """What a page that is made from it sends back, so that nothing newer is written over unseen."""
        return mark_of_typed(self.typed)


class _Kept(msgspec.Struct, frozen=True):
    """`of`: what it was a draft of, while its letter can be taken back."""

    typed: Typed
    of: str = ""


def mark_of_typed(typed: Mapping[str, list[str]]) -> str:
    """The mark of a draft that holds this; "" where nothing is filled in, as where there is no draft."""
    filled = {name: given for name, values in sorted(typed.items()) if (given := [one for one in values if one])}
    return mark_of(filled) if filled else ""


async def save_draft(node: Node, actor: Actor, case_id: str, ref: str, typed: Typed, shown: str | None = None) -> str:
    """Keep what was typed in place of what was there; its mark. Durable before it returns.

    `shown`: the mark that the page was made from. Overtaken, and nothing is written, where something else stands now;
    None where what stands is meant to go.
    """
    if sum(len(value) for values in typed.values() for value in values) > MAX_CHARACTERS:
        raise BadInput("a draft is longer than what a letter may hold", expected=f"{MAX_CHARACTERS} characters")
    mark = mark_of_typed(typed)

    def save(work: Work) -> str:
        may_work_on(work, actor, case_id)
        row = work.drafts.get(case_id, ref)
        stands = "" if row is None else _opened(node, work, row).mark
        if shown is not None and stands not in (shown, mark):
            raise Overtaken("another draft was saved since this page was shown; look at both")
        _keep(node, work, case_id, ref, _Kept(typed), actor.user_id)
        return mark

    return await node.store.write(save)


async def read_draft(node: Node, actor: Actor, case_id: str, ref: str) -> Draft | None:
    """The draft, or None where nothing was saved; NotFound for a case of somebody else."""

    def read(reader: Reader) -> Draft | None:
        may_work_on(reader, actor, case_id)
        row = reader.drafts.get(case_id, ref)
        return None if row is None else _opened(node, reader, row)

    return await node.store.read(read)


async def drop_draft(node: Node, actor: Actor, case_id: str, ref: str, seen: Collection[str] | None = None) -> None:
    """It is not needed any more. `seen`: only if its mark is one of these; what another window kept stays."""

    def drop(work: Work) -> None:
        may_work_on(work, actor, case_id)
        row = work.drafts.get(case_id, ref)
        if row is not None and (seen is None or _opened(node, work, row).mark in seen):
            work.drafts.drop(case_id, ref)

    await node.store.write(drop)


async def sent_draft(node: Node, actor: Actor, case_id: str, ref: str, letter_id: str | None) -> None:
    """It was sent by this letter: no draft any more, and there again if the letter is taken back."""

    def move(work: Work) -> None:
        may_work_on(work, actor, case_id)
        row = work.drafts.get(case_id, ref)
        work.drafts.drop(case_id, ref)
        if row is not None and letter_id is not None:
            _keep(node, work, case_id, SENT + letter_id, _Kept(_opened(node, work, row).typed, ref), actor.user_id)

    await node.store.write(move)


async def draft_again(node: Node, actor: Actor, case_id: str, letter_id: str) -> str:
    """What was typed for a letter that was taken back is a draft again; of what, or "" where nothing is kept of it.

    What was typed anew in its place meanwhile stays.
    """

    def move(work: Work) -> str:
        may_work_on(work, actor, case_id)
        row = work.drafts.get(case_id, SENT + letter_id)
        if row is None:
            return ""
        kept = _kept(node, work, row)
        work.drafts.drop(case_id, row.ref)
        if work.drafts.get(case_id, kept.of) is None:
            _keep(node, work, case_id, kept.of, _Kept(kept.typed), actor.user_id)
        return kept.of

    return await node.store.write(move)


async def my_drafts(node: Node, actor: Actor) -> list[DraftRow]:
    """What this person saved and did not send, newest first, of cases that are still theirs; without the content."""

    def read(reader: Reader) -> list[DraftRow]:
        found = reader.drafts.of_user(actor.user_id, SHOWN)
        mine = [one for one in found if not one.ref.startswith(SENT)]
        return [one for one in mine if _is_theirs(reader, one.case_id, actor)]

    return await node.store.read(read)


async def forget_old_drafts(node: Node) -> None:
    """Drafts that nobody touched for thirty days go, and what was typed for letters that left. Safe to repeat."""

    def forget(work: Work) -> None:
        work.drafts.drop_saved_before(node.now() - DRAFT_LIFE_S)
        work.drafts.drop_saved_before(node.now() - SENT_LIFE_S, SENT)

    await node.store.write(forget)


def _is_theirs(reader: Reader, case_id: str, actor: Actor) -> bool:
    row = reader.cases.get(case_id)
    return row is not None and is_theirs_now(reader, row, actor)


def _keep(node: Node, work: Work, case_id: str, ref: str, kept: _Kept, by: str) -> None:
    case = Book(node, work).case(case_id)
    work.drafts.put(DraftRow(case_id, ref, node.seals.seal(case.dek, "draft", ref, kept), node.now(), by))


def _opened(node: Node, reader: Reader, row: DraftRow) -> Draft:
    return Draft(row.case_id, row.ref, row.saved_at, row.saved_by, _kept(node, reader, row).typed)


def _kept(node: Node, reader: Reader, row: DraftRow) -> _Kept:
    case = Book(node, reader).case(row.case_id)
    return node.seals.open_as(_Kept, case.dek, "draft", row.ref, row.sealed)
