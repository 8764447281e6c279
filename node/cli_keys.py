"""`trm-node keys`: the keys of a stopped node changed with an overlap, and how they stand, also while it runs.

Every change is durable before its record is written, and the record is written from what the node has; `keys record`
finishes what was interrupted. Each command ends by saying what comes next. Source: interface O2; registry 4.5.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from node.cli_keep import GIVEN, new_file, new_folder
from node.cli_user import SECRET_FILE, as_coordinator, must_be_stopped, password_of, run_signed_in, signed_in
from registry.command_line import Group

if TYPE_CHECKING:
    from node.service.staff.callers import Caller
    from node.service.staff.sign_in import Staff
    from node.service.upkeep.key_state import Held
    from node.service.upkeep.setup import Opened
    from node.store.db import Store
    from registry.record import Record

NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)
NEXT_STEPS = (
    "next: on the offline machine `trm-registry request node-record.json --key role-{country} --version N`, N one"
    " higher than the last",
    "  send the request to the publisher and start the node, which reads the registry; the page of keys and `trm-node"
    " keys show` say when it is there",
    "  copy database and keys anew today and try them (trm-node restore --try): an older copy does not know the key",
)


@click.group(cls=Group)
def keys() -> None:
    """How the keys of this node stand; change them, and destroy the old ones.

    The node is stopped meanwhile; `show` and `drill` only read, also while it runs.
    """


@keys.command()
@click.pass_obj
def show(path: Path) -> None:
    """Say what the registry has of our keys, what waits for it, and what to do next.

    Changes nothing; also while the node runs.
    """
    from node.service.upkeep.key_state import state_of
    from node.web.key_lines import lines

    with _looked_at(path) as (store, held):
        state = store.read_sync(lambda reader: state_of(held, reader))
    for line in lines(state):
        values = {name: _said(value) for name, value in line.values.items()}
        click.echo(f"{line.level:8} {line.name}: {line.says % values if values else line.says}")
        if line.fix:
            click.echo(f"         {line.fix} {line.command}")
    click.echo(f"read aloud: {state.groups}" if state.groups else "read aloud: nothing is published yet")


@keys.command()
@click.option("--why", type=click.Choice(["routine", "somebody_left", "stolen"]), required=True,
              help="Kept in the audit; after `stolen` others stop at once to seal to the old key.")  # fmt: skip
@click.option("--sheets", type=NEW_FOLDER, required=True, help="A new folder for the three new recovery sheets.")
@click.option("--with-sheets", type=GIVEN, nargs=2, metavar="ONE OTHER",
              help="After a restore from before a change: take the key of these two sheets.")  # fmt: skip
@as_coordinator
@click.option("--second", required=True, help="Login of the second colleague.")
@click.option("--second-password-file", type=SECRET_FILE, help="Read the second colleague's password from here.")
@click.confirmation_option(prompt="Everybody here gets a new key to names, and the old recovery sheets end. Go on?")
@click.pass_obj
def office(
    path: Path, /, why: Literal["routine", "somebody_left", "stolen"], sheets: Path,
    with_sheets: tuple[Path, Path] | None, by: str, as_password_file: Path | None, second: str,
    second_password_file: Path | None,
) -> None:  # fmt: skip
    """Change the key that opens names: two colleagues sign in, and everybody who reads names has the new one.

    What is sealed to the old key opens as before. Other countries use the new one 72 hours after they read the record;
    consents that name the old one are asked for again over there when its time is over. Case systems that read names
    need new tokens.
    """
    from node.errors import BadInput
    from node.service.upkeep.office_change import OfficeChanged, change_office, seed_of_sheets
    from node.service.upkeep.own_record import write_wanted

    if sheets.exists():
        raise BadInput("there is something of that name already; name a new folder for the sheets", field="sheets")

    async def came(_: "Staff", caller: "Caller") -> str:
        return caller.actor.user_id

    other: str = run_signed_in(path, second, second_password_file, came)

    async def changes(staff: "Staff", caller: "Caller") -> OfficeChanged:
        with new_folder(sheets):  # before anything is changed: the sheets must have a place
            return await change_office(staff, caller, other, why, known)

    must_be_stopped(path)
    secret = password_of(as_password_file, by, new=False)
    with _opened(path) as opened:
        known = None if not with_sheets else seed_of_sheets(opened, *(one.read_text() for one in with_sheets))
        changed: OfficeChanged = asyncio.run(_do(opened, by, secret, changes))
        # Crash here: the new key is in use, no record says so and no sheet holds it: `keys record`, `recovery print`.
        for sheet in changed.sheets:
            new_file(sheets / f"sheet-{sheet.letter}.txt", (sheet.text() + "\n").encode())
        record = write_wanted(opened)
    click.echo(f"the office key is new: {changed.people} people have it; tokens that lost names: {changed.systems}")
    click.echo(
        f"three sheets are in {sheets.name}: print them for three people, destroy the old ones, delete the files"
    )
    _tell(record)


@keys.command()
@as_coordinator
@click.pass_obj
def settle(path: Path, by: str, as_password_file: Path | None) -> None:
    """Seal our own names to the newest office key and destroy older ones that nothing needs. Safe to repeat.

    A received letter is never changed: the key it is sealed to stays until the letter is erased. What is destroyed here
    lives on in copies made before, until they are destroyed too.
    """
    from node.service.upkeep.office_change import Settled, settle_office
    from node.service.upkeep.own_record import write_wanted

    must_be_stopped(path)
    secret = password_of(as_password_file, by, new=False)
    with _opened(path) as opened:
        done: Settled = asyncio.run(_do(opened, by, secret, settle_office))
        record = write_wanted(opened)
    click.echo(f"sealed anew: {done.sealed_anew}; older office keys destroyed: {done.destroyed}")
    if done.kept_until:
        click.echo(f"still needed: {done.letters} received letters, or what may come until {_said(done.kept_until)};")
        click.echo("  ask again then, or when retention has erased them")
    if record is not None:
        _tell(record)


@keys.command()
@click.argument("file", type=NEW_FILE)
@click.option("--passphrase-file", type=SECRET_FILE, help="Read the passphrase of the new file from here.")
@click.option("--fast-kdf", is_flag=True, hidden=True)
@click.pass_obj
def announce(path: Path, file: Path, passphrase_file: Path | None, fast_kdf: bool) -> None:
    """Make the message key that comes next, in the new FILE, and a record that announces it.

    Keep FILE away from this machine and from the role keys; whoever steals the machine must not have it. Once the
    record is published, other countries take that key at once when it is its turn.
    """
    from node.crypto.vault import MODERATE, SMALLEST
    from node.service.upkeep.message_change import announce as announced
    from node.service.upkeep.message_change import new_next_key

    must_be_stopped(path)
    secret = password_of(passphrase_file, file.name, new=True)
    with _opened(path) as opened:
        sealed, digest = new_next_key(opened, secret, SMALLEST if fast_kdf else MODERATE)
        new_file(file, sealed)
        # Crash here: a file that nothing announces; delete it and make another.
        record = announced(opened, digest)
    click.echo(f"{file.name}: take it away from this machine, with its passphrase known to two people")
    _tell(record)


@keys.command()
@click.argument("file", type=GIVEN)
@click.option("--passphrase-file", type=SECRET_FILE, help="Read the passphrase of FILE from here.")
@click.option("--stolen", is_flag=True, help="The key before was stolen: what is signed with it counts no more.")
@click.option("--unannounced", is_flag=True, help="Although no published record announces it: 72 hours apart.")
@click.confirmation_option(prompt="The key that signs letters is changed, and the one before destroyed. Go on?")
@click.pass_obj
def message(path: Path, file: Path, passphrase_file: Path | None, stolen: bool, unannounced: bool) -> None:
    """Sign letters with the announced key in FILE from now on, with a new fallback key; the old key is destroyed.

    What was signed before stays good, unless it was stolen. Letters on their way are received. Until the new record is
    published other countries answer with "refresh", and letters wait for that.
    """
    from node.service.upkeep.message_change import change_message_key, open_next_key
    from node.service.upkeep.own_record import write_wanted

    must_be_stopped(path)
    secret = password_of(passphrase_file, file.name, new=False)
    with _opened(path) as opened:
        change_message_key(
            opened, open_next_key(file.read_bytes(), secret), stolen=stolen, unannounced=unannounced
        )  # fmt: skip
        # Crash here: the new key signs and no record says so: `keys record`.
        record = write_wanted(opened)
    click.echo(f"letters are signed with the new key; destroy {file.name}, and announce the next one")
    _tell(record)


@keys.command("record")
@click.pass_obj
def record_(path: Path) -> None:
    """Write the record that a change of keys asks for, where that was interrupted; nothing where there is none."""
    from node.service.upkeep.own_record import write_wanted

    with _opened(path) as opened:
        _tell(write_wanted(opened))


@keys.command()
@click.argument("stolen", type=click.Choice(["machine", "office", "message", "role"]))
@click.pass_obj
def drill(path: Path, stolen: str) -> None:
    """Say what would be done, in order, had the machine, the office key, the message key or the role key been stolen.

    Does nothing, also while the node runs: read it with those who would do it, twice a year, and see that each step
    has somebody.
    """
    from node.key_drill import steps
    from node.service.upkeep.key_state import state_of

    with _looked_at(path) as (store, held):
        state = store.read_sync(lambda reader: state_of(held, reader))
        people = store.read_sync(lambda reader: sum(one.disabled_at is None for one in reader.people.all()))
        found = steps(stolen, held.country, state, people)
    for number, step in enumerate(found, 1):
        click.echo(f"{number}. {step}")
    click.echo("nothing was done")


def _tell(record: "Record | None") -> None:
    if record is None:
        click.echo("the newest record says which keys this node has; nothing is to write")
        return
    click.echo(f"record {record.serial} is written to node-record.json")
    for step in NEXT_STEPS:
        click.echo(step.format(country=record.country))


def _said(value: object) -> str:
    """A moment as a day, the rest as it is."""
    from datetime import UTC, datetime

    if isinstance(value, int) and value > 1_000_000_000:
        return datetime.fromtimestamp(value, UTC).date().isoformat()
    return str(value)


@contextmanager
def _opened(path: Path) -> Iterator["Opened"]:
    """The stopped node with the registry as it last read it."""
    from node.app import open_configured
    from node.config import load

    opened, _, _ = open_configured(load(path))
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def _looked_at(path: Path) -> Iterator[tuple["Store", "Held"]]:
    """The node as it is, running or not, with the registry as it last read it; nothing of it is changed."""
    from node.app import NO_VIEW, unlock_of
    from node.clock import clock_for
    from node.config import load, pinned_root
    from node.service.upkeep.looking import looked_at
    from node.store.folder import DataFolder
    from node.training import must_be_of_one_kind
    from registry.client import RegistryClient

    config = load(path).config
    country, registry = config.node.country, config.registry
    clock, folder = clock_for(country, config.node.clock_file), DataFolder(config.node.data_dir)
    client = RegistryClient(
        config.node.data_dir / "registry", pinned_root(config), registry.mirrors,
        quarantine_s=registry.first_contact_wait_s,
    )  # fmt: skip
    view = client.load(clock.now()) or NO_VIEW
    if client.damaged is not None:  # what follows is then said as if no registry were known
        click.echo(f"note: {client.damaged.message}", err=True)
    with looked_at(folder, country, unlock_of(config), view, clock) as (store, held, training):
        must_be_of_one_kind(training, config.node.training)
        yield store, held


async def _do(opened: "Opened", by: str, secret: str, task: Any) -> Any:
    from node.service.staff.sign_in import Staff

    return await signed_in(Staff(opened.node, opened.pepper), by, secret, task)
