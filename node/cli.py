"""`trm-node`: what an operator types. It puts together and holds no rule.

Exit codes: 0 done, 1 not done (one sentence on standard error says why), 2 the command was mistyped.
Commands import what they need when they run, so that `--help` answers at once.
"""

import errno
import importlib
import json
import os
import sys
from pathlib import Path

import click

from node.crypto.errors import CryptoError
from node.errors import OpenTRMError
from registry.command_line import Group as NamesAllMissing
from registry.command_line import asking

CONFIG_HELP = "The configuration file (TRM_CONFIG); node.toml in this folder if left out."


ELSEWHERE = {
    #  command    where it stands
    "setup": ("node.cli_setup", "setup"),
    "init": ("node.cli_run", "init"),
    "serve": ("node.cli_run", "serve"),
    "training": ("node.cli_training", "training"),
    "user": ("node.cli_user", "user"),
    "evidence": ("node.cli_evidence", "evidence"),
    "calendar": ("node.cli_calendar", "calendar"),
    "keys": ("node.cli_keys", "keys"),
    "backup": ("node.cli_keep", "backup"),
    "upgrade": ("node.cli_upgrade", "upgrade"),
    "restore": ("node.cli_keep", "restore"),
    "erase": ("node.cli_keep", "erase"),
    "recovery": ("node.cli_keep", "recovery"),
    "possession": ("node.cli_keep", "possession"),
}


class Group(NamesAllMissing):
    """A group whose commands end with one sentence instead of a traceback, and are read in only when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *ELSEWHERE])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ELSEWHERE:
            return super().get_command(ctx, cmd_name)
        module, name = ELSEWHERE[cmd_name]
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def invoke(self, ctx: click.Context) -> object:
        try:
            with asking():
                return super().invoke(ctx)
        except (OpenTRMError, CryptoError) as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:  # a file or folder that cannot be used, wherever it is first touched
            if error.errno == errno.EPIPE:
                raise  # click ends quietly when nobody reads on
            number = error.errno or 0
            reason = (os.strerror(number) if number > 0 else str(error)).lower()
            where = f"{Path(os.fsdecode(error.filename)).name}: " if error.filename else ""
            raise click.ClickException(f"{where}{reason}; check the name, the owner and the disk") from error


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", "path", type=click.Path(path_type=Path), envvar="TRM_CONFIG", help=CONFIG_HELP)
@click.version_option(package_name=None, version="0.1.0", prog_name="trm-node")
@click.pass_context
def main(ctx: click.Context, path: Path | None) -> None:
    """One country's node of the Transnational Referral Mechanism."""
    ctx.obj = path or Path("node.toml")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of sentences.")
@click.pass_obj
def doctor(path: Path, as_json: bool) -> None:
    """Say in sentences what is wrong with this node and what to do.

    Reads only. Exit code 1 if something is wrong; warnings alone give 0.
    """
    from node.clock import clock_for
    from node.config import load
    from node.doctor import examine, is_well
    from node.findings import Patient

    loaded = load(path)
    node = loaded.config.node
    findings = examine(Patient(loaded, clock_for(node.country, node.clock_file)))
    if as_json:
        rows = [{"check": f.check, "level": f.level, "says": f.says, "fix": f.fix} for f in findings]
        click.echo(json.dumps({"ok": is_well(findings), "findings": rows}))
    else:
        for finding in findings:
            click.echo(
                f"{finding.level:8} {finding.check:8} {finding.says}" + (f": {finding.fix}" if finding.fix else "")
            )
    sys.exit(0 if is_well(findings) else 1)


@main.command()
@click.pass_obj
def config(path: Path) -> None:
    """Check the configuration and show every value and where it was set."""
    import msgspec

    from node.config import load, sections

    loaded = load(path)
    for section in sections():
        table = getattr(loaded.config, section)
        for field in msgspec.structs.fields(type(table)):
            key = f"{section}.{field.name}"
            click.echo(f"{key} = {_shown(getattr(table, field.name))}    ({loaded.origin(key)})")


def _shown(value: object) -> str:
    if value is None:
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "none"
    return str(value)


if __name__ == "__main__":
    main()
