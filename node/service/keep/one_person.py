"""Erasing one person of a case that goes on for the others: her facts, her consents, her names, her part of letters.

What is left is put under fresh keys and the old case key is destroyed at once, so no older copy of the database opens.
Source: wire 11; H26; GDPR 17.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from node.protocol.cases.without import without
from node.protocol.letters.decode import decode_again
from node.protocol.letters.frame import Letter
from node.protocol.threads.thread import Thread
from node.service.actor import Actor
from node.service.cases.identity import (
    LOCAL_PLACE,
    ForeignBlock,
    must_hold,
    open_received,
    read_identity,
    write_left,
)
from node.service.context import Node
from node.service.keep.forget import change_key, forget_letter, keep_own_receipt
from node.service.keep.notes import ErasedPerson, note
from node.service.threads.book import Book, OpenCase, OpenFile
from node.service.threads.files import is_over
from node.store.keep import SEALED
from node.store.letters import LetterRow
from node.store.threads import ThreadRow
from node.store.work import Work

BLOT = b"0" * 32  # stands where her token was: nobody's
Names = dict[str, dict[str, str | None]]
Take = Callable[[str, "Letter[Any]", dict[str, str]], None]  # peer, letter with a block, whose each other token is


def forget_person(node: Node, work: Work, case: OpenCase, person_id: str, actor: Actor, ground: str, now: int) -> None:
    """Destroy everything of one person in this transaction. NotAllowed while the office vault is shut: her names
    stand beside those of the others.
    """
    must_hold(actor.office)
    names: Names = {who: {**named} for who, named in read_identity(node, work, case, actor.office).items()}

    def take(peer: str, letter: "Letter[Any]", others: dict[str, str]) -> None:
        try:
            lay_under(names, open_received(letter, peer, node.country, actor.office), others)
        except ForeignBlock:
            return

    case = forget_facts(node, work, case, person_id, take, now)
    names_left(node, work, case, names, (person_id,), now)
    note(node, work, ErasedPerson(at=now, case=case.id, person=person_id))
    change_key(node, work, case.id, now, now)
    work.audit.append(now, actor.user_id, "person_erased", case.id, rule="R25", outcome=node.seals.cover(ground))


def forget_facts(node: Node, work: Work, case: OpenCase, person_id: str, take: Take, now: int) -> OpenCase:
    """Everything of her but the names in the case, which stand beside those of the others; needs nobody's sign-in.

    `take` gets each received block that may name others too, with whose each other token is, before the block goes.
    """
    book = Book(node, work)
    for row in work.threads.of_case(case.id):
        _forget_in_thread(node, work, case, row, person_id, take, now)
    hers = [one.consent_id for one in book.consents(case) if one.person_id == person_id]
    work.sealed_rows.forget_consents(hers)
    work.scans.forget_consents(case.id, hers)
    work.consent_talks.forget_consents(case.id, hers)
    work.case_notes.forget_case(case.id)  # nobody can take her out of free words
    _forget_tasks(node, work, case, person_id, now)
    return book.put_case(case, without(case.case, person_id, now), now)


def lay_under(names: Names, opened: dict[str, dict[str, str]], others: dict[str, str]) -> None:
    """What a block tells of the others moves to their case; what stands there already wins."""
    for token, fields in opened.items():
        for name, value in fields.items() if token in others else ():
            names.setdefault(others[token], {}).setdefault(name, value)


def names_left(
    node: Node, work: Work, case: OpenCase, names: Names, gone: tuple[str, ...], now: int
) -> None:  # fmt: skip
    """Destroy every version of the names in a case, and write those of the others anew; `gone` are who was erased."""
    work.sealed_rows.forget_identities(case.id)
    left = _names_left(case, names, gone)
    if left:
        write_left(node, work, case, left, now)


def persons_by_token(book: Book, found: OpenFile, noted: tuple[str, ...]) -> dict[str, str]:
    """Whose each consent token of a thread is; where the other country opened it, in the order of its first letter."""
    if found.file.persons:
        return found.file.persons
    row = book.reader.letters.find(found.file.opening)
    letter = None if row is None or row.sealed is None else decode_again(book.payload(row))
    tokens = [entry.token for entry in letter.consent] if isinstance(letter, Letter) else []
    return dict(zip(tokens, noted, strict=False))


def _names_left(case: OpenCase, names: Names, gone: tuple[str, ...]) -> Names:
    """The names of the others; where a family sleeps tonight goes over to whom the case is about now. Source: H07."""
    place = next((names[who][LOCAL_PLACE] for who in gone if LOCAL_PLACE in names.get(who, {})), None)
    if place is not None and any(one.ended_at is None for one in case.case.care):
        about = next(one.person_id for one in case.case.persons if one.role == "person")
        names.setdefault(about, {}).setdefault(LOCAL_PLACE, place)
    others = {one.person_id for one in case.case.persons}
    return {who: named for who, named in names.items() if who in others}


def _forget_tasks(node: Node, work: Work, case: OpenCase, person_id: str, now: int) -> None:
    """What tasks keep about her, decided or not; one that waits for a second person ends, for there is nobody left."""
    for task, plain in _tasks(node, work, case):
        if person_id in plain:
            work.tasks.done(task, "node", now)
            work.sealed_rows.forget_task(task)


def _tasks(node: Node, work: Work, case: OpenCase) -> list[tuple[int, str]]:
    column = next(one for one in SEALED if one.table == "task")
    rows = work.sealed_rows.of_case(column, case.id)
    return [
        (int(str(key[0])), node.seals.open(case.dek, "task", place, sealed).decode()) for key, place, sealed in rows
    ]


def _forget_in_thread(
    node: Node, work: Work, case: OpenCase, row: ThreadRow, person_id: str, take: Take, now: int
) -> None:
    book = Book(node, work)
    found = book.file(row.peer, row.thread_id)
    if found is None:
        return
    noted = next((one.persons for one in case.case.threads if one.thread == row.thread_id), ())
    who_is = persons_by_token(book, found, noted)
    tokens = {token for token, who in who_is.items() if who == person_id}
    if not tokens and person_id not in noted:
        return
    if is_over(found.file, now):
        work.sealed_rows.forget_said(row.peer, row.thread_id)  # nobody can take her out of free words
    others = {who for who in (*who_is.values(), *noted) if who != person_id}
    for letter in work.letters.of_thread(row.peer, row.thread_id):
        if not others:
            forget_letter(work, letter, now)
        elif letter.sealed is not None:
            _scrub(node, work, case, letter, tokens, who_is, take, now)
    if not others:
        work.sealed_rows.forget_thread(row.peer, row.thread_id)
        work.sealed_rows.forget_said(row.peer, row.thread_id)
        work.deadlines.end_all(row.peer, row.thread_id)
        return
    entries, told = (
        tuple(entry for entry in stated if entry.token not in tokens)
        for stated in (found.file.entries, found.file.told)
    )
    persons = {token: who for token, who in found.file.persons.items() if token not in tokens}
    of_others = tuple(one for one in found.file.once.tokens if one.token not in tokens)
    once = msgspec.structs.replace(found.file.once, tokens=of_others)
    thread = _blotted(found.file.thread, tokens) if is_over(found.file, now) else found.file.thread
    left = msgspec.structs.replace(found.file, thread=thread, entries=entries, told=told, once=once, persons=persons)
    book.put_file(found, left, now)


def _blotted(thread: Thread, tokens: set[str]) -> Thread:
    """A thread that is over, without her tokens; while it goes on, what she took back must stay taken back (R20)."""
    plain = msgspec.json.encode(thread)
    for token in tokens:
        plain = plain.replace(token.encode(), BLOT)
    return msgspec.json.decode(plain, type=Thread)


def _scrub(
    node: Node, work: Work, case: OpenCase, row: LetterRow, tokens: set[str], persons: dict[str, str], take: Take,
    now: int,
) -> None:  # fmt: skip
    """A letter about several people, without her: names of the others in it move to their case, the block goes."""
    book = Book(node, work)
    payload = book.payload(row)
    letter = decode_again(payload)
    keep_own_receipt(work, row)
    if isinstance(letter, Letter) and row.direction == "in" and _may_name_others(letter, tokens):
        take(row.peer, letter, {token: who for token, who in persons.items() if token not in tokens})
    if not isinstance(letter, Letter) or (letter.consent and letter.consent[0].token in tokens):
        forget_letter(work, row, now)  # it is about her first of all
        return
    left = _pruned(msgspec.json.decode(payload), tokens)
    left["sealed_identity"] = None
    if letter.kind == "referral.offer":
        left["body"]["dependants"] = _bands(letter, tokens)
    sealed = book.seal_payload(case.dek, row.letter_id, msgspec.json.encode(left))
    work.letters.replace_payload(row.peer, row.direction, row.letter_id, sealed)
    if row.direction == "out":
        work.outbox.forget_bytes(row.letter_id)


def _may_name_others(letter: "Letter[Any]", tokens: set[str]) -> bool:
    """Whether a block may tell of somebody else; one that is hers alone goes unopened, whichever office it is for."""
    about = {entry.token for entry in letter.consent}
    return letter.sealed_identity is not None and not (about and about <= tokens)


def _bands(letter: "Letter[Any]", tokens: set[str]) -> list[str]:
    """The dependants of an offer stand in the order of its consent entries, after the first."""
    own = [entry.token for entry in letter.consent[1:]]
    return [band for band, token in zip(letter.body.dependants, own, strict=False) if token not in tokens]


def _pruned(value: Any, tokens: set[str]) -> Any:
    """JSON without list elements that are one of these tokens, or objects that carry one."""
    if isinstance(value, dict):
        return {name: _pruned(one, tokens) for name, one in value.items()}
    if isinstance(value, list):
        return [_pruned(one, tokens) for one in value if not _is_hers(one, tokens)]
    return value


def _is_hers(value: Any, tokens: set[str]) -> bool:
    if isinstance(value, str):
        return value in tokens
    return isinstance(value, dict) and any(isinstance(one, str) and one in tokens for one in value.values())
