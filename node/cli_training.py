"""`trm-node training`: a desk to practise at, with a partner, apart from everything real."""

import re
import sys
from contextlib import suppress
from pathlib import Path

import click

from node.errors import BadInput

MINUTE_S, HOUR_S = 60, 3600


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8800,
    show_default=True,
    help="Of the desk where people practise, on 127.0.0.1.",
)
@click.option(
    "--partner-port", type=click.IntRange(0, 65_535), default=8810, show_default=True,
    help="Of the desk of the country that answers.",
)  # fmt: skip
@click.option("--at", default="02:00", show_default=True, help="When everything begins anew, HH:MM in UTC.")
@click.option("--add", help="Let somebody with this sign-in name practise from the next beginning on, and stop.")
@click.option(
    "--role",
    type=click.Choice(["coordinator", "caseworker", "auditor", "operator"]),
    default="caseworker",
    show_default=True,
    help="Of whom --add names.",
)
@click.option("--partner", is_flag=True, help="Whom --add names sits at the partner's desk.")
def training(folder: Path, port: int, partner_port: int, at: str, add: str | None, role: str, partner: bool) -> None:
    """Run a desk for practice, with a partner country, until Ctrl-C or SIGTERM.

    FOLDER is new, or was made by this command. Invented countries XD and XA with twelve cases, keys and a registry of
    their own; nothing reaches another node. Everything begins anew each night and at each start, but for the people and
    passwords in FOLDER/people.txt.
    """
    from node.demo.practice import PEOPLE, Plan, take_folder
    from node.demo.practice_people import OURS, PARTNER, ROLES, add_person

    at_s = seconds_of(at)  # before there is a folder
    if add is not None:
        take_folder(folder)
        chosen = next(one for one in ROLES if one == role)
        fresh = add_person(folder / PEOPLE, PARTNER if partner else OURS, add, chosen)
        click.echo(
            f"{fresh.login} practises as {fresh.role} from the next beginning on (tonight, or end training and start"
            f" it again); the password is in {PEOPLE}"
        )
        return
    import asyncio

    from node.demo.practising import run

    plan = Plan(folder.resolve(), {OURS: port, PARTNER: partner_port}, at_s)
    with suppress(asyncio.CancelledError):  # told to end before it had begun
        asyncio.run(run(plan))
    sys.exit(0)


def seconds_of(at: str) -> int:
    """A time of day as seconds since midnight; BadInput for anything else."""
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", at)
    if found is None:
        raise BadInput("--at is no time of day; write HH:MM, such as 02:00", field="at")
    return int(found[1]) * HOUR_S + int(found[2]) * MINUTE_S
