"""`trm-node init`: from an empty folder to a node that can be admitted to the registry, in one command."""

import os
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path

from node.app import NO_VIEW
from node.clock import Clock, clock_for
from node.config import parsed
from node.crypto.batch import Random
from node.crypto.recovery import make_sheets
from node.crypto.selftest import self_test
from node.crypto.vault import MODERATE, SMALLEST
from node.errors import BadInput, Unavailable
from node.init_checks import (
    KEY_BYTES,
    SHEETS,
    check_options,
    checked_passphrase,
    checked_user,
    follows,
    read_key,
)
from node.init_options import InitOptions, toml_of
from node.init_undo import made_whole
from node.public_holidays import FilledCalendar, filled, how_known, known_until
from node.secret_files import read_text_secret
from node.service.staff.book import NewUser
from node.service.staff.people import first_user
from node.service.staff.sign_in import Staff
from node.service.upkeep.new_record import NewNode, Office
from node.service.upkeep.setup import RECORD_FILE, Made, Unlock, init_node, open_node
from node.store.folder import DataFolder


def initialise(
    config_path: Path, options: InitOptions, random: Random, ask: Callable[[str], str] | None = None
) -> list[str]:  # fmt: skip
    """Make the node, its first coordinator, recovery sheets and configuration; returns what to tell the operator.

    BadInput or Unavailable when something is wrong or exists already: then nothing was made; nothing is overwritten.
    `ask` gives a secret that no file holds; it is asked for at the terminal otherwise.
    """
    self_test()
    check_options(config_path, options)
    if options.training:
        parsed(toml_of(options), config_path)  # says what keeps it from being one for practice, before anything is made
    clock = clock_for(options.country, options.clock_file)
    ask = ask or _asked
    passphrase = None if options.key_file is not None else _passphrase(options, ask)
    first = checked_user(options.login, _password(options, ask))
    with made_whole(options, config_path) as folder:
        made = _made(folder, options, passphrase, first, clock, random)
        sheets = _sheets(options, made, random)
        # Crash before this line: there is no configuration, so nobody runs a node without its sheets; remove the data
        # folder and begin again. A failure that is no crash takes away what was made.
        _write_new(config_path, toml_of(options), 0o644)
    return [*_told(config_path, options, sheets), _calendar_told(options, made, clock.now())]


def _made(
    folder: DataFolder, options: InitOptions, passphrase: str | None, first: NewUser, clock: Clock, random: Random
) -> Made:
    """Keys, database, record and the first coordinator."""
    unlock = Unlock(passphrase, None if options.key_file is None else _key(options.key_file, random))
    cost = SMALLEST if options.fast_kdf else MODERATE
    made = init_node(folder, _new_node(options, clock.now()), unlock, clock, random, cost)
    opened = open_node(DataFolder(options.data), options.country, unlock, NO_VIEW, clock, random)
    try:
        first_user(Staff(opened.node, opened.pepper, cost=cost), first, made.office_seed)
    finally:
        opened.close()
    return made


def _passphrase(options: InitOptions, ask: Callable[[str], str]) -> str:
    if options.passphrase_file is not None:
        return checked_passphrase(read_text_secret(options.passphrase_file))
    return checked_passphrase(ask("Passphrase of this node"))


def _key(path: Path, random: Random) -> bytes:
    """The key in this file, or a new one in a new file."""
    if path.exists():
        return read_key(path)
    key = random(KEY_BYTES)
    _write_new(path, key, 0o600)
    return key


def _password(options: InitOptions, ask: Callable[[str], str]) -> str:
    if options.password_file is not None:
        return read_text_secret(options.password_file)
    return ask(f"Password of {options.login}")


def _asked(what: str) -> str:
    if not sys.stdin.isatty():
        raise BadInput(f"{what.lower()} was not given; name a file for it, or run this at a terminal")
    secret = getpass(f"{what}: ")
    if getpass("The same again: ") != secret:
        raise BadInput(f"{what.lower()} was typed in two ways; begin again")
    return secret


def _new_node(options: InitOptions, now: int) -> NewNode:
    known = filled(options.country, now) or FilledCalendar((), (6, 7))
    return NewNode(
        country=options.country,
        url=options.url,
        authority=options.authority,
        contact=options.contact,
        out_of_hours=options.out_of_hours,
        office=Office(holder=options.holder or options.authority, kind=options.holder_kind),
        time_zone=options.time_zone,
        holidays=options.holidays or known.holidays,
        weekend=options.weekend or known.weekend,
        follows=follows(options),
        training=options.training,
    )


def _sheets(options: InitOptions, made: Made, random: Random) -> list[str]:
    """The three recovery sheets, on paper-sized files or on the screen: this is the only time they are shown."""
    texts = [sheet.text() for sheet in make_sheets(made.office_seed, random)]
    if options.sheets is None:
        return ["", "Recovery sheets: print them, give them to three people, two can restore the office key:", *texts]
    options.sheets.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in zip(SHEETS, texts, strict=True):
        _write_new(options.sheets / name, text + "\n", 0o600)
    return [f"recovery sheets are in {options.sheets}: print them, give them to three people, delete the files"]


def _write_new(path: Path, data: str | bytes, mode: int) -> None:
    """A new file with this mode from its first byte on; Unavailable if it exists or cannot be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with open(descriptor, "wb") as file:
            file.write(data.encode("utf-8") if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise Unavailable(f"{path.name}: {reason}; name another file or folder") from error


def _told(config_path: Path, options: InitOptions, sheets: list[str]) -> list[str]:
    return [
        f"node of {options.country} made; configuration is in {config_path}",
        f"first coordinator: {options.login}",
        f"record is in {options.data / RECORD_FILE}: give it to `trm-registry request`",
        *sheets,
    ]


def _calendar_told(options: InitOptions, made: Made, now: int) -> str:
    days = made.record.calendar.holidays
    known, until = how_known(options.country, days, now), known_until(days)
    if until is None:
        only = "only weekends count" if known == "known" else "none is known: name them with --holiday, and begin again"
        return f"public holidays in the record: none; {only}"
    source = "as you named them" if options.holidays else "from a library: read them, --holiday replaces them"
    soon = "; renew them soon with `trm-node calendar`" if known != "known" else ""
    return f"public holidays in the record: {len(days)} days until {until}, {source}{soon}"
