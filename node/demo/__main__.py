"""`make demo`: run the countries until Ctrl-C. `make demo ONCE=1`: play the golden scenarios, print one JSON object, end."""

import asyncio
import json
import signal
import sys
import tempfile
from pathlib import Path

from node.demo.network import Network
from node.demo.scenarios import play
from node.errors import OpenTRMError

COUNTRIES = ("XD", "XT", "XA")
ROLES = {"XD": "destination", "XT": "transit", "XA": "origin"}


async def main(once: bool) -> int:
    """Start everything, do what was asked, end everything; 0 when all went well."""
    with tempfile.TemporaryDirectory(prefix="opentrm-demo-") as folder:
        network = Network(Path(folder))
        try:
            await network.start(COUNTRIES)
            if once:
                result = await play(network)
                print(json.dumps(result), flush=True)
                return 0 if result["ok"] else 1
            _introduce(network)
            await _until_told()
            return 0
        finally:
            await network.stop()


def _introduce(network: Network) -> None:
    say = sys.stdout.write
    say(f"\nRegistry    {network.registry_url}\n")
    for code, node in network.nodes.items():
        say(
            f"\n{code}  {ROLES.get(code, ''):<12} {node.url}   API {node.url}/api/v1   metrics {node.metrics_url}/metrics\n"
        )
        for login, password in node.people.items():
            say(f"    {login:<12} password  {password}\n")
    say("\nAll people are invented. Press Ctrl-C to end; nothing is left behind.\n")
    sys.stdout.flush()


async def _until_told() -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await stop.wait()


def run() -> int:
    """The exit code of the demo; what went wrong is one sentence on standard error."""
    try:
        return asyncio.run(main("--once" in sys.argv[1:]))
    except OpenTRMError as error:
        sys.stderr.write(f"demo: {error.message}\n")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(run())
