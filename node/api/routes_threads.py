"""Routes: referrals, threads and letters."""

from typing import Any

import msgspec

from node.api.call import Call, Route
from node.api.roles import AUDIT, DECIDE, WORK
from node.service.cases.requests import (
    IdentityView,
    Reason,
)
from node.service.delivery import readmitted
from node.service.evidence import export as evidence_export
from node.service.evidence.files import Evidence
from node.service.evidence.silence import Silence, export_silence
from node.service.threads import acts, desk, opening, reading, taking_back
from node.service.threads.commands import Act, ActDone, OpenReferral, OpenThread, Sent, ThreadView
from node.service.threads.desk import ThreadLine
from node.service.threads.taking_back import TakenBack
from node.service.way_out import WhereTo


async def _open_identity(c: Call) -> IdentityView:
    return IdentityView(await reading.open_identity(c.node, c.actor, c.path["letter"], c.body.reason))


async def _evidence(c: Call) -> msgspec.Raw:
    return msgspec.Raw(await evidence_export.export(c.node, c.actor, c.path["thread"], c.query.to))


async def _silence(c: Call) -> msgspec.Raw:
    return msgspec.Raw(await export_silence(c.node, c.actor, c.path["letter"], c.query.to))


THREADS: tuple[Route, ...] = (
    Route(
        "POST",
        "/cases/{case}/referrals",
        DECIDE,
        "Offer a person to a country; opens a thread",
        lambda c: opening.open_referral(c.node, c.actor, c.path["case"], c.body),
        takes=OpenReferral,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/threads",
        DECIDE,
        "Begin any matter with a country: the kind of its first letter and that kind's body",
        lambda c: opening.open_thread(c.node, c.actor, c.path["case"], c.body),
        takes=OpenThread,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/letters/{letter}/take-back",
        WORK,
        "Take back a letter of one's own that waits for `undo_s` to pass; 409 once it has left",
        lambda c: taking_back.take_letter_back(c.node, c.actor, c.path["letter"]),
        answers=TakenBack,
    ),
    Route(
        "GET",
        "/threads",
        WORK,
        "Threads under way",
        lambda c: desk.list_threads(c.node, c.actor),
        answers=list[ThreadLine],
    ),
    Route(
        "GET",
        "/threads/{thread}",
        WORK,
        "A thread: its state, what may be done now and why not the rest, its letters",
        lambda c: reading.view_thread(c.node, c.actor, c.path["thread"]),
        answers=ThreadView,
    ),
    Route(
        "GET",
        "/threads/{thread}/evidence",
        (*WORK, *AUDIT),
        "Statements, receipts and registry files that a third party can verify offline; holds nothing of the content",
        _evidence,
        query=WhereTo,
        answers=Evidence,
    ),
    Route(
        "POST",
        "/threads/{thread}/acts",
        WORK,
        "Do one act; the letter leaves when it is released",
        lambda c: acts.act(c.node, c.actor, c.path["thread"], c.body),
        takes=Act,
        answers=ActDone,
        status=201,
    ),
    Route(
        "POST",
        "/threads/{thread}/stop",
        DECIDE,
        "End a thread with the one stop letter; no reason is asked",
        lambda c: acts.stop_thread(c.node, c.actor, c.path["thread"]),
        answers=ActDone,
    ),
    Route(
        "POST",
        "/letters/{letter}/send",
        DECIDE,
        "Let a letter go that waited while its country was out of the network; the gate looks at it once more",
        lambda c: readmitted.confirm(c.node, c.actor, c.path["letter"]),
        answers=Sent,
    ),
    Route(
        "GET",
        "/letters/{letter}/silence",
        (*WORK, *AUDIT),
        "Signed evidence that an answer to this letter is overdue; holds nothing of the content",
        _silence,
        query=WhereTo,
        answers=Silence,
    ),
    Route(
        "POST",
        "/letters/{letter}/open",
        WORK,
        "Read a letter; the first opening is told to its sender",
        lambda c: reading.open_letter(c.node, c.actor, c.path["letter"]),
        answers=dict[str, Any],
    ),
    Route(
        "POST",
        "/letters/{letter}/identity",
        DECIDE,
        "Open the names in a letter, with a reason; logged",
        _open_identity,
        takes=Reason,
        answers=IdentityView,
    ),
)
