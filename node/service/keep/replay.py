"""Replaying the journal into a database that came from a backup, so that nothing protected comes to life again.

What the journal says is laid over what the backup holds; keys that were destroyed erase their cases whatever the
journal says. One transaction; safe to repeat. Source: H08; wire 11.
"""

from collections.abc import Callable, Mapping
from typing import Any

from node.service.context import Node
from node.service.keep import notes
from node.service.keep.forget import forget_case
from node.service.keep.notes import AnyNote
from node.service.keep.replay_cases import OF_CASES
from node.service.keep.replay_staff import OF_STAFF
from node.service.keep.restored import HOLD
from node.service.keep.sweep import letter_goes
from node.store.journal import Head
from node.store.work import Work

AT_ONCE = 500


def newest(records: list[bytes], node: Node) -> list[AnyNote]:
    """The notes of a journal, each with those that it replaces left out; OpenFailed when the key is another one."""
    latest: dict[tuple[str, ...], AnyNote] = {}
    for sealed in records:
        one: AnyNote = node.seals.open_note(AnyNote, sealed)  # type: ignore[arg-type]
        latest.pop(one.about, None)
        latest[one.about] = one
    gone = {one.case for one in latest.values() if isinstance(one, notes.ErasedCase)}
    return [one for one in latest.values() if isinstance(one, notes.ErasedCase) or getattr(one, "case", "") not in gone]


def covers(heads: set[Head], noted: Head | None, found: list[AnyNote], backup_at: int) -> bool:
    """Whether a journal tells everything since the backup: its noted end is in it, and it began before the backup."""
    begun = next((one.at for one in found if isinstance(one, notes.Begun)), None)
    return begun is not None and begun <= backup_at and (noted is None or noted in heads)


def erase_what_lost_its_key(node: Node, work: Work, now: int) -> int:
    """Cases whose key was destroyed after the backup was made: nothing of them opens, so nothing of them is kept."""
    erased = 0
    for case_id, key_id in work.spent.keys_of_cases():
        if not node.seals.case_keys.exists(key_id):
            forget_case(work, case_id, now)
            work.audit.append(now, "node", "case_erased", case_id, rule="H08")
            erased += 1
    return erased


def replay(
    node: Node, work: Work, found: list[AnyNote], now: int, lines: int = 0, *, whole: bool = True
) -> int:  # fmt: skip
    """Lay the notes over the database and let the node go on; how many of them found something to change.

    `lines`: how long the audit was in the backup. What is to be kept goes first, so that no sweep erases what was held
    after the backup was made. A journal that is not `whole` may lack such a hold, so of its sweeps nothing is repeated.
    """
    applied = 0
    work.meta.drop(HOLD)
    for one in sorted(found, key=lambda one: FIRST.get(type(one), len(FIRST))):
        apply = APPLY.get(type(one))
        if isinstance(one, notes.Swept) and not whole:
            continue
        if apply is not None and apply(node, work, one, now, lines):
            applied += 1
    work.audit.append(now, "node", "journal_replayed", rule="H08", outcome=str(applied))
    return applied


def _swept(node: Node, work: Work, one: notes.Swept, now: int, lines: int) -> bool:
    kept: dict[str, int] = {}
    erased = 0
    while due := work.dates.letters_due(one.at, AT_ONCE):  # one that is held is put off, so this ends
        erased += sum(letter_goes(node, work, letter, kept) is not None for letter in due)
    return erased > 0


FIRST: Mapping[type, int] = {notes.Kept: 0, notes.Guarded: 1}  # before a sweep, and before a stop is queued
APPLY: Mapping[type, Callable[[Node, Work, Any, int, int], bool]] = {**OF_CASES, **OF_STAFF, notes.Swept: _swept}
