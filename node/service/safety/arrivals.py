"""What a safety letter does here: one that arrives calls people, one of ours starts the hour and the second look.

Nothing here answers the other country; that is a person's letter. What a peer says of an alert touches the call for an
alert of its own on that thread, or ours on it, and nothing else that calls people: not that she did not arrive. Source:
domain 5.10; R02, R32; practice H20, H21, H22.
"""

from typing import Final

from node.protocol.letters.bodies_safety import (
    AcknowledgedBody,
    AlertBody,
    MedicalBody,
    SafetyUpdateBody,
    StandDownBody,
)
from node.protocol.letters.decode import AnyLetter
from node.protocol.safety import IN_DANGER
from node.service.context import Node
from node.service.safety.alarms import About, acknowledged, closed, grew, hurried, nobody_answers, raise_alarm
from node.service.threads.book import OpenFile
from node.service.threads.stops import is_ending
from node.store.alarms import AlarmRow
from node.store.work import Work

DANGER, NO_ANSWER, LOOK = "danger_now", "danger_not_answered", "second_look_needed"
WORSE: Final = frozenset({"danger_grows", "not_found_yet"})


def arrived(node: Node, work: Work, found: OpenFile, letter: AnyLetter, now: int) -> None:
    """A safety letter of a peer counts."""
    body = letter.body
    if isinstance(body, AlertBody | MedicalBody):
        raise_alarm(node, work, "call", letter.letter_id, DANGER, now, _about(found, letter))
    elif isinstance(body, SafetyUpdateBody):
        _task(work, found, letter, "danger_update", now)
        if body.status in WORSE and _is_theirs(work, found, body.alert):
            grew(node, work, "call", body.alert, now)
    elif isinstance(body, AcknowledgedBody):
        _heard(node, work, found, letter, body, now)
    elif isinstance(body, StandDownBody):
        _task(work, found, letter, "danger_over", now)
        # Their own alert is over by their word; ours ends only by ours, but nobody has to be called any more.
        peer = found.row.peer
        if _is_theirs(work, found, body.alert):
            closed(node, work, "call", body.alert, body.reason, peer, now)
        if _is_ours(work, found, body.alert):
            acknowledged(node, work, "answer", body.alert, peer, now)


def by_us(node: Node, work: Work, found: OpenFile, letter: AnyLetter, actor: str, second: str, now: int) -> None:
    """A safety letter of ours was decided; it may still be in the outbox, and the hour runs all the same.

    `second`: who asked for it, where `actor` confirmed that; "" where nobody else stands behind it.
    """
    body = letter.body
    if letter.kind in IN_DANGER:
        about = _about(found, letter)
        raise_alarm(node, work, "answer", letter.letter_id, NO_ANSWER, now, about, by=actor)
        raise_alarm(node, work, "review", letter.letter_id, LOOK, now, about, by=actor, asked_by=second or None)
        if is_ending(found.file.thread):
            nobody_answers(node, work, found.row.peer, letter.thread, now)
    elif isinstance(body, AcknowledgedBody):
        acknowledged(node, work, "call", body.alert, actor, now)
    elif isinstance(body, StandDownBody):
        closed(node, work, "call", body.alert, body.reason, actor, now)
        closed(node, work, "answer", body.alert, body.reason, actor, now)


def opened_there(node: Node, work: Work, peer: str, letter_id: str, now: int) -> None:
    """A person over there has opened our alert: that is the acknowledgement of wire 7."""
    acknowledged(node, work, "answer", letter_id, peer, now, peer=peer)


def cannot_leave(node: Node, work: Work, letter: AnyLetter, never: bool, now: int) -> None:
    """Our gate keeps a danger back: somebody telephones at once.

    One that must never leave ends its alarms instead: nobody is asked to phone a country that may hear nothing (R10).
    """
    if letter.kind not in IN_DANGER:
        return
    if never:
        closed(node, work, "answer", letter.letter_id, "never_sent", "node", now)
        closed(node, work, "review", letter.letter_id, "never_sent", "node", now)
    else:
        hurried(node, work, "answer", letter.letter_id, now)


def _heard(node: Node, work: Work, found: OpenFile, letter: AnyLetter, body: AcknowledgedBody, now: int) -> None:
    ours = _is_ours(work, found, body.alert)
    if body.action == "cannot_act":
        _task(work, found, letter, "danger_they_cannot_act", now)
        if ours:
            hurried(node, work, "answer", body.alert, now)
        return
    if ours:
        acknowledged(node, work, "answer", body.alert, found.row.peer, now)
    _task(work, found, letter, "danger_acknowledged", now)


def _about(found: OpenFile, letter: AnyLetter) -> About:
    return About(found.row.peer, letter.thread, letter.letter_id, found.row.case_id)


def _is_theirs(work: Work, found: OpenFile, alert: str) -> bool:
    """R02, R32: whether people are called for this because this country told of a danger on this very thread."""
    thread = found.file.thread
    told = any(e.letter_id == alert and e.side != thread.side and e.kind in IN_DANGER for e in thread.entries)
    return told and _is_here(work.alarms.get("call", alert), found)


def _is_ours(work: Work, found: OpenFile, alert: str) -> bool:
    """Whether it is a danger that we told of on this very thread."""
    return _is_here(work.alarms.get("answer", alert), found)


def _is_here(row: AlarmRow | None, found: OpenFile) -> bool:
    return row is not None and (row.peer, row.thread_id) == (found.row.peer, found.row.thread_id)


def _task(work: Work, found: OpenFile, letter: AnyLetter, code: str, now: int) -> None:
    work.tasks.add(code, now, case_id=found.row.case_id, peer=found.row.peer, thread_id=letter.thread)
