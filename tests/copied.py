"""Folders that are made once in a process and copied for each test that wants one.

Making a country's keys and having a registry signed takes longer than most tests; every copy is a test's own.
"""

import shutil
from collections.abc import Callable, Hashable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

T = TypeVar("T")
_made: dict[Hashable, tuple[TemporaryDirectory[str], Any]] = {}


def copied(name: Hashable, make: Callable[[Path], T], to: Path) -> T:
    """Fill the folder `to` with what `make` leaves in an empty one; what `make` returned, which nobody may change.

    `make` must leave nothing open, and no path of its folder in a file.
    """
    if name not in _made:
        folder = TemporaryDirectory(prefix="opentrm-made-")
        _made[name] = folder, make(Path(folder.name))
    folder, facts = _made[name]
    shutil.copytree(folder.name, to, symlinks=True, dirs_exist_ok=True)
    return facts  # type: ignore[no-any-return]
