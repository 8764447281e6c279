"""Destroying what is kept of a person here: rows now, the keys that open older copies with them.

Statement, signature and receipt stay as evidence, without content. Source: wire 11; at-rest 5.1; R25.
"""

from node.crypto.vault import Dek
from node.service.context import DAY_S, Node
from node.service.evidence.export import own_receipt
from node.service.keep.office_rows import put_anew
from node.service.seals import key_id_of
from node.store.keep import SEALED
from node.store.letters import LetterRow
from node.store.outbox import OPEN_STATES
from node.store.work import Work

# A case that goes on keeps its old key so long, unless a backup is made before: last night's copy would open no more.
OLD_KEY_LIFE_S = 30 * DAY_S


def forget_case(work: Work, case_id: str, now: int) -> bytes | None:
    """Destroy both keys of a case and everything under them, in this transaction; the wrapped key that it had.

    The case key itself goes right after the commit (`destroy_spent`), and with it every copy of the database.
    """
    row = work.cases.get(case_id)
    if row is None or row.dek is None:
        return None
    for letter in work.letters.of_case(case_id):
        forget_letter(work, letter, now)
    for thread in work.threads.of_case(case_id):
        work.deadlines.end_all(thread.peer, thread.thread_id)
    work.alarms.end_of_case(case_id, now)
    work.sealed_rows.forget_all(case_id)
    work.cases.erase(case_id, now)
    work.dates.put_case(case_id, None)
    work.spent.add(key_id_of(row.dek), now, now)
    return row.dek


def forget_key(node: Node, work: Work, wrapped: bytes | None) -> None:
    """A key of a case that was erased or changed leaves the memory, and once more after the commit: whoever read
    meanwhile saw the case as it was, and opened it again.
    """
    node.seals.forget(wrapped)
    work.after_commit(lambda: node.seals.forget(wrapped))


def forget_letter(work: Work, letter: LetterRow, now: int) -> None:
    """Destroy payload and salt of a letter; what answered it stays. One without a case loses its own key too."""
    keep_own_receipt(work, letter)
    spend_own_key(work, letter, now)
    work.letters.erase(letter.peer, letter.direction, letter.letter_id, on_the_way=is_on_the_way(work, letter))


def spend_own_key(work: Work, letter: LetterRow, now: int) -> None:
    """The key of a letter that belongs to no case is destroyed with it."""
    if letter.case_id is None and letter.sealed is not None:
        work.spent.add(key_id_of(letter.sealed), now, now)


def keep_own_receipt(work: Work, letter: LetterRow) -> None:
    """What we answered can be read from its slot only with the salt, which goes."""
    receipt = own_receipt(work, letter) if letter.direction == "in" else None
    if receipt is not None:
        work.letters.keep_answer(letter.peer, letter.letter_id, receipt)


def is_on_the_way(work: Work, letter: LetterRow) -> bool:
    """Whether a letter of ours still waits for its receipt."""
    waiting = work.outbox.get(letter.letter_id) if letter.direction == "out" else None
    return waiting is not None and waiting.state in OPEN_STATES


def change_key(node: Node, work: Work, case_id: str, now: int, destroy_at: int) -> None:
    """Put what is left of a case under fresh keys, so that the old one, once destroyed, opens no older copy of it.

    Needs nobody's sign-in: the inner half of an identity key stays sealed to the office. Source: at-rest 5.1.
    """
    row = work.cases.get(case_id)
    if row is None or row.dek is None:
        return
    old = node.seals.case_key(case_id, row.dek)
    fresh, wrapped = node.seals.new_case_key(case_id)
    for column in SEALED:
        for key, place, sealed in work.sealed_rows.of_case(column, case_id):
            work.sealed_rows.put(column, key, _sealed_anew(node, old, fresh, column.table, place, sealed))
    put_anew(work, case_id, lambda key, place, version: node.seals.under_another_key(key, wrapped, place, version))
    work.sealed_rows.put_case_key(case_id, wrapped)
    work.spent.add(key_id_of(row.dek), now, destroy_at)
    forget_key(node, work, row.dek)


async def destroy_spent(node: Node) -> int:
    """Destroy the keys whose time has come, for ever; how many. Safe to repeat, and repeated at every start."""
    now = node.now()
    ids = await node.store.read(lambda reader: reader.spent.due(now))
    if ids:
        node.seals.case_keys.destroy(ids)
        # Crash here: the keys are gone, and their ids are forgotten at the next turn.
        await node.store.write(lambda work: work.spent.destroyed(ids))
    return len(ids)


def destroy_spent_at_start(node: Node) -> None:
    """The same before anything else runs: what a crash left between the commit and the key file."""
    ids = node.store.read_sync(lambda reader: reader.spent.due(node.now()))
    if ids:
        node.seals.case_keys.destroy(ids)
        node.store.write_sync(lambda work: work.spent.destroyed(ids))


def destroy_unused(node: Node) -> int:
    """Keys that no case has and that are older than any backup may be; how many.

    They are of a stock that a crash cut short, or of a database that was lost. Only those of runs that have ended:
    a case of this run may hold its key before the store can tell.
    """
    left = node.seals.case_keys.of_earlier_runs(node.now() - OLD_KEY_LIFE_S)
    used = node.store.read_sync(lambda reader: reader.spent.in_use() | reader.spent.all())
    if ids := list(left - used):
        node.seals.case_keys.destroy(ids)
    return len(ids)


def _sealed_anew(node: Node, old: Dek, fresh: Dek, table: str, place: str, sealed: bytes) -> bytes:
    return node.seals.seal(fresh, table, place, node.seals.open(old, table, place, sealed))
