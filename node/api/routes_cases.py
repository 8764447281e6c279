"""Routes: cases, names, and what she allowed."""

from typing import Annotated

import msgspec
from msgspec import Meta

from node.api.call import Call, Handler, Route, number
from node.api.roles import DECIDE, WORK
from node.service.cases import cases, consents
from node.service.cases.confirming import ConfirmChange, OvertakenBy, decide_change, overtaken_by
from node.service.cases.consent_talks import TalkView, open_talk
from node.service.cases.consents import ConsentView, NewConsent
from node.service.cases.heading import CaseHead, case_head
from node.service.cases.looks import who_looked
from node.service.cases.requests import (
    AnyChange,
    CasePage,
    CaseView,
    Changed,
    IdentityView,
    IdentityWritten,
    LookView,
    NewCase,
    Reason,
    SetOwner,
    WriteIdentity,
)
from node.service.cases.timeline import CaseTimeline, TimelineQuery, case_timeline
from node.service.rights.endings import EndingView, endings
from node.service.threads import withdrawals
from node.service.threads.commands import Command, Withdraw, WithdrawSeveral


class PageQuery(Command, frozen=True):
    """A page of a list: at most `limit` rows, from before `before`."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before: Annotated[int, Meta(ge=0)] | None = None


class Withdrawn(msgspec.Struct, frozen=True):
    """How many countries are told that she took her consent back."""

    told: int


async def _withdraw(c: Call) -> Withdrawn:
    told = await withdrawals.withdraw_consent(c.node, c.actor, c.path["case"], c.path["consent"], c.body)
    return Withdrawn(told)


async def _withdraw_several(c: Call) -> Withdrawn:
    return Withdrawn(await withdrawals.withdraw_consents(c.node, c.actor, c.path["case"], c.body.consents))


def _decide(approve: bool) -> Handler:
    """The handler of both answers a second person can give."""

    async def decide(c: Call) -> Changed:
        shown = c.body.shown if c.body else None
        return await decide_change(c.node, c.actor, c.path["case"], number(c, "pending"), approve, shown)

    return decide


CASES: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases",
        WORK,
        "One's own cases, newest change first",
        lambda c: cases.list_cases(c.node, c.actor, c.query.limit, c.query.before),
        query=PageQuery,
        answers=CasePage,
    ),
    Route(
        "POST",
        "/cases",
        WORK,
        "A new case",
        lambda c: cases.create_case(c.node, c.actor, c.body),
        takes=NewCase,
        answers=CaseView,
        status=201,
    ),
    Route(
        "GET",
        "/cases/{case}",
        WORK,
        "A case, without names",
        lambda c: cases.view_case(c.node, c.actor, c.path["case"]),
        answers=CaseView,
    ),
    Route(
        "GET",
        "/cases/{case}/head",
        WORK,
        "How her consent stands, what tells of danger, and what is due next",
        lambda c: case_head(c.node, c.actor, c.path["case"]),
        answers=CaseHead,
    ),
    Route(
        "GET",
        "/cases/{case}/timeline",
        WORK,
        "The letters of all its threads and what was recorded here, newest first, without names",
        lambda c: case_timeline(c.node, c.actor, c.path["case"], c.query.of, c.query.country, c.query.limit),
        query=TimelineQuery,
        answers=CaseTimeline,
    ),
    Route(
        "POST",
        "/cases/{case}/changes",
        WORK,
        "One change; where two people are needed it waits for the second",
        lambda c: cases.change_case(c.node, c.actor, c.path["case"], c.body),
        takes=AnyChange,
        answers=Changed,
    ),
    Route(
        "GET",
        "/cases/{case}/changes/{pending}",
        WORK,
        "What a change that waits would replace, where any of it was recorded after it was asked for; changes nothing",
        lambda c: overtaken_by(c.node, c.actor, c.path["case"], number(c, "pending")),
        answers=OvertakenBy,
    ),
    Route(
        "POST",
        "/cases/{case}/changes/{pending}/approve",
        DECIDE,
        "A second person confirms a change; with the mark of what it would replace, where that is newer",
        _decide(True),
        takes=ConfirmChange,
        may_be_empty=True,
        answers=Changed,
    ),
    Route(
        "POST",
        "/cases/{case}/changes/{pending}/refuse",
        DECIDE,
        "Refuse or take back a change that waits",
        _decide(False),
        answers=Changed,
    ),
    Route(
        "PUT",
        "/cases/{case}/owner",
        DECIDE,
        "Assign a case, or take one that is open",
        lambda c: cases.set_owner(c.node, c.actor, c.path["case"], c.body),
        takes=SetOwner,
        answers=CaseView,
    ),
    Route(
        "PUT",
        "/cases/{case}/identity",
        WORK,
        "Write names and other identifying fields; works while the vault is shut",
        lambda c: cases.write_names(c.node, c.actor, c.path["case"], c.body),
        takes=WriteIdentity,
        answers=IdentityWritten,
    ),
    Route(
        "POST",
        "/cases/{case}/identity/open",
        WORK,
        "Read names, with a reason; logged",
        lambda c: cases.read_names(c.node, c.actor, c.path["case"], c.body.reason),
        takes=Reason,
        answers=IdentityView,
    ),
    Route(
        "GET",
        "/cases/{case}/looks",
        WORK,
        "Who opened names or letters of this case",
        lambda c: who_looked(c.node, c.actor, c.path["case"]),
        answers=list[LookView],
    ),
)


CONSENTS: tuple[Route, ...] = (
    Route(
        "GET",
        "/cases/{case}/consents",
        WORK,
        "Consent records, with what keeps each from counting",
        lambda c: consents.list_consents(c.node, c.actor, c.path["case"]),
        answers=list[ConsentView],
    ),
    Route(
        "POST",
        "/cases/{case}/consents",
        DECIDE,
        "Record what she allowed",
        lambda c: consents.record_consent(c.node, c.actor, c.path["case"], c.body),
        takes=NewConsent,
        answers=ConsentView,
        status=201,
    ),
    Route(
        "GET",
        "/cases/{case}/consents/{consent}",
        WORK,
        "One consent record",
        lambda c: consents.view_consent(c.node, c.actor, c.path["case"], c.path["consent"]),
        answers=ConsentView,
    ),
    Route(
        "POST",
        "/cases/{case}/consents/{consent}/second",
        DECIDE,
        "Stand behind a provisional basis as the second person",
        lambda c: consents.second_consent(c.node, c.actor, c.path["case"], c.path["consent"]),
        answers=ConsentView,
    ),
    Route(
        "GET",
        "/cases/{case}/take_back",
        DECIDE,
        "What each country is asked if she takes her consents back; changes nothing",
        lambda c: endings(c.node, c.actor, c.path["case"]),
        answers=list[EndingView],
    ),
    Route(
        "POST",
        "/cases/{case}/take_back",
        DECIDE,
        "She takes several consents back at once; every country that had them is told",
        _withdraw_several,
        takes=WithdrawSeveral,
        answers=Withdrawn,
    ),
    Route(
        "POST",
        "/cases/{case}/consents/{consent}/talk/open",
        DECIDE,
        "Read who interpreted and who witnessed it, with a reason; logged",
        lambda c: open_talk(c.node, c.actor, c.path["case"], c.path["consent"], c.body.reason),
        takes=Reason,
        answers=TalkView,
    ),
    Route(
        "POST",
        "/cases/{case}/consents/{consent}/withdraw",
        DECIDE,
        "She takes it back; every country that had it is told",
        _withdraw,
        takes=Withdraw,
        answers=Withdrawn,
    ),
)
