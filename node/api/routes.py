"""The table of the JSON API: every route, who may call it, what it takes and answers, and the use case behind it.

Nothing is decided here: a handler calls one use case, which checks that the object is the caller's.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from node.api.call import Call, Route
from node.service import cases, consents, desk, oversight, people, reading, referrals, tokens, withdrawals
from node.service.callers import sign_out
from node.service.case_requests import (
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
from node.service.commands import Act, ActDone, Command, OpenReferral, ThreadView, Withdraw
from node.service.consents import ConsentView, NewConsent
from node.service.desk import Inbox, TaskView, ThreadLine
from node.service.oversight import AuditPage, AuditVerified, Health, Queues
from node.service.registry_view import CountryView, RegistryView, country_view, registry_view
from node.service.sign_in import sign_in
from node.service.staff_book import (
    ChangePassword,
    Me,
    NewPassword,
    NewToken,
    NewUser,
    SignedIn,
    SignIn,
    TokenMade,
    TokenView,
    UserView,
)

ANYBODY = ()
PEOPLE = ("caseworker", "coordinator", "auditor", "operator")
EVERY_ROLE = (*PEOPLE, "machine")
DECIDE = ("caseworker", "coordinator")
WORK = (*DECIDE, "machine")
COORDINATE = ("coordinator",)
MANAGE = ("coordinator", "operator")
RUN = ("coordinator", "operator", "auditor")
AUDIT = ("auditor",)


class PageQuery(Command, frozen=True):
    """A page of a list: at most `limit` rows, from before `before`."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before: Annotated[int, Meta(ge=0)] | None = None


class AuditQuery(PageQuery, frozen=True):
    """A page of the audit, of one thing by its id or of all."""

    ref: Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,64}(?!\\n)$")] | None = None


class Withdrawn(msgspec.Struct, frozen=True):
    """How many countries are told that she took her consent back."""

    told: int


async def _me(c: Call) -> Me:
    actor = c.actor
    return Me(
        user=actor.user_id, role=actor.role, organisation=actor.organisation, reads_names=actor.office is not None
    )


async def _withdraw(c: Call) -> Withdrawn:
    told = await withdrawals.withdraw_consent(c.node, c.actor, c.path["case"], c.path["consent"], c.body)
    return Withdrawn(told)


async def _open_identity(c: Call) -> IdentityView:
    return IdentityView(await reading.open_identity(c.node, c.actor, c.path["letter"], c.body.reason))


async def _registry(c: Call) -> RegistryView:
    return registry_view(c.node)


async def _country(c: Call) -> CountryView:
    return country_view(c.node, c.path["country"])


def _number(c: Call, name: str) -> int:
    """A number of the path; what is none exists nowhere, so it is 0."""
    text = c.path[name]
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _decide(approve: bool) -> Any:
    async def decide(c: Call) -> Changed:
        return await cases.decide_change(c.node, c.actor, c.path["case"], _number(c, "pending"), approve)

    return decide


