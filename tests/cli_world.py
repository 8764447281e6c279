"""A node made and run by its commands, as an operator would: secrets in files, a folder that goes, loopback only."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from click.testing import CliRunner, Result

from node.cli import main
from node.clock import set_clock_file
from tests.copied import copied
from tests.registry_world import make_registry

NOW = 1_795_000_000
PROJECT = Path(__file__).resolve().parents[1]
SECRETS = {"passphrase": "an invented passphrase", "password": "a long invented password", "short": "short"}
WAIT_S = 60


@cache
def root_bytes() -> bytes:
    """The pinned root of a registry without countries; made once, for it takes a while."""
    with TemporaryDirectory() as folder:
        return make_registry((), NOW, Path(folder) / "registry").root_bytes


def prepare(folder: Path) -> Path:
    """What an operator has before `init`: a pinned root, secret files, and the demo's clock."""
    (folder / "root.json").write_bytes(root_bytes())
    set_clock_file(folder / "clock", str(NOW))
    for name, text in SECRETS.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(text + "\n")
    return folder


def init_words(folder: Path, **changes: str | None) -> list[str]:
    """The words of `init` with which a node of XA is made in `folder`; None leaves an option out."""
    options: dict[str, str | None] = {
        "country": "XA",
        "url": "http://127.0.0.1:1/XA",
        "authority": "Office for Trafficked Persons, Arvenia",
        "contact": "desk@office.example",
        "registry": "http://127.0.0.1:1/",
        "root": str(folder / "root.json"),
        "data": str(folder / "data"),
        "listen": "127.0.0.1:0",
        "metrics-port": "0",
        "passphrase-file": str(folder / "passphrase"),
        "password-file": str(folder / "password"),
        "sheets": str(folder / "sheets"),
        "clock-file": str(folder / "clock"),
    }
    options.update({name.replace("_", "-"): value for name, value in changes.items()})
    words = [word for name, value in options.items() if value is not None for word in (f"--{name}", value)]
    return ["init", *words, "--fast-kdf"]


def run(folder: Path, *words: str) -> Result:
    """One command in this process; nobody is at the keyboard."""
    return CliRunner().invoke(main, ["--config", str(folder / "node.toml"), *words], env={"TRM_CONFIG": None})


def make_node(folder: Path, **changes: str | None) -> Path:
    """A stopped node of XA."""
    made = run(prepare(folder), *init_words(folder, **changes))
    assert made.exit_code == 0, made.output
    return folder


def copied_node(name: str, make: Callable[[Path], None], folder: Path) -> Path:
    """A copy of the stopped node that `make` leaves in a folder, with its configuration naming this folder."""

    def made(first: Path) -> str:
        make(first)
        return str(first)

    first = copied(name, made, folder)
    config = folder / "node.toml"
    config.write_text(config.read_text().replace(first, str(folder)))
    return folder


def is_one_sentence(result: Result) -> bool:
    """What every command says when it cannot do what was asked: one line, no traceback, exit code 1."""
    told = result.output.removeprefix("Error: ")
    return result.exit_code == 1 and told != result.output and told.count("\n") == 1 and "Traceback" not in told


@dataclass(frozen=True)
class Serving:
    """A node at work in a process of its own."""

    process: subprocess.Popen[str]
    ready_line: str
    url: str
    metrics_url: str

    def end(self, signal_number: int) -> tuple[int, str]:
        """Send a signal and wait: (exit code, standard error)."""
        self.process.send_signal(signal_number)
        _, said = self.process.communicate(timeout=WAIT_S)
        return self.process.returncode, said


@contextmanager
def serving(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """`trm-node serve`, from its ready line to the end of the block; ended in any case."""
    words = [sys.executable, "-m", "node", "--config", str(folder / "node.toml"), "serve"]
    process = subprocess.Popen(
        words, cwd=PROJECT, env=os.environ | dict(environment or {}), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, process.communicate()[1]
        _, _, url, _, metrics_url = line.split()
        yield Serving(process, line, url, metrics_url)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
