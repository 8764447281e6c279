"""One box: a name in any script, a telephone number, a reference or the two words of a case. Suggestions only.

No name is shown: a hit says which case and why. Beyond a caseworker's own cases it asks for a reason, is counted,
stands on every case that was found, and is told to the coordinators. Source: interface C11; R24, R26, H14.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from node.crypto.suite import KemKey
from node.errors import BadInput, NotAllowed
from node.service.access import is_theirs_now, may_work_on
from node.service.actor import Actor
from node.service.cases.pseudonym import ANIMALS, COLOURS, pseudonym
from node.service.context import Node
from node.service.finding.names import Found, Names
from node.service.finding.reading import numbers_in, read_case
from node.service.rights.erasures import may_open_kept
from node.service.staff.callers import Caller
from node.service.staff.sign_in import Staff
from node.service.threads.book import Book
from node.store.cases import CaseRow
from node.store.work import Reader, Work

How = Literal["reference", "pseudonym", "phone", "same", "written", "sounds"]
BEYOND_REASONS: Final = ("she_is_here", "call_about_her", "in_danger")
BEYOND, FOUND_BEYOND = "searched_beyond", "found_beyond"
BEYOND_A_DAY, LOOKED_THROUGH = 20, 50_000
DAY_S: Final = 86_400
SHOWN, HINTS, LONGEST, SHORTEST = 20, 3, 200, 2
TURN, PAUSE_S, PATIENCE_S = 64, 0.01, 0.8  # cases read at once, the rest after them, how long a search waits for all
NEWEST: Final = 200_000  # cases whose two words are looked through
REFERENCE: Final = re.compile(r"[0-9a-f]{8,32}")
WORDS: Final = frozenset(f"{colour}-{animal}" for colour in COLOURS for animal in ANIMALS)
CERTAIN: Final = 100


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A possible match: a case, why, and how much of a hundred. `owner`: whom to ask about one that is not yours."""

    case: str
    how: How
    score: int
    opened_at: int
    owner: str | None
    is_yours: bool


class Result(msgspec.Struct, frozen=True):
    """What was found, the likeliest first; `read` is how much of a hundred of all names was looked through."""

    hits: list[Hit]
    read: int


