"""From the letters of a thread to its state: one order for both nodes, and each act judged in that order.

The two sequences are merged. A letter's turn comes when the other side's letters up to its `seen` have had theirs.
Where both sides have one whose turn has come, the two crossed on the way, and the crossings table says which goes
first. The result depends on nothing but the set of letters, so both nodes end equal whatever the post did.
Source: wire.md 7.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from node.protocol.letters.codes import ANSWERS_NOTHING, NOT_IN_DATA_NEEDED, NOT_IN_THIS_STATE
from node.protocol.matter import OVER_RULE, UNKNOWN_RULE, Matter, Refusal, Rule
from node.protocol.matters import matter_named
from node.protocol.safety import is_safety
from node.protocol.threads.thread import (
    NONE,
    NOTHING_SHARED,
    Awaited,
    Entry,
    Shared,
    Status,
    Thread,
    after_stop,
    entry_named,
    other,
    whatever_its_date,
)

# Wire 3: a letter is taken from a clock a day ahead (row 8), and may be dated 300 s after it was signed (row 11). So
# far may what answers it at the right time look older.
CLOCKS_DIFFER_S: Final = 24 * 3_600 + 300
NEVER_SENT: Final = 2**53  # beyond every number of the wire: no letter has said yet that this one will not come


class Folded(msgspec.Struct, frozen=True):
    """The state after all letters, and what became of each by letter id."""

    shared: Shared
    status: dict[str, Status]


def fold(matter: Matter, entries: Iterable[Entry]) -> Folded:
    """Fold letters that are neither waiting nor refused nor void into the state both sides share."""
    sides: dict[str, list[Entry]] = {"opener": [], "responder": []}
    for entry in entries:
        sides[entry.side].append(entry)
    for letters in sides.values():
        letters.sort(key=lambda e: e.n, reverse=True)  # the next one stands last
    shared, status = NOTHING_SHARED, dict[str, Status]()
    while sides["opener"] or sides["responder"]:
        entry = _next(matter, sides)
        sides[entry.side].pop()
        judged = judge(matter, shared, entry)
        status[entry.letter_id] = "crossed" if isinstance(judged, Refusal) else "applied"
        if not isinstance(judged, Refusal):
            shared = after(matter, shared, entry, judged)
    return Folded(shared, status)


def judge(matter: Matter, shared: Shared, entry: Entry) -> Rule | Refusal:
    """The row that allows this act in this state, or why it is not allowed."""
    rule = matter.row(shared, entry)
    # 1. the table
    if rule is None:
        return matter.no_row(shared, entry)
    # 2. written before the thread ran out; when it arrives does not matter here
    if shared.state != NONE and entry.written_at >= shared.thread_ends:
        why = "the time of this thread has run out"
        return Refusal(NOT_IN_THIS_STATE, why, "open a new thread if she wishes one", OVER_RULE)
    # 3. what the row asks of the letter
    for guard in rule.guards:
        refusal = guard(shared, entry)
        if refusal is not None:
            return refusal
    return rule


def after(matter: Matter, shared: Shared, entry: Entry, rule: Rule) -> Shared:
    """The state once an allowed act counts."""
    changed = rule.effect(shared, entry) if rule.effect else shared
    return replace(
        changed,
        state=rule.gives,
        thread_ends=max(shared.thread_ends, entry.thread_ends),
        awaited=_awaited(matter, changed, entry, rule),
    )


def refold(thread: Thread) -> Thread:
    """The thread with its state and each letter's effect computed anew; nothing changes once it was stopped."""
    if thread.stopped or thread.closed_here:
        return thread
    if matter_named(thread.matter).unordered:
        return replace(thread, shared=together(thread, thread.entries))
    void = void_numbers(thread)
    folded = fold(matter_named(thread.matter), _counting(thread, void))
    entries = tuple(_marked(entry, folded.status, void) for entry in thread.entries)
    return replace(thread, entries=entries, shared=folded.shared)


