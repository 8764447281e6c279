"""What `trm-node doctor` looks at: each check gives one sentence, and if something is wrong, what to do.

Reads only; it may run beside a working node. A check that cannot be made because of an earlier fault says so.
"""

import os
import shutil
import sys

from node.app import tls_of
from node.doctor_access import access, same_as, unreadable
from node.doctor_copies import older_copies
from node.doctor_data import (
    backup,
    calendar,
    data_folder,
    database,
    keys_copy,
    registry_copy,
    restore_tried,
    root,
    running,
    sealed_keys,
)
from node.doctor_journal import journal
from node.errors import OpenTRMError, counted
from node.findings import Check, Finding, Patient
from node.init_checks import read_key
from node.machine import certificate_ends
from node.pager import channels_of, try_connection
from node.secret_files import read_secret
from node.service.context import DAY_S

OLDEST_PYTHON = (3, 11)
SOON_S = 21 * DAY_S  # before a certificate ends
OLDEST_BELIEVABLE = 1_763_942_400  # 2025-11-24: this program is younger than that
NEWEST_BELIEVABLE = OLDEST_BELIEVABLE + 30 * 31_557_600


def examine(patient: Patient) -> list[Finding]:
    """All checks, in the order in which one would repair things."""
    return [_made(check, patient) for check in CHECKS]


def is_well(findings: list[Finding]) -> bool:
    """True if nothing is wrong; warnings are allowed."""
    return all(finding.level != "wrong" for finding in findings)


def python_version(_patient: Patient) -> Finding:
    """Python 3.11 is the oldest that is tested."""
    parts = tuple(sys.version_info[:3])
    version = ".".join(str(part) for part in parts)
    if parts < OLDEST_PYTHON:
        return Finding(
            "python", "wrong", f"Python is {version}; 3.11 is the oldest that works", "install a newer Python"
        )
    return Finding("python", "ok", f"Python is {version}")


def http_parser(_patient: Patient) -> Finding:
    """The slow HTTP parser of aiohttp has let requests be smuggled; only the compiled one is used."""
    from aiohttp import http_parser as parsers

    if parsers.HttpRequestParser is parsers.HttpRequestParserPy:
        return Finding(
            "http",
            "wrong",
            "aiohttp runs without its compiled parser, which is the safe one",
            "install the aiohttp wheel for this platform and unset AIOHTTP_NO_EXTENSIONS",
        )
    return Finding("http", "ok", "aiohttp has its compiled parser")


def primitives(_patient: Patient) -> Finding:
    """Signing, sealing and their ids give the known answers."""
    from node.crypto.errors import MissingPrimitive
    from node.crypto.selftest import self_test

    try:
        self_test()
    except MissingPrimitive as error:
        return Finding("crypto", "wrong", str(error), "this node must not run until that is repaired")
    return Finding("crypto", "ok", "signing and sealing give the known answers")


def configuration(patient: Patient) -> Finding:
    """It was read, or we would not be here; what is allowed but unwise is said."""
    config, name = patient.loaded.config, patient.loaded.path.name
    tls_of(config)
    ends_at = certificate_ends(config)
    if ends_at is not None and ends_at - patient.clock.now() < SOON_S:
        days = max(0, ends_at - patient.clock.now()) // DAY_S
        says = (
            f"the certificate of TLS holds for {counted(days, 'day')} more"
            if days
            else "the certificate of TLS has ended"
        )
        return Finding("config", "warning" if days else "wrong", says, "renew tls.cert_file, then restart the node")
    is_open = config.listen.host not in ("127.0.0.1", "::1", "localhost")
    if is_open and config.tls.cert_file is None and not config.listen.trusted_proxies:
        return Finding(
            "config",
            "warning",
            f"{name}: the node listens on {config.listen.host} without a certificate and names no reverse proxy",
            "set tls.cert_file and tls.key_file, or put a reverse proxy before it and set listen.trusted_proxies",
        )
    return Finding("config", "ok", f"{name} is valid; country {config.node.country}")


def disk(patient: Patient) -> Finding:
    """Before the disk is full the node still has room to say so."""
    place = next(path for path in (patient.data_dir, *patient.data_dir.absolute().parents) if path.exists())
    free_mb, wanted_mb = shutil.disk_usage(place).free // 1_000_000, patient.loaded.config.limits.min_free_mb
    if free_mb < wanted_mb:
        return Finding(
            "disk",
            "wrong",
            f"{free_mb} MB are free where the data folder is; limits.min_free_mb asks for {wanted_mb}",
            "make room, or lower limits.min_free_mb",
        )
    return Finding("disk", "ok", f"{free_mb} MB are free")


def clock(patient: Patient) -> Finding:
    """Deadlines, expiries and the freshness of the registry hang on it."""
    now = patient.clock.now()
    if patient.loaded.config.node.clock_file is not None:
        return Finding("clock", "warning", "time comes from a clock file, as in a demo", "remove node.clock_file")
    if not OLDEST_BELIEVABLE <= now <= NEWEST_BELIEVABLE:
        return Finding("clock", "wrong", "the clock of this machine is years away", "set it, and turn on time service")
    return Finding("clock", "ok", "the clock of this machine is believable")


def keys(patient: Patient) -> Finding:
    """The file that unlocks the node can be read by it and by nobody else."""
    section = patient.loaded.config.keys
    file = section.key_file or section.passphrase_file
    if file is None:
        return Finding("keys", "ok", "the passphrase is asked for at every start")
    try:
        read_key(file) if file == section.key_file else read_secret(file)
    except OpenTRMError as error:
        return same_as("keys", error)
    return Finding("keys", "ok", "the secret that unlocks the node can be read")


def alarms(patient: Patient) -> Finding:
    """A letter about danger calls people; it must be possible to reach them."""
    alarm = patient.loaded.config.alarm
    if not channels_of(alarm):
        return Finding(
            "alarm",
            "warning",
            "nobody is called when a letter about danger arrives: neither mail nor a command is set",
            "set alarm.smtp_host and alarm.sender, or alarm.command",
        )
    for name, argv in (("command", alarm.command), ("backup_command", alarm.backup_command)):
        if argv and not os.access(argv[0], os.X_OK):
            return Finding("alarm", "wrong", f"alarm.{name} names no program that may be run", "name one")
    if alarm.smtp_host:
        try_connection(alarm)
    return Finding("alarm", "ok", "people on call can be reached")


def _made(check: Check, patient: Patient) -> Finding:
    try:
        return check(patient)
    except OpenTRMError as error:
        return same_as(check.__name__, error)
    except OSError as error:
        return unreadable(check.__name__, error)


CHECKS: list[Check] = [
    python_version,
    http_parser,
    primitives,
    configuration,
    data_folder,
    access,
    disk,
    clock,
    keys,
    alarms,
    sealed_keys,
    database,
    journal,
    root,
    registry_copy,
    calendar,
    backup,
    keys_copy,
    restore_tried,
    older_copies,
    running,
]
