"""What a member of staff looks like: the views and requests, and the sealed part of a user's row."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from node.protocol.letters.scalars import Code
from node.service.context import Node
from node.service.threads.commands import Command
from node.store.people import UserRow

MIN_PASSWORD = 12
MAX_PASSWORD = 256

Role = Literal["caseworker", "coordinator", "auditor", "operator"]
Login = Annotated[
    str, Meta(pattern="^[a-z0-9][a-z0-9._@+-]{1,63}(?!\\n)$", description="2 to 64 small letters, digits and . _ @ + -")
]
Password = Annotated[str, Meta(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD)]
ShortText = Annotated[str, Meta(max_length=80)]


class SignIn(Command, frozen=True):
    """Sign in; opens the office key for this sign-in where a coordinator gave it to this user."""

    login: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=MAX_PASSWORD)]
    code: Annotated[str, Meta(max_length=64, description="of your second step, or a recovery code; empty if none")] = ""


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in: send `token` as `Authorization: Bearer`. It ends after `idle_s` without a request, or at `ends_at`."""

    token: str
    user: str
    role: Role
    idle_s: int
    ends_at: int
    reads_names: bool


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asking."""

    user: str
    role: str
    organisation: str
    reads_names: bool


class NewUser(Command, frozen=True):
    """A new member of staff. `organisation` is a code; `name` is shown to colleagues and kept sealed."""

    login: Login
    password: Password
    role: Role
    organisation: Code
    name: ShortText = ""


class ChangePassword(Command, frozen=True):
    """A new password of one's own."""

    old: Annotated[str, Meta(min_length=1, max_length=MAX_PASSWORD)]
    new: Password


class NewPassword(Command, frozen=True):
    """A new password for somebody who lost theirs."""

    password: Password


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of staff as colleagues see them; `backup` stands in for them."""

    user: str
    login: str
    name: str
    role: str
    organisation: str
    created_at: int
    disabled_at: int | None
    reads_names: bool
    backup: str | None = None


class Backup(Command, frozen=True):
    """Who stands in for somebody: a caseworker or coordinator; null for nobody."""

    backup: str | None


class NewToken(Command, frozen=True):
    """A token for a case system; `reads_names` gives it the office key, `days` is how long it holds."""

    label: Code
    days: Annotated[int, Meta(ge=1, le=366)] = 90
    reads_names: bool = False


class TokenMade(msgspec.Struct, frozen=True, kw_only=True):
    """A token that was just made; `token` is shown this once."""

    id: str
    token: str
    ends_at: int


class TokenView(msgspec.Struct, frozen=True, kw_only=True):
    """A token as its owners see it: never the token itself."""

    id: str
    label: str
    made_by: str
    created_at: int
    ends_at: int | None
    used_at: int | None
    revoked_at: int | None
    reads_names: bool


class StaffNames(msgspec.Struct, frozen=True):
    """What a user's row keeps sealed."""

    login: str
    name: str


def seal_names(node: Node, user_id: str, names: StaffNames) -> bytes:
    """The sealed part of a user's row."""
    return node.seals.seal(node.seals.node_key(), "user", user_id, names)


def view_of(node: Node, row: UserRow, reads_names: bool, backup: str | None = None) -> UserView:
    """A user's row, opened for colleagues."""
    names = node.seals.open_as(StaffNames, node.seals.node_key(), "user", row.user_id, row.sealed)
    return UserView(
        user=row.user_id,
        login=names.login,
        name=names.name,
        role=row.role,
        organisation=row.organisation,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        reads_names=reads_names,
        backup=backup,
    )


def called(node: Node, row: UserRow | None) -> str:
    """What colleagues call somebody: the name, else the login; empty for nobody we know."""
    if row is None:
        return ""
    names = node.seals.open_as(StaffNames, node.seals.node_key(), "user", row.user_id, row.sealed)
    return names.name or names.login
