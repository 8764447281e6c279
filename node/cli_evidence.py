"""`trm-node evidence`: write the evidence of a thread for a third party, and judge evidence without a node.

`export` is for a stopped node; a running one answers the same bytes at /api/v1/threads/THREAD/evidence. `verify` needs
the file and the root that the registry's maintainers published, nothing else: no node, no network.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli_user import as_coordinator, run_signed_in
from node.errors import counted
from registry.command_line import Group

if TYPE_CHECKING:
    from node.service.evidence.silence import Claim
    from node.service.staff.callers import Caller
    from node.service.staff.sign_in import Staff

GIVEN = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN_FAULTS = 50


def _country(_: click.Context, __: click.Parameter, said: str) -> str:
    code = said.upper()
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise click.BadParameter("a country is two letters, such as XA")
    return code


goes_to = click.option(
    "--to", required=True, metavar="COUNTRY", callback=_country,
    help="The country the file goes to, two letters; your own if it stays.",
)  # fmt: skip


@click.group(cls=Group)
def evidence() -> None:
    """Proof that letters were sent and received; holds nothing of what was written."""


@evidence.command()
@click.argument("thread")
@goes_to
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@as_coordinator
@click.pass_obj
def export(path: Path, thread: str, to: str, out: Path, by: str, as_password_file: Path | None) -> None:
    """Write statements, receipts and registry files of THREAD; they stay when the letters are erased.

    Works while the node is stopped; while it runs, use its API (/api/v1/threads/THREAD/evidence).
    """
    from node.service.evidence.export import export

    async def written(staff: "Staff", caller: "Caller") -> bytes:
        return await export(staff.node, caller.actor, thread, to)

    data: bytes = run_signed_in(path, by, as_password_file, written)
    _write(out, data)
    click.echo(f"{out}: {len(data)} bytes; `trm-node evidence verify` judges it with the registry's root.json alone")


@evidence.command()
@click.argument("letter")
@goes_to
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@as_coordinator
@click.pass_obj
def silence(path: Path, letter: str, to: str, out: Path, by: str, as_password_file: Path | None) -> None:
    """Write, signed by this node, that another country has not answered LETTER although its answer was due.

    Names the letter, its envelopes, tries and receipts; nothing of what it says. Works while the node is stopped; while
    it runs, use its API (/api/v1/letters/LETTER/silence).
    """
    from node.service.evidence.silence import export_silence

    async def written(staff: "Staff", caller: "Caller") -> bytes:
        return await export_silence(staff.node, caller.actor, letter, to)

    data: bytes = run_signed_in(path, by, as_password_file, written)
    _write(out, data)
    click.echo(f"{out}: {len(data)} bytes; `trm-node evidence verify` judges it with the registry's root.json alone")


@evidence.command()
@click.argument("file", type=GIVEN)
@click.option("--root", type=GIVEN, required=True, help="The registry's root.json, as its maintainers published it.")
def verify(file: Path, root: Path) -> None:
    """Say how many letters and receipts of FILE verify, and everything that does not.

    Exit code 0 if all of it verifies, 1 if anything does not.
    """
    from node.service.evidence.files import verify
    from node.service.evidence.silence import is_silence, verify_silence

    data, pinned = file.read_bytes(), root.read_bytes()
    if is_silence(data):
        judged = verify_silence(data, pinned)
        report = judged.report
        if judged.claim is not None:
            click.echo(_claimed(judged.claim))
    else:
        report = verify(data, pinned)
    click.echo(f"{counted(report.letters, 'letter')} and {counted(report.receipts, 'receipt')} verify")
    for fault in report.faults[:SHOWN_FAULTS]:
        click.echo(f"wrong: {fault}")
    if len(report.faults) > SHOWN_FAULTS:
        click.echo(f"wrong: {len(report.faults) - SHOWN_FAULTS} further things")
    sys.exit(1 if report.faults else 0)


def _claimed(claim: "Claim") -> str:
    due, at = (
        datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC") for moment in (claim.due_at, claim.at)
    )
    arrived = sum(one.receipted_at is not None for one in claim.envelopes)
    return (
        f"{claim.country} signs: {claim.peer} had not answered letter {claim.letter} by {at}; it was due by {due}; "
        f"it was sent {len(claim.envelopes)} times and received {arrived} times"
    )


def _write(out: Path, data: bytes) -> None:
    """Whole or not at all; readable by its owner only."""
    from node.errors import BadInput

    beside = out.with_name(f".{out.name}.{os.getpid()}.new")
    try:
        beside.touch(mode=0o600)
        beside.write_bytes(data)
        os.replace(beside, out)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise BadInput(f"{out.name} cannot be written: {error.strerror}") from None