def together(thread: Thread, entries: Iterable[Entry]) -> Shared:
    """The state of a matter whose letters count on arrival, read from the set of them whatever their order."""
    counted, read = [e for e in entries if e.status == "applied"], matter_named(thread.matter).unordered
    assert read is not None, "only for such a matter"
    return Shared(
        state=read(counted),
        thread_ends=max((e.thread_ends for e in counted), default=0),
        opened_at=min((e.written_at for e in counted), default=0),
    )


def counting(thread: Thread) -> list[Entry]:
    """The letters that the fold is about: exchanged, judged, not refused, not given up."""
    return _counting(thread, void_numbers(thread))


def past_of(entries: Iterable[Entry], letter: Entry) -> list[Entry]:
    """Of these letters, those that the writer of `letter` had before it: its own earlier ones and those it had seen."""
    return [e for e in entries if (e.n < letter.n if e.side == letter.side else e.n <= letter.seen)]


def newest_before(entries: Sequence[Entry]) -> int:
    """When the newest of these letters was written, UTC seconds; what no clock may stop counts for no other's date."""
    kinds = {e.kind for e in entries}
    dated = {kind for kind in kinds if not whatever_its_date(kind)}
    return max([e.written_at for e in entries if e.kind in dated and e.status in _DATED], default=0)


def back_in_time(entries: Iterable[Entry], letter: Entry) -> Refusal | None:
    """No letter is older than what its writer had written or read before it, but for the difference of two clocks.

    Each rule with a time reads `written_at`: by an old date a consent still runs, and an assessment is still young.
    """
    if whatever_its_date(letter.kind) or letter.written_at >= newest_before(past_of(entries, letter)) - CLOCKS_DIFFER_S:
        return None
    why = "it says that it is older than what its writer had read or written before it"
    return Refusal(NOT_IN_THIS_STATE, why, "set the clock right, and write it again", "H22")


def void_numbers(thread: Thread) -> set[tuple[str, int]]:
    """The numbers (side, n) that will never count, because their side said so or we gave them up.

    A number that a letter of the other side builds on stays, unless that one is void itself: it arrived after all, and
    what followed from it is true.
    """
    said: dict[tuple[str, int], int] = {(thread.side, n): NEVER_SENT for n in thread.given_up}
    for entry in thread.entries:
        for n in entry.void:  # also of a refused letter: its turn, and perhaps others', came because of what it said
            if n < entry.n:
                said[entry.side, n] = min(said.get((entry.side, n), NEVER_SENT), entry.n)
    return {key for key in said if _is_void(key, said, thread.entries, frozenset())}


def answers_something(thread: Thread, letter: Entry) -> Refusal | None:
    """A letter that says what it answers must name a letter of this thread; erasure and access answer who asked."""
    if is_safety(letter.kind):  # what it is about stands in its body, and may not have arrived yet
        return None
    answered = None if letter.in_reply_to is None else entry_named(thread, letter.in_reply_to)
    if letter.kind in _ANSWERS:
        asked = answered is not None and answered.side != letter.side and answered.kind in _ANSWERS[letter.kind]
        return (
            None
            if asked
            else Refusal(ANSWERS_NOTHING, "nobody asked for this", "wait until you are asked", UNKNOWN_RULE)
        )
    if letter.kind == "rectification":
        return _corrects_something(thread, letter)
    if letter.in_reply_to is not None and answered is None:
        why = "it answers a letter that is not of this thread"
        return Refusal(ANSWERS_NOTHING, why, "answer a letter of this thread", UNKNOWN_RULE)
    return None


def owed_to_requests(thread: Thread) -> tuple[str, ...]:
    """Kinds by which our side answers what the other asked about her data and has not been answered yet (R20, R33)."""
    said = (*thread.entries, *thread.queued)
    owed = []
    for kind, asks in _ANSWERS.items():
        asked = [place for place, e in enumerate(said) if e.side != thread.side and e.kind in asks]
        answered = [place for place, e in enumerate(said) if e.side == thread.side and e.kind == kind]
        if asked and max(asked) > max(answered, default=-1):
            owed.append(kind)
    return tuple(owed)


