"""Names, telephone numbers and whose they are, in memory only, while somebody's sign-in holds the office key.

Nothing of it is ever written down. It is made when it is first asked for, in small turns, brought up to date case by
case, and dropped with the last office key and with any erasure. Source: at-rest, key hierarchy; issue 4.
"""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler

from node.service.finding.alike import (
    FOLLOWS_FROM,
    SOUNDS_FROM,
    WRITTEN_FROM,
    Alike,
    Spelling,
    sounding,
    spellings,
    written_alike,
)

SETTLED_S: Final = 60  # a case that was written to is read again so long: its transaction may not have ended yet
SAME_END: Final = 8  # digits by which two telephone numbers are the same, whatever stands before them


class Known(msgspec.Struct, frozen=True):
    """What one case is found by; `letter` is the received letter that told it, empty for what stands in our file."""

    letter: str
    names: tuple[Spelling, ...]
    phones: tuple[str, ...]


class Found(msgspec.Struct, frozen=True):
    """One case that something fits, why and how well."""

    case_id: str
    letter: str
    alike: Alike | None  # None: the telephone number


class Shelf(msgspec.Struct, frozen=True):
    """Everything in rows beside each other, as rapidfuzz reads it; `whose` says of which case a row is."""

    whose: list[tuple[str, str]]
    letters: list[str]
    consonants: list[str]
    bare: list[str]
    has_vowels: list[bool]


class Names:
    """By case. Each change of the whole has a number: what was read before a change is not put after it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Known, ...]] = {}
        self._stale: dict[str, tuple[int, int]] = {}  # by case: when it was written to, and the number of that change
        self._changes, self._cleared = 0, 0
        self._shelf: Shelf | None = None
        self.read_to = ""  # every case up to this id was read
        self.is_complete = False
        self.reading: asyncio.Task[None] | None = None  # what is reading them, beside

    def clear(self) -> None:
        """Forget everything; whoever is reading stops."""
        with self._lock:
            self._changes += 1
            self._cleared = self._changes
            self._known, self._stale, self._shelf = {}, {}, None
            self.read_to, self.is_complete = "", False

    def touched(self, case_id: str, now: int) -> None:
        """Something was written to this case: what is known of it goes, and it is read again when next asked."""
        with self._lock:
            self._changes += 1
            self._stale[case_id] = now, self._changes
            if self._known.pop(case_id, None) is not None:
                self._shelf = None

    def mark(self) -> int:
        """The number of the newest change; take it before reading."""
        return self._changes

    def holds(self, mark: int) -> bool:
        """False when everything was forgotten since: then stop reading."""
        return mark >= self._cleared

    def put(self, case_id: str, known: tuple[Known, ...], mark: int) -> None:
        """What a case is found by, as read at that mark; nothing where it changed since."""
        with self._lock:
            if mark < self._cleared or self._stale.get(case_id, (0, 0))[1] > mark:
                return
            if self._known.get(case_id, ()) != known:
                self._shelf = None
            if known:
                self._known[case_id] = known
            else:
                self._known.pop(case_id, None)

    def went_on(self, read_to: str, is_complete: bool, mark: int) -> None:
        """Every case up to this one was read; nothing where everything was forgotten since that mark."""
        with self._lock:
            if mark >= self._cleared:
                self.read_to, self.is_complete = read_to, is_complete

    def stale(self, now: int) -> list[str]:
        """Cases to read again; those whose writing is long over only this once."""
        with self._lock:
            stale = list(self._stale)
            self._stale = {one: kept for one, kept in self._stale.items() if now - kept[0] < SETTLED_S}
            return stale

    def of(self, case_id: str) -> tuple[Known, ...]:
        """What one case is found by."""
        return self._known.get(case_id, ())

    def called(self, name: str) -> Iterator[Found]:
        """Rows whose name is like this one, in no order; a case may come several times."""
        return self.like(spellings(name))

    def like(self, wanted: Iterable[Spelling]) -> Iterator[Found]:
        """The same for spellings that are made already."""
        shelf = self._rows()
        for one in wanted:
            yield from (_found(shelf, at, hit) for at, hit in _written(shelf, one))
            yield from (_found(shelf, at, hit) for at, hit in _sounding(shelf, one))

    def phoned(self, digits: str) -> Iterator[Found]:
        """Cases in which this telephone number stands."""
        for case_id, known in list(self._known.items()):
            yield from (Found(case_id, one.letter, None) for one in known if digits[-SAME_END:] in one.phones)

    def __len__(self) -> int:
        return len(self._known)

    def _rows(self) -> Shelf:
        with self._lock:
            if self._shelf is None:
                rows = [
                    (case_id, one.letter, name)
                    for case_id, known in self._known.items()
                    for one in known
                    for name in one.names
                ]
                self._shelf = Shelf(
                    [(case_id, letter) for case_id, letter, _ in rows], [name.letters for *_, name in rows],
                    [name.consonants for *_, name in rows], [name.bare for *_, name in rows],
                    [name.has_vowels for *_, name in rows],
                )  # fmt: skip
            return self._shelf


def _found(shelf: Shelf, at: int, alike: Alike) -> Found:
    return Found(*shelf.whose[at], alike)


def _written(shelf: Shelf, one: Spelling) -> Iterator[tuple[int, Alike]]:
    for scorer, cutoff in ((fuzz.ratio, float(WRITTEN_FROM)), (JaroWinkler.normalized_similarity, FOLLOWS_FROM / 100)):
        for _, _, at in process.extract_iter(one.letters, shelf.letters, scorer=scorer, score_cutoff=cutoff - 0.01):
            hit = written_alike(one.letters, shelf.letters[at])
            if hit is not None:
                yield at, hit


def _sounding(shelf: Shelf, one: Spelling) -> Iterator[tuple[int, Alike]]:
    for has_vowels in (True, False):  # of the row: it decides which consonants are compared
        bare = not (one.has_vowels and has_vowels)
        text, column = (one.bare, shelf.bare) if bare else (one.consonants, shelf.consonants)
        for _, _, at in process.extract_iter(text, column, scorer=fuzz.ratio, score_cutoff=SOUNDS_FROM - 0.51):
            hit = sounding(text, column[at], bare) if shelf.has_vowels[at] == has_vowels else None
            if hit is not None:
                yield at, hit
