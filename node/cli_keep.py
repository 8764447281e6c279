"""`trm-node backup`, `restore`, `erase`, `recovery` and `possession`: what an operator does a few times in a year.

All but `backup` want the node stopped. What touches a person needs the sign-ins of two colleagues.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from node.cli_user import SECRET_FILE, as_coordinator, checked, must_be_stopped, password_of, run_signed_in
from node.errors import counted
from registry.command_line import Command, Group

if TYPE_CHECKING:
    from node.service.staff.callers import Caller
    from node.service.staff.sign_in import Staff

GIVEN = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)
GROUNDS = ("she_asked", "retention_over", "court_order", "recorded_in_error", "died")


@click.command()
@click.argument("target", type=NEW)
@click.option("--keys", is_flag=True, help="Copy the keys instead: apart from the database, and for 30 days at most.")
@click.pass_obj
def backup(path: Path, target: Path, keys: bool) -> None:
    """Copy the database to the new file TARGET, also while the node runs, and check the copy.

    It opens nothing without the keys, which are copied apart (--keys) and hold no prekey. Encrypt both for their way.
    """
    from node.clock import clock_for
    from node.config import load
    from node.service.keep.backup import back_up, back_up_keys
    from node.store.folder import DataFolder

    config = load(path).config
    folder = DataFolder(config.node.data_dir, config.node.journal_dir)
    clock = clock_for(config.node.country, config.node.clock_file)
    if keys:
        back_up_keys(folder, target, clock)
        click.echo(f"{target.name}: keys copied; destroy it within 30 days, or what is erased meanwhile can be opened")
        return
    copied = back_up(folder, target, clock)
    click.echo(f"{target.name}: {copied.size} bytes, {counted(copied.cases, 'case')}, whole; sha256 {copied.sha256}")
    click.echo("not in it: the keys (trm-node backup --keys) and the journal, which stays where it is")


@click.command()
@click.argument("backup", type=GIVEN)
@click.option("--keys", type=GIVEN, help="A copy of the keys too, for a data folder without any.")
@click.option("--try", "only_try", is_flag=True, help="Only try both copies; also while the node runs.")
@click.option("--yes", is_flag=True, help="Confirm the action without prompting.")
@click.pass_obj
def restore(path: Path, backup: Path, keys: Path | None, only_try: bool, yes: bool) -> None:
    """Put a copy of the database in place of what is there, and lay the journal over it.

    What was there is kept beside it as node.db.before-restore (-2, -3 after others), with its log (-wal) where the
    node was killed: a copy like any other, if this was the wrong one. The node starts a new channel epoch with new
    prekeys and greets every peer. Without a whole journal nothing about a person leaves before two people answered
    for her case.

    With --try a node is made out of both copies in a folder beside them, looked through and thrown away; the health
    page says when that was last done. Do it once a month.
    """
    if only_try:
        _try(path, backup, keys)
        return
    if not yes:
        click.confirm("The node begins a new epoch from this copy. Go on?", abort=True)
    from node.app import open_alone, unlock_of
    from node.clock import clock_for
    from node.config import load
    from node.service.keep.backup import come_back, is_held
    from node.service.keep.copies import LAST_TRIED, note_done
    from node.service.upkeep.restore import newest_kept
    from node.store.folder import DataFolder
    from node.training import must_be_of_one_kind

    config = load(path).config
    clock = clock_for(config.node.country, config.node.clock_file)
    folder = DataFolder(config.node.data_dir, config.node.journal_dir).create()
    may_be = partial(must_be_of_one_kind, says_training=config.node.training)
    new_record = come_back(folder, backup, keys, unlock_of(config), clock, os.urandom, config.node.country, may_be)
    opened = open_alone(config)
    try:
        held = is_held(opened.node)
        note_done(folder.path, LAST_TRIED, clock.now())
    finally:
        opened.close()
    click.echo("restored: new channel epoch, new prekeys; every peer is greeted at the next start")
    if held:
        click.echo("no whole journal: nothing about a person leaves before two people answered for each case")
    else:
        click.echo("the journal was laid over it: what was blocked, withdrawn, stopped or erased since stays so;")
        click.echo("one person of a family who was erased since is erased again, her names at the next sign-in")
    if new_record:
        click.echo("the fallback key is new: send node-record.json with `trm-registry request --version` one higher")
    if kept := newest_kept(folder):
        click.echo(f"{kept} beside it holds what was there: destroy it when nobody needs it")


def _try(path: Path, backup: Path, keys: Path | None) -> None:
    """Make a node out of both copies, beside the one there is."""
    from node.app import NO_VIEW, unlock_of
    from node.clock import clock_for
    from node.config import load
    from node.errors import BadInput
    from node.service.keep.trying import Copied, try_copies
    from node.store.folder import DataFolder

    if keys is None:
        raise BadInput("the keys lie in a copy of their own; name it with --keys", field="keys")
    config = load(path).config
    real, clock = DataFolder(config.node.data_dir), clock_for(config.node.country, config.node.clock_file)
    copied = Copied(config.node.country, backup, keys, unlock_of(config))
    tried = try_copies(real, copied, NO_VIEW, clock, os.urandom)
    click.echo(
        f"a node came out of {backup.name} and {keys.name}: whole, {counted(tried.cases, 'case')}, every key opens"
    )
    if tried.office_changed:
        click.echo(f"the office key was changed since {backup.name}: make new copies of both now; after a restore from")
        click.echo("this one take the new key with `trm-node keys office --with-sheets`")
    if tried.message_changed:
        click.echo(
            f"the key that signs letters was changed since {keys.name}: make new copies of both now; others refuse"
        )
        click.echo("what the old one signs")
    click.echo("it was thrown away again; nothing of this node was changed")


@click.command(cls=Command)
@click.argument("case")
@click.option("--person", help="Only this person of the case; left out: the whole case.")
@click.option("--ground", type=click.Choice(GROUNDS), required=True, help="Why; kept in the audit.")
@as_coordinator
@click.option("--second", required=True, help="Login of the second colleague.")
@click.option("--second-password-file", type=SECRET_FILE, help="Read the second colleague's password from here.")
@click.confirmation_option(prompt="What is erased opens in no copy any more. Go on?")
@click.pass_obj
def erase(
    path: Path, /, case: str, person: str | None, ground: str, by: str, as_password_file: Path | None, second: str,
    second_password_file: Path | None,
) -> None:  # fmt: skip
    """Erase CASE, or one person of it: rows, keys, and with the keys every copy. Two colleagues sign in.

    Works while the node is stopped; while it runs, use its API (/api/v1/cases/CASE/erasures). Evidence without content
    stays. Make a backup afterwards: an older one no longer opens a case that lost a person.
    """
    from node.service.keep.erasing import AskErasure, ErasureView, ask_erasure, decide_erasure

    ask = checked(AskErasure, ground=ground, person_id=person)

    async def asks(staff: "Staff", caller: "Caller") -> ErasureView:
        return await ask_erasure(staff.node, caller.actor, case, ask)

    asked: ErasureView = run_signed_in(path, by, as_password_file, asks)

    async def confirms(staff: "Staff", caller: "Caller") -> ErasureView:
        return await decide_erasure(staff.node, caller.actor, case, asked.pending or 0, approve=True)

    run_signed_in(path, second, second_password_file, confirms)
    click.echo(f"erased {'the whole case' if person is None else 'one person of the case'}; make a backup now")


@click.group(cls=Group)
def recovery() -> None:
    """Recovery sheets: print a new set, try two of them, or come back with two when every coordinator is lost."""


@recovery.command("print")
@click.option("--sheets", type=click.Path(file_okay=False, path_type=Path), help="Write them into this new folder.")
@as_coordinator
@click.pass_obj
def print_(path: Path, sheets: Path | None, by: str, as_password_file: Path | None) -> None:
    """Print a new set of three sheets. Give them to three people; the operator holds one at most; destroy the old."""
    from node.service.keep.recovery import new_sheets

    if sheets is None:
        for sheet in run_signed_in(path, by, as_password_file, new_sheets):
            click.echo(f"\nSheet {sheet.letter}\n{sheet.text()}")
        return
    with new_folder(sheets):
        made = run_signed_in(path, by, as_password_file, new_sheets)
    for sheet in made:
        new_file(sheets / f"sheet-{sheet.letter}.txt", (sheet.text() + "\n").encode())
    click.echo(f"three sheets are in {sheets.name}: print them, give them to three people, delete the files")


@recovery.command("try")
@click.argument("one", type=GIVEN)
@click.argument("other", type=GIVEN)
@click.pass_obj
def try_(path: Path, one: Path, other: Path) -> None:
    """Say whether two typed sheets give this node's office key. Nothing is changed."""
    from node.service.keep.recovery import check_sheets

    sheet = _opened(path, lambda staff: check_sheets(staff, one.read_text(), other.read_text()))
    click.echo(f"these two sheets of set {sheet.set_id.hex()} hold the office key")


