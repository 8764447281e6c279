"""Writes every generated document: `python -m node.docs [FOLDER]`, or `make docs`.

One row per document: where it goes and the function that makes its text from the rules, the types, the migrations or
the commands. A test compares each with the committed copy.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from node.api.openapi import text as openapi_text
from node.cli import main as trm_node
from node.handbook_map import page as map_page
from node.hsds import page as hsds_page
from node.protocol.letters.schemas import files as schema_files
from node.protocol.tables import handbook
from node.rulebook import page as rules_page
from node.store.schema import schema_page
from node.wire_page import page as wire_page
from registry.cli import main as trm_registry

WIDTH = 100

Texts = Mapping[str, str]


def texts() -> dict[str, str]:
    """Every generated document: path in the project, text."""
    return {path: text for make in MAKERS for path, text in make().items()}


def write(root: Path) -> None:
    """Write them below `root`, over what is there."""
    for path, text in texts().items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def command_page(name: str, group: click.Group) -> str:
    """What `--help` says of a program and of each of its commands, as one page."""
    pages = [f"# {name}\n\nGenerated from `{name} --help` (`make docs`); do not edit.\n"]
    pages += [f"## {path}\n\n```\n{text}\n```\n" for path, text in _helps(name, group)]
    return "\n".join(pages)


def _helps(path: str, command: click.Command, above: click.Context | None = None) -> list[tuple[str, str]]:
    context = click.Context(
        command, info_name=path.rpartition(" ")[2], parent=above, terminal_width=WIDTH, **command.context_settings
    )
    found = [(path, command.get_help(context).replace("\b", ""))]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):  # also those that are read in only when they are used
            below = command.get_command(context, name)
            found += [] if below is None else _helps(f"{path} {name}", below, context)
    return found


MAKERS: list[Callable[[], Texts]] = [
    lambda: {"HANDBOOK.md": handbook()},
    lambda: {"docs/rules.md": rules_page()},
    lambda: {"docs/protocol.md": wire_page()},
    lambda: {"docs/handbook-map.md": map_page()},
    lambda: {"docs/hsds.md": hsds_page()},
    lambda: {"docs/trm-node.md": command_page("trm-node", trm_node)},
    lambda: {"docs/openapi.json": openapi_text()},
    lambda: {"docs/trm-registry.md": command_page("trm-registry", trm_registry)},
    lambda: {"docs/schema.md": schema_page()},
    lambda: {f"docs/schemas/{name}": text for name, text in schema_files().items()},
]

if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
