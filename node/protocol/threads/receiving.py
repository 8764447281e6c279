"""What a received letter meets: row 13 of wire.md 3, judged only by what both sides exchanged on the thread.

A letter is refused only if its writer could have known better: it is judged in the state of what the writer had sent
and seen. What it could not know is a crossing, kept and folded like at the other node. A stop is never refused.
"""

from collections.abc import Callable, Sequence
from typing import Final, Literal

from msgspec.structs import replace

from node.protocol.letters.codes import N_ALREADY_USED, NOT_IN_THIS_STATE, UNKNOWN_THREAD, WRONG_SIDE, Role, rule_of
from node.protocol.matter import UNKNOWN_RULE, Refusal, Rule
from node.protocol.matters import STOPS, UNKNOWN, matter_named, matter_of
from node.protocol.safety import is_safety
from node.protocol.threads.fold import (
    after,
    answers_something,
    back_in_time,
    counting,
    fold,
    judge,
    past_of,
    refold,
    void_numbers,
)
from node.protocol.threads.outcome import Changes, Verdict, awaited_changes, changes
from node.protocol.threads.thread import (
    NONE,
    STOPPED,
    Entry,
    Shared,
    Status,
    Thread,
    after_stop,
    entry_named,
    other,
    own_top,
    whatever_its_date,
)

Receipt = Literal["stored", "waiting", "refused"]
Content = Callable[[Entry, Shared], int]
"""Row 13 on the content of a letter in the state its writer knew: 0, or the reason on the receipt (`shown.receiver`).

It is asked when the letter's turn has come, which may be long after it arrived."""


OLDEST_OPENING_S: Final = 180 * 86_400  # more than a consent's 90 days, and an envelope's life
MAX_VOID: Final = 256  # an honest peer gives up a few letters; a longer list would only cost us time


def any_content(letter: Entry, known: Shared) -> int:
    """No further check: for tests, and for letters whose content was already judged."""
    return 0


def receive(
    thread: Thread | None,
    letter: Entry,
    *,
    thread_id: str,
    peer: str,
    now: int,
    max_life_s: int,
    content: Content = any_content,
) -> Verdict:
    """What this letter of the peer's meets, and what the thread is after it. Repetitions were answered before (row 12).

    `letter.side` is the `sender_role` it claims; `now` UTC seconds; `max_life_s` of our own record.
    """
    if len(letter.void) > MAX_VOID:
        letter = replace(letter, void=letter.void[:MAX_VOID])
    # 1. a stop always counts, also on a thread nobody here has heard of
    if letter.kind in STOPS:
        return _stop(thread, letter, thread_id, peer)
    # 2. an unknown thread
    if thread is None or thread.closed_here:
        if refusal := _cannot_begin(thread, letter):
            return Verdict("refused", thread, "refused", refusal.reason)
        if _of_long_ago(letter, now):
            return Verdict("refused", thread, "refused", NOT_IN_THIS_STATE)
        begun = _begun(thread_id, peer, letter)
        if after_stop(letter.kind) and (reason := _wrong_on_arrival(begun, letter, content)):
            return Verdict("refused", thread, "refused", reason)
        return (_next if _is_next(begun, letter) else _judged)(begun, letter, content)
    # 3. its number, and the side it claims
    claimed, letter = letter.side, replace(letter, side=other(thread.side))
    if not after_stop(letter.kind) and _has_number(thread, letter.side, letter.n):
        return Verdict("refused", thread, "refused", N_ALREADY_USED)
    if entry_named(thread, letter.letter_id) is not None:  # of ours, or it would have been known (row 12)
        return Verdict("refused", thread, "refused", N_ALREADY_USED)
    if claimed == thread.side:
        return _refused(thread, letter, WRONG_SIDE, content)
    # 4. what a safety letter itself shows; its state, its turn and its time never count against it
    if is_safety(letter.kind) and (reason := content(letter, thread.shared)):
        return _refused(thread, letter, reason, content)
    # 5. after a stop
    if thread.stopped:
        return _after_stop(thread, letter, content)
    # 6. what takes effect on arrival
    if after_stop(letter.kind):
        return _on_arrival(thread, letter, content)
    # 7. so late that no node may still have sent it
    ends_at = thread.shared.thread_ends + max_life_s
    if _of_long_ago(letter, now) or (thread.shared.state != NONE and now >= ends_at):
        return _refused(thread, letter, NOT_IN_THIS_STATE, content)
    # 8. in its turn
    if _is_next(thread, letter):
        return _next(thread, letter, content)
    return _judged(thread, letter, content)


