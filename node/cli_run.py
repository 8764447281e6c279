"""`trm-node init` and `trm-node serve`."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

import click

from registry.command_line import Command


@click.command(cls=Command)
@click.option("--country", required=True, help="ISO 3166-1 code of the country this node serves.")
@click.option("--url", required=True, help="Where other nodes reach this one, as its record will say.")
@click.option("--authority", required=True, help="Name of the office that answers for the node; public.")
@click.option("--contact", required=True, help="Public contact of its desk: a role, never a person.")
@click.option(
    "--out-of-hours",
    default="",
    help="Telephone number that is answered at night and on holidays, of a role; public. The contact if left out.",
)
@click.option("--registry", "mirrors", required=True, multiple=True, help="A mirror of the registry; may be repeated.")
@click.option(
    "--root",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The registry's pinned root.",
)
@click.option(
    "--after",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The record that this country has published already, where the machine of its first node is lost or stolen.",
)
@click.option("--holder", help="Organisation that reads names here; the authority if left out.")
@click.option(
    "--holder-kind", type=click.Choice(["state", "civil_society"]), default="civil_society", show_default=True
)
@click.option("--time-zone", default="UTC", show_default=True, help="IANA name, for working days.")
@click.option(
    "--holiday",
    "holidays",
    multiple=True,
    help="A public holiday, YYYY-MM-DD; may be repeated. Left out: those of this year and the next from a library.",
)
@click.option(
    "--weekend",
    multiple=True,
    type=click.IntRange(1, 7),
    help="A day without work, 1 Monday to 7 Sunday; may be repeated. Left out: as the library knows the country.",
)
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("data"), show_default=True, help="The data folder to make."
)
@click.option("--listen", default="127.0.0.1:8700", show_default=True, help="Address and port to listen on.")
@click.option("--metrics-port", default=8701, show_default=True, help="Port for metrics, on this machine only.")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the node's passphrase from here.",
)
@click.option(
    "--key-file", type=click.Path(path_type=Path), help="Lock the node with 32 random bytes in this file instead."
)
@click.option("--login", default="coordinator", show_default=True, help="Sign-in name of the first coordinator.")
@click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the coordinator's password from here.",
)
@click.option("--sheets", type=click.Path(path_type=Path), help="Write the three recovery sheets into this folder.")
@click.option(
    "--clock-file", type=click.Path(path_type=Path), help="A shared clock; only for invented countries XA-XZ."
)
@click.option(
    "--fast-kdf", is_flag=True, hidden=True, help="Cheaper password hashing; only for invented countries XA-XZ."
)
@click.option(
    "--training",
    is_flag=True,
    help="For practice: an invented country XA-XZ, and a registry on this machine. `trm-node training` does it all.",
)
@click.pass_obj
def init(path: Path, /, **options: Any) -> None:
    """Make a node: keys, database, first coordinator, record.

    Writes the configuration to --config (node.toml) and the record to node-record.json in the data folder; give that to
    `trm-registry request`. Nothing that exists is overwritten.
    """
    from node.init import initialise
    from node.init_options import InitOptions

    told = initialise(path, InitOptions(**options), os.urandom)
    for line in told:
        click.echo(line)


@click.command()
@click.pass_obj
def serve(path: Path) -> None:
    """Run the node until Ctrl-C or SIGTERM."""
    gc.disable()  # nothing that a start makes is garbage; `node.app` looks again once it has started
    from node.crypto.selftest import self_test

    self_test()  # before all else is imported: only here does an old library become one clear sentence
    import asyncio

    from node.app import serve as run
    from node.config import load

    loaded = load(path)
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(run(loaded))
    sys.exit(0)
