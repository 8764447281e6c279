"""The configuration of a node: one TOML file, overridden by the environment, with the origin of every value.

`TRM_SECTION__KEY` overrides `key` in `[section]`; several values are separated by commas. Secrets never stand here:
they are files, named by `*_file`. Paths in the file are relative to the file, those in the environment to the folder
the program was started in.
"""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from node.clock import INVENTED_COUNTRY
from node.config_words import in_words
from node.errors import BadInput, Unavailable
from node.training import why_no_training

ENV_PREFIX = "TRM_"
MAX_FILE_BYTES = 64 * 1024
LONGEST_LIMITATION_YEARS = 100
LONGEST_SHOWN = 40

Port = Annotated[int, msgspec.Meta(ge=0, le=65535)]
CountryCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Count = Annotated[int, msgspec.Meta(ge=1)]


class BadConfig(BadInput):
    """The configuration is wrong; `field` is `section.key`, the sentence says where it stands and what to write."""


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One table of the file."""


class NodeSection(Section, frozen=True):
    """Who this node is. The country can never be changed once the data folder is made."""

    country: CountryCode
    data_dir: Path
    journal_dir: Path | None = None  # what a restore must not revive; best on another disk than data_dir
    clock_file: Path | None = None  # demos only: honoured for XA-XZ
    training: bool = False  # invented people only, and a registry of its own; `trm-node training` sets it


class ListenSection(Section, frozen=True):
    """Where it listens. Port 0 lets the system choose. Metrics stay on the machine."""

    host: str = "127.0.0.1"
    port: Port = 8700
    metrics_host: str = "127.0.0.1"
    metrics_port: Port = 8701
    trusted_proxies: tuple[str, ...] = ()  # networks whose X-Forwarded-For is believed


class RegistrySection(Section, frozen=True):
    """Where the registry is copied from, and the root it is checked against."""

    mirrors: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    root_file: Path
    refresh_s: Annotated[int, msgspec.Meta(ge=1)] = 900
    first_contact_wait_s: Annotated[int, msgspec.Meta(ge=0)] = 259_200  # for a new country or key; 0 in the demo


class KeysSection(Section, frozen=True):
    """How the node's key-encryption key is had. Neither: the passphrase is asked for at the start."""

    passphrase_file: Path | None = None
    key_file: Path | None = None


class TlsSection(Section, frozen=True):
    """A certificate of its own; leave out behind a reverse proxy."""

    cert_file: Path | None = None
    key_file: Path | None = None


class LimitsSection(Section, frozen=True):
    """What one node allows itself and others."""

    session_idle_s: Count = 600
    session_max_s: Count = 28_800
    requests_per_minute: Count = 600  # of peers, from one address, before anything is opened
    api_requests_per_minute: Count = 3000  # of people and case systems, from one address
    sign_ins_per_minute: Count = 60  # attempts, from one address
    min_free_mb: Count = 500
    max_clock_jump_s: Count = 30
    retry_longest_s: Annotated[int, msgspec.Meta(ge=5, le=21_600)] = 21_600  # for urgent letters never over an hour
    limitation_years: int = 10  # evidence of an erased letter stays so long after its sender's word


class AlarmSection(Section, frozen=True):
    """How people on call are reached when something about danger waits. Neither says anything but that it waits."""

    smtp_host: str = ""  # empty: no mail
    smtp_port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 587
    smtp_security: Annotated[str, msgspec.Meta(pattern="^(starttls|tls|none)$")] = "starttls"
    smtp_user: str = ""
    smtp_password_file: Path | None = None
    sender: str = ""  # the address that the mail comes from
    to: tuple[str, ...] = ()  # beside the roster, at once
    backup_to: tuple[str, ...] = ()  # beside the roster, when nobody took it up within the hour
    command: tuple[str, ...] = ()  # for pagers: a program and its arguments; a word and a count are added
    backup_command: tuple[str, ...] = ()  # instead of `command` for the back-up
    timeout_s: Annotated[int, msgspec.Meta(ge=1, le=120)] = 20


class DeskSection(Section, frozen=True):
    """The pages that people work with."""

    exit_url: Annotated[str, msgspec.Meta(pattern="^(https://[^\\s\"'<>;,]{1,200})?$")] = (
        ""  # where "Exit this page" leads
    )
    help_name: Annotated[str, msgspec.Meta(max_length=80)] = ""  # whom to phone who cannot sign in; shown to everybody
    help_phone: Annotated[str, msgspec.Meta(max_length=40)] = ""
    admin: Annotated[str, msgspec.Meta(pattern="^(local|public)$")] = "local"  # where operators' pages are served
    undo_s: Annotated[int, msgspec.Meta(ge=0, le=600)] = 60  # so long can be taken back what was just sent
    second_step: Annotated[str, msgspec.Meta(pattern="^(|asked|required)$")] = ""  # "": required, but for XA-XZ


