"""Erasing one person of a case that goes on for the others: her facts, her consents, her names, her part of letters.

What is left is put under fresh keys and the old case key is destroyed at once, so no older copy of the database opens.
Source: wire 11; H26; GDPR 17.
"""

from typing import Any

import msgspec

from node.protocol.cases.case import Case
from node.protocol.letters.decode import decode_again
from node.protocol.letters.frame import Letter
from node.service.actor import Actor
from node.service.cases.identity import ForeignBlock, must_hold, open_received, read_identity, write_identity
from node.service.context import Node
from node.service.keep.forget import change_key, forget_letter, keep_own_receipt
from node.service.keep.notes import ErasedPerson, note
from node.service.threads.book import Book, OpenCase, OpenFile
from node.store.letters import LetterRow
from node.store.threads import ThreadRow
from node.store.work import Work

Names = dict[str, dict[str, str | None]]


def forget_person(node: Node, work: Work, case: OpenCase, person_id: str, actor: Actor, ground: str, now: int) -> None:
    """Destroy everything of one person in this transaction. NotAllowed while the office vault is shut: her names
    stand beside those of the others.
    """
    must_hold(actor.office)
    book = Book(node, work)
    names: Names = {who: {**named} for who, named in read_identity(node, work, case, actor.office).items()}
    for row in work.threads.of_case(case.id):
        _forget_in_thread(node, work, case, row, person_id, actor, names, now)
    hers = [one.consent_id for one in book.consents(case) if one.person_id == person_id]
    work.sealed_rows.forget_consents(hers)
    case = book.put_case(case, _without(case.case, person_id), now)
    work.sealed_rows.forget_identities(case.id)
    left = {who: named for who, named in names.items() if any(one.person_id == who for one in case.case.persons)}
    if left:
        write_identity(node, work, case, left, now)
    note(node, work, ErasedPerson(at=now, case=case.id, person=person_id))
    change_key(node, work, case.id, now, now)
    work.audit.append(now, actor.user_id, "person_erased", case.id, rule="R25", outcome=ground)


def persons_by_token(book: Book, found: OpenFile, noted: tuple[str, ...]) -> dict[str, str]:
    """Whose each consent token of a thread is; where the other country opened it, in the order of its first letter."""
    if found.file.persons:
        return found.file.persons
    row = book.reader.letters.find(found.file.opening)
    letter = None if row is None or row.sealed is None else decode_again(book.payload(row))
    tokens = [entry.token for entry in letter.consent] if isinstance(letter, Letter) else []
    return dict(zip(tokens, noted, strict=False))


def _without(case: Case, person_id: str) -> Case:
    """The case without a person; if it was about her, it is about the next one."""
    persons = [person for person in case.persons if person.person_id != person_id]
    if not any(person.role == "person" for person in persons):
        persons[0] = msgspec.structs.replace(persons[0], role="person")
    threads = tuple(
        msgspec.structs.replace(one, persons=tuple(who for who in one.persons if who != person_id))
        for one in case.threads
    )
    return msgspec.structs.replace(case, persons=tuple(persons), threads=threads)


def _forget_in_thread(
    node: Node, work: Work, case: OpenCase, row: ThreadRow, person_id: str, actor: Actor, names: Names, now: int
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
    others = {who for who in (*who_is.values(), *noted) if who != person_id}
    for letter in work.letters.of_thread(row.peer, row.thread_id):
        if not others:
            forget_letter(work, letter, now)
        elif letter.sealed is not None:
            _scrub(node, work, case, letter, tokens, who_is, actor, names, now)
    if not others:
        work.sealed_rows.forget_thread(row.peer, row.thread_id)
        work.deadlines.end_all(row.peer, row.thread_id)
        return
    entries = tuple(entry for entry in found.file.entries if entry.token not in tokens)
    persons = {token: who for token, who in found.file.persons.items() if token not in tokens}
    book.put_file(found, msgspec.structs.replace(found.file, entries=entries, persons=persons), now)


def _scrub(
    node: Node, work: Work, case: OpenCase, row: LetterRow, tokens: set[str], persons: dict[str, str], actor: Actor,
    names: Names, now: int,
) -> None:  # fmt: skip
    """A letter about several people, without her: names of the others in it move to their case, the block goes."""
    book = Book(node, work)
    payload = book.payload(row)
    letter = decode_again(payload)
    keep_own_receipt(work, row)
    if not isinstance(letter, Letter) or (letter.consent and letter.consent[0].token in tokens):
        forget_letter(work, row, now)  # it is about her first of all
        return
    if row.direction == "in" and letter.sealed_identity is not None:
        try:
            opened = open_received(letter, row.peer, node.country, actor.office)
        except ForeignBlock:
            opened = {}
        for token, fields in opened.items():
            if token in persons and token not in tokens:
                for name, value in fields.items():
                    names.setdefault(persons[token], {}).setdefault(name, value)
    left = _pruned(msgspec.json.decode(payload), tokens)
    left["sealed_identity"] = None
    if letter.kind == "referral.offer":
        left["body"]["dependants"] = _bands(letter, tokens)
    sealed = book.seal_payload(case.dek, row.letter_id, msgspec.json.encode(left))
    work.letters.replace_payload(row.peer, row.direction, row.letter_id, sealed)
    if row.direction == "out":
        work.outbox.forget_bytes(row.letter_id)


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
