"""The README's walkthrough is run as it stands; only the ports are others, so that nothing here is in its way."""

import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LIMIT_S = 240


def walkthrough() -> str:
    found = re.search(r"^```sh walkthrough\n(.*?)^```$", README, re.M | re.S)
    assert found is not None
    return found.group(1)


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder with the commands that `make setup` puts into .venv/bin, running this checkout with this Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, arguments in (("trm-node", "-m node "), ("trm-registry", "-m registry "), ("python", "")):
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments}"$@"\n')
        (folder / name).chmod(0o755)
    return folder


def test_the_walkthrough_has_ten_commands() -> None:
    lines = [line for line in walkthrough().splitlines() if line]

    assert [line.split()[1] for line in lines if line.startswith("#")] == [str(n) for n in range(1, 11)]
    assert sum(not line.startswith("#") for line in lines) == 10


def test_the_walkthrough_ends_with_a_referral_that_both_countries_see_completed(tmp_path: Path, commands: Path) -> None:
    text = walkthrough()
    for port in ("8600", "8710", "8720"):
        text = text.replace(port, str(_free_port()))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRM_")}
    environment |= {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    said = tmp_path / "said"

    with said.open("wb") as out:
        shell = subprocess.Popen(
            ["/bin/sh", "-e", "-c", text],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # so that what it leaves running can be ended with it
        )
        try:
            code = shell.wait(LIMIT_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)

    told = said.read_text()
    assert code == 0, told
    assert "XA opened the name, with a reason: Zoryana" in told
    assert "XD sees: completed, 5 letters" in told
    assert "XA sees: completed, 5 letters" in told


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
