"""The acts of our side on a thread: what is allowed, queueing, releasing, and what the post tells us afterwards.

Pure: each function takes a thread and gives back another one; a service stores all that follows in one transaction.
`receive` is what a letter of the peer's meets. Source: wire.md 1 and 7; architecture.md, decide first.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from node.errors import Conflict, NotFound
from node.protocol.letters.codes import NOT_IN_THIS_STATE, UNKNOWN_THREAD, WRONG_SIDE, Role
from node.protocol.matter import OVER_RULE, UNKNOWN_RULE, Matter, Refusal, Rule
from node.protocol.matters import STOPS, matter_named
from node.protocol.threads.fold import (
    after,
    answers_something,
    counting,
    fold,
    judge,
    past_of,
    refold,
    together,
    void_numbers,
)
from node.protocol.threads.outcome import (
    ActNotAllowed,
    Cancelled,
    Option,
    Outcome,
    Released,
    awaited_changes,
    changes,
)
from node.protocol.threads.receiving import Content, any_content, receive
from node.protocol.threads.thread import (
    EXPIRED,
    NONE,
    STOPPED,
    Entry,
    Shared,
    Status,
    Thread,
    after_stop,
    seen_now,
)

__all__ = [
    "Content",
    "allowed",
    "any_content",
    "cancel",
    "given_up",
    "local_state",
    "next_to_release",
    "open_thread",
    "queue",
    "receive",
    "refused_by_peer",
    "release",
    "state",
]


NEW_THREAD: Final = "open a new thread if she wishes one"
NOTHING_TO_DO: Final = "nothing is to be done"
RIGHTS: Final = {  # what may ride on any thread, and the rule each rests on
    "consent.withdrawal": "R20",
    "erasure.request": "R20",
    "rectification": "R33",
    "access.request": "R33",
    "breach.notice": "R33",
}


def open_thread(thread_id: str, peer: str, side: Role, matter: str) -> Thread:
    """A thread on which nothing has happened. `thread_id`: 16 random bytes, lowercase hex, for this peer alone."""
    return Thread(thread_id=thread_id, peer=peer, side=side, matter=matter)


def state(thread: Thread, now: int) -> str:
    """The state both nodes show at `now` (UTC seconds) once the same letters have arrived."""
    return _shown(thread, thread.shared, now)


def local_state(thread: Thread, now: int) -> str:
    """The state as it will be when our queued letters have gone out and nothing else happens."""
    return _shown(thread, _local(thread), now)


def allowed(thread: Thread, now: int) -> list[Option]:
    """Every act of our side, and for those that cannot be done now, why not: for buttons and API answers."""
    matter = matter_named(thread.matter)
    mine = dict.fromkeys(r.kind for r in matter.rules if r.side == thread.side)
    closed, local = _closed(thread, now), _local(thread)
    options = [_option(thread, matter, kind, now, closed, local) for kind in (*mine, *RIGHTS)]
    if not matter.stop:
        return options  # what this thread is about has not arrived yet, so there is no word to end it
    return [*options, _told(matter.stop, _stop_refused(thread, now), "H01")]


def queue(thread: Thread, draft: Entry, now: int) -> Outcome:
    """Our act is decided and will go out; nothing is shared before its release.

    The draft's `n`, `seen`, `void` and `written_at` are set here and at release. A stop cancels everything else that
    has not gone out. Raises ActNotAllowed with the reason and a sentence. Source: wire.md 1, Queue.
    """
    if draft.side != thread.side:
        rule = matter_named(thread.matter).rule_of(draft.kind)
        raise ActNotAllowed("this act belongs to the other side", WRONG_SIDE, "the other country does it", rule)
    if draft.kind in STOPS:
        return _queue_stop(thread, draft, now)
    entry = replace(draft, n=0, seen=seen_now(thread), void=(), written_at=now, status="applied")
    refusal = _refused_now(thread, entry, now)
    if refusal is not None:
        raise ActNotAllowed(refusal.why, refusal.reason, refusal.opens_with, refusal.rule)
    return Outcome(replace(thread, queued=(*thread.queued, entry)), audit=(("queued", entry.letter_id),))


def next_to_release(thread: Thread) -> str | None:
    """The queued letter whose turn it is; those that take effect on arrival may go out before it."""
    return next((e.letter_id for e in thread.queued if not after_stop(e.kind)), None)


def release(thread: Thread, letter_id: str, now: int) -> Released | Cancelled:
    """Give a queued letter its number, or cancel it because what arrived meanwhile no longer allows it.

    A letter is decided in the light of what was seen then; if something arrived since that both cannot stand, people
    decide again. Raises NotFound if it is not queued, Conflict if an earlier one is. Source: wire.md 1, Release.
    """
    entry = next((e for e in thread.queued if e.letter_id == letter_id), None)
    if entry is None:
        raise NotFound("this letter is not queued on its thread; it was released or cancelled before")
    out = replace(entry, n=thread.own_n + 1, written_at=now)
    if entry.kind in STOPS:
        return _release_stop(thread, out)
    if not after_stop(entry.kind) and next_to_release(thread) != letter_id:
        raise Conflict("an earlier letter of this thread is still queued; release that one first")
    left = cancel(thread, (letter_id,)).thread
    out = replace(out, void=_own_void(thread))
    base = replace(left, entries=(*thread.entries, out), own_n=out.n)
    if after_stop(entry.kind):
        return _released(thread, refold(base) if matter_named(thread.matter).unordered else base, out)
    entered = _entered(thread, base, out)
    if isinstance(entered, Refusal):
        return Cancelled(left, entered.reason, f"{entered.why}; {entered.opens_with}")
    return _released(thread, entered, out)


def cancel(thread: Thread, letter_ids: Sequence[str]) -> Outcome:
    """Letters of ours that were held or withdrawn before release; they leave no trace."""
    left = tuple(e for e in thread.queued if e.letter_id not in letter_ids)
    gone = tuple(e.letter_id for e in thread.queued if e.letter_id in letter_ids)
    return Outcome(replace(thread, queued=left), cancels=gone, audit=tuple(("cancelled", name) for name in gone))


def never_left(thread: Thread) -> Thread:
    """All of ours waits again without a number: its turn had come in a batch, and of that batch no bytes were made."""
    back = tuple(replace(e, n=0, void=()) for e in thread.entries)
    return refold(replace(thread, entries=(), queued=(*back, *thread.queued), own_n=0))


def given_up(thread: Thread, letter_ids: Sequence[str]) -> Outcome:
    """Released letters of ours whose bytes are posted no longer: our next letter tells that their numbers are void.

    If the peer's letters show that one had arrived after all, it counts again, at both nodes.
    """
    ours = [e for e in thread.entries if e.side == thread.side and e.kind not in STOPS]
    numbers = [e.n for e in ours if e.letter_id in letter_ids]
    void = tuple(sorted({*thread.given_up, *numbers}))
    return _outcome(thread, refold(replace(thread, given_up=void)), "given up", letter_ids)


def refused_by_peer(thread: Thread, letter_id: str, reason: int) -> Outcome:
    """The peer refused a letter of ours, by receipt or `letter.refused`: our act is undone, its number is used up."""
    marked = tuple(
        replace(e, status="refused", reason=reason)
        if e.letter_id == letter_id and e.side == thread.side and e.kind not in STOPS
        else e
        for e in thread.entries
    )
    return _outcome(thread, refold(replace(thread, entries=marked)), "refused", (letter_id,))


def _shown(thread: Thread, shared: Shared, now: int) -> str:
    ended = shared.state in matter_named(thread.matter).ends
    if not ended and shared.state != NONE and now >= shared.thread_ends:
        return EXPIRED
    return shared.state


def _local(thread: Thread) -> Shared:
    if any(e.kind in STOPS for e in thread.queued):
        return STOPPED
    matter, shared = matter_named(thread.matter), thread.shared
    if matter.unordered:
        return together(thread, (*thread.entries, *thread.queued))
    for entry in thread.queued:
        judged = judge(matter, shared, entry)
        if not after_stop(entry.kind) and isinstance(judged, Rule):
            shared = after(matter, shared, entry, judged)
    return shared


def _option(
    thread: Thread, matter: Matter, kind: str, now: int, closed: Refusal | None, local: Shared
) -> Option:  # fmt: skip
    if after_stop(kind):
        return _told(kind, _closed_to_all(thread, kind), matter.sources.get(kind) or RIGHTS[kind])
    row = matter.first_row.get((local.state, thread.side, kind))
    source = row.source if row else matter.sources[kind]
    if closed is None and row is None:
        return _told(kind, matter.no_row(local, Entry(thread.side, 0, 0, kind, "", now, now)), source)
    return _told(kind, closed, source)


def _told(kind: str, refusal: Refusal | None, source: str) -> Option:
    if refusal is None:
        return Option(kind, True, source, "", "")
    return Option(kind, False, refusal.rule, refusal.why, refusal.opens_with)


def _refused_now(thread: Thread, entry: Entry, now: int) -> Refusal | None:
    if refusal := answers_something(thread, entry):
        return refusal
    if after_stop(entry.kind):
        return _closed_to_all(thread, entry.kind)
    if refusal := _closed(thread, now):
        return refusal
    judged = judge(matter_named(thread.matter), _local(thread), entry)
    return judged if isinstance(judged, Refusal) else None


def _closed_to_all(thread: Thread, kind: str) -> Refusal | None:
    opens = kind in matter_named(thread.matter).opening and not thread.closed_here
    if opens and not thread.entries:
        return None
    if thread.closed_here or not any(e.n for e in thread.entries):
        why = "the other country has never heard of this thread"
        return Refusal(UNKNOWN_THREAD, why, "nothing of hers is there, so nothing is to be done", UNKNOWN_RULE)
    return None


def _closed(thread: Thread, now: int) -> Refusal | None:
    if thread.closed_here or thread.stopped or any(e.kind in STOPS for e in thread.queued):
        return Refusal(NOT_IN_THIS_STATE, "this thread has ended", NEW_THREAD, "H01")
    if local_state(thread, now) == EXPIRED:
        return Refusal(NOT_IN_THIS_STATE, "the time of this thread has run out", NEW_THREAD, OVER_RULE)
    return None


def _stop_refused(thread: Thread, now: int) -> Refusal | None:
    if thread.closed_here or thread.stopped or any(e.kind in STOPS for e in thread.queued):
        return Refusal(NOT_IN_THIS_STATE, "this thread has ended, or is about to", NOTHING_TO_DO, "H01")
    if state(thread, now) == EXPIRED:
        return Refusal(NOT_IN_THIS_STATE, "the time of this thread has run out", NOTHING_TO_DO, "H01")
    if thread.side not in matter_named(thread.matter).stopped_by:
        why = "the answer goes out at its time, and tells nothing; a stop would tell more"
        return Refusal(NOT_IN_THIS_STATE, why, "only the country that asked can stop it", "R27")
    # What ended it may never have arrived, so a thread that our own letter ended can still be stopped.
    counted = [e for e in thread.entries if e.status == "applied" and not after_stop(e.kind)]
    ended = thread.shared.state in matter_named(thread.matter).ends
    ended_by_peer = ended and (not counted or counted[-1].side != thread.side)
    return Refusal(NOT_IN_THIS_STATE, "this thread has ended", NOTHING_TO_DO, "H01") if ended_by_peer else None


def _queue_stop(thread: Thread, draft: Entry, now: int) -> Outcome:
    refusal = _stop_refused(thread, now)
    if refusal is not None:
        raise ActNotAllowed(refusal.why, refusal.reason, refusal.opens_with, refusal.rule)
    cancels = tuple(e.letter_id for e in thread.queued)
    told = tuple(("cancelled", name) for name in cancels)
    if not any(e.n for e in thread.entries):
        # No letter ever left, so the other country must not learn by a stop that there was a thread.
        closed = replace(thread, queued=(), shared=STOPPED, closed_here=True, stop_decided=True)
        return Outcome(closed, cancels=cancels, audit=(*told, ("ended here", draft.letter_id)))
    stop = replace(draft, n=0, seen=seen_now(thread), void=(), written_at=now, status="applied")
    # Those without a receipt; what the peer merely claims to have seen must not change what goes.
    give_up = tuple(e.letter_id for e in thread.entries if e.side == thread.side)
    return Outcome(
        replace(thread, queued=(stop,), stop_decided=True),
        cancels=cancels,
        give_up=give_up,
        stopped=thread.shared.awaited,
        audit=(*told, ("queued", stop.letter_id)),
    )


def _release_stop(thread: Thread, stop: Entry) -> Released:
    void: Status = "void"
    entries = tuple(replace(e, status=void) if e.status == "waiting" else e for e in thread.entries)
    # A withdrawal or an erasure that was decided after the stop still goes.
    queued = tuple(e for e in thread.queued if e.letter_id != stop.letter_id and after_stop(e.kind))
    ended = replace(thread, entries=(*entries, stop), queued=queued, own_n=stop.n, shared=STOPPED, stopped=True)
    return _released(thread, ended, stop)


def _own_void(thread: Thread) -> tuple[int, ...]:
    return tuple(sorted(n for side, n in void_numbers(thread) if side == thread.side)) if thread.given_up else ()


def _entered(thread: Thread, base: Thread, out: Entry) -> Thread | Refusal:
    """The thread with our letter counted, or why it does not count, or what it would undo."""
    matter = matter_named(thread.matter)
    if refusal := answers_something(thread, out):
        return refusal
    if out.seen == seen_now(thread) and not out.void:
        judged = judge(matter, thread.shared, out)
        return (
            judged if isinstance(judged, Refusal) else replace(base, shared=after(matter, thread.shared, out, judged))
        )
    judged = judge(matter, fold(matter, past_of(counting(base), out)).shared, out)
    if isinstance(judged, Refusal):
        return judged
    entered = refold(base)
    if entered.entries[-1].status != "applied" or changes(thread, entered).undone:
        why = "a letter arrived meanwhile that this one does not fit"
        return Refusal(NOT_IN_THIS_STATE, why, "read it and decide again", "R40")
    return entered


def _released(before: Thread, now: Thread, out: Entry) -> Released:
    started, stopped = awaited_changes(before.shared.awaited, now.shared.awaited)
    return Released(now, out.n, out.seen, out.void, out.written_at, started, stopped)


def _outcome(before: Thread, now: Thread, event: str, letter_ids: Sequence[str]) -> Outcome:
    told = changes(before, now)
    return Outcome(
        now,
        applied=told.applied,
        undone=told.undone,
        started=told.started,
        stopped=told.stopped,
        audit=tuple((event, name) for name in letter_ids),
    )