def _cannot_begin(thread: Thread | None, letter: Entry) -> Refusal | None:
    if thread is not None:
        return Refusal(UNKNOWN_THREAD, "this thread never left us", "nothing is to be done", UNKNOWN_RULE)
    if letter.n > 1:
        return None  # its first letter may still be on the way
    matter = matter_of(letter.kind)
    if letter.kind not in matter.opening:
        return Refusal(UNKNOWN_THREAD, "nothing has opened this thread", "its first letter comes first", UNKNOWN_RULE)
    if letter.side == "opener":
        return None
    return Refusal(
        WRONG_SIDE, "this act belongs to the other side", "the other country does it", matter.rule_of(letter.kind)
    )


def _of_long_ago(letter: Entry, now: int) -> bool:
    """H22: no letter before it bears the date of what opens a thread out; consents of half a year ago are over."""
    return letter.n == 1 and not whatever_its_date(letter.kind) and letter.written_at < now - OLDEST_OPENING_S


def _begun(thread_id: str, peer: str, letter: Entry) -> Thread:
    return Thread(thread_id=thread_id, peer=peer, side=other(letter.side), matter=_named_by(letter))


def _named_by(letter: Entry) -> str:
    """What a thread is about, as this letter tells it: one that may ride on any thread tells it only as the first."""
    tells = letter.n == 1 or not after_stop(letter.kind)
    return matter_of(letter.kind).name if tells else ""


def _stop(thread: Thread | None, letter: Entry, thread_id: str, peer: str) -> Verdict:
    known = thread or Thread(thread_id=thread_id, peer=peer, side=other(letter.side), matter=UNKNOWN.name)
    effect: Status = "crossed" if known.stopped else "applied"
    letter = replace(letter, side=other(known.side), status=effect)
    entries = (*(replace(e, status="void") if e.status == "waiting" else e for e in known.entries), letter)
    ended = replace(known, entries=entries, shared=STOPPED, stopped=True)
    settled = Changes((), (), (), known.shared.awaited)
    return _verdict(ended, "stored", effect, settled)


def _after_stop(thread: Thread, letter: Entry, content: Content) -> Verdict:
    """R31: what comes after a stop has no effect, unless it takes effect on arrival or crossed the stop on the way."""
    if after_stop(letter.kind):
        if reason := _wrong_on_arrival(thread, letter, content):
            return Verdict("refused", thread, "refused", reason)
        return Verdict("stored", _with(thread, letter), "applied")
    stops = [e for e in thread.entries if e.kind in STOPS]
    # Their stop voids their lower numbers; a letter that had not seen ours crossed it. Any other came later.
    if any(letter.n < e.n if e.side == letter.side else letter.seen < e.n for e in stops):
        return Verdict("stored", _with(thread, replace(letter, status="crossed")), "crossed")
    return Verdict("refused", thread, "refused", NOT_IN_THIS_STATE)


def _on_arrival(thread: Thread, letter: Entry, content: Content) -> Verdict:
    if reason := _wrong_on_arrival(thread, letter, content):
        return _refused(thread, letter, reason, content)
    if thread.matter == "":
        thread = replace(thread, matter=_named_by(letter))
    entered, late = _turns(_with(thread, letter), content)
    return _verdict(entered, "stored", "applied", changes(thread, entered, letter.letter_id), late)


def _wrong_on_arrival(thread: Thread, letter: Entry, content: Content) -> int:
    """What takes effect on arrival is no act of the tables, but it answers something, and its content is judged too."""
    refusal = answers_something(thread, letter)
    return content(letter, thread.shared) if refusal is None else refusal.reason


def _refused(thread: Thread, letter: Entry, reason: int, content: Content) -> Verdict:
    """A refused letter uses up its number, so letters that waited for it may have their turn now."""
    noted = _with(thread, replace(letter, status="refused", reason=reason))
    entered, late = _turns(noted, content)
    return _verdict(entered, "refused", "refused", changes(thread, entered, letter.letter_id), late, reason)


def _is_next(thread: Thread, letter: Entry) -> bool:
    ordered = thread.matter != "" and not matter_named(thread.matter).unordered
    plain = letter.n == thread.turn and not letter.void and not thread.given_up and ordered
    return plain and letter.seen >= own_top(thread) and not [e for e in thread.entries if e.status == "waiting"]


def _has_number(thread: Thread, side: Role, n: int) -> bool:
    return bool([e for e in thread.entries if e.n == n and e.side == side])


