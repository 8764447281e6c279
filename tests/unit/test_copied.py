"""Folders that runs of tests share: what a killed run left is cleared away, what a running one needs is not."""

import os
import subprocess
import sys
from pathlib import Path

from tests.copied import PREFIX, clear_left


def test_folders_of_a_run_that_was_killed_go_with_the_next_one(tmp_path: Path):
    """They lie in memory, so what nobody clears away is missing there until the machine starts anew."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, ours, others = (
        tmp_path / name for name in (f"{PREFIX}{ended.pid}-a", f"{PREFIX}{os.getpid()}-a", "else-1-a")
    )
    for folder in (left, ours, others):
        (folder / "inside").mkdir(parents=True)

    clear_left(tmp_path)

    assert not left.exists() and ours.exists() and others.exists()
