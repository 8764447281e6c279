"""Calling whoever is on call about a return: danger that a letter told of, somebody detained.

The tasks say what it is; the call and its ladder say only that something waits. Source: R17; H19, H21, H25.
"""

from typing import Final

from node.protocol.cases.case import Case
from node.service.context import Node
from node.service.safety.alarms import About, acknowledged, closed, raise_alarm
from node.service.threads.book import OpenCase, OpenFile
from node.store.work import Work

LOOK: Final = "look_at_alarms"
LOOK_AT_CASE: Final = "look_at_case_today"


def call_about(node: Node, work: Work, found: OpenFile, letter_id: str, now: int) -> None:
    """A letter told of danger: people are called until somebody looked. Safe to repeat."""
    about = About(found.row.peer, found.row.thread_id, letter_id, found.row.case_id)
    raise_alarm(node, work, "look", letter_id, LOOK, now, about)


def call_no_more(node: Node, work: Work, letter_ids: list[str], outcome: str, by: str, now: int) -> None:
    """What these letters called about was looked at."""
    for letter_id in letter_ids:
        closed(node, work, "look", letter_id, outcome, by, now)


def watch_detention(node: Node, work: Work, case: OpenCase, by: str, now: int) -> None:
    """H25: while somebody is detained people are called until the authority has a paper that asks for her release.

    After that whoever owns that request is asked daily. A request without a paper quietens nobody.
    """
    if case.case.place_is_detention:
        raise_alarm(node, work, "owner", _ref(node, case.case), LOOK_AT_CASE, now, About(case_id=case.id))
        on_paper = [one.owner for one in case.case.release_requests if one.authority_has_paper]
        if on_paper:
            acknowledged(node, work, "owner", _ref(node, case.case), on_paper[-1], now)
    elif case.case.released_from_detention_at is not None:
        closed(node, work, "owner", _ref(node, case.case), "released", by, now)


def _ref(node: Node, case: Case) -> str:
    """One alarm for each time she is detained; the id tells nobody of which case it is, nor that it has no letter."""
    return node.seals.blind("look", case.case_id, case.detained_at or 0)
