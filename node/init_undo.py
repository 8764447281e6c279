"""An init that fails takes away what it made: half a node would stand in the way of the next try, and hold keys."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from node.errors import Unavailable
from node.init_options import InitOptions
from node.store.folder import DataFolder


@contextmanager
def made_whole(options: InitOptions, config_path: Path) -> Iterator[DataFolder]:
    """The data folder; what appears in it, among the sheets, and as key file or configuration goes if the body fails.

    The folder is held meanwhile: a second init of it is refused and takes nothing away.
    """
    is_new = not options.data.exists()
    folder = DataFolder(options.data).create()
    with ExitStack() as held, ExitStack() as undone:
        held.callback(os.close, _held(options.data))
        # Looked at by whoever holds it: another init may have ended a moment ago, and what it made stays.
        before = _names(options.data)
        undone.callback(_emptied, options.data, None if is_new and not before else before)
        if options.sheets is not None:
            undone.callback(_emptied, options.sheets, _names(options.sheets))
        for path in (options.key_file, config_path):
            if path is not None and not path.exists():
                undone.callback(_remove, path)
        yield folder
        undone.pop_all()


def _names(folder: Path) -> set[Path] | None:
    """What stands in it; None where it does not exist yet."""
    return set(folder.iterdir()) if folder.is_dir() else None


def _held(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise Unavailable("another init is at work in the data folder; wait for it, or name another folder") from None
    return descriptor


def _emptied(folder: Path, before: set[Path] | None) -> None:
    """Only what stood there before stays."""
    with suppress(OSError):
        for path in set(folder.iterdir()) - (before or set()):
            _remove(path)
        if before is None:
            folder.rmdir()


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
