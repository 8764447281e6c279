"""`trm-node init`: from an empty folder to a node that can be admitted to the registry, in one command."""

import sys
from dataclasses import dataclass
from pathlib import Path

import click

from node.app import NO_VIEW
from node.clock import INVENTED_COUNTRY, clock_for
from node.config import read_passphrase
from node.crypto.batch import Random
from node.crypto.recovery import make_sheets
from node.crypto.selftest import self_test
from node.crypto.vault import MODERATE, SMALLEST
from node.errors import BadInput
from node.service.people import first_user
from node.service.setup import RECORD_FILE, Made, NewNode, Office, Unlock, init_node, open_node
from node.service.sign_in import Staff
from node.service.staff_book import NewUser
from node.store.folder import DataFolder


@dataclass(frozen=True, kw_only=True)
class InitOptions:
    """What `trm-node init` was told; names as on the command line."""

    country: str
    url: str
    authority: str
    contact: str
    mirrors: tuple[str, ...]
    root: Path
    holder: str | None
    holder_kind: str
    time_zone: str
    holidays: tuple[str, ...]
    data: Path
    listen: str
    metrics_port: int
    passphrase_file: Path | None
    key_file: Path | None
    login: str
    password_file: Path | None
    sheets: Path | None
    clock_file: Path | None
    fast_kdf: bool


def initialise(config_path: Path, options: InitOptions, random: Random) -> list[str]:
    """Make the node, its first coordinator, recovery sheets and configuration; returns what to tell the operator.

    BadInput when anything exists already; nothing is overwritten.
    """
    self_test()
    _must_be_new(config_path, options)
    clock = clock_for(options.country, options.clock_file)
    unlock = _unlock(options, random)
    password = _password(options)
    cost = SMALLEST if options.fast_kdf else MODERATE
    made = init_node(DataFolder(options.data).create(), _new_node(options), unlock, clock, random, cost)
    opened = open_node(DataFolder(options.data), options.country, unlock, NO_VIEW, clock, random)
    try:
        staff = Staff(opened.node, opened.pepper, cost=cost)
        new = NewUser(login=options.login, password=password, role="coordinator", organisation="focal-point")
        first_user(staff, new, made.office_seed)
    finally:
        opened.close()
    config_path.write_text(_toml(options), encoding="utf-8")
    return _told(config_path, options, made, _sheets(options, made, random))


def _must_be_new(config_path: Path, options: InitOptions) -> None:
    if config_path.exists():
        raise BadInput(f"{config_path.name} exists already; name another file with --config", field="config")
    if options.fast_kdf and not INVENTED_COUNTRY.fullmatch(options.country):
        raise BadInput("--fast-kdf is only for invented countries XA-XZ", field="fast_kdf")
    if options.passphrase_file is not None and options.key_file is not None:
        raise BadInput("a passphrase and a key file were both given; choose one", field="key_file")


def _unlock(options: InitOptions, random: Random) -> Unlock:
    if options.key_file is not None:
        if not options.key_file.exists():
            options.key_file.touch(mode=0o600)
            options.key_file.write_bytes(random(32))
        return Unlock(key_file=options.key_file.read_bytes())
    if options.passphrase_file is not None:
        return Unlock(passphrase=read_passphrase(options.passphrase_file).decode("utf-8"))
    return Unlock(passphrase=_asked("Passphrase of this node"))


def _password(options: InitOptions) -> str:
    if options.password_file is not None:
        return read_passphrase(options.password_file).decode("utf-8")
    return _asked(f"Password of {options.login}")


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        raise BadInput(f"{what.lower()} was not given; name a file for it, or run this at a terminal")
    return str(click.prompt(what, hide_input=True, confirmation_prompt=True))


def _new_node(options: InitOptions) -> NewNode:
    return NewNode(
        country=options.country,
        url=options.url,
        authority=options.authority,
        contact=options.contact,
        office=Office(holder=options.holder or options.authority, kind=options.holder_kind),
        time_zone=options.time_zone,
        holidays=options.holidays,
    )


def _toml(options: InitOptions) -> str:
    host, _, port = options.listen.rpartition(":")
    mirrors = ", ".join(f'"{mirror}"' for mirror in options.mirrors)
    lines = ["[node]", f'country = "{options.country}"', f'data_dir = "{options.data.resolve()}"']
    if options.clock_file is not None:
        lines.append(f'clock_file = "{options.clock_file.resolve()}"')
    lines += ["", "[listen]", f'host = "{host}"', f"port = {port}", f"metrics_port = {options.metrics_port}"]
    lines += ["", "[registry]", f"mirrors = [{mirrors}]", f'root_file = "{options.root.resolve()}"', "", "[keys]"]
    if options.key_file is not None:
        lines.append(f'key_file = "{options.key_file.resolve()}"')
    elif options.passphrase_file is not None:
        lines.append(f'passphrase_file = "{options.passphrase_file.resolve()}"')
    return "\n".join(lines) + "\n"


def _sheets(options: InitOptions, made: Made, random: Random) -> list[str]:
    """The three recovery sheets, on paper-sized files or on the screen: this is the only time they are shown."""
    texts = [sheet.text() for sheet in make_sheets(made.office_seed, random)]
    if options.sheets is None:
        return ["", "Recovery sheets: print them, give them to three people, two can restore the office key:", *texts]
    options.sheets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in zip("abc", texts, strict=True):
        path = options.sheets / f"recovery-{name}.txt"
        path.touch(mode=0o600)
        path.write_text(text + "\n", encoding="utf-8")
    return [f"recovery sheets are in {options.sheets}: print them, give them to three people, delete the files"]


def _told(config_path: Path, options: InitOptions, made: Made, sheets: list[str]) -> list[str]:
    return [
        f"node of {options.country} made; configuration is in {config_path}",
        f"first coordinator: {options.login}",
        f"record is in {options.data / RECORD_FILE}: give it to `trm-registry request`",
        *sheets,
    ]
