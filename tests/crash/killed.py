"""A node that kills itself at the step named in a file: `python -m tests.crash.killed FILE --config node.toml serve`.

The node knows nothing of it: its functions are wrapped from outside, before it starts. While the file is not there
it is the node itself. Steps are `before NAME` and `after NAME`, where NAME is a use case whose transaction is committed
(`release_due`, `receive`, ...) or one of the wrapped calls below. If the file holds `full`, the disk takes no new page.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import registry.client
from node import pager
from node.cli import main
from node.peer import client as peer_client
from node.peer.begun import Begun
from node.store import writer
from node.store.db import Store
from node.store.journal import Journal
from node.store.keyring import Keyring
from node.store.together import Together
from node.store.writer import Job, Writer

ARMED = Path()  # the file that names the step; `run` sets it
FULL = "full"
ALSO = {"release_at_once": "release_due"}  # a release in the transaction of the decision is a release too
ONE_PAGE = "pragma max_page_count=1"  # SQLite makes it the present size of the file: the next new page is SQLITE_FULL


def reach(step: str) -> None:
    """Die here, at once and without a word, if this is the step; the file goes first, so that it happens once."""
    if _armed() == step:
        ARMED.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def _armed() -> str:
    try:
        return ARMED.read_text()
    except FileNotFoundError:
        return ""


def _reach_all(when: str, jobs: Sequence[Job]) -> None:
    for job in jobs:
        if job.error is None:
            run = getattr(job.run, "func", job.run)  # what a partial calls
            name = run.__qualname__.partition(".<locals>")[0].rpartition(".")[2]
            reach(f"{when} {name}")
            reach(f"{when} {ALSO.get(name, name)}")


def around(owner: Any, name: str, step: str) -> None:
    """Make `owner.name` a call with a step before and after it."""
    inner: Callable[..., Any] = getattr(owner, name)

    def call(*args: Any, **named: Any) -> Any:
        reach(f"before {step}")
        result = inner(*args, **named)
        reach(f"after {step}")
        return result

    setattr(owner, name, call)


def _around_commits() -> None:
    """The step of a transaction: its rows are written and not committed, or committed and nobody was told."""
    end, begin, deliver = Writer._end, Writer._begin, writer._deliver

    def begins(self: Writer) -> Together[Job]:
        together = begin(self)
        if _armed() == FULL:
            self._connection.execute(ONE_PAGE).fetchone()
        return together

    def ends(self: Writer, jobs: list[Job]) -> None:
        _reach_all("before", jobs)
        end(self, jobs)

    def delivers(jobs: list[Job]) -> None:
        _reach_all("after", jobs)
        deliver(jobs)

    Writer._begin, Writer._end, writer._deliver = begins, ends, delivers  # type: ignore[method-assign]


def _around_posting() -> None:
    """The step of a request: not sent; answered by the peer but not read; read but not recorded."""
    send, slots = Begun.send, peer_client._slots  # whatever is posted was begun

    async def sends(self: Begun, envelopes: Sequence[bytes]) -> list[bytes]:
        reach("before post")
        answer = await send(self, envelopes)
        reach("after post")
        return answer

    async def reads(*args: Any) -> list[bytes]:
        reach("before reading")
        return await slots(*args)

    Begun.send = sends  # type: ignore[method-assign]
    peer_client._slots = reads  # type: ignore[assignment]


def _around_calls() -> None:
    """The step of calling whoever is on call: nobody was called; the pager rang and nothing was noted."""
    run = pager.run_command

    async def runs(*args: Any) -> str:
        reach("before page")
        error = await run(*args)
        reach("after page")
        return error

    pager.run_command = runs  # type: ignore[assignment]


def _around_files() -> None:
    """The steps of a registry refresh (the new copy, the link that makes it current), of keys and of erased bytes."""
    around(registry.client.RegistryClient, "_commit", "registry")
    named = SimpleNamespace(**vars(os))
    around(named, "replace", "link")
    registry.client.os = named  # type: ignore[assignment, attr-defined]
    around(Keyring, "put", "new key")
    around(Keyring, "_empty_log", "emptied keys")
    around(Keyring, "destroy_case_keys", "destroyed keys")
    around(Journal, "append", "journal")
    around(Store, "empty_log", "emptied log")


def run(words: list[str]) -> None:
    """The node of `words[1:]`, which dies at the step that stands in the file `words[0]`; never returns."""
    global ARMED
    ARMED = Path(words[0])
    _around_commits()
    _around_posting()
    _around_calls()
    _around_files()
    main(words[1:])


if __name__ == "__main__":
    run(sys.argv[1:])
