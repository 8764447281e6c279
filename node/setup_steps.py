"""What the first run does beside `init`: the root's sum read by telephone, the mail, a backup that is tried.

Two faces take these steps: `trm-node setup` at a terminal, and its page on this machine (`node.first_run`).

Source: issue 4, operator; interface O1; registry, pinned root; at-rest, backup.
"""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from node.app import NO_VIEW, unlock_of
from node.clock import clock_for
from node.config import AlarmSection, load
from node.doctor import examine
from node.errors import BadInput
from node.findings import Finding, Patient
from node.pager import try_connection
from node.service.keep.backup import back_up, back_up_keys
from node.service.keep.trying import Copied, try_copies
from node.service.upkeep.setup import Unlock
from node.store.folder import DataFolder

GROUP = 4


def groups_of(root: bytes) -> list[str]:
    """SHA-256 of the file in groups of four hexadecimal digits, in the order in which `sha256sum` shows it."""
    text = hashlib.sha256(root).hexdigest()
    return [text[at : at + GROUP] for at in range(0, len(text), GROUP)]


def some_groups(count: int, wanted: int, random: Callable[[int], bytes]) -> list[int]:
    """So many different numbers from 1 to `count`, in order; nobody knows them before."""
    chosen: set[int] = set()
    while len(chosen) < wanted:
        chosen.add(random(1)[0] % count + 1)
    return sorted(chosen)


def alarm_of(host: str, port: int, security: str, sender: str, to: str) -> AlarmSection:
    """The way to people on call; BadInput for what is no address."""
    for text in (sender, to):
        if text.count("@") != 1 or any(one.isspace() for one in text):
            raise BadInput("no address of a mailbox; write one like duty@office.example", field="alarm")
    return AlarmSection(smtp_host=host, smtp_port=port, smtp_security=security, sender=sender, to=(to,))


def toml_of_alarm(alarm: AlarmSection) -> str:
    """The same as lines for the end of a configuration that has none."""
    lines = [
        f"smtp_host = {json.dumps(alarm.smtp_host)}",
        f"smtp_port = {alarm.smtp_port}",
        f"smtp_security = {json.dumps(alarm.smtp_security)}",
        f"sender = {json.dumps(alarm.sender)}",
        f"to = {json.dumps(list(alarm.to))}",
    ]
    return "\n[alarm]\n" + "\n".join(lines) + "\n"


def keep_alarm(path: Path, alarm: AlarmSection) -> None:
    """Try the mail server, then write it into a configuration that has none; Unavailable where it does not answer."""
    try_connection(alarm)
    with path.open("a", encoding="utf-8") as file:
        file.write(toml_of_alarm(alarm))
    load(path)


class FirstBackup(NamedTuple):
    """The names of both copies, and how many cases the node had that came out of them."""

    database: str
    keys: str
    cases: int


def first_backup(path: Path, folder: Path, unlock: Unlock | None = None) -> FirstBackup:
    """The first backup, and the proof that a node comes out of it: put back in a folder that goes again."""
    config = load(path).config
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock = clock_for(config.node.country, config.node.clock_file)
    data = DataFolder(config.node.data_dir, config.node.journal_dir)
    database, keys = folder / f"node-{clock.now()}.db", folder / f"keys-{clock.now()}.db"
    back_up(data, database, clock)
    back_up_keys(data, keys, clock)
    copied = Copied(config.node.country, database, keys, unlock or unlock_of(config))
    cases = try_copies(data, copied, NO_VIEW, clock, os.urandom).cases
    return FirstBackup(database.name, keys.name, cases)


def looked_at(path: Path) -> list[Finding]:
    """What the doctor finds that is not well."""
    loaded = load(path)
    node = loaded.config.node
    found = examine(Patient(loaded, clock_for(node.country, node.clock_file)))
    return [one for one in found if one.level != "ok"]