class LogSection(Section, frozen=True):
    """How much is logged; never what about whom."""

    level: Annotated[str, msgspec.Meta(pattern="^(debug|info|warning|error)$")] = "info"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a node must be told."""

    node: NodeSection
    registry: RegistrySection
    listen: ListenSection = ListenSection()
    keys: KeysSection = KeysSection()
    tls: TlsSection = TlsSection()
    limits: LimitsSection = LimitsSection()
    alarm: AlarmSection = AlarmSection()
    desk: DeskSection = DeskSection()
    log: LogSection = LogSection()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A checked configuration, the file it came from, and where each value that is not a default was set."""

    config: Config
    path: Path
    origins: Mapping[str, str]

    def origin(self, key: str) -> str:
        """Where `section.key` was set: a file, an environment variable, or `default`."""
        return self.origins.get(key, "default")


def load(path: Path, env: Mapping[str, str] | None = None) -> Loaded:
    """The configuration in this file, with the environment over it.

    BadConfig for anything unknown, missing or contradictory: the first thing wrong, named. Unavailable if the file
    cannot be read.
    """
    tables = _read(path)
    origins: dict[str, str] = {}
    for section, table in tables.items():
        for key in table:
            origins[f"{section}.{key}"] = path.name
    for name, section, key, value in _overrides(os.environ if env is None else env):
        tables.setdefault(section, {})[key] = value
        origins[f"{section}.{key}"] = name
    return Loaded(_checked(_converted(tables, path, origins)), path, origins)


def parsed(text: str, path: Path) -> Loaded:
    """The configuration in a text that will stand in this file, without the environment; BadConfig as for `load`."""
    tables = _tables(text.encode(), path)
    return Loaded(_checked(_converted(tables, path, {})), path, {})


def two_steps(config: Config) -> bool:
    """Whether a password alone opens nothing: so by default, except where all people are invented (XA-XZ)."""
    said = config.desk.second_step
    return said == "required" or (said == "" and not INVENTED_COUNTRY.fullmatch(config.node.country))


def pinned_root(config: Config) -> bytes:
    """The root of the registry that this node believes; Unavailable if the file is gone."""
    file = config.registry.root_file
    try:
        return file.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise Unavailable(f"pinned root {file.name}: {reason}; name the file in registry.root_file") from error


def sections() -> dict[str, type[Section]]:
    """Every section and its type, in the order of the sample file."""
    return {field.name: field.type for field in msgspec.structs.fields(Config)}


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise Unavailable(f"configuration {path.name}: {reason}; name another with --config or TRM_CONFIG") from error
    return _tables(raw, path)


def _tables(raw: bytes, path: Path) -> dict[str, dict[str, Any]]:
    if len(raw) > MAX_FILE_BYTES:
        raise BadConfig(f"configuration {path.name} is over {MAX_FILE_BYTES} bytes; it cannot be the right file")
    try:
        tables = tomllib.loads(raw.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"configuration {path.name} is not TOML: {error}") from error
    for section, table in tables.items():
        if not isinstance(table, dict):
            raise BadConfig(f"'{section}' stands outside a section; expected [node], [listen], ...", field=section)
        _known(section, tuple(table), path.name)
    return tables


def _overrides(env: Mapping[str, str]) -> list[tuple[str, str, str, Any]]:
    """What the environment sets: variable, section, key, value in the shape of its type."""
    found = []
    for name, text in sorted(env.items()):
        section, separator, key = name.removeprefix(ENV_PREFIX).lower().partition("__")
        if not name.startswith(ENV_PREFIX):
            continue
        if not separator:
            _must_set_something(name, section)
            continue
        _known(section, (key,), f"environment variable {name}")
        field_type = {f.name: f.type for f in msgspec.structs.fields(sections()[section])}[key]
        found.append((f"environment {name}", section, key, _from_text(name, text, field_type)))
    return found


def _must_set_something(name: str, word: str) -> None:
    """BadConfig for TRM_LISTEN_PORT, which would be passed over in silence."""
    section, _, key = word.partition("_")
    if section in sections() and key:
        meant = f"{ENV_PREFIX}{section.upper()}__{key.upper()}"
        raise BadConfig(f"environment variable {name} sets nothing; did you mean '{meant}'?", field=f"{section}.{key}")


def _from_text(name: str, text: str, field_type: Any) -> Any:
    if field_type in (Path, Path | None):
        return Path(text).absolute() if text else None
    value = [part.strip() for part in text.split(",") if part.strip()] if "tuple" in str(field_type) else text
    try:
        return msgspec.convert(value, field_type, strict=False)
    except msgspec.ValidationError as error:
        raise BadConfig(f"environment variable {name}: {in_words(error)}") from error


def _known(section: str, keys: tuple[str, ...], where: str) -> None:
    if section not in sections():
        raise BadConfig(f"{where}: no section '{section}'{_nearest(section, sections())}", field=section)
    known = {field.name for field in msgspec.structs.fields(sections()[section])}
    for key in keys:
        if key not in known:
            raise BadConfig(f"{where}: no key '{key}' in [{section}]{_nearest(key, known)}", field=f"{section}.{key}")


