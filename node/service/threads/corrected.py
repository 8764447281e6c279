"""Letters that were corrected: the right values over the wrong ones, and beside a correction what it put right.

A wrong value is shown nowhere but beside the right one, and what was erased is shown nowhere. Source: R33; GDPR 16;
interface C6, corrections as a difference.
"""

from collections.abc import Iterable
from itertools import takewhile

import msgspec

from node.protocol.letters.bodies_rights import RectificationBody
from node.protocol.letters.decode import AnyLetter
from node.service.actor import Actor
from node.service.cases.identity import open_received
from node.service.context import Node
from node.service.rights.corrections import RECTIFY, corrections_of
from node.service.rights.erasures import may_open_kept
from node.service.seals import Erased
from node.service.threads.book import Book
from node.service.threads.files import ThreadFile
from node.service.threads.keeping import decode_kept
from node.store.letters import LetterRow
from node.store.work import Reader, Work

Persons = dict[str, dict[str, str]]  # by consent token: fields with their values


class Opened(msgspec.Struct, frozen=True):
    """What was sealed in a letter; `before`: of a correction, what stood there until it came."""

    persons: Persons
    before: Persons


def kept_letter(node: Node, reader: Reader, row: LetterRow | None) -> AnyLetter | None:
    """The letter of a row; None where nothing of it is left."""
    if row is None:
        return None
    try:
        return decode_kept(Book(node, reader).payload(row))
    except Erased:
        return None


def laid_over(node: Node, work: Work, row: LetterRow, persons: Persons, actor: Actor, reason: str) -> Persons:
    """R33: a wrong value is never shown once the right one came; later corrections lie over earlier ones."""
    file = _file(node, work, row)
    newer = () if file is None else corrections_of(file.thread, row.letter_id)
    for letter_id in newer:
        work.deadlines.meet(row.peer, row.thread_id, letter_id, RECTIFY)
    return _over(node, work, row, file, persons, newer, actor, reason)


def put_right(node: Node, work: Work, row: LetterRow, letter: AnyLetter, actor: Actor, reason: str) -> Persons:
    """What a correction changed: each of its fields as it stood before; nothing of a letter that was erased."""
    if not isinstance(letter.body, RectificationBody):
        return {}
    wrong = work.letters.get(row.peer, row.direction, letter.body.supersedes)
    old, file = kept_letter(node, work, wrong), _file(node, work, row)
    if wrong is None or old is None or file is None or may_open_kept(file, wrong.letter_id, actor.role):
        return {}
    earlier = takewhile(lambda one: one != row.letter_id, corrections_of(file.thread, wrong.letter_id))
    before = _over(node, work, wrong, file, _sealed(node, wrong, old, actor), earlier, actor, reason)
    work.audit.append(node.now(), actor.user_id, "identity_opened", wrong.letter_id, rule="R24", outcome=reason)
    changed = {(one.person, one.field) for one in letter.disclosed}
    return {who: {name: one for name, one in named.items() if (who, name) in changed} for who, named in before.items()}


def _over(
    node: Node, work: Work, row: LetterRow, file: ThreadFile | None, persons: Persons, letters: Iterable[str],
    actor: Actor, reason: str,
) -> Persons:  # fmt: skip
    entries = {} if file is None else {one.letter_id: one for one in file.thread.entries}
    for letter_id in letters:
        newer = work.letters.get(row.peer, row.direction, letter_id)
        letter = kept_letter(node, work, newer)
        shut = file is not None and may_open_kept(file, letter_id, actor.role) is not None
        if newer is None or letter is None or not letter.sealed_identity or shut:
            # Neither the right value, which is erased or restricted, nor the wrong one (R33; GDPR 18).
            for one in entries[letter_id].facts.items:
                persons.get(one.person, {}).pop(one.field, None)
            continue
        for token, fields in _sealed(node, newer, letter, actor).items():
            persons.setdefault(token, {}).update(fields)
        work.audit.append(node.now(), actor.user_id, "identity_opened", letter_id, rule="R24", outcome=reason)
    return persons


def _sealed(node: Node, row: LetterRow, letter: AnyLetter, actor: Actor) -> Persons:
    sender, recipient = (row.peer, node.country) if row.direction == "in" else (node.country, row.peer)
    return open_received(letter, sender, recipient, actor.office)


def _file(node: Node, reader: Reader, row: LetterRow) -> ThreadFile | None:
    found = None if row.thread_id is None else Book(node, reader).file(row.peer, row.thread_id)
    return None if found is None else found.file
