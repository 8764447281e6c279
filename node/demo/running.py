"""The demo's processes put together: started, played or stayed with, and ended, whatever happens."""

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

from node.demo.careful import somebody_careful, what_she_needs
from node.demo.introduction import desk_of, what_is_there, where_to_go
from node.demo.left_over import hold
from node.demo.network import Network
from node.demo.pace import hurry, longer_sign_ins
from node.demo.scenarios import play
from node.demo.seeds import AWAY, BEFORE_S, SUSPENDED, seed
from node.demo.switch import PREFIX, Switch, listening

COUNTRIES: Final = ("XD", "XT", "XA")
STARTING: Final = "Starting a registry and four countries; this takes some ten seconds.\n"
PLAYING: Final = (
    "Playing thirteen scenarios between three countries, and a fourth that joins; this takes less than a minute.\n"
)
UNDO: Final = {"TRM_DESK__UNDO_S": "20"}  # time enough to try it, and not to wait for
RETRY_S: Final = 5  # somebody looks at the page until what was queued has arrived


async def run(once: bool, language: str = "en", pace: int = 1) -> int:
    """Start everything, do what was asked, end everything; 0 when all went well.

    Ctrl-C and SIGTERM end it in order at any moment: every process is ended and the folder is gone.
    """
    cancel_when_told()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        lives = hold(Path(folder))
        settings = {**UNDO, **(longer_sign_ins(pace) if pace > 1 else {})}
        network = Network(Path(folder)) if once else Network(Path(folder), BEFORE_S, RETRY_S, settings)
        try:
            return await (_play(network) if once else _stay(network, language, pace))
        finally:
            await network.stop()
            lives.close()


async def _play(network: Network) -> int:
    sys.stderr.write(PLAYING)
    await network.start(COUNTRIES)
    await network.add_caseworkers("XD")  # the only one that the scenarios need
    result = await play(network)
    print(json.dumps(result), flush=True)
    return 0 if result["ok"] else 1


async def _stay(network: Network, language: str, pace: int) -> int:
    sys.stderr.write(STARTING)
    await network.start((*COUNTRIES, AWAY), (SUSPENDED,))
    await network.add_caseworkers(*COUNTRIES)
    _say(where_to_go(network))
    shown = await seed(network)
    careful = await somebody_careful(network, COUNTRIES[0])
    switch = Switch(network)
    async with listening(switch, network.folder):
        _say(what_is_there(shown, network, language, pace))
        _say(what_she_needs(careful, desk_of(network.nodes[careful.code]), language))
        hurrying = asyncio.create_task(hurry(network, pace)) if pace > 1 else None
        with suppress(asyncio.CancelledError):  # this is how it is meant to end
            await switch.work()
        if hurrying is not None:
            hurrying.cancel()
    return 0


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(lines)
    sys.stdout.flush()


def cancel_when_told() -> None:
    """Cancel this task at the first signal; further ones do not disturb the ending."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    told = False

    def end() -> None:
        nonlocal told
        if not told:
            told = True
            task.cancel()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, end)
