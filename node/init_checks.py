"""What `trm-node init` looks at before it makes anything: a node that is half made would be worse than none."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from node.clock import INVENTED_COUNTRY
from node.config import parsed
from node.errors import BadInput, OpenTRMError, Unavailable
from node.init_options import InitOptions, toml_of
from node.secret_files import read_secret
from node.service.decoding import explained
from node.service.staff.book import MIN_PASSWORD, NewUser
from node.service.upkeep.new_record import Follows
from node.service.upkeep.setup import KEY_FILE
from node.store.folder import DATABASE_NAME
from registry.admission import is_plain_url
from registry.record import read_node_record, read_record
from registry.roots import maintainers_of, parse_metadata
from registry.tuftypes import Root

KEY_BYTES = 32
MAX_TEXT = 400  # of a name in the record
MIN_DIGITS = 3
SHEETS = ("recovery-a.txt", "recovery-b.txt", "recovery-c.txt")


def check_options(config_path: Path, options: InitOptions) -> None:
    """BadInput or Unavailable for the first thing that is wrong; reads only."""
    # 1 nothing is overwritten
    _must_be_new(config_path, options)
    # 2 one way to the node's key
    if options.passphrase_file is not None and options.key_file is not None:
        raise BadInput("a passphrase and a key file were both given; choose one", field="key_file")
    # 3 the configuration can be read back
    host, _, port = options.listen.rpartition(":")
    if not host or not port.isdigit():
        raise BadInput("--listen is not an address and port; write it like 127.0.0.1:8700", field="listen")
    parsed(toml_of(options), config_path)
    # 4 what only an invented country may do; the clock file is judged with the configuration
    if options.fast_kdf and not INVENTED_COUNTRY.fullmatch(options.country):
        raise BadInput("--fast-kdf is only for invented countries XA-XZ", field="fast_kdf")
    # 5 what the record will say
    _check_record_words(options)
    # 6 the record that it comes after
    follows(options)
    # 7 the root that this node believes
    try:
        maintainers_of(parse_metadata(options.root.read_bytes(), Root).signed)
    except OpenTRMError as error:
        raise BadInput(f"--root is no root of a registry: {error.message}", field="root") from None


def follows(options: InitOptions) -> Follows | None:
    """What the new record comes after: record.json as published, or node-record.json of the lost node."""
    if options.after is None:
        return None
    try:
        country, found = follows_of(options.after.read_bytes())
    except OpenTRMError as error:
        raise BadInput(f"--after is no record: {error.message}", field="after") from None
    if country != options.country:
        raise BadInput(f"--after is a record of {country}; expected one of {options.country}", field="after")
    return found


def follows_of(data: bytes) -> tuple[str, Follows]:
    """(country, what its next node's record comes after) of a record as published or as its node wrote it; BadRecord
    for anything else.
    """
    if b'"trm/v1/node-record"' in data[:200]:
        record, data, _ = read_node_record(data)
    else:
        record = read_record(data)
    return record.country, Follows(record.serial, sha256(data).digest(), tuple(record.message_keys))


def checked_user(login: str, password: str) -> NewUser:
    """The first coordinator, held to the same limits as over the API."""
    asked = {"login": login, "password": password, "role": "coordinator", "organisation": "focal-point"}
    try:
        return msgspec.convert(asked, NewUser)
    except msgspec.ValidationError as error:
        raise explained(error) from None


def checked_passphrase(passphrase: str) -> str:
    """A passphrase that is worth its name; BadInput for a short one."""
    if len(passphrase) < MIN_PASSWORD:
        raise BadInput(f"passphrase of this node is too short; expected at least {MIN_PASSWORD} characters")
    return passphrase


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key file that others cannot read; Unavailable otherwise."""
    key = read_secret(path)
    if len(key) != KEY_BYTES:
        raise Unavailable(f"key file {path.name} holds {len(key)} bytes; expected 32 bytes, name another file")
    return key


def check_public_text(name: str, text: str) -> None:
    """BadInput for what no record can hold: nothing but blanks, or more than a line."""
    if not 0 < len(text.strip()) <= len(text) <= MAX_TEXT:
        raise BadInput(f"--{name} is empty or over {MAX_TEXT} characters; it stands in the public record")


def check_number(text: str) -> None:
    """BadInput for what nobody can dial: it stands beside "Danger now" at every other country."""
    check_public_text("out-of-hours", text)
    if sum(one.isdigit() for one in text) < MIN_DIGITS:
        raise BadInput("--out-of-hours holds no telephone number; write one that is answered, like +00 000 0199")


def _must_be_new(config_path: Path, options: InitOptions) -> None:
    if config_path.exists():
        raise BadInput(f"{config_path.name} exists already; name another file with --config", field="config")
    if not config_path.absolute().parent.is_dir():
        raise BadInput(f"folder for {config_path.name} does not exist; make it, or name another", field="config")
    if any((options.data / name).exists() for name in (KEY_FILE, DATABASE_NAME)):
        raise BadInput("data folder holds a node already; name another folder", field="data_dir")
    if options.sheets is not None and any((options.sheets / name).exists() for name in SHEETS):
        raise BadInput("folder for the sheets holds recovery sheets already; name another folder", field="sheets")


def _check_record_words(options: InitOptions) -> None:
    for name, text in (
        ("authority", options.authority), ("contact", options.contact), ("holder", options.holder),
        ("out-of-hours", options.out_of_hours or None),
    ):  # fmt: skip
        if text is not None:
            check_public_text(name, text)
    if options.out_of_hours not in ("", options.contact):
        check_number(options.out_of_hours)
    if not is_plain_url(options.url):
        raise BadInput("--url is not a plain http(s) address; write it like https://trm.office.example", field="url")
    try:
        ZoneInfo(options.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("--time-zone is no time zone that this machine knows; write it like Europe/Chisinau") from None
    for day in options.holidays:
        if not is_date(day):
            raise BadInput("--holiday is no date; write it like 2026-12-25", field="holidays")


def is_date(text: str) -> bool:
    """Whether this is a day, written as the record writes it."""
    try:
        return date.fromisoformat(text).isoformat() == text  # other ways to write a day are not the record's
    except ValueError:
        return False