# fmt: off
SIGN_IN = (
    Route("POST", "/sessions", ANYBODY, "Sign in; opens the office key where one was given", lambda c: sign_in(c.staff, c.body),
          takes=SignIn, answers=SignedIn, status=201),
    Route("GET", "/sessions/me", EVERY_ROLE, "Who is asking", _me, answers=Me),
    Route("DELETE", "/sessions/me", PEOPLE, "Sign out; the office key leaves the memory", lambda c: sign_out(c.staff, c.caller), status=204),
    Route("PUT", "/sessions/me/password", PEOPLE, "Change one's own password; ends every sign-in of this user",
          lambda c: people.change_password(c.staff, c.caller, c.body), takes=ChangePassword, status=204),
)
STAFF = (
    Route("GET", "/users", RUN, "Everybody who may come in", lambda c: people.list_users(c.staff, c.caller), answers=list[UserView]),
    Route("POST", "/users", MANAGE, "Add somebody; a coordinator's sign-in gives the office key on",
          lambda c: people.create_user(c.staff, c.caller, c.body), takes=NewUser, answers=UserView, status=201),
    Route("POST", "/users/{user}/office", COORDINATE, "Give somebody the office key",
          lambda c: people.give_office(c.staff, c.caller, c.path["user"]), answers=UserView),
    Route("POST", "/users/{user}/disable", MANAGE, "Shut somebody out at once",
          lambda c: people.disable_user(c.staff, c.caller, c.path["user"]), answers=UserView),
    Route("PUT", "/users/{user}/password", COORDINATE, "A new password for somebody who lost theirs",
          lambda c: people.reset_password(c.staff, c.caller, c.path["user"], c.body), takes=NewPassword, answers=UserView),
    Route("GET", "/tokens", MANAGE, "Tokens of case systems", lambda c: tokens.list_tokens(c.staff, c.caller), answers=list[TokenView]),
    Route("POST", "/tokens", COORDINATE, "Let a case system in; the token is shown once",
          lambda c: tokens.make_token(c.staff, c.caller, c.body), takes=NewToken, answers=TokenMade, status=201),
    Route("DELETE", "/tokens/{token}", MANAGE, "Shut a case system out",
          lambda c: tokens.revoke_token(c.staff, c.caller, c.path["token"]), status=204),
)
CASES = (
    Route("GET", "/cases", WORK, "One's own cases, newest change first",
          lambda c: cases.list_cases(c.node, c.actor, c.query.limit, c.query.before), query=PageQuery, answers=CasePage),
    Route("POST", "/cases", WORK, "A new case", lambda c: cases.create_case(c.node, c.actor, c.body),
          takes=NewCase, answers=CaseView, status=201),
    Route("GET", "/cases/{case}", WORK, "A case, without names", lambda c: cases.view_case(c.node, c.actor, c.path["case"]), answers=CaseView),
    Route("POST", "/cases/{case}/changes", WORK, "One change; where two people are needed it waits for the second",
          lambda c: cases.change_case(c.node, c.actor, c.path["case"], c.body), takes=AnyChange, answers=Changed),
    Route("POST", "/cases/{case}/changes/{pending}/approve", DECIDE, "A second person confirms a change", _decide(True), answers=Changed),
    Route("POST", "/cases/{case}/changes/{pending}/refuse", DECIDE, "Refuse or take back a change that waits", _decide(False), answers=Changed),
    Route("PUT", "/cases/{case}/owner", DECIDE, "Assign a case, or take one that is open",
          lambda c: cases.set_owner(c.node, c.actor, c.path["case"], c.body), takes=SetOwner, answers=CaseView),
    Route("PUT", "/cases/{case}/identity", WORK, "Write names and other identifying fields; works while the vault is shut",
          lambda c: cases.write_names(c.node, c.actor, c.path["case"], c.body), takes=WriteIdentity, answers=IdentityWritten),
    Route("POST", "/cases/{case}/identity/open", WORK, "Read names, with a reason; logged",
          lambda c: cases.read_names(c.node, c.actor, c.path["case"], c.body.reason), takes=Reason, answers=IdentityView),
    Route("GET", "/cases/{case}/looks", WORK, "Who opened names or letters of this case",
          lambda c: cases.who_looked(c.node, c.actor, c.path["case"]), answers=list[LookView]),
)
CONSENTS = (
    Route("GET", "/cases/{case}/consents", WORK, "Consent records, with what keeps each from counting",
          lambda c: consents.list_consents(c.node, c.actor, c.path["case"]), answers=list[ConsentView]),
    Route("POST", "/cases/{case}/consents", DECIDE, "Record what she allowed",
          lambda c: consents.record_consent(c.node, c.actor, c.path["case"], c.body), takes=NewConsent, answers=ConsentView, status=201),
    Route("GET", "/cases/{case}/consents/{consent}", WORK, "One consent record",
          lambda c: consents.view_consent(c.node, c.actor, c.path["case"], c.path["consent"]), answers=ConsentView),
    Route("POST", "/cases/{case}/consents/{consent}/second", DECIDE, "Stand behind a provisional basis as the second person",
          lambda c: consents.second_consent(c.node, c.actor, c.path["case"], c.path["consent"]), answers=ConsentView),
    Route("POST", "/cases/{case}/consents/{consent}/withdraw", DECIDE, "She takes it back; every country that had it is told",
          _withdraw, takes=Withdraw, answers=Withdrawn),
)
THREADS = (
    Route("POST", "/cases/{case}/referrals", DECIDE, "Offer a person to a country; opens a thread",
          lambda c: referrals.open_referral(c.node, c.actor, c.path["case"], c.body), takes=OpenReferral, answers=ActDone, status=201),
    Route("GET", "/threads", WORK, "Threads under way", lambda c: desk.list_threads(c.node, c.actor), answers=list[ThreadLine]),
    Route("GET", "/threads/{thread}", WORK, "A thread: its state, what may be done now and why not the rest, its letters",
          lambda c: reading.view_thread(c.node, c.actor, c.path["thread"]), answers=ThreadView),
    Route("POST", "/threads/{thread}/acts", WORK, "Do one act; the letter leaves when it is released",
          lambda c: referrals.act(c.node, c.actor, c.path["thread"], c.body), takes=Act, answers=ActDone, status=201),
    Route("POST", "/threads/{thread}/stop", DECIDE, "End a thread with the one stop letter; no reason is asked",
          lambda c: referrals.stop_thread(c.node, c.actor, c.path["thread"]), answers=ActDone),
    Route("POST", "/letters/{letter}/open", WORK, "Read a letter; the first opening is told to its sender",
          lambda c: reading.open_letter(c.node, c.actor, c.path["letter"]), answers=dict[str, Any]),
    Route("POST", "/letters/{letter}/identity", DECIDE, "Open the names in a letter, with a reason; logged",
          _open_identity, takes=Reason, answers=IdentityView),
)
DESK = (
    Route("GET", "/inbox", WORK, "What waits, by deadline", lambda c: desk.inbox(c.node, c.actor), answers=Inbox),
    Route("GET", "/tasks", (*WORK, "operator"), "Open tasks", lambda c: desk.list_tasks(c.node, c.actor), answers=list[TaskView]),
    Route("POST", "/tasks/{task}/done", (*DECIDE, "operator"), "Say that a task was dealt with",
          lambda c: desk.task_done(c.node, c.actor, _number(c, "task")), status=204),
    Route("GET", "/registry", EVERY_ROLE, "The countries, and how fresh this is", _registry, answers=RegistryView),
    Route("GET", "/registry/{country}", EVERY_ROLE, "One country", _country, answers=CountryView),
)
OVERSIGHT = (
    Route("GET", "/audit", AUDIT, "Lines of the audit, newest first",
          lambda c: oversight.audit_page(c.node, c.actor, c.query.limit, c.query.before, c.query.ref), query=AuditQuery, answers=AuditPage),
    Route("GET", "/audit/verify", AUDIT, "Check the chain of the whole audit", lambda c: oversight.verify_audit(c.node, c.actor),
          answers=AuditVerified),
    Route("GET", "/queues", MANAGE, "What goes to each country, in numbers", lambda c: oversight.queues(c.node, c.actor), answers=Queues),
    Route("GET", "/health", RUN, "How the node fares", lambda c: oversight.health(c.node, c.actor), answers=Health),
)
# fmt: on
ROUTES: tuple[Route, ...] = (*SIGN_IN, *STAFF, *CASES, *CONSENTS, *THREADS, *DESK, *OVERSIGHT)