def _corrects_something(thread: Thread, letter: Entry) -> Refusal | None:
    """R33, R04: a correction is of a letter of one's own, and of fields that it carried; nothing new comes that way."""
    wrong = next((e for e in thread.entries if e.letter_id in letter.facts.about and e.side == letter.side), None)
    if wrong is None:
        why = "it corrects a letter that is not of this thread"
        return Refusal(ANSWERS_NOTHING, why, "name the letter of ours that was wrong", "R33")
    if not set(letter.facts.items) <= set(wrong.facts.items):
        why = "a field that the corrected letter did not carry"
        return Refusal(NOT_IN_DATA_NEEDED, why, "correct only what it carried", "R04")
    return None


def _next(matter: Matter, sides: dict[str, list[Entry]]) -> Entry:
    if not sides["opener"]:
        return sides["responder"][-1]
    if not sides["responder"]:
        return sides["opener"][-1]
    ours, theirs = sides["opener"][-1], sides["responder"][-1]
    waits_ours, waits_theirs = theirs.n <= ours.seen, ours.n <= theirs.seen
    if waits_ours != waits_theirs:
        return theirs if waits_ours else ours
    # Neither had seen the other (or one of them lies): the table decides, and the opener where it has no row.
    return theirs if matter.first_of.get((ours.kind, theirs.kind)) == "responder" else ours


def _awaited(matter: Matter, shared: Shared, entry: Entry, rule: Rule) -> tuple[Awaited, ...]:
    """The answers owed once this act counts; `shared` has its effect already."""
    if rule.gives in matter.ends:
        return ()
    open_still = tuple(a for a in shared.awaited if not _settled(rule, entry, a) and _possible(matter, rule.gives, a))
    if not rule.answered_by or (rule.owed_unless and rule.owed_unless(shared)):
        return open_still
    owed_by = rule.answers or other(entry.side)
    return (*open_still, Awaited(entry.letter_id, owed_by, rule.answered_by, entry.reply_by))


def _settled(rule: Rule, entry: Entry, awaited: Awaited) -> bool:
    if rule.settles != "the answer":
        return rule.settles == "everything"
    return awaited.owed_by == entry.side and entry.kind in awaited.kinds


def _possible(matter: Matter, state: str, awaited: Awaited) -> bool:
    return any((state, awaited.owed_by, kind) in matter.can for kind in awaited.kinds)


def _counting(thread: Thread, void: set[tuple[str, int]]) -> list[Entry]:
    return [
        e for e in thread.entries if e.status not in _OUTSIDE and (e.side, e.n) not in void and not after_stop(e.kind)
    ]


def _marked(entry: Entry, status: dict[str, Status], void: set[tuple[str, int]]) -> Entry:
    if entry.status == "refused" or after_stop(entry.kind):
        return entry
    kept: Status = "waiting" if entry.status == "waiting" else "void"
    now: Status = "void" if (entry.side, entry.n) in void else status.get(entry.letter_id, kept)
    return entry if now == entry.status else replace(entry, status=now)


def _is_void(
    key: tuple[str, int], said: dict[tuple[str, int], int], entries: Sequence[Entry], asked: frozenset[tuple[str, int]]
) -> bool:
    # `asked` ends the search where two letters claim to have seen each other; honest ones never do.
    if key not in said:
        return False
    side, n = key
    built_on = (e for e in entries if e.side != side and n <= e.seen < said[key] and _acts(e))
    return all((e.side, e.n) in asked or _is_void((e.side, e.n), said, entries, asked | {key}) for e in built_on)


def _acts(entry: Entry) -> bool:
    return entry.status != "refused" and not after_stop(entry.kind)


_OUTSIDE: Final = frozenset({"waiting", "refused"})
_DATED: Final = frozenset({"applied", "crossed"})
_ANSWERS: Final = {  # answers that must name what they answer, because they take effect on arrival
    "erasure.confirm": frozenset({"erasure.request", "consent.withdrawal"}),
    "access.response": frozenset({"access.request"}),
}
