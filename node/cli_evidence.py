"""`trm-node evidence`: write the evidence of a thread for a third party, and judge evidence without a node.

`export` is for a stopped node; a running one answers the same bytes at /api/v1/threads/THREAD/evidence. `verify` needs
the file and the root that the registry's maintainers published, nothing else: no node, no network.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli_user import as_coordinator, run_signed_in

if TYPE_CHECKING:
    from node.service.staff.callers import Caller
    from node.service.staff.sign_in import Staff

GIVEN = click.Path(exists=True, dir_okay=False, path_type=Path)
SHOWN_FAULTS = 50


@click.group()
def evidence() -> None:
    """Proof that letters were sent and received; holds nothing of what was written."""


@evidence.command()
@click.argument("thread")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
@as_coordinator
@click.pass_obj
def export(path: Path, thread: str, out: Path, by: str, as_password_file: Path | None) -> None:
    """Write statements, receipts and registry files of THREAD; they stay when the letters are erased.

    Works while the node is stopped; while it runs, use its API (/api/v1/threads/THREAD/evidence).
    """
    from node.service.evidence.export import export

    async def written(staff: "Staff", caller: "Caller") -> bytes:
        return await export(staff.node, caller.actor, thread)

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

    report = verify(file.read_bytes(), root.read_bytes())
    click.echo(f"{report.letters} letters and {report.receipts} receipts verify")
    for fault in report.faults[:SHOWN_FAULTS]:
        click.echo(f"wrong: {fault}")
    if len(report.faults) > SHOWN_FAULTS:
        click.echo(f"wrong: {len(report.faults) - SHOWN_FAULTS} further things")
    sys.exit(1 if report.faults else 0)


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