Names = TypeVar("Names", dict[str, type[Section]], set[str])


def _nearest(word: str, known: Names) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"; did you mean '{close[0]}'?" if close else f"; known are {', '.join(sorted(known))}"


def _converted(tables: dict[str, dict[str, Any]], path: Path, origins: Mapping[str, str]) -> Config:
    def to_path(wanted: type, value: Any) -> Any:
        if wanted is Path and isinstance(value, str | Path) and value:
            return path.absolute().parent / Path(value).expanduser()  # one from the environment is absolute already
        raise ValueError("expected a path")

    try:
        return msgspec.convert(tables, Config, dec_hook=to_path)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else None
        where = origins.get(field or "", path.name)
        found = _text_at(tables, field) if "regex" in str(error) else ""
        raise BadConfig(f"{where}: {in_words(error)}{found}", field=field) from error


def _text_at(tables: dict[str, dict[str, Any]], field: str | None) -> str:
    """What was found there, where it is a short text: a configuration holds no secret and no person."""
    section, _, key = (field or "").partition(".")
    value = tables.get(section, {}).get(key)
    return f", found '{value}'" if isinstance(value, str) and len(value) <= LONGEST_SHOWN else ""


def _checked(config: Config) -> Config:
    """What no type says: contradictions between values."""
    # 1. a clock file moves deadlines, so never those of real people
    if config.node.clock_file is not None and not INVENTED_COUNTRY.fullmatch(config.node.country):
        raise BadConfig(
            f"node.clock_file is set for {config.node.country}; it is honoured only for XA-XZ, remove it",
            field="node.clock_file",
        )
    # 2. numbers about the node are for its operator
    if not _is_loopback(config.listen.metrics_host):
        raise BadConfig(
            "listen.metrics_host is not a loopback address; expected 127.0.0.1 or ::1, scrape it through a tunnel",
            field="listen.metrics_host",
        )
    # 3. two ways to the same key
    if config.keys.passphrase_file and config.keys.key_file:
        raise BadConfig("keys.passphrase_file and keys.key_file are both set; keep one", field="keys.key_file")
    # 4. half a certificate
    if (config.tls.cert_file is None) != (config.tls.key_file is None):
        raise BadConfig("tls.cert_file and tls.key_file go together; set both or none", field="tls.cert_file")
    # 5. where the registry is
    for mirror in config.registry.mirrors:
        if not mirror.startswith(("https://", "http://")):
            raise BadConfig("a registry mirror is no http(s) address; write https://...", field="registry.mirrors")
    # 6. whom we believe about addresses
    for network in config.listen.trusted_proxies:
        _check_network(network)
    # 7. a session cannot idle longer than it lives
    if config.limits.session_idle_s > config.limits.session_max_s:
        raise BadConfig("limits.session_idle_s is over limits.session_max_s; lower it", field="limits.session_idle_s")
    # 8. evidence that goes at once proves nothing, and one that never goes is kept without a ground
    if not 1 <= config.limits.limitation_years <= LONGEST_LIMITATION_YEARS:
        raise BadConfig(
            f"limits.limitation_years is {config.limits.limitation_years}; write the whole years after which the law of"
            f" your country no longer asks for evidence, 1 to {LONGEST_LIMITATION_YEARS}",
            field="limits.limitation_years",
        )
    # 9. what calls people must be able to
    _check_alarm(config.alarm)
    # 10. practice stays apart from everything real
    if config.node.training and (why := why_no_training(config)) is not None:
        raise BadConfig(why[0], field=why[1])
    return config


def _check_alarm(alarm: AlarmSection) -> None:
    if alarm.smtp_host and "@" not in alarm.sender:
        raise BadConfig("alarm.smtp_host is set and alarm.sender is no address; name the sender", field="alarm.sender")
    for name, addresses in (("to", alarm.to), ("backup_to", alarm.backup_to)):
        if any("@" not in one or any(c.isspace() for c in one) for one in addresses):
            raise BadConfig(f"alarm.{name} holds something that is no address", field=f"alarm.{name}")
    if bool(alarm.smtp_user) != (alarm.smtp_password_file is not None):
        raise BadConfig(
            "alarm.smtp_user and alarm.smtp_password_file go together; set both or none", field="alarm.smtp_user"
        )
    if alarm.smtp_user and alarm.smtp_security == "none":
        raise BadConfig(
            "alarm.smtp_user would sign in without encryption; set alarm.smtp_security", field="alarm.smtp_security"
        )
    for name, argv in (("command", alarm.command), ("backup_command", alarm.backup_command)):
        if argv and not Path(argv[0]).is_absolute():
            raise BadConfig(
                f"alarm.{name} does not begin with a whole path; no shell looks for it", field=f"alarm.{name}"
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_network(network: str) -> None:
    try:
        ipaddress.ip_network(network)
    except ValueError as error:
        raise BadConfig(
            "listen.trusted_proxies holds no network; expected 127.0.0.1/32 or the like", field="listen.trusted_proxies"
        ) from error
