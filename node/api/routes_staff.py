"""Routes: signing in, the staff, tokens of case systems."""

from node.api.call import Call, Route
from node.api.roles import ANYBODY, COORDINATE, DECIDE, EVERY_ROLE, MANAGE, PEOPLE, RUN
from node.service.staff import people, tokens
from node.service.staff.book import (
    Backup,
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
from node.service.staff.callers import sign_out
from node.service.staff.sign_in import sign_in


async def _me(c: Call) -> Me:
    actor = c.actor
    return Me(
        user=actor.user_id, role=actor.role, organisation=actor.organisation, reads_names=actor.office is not None
    )


SIGN_IN: tuple[Route, ...] = (
    Route(
        "POST",
        "/sessions",
        ANYBODY,
        "Sign in; opens the office key where one was given",
        lambda c: sign_in(c.staff, c.body),
        takes=SignIn,
        answers=SignedIn,
        status=201,
    ),
    Route("GET", "/sessions/me", EVERY_ROLE, "Who is asking", _me, answers=Me),
    Route(
        "DELETE",
        "/sessions/me",
        PEOPLE,
        "Sign out; the office key leaves the memory",
        lambda c: sign_out(c.staff, c.caller),
        status=204,
    ),
    Route(
        "PUT",
        "/sessions/me/password",
        PEOPLE,
        "Change one's own password; ends every sign-in of this user",
        lambda c: people.change_password(c.staff, c.caller, c.body),
        takes=ChangePassword,
        status=204,
    ),
)


STAFF: tuple[Route, ...] = (
    Route(
        "GET",
        "/users",
        RUN,
        "Everybody who may come in",
        lambda c: people.list_users(c.staff, c.caller),
        answers=list[UserView],
    ),
    Route(
        "POST",
        "/users",
        MANAGE,
        "Add somebody; a coordinator's sign-in gives the office key on",
        lambda c: people.create_user(c.staff, c.caller, c.body),
        takes=NewUser,
        answers=UserView,
        status=201,
    ),
    Route(
        "POST",
        "/users/{user}/office",
        COORDINATE,
        "Give somebody the office key",
        lambda c: people.give_office(c.staff, c.caller, c.path["user"]),
        answers=UserView,
    ),
    Route(
        "POST",
        "/users/{user}/disable",
        MANAGE,
        "Shut somebody out at once",
        lambda c: people.disable_user(c.staff, c.caller, c.path["user"]),
        answers=UserView,
    ),
    Route(
        "PUT",
        "/users/{user}/backup",
        DECIDE,
        "Name who stands in for somebody when an answer is overdue",
        lambda c: people.set_backup(c.staff, c.caller, c.path["user"], c.body),
        takes=Backup,
        answers=UserView,
    ),
    Route(
        "PUT",
        "/users/{user}/password",
        COORDINATE,
        "A new password for somebody who lost theirs",
        lambda c: people.reset_password(c.staff, c.caller, c.path["user"], c.body),
        takes=NewPassword,
        answers=UserView,
    ),
    Route(
        "GET",
        "/tokens",
        MANAGE,
        "Tokens of case systems",
        lambda c: tokens.list_tokens(c.staff, c.caller),
        answers=list[TokenView],
    ),
    Route(
        "POST",
        "/tokens",
        COORDINATE,
        "Let a case system in; the token is shown once",
        lambda c: tokens.make_token(c.staff, c.caller, c.body),
        takes=NewToken,
        answers=TokenMade,
        status=201,
    ),
    Route(
        "DELETE",
        "/tokens/{token}",
        MANAGE,
        "Shut a case system out",
        lambda c: tokens.revoke_token(c.staff, c.caller, c.path["token"]),
        status=204,
    ),
)
