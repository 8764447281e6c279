"""Disks that are full or read-only: mounted where this user may mount, or what SQLite itself can be told."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BLOCK = 4096


@contextmanager
def small_disk(folder: Path, size: str = "12m") -> Iterator[Path]:
    """A disk of that size in memory, mounted on `folder`; the test is skipped where that is not allowed."""
    folder.mkdir()
    with _mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "tmpfs"):
        yield folder


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` cannot be written: by its mode, or for root, whom no mode stops, by a mount."""
    if os.getuid() == 0:
        with _mounted(folder, "--bind", str(folder)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True, capture_output=True)
            yield
        return
    modes = {path: path.stat().st_mode for path in (folder, *folder.iterdir())}
    for path, mode in modes.items():
        path.chmod(mode & ~0o222)
    try:
        yield
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


def fill(folder: Path) -> Path:
    """Write until the disk is full; the file that fills it."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file, pytest.raises(OSError, match="space"):
        while True:
            file.write(bytes(BLOCK))
    return ballast


@contextmanager
def _mounted(folder: Path, *options: str) -> Iterator[None]:
    mount = shutil.which("mount")
    command = [mount or "mount", *options, str(folder)]
    if os.getuid() != 0 or mount is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("needs to be allowed to mount a disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
