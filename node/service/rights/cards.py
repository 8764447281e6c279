"""What she carries, and how she reaches us from abroad: a card with a number and a code, her own word, and a call back.

A wrong code and a wrong word are answered alike. Nothing is told on the line on which somebody calls. No plain column
links a card to a case: a code is looked for in the sealed cases. Source: practice H18; R38.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from node.errors import BadInput, NotAllowed, NotFound
from node.protocol.cases.case import Case, person_of
from node.protocol.cases.paper import Call, Card, Paper, Taken, Told, after_wrong_word, may_tell, what_she_takes
from node.protocol.rules import Objection
from node.service.access import may_work_on
from node.service.actor import Actor
from node.service.context import Node
from node.service.threads.book import Book, OpenCase
from node.service.threads.commands import Command
from node.service.way_out import GoesTo, Out, judge, refusal
from node.store.work import Reader, Work

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 7
SCRYPT_N = 2**14
NO_SALT = "00" * 16
PAGE = 500

Word = Annotated[str, Meta(min_length=4, max_length=80)]
CardCode = Annotated[str, Meta(pattern="^[2-9A-HJKMNP-TV-Z]{7}(?!\\n)$", description="the code on a card")]


class TakePaper(Command, frozen=True):
    """What she would like to take, and what she answered when asked, alone, whether it is safe to carry.

    `code_word`: hers, for the card; it is written down nowhere. `to`: the country into which she carries it, our own
    where she stays; not needed where everything is kept here (H15).
    """

    person_id: str
    wanted: Taken = "kept_here"
    safe_to_carry: bool = False
    asked_alone: bool = False
    code_word: Word | None = None
    to: GoesTo | None = None


class CardShown(msgspec.Struct, frozen=True):
    """All that stands on a card: a phone number and a code."""

    number: str
    code: str


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """What she takes: `sheet` may be printed from her sheet; a card is shown this once."""

    taken: Taken
    card: CardShown | None


class CheckCard(Command, frozen=True):
    """Somebody calls and gives the code of a card and a word."""

    code: CardCode
    code_word: Word


class CardFound(msgspec.Struct, frozen=True, kw_only=True):
    """The card is right: nothing is told on this line. `now_do` says what comes next."""

    case: str
    person_id: str
    now_do: str


class RecordCall(Command, frozen=True):
    """How the call went on: whether she was called back on a number of her file, and what was told then."""

    code: CardCode
    called_back: bool
    told: Annotated[tuple[Told, ...], Meta(min_length=1)]


async def take_paper(node: Node, actor: Actor, case_id: str, command: TakePaper) -> PaperView:
    """Record what she takes with her; the default is that everything is kept here. Durable before it returns."""
    actor.must_be("caseworker", "coordinator")
    salt, code = node.random(16).hex(), _new_code(node)
    hashed = "" if command.code_word is None else await asyncio.to_thread(_hash, command.code_word, salt)
    drawn = Drawn(code, salt, hashed)
    done = await node.store.write(lambda work: _asked(node, work, actor, case_id, command, drawn))
    if isinstance(done, Objection):
        raise refusal(done)
    return done


async def check_card(node: Node, actor: Actor, command: CheckCard) -> CardFound:
    """The case of a card whose word is right; NotFound for any other code or word, all alike."""
    actor.must_be("caseworker", "coordinator")
    held = await node.store.read(lambda reader: _held(node, reader, command.code))
    # The same slow hash for a code that nobody has, so that the wait tells nothing; outside the writer's turn.
    hashed = await asyncio.to_thread(_hash, command.code_word, NO_SALT if held is None else held.salt)
    found = await node.store.write(lambda work: _check(node, work, actor, command.code, held, hashed))
    if found is None:
        raise NotFound(
            "no card of this code and word", field="code",
            for_user="The code and the word do not fit. Say nothing of anybody; ask the caller to try again later.",
        )  # fmt: skip
    return found


async def record_call(node: Node, actor: Actor, case_id: str, command: RecordCall) -> None:
    """Keep what was told and how; NotAllowed where something was to be told without calling back."""
    actor.must_be("caseworker", "coordinator")
    if not may_tell(command.called_back, command.told):
        raise NotAllowed(
            "nothing is told on the line on which somebody calls", rule="H18",
            for_user="Call her back on a number of her file first. Then tell her.",
        )  # fmt: skip
    await node.store.write(lambda work: _record(node, work, actor, case_id, command))


class Drawn(msgspec.Struct, frozen=True):
    """What was drawn for a card before the transaction: a slow hash must not hold the writer."""

    code: str
    salt: str
    hashed: str


class Held(msgspec.Struct, frozen=True):
    """Whose card a code is, and the salt of her word."""

    case_id: str
    salt: str


def _asked(
    node: Node, work: Work, actor: Actor, case_id: str, command: TakePaper, drawn: Drawn
) -> PaperView | Objection:
    """H15: what she carries goes into a country, and through the gate."""
    may_work_on(work, actor, case_id)
    if person_of(Book(node, work).case(case_id).case, command.person_id) is None:
        raise BadInput("no such person in this case", field="person_id", rule="H26")
    taken = what_she_takes(command.wanted, command.safe_to_carry, command.asked_alone)
    if taken == "kept_here":
        return _take(node, work, actor, case_id, command, taken, drawn)
    out = Out(case_id, taken, command.to or "", node.now(), (command.person_id,))
    return judge(node, work, actor, out) or _take(node, work, actor, case_id, command, taken, drawn)


def _take(
    node: Node, work: Work, actor: Actor, case_id: str, command: TakePaper, taken: Taken, drawn: Drawn
) -> PaperView:
    now, book = node.now(), Book(node, work)
    case = book.case(case_id)
    if taken == "card" and command.code_word is None:
        raise BadInput("a card needs a word that only she knows", field="code_word", expected="her word", rule="H18")
    to = "" if taken == "kept_here" else command.to or ""
    paper = Paper(command.person_id, taken, command.safe_to_carry, command.asked_alone, now, actor.user_id, to)
    changed = msgspec.structs.replace(case.case, papers=(*case.case.papers, paper))
    if taken == "card":
        changed = _with_card(changed, command.person_id, drawn, actor, now)
    book.put_case(case, changed, now)
    work.audit.append(now, actor.user_id, "case_changed", case_id, rule=node.seals.cover("H18 paper_decided"))
    number = node.view.country(node.country)
    card = CardShown("" if number is None else number.record.out_of_hours, drawn.code) if taken == "card" else None
    return PaperView(taken=taken, card=card)


def _with_card(case: Case, person_id: str, drawn: Drawn, actor: Actor, now: int) -> Case:
    """A new card makes her older ones void."""
    older = tuple(msgspec.structs.replace(one, void=True) if one.person_id == person_id else one for one in case.cards)
    card = Card(drawn.code, person_id, drawn.salt, drawn.hashed, now, actor.user_id)
    return msgspec.structs.replace(case, cards=(*older, card))


def _held(node: Node, reader: Reader, code: str) -> Held | None:
    """The card of a code, looked for in every case: no plain column says whose it is."""
    for case in _cases(node, reader):
        card = _card(case, code)
        if card is not None:
            return Held(case.id, card.salt)
    return None


def _still_there(node: Node, work: Work, case_id: str) -> OpenCase | None:
    """The case, unless it was erased while the word was hashed."""
    row = work.cases.get(case_id)
    return None if row is None or row.dek is None else Book(node, work).case(case_id)


def _check(node: Node, work: Work, actor: Actor, code: str, held: Held | None, hashed: str) -> CardFound | None:
    now, case = node.now(), None if held is None else _still_there(node, work, held.case_id)
    card = None if case is None else _card(case, code)
    right = card is not None and card.locked_until <= now and hmac.compare_digest(hashed, card.word_hash)
    work.audit.append(now, actor.user_id, "card_checked", rule="H18", outcome="right" if right else "wrong")
    if case is None or card is None:
        return None
    if not right:
        _put(node, work, case, after_wrong_word(card, now) if card.locked_until <= now else card, now)
        return None
    _put(node, work, case, msgspec.structs.replace(card, tries=0, right_at=now), now)
    next_step = "tell nothing on this line; call her back on a number of her file"
    return CardFound(case=case.id, person_id=card.person_id, now_do=next_step)


def _record(node: Node, work: Work, actor: Actor, case_id: str, command: RecordCall) -> None:
    now = node.now()
    may_work_on(work, actor, case_id)
    case = Book(node, work).case(case_id)
    card = _card(case, command.code)
    if card is None:
        raise NotFound("no such card in this case", field="code")
    call = Call(now, actor.user_id, command.called_back, command.told)
    _put(node, work, case, msgspec.structs.replace(card, calls=(*card.calls, call)), now)
    work.audit.append(now, actor.user_id, "case_changed", case_id, rule=node.seals.cover("H18 call_recorded"))


def _put(node: Node, work: Work, case: OpenCase, card: Card, now: int) -> None:
    cards = tuple(card if one.code == card.code else one for one in case.case.cards)
    Book(node, work).put_case(case, msgspec.structs.replace(case.case, cards=cards), now)


def _card(case: OpenCase, code: str) -> Card | None:
    return next((one for one in case.case.cards if one.code == code and not one.void), None)


def _cases(node: Node, reader: Reader) -> Iterator[OpenCase]:
    """Every case that was not erased, page by page."""
    book, before, seen = Book(node, reader), None, set[str]()
    while rows := reader.cases.all(PAGE, before):
        fresh = [row for row in rows if row.case_id not in seen]
        seen.update(row.case_id for row in fresh)
        yield from (book.case(row.case_id) for row in fresh if row.dek is not None)
        if len(rows) < PAGE or not fresh:
            return
        before = rows[-1].changed_at + 1


def _new_code(node: Node) -> str:
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in node.random(CODE_LENGTH))


def _hash(word: str, salt: str) -> str:
    said = " ".join(word.casefold().split()).encode()
    return hashlib.scrypt(said, salt=bytes.fromhex(salt), n=SCRYPT_N, r=8, p=1).hex()