async def search(staff: Staff, caller: Caller, text: str, reason: str = "") -> Result:
    """Cases this may be about; with a reason also those of colleagues. It is on the disk before anything is shown."""
    actor, node, names = caller.actor, staff.node, staff.offices.names
    actor.must_be("caseworker", "coordinator")
    wanted = " ".join(text.split())
    if not SHORTEST <= len(wanted) <= LONGEST:
        raise BadInput("nothing to search for", field="wanted", for_user="Type a name, a reference or a number.")
    if reason and reason not in BEYOND_REASONS:
        raise BadInput("no such reason", field="reason", for_user="Choose one of the reasons.")
    beyond = bool(reason) and actor.role == "caseworker"
    if beyond:
        await node.store.read(lambda reader: _not_too_often(reader, actor, node.now()))
    await read_names(node, names, actor.office)
    hits = await node.store.read(lambda reader: _find(node, reader, names, actor, wanted, beyond))

    def search(work: Work) -> None:
        _note(node, work, actor, hits, reason if beyond else "")

    await node.store.write(search)
    share = 100 if names.is_complete or actor.office is None else int((names.read_to or "0")[:4].ljust(4, "0"), 16)
    return Result(hits, share if share == CERTAIN else share * 100 // 0x10000)


async def possible_matches(staff: Staff, caller: Caller, case_id: str) -> list[Hit]:
    """Other cases of this person that may be about the same woman; none while names are shut. A hint, no more."""
    actor, node, names = caller.actor, staff.node, staff.offices.names
    if actor.office is None:
        return []
    await read_names(node, names, actor.office)

    def find(reader: Reader) -> list[Hit]:
        may_work_on(reader, actor, case_id)
        own = names.of(case_id)
        found = [
            *names.like(name for known in own for name in known.names),
            *(hit for known in own for number in known.phones for hit in names.phoned(number)),
        ]
        others = [one for one in found if one.case_id != case_id]
        return list(_allowed(node, reader, actor, others, beyond=False, limit=HINTS))

    return await node.store.read(find)


async def read_names(node: Node, names: Names, office: KemKey | None) -> None:
    """Bring the names up to date; the first time that goes on beside, and what is read so far is searched."""
    if office is None:
        return
    if not names.is_complete:
        if names.reading is None or names.reading.done():
            names.reading = asyncio.create_task(_read_on(node, names, office))
        done, _ = await asyncio.wait({names.reading}, timeout=PATIENCE_S)
        for one in done:
            one.result()
    await node.store.read(lambda reader: _again(node, reader, names, office))


async def _read_on(node: Node, names: Names, office: KemKey) -> None:
    begun = names.mark()
    goes_on = True
    while goes_on and names.holds(begun):
        goes_on = not await node.store.read(lambda reader: _turn(node, reader, names, office))
        await asyncio.sleep(PAUSE_S if goes_on else 0)


def _again(node: Node, reader: Reader, names: Names, office: KemKey) -> None:
    mark = names.mark()
    for case_id in names.stale(node.now()):
        read_case(node, reader, case_id, office, names, mark)


def _turn(node: Node, reader: Reader, names: Names, office: KemKey) -> bool:
    mark = names.mark()
    rows = reader.cases.after(names.read_to, TURN)
    for row in rows:
        read_case(node, reader, row.case_id, office, names, mark)
    names.went_on(rows[-1].case_id if rows else names.read_to, len(rows) < TURN, mark)
    return len(rows) < TURN


def _find(node: Node, reader: Reader, names: Names, actor: Actor, wanted: str, beyond: bool) -> list[Hit]:
    found: list[Found | tuple[str, How]] = [*_referred(reader, wanted.lower()), *_worded(reader, wanted.lower())]
    if actor.office is not None:
        found += [hit for number in numbers_in(wanted) for hit in names.phoned(number)]
        found += names.called(wanted)
    return list(_allowed(node, reader, actor, found, beyond=beyond, limit=SHOWN))


def _referred(reader: Reader, wanted: str) -> Iterator[tuple[str, How]]:
    start = wanted.replace("-", "")
    if REFERENCE.fullmatch(start):
        yield from ((case_id, "reference") for case_id in reader.cases.by_reference(start, SHOWN))


def _worded(reader: Reader, wanted: str) -> Iterator[tuple[str, How]]:
    words = wanted.replace(" ", "-")
    if words in WORDS:
        yield from ((one, "pseudonym") for one in reader.cases.newest_ids(NEWEST) if pseudonym(one) == words)


def _allowed(
    node: Node, reader: Reader, actor: Actor, found: Iterable[Found | tuple[str, How]], *, beyond: bool, limit: int
) -> Iterator[Hit]:
    """The likeliest of each case that this person may hear of."""
    ranked = sorted((_reason(one) for one in found), key=lambda one: -one[2])
    seen: set[str] = set()
    for case_id, how, score, letter in ranked:
        row = None if case_id in seen else reader.cases.get(case_id)
        if row is None or row.sealed is None or _is_shut_out(actor, case_id):
            continue
        is_yours = is_theirs_now(reader, row, actor)
        if not (is_yours or beyond) or not _says_it(node, reader, letter, actor):
            continue
        seen.add(case_id)
        yield _hit(row, how, score, is_yours)
        if len(seen) >= limit:
            return


def _reason(one: Found | tuple[str, How]) -> tuple[str, How, int, str]:
    if not isinstance(one, Found):
        return one[0], one[1], CERTAIN, ""
    if one.alike is None:
        return one.case_id, "phone", CERTAIN, one.letter
    return one.case_id, one.alike.how, one.alike.score, one.letter


def _hit(row: CaseRow, how: How, score: int, is_yours: bool) -> Hit:
    return Hit(case=row.case_id, how=how, score=score, opened_at=row.created_at, owner=row.owner, is_yours=is_yours)


def _is_shut_out(actor: Actor, case_id: str) -> bool:
    return bool(actor.shut_out) and (case_id in actor.shut_out or "" in actor.shut_out)


def _says_it(node: Node, reader: Reader, letter_id: str, actor: Actor) -> bool:
    """A received letter counts for a search as it does for a reader: not while held, without effect or restricted."""
    if not letter_id:
        return True
    row = reader.letters.find(letter_id)
    found = None if row is None or row.thread_id is None else Book(node, reader).file(row.peer, row.thread_id)
    if row is None or found is None or row.held_code is not None:
        return False
    applied = any(one.letter_id == letter_id and one.status == "applied" for one in found.file.thread.entries)
    return applied and may_open_kept(found.file, letter_id, actor.role) is None


def _not_too_often(reader: Reader, actor: Actor, now: int) -> None:
    lines, _ = reader.audit.lines_of(BEYOND, None, LOOKED_THROUGH, 1000)
    if sum(line.actor == actor.user_id and line.at > now - DAY_S for line in lines) >= BEYOND_A_DAY:
        raise NotAllowed(
            f"searched beyond own cases {BEYOND_A_DAY} times in a day",
            for_user="You searched beyond your own cases too often today. Ask a coordinator to look.",
        )  # fmt: skip


def _note(node: Node, work: Work, actor: Actor, hits: list[Hit], reason: str) -> None:
    """What was typed is never noted."""
    now = node.now()
    if not reason:
        work.audit.append(now, actor.user_id, "searched")
        return
    work.audit.append(now, actor.user_id, BEYOND, outcome=reason)
    for one in hits:
        if not one.is_yours:
            work.audit.append(now, actor.user_id, FOUND_BEYOND, one.case, outcome=reason)
    work.tasks.add(BEYOND, now)
