"""Whether what was asked to be erased was answered in full, letter by letter and level by level.

One item that is answered is not the whole answer: until every other is, the ladder goes on climbing, at both sides.
Source: R20; GDPR 17, 19; domain 5.9.
"""

from collections.abc import Iterable, Sequence

from node.protocol.letters.bodies import Body, ErasureConfirmBody, ErasureRequestBody, ToErase, WithdrawalBody
from node.protocol.letters.codes import Level
from node.protocol.letters.decode import AnyLetter
from node.service.seals import Erased
from node.service.threads.book import Book, OpenFile
from node.service.threads.keeping import decode_kept
from node.store.letters import LetterRow

Item = tuple[str, Level]
SAYS_NOTHING = frozenset({"referral.disclose"})  # what it tells is in its block: its words say only whether that is all


def items_asked(body: ErasureRequestBody | WithdrawalBody, carried: Iterable[AnyLetter]) -> tuple[ToErase, ...]:
    """What was named; for a consent taken back, whatever of its levels one of these letters carried.

    A letter that rests on her consent and names nobody carries her needs and age: the frame itself, level L1.
    """
    if isinstance(body, ErasureRequestBody):
        return body.items
    found = []
    for letter in carried:
        sealed = letter.disclosed if letter.sealed_identity is not None else ()
        levels: set[str] = {item.level for item in sealed if item.person == body.token}
        levels |= {"L1" for entry in letter.consent if entry.token == body.token}
        named = tuple(level for level in body.levels if level in levels)
        if named:
            found.append(ToErase(letter_id=letter.letter_id, levels=named))
    return tuple(found)


def all_confirmed(book: Book, found: OpenFile, letter_id: str) -> bool:
    """Whether the other country answered every item that this letter of ours asked for, in one letter or in several."""
    question = _asking(book, found, letter_id, "out")
    if question is None:
        return True
    answers = [
        body
        for _, kept in letters_kept(book, found, "in")
        if kept.in_reply_to == letter_id
        and isinstance(body := kept.body, ErasureConfirmBody)
        and body.token == question.token
    ]
    asked = _items(book, found, letter_id, question, "out")
    return asked <= _answered(answers, asked)


def all_done(book: Book, found: OpenFile, letter_id: str, body: ErasureConfirmBody) -> bool:
    """Whether nothing of what this letter of theirs asked for is still here without an answer of ours.

    What was erased is no longer found here; what is restricted or kept is in the answer or in the thread's file.
    """
    question = _asking(book, found, letter_id, "in")
    if question is None:
        return True
    asked = _items(book, found, letter_id, question, "in")
    kept = {(one.letter_id, level) for one in found.file.kept for level in one.levels}
    said = kept | {(one.letter_id, level) for one in body.items for level in one.levels}
    here = {row.letter_id: letter for row, letter in letters_kept(book, found, "in")}
    return not {(name, level) for name, level in asked - said if name in here and holds_level(here[name], level)}


def holds_level(letter: AnyLetter, level: Level) -> bool:
    """Whether something of this level can be read in a letter: in its block, or (L1, L2) in its own words."""
    if level == "L1":
        return True
    sealed = letter.sealed_identity is not None and any(item.level == level for item in letter.disclosed)
    return sealed or (level == "L2" and letter.kind not in SAYS_NOTHING)


def letters_kept(book: Book, found: OpenFile, direction: str) -> list[tuple[LetterRow, AnyLetter]]:
    """The letters of one direction on this thread of which something is left here, oldest first."""
    opened = []
    for row in book.reader.letters.of_thread(found.row.peer, found.row.thread_id):
        if row.direction != direction or row.sealed is None:
            continue
        try:
            opened.append((row, decode_kept(book.payload(row))))
        except Erased:
            continue
    return opened


def _items(
    book: Book, found: OpenFile, letter_id: str, body: ErasureRequestBody | WithdrawalBody, direction: str
) -> set[Item]:
    """What is asked; of a consent taken back, in the letters before it that the country which is asked can have."""
    told = {one.letter_id: one for one in found.file.thread.entries if one.status in ("applied", "crossed")}
    before = told[letter_id].n if letter_id in told else 0
    carried = letters_kept(book, found, direction) if isinstance(body, WithdrawalBody) else []
    had = [kept for row, kept in carried if row.letter_id in told and told[row.letter_id].n < before]
    return {(item.letter_id, level) for item in items_asked(body, had) for level in item.levels}


def _asking(book: Book, found: OpenFile, letter_id: str, direction: str) -> ErasureRequestBody | WithdrawalBody | None:
    row = book.reader.letters.get(found.row.peer, direction, letter_id)
    if row is None or row.sealed is None:
        return None
    body: Body = decode_kept(book.payload(row)).body
    return body if isinstance(body, ErasureRequestBody | WithdrawalBody) else None


def _answered(answers: Sequence[ErasureConfirmBody], asked: set[Item]) -> set[Item]:
    """Each item that an answer names; a letter of which the frame itself is erased has no level left."""
    items = [item for body in answers for item in body.items]
    named = {(item.letter_id, level) for item in items for level in item.levels}
    whole = {item.letter_id for item in items if item.result == "erased" and "L1" in item.levels}
    return named | {(name, level) for name, level in asked if name in whole}