@recovery.command("use")
@click.argument("one", type=GIVEN)
@click.argument("other", type=GIVEN)
@click.option("--login", required=True, help="Login of the new coordinator.")
@click.option("--password-file", type=SECRET_FILE, help="Read the new coordinator's password from here.")
@click.confirmation_option(prompt="This makes a coordinator who reads names, and everybody is told. Go on?")
@click.pass_obj
def use(path: Path, one: Path, other: Path, login: str, password_file: Path | None) -> None:
    """Make a new coordinator who reads names, from two typed sheets. The audit and a task tell everybody."""
    from node.service.keep.recovery import recover
    from node.service.staff.book import NewUser

    must_be_stopped(path)
    new = checked(
        NewUser, login=login, password=password_of(password_file, login, new=True), role="coordinator",
        organisation="focal-point",
    )  # fmt: skip
    _opened(path, lambda staff: recover(staff, one.read_text(), other.read_text(), new))
    click.echo(f"{login} is a coordinator and reads names; print a new set of sheets and destroy these two")


@click.command(cls=Command)
@click.argument("challenge", type=GIVEN)
@click.option("--out", type=NEW, required=True, help="The file to write for the maintainers.")
@click.option(
    "--groups", prompt="The twelve groups that `trm-registry request` printed", help="The twelve groups of our request."
)
@as_coordinator
@click.pass_obj
def possession(path: Path, challenge: Path, out: Path, groups: str, by: str, as_password_file: Path | None) -> None:
    """Answer a maintainer's CHALLENGE: prove that this node and a signed-in person hold the keys of the record. One
    that is about another record or other role keys than the groups tell is not answered.
    """
    from node.service.keep.possession import answer

    asked = challenge.read_bytes()

    async def answers(staff: "Staff", caller: "Caller") -> bytes:
        return await answer(staff.node, caller.actor, asked, groups)

    data: bytes = run_signed_in(path, by, as_password_file, answers)
    new_file(out, data)
    click.echo(f"{out.name}: send it to the maintainers; it holds no key")


def _opened(path: Path, do: Callable[["Staff"], Any]) -> Any:
    """Open the stopped node without anybody's sign-in, do it, and leave nothing open."""
    import asyncio

    from node.app import open_alone
    from node.config import load
    from node.service.staff.sign_in import Staff

    opened = open_alone(load(path).config)
    try:
        return asyncio.run(_once(do, Staff(opened.node, opened.pepper)))
    finally:
        opened.close()


async def _once(do: Callable[["Staff"], Any], staff: "Staff") -> Any:
    return do(staff)


@contextmanager
def new_folder(path: Path) -> Iterator[None]:
    """A new folder that only its owner looks into; it goes again if the body fails before anything is in it."""
    path.mkdir(mode=0o700)
    try:
        yield
    except BaseException:
        with suppress(OSError):
            path.rmdir()
        raise


def new_file(path: Path, data: bytes) -> None:
    """A new file that only its owner reads; an OSError is told by the command's border."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(data)
