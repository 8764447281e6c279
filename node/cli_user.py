"""`trm-node user`: the staff of a node that is stopped; a running one takes the same over its API.

A coordinator signs in for it, because only a coordinator's password opens the office key that is given on.
"""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.command_line import Group

if TYPE_CHECKING:
    from node.service.staff.callers import Caller
    from node.service.staff.sign_in import Staff

Task = Callable[["Staff", "Caller"], Awaitable[Any]]
SECRET_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ROLES = ("caseworker", "coordinator", "auditor", "operator")


def as_coordinator(command: Callable[..., None]) -> Callable[..., None]:
    """The options with which somebody signs in to do it."""
    command = click.option("--as-password-file", type=SECRET_FILE, help="Read that colleague's password from here.")(
        command
    )
    return click.option(
        "--as", "by", default="coordinator", show_default=True, help="Login of the colleague who does it."
    )(command)


@click.group(cls=Group)
def user() -> None:
    """Add, list and shut out the people of this node.

    Works while the node is stopped; while it runs, use its API (/api/v1/users).
    """


@user.command()
@click.argument("login")
@click.option("--role", type=click.Choice(ROLES), required=True, help="What this person does here.")
@click.option("--organisation", default="focal-point", show_default=True, help="A code of the organisation.")
@click.option("--name", default="", help="Shown to colleagues; kept sealed.")
@click.option("--password-file", type=SECRET_FILE, help="Read the new person's password from here.")
@as_coordinator
@click.pass_obj
def add(
    path: Path, /, login: str, by: str, as_password_file: Path | None, password_file: Path | None, **facts: str
) -> None:
    """Add somebody. A coordinator's sign-in lets caseworkers and coordinators read names."""
    from node.service.staff.book import NewUser
    from node.service.staff.people import create_user

    must_be_stopped(path)
    new = checked(NewUser, login=login, password=password_of(password_file, login, new=True), **facts)
    made = run_signed_in(path, by, as_password_file, lambda staff, caller: create_user(staff, caller, new))
    click.echo(f"added {made.role} {made.login}, id {made.user}" + (", reads names" if made.reads_names else ""))


@user.command("list")
@as_coordinator
@click.pass_obj
def list_(path: Path, by: str, as_password_file: Path | None) -> None:
    """Everybody who may come in."""
    from node.service.staff.people import list_users

    for one in run_signed_in(path, by, as_password_file, list_users):
        names = "reads names" if one.reads_names else "no names"
        click.echo(f"{one.login:20} {one.role:12} {'disabled' if one.disabled_at else names:12} {one.user}")


@user.command()
@click.argument("login")
@as_coordinator
@click.pass_obj
def disable(path: Path, login: str, by: str, as_password_file: Path | None) -> None:
    """Shut somebody out: sign-ins, tokens and keys end at once."""
    from node.service.staff.people import disable_user

    async def shut(staff: "Staff", caller: "Caller") -> Any:
        return await disable_user(staff, caller, await _user_id(staff, caller, login))

    run_signed_in(path, by, as_password_file, shut)
    click.echo(f"{login} is shut out; change the office key within seven days if they could read names")


@user.command()
@click.argument("login")
@click.option("--password-file", type=SECRET_FILE, help="Read the new password from here.")
@as_coordinator
@click.pass_obj
def password(path: Path, login: str, password_file: Path | None, by: str, as_password_file: Path | None) -> None:
    """A new password for somebody who lost theirs; what they could read they can read again."""
    from node.service.staff.book import NewPassword
    from node.service.staff.people import reset_password

    must_be_stopped(path)
    command = checked(NewPassword, password=password_of(password_file, login, new=True))

    async def reset(staff: "Staff", caller: "Caller") -> Any:
        return await reset_password(staff, caller, await _user_id(staff, caller, login), command)

    run_signed_in(path, by, as_password_file, reset)
    click.echo(f"{login} has a new password")


async def _user_id(staff: "Staff", caller: "Caller", login: str) -> str:
    from node.errors import NotFound
    from node.service.staff.people import list_users

    found = next((one.user for one in await list_users(staff, caller) if one.login == login), None)
    if found is None:
        raise NotFound("no user of that login here; see `trm-node user list`", field="login")
    return found


def run_signed_in(path: Path, by: str, password_file: Path | None, task: Task) -> Any:
    """Open the stopped node, sign in, do it, and leave nothing open."""
    import asyncio

    from node.app import open_alone
    from node.config import load
    from node.service.staff.sign_in import Staff

    opened = open_alone(load(path).config)
    try:
        secret = password_of(password_file, by, new=False)  # only now: a node that runs is said before a word is typed
        return asyncio.run(signed_in(Staff(opened.node, opened.pepper), by, secret, task))
    finally:
        opened.close()


def must_be_stopped(path: Path) -> None:
    """FolderInUse while the node runs; nobody types a password first."""
    from node.config import load
    from node.store.folder import DataFolder

    with DataFolder(load(path).config.node.data_dir):
        pass


async def signed_in(staff: "Staff", login: str, secret: str, task: Task) -> Any:
    """Sign a colleague in to an opened node, do it, and sign out again."""
    from node.service.staff.book import SignIn
    from node.service.staff.callers import sign_out, who
    from node.service.staff.sign_in import sign_in

    started = await sign_in(staff, SignIn(login=login, password=secret, code=_code_of(staff, login)))
    caller = await who(staff, started.token)
    try:
        return await task(staff, caller)
    finally:
        await sign_out(staff, caller)


def _code_of(staff: "Staff", login: str) -> str:
    """The code of a colleague who set up a second step, typed; BadInput where nobody is at the keyboard."""
    from node.errors import BadInput
    from node.service.staff.second_step import needs_second_step

    user = staff.node.store.read_sync(lambda reader: reader.people.by_login(staff.login_index(login)))
    if user is None or not staff.node.store.read_sync(lambda reader: needs_second_step(reader, user.user_id)):
        return ""
    if not sys.stdin.isatty():
        raise BadInput("this colleague signs in with a code too; run this at a terminal and type it")
    return str(click.prompt(f"Code of {login}"))


def password_of(file: Path | None, login: str, *, new: bool) -> str:
    """A password from its file, or typed; BadInput where nobody is at the keyboard."""
    from node.errors import BadInput
    from node.secret_files import read_passphrase

    if file is not None:
        return read_passphrase(file).decode("utf-8")
    if not sys.stdin.isatty():
        option = "--password-file" if new else "--as-password-file"
        raise BadInput(f"no password was given; name a file with {option}, or run this at a terminal")
    return str(click.prompt(f"Password of {login}", hide_input=True, confirmation_prompt=new))


def checked(kind: Any, **values: str | None) -> Any:
    """The request, held to the same limits as over the API."""
    import msgspec

    from node.service.decoding import explained

    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise explained(error) from None
