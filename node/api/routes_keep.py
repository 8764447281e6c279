"""Routes: erasing a case or a person, what falls due, certificates, the answers after a restore, waits."""

from typing import Annotated

from msgspec import Meta

from node.api.call import Call, Handler, Route, number
from node.api.roles import COORDINATE, DECIDE, MANAGE, RUN
from node.service.keep import erasing, holds, restored, sweep
from node.service.keep.erasing import AskErasure, ErasureView
from node.service.keep.holds import Holds
from node.service.keep.restored import Answered, CaseCompared, Unanswered
from node.service.keep.sweep import CertificateView, FallsDue
from node.service.threads.commands import Command
from node.service.threads.longer_withdrawals import HeldWithdrawal, WaitLonger, let_withdrawal_wait


class CertificateQuery(Command, frozen=True):
    """A page of certificates: at most `limit`, from before number `before`."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before: Annotated[int, Meta(ge=0)] | None = None


def _decide(approve: bool) -> Handler:
    """The handler of both answers a second person can give."""

    async def decide(c: Call) -> ErasureView:
        return await erasing.decide_erasure(c.node, c.actor, c.path["case"], number(c, "pending"), approve)

    return decide


KEEP: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases/{case}/erasures",
        DECIDE,
        "The erasure that waits for a second person",
        lambda c: erasing.waiting_erasures(c.node, c.actor, c.path["case"]),
        answers=list[ErasureView],
    ),
    Route(
        "POST",
        "/cases/{case}/erasures",
        DECIDE,
        "Ask for the erasure of a case, or of one person of it",
        lambda c: erasing.ask_erasure(c.node, c.actor, c.path["case"], c.body),
        takes=AskErasure,
        answers=ErasureView,
        status=201,
    ),
    Route(
        "POST",
        "/cases/{case}/erasures/{pending}/approve",
        DECIDE,
        "A second person confirms: it is erased, and no copy opens any more",
        _decide(True),
        answers=ErasureView,
    ),
    Route(
        "POST",
        "/cases/{case}/erasures/{pending}/refuse",
        DECIDE,
        "Refuse or take back an erasure that waits",
        _decide(False),
        answers=ErasureView,
    ),
    Route(
        "GET",
        "/cases/{case}/restored",
        DECIDE,
        "How a case stands after a restore",
        lambda c: restored.view_answer(c.node, c.actor, c.path["case"]),
        answers=Answered,
    ),
    Route(
        "POST",
        "/cases/{case}/restored",
        DECIDE,
        "CaseCompared for a case after a restore; two people, then it goes on",
        lambda c: restored.answer_for_case(c.node, c.actor, c.path["case"], c.body),
        takes=CaseCompared,
        answers=Answered,
    ),
    Route(
        "GET",
        "/restored",
        COORDINATE,
        "The cases that two people still have to answer for after a restore",
        lambda c: restored.list_unanswered(c.node, c.actor),
        answers=Unanswered,
    ),
    Route(
        "POST",
        "/letters/{letter}/wait",
        DECIDE,
        "Let a withdrawal that is kept here wait longer: her counsel was heard and she was told",
        lambda c: let_withdrawal_wait(c.node, c.actor, c.path["letter"], c.body),
        takes=WaitLonger,
        answers=HeldWithdrawal,
    ),
    Route(
        "GET",
        "/retention/due",
        MANAGE,
        "What is erased within thirty days: counts and ids",
        lambda c: sweep.falls_due(c.node, c.actor),
        answers=FallsDue,
    ),
    Route(
        "GET",
        "/retention/holds",
        MANAGE,
        "What is kept although its time would come; ground and who decided for coordinators only",
        lambda c: holds.list_holds(c.node, c.actor),
        answers=Holds,
    ),
    Route(
        "GET",
        "/retention/certificates",
        RUN,
        "The certificates of sweeps, newest first",
        lambda c: sweep.certificates(c.node, c.actor, c.query.limit, c.query.before),
        query=CertificateQuery,
        answers=list[CertificateView],
    ),
)
