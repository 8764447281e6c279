"""Private keys of maintainers, countries and the publisher: sealed under a passphrase, readable by their owner only.

A key folder holds `key.sealed` (mode 0600) and `public.json`, which may be given to anybody.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from node.crypto.errors import BadKey, OpenFailed
from node.crypto.rolekeys import RoleKey
from node.crypto.text import to_base64url
from node.crypto.vault import (
    MODERATE,
    SALT_BYTES,
    Cost,
    KekSource,
    kek_from_passphrase,
    keyring_source,
    open_keyring,
    seal_keyring,
)
from registry.errors import BadRegistryFile

MIN_PASSPHRASE_CHARACTERS: Final = 12
_SEALED: Final = "key.sealed"
_PUBLIC: Final = "public.json"


def new_key(
    folder: Path, name: str, passphrase: str, random: Callable[[int], bytes] = os.urandom, cost: Cost = MODERATE
) -> RoleKey:
    """Make a key pair in a new folder; BadRegistryFile if the folder holds a key already."""
    if len(passphrase) < MIN_PASSPHRASE_CHARACTERS:
        raise BadRegistryFile(f"passphrase is too short; expected at least {MIN_PASSPHRASE_CHARACTERS} characters")
    seed = random(64)
    key = RoleKey(seed)
    source = KekSource("passphrase", random(SALT_BYTES), cost)
    sealed = seal_keyring({"role-key": seed}, kek_from_passphrase(passphrase, source), source, random)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_private(folder / _SEALED, sealed)
    public = {"name": name, "role_keys": to_base64url(key.public)}
    (folder / _PUBLIC).write_bytes(msgspec.json.encode(public))
    return key


def open_key(folder: Path, passphrase: str) -> RoleKey:
    """The key of a folder; BadRegistryFile for a wrong passphrase, a damaged file or none."""
    path = folder / _SEALED
    try:
        sealed = path.read_bytes()
        entries = open_keyring(sealed, kek_from_passphrase(passphrase, keyring_source(sealed)))
        return RoleKey(entries["role-key"])
    except OSError:
        raise BadRegistryFile("key folder has no key.sealed; name the folder that `init` or `request` made") from None
    except (OpenFailed, BadKey, KeyError):
        raise BadRegistryFile(
            "key does not open: wrong passphrase, or the file is damaged; type it again, or take another copy"
        ) from None


def must_hold_no_key(folder: Path) -> None:
    """BadRegistryFile where a key folder is in use."""
    if (folder / _SEALED).exists():
        raise BadRegistryFile(f"{folder.name}: key folder holds a key already; use it, or name another folder")


def must_be_of(folder: Path, name: str) -> None:
    """BadRegistryFile where public.json says that the key is somebody else's; a folder without one says nothing."""
    if (folder / _PUBLIC).exists() and (found := name_of(folder)) != name:
        raise BadRegistryFile(f"{folder.name} holds the key of {found}; expected that of {name}, name its folder")


def name_of(folder: Path) -> str:
    """The name in public.json."""
    try:
        return str(msgspec.json.decode((folder / _PUBLIC).read_bytes(), type=dict[str, str])["name"])
    except (OSError, msgspec.MsgspecError, KeyError):
        raise BadRegistryFile(
            "key folder has no readable public.json; name the folder that `init` or `request` made"
        ) from None


def _write_private(path: Path, data: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BadRegistryFile("key folder holds a key already; use it, or name another folder") from None
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
