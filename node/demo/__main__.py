"""`make demo`: run the countries until Ctrl-C.

`make demo ONCE=1`: play the golden scenarios, print one JSON object, end.
"""

import asyncio
import json
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from node.demo.network import Network
from node.demo.scenarios import play
from node.errors import OpenTRMError

COUNTRIES = ("XD", "XT", "XA")
ROLES = {"XD": "destination", "XT": "transit", "XA": "origin"}
STARTING = "Starting a registry and three countries; this takes some ten seconds.\n"
PLAYING = (
    "Playing thirteen scenarios between three countries, and a fourth that joins; this takes less than a minute.\n"
)
INTERRUPTED = 130  # what a shell calls a program that Ctrl-C has ended


async def main(once: bool) -> int:
    """Start everything, do what was asked, end everything; 0 when all went well.

    Ctrl-C and SIGTERM end it in order at any moment: every process is ended and the folder is gone.
    """
    _cancel_when_told()
    with tempfile.TemporaryDirectory(prefix="opentrm-demo-") as folder:
        network = Network(Path(folder))
        try:
            sys.stderr.write(PLAYING if once else STARTING)
            await network.start(COUNTRIES)
            if once:
                await network.add_caseworkers("XD")  # the only one that the scenarios need
                result = await play(network)
                print(json.dumps(result), flush=True)
                return 0 if result["ok"] else 1
            await network.add_caseworkers(*COUNTRIES)
            _introduce(network)
            return await _until_told()
        finally:
            await network.stop()


def _introduce(network: Network) -> None:
    say = sys.stdout.write
    say(f"\nRegistry    {network.registry_url}\n")
    for code in COUNTRIES:
        node = network.nodes[code]
        where = f"{node.url}   API {node.url}/api/v1   metrics {node.metrics_url}/metrics"
        say(f"\n{code}  {ROLES.get(code, ''):<12} {where}\n")
        for login, password in node.people.items():
            say(f"    {login:<12} password  {password}\n")
    first = network.nodes[COUNTRIES[0]]
    body = json.dumps({"login": "caseworker", "password": first.people["caseworker"]})
    say("\nOpen the address of a country in a browser and sign in there, or ask its API for a token:\n")
    say(f"    curl -H 'Content-Type: application/json' -d '{body}' {first.url}/api/v1/sessions\n")
    say("\nAll people are invented. Press Ctrl-C to end; nothing is left behind.\n")
    sys.stdout.flush()


def _cancel_when_told() -> None:
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


async def _until_told() -> int:
    with suppress(asyncio.CancelledError):  # this is how it is meant to end
        await asyncio.Event().wait()
    return 0


def run(words: list[str]) -> int:
    """The exit code of the demo; what went wrong is one sentence on standard error."""
    if words not in ([], ["--once"]):
        sys.stderr.write("demo: the only word it knows is --once\n")
        return 2
    try:
        return asyncio.run(main(bool(words)))
    except OpenTRMError as error:
        sys.stderr.write(f"demo: {error.message}\n")
        return 1
    except asyncio.CancelledError:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