def _next(thread: Thread, letter: Entry, content: Content) -> Verdict:
    """The usual case, without folding anew: it has seen all of ours and is the next of theirs, so it comes last."""
    matter = matter_named(thread.matter)
    judged = _violation(thread, letter, thread.shared, content)
    if isinstance(judged, Refusal):
        return _refused(thread, letter, judged.reason, content)
    shared = after(matter, thread.shared, letter, judged)
    entered = replace(thread, entries=(*thread.entries, letter), shared=shared, turn=letter.n + 1)
    # On-arrival letters with higher numbers may follow at once.
    if _has_number(thread, letter.side, entered.turn):
        entered = replace(entered, turn=_turn(entered))
    started, stopped = awaited_changes(thread.shared.awaited, shared.awaited)
    return Verdict("stored", entered, started=started, stopped=stopped)


def _judged(thread: Thread, letter: Entry, content: Content) -> Verdict:
    """The general case: note it as waiting, then give every letter its turn that has one now."""
    if thread.matter == "":
        thread = replace(thread, matter=_named_by(letter))
    if letter.n < thread.turn:  # only a number that was given up is still free below the turn
        return Verdict("stored", _with(thread, replace(letter, status="void")), "void")
    waiting = _with(thread, letter if after_stop(letter.kind) else replace(letter, status="waiting"))
    entered, late = _turns(waiting, content)
    own = next(e for e in entered.entries if e.letter_id == letter.letter_id)
    told = changes(thread, entered, letter.letter_id)
    others = [(name, reason) for name, reason in late if name != letter.letter_id]
    receipt = _RECEIPT.get(own.status, "stored")
    return _verdict(entered, receipt, own.status, told, others, own.reason)


def _turns(thread: Thread, content: Content) -> tuple[Thread, list[tuple[str, int]]]:
    """Give every waiting letter its turn that has one; tell which were refused at theirs."""
    late: list[tuple[str, int]] = []
    thread = refold(replace(thread, turn=_turn(thread)))
    while letter := _waiting_at(thread, thread.turn):
        judged = _violation(thread, letter, _known_to(thread, letter), content)
        if isinstance(judged, Refusal):
            late.append((letter.letter_id, judged.reason))
            thread = _set(thread, replace(letter, status="refused", reason=judged.reason))
        else:
            thread = _set(thread, replace(letter, status="applied"))
        thread = refold(replace(thread, turn=_turn(thread)))
    return thread, late


def _violation(thread: Thread, letter: Entry, known: Shared, content: Content) -> Rule | Refusal:
    """Whether the writer could have known that this act is not allowed: by the table, the thread, the content."""
    matter = matter_named(thread.matter)
    judged = judge(matter, known, letter)
    if isinstance(judged, Refusal):
        return judged
    if refusal := back_in_time(thread.entries, letter) or answers_something(thread, letter):
        return refusal
    reason = content(letter, known)
    if not reason:
        return judged
    rule = rule_of(reason) or matter.rule_of(letter.kind)
    return Refusal(reason, "the letter itself shows that it may not be sent", "its sender writes it anew", rule)


def _known_to(thread: Thread, letter: Entry) -> Shared:
    return fold(matter_named(thread.matter), past_of(counting(thread), letter)).shared


def _turn(thread: Thread) -> int:
    peer = other(thread.side)
    done = {e.n for e in thread.entries if e.side == peer and e.status != "waiting"}
    done |= {n for side, n in void_numbers(thread) if side == peer}
    turn = thread.turn
    while turn in done:
        turn += 1
    return turn


def _waiting_at(thread: Thread, n: int) -> Entry | None:
    return next((e for e in thread.entries if e.n == n and e.status == "waiting"), None)


def _with(thread: Thread, letter: Entry) -> Thread:
    return replace(thread, entries=(*thread.entries, letter))


def _set(thread: Thread, letter: Entry) -> Thread:
    return replace(thread, entries=tuple(letter if e.letter_id == letter.letter_id else e for e in thread.entries))


def _verdict(
    thread: Thread,
    status: Receipt,
    effect: Status,
    told: Changes,
    late: Sequence[tuple[str, int]] = (),
    reason: int = 0,
) -> Verdict:
    return Verdict(status, thread, effect, reason, told.applied, told.undone, tuple(late), told.started, told.stopped)


_RECEIPT: Final[dict[Status, Receipt]] = {"waiting": "waiting", "refused": "refused"}
