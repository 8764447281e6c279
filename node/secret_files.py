"""Files that hold one secret each: a key, a passphrase, a password. The configuration names them and holds none."""

import os
import stat
from pathlib import Path

from node.errors import Unavailable

MAX_SECRET_BYTES = 4096


def read_secret(path: Path) -> bytes:
    """The bytes of a secret file; Unavailable if others may read it or it is too long."""
    try:
        with open(path, "rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            secret = file.read(MAX_SECRET_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        fix = "put it back, or name the right one, in [keys] or with the option"
        raise Unavailable(f"secret file {path.name}: {reason}; {fix}") from error
    # Group-readable is let through: a service manager hands secrets over that way.
    if mode & stat.S_IRWXO:
        raise Unavailable(f"secret file {path.name} has mode {mode:04o}; others must not read it, run chmod 600")
    if len(secret) > MAX_SECRET_BYTES:
        raise Unavailable(f"secret file {path.name} is over {MAX_SECRET_BYTES} bytes; it cannot be the right file")
    return secret


def read_passphrase(path: Path) -> bytes:
    """The passphrase in a secret file: its bytes without the last line end. Unavailable as for `read_secret`."""
    passphrase = read_secret(path).removesuffix(b"\n").removesuffix(b"\r")
    if not passphrase:
        raise Unavailable(f"secret file {path.name} is empty; write the passphrase into it")
    return passphrase


def read_text_secret(path: Path) -> str:
    """A passphrase or password from a file that others cannot read."""
    try:
        return read_passphrase(path).decode("utf-8")
    except UnicodeDecodeError:
        raise Unavailable(f"secret file {path.name} is not text; write it in UTF-8") from None
