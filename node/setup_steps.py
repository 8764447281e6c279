"""What `trm-node setup` does beside `init`: the root's sum read by telephone, the mail, a backup that is tried.

Source: issue 4, operator; interface O1; registry, pinned root; at-rest, backup.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from node.app import NO_VIEW
from node.clock import Clock
from node.config import AlarmSection
from node.crypto.batch import Random
from node.errors import BadInput
from node.service.keep.backup import come_back
from node.service.upkeep.setup import Unlock, open_node
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


def drill(empty: Path, database: Path, keys: Path, country: str, unlock: Unlock, clock: Clock, random: Random) -> int:
    """Make a node out of copies in an empty folder, and count its cases. The copies and the real node stay as they are.

    Raises what a real restore would raise.
    """
    folder = DataFolder(empty).create()
    come_back(folder, database, keys, unlock, clock, random)
    opened = open_node(folder, country, unlock, NO_VIEW, clock, random)
    try:
        return len(opened.node.store.read_sync(lambda reader: reader.spent.keys_of_cases()))
    finally:
        opened.close()
        for suffix in ("-wal", "-shm"):  # of reading the copy
            keys.with_name(keys.name + suffix).unlink(missing_ok=True)
